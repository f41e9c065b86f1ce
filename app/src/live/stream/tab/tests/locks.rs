//! The lock that the tabs of a browser share.

use super::world::{REQUEST_TIMEOUT, Task, World};
use crate::live::stream::tab::Input;

/// Which locks the browser has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Locks {
    Working,
    Missing,
    NeverGranted,
}

/// The page that holds or wants the lock: a tab with its document and the lock's number; `None` for a page that no
/// longer runs.
pub(super) type LockOwner = Option<(usize, u32, u32)>;

impl World {
    pub(super) fn request_lock(&mut self, tab: usize, id: u32, steal: bool) {
        let owner = (tab, self.pages[tab].document, id);
        match self.locks {
            Locks::Missing => self.apply(tab, Input::LockRefused(id)),
            Locks::NeverGranted if steal => {
                self.schedule(tab, REQUEST_TIMEOUT, Task::Input(Input::LockRefused(id)));
            }
            Locks::NeverGranted => {}
            Locks::Working if steal => self.steal_lock(Some(owner)),
            Locks::Working => {
                self.lock_queue.push_back(owner);
                self.grant_next();
            }
        }
    }

    /// Gives the lock to a tab, or to a page that no longer runs.
    pub(super) fn steal_lock(&mut self, owner: LockOwner) {
        if let Some(Some((tab, _, id))) = self.lock_holder {
            self.schedule(tab, 0, Task::Input(Input::LockStolen(id)));
        }
        self.lock_holder = Some(owner);
        self.report_grant(owner);
    }

    fn report_grant(&mut self, owner: LockOwner) {
        if let Some((tab, _, id)) = owner {
            let delay = self.rng.u64(0..5);
            self.schedule(tab, delay, Task::Input(Input::LockGranted(id)));
        }
    }

    fn grant_next(&mut self) {
        if self.lock_holder.is_none()
            && let Some(next) = self.lock_queue.pop_front()
        {
            self.lock_holder = Some(Some(next));
            self.report_grant(Some(next));
        }
    }

    pub(super) fn release_lock(&mut self, tab: usize) {
        self.lock_queue.retain(|(waiting, ..)| *waiting != tab);
        if self.lock_holder.flatten().is_some_and(|(holder, ..)| holder == tab) {
            self.lock_holder = None;
        }
        self.grant_next();
    }
}
