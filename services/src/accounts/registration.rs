use super::{
    hash_queue::Requester,
    one_time_token,
    one_time_token::Purpose,
    secret::{Secret, token_hash},
    security_log::{SecurityEvent, Subject},
    sign_in::network_of,
};
use crate::{
    Greenroom, Result,
    entity::{event_sequence, person, token},
    error::{Error, is_duplicate},
    mail::{self, templates},
    run_to_completion,
    store::Transaction,
};
use model::{ApiError, Email, LookupEmail, PersonId, Profile, Registration, StoredEmail, Timestamp};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{ExprTrait, LockType, SimpleExpr},
};
use std::net::IpAddr;
use uuid::Uuid;

/// Milliseconds within which the same registration again is a double click, either way: after a clock was set back, the
/// first one is dated ahead.
const DOUBLE_CLICK: u64 = 60 * 1_000;
/// How often a registration is compared with the one that was stored while it was compared with the one before.
const ATTEMPTS: usize = 4;

/// A registration with its password hashed.
#[derive(Clone)]
pub(super) struct PendingRegistration {
    pub(super) name: String,
    pub(super) role: String,
    pub(super) craft: Option<String>,
    pub(super) password_hash: String,
}

impl PendingRegistration {
    pub(super) fn new(profile: &Profile, password_hash: String) -> Self {
        Self {
            name: profile.name.clone(),
            role: profile.role.as_str().to_owned(),
            craft: profile.craft.map(|craft| craft.as_str().to_owned()),
            password_hash,
        }
    }

    /// Replaces all that a row says of its person.
    pub(super) fn write_to(self, row: &mut person::ActiveModel) {
        row.name = Set(self.name);
        row.role = Set(self.role);
        row.craft = Set(self.craft);
        row.password_hash = Set(self.password_hash);
    }

    /// Whether a row was registered with the same words. Whether with the same password, its hash can't tell.
    fn matches(&self, row: &person::Model) -> bool {
        self.name == row.name && self.role == row.role && self.craft == row.craft
    }
}

/// What a registration's password was compared with.
struct Comparison {
    stored: Option<String>,
    same: bool,
}

impl Greenroom {
    /// Opens an account that works once its address is confirmed by a mailed link. A person who has an account already is
    /// told so by mail; the answer is the same, and takes as long. Returns the secret by which a browser shows later
    /// that it was the one that registered: see [`confirm_email`](Self::confirm_email).
    ///
    /// # Errors
    /// `Invalid` for a password among the commonest; `RateLimited`.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn register_account(&self, registration: Registration, from: IpAddr) -> Result<String> {
        self.acquire_account_mail(from)?;
        let Registration { email, profile } = registration;
        let email = StoredEmail::from(&email);
        let requester = Requester::Network(network_of(from));
        let hash = self.hasher.hash_chosen(requester, &profile.password, &profile.name, email.as_str()).await?;
        let pending = PendingRegistration::new(&profile, hash);
        let secret = Secret::generate()?;
        let registrant = secret.hash();
        for attempt in 1..=ATTEMPTS {
            // Known or not, a password is compared: with the one before, or with one that fits no account.
            let stored = select_by_email(&email).one(self.store.reader()).await?.map(|row| row.password_hash);
            let turn = self.hasher.acquire_permit(requester).await?;
            let same = self.hasher.verify(turn, profile.password.clone().into(), stored.clone()).await?;
            let compared = Comparison { stored, same };
            let (greenroom, email) = (self.clone(), email.clone());
            let (pending, registrant) = (pending.clone(), registrant.clone());
            let last = attempt == ATTEMPTS;
            let work = async move { greenroom.store_registration(&email, pending, compared, registrant, last).await };
            if run_to_completion(work).await? {
                break;
            }
        }
        self.log_security_of_address(SecurityEvent::RegistrationRequested, email.as_str(), from).await;
        Ok(secret.into_text())
    }

    /// Returns `false` where another registration was stored since the comparison, which has to be made again then. The
    /// last time, one that wasn't compared counts as another person's.
    async fn store_registration(
        &self,
        email: &StoredEmail,
        pending: PendingRegistration,
        compared: Comparison,
        registrant: Vec<u8>,
        last: bool,
    ) -> Result<bool> {
        let now = self.now();
        let tx = self.store.write().await?;
        let email_content = match select_by_email(email).lock(LockType::NoKeyUpdate).one(&tx).await? {
            Some(row) if row.email_verified => Some(templates::already_registered(&row.name, &self.links)),
            Some(row) if has_registration_conflict(&row) => {
                self.handle_registration_conflict(&tx, email, &row, now).await?
            }
            Some(row) if compared.stored.as_ref() != Some(&row.password_hash) && !last => return Ok(false),
            Some(row) if compared.same && pending.matches(&row) => {
                one_time_token::store_hash(&tx, registrant, PersonId(row.id), Purpose::Registrant, String::new(), now)
                    .await?;
                match now.millis().abs_diff(row.created_at) < DOUBLE_CLICK {
                    true => None,
                    false => {
                        self.create_confirmation_email(&tx, email, PersonId(row.id), templates::CONFIRM_KIND, now)
                            .await?
                    }
                }
            }
            Some(row) => self.handle_registration_conflict(&tx, email, &row, now).await?,
            None => match insert_person(&tx, email, &pending, now).await {
                Err(Error::Database(error)) if is_duplicate(&error) && !last => return Ok(false),
                inserted => {
                    let id = inserted?;
                    one_time_token::store_hash(&tx, registrant, id, Purpose::Registrant, String::new(), now).await?;
                    self.create_confirmation_email(&tx, email, id, templates::CONFIRM_KIND, now).await?
                }
            },
        };
        self.enqueue_reply(tx, Some(email), email_content, now).await?;
        Ok(true)
    }

    /// Ends what says nothing of whether an address is known. Where there is no letter, one to nobody is queued: it costs
    /// as much, and tells as little.
    pub(super) async fn enqueue_reply(
        &self,
        tx: Transaction,
        email: Option<&StoredEmail>,
        email_content: Option<mail::EmailContent>,
        now: Timestamp,
    ) -> Result<()> {
        let to = email.filter(|_| email_content.is_some());
        mail::enqueue(&tx, to, email_content.unwrap_or_else(templates::placeholder), &self.limits, now).await?;
        tx.commit().await?;
        self.mail_queued.notify_one();
        Ok(())
    }

    /// Forgets who registered an address, because another registration, a new link or a new password was asked for with
    /// it. The server can't know which of them its owner is: the page behind the link asks the reader of the mail.
    pub(super) async fn handle_registration_conflict(
        &self,
        tx: &Transaction,
        email: &StoredEmail,
        row: &person::Model,
        now: Timestamp,
    ) -> Result<Option<mail::EmailContent>> {
        let id = PersonId(row.id);
        if !has_registration_conflict(row) {
            let forgotten = person::ActiveModel {
                name: Set(String::new()),
                craft: Set(None),
                password_hash: Set(String::new()),
                ..unchanged_person(row.id)
            };
            forgotten.update(tx).await?;
            one_time_token::revoke(tx, id, &[Purpose::Registrant]).await?;
        }
        self.create_confirmation_email(tx, email, id, templates::INTRODUCE_KIND, now).await
    }

    /// Mails another link to confirm the address of a new account. Says nothing of whether there is one. Unless it is the
    /// browser that registered which asks, by the secret it got then, the address is contested by it.
    ///
    /// # Errors
    /// `RateLimited`.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn resend_link(&self, email: Email, registrant: Option<String>, from: IpAddr) -> Result<()> {
        self.acquire_account_mail(from)?;
        let (greenroom, email) = (self.clone(), StoredEmail::from(&email));
        run_to_completion(async move {
            let now = greenroom.now();
            let tx = greenroom.store.write().await?;
            let known = select_by_email(&email).lock(LockType::NoKeyUpdate).one(&tx).await?;
            let id = known.as_ref().map(|row| PersonId(row.id));
            let whom = id.map_or(Subject::Unknown(Some(email.as_str())), Subject::Person);
            let email_content = match known.filter(|row| !row.email_verified) {
                Some(row) if is_registrant(&tx, &row, registrant.as_deref(), now).await? => {
                    greenroom
                        .create_confirmation_email(&tx, &email, PersonId(row.id), templates::CONFIRM_KIND, now)
                        .await?
                }
                Some(row) => greenroom.handle_registration_conflict(&tx, &email, &row, now).await?,
                None => None,
            };
            greenroom.enqueue_reply(tx, Some(&email), email_content, now).await?;
            greenroom.log_security(SecurityEvent::ConfirmationRequested, whom, Some(from)).await;
            Ok(())
        })
        .await
    }

    /// A letter with a link that confirms an address, in place of all such links before. Where the address gets no more
    /// letters for now, the links before go on working.
    async fn create_confirmation_email(
        &self,
        tx: &Transaction,
        email: &StoredEmail,
        id: PersonId,
        kind: mail::EmailKind,
        now: Timestamp,
    ) -> Result<Option<mail::EmailContent>> {
        if !mail::has_budget(tx, email, &self.limits, now).await? {
            return Ok(None);
        }
        one_time_token::revoke(tx, id, &[Purpose::Verify]).await?;
        let token = one_time_token::create(tx, id, Purpose::Verify, String::new(), now).await?;
        Ok(Some(templates::confirm_address(kind, &self.links, &token)))
    }

    /// Takes one of the letters that an address may cause.
    pub(super) fn acquire_account_mail(&self, from: IpAddr) -> std::result::Result<(), ApiError> {
        self.account_mail_limiter.acquire(network_of(from))
    }
}

/// Whether an account that waits to be confirmed was emptied, because more than its registration was done with it.
pub(super) fn has_registration_conflict(row: &person::Model) -> bool {
    row.password_hash.is_empty()
}

/// Whether the secret is that of the browser that registered what the row says.
pub(super) async fn is_registrant(
    connection: &impl ConnectionTrait,
    row: &person::Model,
    registrant: Option<&str>,
    now: Timestamp,
) -> Result<bool> {
    let Some(secret) = registrant.filter(|_| !has_registration_conflict(row)) else { return Ok(false) };
    let known = token::Entity::find_by_id(token_hash(secret))
        .filter(token::Column::PersonId.eq(row.id))
        .filter(token::Column::Purpose.eq(Purpose::Registrant.as_str()))
        .filter(token::Column::ExpiresAt.gt(now.millis()))
        .one(connection)
        .await?;
    Ok(known.is_some())
}

/// Whose address it is.
pub(super) fn select_by_email(email: &StoredEmail) -> Select<person::Entity> {
    person::Entity::find().filter(person::Column::Email.eq(email.as_str()))
}

/// Finds the account that an address means. Where two have a form of the address each, the one as it was typed comes first.
pub(super) fn by_lookup(email: &LookupEmail) -> Select<person::Entity> {
    let [typed, canonical] = email.forms();
    let found = person::Entity::find().filter(has_address(email));
    if typed == canonical { found } else { found.order_by_desc(person::Column::Email.eq(typed)) }
}

/// Whether a row of the person table has one of the forms of an address.
pub(super) fn has_address(email: &LookupEmail) -> SimpleExpr {
    let [typed, canonical] = email.forms();
    let is_canonical = person::Column::Email.eq(canonical);
    if typed == canonical { is_canonical } else { is_canonical.or(person::Column::Email.eq(typed)) }
}

/// A row of which only what is set changes.
pub(super) fn unchanged_person(id: Uuid) -> person::ActiveModel {
    person::ActiveModel { id: Unchanged(id), ..Default::default() }
}

async fn insert_person(
    tx: &Transaction,
    email: &StoredEmail,
    pending: &PendingRegistration,
    now: Timestamp,
) -> Result<PersonId> {
    let row = super::NewPerson {
        email: email.as_str(),
        name: &pending.name,
        role: &pending.role,
        craft: pending.craft.as_deref(),
        password_hash: &pending.password_hash,
        email_verified: false,
    };
    Ok(PersonId(row.insert(tx, now).await?.id))
}

/// Deletes the unconfirmed ones of these accounts, and returns how many. Nothing can hang on them but their links.
pub(crate) async fn delete_unconfirmed(tx: &Transaction, accounts: Select<person::Entity>) -> Result<usize> {
    let unconfirmed = accounts.filter(person::Column::EmailVerified.eq(false)).order_by_asc(person::Column::Id);
    // Held, so that none is confirmed meanwhile.
    let rows = unconfirmed.lock_exclusive().all(tx).await?;
    let ids: Vec<Uuid> = rows.into_iter().map(|row| row.id).collect();
    if ids.is_empty() {
        return Ok(0);
    }
    let count = ids.len();
    token::Entity::delete_many().filter(token::Column::PersonId.is_in(ids.clone())).exec(tx).await?;
    event_sequence::Entity::delete_many().filter(event_sequence::Column::PersonId.is_in(ids.clone())).exec(tx).await?;
    person::Entity::delete_many().filter(person::Column::Id.is_in(ids)).exec(tx).await?;
    Ok(count)
}
