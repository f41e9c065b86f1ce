//! What this browser keeps by itself: messages that haven't gone out, and drafts.
//!
//! Messages are in a database for each person, drafts under a name with theirs in it, both encrypted by a key that only
//! a session of theirs is told: nobody else who uses this browser can read or send what they wrote. Both are deleted at
//! sign-out. Where the browser keeps nothing, all of it answers with nothing.

mod cipher;
mod database;

use super::{drafts::DraftKey, outbox::Parcel};
use crate::{json, server_fn_client::sleep};
use database::{Database, delete, settled};
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
pub(super) enum Intention {
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
    pub(super) fn name(self, me: PersonId) -> String {
        format!("{}{me}", self.prefix())
    }

    /// Notes that a person has it, or no longer does.
    pub(super) fn note(self, me: PersonId, intends: bool) {
        let (Some(storage), name) = (storage(), self.name(me)) else { return };
        // Where nothing can be kept, the page itself still knows.
        let _ = if intends { storage.set_item(&name, NOTED) } else { storage.remove_item(&name) };
    }

    /// Whether a person has it in this session.
    pub(super) fn is_noted(self, me: PersonId) -> bool {
        let noted = storage().and_then(|storage| storage.get_item(&self.name(me)).ok().flatten());
        noted.as_deref() == Some(NOTED)
    }

    /// All in this browser who have it.
    pub(super) fn persons(self) -> Vec<PersonId> {
        let names = storage().and_then(|storage| names(&storage)).unwrap_or_default();
        names.iter().filter_map(|name| name.strip_prefix(self.prefix())?.parse().ok()).collect()
    }
}

/// A database that takes longer, as Safari's may for ever, holds up no message: this page then does without.
const PATIENCE: Duration = Duration::from_secs(2);

thread_local! {
    static SILENT: Cell<bool> = const { Cell::new(false) };
    static OPEN: RefCell<Option<(PersonId, Rc<Database>)>> = RefCell::default();
}

/// Takes the key without which nothing is kept and nothing that is kept can be read. Says whether it is one.
pub(super) fn unlock(key: &str) -> bool {
    SILENT.set(false);
    cipher::unlock(key)
}

/// Keeps a message. Says its place: messages go out in the order of these.
pub(super) async fn keep(me: PersonId, parcel: &Parcel) -> Option<u32> {
    let text = cipher::encrypt(&name(me), &json::to_string(parcel).ok()?)?;
    let key = with(me, async |outbox| settled(&outbox.add(&text.into())?).await).await?;
    key.as_f64().map(|place| place as u32)
}

/// Notes how a message that is kept now stands.
pub(super) async fn change(me: PersonId, place: u32, parcel: &Parcel) {
    if let Some(text) = json::to_string(parcel).ok().and_then(|text| cipher::encrypt(&name(me), &text)) {
        with(me, async |outbox| settled(&outbox.put_with_key(&text.into(), &place.into())?).await).await;
    }
}

/// All messages that are kept, in their order.
pub(super) async fn all(me: PersonId) -> Option<Vec<Parcel>> {
    let (places, texts) =
        with(me, async |outbox| Ok((settled(&outbox.get_all_keys()?).await?, settled(&outbox.get_all()?).await?)))
            .await?;
    let read = |(place, text): (JsValue, JsValue)| {
        let parcel: Parcel = json::from_str(&cipher::decrypt(&name(me), &text.as_string()?)?).ok()?;
        Some(Parcel { place: Some(place.as_f64()? as u32), ..parcel })
    };
    Some(Array::from(&places).iter().zip(Array::from(&texts).iter()).filter_map(read).collect())
}

/// Lets go of a message. Says whether it was still there: of several tabs only one is told so.
pub(super) async fn drop(me: PersonId, place: u32) -> bool {
    let gone = with(me, async |outbox| {
        let key = JsValue::from(place);
        let known = !settled(&outbox.get_key(&key)?).await?.is_undefined();
        settled(&outbox.delete(&key)?).await?;
        Ok(known)
    });
    gone.await.unwrap_or_default()
}

/// What was being written to a conversation.
pub(super) fn draft(key: DraftKey) -> Option<String> {
    let name = draft_name(key);
    cipher::decrypt(&name, &storage()?.get_item(&name).ok()??)
}

/// Keeps what is being written; nothing of an empty one. Says whether it is kept: where there is no room for it, or no
/// key yet, only the page has it.
///
/// At once, not in a transaction that a reload right after the last key would cut off.
pub(super) fn keep_draft(key: DraftKey, text: &str) -> bool {
    let (Some(drafts), name) = (storage(), draft_name(key)) else { return text.is_empty() };
    if text.is_empty() {
        return drafts.remove_item(&name).is_ok();
    }
    cipher::encrypt(&name, text).is_some_and(|text| drafts.set_item(&name, &text).is_ok())
}

fn storage() -> Option<Storage> {
    window().local_storage().ok()?
}

fn names(storage: &Storage) -> Option<Vec<String>> {
    let length = storage.length().ok()?;
    Some((0..length).filter_map(|index| storage.key(index).ok()?).collect())
}

/// The name it is kept under.
pub(super) fn draft_name(key: DraftKey) -> String {
    format!("{}-{}", name(key.person), key.conversation)
}

fn empty_drafts(me: PersonId) -> Option<()> {
    let drafts = storage()?;
    for name in names(&drafts)?.iter().filter(|known| known.starts_with(&name(me))) {
        drafts.remove_item(name).ok()?;
    }
    Some(())
}

/// Keeps nothing more until there is a key again: the session is over, by a sign-out in this tab or another.
pub(super) fn lock_up() {
    cipher::lock();
    close();
}

/// Lets go of the database, so that it can be deleted.
fn close() {
    if let Some((_, database)) = OPEN.take() {
        database.close();
    }
}

/// Deletes all of it. Waits for other tabs to let go of it.
pub(super) async fn empty(me: PersonId) {
    empty_drafts(me);
    close();
    // Where nothing can be kept there is nothing to delete.
    let _ = delete(&name(me)).await;
}

fn name(me: PersonId) -> String {
    format!("greenroom-{me}")
}

/// One transaction. Nothing where it fails: the page goes on with what it holds itself.
async fn with<T>(me: PersonId, work: impl AsyncFnOnce(IdbObjectStore) -> Result<T, JsValue>) -> Option<T> {
    if !cipher::is_unlocked() || SILENT.get() {
        return None;
    }
    let work = async { open(me).await.ok()?.with(work).await.ok() };
    match select(pin!(work), pin!(sleep(PATIENCE))).await {
        Either::Left((kept, _)) => kept,
        Either::Right(_) => {
            SILENT.set(true);
            None
        }
    }
}

async fn open(me: PersonId) -> Result<Rc<Database>, JsValue> {
    if let Some(known) = opened(me) {
        return Ok(known);
    }
    let database = Rc::new(Database::open(&name(me), close).await?);
    // In between, another message may have opened it, or a sign-out locked it.
    let known = opened(me);
    if !cipher::is_unlocked() || known.is_some() {
        database.close();
        return known.ok_or(JsValue::NULL);
    }
    OPEN.with_borrow_mut(|open| *open = Some((me, database.clone())));
    Ok(database)
}

fn opened(me: PersonId) -> Option<Rc<Database>> {
    OPEN.with_borrow(|open| open.as_ref().filter(|(owner, _)| *owner == me).map(|(_, database)| database.clone()))
}
