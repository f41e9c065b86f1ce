//! A minimal IndexedDB wrapper for the outbox: one object store with auto-incremented keys.

use js_sys::{Function, Promise};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{IdbDatabase, IdbFactory, IdbObjectStore, IdbObjectStoreParameters, IdbRequest, IdbTransactionMode};

const STORE: &str = "outbox";

/// An open database.
pub(super) struct Database(IdbDatabase);

impl Database {
    /// Opens the database, and creates it if necessary. Calls `closed` when the browser or another tab closes it.
    pub(super) async fn open(name: &str, closed: impl Fn() + Copy + 'static) -> Result<Self, JsValue> {
        let request = idb_factory()?.open_with_u32(name, 1)?;
        let upgrade = request.clone();
        let make = move || {
            let numbered = IdbObjectStoreParameters::new();
            numbered.set_auto_increment(true);
            if let Ok(database) = upgrade.result() {
                // The database is new, so no object store of that name exists.
                let database: IdbDatabase = database.unchecked_into();
                let _ = database.create_object_store_with_optional_parameters(STORE, &numbered);
            }
        };
        request.set_onupgradeneeded(Some(Closure::once_into_js(make).unchecked_ref()));
        let database: IdbDatabase = await_request(&request).await?.unchecked_into();
        database.set_onclose(Some(Closure::once_into_js(closed).unchecked_ref()));
        // Another document wants to delete the database, and waits until this connection is closed.
        let open = database.clone();
        let close_for_upgrade = move || {
            open.close();
            closed();
        };
        database.set_onversionchange(Some(Closure::once_into_js(close_for_upgrade).unchecked_ref()));
        Ok(Self(database))
    }

    /// Runs one transaction. The browser commits it once `work` has no request pending.
    pub(super) async fn transact<T>(
        &self,
        work: impl AsyncFnOnce(IdbObjectStore) -> Result<T, JsValue>,
    ) -> Result<T, JsValue> {
        let transaction = self.0.transaction_with_str_and_mode(STORE, IdbTransactionMode::Readwrite)?;
        let value = work(transaction.object_store(STORE)?).await?;
        let done = new_promise(|done, failed| {
            transaction.set_oncomplete(Some(done));
            transaction.set_onabort(Some(failed));
        });
        JsFuture::from(done).await?;
        Ok(value)
    }

    /// Closes the connection.
    pub(super) fn close(&self) {
        self.0.close();
    }
}

/// Deletes a database, once no tab has it open.
pub(super) async fn delete_database(name: &str) -> Result<JsValue, JsValue> {
    let request = idb_factory()?.delete_database(name)?;
    await_request(&request).await
}

/// Returns the result of a request.
pub(super) async fn await_request(request: &IdbRequest) -> Result<JsValue, JsValue> {
    let answer = new_promise(|done, failed| {
        request.set_onsuccess(Some(done));
        request.set_onerror(Some(failed));
    });
    JsFuture::from(answer).await?;
    request.result()
}

fn new_promise(on: impl Fn(&Function, &Function)) -> Promise {
    Promise::new(&mut |done, failed| on(&done, &failed))
}

fn idb_factory() -> Result<IdbFactory, JsValue> {
    window().indexed_db()?.ok_or(JsValue::NULL)
}
