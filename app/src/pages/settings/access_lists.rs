use crate::{reactive::effect, server_fns};
use leptos::{prelude::*, task::spawn_local};
use model::{AccessToken, Device};

/// The devices and access tokens of an account. Reloaded after each change of them.
#[derive(Clone, Copy)]
pub(super) struct AccessLists {
    pub(super) devices: RwSignal<Vec<Device>>,
    pub(super) tokens: RwSignal<Vec<AccessToken>>,
}

impl AccessLists {
    /// Reloads both each time that `done` becomes true.
    pub(super) fn reload_after(self, done: Signal<bool>) {
        effect(move || {
            if done.get() {
                spawn_local(async move {
                    // On failure the lists stay as they are: nothing depends on them.
                    if let Ok(now) = server_fns::load_settings().await {
                        self.devices.try_set(now.devices);
                        self.tokens.try_set(now.tokens);
                    }
                });
            }
        });
    }
}
