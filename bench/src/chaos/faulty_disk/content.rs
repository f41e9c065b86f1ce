use super::DiskFault;
use fuser::Errno;
use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::{OsStr, OsString},
};
use test_support::rng::SeededRng;

/// Bytes that a disk writes atomically.
const BLOCK_SIZE: usize = 512;
/// The first inode of a file; 1 is the directory.
const FIRST_INODE: u64 = 2;

/// A file: its contents in the page cache, and those that are durable.
#[derive(Clone, Debug, Default)]
pub(super) struct File {
    pub(super) cached: Vec<u8>,
    flushed: Vec<u8>,
}

/// A single directory of files.
#[derive(Debug, Default)]
pub(super) struct DiskContent {
    files: BTreeMap<u64, File>,
    cached: BTreeMap<OsString, u64>,
    flushed: BTreeMap<OsString, u64>,
    fault: DiskFault,
}

/// An operation that a fault may refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    /// Creates, renames or removes a name.
    Name,
    /// Extends a file, by its inode.
    Grow(u64),
    /// Overwrites existing bytes of a file, by its inode.
    Overwrite(u64),
    /// Flushes a file.
    Flush,
}

/// Probability that a write or a flush fails with an error.
const ERROR_PROBABILITY: f64 = 0.3;
/// SQLite's WAL index, which it maps into memory: the kernel writes changes back at any time, and no program learns of
/// errors.
const SHM_SUFFIX: &str = "-shm";

impl DiskContent {
    pub(super) fn set_fault(&mut self, fault: DiskFault) {
        self.fault = fault;
    }

    /// Returns the error of an operation, if the current fault refuses it.
    pub(super) fn check_fault(&mut self, operation: Operation) -> Option<Errno> {
        if let Operation::Overwrite(number) = operation
            && self.cached.iter().any(|(name, file)| *file == number && name.to_string_lossy().ends_with(SHM_SUFFIX))
        {
            return None;
        }
        match (&mut self.fault, operation) {
            (DiskFault::Full | DiskFault::FullForAll, Operation::Grow(_) | Operation::Name) => Some(Errno::ENOSPC),
            (DiskFault::FullForAll, Operation::Overwrite(_)) => Some(Errno::ENOSPC),
            (DiskFault::Errors(rng), Operation::Grow(_) | Operation::Overwrite(_) | Operation::Flush) => {
                rng.random_bool(ERROR_PROBABILITY).then_some(Errno::EIO)
            }
            (DiskFault::ReadOnly, Operation::Grow(_) | Operation::Overwrite(_) | Operation::Name) => Some(Errno::EROFS),
            _ => None,
        }
    }

    pub(super) fn is_read_only(&self) -> bool {
        matches!(self.fault, DiskFault::ReadOnly)
    }

    pub(super) fn find_file(&self, name: &OsStr) -> Option<u64> {
        self.cached.get(name).copied()
    }

    pub(super) fn list_files(&self) -> impl Iterator<Item = (&OsString, u64)> {
        self.cached.iter().map(|(name, file)| (name, *file))
    }

    pub(super) fn file_mut(&mut self, number: u64) -> Option<&mut File> {
        self.files.get_mut(&number)
    }

    pub(super) fn create_file(&mut self, name: &OsStr) -> u64 {
        let number = self.files.last_key_value().map_or(FIRST_INODE, |(last, _)| last + 1);
        self.files.insert(number, File::default());
        self.cached.insert(name.to_owned(), number);
        number
    }

    /// Removes a name. Processes that have the file open keep it.
    pub(super) fn remove_name(&mut self, name: &OsStr) -> bool {
        self.cached.remove(name).is_some()
    }

    pub(super) fn rename_file(&mut self, name: &OsStr, to: &OsStr) -> bool {
        let number = self.cached.remove(name);
        number.map(|number| self.cached.insert(to.to_owned(), number)).is_some()
    }

    /// Makes a file's contents durable, and its name too, as common file systems do.
    pub(super) fn flush_file(&mut self, number: u64) {
        if let Some(file) = self.files.get_mut(&number) {
            file.flushed.clone_from(&file.cached);
        }
        let names = self.cached.iter().filter(|(_, file)| **file == number);
        self.flushed.extend(names.map(|(name, file)| (name.clone(), *file)));
    }

    /// Makes the names durable.
    pub(super) fn flush_names(&mut self) {
        self.flushed.clone_from(&self.cached);
    }

    /// Returns the contents after a power loss: everything flushed, and either nothing or a random part of the rest.
    pub(super) fn after_power_loss(&self, rng: &mut SeededRng) -> Self {
        let odds = if rng.random_bool(0.5) { 0.0 } else { rng.random_fraction() };
        let names: BTreeSet<&OsString> = self.cached.keys().chain(self.flushed.keys()).collect();
        let mut survivors = Self::default();
        for name in names {
            let (cached, flushed) = (self.cached.get(name), self.flushed.get(name));
            let number = if cached != flushed && rng.random_bool(odds) { cached } else { flushed };
            if let Some((number, file)) = number.and_then(|number| Some((number, self.files.get(number)?))) {
                let left = file.after_power_loss(odds, rng);
                survivors.files.insert(*number, File { cached: left.clone(), flushed: left });
                survivors.cached.insert(name.clone(), *number);
            }
        }
        survivors.flush_names();
        survivors
    }
}

impl File {
    /// Returns whether a write up to this offset extends the file.
    pub(super) fn would_grow(&self, end: usize) -> bool {
        self.cached.len() < end
    }

    pub(super) fn read_at(&self, from: usize, length: usize) -> &[u8] {
        let end = self.cached.len().min(from.saturating_add(length));
        self.cached.get(from..end).unwrap_or_default()
    }

    pub(super) fn write_at(&mut self, from: usize, data: &[u8]) {
        let end = from + data.len();
        if self.cached.len() < end {
            self.cached.resize(end, 0);
        }
        self.cached[from..end].copy_from_slice(data);
    }

    /// Chooses between old and new length, and between old and new contents of each block.
    fn after_power_loss(&self, odds: f64, rng: &mut SeededRng) -> Vec<u8> {
        let mut left = self.flushed.clone();
        if self.cached.len() != self.flushed.len() && rng.random_bool(odds) {
            left.resize(self.cached.len(), 0);
        }
        for (old, new) in left.chunks_mut(BLOCK_SIZE).zip(self.cached.chunks(BLOCK_SIZE)) {
            let length = old.len().min(new.len());
            if old[..length] != new[..length] && rng.random_bool(odds) {
                old[..length].copy_from_slice(&new[..length]);
            }
        }
        left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(name: &str) -> &OsStr {
        OsStr::new(name)
    }

    /// Returns a file's contents after each of 50 power losses with different seeds.
    fn contents_after_power_loss(content: &DiskContent, of: &str) -> Vec<Option<Vec<u8>>> {
        let after = |seed| {
            let mut survivors = content.after_power_loss(&mut SeededRng::new(seed));
            let number = survivors.find_file(name(of))?;
            survivors.file_mut(number).map(|file| file.cached.clone())
        };
        (0..50).map(after).collect()
    }

    #[test]
    fn flushed_blocks_survive_power_loss_and_others_by_chance() {
        let mut content = DiskContent::default();
        let number = content.create_file(name("a"));
        content.file_mut(number).expect("the file").write_at(0, &[1; 2 * BLOCK_SIZE]);
        content.flush_file(number);
        content.file_mut(number).expect("the file").write_at(BLOCK_SIZE, &[2; 2 * BLOCK_SIZE]);
        let left = contents_after_power_loss(&content, "a")
            .into_iter()
            .map(|file| file.expect("it was flushed"))
            .collect::<Vec<_>>();
        assert!(left.iter().all(|file| file[..BLOCK_SIZE] == [1; BLOCK_SIZE]));
        assert!(left.iter().any(|file| *file == [1; 2 * BLOCK_SIZE]), "no unflushed data");
        assert!(left.iter().any(|file| file.len() == 2 * BLOCK_SIZE && file[BLOCK_SIZE] == 2), "one block only");
        assert!(left.iter().any(|file| file.len() == 3 * BLOCK_SIZE && file[2 * BLOCK_SIZE] == 0), "the length only");
    }

    #[test]
    fn a_full_disk_refuses_growth_until_freed() {
        let mut content = DiskContent::default();
        let (number, index) = (content.create_file(name("a")), content.create_file(name("a-shm")));
        content.set_fault(DiskFault::Full);
        let check = |content: &mut DiskContent, operation| content.check_fault(operation).map(i32::from);
        assert_eq!(check(&mut content, Operation::Grow(number)), Some(Errno::ENOSPC.into()));
        assert_eq!(check(&mut content, Operation::Overwrite(number)), None);
        content.set_fault(DiskFault::FullForAll);
        assert_eq!(check(&mut content, Operation::Overwrite(number)), Some(Errno::ENOSPC.into()));
        assert_eq!(check(&mut content, Operation::Overwrite(index)), None);
        content.set_fault(DiskFault::None);
        assert_eq!(check(&mut content, Operation::Grow(number)), None);
    }

    #[test]
    fn a_name_survives_once_its_file_or_folder_is_flushed() {
        let mut content = DiskContent::default();
        content.create_file(name("a"));
        assert!(contents_after_power_loss(&content, "a").iter().any(Option::is_none));
        content.flush_names();
        assert!(contents_after_power_loss(&content, "a").iter().all(Option::is_some));
        content.remove_name(name("a"));
        assert!(contents_after_power_loss(&content, "a").iter().any(Option::is_some), "until the directory is flushed");
    }
}
