//! What was typed into a plain form that was refused, so that the page can show the form filled in again. Without
//! JavaScript only the server can keep it: an address is logged and shared, and the session's cookie is the only one.
//!
//! A form is found by a random id in the page's address, for ten minutes. Values of a signed-in person's form are shown
//! to that person only; those of a visitor's form only to the browser that sent it. Reasons:
//! `docs/decisions/refused-forms.md`.

use crate::{
    Error, Greenroom, Result, Viewer,
    accounts::{device_cookies::expiry_cutoff, token_hash},
    cleanup::delete_batch,
    clock::as_millis,
    entity::{device, refused_form},
    network::{network_of, truncate_address},
    rate_limits::REFUSED_FORM_TTL,
};
use model::PersonId;
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter};
use sha2::{Digest, Sha256};
use std::net::IpAddr;

/// Most bytes of one form's fields: as many as a request may have.
const MAX_FIELDS: usize = 64 * 1024;
/// Expired forms that are deleted before one is stored: more than one, so that they get fewer.
const EXPIRED_PER_FORM: u64 = 50;
/// Random bytes of an id.
const ID_BYTES: usize = 16;

/// A plain form that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedForm {
    /// The path that it was sent to.
    pub path: String,
    /// Its fields by name, without secrets.
    pub fields: Vec<(String, String)>,
}

/// The browser that sends a form or opens a page, as far as the request shows it.
#[derive(Clone, Copy, Debug)]
pub struct FormBrowser<'a> {
    /// The signed-in person.
    pub viewer: Option<&'a Viewer>,
    /// The content of the session cookie, even if its session has ended.
    pub cookie: Option<&'a str>,
    /// The `User-Agent` header.
    pub user_agent: &'a str,
    /// The client's address.
    pub address: IpAddr,
}

/// For whom a form's values are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormOwner {
    /// The person whose page contained the form.
    Person(PersonId),
    /// A browser: the form needs no session.
    Browser,
}

impl Greenroom {
    /// Keeps what was typed. Returns the id by which the page finds it; `None` if the browser doesn't prove that it is
    /// the owner's, or if the limits are reached: then the form is shown empty.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keep_refused_form(
        &self,
        browser: FormBrowser<'_>,
        owner: FormOwner,
        form: &RefusedForm,
    ) -> Result<Option<String>> {
        let fields = serde_json::to_string(&form.fields).map_err(Error::internal)?;
        if fields.len() > MAX_FIELDS || !self.may_own(browser, owner).await? {
            return Ok(None);
        }
        let limits = &self.rate_limits;
        if limits.refused_forms.acquire(network_of(browser.address)).is_err()
            || limits.all_refused_forms.acquire(()).is_err()
        {
            return Ok(None);
        }
        let mut id = [0_u8; ID_BYTES];
        getrandom::fill(&mut id).map_err(Error::internal)?;
        let id = hex::encode(id);
        let person = match owner {
            FormOwner::Person(person) => Some(person.0),
            FormOwner::Browser => None,
        };
        let row = refused_form::ActiveModel {
            id_hash: Set(token_hash(&id)),
            person_id: Set(person),
            browser_hash: Set(browser.hash()),
            path: Set(form.path.clone()),
            fields: Set(fields),
            expires_at: Set(self.now().millis() + as_millis(REFUSED_FORM_TTL)),
        };
        let tx = match browser.viewer {
            Some(viewer) => self.write_for(viewer).await?,
            None => self.store.write().await?,
        };
        // Expired ones first, so that strangers can't fill the disk between two runs of the cleanup.
        let expired = refused_form::Column::ExpiresAt.lte(self.now().millis());
        delete_batch::<refused_form::Entity>(&tx, refused_form::Column::IdHash, expired, EXPIRED_PER_FORM).await?;
        refused_form::Entity::insert(row).exec_without_returning(&tx).await?;
        tx.commit().await?;
        Ok(Some(id))
    }

    /// Returns the form with this id, if it is this browser's or this person's and hasn't expired.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn load_refused_form(&self, browser: FormBrowser<'_>, id: &str) -> Result<Option<RefusedForm>> {
        let found = refused_form::Entity::find_by_id(token_hash(id))
            .filter(refused_form::Column::ExpiresAt.gt(self.now().millis()))
            .filter(browser.is_owner())
            .one(self.store.reader())
            .await?;
        let Some(row) = found else { return Ok(None) };
        let fields = serde_json::from_str(&row.fields).map_err(|_| Error::corrupt("fields"))?;
        Ok(Some(RefusedForm { path: row.path, fields }))
    }

    /// Deletes a form's values, because the form was sent to this path again. Does nothing if the form isn't this
    /// browser's or this person's.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_refused_form(&self, browser: FormBrowser<'_>, path: &str, id: &str) -> Result<()> {
        let tx = self.store.write_background().await?;
        refused_form::Entity::delete_many()
            .filter(refused_form::Column::IdHash.eq(token_hash(id)))
            .filter(refused_form::Column::Path.eq(path))
            .filter(browser.is_owner())
            .exec(&tx)
            .await?;
        tx.commit().await
    }

    /// Whether the browser proves that it acts for the owner: by a session, or by the cookie of one that has ended,
    /// which stays in the browser.
    async fn may_own(&self, browser: FormBrowser<'_>, owner: FormOwner) -> Result<bool> {
        let FormOwner::Person(person) = owner else { return Ok(true) };
        if let Some(viewer) = browser.viewer {
            return Ok(viewer.id() == person);
        }
        let Some(cookie) = browser.cookie else { return Ok(false) };
        let known = device::Entity::find_by_id(token_hash(cookie))
            .filter(device::Column::CreatedAt.gt(expiry_cutoff(self.now())))
            .one(self.store.reader())
            .await?;
        Ok(known.is_some_and(|device| device.person_id == person.0))
    }
}

impl FormBrowser<'_> {
    /// Returns the condition for the forms of this person or this browser.
    fn is_owner(&self) -> Condition {
        let person = refused_form::Column::PersonId;
        let of_browser = Condition::all().add(person.is_null()).add(refused_form::Column::BrowserHash.eq(self.hash()));
        let of_person = self.viewer.map(|viewer| person.eq(viewer.id().0));
        Condition::any().add(of_browser).add_option(of_person)
    }

    /// Returns a hash that tells this browser from others: of its cookie, or if it has none, of its network and its
    /// name.
    fn hash(&self) -> Vec<u8> {
        let mut hash = Sha256::new();
        match self.cookie {
            Some(cookie) => {
                hash.update(b"cookie");
                hash.update(cookie);
            }
            None => {
                hash.update(truncate_address(self.address.to_canonical(), 16, 32).addr().to_string());
                hash.update([0]);
                hash.update(self.user_agent);
            }
        }
        hash.finalize().to_vec()
    }
}
