//! What this browser keeps by itself: messages that haven't gone out, and drafts.
//!
//! Messages are in a database for each person, drafts under a name with theirs in it, both encrypted by a key that only
//! a session of theirs is told: nobody else who uses this browser can read or send what they wrote. Both are deleted at
//! sign-out. Where the browser keeps nothing, all of it answers with nothing.

mod cipher;
mod database;

use super::PendingMessage;
use crate::live::drafts::DraftKey;
use crate::{json, server_fn_client::sleep};
use database::{Database, await_request, delete_database};
use futures::future::{Either, select};
use js_sys::Array;
use leptos::prelude::window;
use model::PersonId;
use std::{
    cell::{Cell, RefCell},
    pin::pin,
    rc::Rc,
    time::Duration,
};
use wasm_bindgen::JsValue;
use web_sys::{IdbObjectStore, Storage};

/// What a person wants to do, noted in this browser for the documents that come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::live) enum Intention {
    /// As long as the server couldn't be told.
    SignOut,
    /// As long as the server hasn't said that it is done.
    DeleteAccount,
}

/// How an intention is written down. The guard writes another word where a new session begins.
const NOTED: &str = "1";

impl Intention {
    /// Begins the name it is noted under.
    fn prefix(self) -> &'static str {
        match self {
            Intention::SignOut => "greenroom-signing-out-",
            Intention::DeleteAccount => "greenroom-deleting-",
        }
    }

    /// The name under which a person's is noted.
    pub(in crate::live) fn key(self, me: PersonId) -> String {
        format!("{}{me}", self.prefix())
    }

    /// Notes that a person has it, or no longer does.
    pub(in crate::live) fn set(self, me: PersonId, intends: bool) {
        let (Some(storage), name) = (local_storage(), self.key(me)) else { return };
        // Where nothing can be kept, the page itself still knows.
        let _ = if intends { storage.set_item(&name, NOTED) } else { storage.remove_item(&name) };
    }

    /// Whether a person has it in this session.
    pub(in crate::live) fn is_set(self, me: PersonId) -> bool {
        let noted = local_storage().and_then(|storage| storage.get_item(&self.key(me)).ok().flatten());
        noted.as_deref() == Some(NOTED)
    }

    /// All in this browser who have it.
    pub(in crate::live) fn persons(self) -> Vec<PersonId> {
        let names = local_storage().and_then(|storage| stored_keys(&storage)).unwrap_or_default();
        names.iter().filter_map(|name| name.strip_prefix(self.prefix())?.parse().ok()).collect()
    }
}

/// A database that takes longer, as Safari's may for ever, holds up no message: this page then does without.
const OPEN_TIMEOUT: Duration = Duration::from_secs(2);

thread_local! {
    static IS_UNRESPONSIVE: Cell<bool> = const { Cell::new(false) };
    static DATABASE: RefCell<Option<(PersonId, Rc<Database>)>> = RefCell::default();
}

/// Takes the key without which nothing is kept and nothing that is kept can be read. Says whether it is one.
pub(in crate::live) fn unlock(key: &str) -> bool {
    IS_UNRESPONSIVE.set(false);
    cipher::set_key(key)
}

/// Keeps a message. Says its place: messages go out in the order of these.
pub(in crate::live) async fn save_message(me: PersonId, entry: &PendingMessage) -> Option<u32> {
    let text = cipher::encrypt(&database_name(me), &json::to_string(entry).ok()?)?;
    let key = with_store(me, async |outbox| await_request(&outbox.add(&text.into())?).await).await?;
    key.as_f64().map(|place| place as u32)
}

/// Notes how a message that is kept now stands.
pub(in crate::live) async fn update_message(me: PersonId, place: u32, entry: &PendingMessage) {
    if let Some(text) = json::to_string(entry).ok().and_then(|text| cipher::encrypt(&database_name(me), &text)) {
        with_store(me, async |outbox| await_request(&outbox.put_with_key(&text.into(), &place.into())?).await).await;
    }
}

/// All messages that are kept, in their order.
pub(in crate::live) async fn load_messages(me: PersonId) -> Option<Vec<PendingMessage>> {
    let (places, texts) = with_store(me, async |outbox| {
        Ok((await_request(&outbox.get_all_keys()?).await?, await_request(&outbox.get_all()?).await?))
    })
    .await?;
    let read = |(place, text): (JsValue, JsValue)| {
        let entry: PendingMessage = json::from_str(&cipher::decrypt(&database_name(me), &text.as_string()?)?).ok()?;
        Some(PendingMessage { storage_key: Some(place.as_f64()? as u32), ..entry })
    };
    Some(Array::from(&places).iter().zip(Array::from(&texts).iter()).filter_map(read).collect())
}

/// Lets go of a message. Says whether it was still there: of several tabs only one is told so.
pub(in crate::live) async fn remove_message(me: PersonId, place: u32) -> bool {
    let gone = with_store(me, async |outbox| {
        let key = JsValue::from(place);
        let known = !await_request(&outbox.get_key(&key)?).await?.is_undefined();
        await_request(&outbox.delete(&key)?).await?;
        Ok(known)
    });
    gone.await.unwrap_or_default()
}

/// What was being written to a conversation.
pub(in crate::live) fn load_draft(key: DraftKey) -> Option<String> {
    let name = draft_key(key);
    cipher::decrypt(&name, &local_storage()?.get_item(&name).ok()??)
}

/// Keeps what is being written; nothing of an empty one. Says whether it is kept: where there is no room for it, or no
/// key yet, only the page has it.
///
/// At once, not in a transaction that a reload right after the last key would cut off.
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

/// The name it is kept under.
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

/// Keeps nothing more until there is a key again: the session is over, by a sign-out in this tab or another.
pub(in crate::live) fn lock() {
    cipher::forget_key();
    close_database();
}

/// Lets go of the database, so that it can be deleted.
fn close_database() {
    if let Some((_, database)) = DATABASE.take() {
        database.close();
    }
}

/// Deletes all of it. Waits for other tabs to let go of it.
pub(in crate::live) async fn delete_all(me: PersonId) {
    delete_drafts(me);
    close_database();
    // Where nothing can be kept there is nothing to delete.
    let _ = delete_database(&database_name(me)).await;
}

fn database_name(me: PersonId) -> String {
    format!("greenroom-{me}")
}

/// One transaction. Nothing where it fails: the page goes on with what it holds itself.
async fn with_store<T>(me: PersonId, work: impl AsyncFnOnce(IdbObjectStore) -> Result<T, JsValue>) -> Option<T> {
    if !cipher::has_key() || IS_UNRESPONSIVE.get() {
        return None;
    }
    let work = async { open_database(me).await.ok()?.transact(work).await.ok() };
    match select(pin!(work), pin!(sleep(OPEN_TIMEOUT))).await {
        Either::Left((kept, _)) => kept,
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
    // In between, another message may have opened it, or a sign-out locked it.
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
