use super::{links, links::Purpose};
use crate::{
    Error, Greenroom, Result,
    entity::{person, person_head, token},
    error::is_duplicate,
    mail::{self, letters},
    to_the_end,
};
use model::{Email, Instant, PersonId, Refusal, Registration};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter,
};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use uuid::Uuid;

/// What a registration asks for. Travels with its link, so that a link makes just the account that was asked
/// for with it: somebody who registered with another's address before them gains nothing by it.
#[derive(Serialize, Deserialize)]
struct Asked {
    name: String,
    role: String,
    craft: Option<String>,
    password_hash: String,
}

impl Greenroom {
    /// Opens an account that works once its address is confirmed by a mailed link. Somebody who has an
    /// account already is told so by mail; the answer is the same, and takes as long.
    ///
    /// # Errors
    /// `Invalid` for a password among the commonest; `RateLimited`.
    pub async fn register(&self, registration: Registration, from: IpAddr) -> Result<()> {
        self.take_letter(from)?;
        let hash = self.hasher.hash_uncommon(&registration.password).await?;
        // Known or not, a password is compared: with the one before, or with nobody's.
        let known = self.find_by_email(&registration.email).await?;
        let stored = known.map(|row| row.password_hash);
        let same = self.hasher.verify(self.hasher.turn().await?, registration.password.clone().into(), stored).await?;
        let greenroom = self.clone();
        to_the_end(async move { greenroom.register_in_full(registration, hash, same).await }).await
    }

    async fn register_in_full(&self, registration: Registration, hash: String, same: bool) -> Result<()> {
        let (now, email) = (self.now(), registration.email.clone());
        let asked = Asked {
            name: registration.name,
            role: registration.role.as_str().to_owned(),
            craft: registration.craft.map(|craft| craft.as_str().to_owned()),
            password_hash: hash,
        };
        let tx = self.store.write().await?;
        let known = person::Entity::find().filter(person::Column::Email.eq(email.as_str())).one(&tx).await?;
        let letter = match known {
            Some(row) if row.email_verified => letters::already_here(&row.name, &self.links),
            Some(row) => {
                if !same {
                    // Two people claim the address, or one forgot what they chose: until a link tells who is
                    // right, neither password is.
                    let contested = person::ActiveModel { password_hash: Set(String::new()), ..unchanged(row.id) };
                    contested.update(&tx).await?;
                }
                self.confirm_letter(&tx, PersonId(row.id), Some(asked), now).await?
            }
            None => {
                let id = match insert(&tx, &email, &asked, now).await {
                    // Somebody registered the same address just now: they get their mail.
                    Err(Error::Database(error)) if is_duplicate(&error) => return Ok(()),
                    inserted => inserted?,
                };
                self.confirm_letter(&tx, id, Some(asked), now).await?
            }
        };
        mail::queue(&tx, Some(&email), letter, now).await?;
        tx.commit().await?;
        self.mail_bell.notify_one();
        Ok(())
    }

    /// Mails another link to confirm the address of a new account. Says nothing of whether there is one.
    ///
    /// # Errors
    /// `RateLimited`.
    pub async fn resend_link(&self, email: Email, from: IpAddr) -> Result<()> {
        self.take_letter(from)?;
        let greenroom = self.clone();
        to_the_end(async move {
            let now = greenroom.now();
            let tx = greenroom.store.write().await?;
            let known = person::Entity::find().filter(person::Column::Email.eq(email.as_str())).one(&tx).await?;
            let (to, letter) = match known.filter(|row| !row.email_verified) {
                Some(row) => (Some(&email), greenroom.confirm_letter(&tx, PersonId(row.id), None, now).await?),
                None => (None, letters::to_nobody()),
            };
            mail::queue(&tx, to, letter, now).await?;
            tx.commit().await?;
            greenroom.mail_bell.notify_one();
            Ok(())
        })
        .await
    }

    /// Confirms an address by the token of a mailed link: that of a new account, or a new one of an old account.
    ///
    /// # Errors
    /// `Invalid` for a token that was used, has run out or never was.
    pub async fn confirm(&self, token: &str) -> Result<()> {
        let (greenroom, token) = (self.clone(), token.to_owned());
        to_the_end(async move {
            let now = greenroom.now();
            let tx = greenroom.store.write().await?;
            let opened = links::take(&tx, &token, &[Purpose::Verify, Purpose::Email], now).await?;
            if opened.purpose == Purpose::Email {
                return greenroom.move_to_address(tx, opened, now).await;
            }
            let mut row = person::ActiveModel { email_verified: Set(true), ..unchanged(opened.person.0) };
            if !opened.payload.is_empty() {
                let asked: Asked = serde_json::from_str(&opened.payload).map_err(Error::broken)?;
                row.name = Set(asked.name);
                row.role = Set(asked.role);
                row.craft = Set(asked.craft);
                row.password_hash = Set(asked.password_hash);
            }
            row.update(&tx).await?;
            links::void(&tx, opened.person, Purpose::Verify).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    async fn confirm_letter(
        &self,
        tx: &DatabaseTransaction,
        id: PersonId,
        asked: Option<Asked>,
        now: Instant,
    ) -> Result<mail::Letter> {
        let payload = asked.map(|asked| serde_json::to_string(&asked)).transpose().map_err(Error::broken)?;
        let token = links::mint(tx, id, Purpose::Verify, payload.unwrap_or_default(), now).await?;
        Ok(letters::confirm(&self.links, &token))
    }

    pub(super) async fn find_by_email(&self, email: &Email) -> Result<Option<person::Model>> {
        let found = person::Entity::find().filter(person::Column::Email.eq(email.as_str()));
        Ok(found.one(self.store.reader()).await?)
    }

    /// Takes one of the letters that an address may cause.
    pub(super) fn take_letter(&self, from: IpAddr) -> std::result::Result<(), Refusal> {
        self.letters.take(super::sign_in::network(from), self.now())
    }
}

/// A row of which only what is set changes.
pub(super) fn unchanged(id: Uuid) -> person::ActiveModel {
    person::ActiveModel { id: Unchanged(id), ..Default::default() }
}

async fn insert(tx: &DatabaseTransaction, email: &Email, asked: &Asked, now: Instant) -> Result<PersonId> {
    let row = super::NewPerson {
        email: email.as_str(),
        name: &asked.name,
        role: &asked.role,
        craft: asked.craft.as_deref(),
        password_hash: &asked.password_hash,
        email_verified: false,
    };
    Ok(PersonId(row.insert(tx, now).await?.id))
}

/// Deletes accounts that nobody confirmed. Nothing can hang on them but their links.
pub(crate) async fn forget(tx: &DatabaseTransaction, rows: Vec<person::Model>) -> Result<()> {
    let ids: Vec<Uuid> = rows.into_iter().filter(|row| !row.email_verified).map(|row| row.id).collect();
    token::Entity::delete_many().filter(token::Column::PersonId.is_in(ids.clone())).exec(tx).await?;
    person_head::Entity::delete_many().filter(person_head::Column::PersonId.is_in(ids.clone())).exec(tx).await?;
    person::Entity::delete_many().filter(person::Column::Id.is_in(ids)).exec(tx).await?;
    Ok(())
}
