use super::Failure;
use bench::rng::SeededRng;
use fuser::Errno;
use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::{OsStr, OsString},
};

/// What a disk writes at once, or not at all.
const BLOCK: usize = 512;
/// The folder has this one.
const FIRST: u64 = 2;

/// A file: as programs see it, and as the disk has it.
#[derive(Clone, Debug, Default)]
pub(super) struct File {
    pub(super) seen: Vec<u8>,
    flushed: Vec<u8>,
}

/// One folder of files.
#[derive(Debug, Default)]
pub(super) struct Content {
    files: BTreeMap<u64, File>,
    seen: BTreeMap<OsString, u64>,
    flushed: BTreeMap<OsString, u64>,
    failure: Failure,
}

/// What a program wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// A new file, another name, or none.
    Name,
    /// A file gets longer.
    Grow(u64),
    /// What stands in a file changes.
    Overwrite(u64),
    /// A file is flushed.
    Flush,
}

/// Odds of a write or a flush that ends with an error.
const ERRORS: f64 = 0.3;
/// The index of SQLite's log, which it maps into memory: the system writes what is changed there when it likes, and tells
/// nobody of errors.
const INDEX: &str = "-shm";

impl Content {
    pub(super) fn fail(&mut self, failure: Failure) {
        self.failure = failure;
    }

    /// Why the disk refuses a change, if it does.
    pub(super) fn refuses(&mut self, change: Change) -> Option<Errno> {
        if let Change::Overwrite(number) = change
            && self.seen.iter().any(|(name, file)| *file == number && name.to_string_lossy().ends_with(INDEX))
        {
            return None;
        }
        match (&mut self.failure, change) {
            (Failure::Full | Failure::FullForAll, Change::Grow(_) | Change::Name) => Some(Errno::ENOSPC),
            (Failure::FullForAll, Change::Overwrite(_)) => Some(Errno::ENOSPC),
            (Failure::Errors(rng), Change::Grow(_) | Change::Overwrite(_) | Change::Flush) => {
                rng.random_bool(ERRORS).then_some(Errno::EIO)
            }
            (Failure::ReadOnly, Change::Grow(_) | Change::Overwrite(_) | Change::Name) => Some(Errno::EROFS),
            _ => None,
        }
    }

    pub(super) fn is_read_only(&self) -> bool {
        matches!(self.failure, Failure::ReadOnly)
    }

    pub(super) fn find(&self, name: &OsStr) -> Option<u64> {
        self.seen.get(name).copied()
    }

    pub(super) fn names(&self) -> impl Iterator<Item = (&OsString, u64)> {
        self.seen.iter().map(|(name, file)| (name, *file))
    }

    pub(super) fn file(&mut self, number: u64) -> Option<&mut File> {
        self.files.get_mut(&number)
    }

    pub(super) fn create(&mut self, name: &OsStr) -> u64 {
        let number = self.files.last_key_value().map_or(FIRST, |(last, _)| last + 1);
        self.files.insert(number, File::default());
        self.seen.insert(name.to_owned(), number);
        number
    }

    /// Takes a name away. Whoever has the file open goes on with it.
    pub(super) fn remove(&mut self, name: &OsStr) -> bool {
        self.seen.remove(name).is_some()
    }

    pub(super) fn rename(&mut self, name: &OsStr, to: &OsStr) -> bool {
        let number = self.seen.remove(name);
        number.map(|number| self.seen.insert(to.to_owned(), number)).is_some()
    }

    /// What is in a file stays; and so does its name, as on the file systems in use.
    pub(super) fn flush(&mut self, number: u64) {
        if let Some(file) = self.files.get_mut(&number) {
            file.flushed.clone_from(&file.seen);
        }
        let names = self.seen.iter().filter(|(_, file)| **file == number);
        self.flushed.extend(names.map(|(name, file)| (name.clone(), *file)));
    }

    /// The names stay as they are.
    pub(super) fn flush_names(&mut self) {
        self.flushed.clone_from(&self.seen);
    }

    /// What is there after the power failed: what was flushed, and of the rest nothing, or some.
    pub(super) fn survive(&self, rng: &mut SeededRng) -> Self {
        let odds = if rng.random_bool(0.5) { 0.0 } else { rng.random_fraction() };
        let names: BTreeSet<&OsString> = self.seen.keys().chain(self.flushed.keys()).collect();
        let mut survivors = Self::default();
        for name in names {
            let (seen, flushed) = (self.seen.get(name), self.flushed.get(name));
            let number = if seen != flushed && rng.random_bool(odds) { seen } else { flushed };
            if let Some((number, file)) = number.and_then(|number| Some((number, self.files.get(number)?))) {
                let left = file.survive(odds, rng);
                survivors.files.insert(*number, File { seen: left.clone(), flushed: left });
                survivors.seen.insert(name.clone(), *number);
            }
        }
        survivors.flush_names();
        survivors
    }
}

impl File {
    /// Whether a write up to here makes it longer.
    pub(super) fn ends_before(&self, end: usize) -> bool {
        self.seen.len() < end
    }

    pub(super) fn read(&self, from: usize, length: usize) -> &[u8] {
        let end = self.seen.len().min(from.saturating_add(length));
        self.seen.get(from..end).unwrap_or_default()
    }

    pub(super) fn write(&mut self, from: usize, data: &[u8]) {
        let end = from + data.len();
        if self.seen.len() < end {
            self.seen.resize(end, 0);
        }
        self.seen[from..end].copy_from_slice(data);
    }

    /// Its length is one or the other; so is each block.
    fn survive(&self, odds: f64, rng: &mut SeededRng) -> Vec<u8> {
        let mut left = self.flushed.clone();
        if self.seen.len() != self.flushed.len() && rng.random_bool(odds) {
            left.resize(self.seen.len(), 0);
        }
        for (old, new) in left.chunks_mut(BLOCK).zip(self.seen.chunks(BLOCK)) {
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

    /// What is left of a file after several power cuts of another disk.
    fn left(content: &Content, of: &str) -> Vec<Option<Vec<u8>>> {
        let after = |seed| {
            let mut survivors = content.survive(&mut SeededRng::new(seed));
            let number = survivors.find(name(of))?;
            survivors.file(number).map(|file| file.seen.clone())
        };
        (0..50).map(after).collect()
    }

    #[test]
    fn what_was_flushed_stays_and_the_rest_only_by_chance() {
        let mut content = Content::default();
        let number = content.create(name("a"));
        content.file(number).expect("the file").write(0, &[1; 2 * BLOCK]);
        content.flush(number);
        content.file(number).expect("the file").write(BLOCK, &[2; 2 * BLOCK]);
        let left = left(&content, "a").into_iter().map(|file| file.expect("it was flushed")).collect::<Vec<_>>();
        assert!(left.iter().all(|file| file[..BLOCK] == [1; BLOCK]));
        assert!(left.iter().any(|file| *file == [1; 2 * BLOCK]), "nothing of the rest");
        assert!(left.iter().any(|file| file.len() == 2 * BLOCK && file[BLOCK] == 2), "a block alone");
        assert!(left.iter().any(|file| file.len() == 3 * BLOCK && file[2 * BLOCK] == 0), "a length alone");
    }

    #[test]
    fn a_full_disk_refuses_what_grows_and_is_well_again() {
        let mut content = Content::default();
        let (number, index) = (content.create(name("a")), content.create(name("a-shm")));
        content.fail(Failure::Full);
        let refuses = |content: &mut Content, change| content.refuses(change).map(i32::from);
        assert_eq!(refuses(&mut content, Change::Grow(number)), Some(Errno::ENOSPC.into()));
        assert_eq!(refuses(&mut content, Change::Overwrite(number)), None);
        content.fail(Failure::FullForAll);
        assert_eq!(refuses(&mut content, Change::Overwrite(number)), Some(Errno::ENOSPC.into()));
        assert_eq!(refuses(&mut content, Change::Overwrite(index)), None);
        content.fail(Failure::None);
        assert_eq!(refuses(&mut content, Change::Grow(number)), None);
    }

    #[test]
    fn a_name_stays_once_its_file_or_the_folder_was_flushed() {
        let mut content = Content::default();
        content.create(name("a"));
        assert!(left(&content, "a").iter().any(Option::is_none));
        content.flush_names();
        assert!(left(&content, "a").iter().all(Option::is_some));
        content.remove(name("a"));
        assert!(left(&content, "a").iter().any(Option::is_some), "as long as the folder wasn't flushed again");
    }
}
