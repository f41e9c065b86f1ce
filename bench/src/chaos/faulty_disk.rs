//! A disk that can fail and lose power: a file system in memory that knows which data was flushed. All processes see
//! what a program has written, as with a page cache. At a power loss, unflushed data is lost, or some of it block by
//! block, because disks write in any order.
//!
//! # Layout
//! - this file: the mounted disk, and its power
//! - [`content`]: the files, and which parts of them are durable
//! - [`filesystem`]: the FUSE operations

#[cfg(target_os = "linux")]
mod content;
#[cfg(target_os = "linux")]
mod filesystem;

use test_support::rng::SeededRng;

/// The operations that a disk refuses.
#[derive(Clone, Debug, Default)]
pub(crate) enum DiskFault {
    /// None.
    #[default]
    None,
    /// Disk full: files can't grow.
    Full,
    /// Disk full, also for overwriting, as on copy-on-write file systems.
    FullForAll,
    /// Some writes and flushes fail with an I/O error.
    Errors(SeededRng),
    /// Read-only, as the kernel remounts file systems after errors.
    ReadOnly,
}

#[cfg(not(target_os = "linux"))]
pub(crate) use elsewhere::FaultyDisk;
#[cfg(target_os = "linux")]
pub(crate) use here::FaultyDisk;

#[cfg(target_os = "linux")]
mod here {
    use super::{DiskFault, content::DiskContent, filesystem::FuseFilesystem};
    use bench::site::Result;
    use fuser::{BackgroundSession, Config, MountOption, spawn_mount};
    use std::{
        path::{Path, PathBuf},
        sync::{Arc, Mutex, PoisonError},
    };
    use test_support::rng::SeededRng;

    /// A mounted disk. Unmounted, and its contents lost, when dropped.
    pub(crate) struct FaultyDisk {
        folder: PathBuf,
        content: Arc<Mutex<DiskContent>>,
        session: Option<BackgroundSession>,
    }

    impl FaultyDisk {
        /// Mounts an empty disk in an empty directory.
        ///
        /// # Errors
        /// Fails without FUSE.
        pub(crate) fn mount(folder: &Path) -> Result<Self> {
            let mut disk = Self { folder: folder.to_owned(), content: Arc::default(), session: None };
            disk.mount_filesystem()?;
            Ok(disk)
        }

        /// Simulates a power loss: keeps the flushed data, and with a probability of one half a random part of the
        /// rest. No process may have a file open.
        ///
        /// # Errors
        /// Fails if a file is open, or the disk can't be mounted again.
        pub(crate) fn lose_power(&mut self, rng: &mut SeededRng) -> Result<()> {
            // Copied before unmounting, so that data the kernel writes back on unmounting doesn't count as written.
            let survivors = self.content.lock().unwrap_or_else(PoisonError::into_inner).after_power_loss(rng);
            if let Some(session) = self.session.take() {
                session.umount_and_join()?;
            }
            self.content = Arc::new(Mutex::new(survivors));
            self.mount_filesystem()
        }

        /// Sets the fault of the following operations.
        pub(crate) fn set_fault(&self, fault: DiskFault) {
            self.content.lock().unwrap_or_else(PoisonError::into_inner).set_fault(fault);
        }

        fn mount_filesystem(&mut self) -> Result<()> {
            let mut config = Config::default();
            config.mount_options = vec![MountOption::FSName("chaos".to_owned())];
            let session = spawn_mount(FuseFilesystem(self.content.clone()), &self.folder, &config)
                .map_err(|error| format!("FUSE (/dev/fuse) is missing, which power losses need: {error}"))?;
            self.session = Some(session);
            Ok(())
        }
    }
}

/// Mounting always fails on other systems.
#[cfg(not(target_os = "linux"))]
mod elsewhere {
    use super::DiskFault;
    use bench::site::Result;
    use std::path::Path;
    use test_support::rng::SeededRng;

    pub(crate) struct FaultyDisk;

    impl FaultyDisk {
        pub(crate) fn mount(_: &Path) -> Result<Self> {
            Err("power losses need Linux with FUSE".into())
        }

        pub(crate) fn set_fault(&self, _: DiskFault) {}

        pub(crate) fn lose_power(&mut self, _: &mut SeededRng) -> Result<()> {
            Err("power losses need Linux with FUSE".into())
        }
    }
}
