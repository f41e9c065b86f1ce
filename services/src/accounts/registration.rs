use super::{
    hash_queue::Requester,
    one_time_token,
    one_time_token::Purpose,
    secret::{Secret, token_hash},
    security_log::{SecurityEvent, Subject},
};
use crate::{
    Greenroom, Result,
    entity::{event_sequence, person, token},
    error::{Error, is_duplicate},
    mail::{EmailContent, EmailKind, enqueue, has_budget, templates},
    network_of, run_to_completion,
    store::Transaction,
    talents::is_site_name,
};
use model::{ApiError, Email, FieldError, LookupEmail, PersonId, Profile, Registration, StoredEmail, Timestamp};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{ExprTrait, LockType, SimpleExpr},
};
use std::net::IpAddr;
use uuid::Uuid;

/// Milliseconds within which a repeated registration counts as a double click. Compared as an absolute difference:
/// after a clock was set back, the first one has the later time.
const DUPLICATE_WINDOW_MILLIS: u64 = 60 * 1_000;
/// Maximum comparisons of one registration with the stored one: a comparison is repeated if another registration was
/// stored during it.
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

    /// Overwrites name, role, craft and password hash of a row.
    pub(super) fn write_to(self, row: &mut person::ActiveModel) {
        row.name = Set(self.name);
        row.role = Set(self.role);
        row.craft = Set(self.craft);
        row.password_hash = Set(self.password_hash);
    }

    /// Returns whether a row has the same name, role and craft. Salted hashes can't be compared, so the password is
    /// left out.
    fn matches(&self, row: &person::Model) -> bool {
        self.name == row.name && self.role == row.role && self.craft == row.craft
    }
}

/// The result of comparing a registration's password with a stored hash.
struct PasswordComparison {
    stored: Option<String>,
    same: bool,
}

impl Greenroom {
    /// Creates an account, which works once its address is confirmed by a mailed link. A person who already has an
    /// account is told so by email; response and response time are the same. Returns the secret with which the browser
    /// later proves that it registered: see [`confirm_email`](Self::confirm_email).
    ///
    /// # Errors
    /// `Invalid` for a guessable password or the site's name; `RateLimited`.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn register_account(&self, registration: Registration, from: IpAddr) -> Result<String> {
        refuse_site_name(&registration.profile.name)?;
        self.acquire_account_mail(from)?;
        let Registration { email, profile } = registration;
        let email = StoredEmail::from(&email);
        let requester = Requester::Network(network_of(from));
        let hash =
            self.accounts.hasher.hash_chosen(requester, &profile.password, &profile.name, email.as_str()).await?;
        let pending = PendingRegistration::new(&profile, hash);
        let secret = Secret::generate()?;
        let registrant = secret.hash();
        for attempt in 1..=ATTEMPTS {
            // Always verifies a hash, the stored one or a dummy, so that the response time doesn't show whether the
            // address is known.
            let stored = select_by_email(&email).one(self.store.reader()).await?.map(|row| row.password_hash);
            let permit = self.accounts.hasher.acquire_permit(requester).await?;
            let same = self.accounts.hasher.verify(permit, profile.password.clone().into(), stored.clone()).await?;
            let comparison = PasswordComparison { stored, same };
            let (greenroom, email) = (self.clone(), email.clone());
            let (pending, registrant) = (pending.clone(), registrant.clone());
            let last = attempt == ATTEMPTS;
            let work = async move { greenroom.store_registration(&email, pending, comparison, registrant, last).await };
            if run_to_completion(work).await? {
                break;
            }
        }
        self.log_security_of_address(SecurityEvent::RegistrationRequested, email.as_str(), from).await;
        Ok(secret.into_text())
    }

    /// Returns `false` if another registration was stored since the comparison: the caller has to compare again. On the
    /// last attempt, a registration that wasn't compared counts as another person's.
    async fn store_registration(
        &self,
        email: &StoredEmail,
        pending: PendingRegistration,
        comparison: PasswordComparison,
        registrant: Vec<u8>,
        last: bool,
    ) -> Result<bool> {
        let now = self.now();
        let tx = self.store.write().await?;
        let email_content = match select_by_email(email).lock(LockType::NoKeyUpdate).one(&tx).await? {
            Some(row) if row.email_verified => Some(templates::already_registered(&row.name, &self.mail.links)),
            Some(row) if has_registration_conflict(&row) => {
                self.handle_registration_conflict(&tx, email, &row, now).await?
            }
            Some(row) if comparison.stored.as_ref() != Some(&row.password_hash) && !last => return Ok(false),
            Some(row) if comparison.same && pending.matches(&row) => {
                one_time_token::store_hash(&tx, registrant, PersonId(row.id), Purpose::Registrant, String::new(), now)
                    .await?;
                match now.millis().abs_diff(row.created_at) < DUPLICATE_WINDOW_MILLIS {
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

    /// Queues the email and commits. Without an email it queues a placeholder without a recipient, which costs the
    /// same, so that the response time doesn't show whether an address is known.
    pub(super) async fn enqueue_reply(
        &self,
        tx: Transaction,
        email: Option<&StoredEmail>,
        email_content: Option<EmailContent>,
        now: Timestamp,
    ) -> Result<()> {
        let to = email.filter(|_| email_content.is_some());
        enqueue(&tx, to, email_content.unwrap_or_else(templates::placeholder), &self.limits, now).await?;
        tx.commit().await?;
        self.mail.queued.notify_one();
        Ok(())
    }

    /// Clears the registered profile of an address because another registration, a new link or a new password was
    /// requested for it. The server can't know which request is the owner's: the page behind the link asks the reader
    /// of the email.
    pub(super) async fn handle_registration_conflict(
        &self,
        tx: &Transaction,
        email: &StoredEmail,
        row: &person::Model,
        now: Timestamp,
    ) -> Result<Option<EmailContent>> {
        let id = PersonId(row.id);
        if !has_registration_conflict(row) {
            let cleared = person::ActiveModel {
                name: Set(String::new()),
                craft: Set(None),
                password_hash: Set(String::new()),
                ..unchanged_person(row.id)
            };
            cleared.update(tx).await?;
            one_time_token::revoke(tx, id, &[Purpose::Registrant]).await?;
        }
        self.create_confirmation_email(tx, email, id, templates::INTRODUCE_KIND, now).await
    }

    /// Mails another link to confirm the address of a new account. The response doesn't show whether there is one. A
    /// request without the secret of the browser that registered is a registration conflict.
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
            let subject = id.map_or(Subject::Unknown(Some(email.as_str())), Subject::Person);
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
            greenroom.log_security(SecurityEvent::ConfirmationRequested, subject, Some(from)).await;
            Ok(())
        })
        .await
    }

    /// Creates the email with a link that confirms an address, and revokes the earlier links. Returns `None` if the
    /// address has no email budget left; the earlier links keep working then.
    async fn create_confirmation_email(
        &self,
        tx: &Transaction,
        email: &StoredEmail,
        id: PersonId,
        kind: EmailKind,
        now: Timestamp,
    ) -> Result<Option<EmailContent>> {
        if !has_budget(tx, email, &self.limits, now).await? {
            return Ok(None);
        }
        one_time_token::revoke(tx, id, &[Purpose::Verify]).await?;
        let token = one_time_token::create(tx, id, Purpose::Verify, String::new(), now).await?;
        Ok(Some(templates::confirm_address(kind, &self.mail.links, &token)))
    }

    /// Charges one account email to the limit of the requesting IP address.
    pub(super) fn acquire_account_mail(&self, from: IpAddr) -> std::result::Result<(), ApiError> {
        self.rate_limits.account_mails.acquire(network_of(from))
    }
}

/// Refuses a person's name that begins with that of the site: beside their messages and in mails, it would look as if
/// the site wrote them.
pub(super) fn refuse_site_name(name: &str) -> Result<()> {
    if is_site_name(name) { Err(Error::for_field("name", FieldError::NameReserved)) } else { Ok(()) }
}

/// Returns whether the profile of an unconfirmed account was cleared by
/// [`handle_registration_conflict`](Greenroom::handle_registration_conflict).
pub(super) fn has_registration_conflict(row: &person::Model) -> bool {
    row.password_hash.is_empty()
}

/// Returns whether the secret is that of the browser that registered the row's profile.
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

/// Selects the account with exactly this stored address.
pub(super) fn select_by_email(email: &StoredEmail) -> Select<person::Entity> {
    person::Entity::find().filter(person::Column::Email.eq(email.as_str()))
}

/// Selects the account of a typed address. If two accounts match by different forms, the form as typed comes first.
pub(super) fn select_by_lookup(email: &LookupEmail) -> Select<person::Entity> {
    let [typed, canonical] = email.stored_forms();
    let found = person::Entity::find().filter(has_address(email));
    if typed == canonical { found } else { found.order_by_desc(person::Column::Email.eq(typed)) }
}

/// Returns the condition that a person's address is one of the forms of the typed one.
pub(super) fn has_address(email: &LookupEmail) -> SimpleExpr {
    let [typed, canonical] = email.stored_forms();
    let is_canonical = person::Column::Email.eq(canonical);
    if typed == canonical { is_canonical } else { is_canonical.or(person::Column::Email.eq(typed)) }
}

/// Returns a row for partial updates: only the columns set by the caller change.
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
        bio: "",
        password_hash: &pending.password_hash,
        email_verified: false,
    };
    Ok(PersonId(row.insert(tx, now).await?.id))
}

/// Deletes the unconfirmed ones of these accounts and returns how many. Only links and an event sequence can refer to
/// them.
pub(crate) async fn delete_unconfirmed(tx: &Transaction, accounts: Select<person::Entity>) -> Result<usize> {
    let unconfirmed = accounts.filter(person::Column::EmailVerified.eq(false)).order_by_asc(person::Column::Id);
    // Locked, so that none is confirmed before it is deleted.
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
