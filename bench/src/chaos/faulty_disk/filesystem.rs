use super::content::{DiskContent, File, Operation};
use fuser::{
    BsdFileFlags, Errno, FileAttr, FileHandle, FileType, Filesystem, FopenFlags, Generation, INodeNo, LockOwner,
    OpenAccMode, OpenFlags, RenameFlags, ReplyAttr, ReplyCreate, ReplyData, ReplyDirectory, ReplyEmpty, ReplyEntry,
    ReplyOpen, ReplyWrite, Request, TimeOrNow, WriteFlags,
};
use std::{
    ffi::OsStr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// How long the kernel may cache attributes. Long, because only the kernel changes files.
const ATTRIBUTE_TTL: Duration = Duration::from_secs(3_600);
/// Inodes are never reused, so one generation is enough.
const GENERATION: Generation = Generation(0);
const HANDLE: FileHandle = FileHandle(0);

/// Handles the requests of the kernel.
pub(super) struct FuseFilesystem(pub(super) Arc<Mutex<DiskContent>>);

impl FuseFilesystem {
    fn content(&self) -> MutexGuard<'_, DiskContent> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns a file's attributes, or those of the directory if there is no file.
fn file_attributes(number: INodeNo, file: Option<&File>) -> FileAttr {
    let size = file.map_or(0, |file| file.cached.len() as u64);
    FileAttr {
        ino: number,
        size,
        blocks: size.div_ceil(512),
        atime: UNIX_EPOCH,
        mtime: UNIX_EPOCH,
        ctime: UNIX_EPOCH,
        crtime: UNIX_EPOCH,
        kind: if file.is_some() { FileType::RegularFile } else { FileType::Directory },
        perm: if file.is_some() { 0o666 } else { 0o777 },
        nlink: 1,
        uid: rustix::process::geteuid().as_raw(),
        gid: rustix::process::getegid().as_raw(),
        rdev: 0,
        blksize: 4_096,
        flags: 0,
    }
}

fn to_index(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}

impl Filesystem for FuseFilesystem {
    fn lookup(&self, _: &Request, _: INodeNo, name: &OsStr, reply: ReplyEntry) {
        let mut content = self.content();
        match content.find_file(name).and_then(|number| Some((INodeNo(number), content.file_mut(number)?))) {
            Some((number, file)) => reply.entry(&ATTRIBUTE_TTL, &file_attributes(number, Some(file)), GENERATION),
            None => reply.error(Errno::ENOENT),
        }
    }

    fn getattr(&self, _: &Request, number: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        match (number, self.content().file_mut(number.0)) {
            (INodeNo::ROOT, _) => reply.attr(&ATTRIBUTE_TTL, &file_attributes(number, None)),
            (_, Some(file)) => reply.attr(&ATTRIBUTE_TTL, &file_attributes(number, Some(file))),
            (_, None) => reply.error(Errno::ENOENT),
        }
    }

    fn setattr(
        &self,
        _: &Request,
        number: INodeNo,
        _: Option<u32>,
        _: Option<u32>,
        _: Option<u32>,
        size: Option<u64>,
        _: Option<TimeOrNow>,
        _: Option<TimeOrNow>,
        _: Option<SystemTime>,
        _: Option<FileHandle>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<BsdFileFlags>,
        reply: ReplyAttr,
    ) {
        let mut content = self.content();
        let Some(file) = content.file_mut(number.0) else { return reply.error(Errno::ENOENT) };
        if let Some(size) = size.map(to_index) {
            let grows = file.would_grow(size);
            let operation = if grows { Operation::Grow(number.0) } else { Operation::Overwrite(number.0) };
            if let Some(error) = content.check_fault(operation) {
                return reply.error(error);
            }
            if let Some(file) = content.file_mut(number.0) {
                file.cached.resize(size, 0);
            }
        }
        reply.attr(&ATTRIBUTE_TTL, &file_attributes(number, content.file_mut(number.0).map(|file| &*file)));
    }

    fn create(&self, _: &Request, _: INodeNo, name: &OsStr, _: u32, _: u32, _: i32, reply: ReplyCreate) {
        let mut content = self.content();
        if let Some(error) = content.check_fault(Operation::Name) {
            return reply.error(error);
        }
        let number = content.create_file(name);
        drop(content);
        let empty = file_attributes(INodeNo(number), Some(&File::default()));
        reply.created(&ATTRIBUTE_TTL, &empty, GENERATION, HANDLE, FopenFlags::FOPEN_KEEP_CACHE);
    }

    fn open(&self, _: &Request, _: INodeNo, flags: OpenFlags, reply: ReplyOpen) {
        if flags.acc_mode() != OpenAccMode::O_RDONLY && self.content().is_read_only() {
            return reply.error(Errno::EROFS);
        }
        // SQLite's connections in one process share mappings of a file, so the kernel has to keep its cache.
        reply.opened(HANDLE, FopenFlags::FOPEN_KEEP_CACHE);
    }

    fn read(
        &self,
        _: &Request,
        number: INodeNo,
        _: FileHandle,
        offset: u64,
        size: u32,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyData,
    ) {
        match self.content().file_mut(number.0) {
            Some(file) => reply.data(file.read_at(to_index(offset), size as usize)),
            None => reply.error(Errno::ENOENT),
        }
    }

    fn write(
        &self,
        _: &Request,
        number: INodeNo,
        _: FileHandle,
        offset: u64,
        data: &[u8],
        _: WriteFlags,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        let mut content = self.content();
        let Some(file) = content.file_mut(number.0) else { return reply.error(Errno::ENOENT) };
        let grows = file.would_grow(to_index(offset).saturating_add(data.len()));
        let operation = if grows { Operation::Grow(number.0) } else { Operation::Overwrite(number.0) };
        if let Some(error) = content.check_fault(operation) {
            return reply.error(error);
        }
        if let Some(file) = content.file_mut(number.0) {
            file.write_at(to_index(offset), data);
        }
        reply.written(u32::try_from(data.len()).unwrap_or(u32::MAX));
    }

    /// Called when a file is closed. Makes nothing durable.
    fn flush(&self, _: &Request, _: INodeNo, _: FileHandle, _: LockOwner, reply: ReplyEmpty) {
        reply.ok();
    }

    fn fsync(&self, _: &Request, number: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        let mut content = self.content();
        if let Some(error) = content.check_fault(Operation::Flush) {
            return reply.error(error);
        }
        content.flush_file(number.0);
        reply.ok();
    }

    fn fsyncdir(&self, _: &Request, _: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        self.content().flush_names();
        reply.ok();
    }

    fn unlink(&self, _: &Request, _: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        let mut content = self.content();
        if content.is_read_only() {
            return reply.error(Errno::EROFS);
        }
        if content.remove_name(name) { reply.ok() } else { reply.error(Errno::ENOENT) }
    }

    fn rename(&self, _: &Request, _: INodeNo, name: &OsStr, _: INodeNo, to: &OsStr, _: RenameFlags, reply: ReplyEmpty) {
        let mut content = self.content();
        if let Some(error) = content.check_fault(Operation::Name) {
            return reply.error(error);
        }
        if content.rename_file(name, to) { reply.ok() } else { reply.error(Errno::ENOENT) }
    }

    fn readdir(&self, _: &Request, _: INodeNo, _: FileHandle, offset: u64, mut reply: ReplyDirectory) {
        let content = self.content();
        for ((name, number), next) in content.list_files().zip(1..).skip(to_index(offset)) {
            if reply.add(INodeNo(number), next, FileType::RegularFile, name) {
                break;
            }
        }
        drop(content);
        reply.ok();
    }
}
