//! Storage in this browser: unsent messages, and drafts.
//!
//! Messages are in one IndexedDB database per person, drafts in `localStorage` under names with the person's id.
//! Both are encrypted with a key that the server gives only to that person's sessions: other users of this browser
//! can neither read nor send them. Sign-out deletes both. Without storage, all functions return nothing.

mod cipher;
mod database;

use super::PendingMessage;
use crate::{json, server_fn_client::sleep};
use database::{Database, await_request, delete_database};
use futures::future::{Either, select};
use js_sys::Array;
use leptos::prelude::window;
use model::{ConversationId, PersonId};
use std::{
    cell::{Cell, RefCell},
    pin::pin,
    rc::Rc,
    time::Duration,
};
use wasm_bindgen::JsValue;
use web_sys::{IdbObjectStore, Storage};

/// The person and the conversation that a draft belongs to. Drafts can only be read and written by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DraftKey {
    /// The author.
    pub person: PersonId,
    /// The conversation that the draft is for.
    pub conversation: ConversationId,
}

/// An intention of a person, stored in this browser for later documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::live) enum Intention {
    /// To sign out. Set until the server has been reached.
    SignOut,
    /// To delete the account. Set until the server has confirmed it.
    DeleteAccount,
}

/// The stored value of an intention. The guard replaces it by another value when a new session begins.
const INTENTION_SET: &str = "1";

impl Intention {
    /// Returns the prefix of its storage keys.
    fn prefix(self) -> &'static str {
        match self {
            Intention::SignOut => "greenroom-signing-out-",
            Intention::DeleteAccount => "greenroom-deleting-",
        }
    }

    /// Returns the storage key of a person's intention.
    pub(in crate::live) fn key(self, me: PersonId) -> String {
        format!("{}{me}", self.prefix())
    }

    /// Stores or clears a person's intention.
    pub(in crate::live) fn set(self, me: PersonId, intends: bool) {
        let (Some(storage), name) = (local_storage(), self.key(me)) else { return };
        // Without storage the intention lives only as long as this page.
        let _ = if intends { storage.set_item(&name, INTENTION_SET) } else { storage.remove_item(&name) };
    }

    /// Returns whether a person has the intention in this session.
    pub(in crate::live) fn is_set(self, me: PersonId) -> bool {
        let value = local_storage().and_then(|storage| storage.get_item(&self.key(me)).ok().flatten());
        value.as_deref() == Some(INTENTION_SET)
    }

    /// Returns all persons with this intention in this browser, in any session.
    pub(in crate::live) fn persons(self) -> Vec<PersonId> {
        let names = local_storage().and_then(|storage| stored_keys(&storage)).unwrap_or_default();
        names.iter().filter_map(|name| name.strip_prefix(self.prefix())?.parse().ok()).collect()
    }
}

/// A transaction that takes longer, in Safari possibly for ever, delays no message: this page then does without.
const TRANSACTION_TIMEOUT: Duration = Duration::from_secs(2);

thread_local! {
    static IS_UNRESPONSIVE: Cell<bool> = const { Cell::new(false) };
    static DATABASE: RefCell<Option<(PersonId, Rc<Database>)>> = RefCell::default();
}

/// Sets the encryption key, without which nothing can be stored or read. Returns whether the key is valid.
pub(in crate::live) fn unlock(key: &str) -> bool {
    IS_UNRESPONSIVE.set(false);
    cipher::set_key(key)
}

/// Stores a message. Returns its storage key: messages are sent in the order of these.
pub(in crate::live) async fn save_message(me: PersonId, entry: &PendingMessage) -> Option<u32> {
    let text = cipher::encrypt(&database_name(me), &json::to_string(entry).ok()?)?;
    let key = with_store(me, async |outbox| await_request(&outbox.add(&text.into())?).await).await?;
    key.as_f64().map(|storage_key| storage_key as u32)
}

/// Updates a stored message, unless another tab has deleted it.
pub(in crate::live) async fn update_message(me: PersonId, storage_key: u32, entry: &PendingMessage) {
    if let Some(text) = json::to_string(entry).ok().and_then(|text| cipher::encrypt(&database_name(me), &text)) {
        with_store(me, async |outbox| {
            let key = JsValue::from(storage_key);
            if !await_request(&outbox.get_key(&key)?).await?.is_undefined() {
                await_request(&outbox.put_with_key(&text.into(), &key)?).await?;
            }
            Ok(())
        })
        .await;
    }
}

/// Returns the stored messages, in order.
pub(in crate::live) async fn load_messages(me: PersonId) -> Option<Vec<PendingMessage>> {
    let (storage_keys, texts) = with_store(me, async |outbox| {
        Ok((await_request(&outbox.get_all_keys()?).await?, await_request(&outbox.get_all()?).await?))
    })
    .await?;
    let read = |(storage_key, text): (JsValue, JsValue)| {
        let entry: PendingMessage = json::from_str(&cipher::decrypt(&database_name(me), &text.as_string()?)?).ok()?;
        Some(PendingMessage { storage_key: Some(storage_key.as_f64()? as u32), ..entry })
    };
    Some(Array::from(&storage_keys).iter().zip(Array::from(&texts).iter()).filter_map(read).collect())
}

/// Deletes a message. Returns whether it was still stored: `true` in only one of several tabs.
pub(in crate::live) async fn remove_message(me: PersonId, storage_key: u32) -> bool {
    let gone = with_store(me, async |outbox| {
        let key = JsValue::from(storage_key);
        let known = !await_request(&outbox.get_key(&key)?).await?.is_undefined();
        await_request(&outbox.delete(&key)?).await?;
        Ok(known)
    });
    gone.await.unwrap_or_default()
}

/// Returns the stored draft, decrypted.
pub(in crate::live) fn load_draft(key: DraftKey) -> Option<String> {
    let name = draft_key(key);
    cipher::decrypt(&name, &local_storage()?.get_item(&name).ok()??)
}

/// Stores a draft, or deletes it if the text is empty. Returns whether it is stored: if storage is full or the key is
/// missing, only the page has it.
///
/// Writes synchronously: a reload right after the last key would abort a transaction.
pub(in crate::live) fn save_draft(key: DraftKey, text: &str) -> bool {
    let (Some(drafts), name) = (local_storage(), draft_key(key)) else { return text.is_empty() };
    if text.is_empty() {
        return drafts.remove_item(&name).is_ok();
    }
    cipher::encrypt(&name, text).is_some_and(|text| drafts.set_item(&name, &text).is_ok())
}

fn local_storage() -> Option<Storage> {
    window().local_storage().ok()?
}

fn stored_keys(storage: &Storage) -> Option<Vec<String>> {
    let length = storage.length().ok()?;
    Some((0..length).filter_map(|index| storage.key(index).ok()?).collect())
}

/// Returns the storage key of a draft.
pub(in crate::live) fn draft_key(key: DraftKey) -> String {
    format!("{}-{}", database_name(key.person), key.conversation)
}

fn delete_drafts(me: PersonId) -> Option<()> {
    let drafts = local_storage()?;
    for name in stored_keys(&drafts)?.iter().filter(|known| known.starts_with(&database_name(me))) {
        drafts.remove_item(name).ok()?;
    }
    Some(())
}

/// Drops the key, so that nothing is stored until the next one: a sign-out in this tab or another ended the session.
pub(in crate::live) fn lock() {
    cipher::forget_key();
    close_database();
}

/// Closes the database, so that it can be deleted.
fn close_database() {
    if let Some((_, database)) = DATABASE.take() {
        database.close();
    }
}

/// Deletes the person's drafts and messages. Waits until other tabs have closed the database.
pub(in crate::live) async fn delete_all(me: PersonId) {
    delete_drafts(me);
    close_database();
    // A browser without IndexedDB has nothing to delete.
    let _ = delete_database(&database_name(me)).await;
}

fn database_name(me: PersonId) -> String {
    format!("greenroom-{me}")
}

/// Runs one transaction. Returns `None` if it fails: the page continues with its data in memory.
async fn with_store<T>(me: PersonId, work: impl AsyncFnOnce(IdbObjectStore) -> Result<T, JsValue>) -> Option<T> {
    if !cipher::has_key() || IS_UNRESPONSIVE.get() {
        return None;
    }
    let work = async { open_database(me).await.ok()?.transact(work).await.ok() };
    match select(pin!(work), pin!(sleep(TRANSACTION_TIMEOUT))).await {
        Either::Left((stored, _)) => stored,
        Either::Right(_) => {
            IS_UNRESPONSIVE.set(true);
            None
        }
    }
}

async fn open_database(me: PersonId) -> Result<Rc<Database>, JsValue> {
    if let Some(known) = open_database_of(me) {
        return Ok(known);
    }
    let database = Rc::new(Database::open(&database_name(me), close_database).await?);
    // While it opened, another message may have opened it too, or a sign-out may have dropped the key.
    let known = open_database_of(me);
    if !cipher::has_key() || known.is_some() {
        database.close();
        return known.ok_or(JsValue::NULL);
    }
    DATABASE.with_borrow_mut(|open| *open = Some((me, database.clone())));
    Ok(database)
}

fn open_database_of(me: PersonId) -> Option<Rc<Database>> {
    DATABASE.with_borrow(|open| open.as_ref().filter(|(owner, _)| *owner == me).map(|(_, database)| database.clone()))
}
