use super::{links, links::Purpose, person::hold};
use crate::{
    Error, Greenroom, Result,
    entity::{person, person_head, token},
    error::is_duplicate,
    mail::{self, letters},
    store::Transaction,
    to_the_end,
};
use model::{Email, Fault, Instant, PersonId, Refusal, Registration};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::LockType,
};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use uuid::Uuid;

/// Links that confirm an address.
const CONFIRMING: [Purpose; 2] = [Purpose::Verify, Purpose::Email];

/// What a registration asks for. Travels with its link, so that a link makes just the account that was asked
/// for with it.
#[derive(Serialize, Deserialize)]
pub(super) struct Asked {
    name: String,
    role: String,
    craft: Option<String>,
    password_hash: String,
}

impl Asked {
    /// What a link says, if it says anything.
    pub(super) fn parse(payload: &str) -> Result<Option<Self>> {
        let given = Some(payload).filter(|payload| !payload.is_empty());
        given.map(serde_json::from_str).transpose().map_err(Error::broken)
    }

    /// Everything but the password.
    pub(super) fn describe(self, row: &mut person::ActiveModel) {
        row.name = Set(self.name);
        row.role = Set(self.role);
        row.craft = Set(self.craft);
    }
}

impl Greenroom {
    /// Opens an account that works once its address is confirmed by a mailed link. Somebody who has an
    /// account already is told so by mail; the answer is the same, and takes as long.
    ///
    /// # Errors
    /// `Invalid` for a password among the commonest; `RateLimited`.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn register(&self, registration: Registration, from: IpAddr) -> Result<()> {
        self.take_letter(from)?;
        let hash = self.hasher.hash_uncommon(&registration.password).await?;
        // Known or not, a password is compared: with the one before, or with nobody's.
        let known = by_email(&registration.email).one(self.store.reader()).await?;
        let stored = known.map(|row| row.password_hash);
        let turn = self.hasher.turn().await?;
        let same = self.hasher.verify(turn, registration.password.into(), stored.clone()).await?;
        let compared = stored.filter(|_| same);
        let asked = Asked {
            name: registration.name,
            role: registration.role.as_str().to_owned(),
            craft: registration.craft.map(|craft| craft.as_str().to_owned()),
            password_hash: hash,
        };
        let greenroom = self.clone();
        to_the_end(async move { greenroom.register_in_full(registration.email, asked, compared).await }).await
    }

    /// `compared` is the hash that the password was found to fit.
    async fn register_in_full(&self, email: Email, asked: Asked, compared: Option<String>) -> Result<()> {
        let now = self.now();
        let tx = self.store.write().await?;
        let letter = match by_email(&email).lock(LockType::NoKeyUpdate).one(&tx).await? {
            Some(row) if row.email_verified => Some(letters::already_here(&row.name, &self.links)),
            Some(row) if compared.as_ref() == Some(&row.password_hash) => {
                Some(self.confirm_letter(&tx, PersonId(row.id), Some(asked), now).await?)
            }
            Some(row) => self.contest(&tx, &email, PersonId(row.id), asked, now).await?,
            None => match insert(&tx, &email, &asked, now).await {
                // Somebody registered the same address just now: they get their mail.
                Err(Error::Database(error)) if is_duplicate(&error) => return Ok(()),
                inserted => Some(self.confirm_letter(&tx, inserted?, Some(asked), now).await?),
            },
        };
        self.answer_by_mail(tx, &email, letter, now).await
    }

    /// Ends what says nothing of whether an address is known. Where there is no letter, one to nobody is queued: it costs
    /// as much, and tells as little.
    pub(super) async fn answer_by_mail(
        &self,
        tx: Transaction,
        email: &Email,
        letter: Option<mail::Letter>,
        now: Instant,
    ) -> Result<()> {
        let to = Some(email).filter(|_| letter.is_some());
        mail::queue(&tx, to, letter.unwrap_or_else(letters::to_nobody), now).await?;
        tx.commit().await?;
        self.mail_bell.notify_one();
        Ok(())
    }

    /// Two claim the address, or one forgot what they chose. Nobody can know whose the first password is, so none
    /// counts any more: whoever reads the mail chooses one.
    async fn contest(
        &self,
        tx: &Transaction,
        email: &Email,
        id: PersonId,
        asked: Asked,
        now: Instant,
    ) -> Result<Option<mail::Letter>> {
        // Where no letter would follow, the links before must go on working.
        if !mail::has_room(tx, Some(email), letters::CHOOSE_PASSWORD, now).await? {
            return Ok(None);
        }
        links::void(tx, id, &[Purpose::Verify]).await?;
        let contested = person::ActiveModel { password_hash: Set(String::new()), ..unchanged(id.0) };
        contested.update(tx).await?;
        let payload = serde_json::to_string(&asked).map_err(Error::broken)?;
        let token = links::mint(tx, id, Purpose::Reset, payload, now).await?;
        Ok(Some(letters::choose_password(&self.links, &token)))
    }

    /// Mails another link to confirm the address of a new account. Says nothing of whether there is one.
    ///
    /// # Errors
    /// `RateLimited`.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn resend_link(&self, email: Email, from: IpAddr) -> Result<()> {
        self.take_letter(from)?;
        let greenroom = self.clone();
        to_the_end(async move {
            let now = greenroom.now();
            let tx = greenroom.store.write().await?;
            let known = by_email(&email).one(&tx).await?;
            let letter = match known.filter(|row| !row.email_verified) {
                Some(row) => Some(greenroom.confirm_letter(&tx, PersonId(row.id), None, now).await?),
                None => None,
            };
            greenroom.answer_by_mail(tx, &email, letter, now).await
        })
        .await
    }

    /// Confirms an address by the token of a mailed link: that of a new account, or a new one of an old account.
    ///
    /// # Errors
    /// `Invalid` for a token that was used, has run out or never was.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn confirm(&self, token: &str) -> Result<()> {
        let (greenroom, token) = (self.clone(), token.to_owned());
        links::look(self.store.reader(), &token, &CONFIRMING, self.now()).await?;
        to_the_end(async move {
            let now = greenroom.now();
            let tx = greenroom.store.write().await?;
            let opened = links::take(&tx, &token, &CONFIRMING, now).await?;
            if opened.purpose == Purpose::Email {
                return greenroom.move_to_address(tx, opened, now).await;
            }
            if hold(&tx, opened.person).await?.email_verified {
                return Err(Error::field("token", Fault::TokenInvalid));
            }
            let mut row = person::ActiveModel { email_verified: Set(true), ..unchanged(opened.person.0) };
            if let Some(asked) = Asked::parse(&opened.payload)? {
                row.password_hash = Set(asked.password_hash.clone());
                asked.describe(&mut row);
            }
            row.update(&tx).await?;
            links::void(&tx, opened.person, &Purpose::KEYS).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    async fn confirm_letter(
        &self,
        tx: &Transaction,
        id: PersonId,
        asked: Option<Asked>,
        now: Instant,
    ) -> Result<mail::Letter> {
        let payload = asked.map(|asked| serde_json::to_string(&asked)).transpose().map_err(Error::broken)?;
        let token = links::mint(tx, id, Purpose::Verify, payload.unwrap_or_default(), now).await?;
        Ok(letters::confirm(&self.links, &token))
    }

    /// Takes one of the letters that an address may cause.
    pub(super) fn take_letter(&self, from: IpAddr) -> std::result::Result<(), Refusal> {
        self.letters.take(super::sign_in::network(from), self.now())
    }
}

/// Whose address it is.
pub(super) fn by_email(email: &Email) -> Select<person::Entity> {
    person::Entity::find().filter(person::Column::Email.eq(email.as_str()))
}

/// A row of which only what is set changes.
pub(super) fn unchanged(id: Uuid) -> person::ActiveModel {
    person::ActiveModel { id: Unchanged(id), ..Default::default() }
}

async fn insert(tx: &Transaction, email: &Email, asked: &Asked, now: Instant) -> Result<PersonId> {
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

/// Deletes those of these accounts that nobody confirmed. Nothing can hang on them but their links.
pub(crate) async fn forget(tx: &Transaction, accounts: Select<person::Entity>) -> Result<()> {
    let unconfirmed = accounts.filter(person::Column::EmailVerified.eq(false)).order_by_asc(person::Column::Id);
    // Held, so that none is confirmed meanwhile.
    let rows = unconfirmed.lock_exclusive().all(tx).await?;
    let ids: Vec<Uuid> = rows.into_iter().map(|row| row.id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    token::Entity::delete_many().filter(token::Column::PersonId.is_in(ids.clone())).exec(tx).await?;
    person_head::Entity::delete_many().filter(person_head::Column::PersonId.is_in(ids.clone())).exec(tx).await?;
    person::Entity::delete_many().filter(person::Column::Id.is_in(ids)).exec(tx).await?;
    Ok(())
}
