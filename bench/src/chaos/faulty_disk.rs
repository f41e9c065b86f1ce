//! A disk that can fail, and whose power can: a file system in memory that knows what it was told to flush. What a program has
//! written is there for everybody, as it is in a system's cache; what it hasn't flushed is lost when the power fails,
//! or some of it, block by block, as disks write in the order they like.
//!
//! # Layout
//! - this file: the disk as it is mounted, and its power
//! - [`content`]: what is on it, and what of it is there to stay
//! - [`files`]: what the system asks of it

#[cfg(target_os = "linux")]
mod content;
#[cfg(target_os = "linux")]
mod filesystem;

use bench::rng::SeededRng;

/// What a disk refuses.
#[derive(Clone, Debug, Default)]
pub(crate) enum DiskFault {
    /// Nothing.
    #[default]
    None,
    /// It is full: nothing can grow.
    Full,
    /// It is full, and needs room for what is overwritten, too, as file systems do that copy on write.
    FullForAll,
    /// Some writes and flushes end with an I/O error.
    Errors(SeededRng),
    /// It can only be read, as systems have it after errors.
    ReadOnly,
}

#[cfg(not(target_os = "linux"))]
pub(crate) use elsewhere::FaultyDisk;
#[cfg(target_os = "linux")]
pub(crate) use here::FaultyDisk;

#[cfg(target_os = "linux")]
mod here {
    use super::{DiskFault, content::DiskContent, filesystem::FuseFilesystem};
    use bench::{rng::SeededRng, site::Result};
    use fuser::{BackgroundSession, Config, MountOption, spawn_mount};
    use std::{
        path::{Path, PathBuf},
        sync::{Arc, Mutex, PoisonError},
    };

    /// A disk, mounted. Gone with all that is on it when dropped.
    pub(crate) struct FaultyDisk {
        folder: PathBuf,
        content: Arc<Mutex<DiskContent>>,
        session: Option<BackgroundSession>,
    }

    impl FaultyDisk {
        /// An empty one, in an empty folder.
        ///
        /// # Errors
        /// Where there is no FUSE.
        pub(crate) fn mount(folder: &Path) -> Result<Self> {
            let mut disk = Self { folder: folder.to_owned(), content: Arc::default(), session: None };
            disk.mount_filesystem()?;
            Ok(disk)
        }

        /// The machine goes dark, and comes back with what was flushed: each second time with that alone, else with
        /// some of the rest. Nobody may have a file open.
        ///
        /// # Errors
        /// When somebody has, or the disk doesn't come back.
        pub(crate) fn lose_power(&mut self, rng: &mut SeededRng) -> Result<()> {
            // Taken away first, so that nothing the system still held back counts as written.
            let survivors = self.content.lock().unwrap_or_else(PoisonError::into_inner).after_power_loss(rng);
            if let Some(session) = self.session.take() {
                session.umount_and_join()?;
            }
            self.content = Arc::new(Mutex::new(survivors));
            self.mount_filesystem()
        }

        /// Lets it refuse from now on what a disk in this state does.
        pub(crate) fn set_fault(&self, fault: DiskFault) {
            self.content.lock().unwrap_or_else(PoisonError::into_inner).set_fault(fault);
        }

        fn mount_filesystem(&mut self) -> Result<()> {
            let mut config = Config::default();
            config.mount_options = vec![MountOption::FSName("chaos".to_owned())];
            let session = spawn_mount(FuseFilesystem(self.content.clone()), &self.folder, &config)
                .map_err(|error| format!("there is no FUSE here, so no power can fail (/dev/fuse): {error}"))?;
            self.session = Some(session);
            Ok(())
        }
    }
}

/// There is no such disk on other systems, and the test says so.
#[cfg(not(target_os = "linux"))]
mod elsewhere {
    use super::DiskFault;
    use bench::{rng::SeededRng, site::Result};
    use std::path::Path;

    pub(crate) struct FaultyDisk;

    impl FaultyDisk {
        pub(crate) fn mount(_: &Path) -> Result<Self> {
            Err("a disk whose power fails needs Linux with FUSE".into())
        }

        pub(crate) fn set_fault(&self, _: DiskFault) {}

        pub(crate) fn lose_power(&mut self, _: &mut SeededRng) -> Result<()> {
            Err("a disk whose power fails needs Linux with FUSE".into())
        }
    }
}
