use super::{
    AttemptKey,
    hash_queue::Requester,
    one_time_token,
    one_time_token::Purpose,
    registration::{select_by_lookup, unchanged_person},
    security_log::{SecurityEvent, Subject},
    sessions::delete_in_order,
};
use crate::{
    Greenroom, Result,
    entity::{device, known_device, person, session},
    mail::{EmailContent, enqueue, has_budget, templates},
    network_of,
    realtime::EventRecorder,
    run_to_completion,
    store::Transaction,
};
use model::{
    ApiError, FieldError, LookupEmail, NewPassword, NotificationKind, PersonId, SessionEndReason, SessionId,
    StoredEmail, Timestamp,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::LockType,
};
use std::net::IpAddr;

/// An opened link to choose a new password.
#[derive(Debug)]
pub struct ResetLink {
    /// The token in the link.
    pub token: String,
    /// The client's IP address: for the security log, and to clear the sign-in limit of its network.
    pub from: Option<IpAddr>,
}

impl From<&str> for ResetLink {
    fn from(token: &str) -> Self {
        Self { token: token.to_owned(), from: None }
    }
}

impl From<&String> for ResetLink {
    fn from(token: &String) -> Self {
        token.as_str().into()
    }
}

impl Greenroom {
    /// Mails a link to choose a new password, if there is an account. The response doesn't show whether there is one.
    ///
    /// For an unconfirmed account this is a registration conflict and mails a link to confirm the address: the person
    /// who registered it may not be the one who forgot a password.
    ///
    /// # Errors
    /// `RateLimited`.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn forgot_password(&self, email: LookupEmail, from: IpAddr) -> Result<()> {
        self.acquire_account_mail(from)?;
        let greenroom = self.clone();
        run_to_completion(async move {
            let now = greenroom.now();
            let tx = greenroom.store.write().await?;
            let (to, subject, email_content) =
                match select_by_lookup(&email).lock(LockType::NoKeyUpdate).one(&tx).await? {
                    Some(row) => {
                        let to = StoredEmail::new(&row.email);
                        let email_content = match row.email_verified {
                            true => greenroom.create_reset_email(&tx, &to, &row, now).await?,
                            false => greenroom.handle_registration_conflict(&tx, &to, &row, now).await?,
                        };
                        (Some(to), Subject::Person(PersonId(row.id)), email_content)
                    }
                    None => (None, Subject::Unknown(Some(email.canonical())), None),
                };
            greenroom.enqueue_reply(tx, to.as_ref(), email_content, now).await?;
            greenroom.log_security(SecurityEvent::PasswordResetRequested, subject, Some(from)).await;
            Ok(())
        })
        .await
    }

    /// Creates the email with a link to choose a new password, and revokes the earlier links. Returns `None` if the
    /// address has no email budget left; the earlier links keep working then.
    async fn create_reset_email(
        &self,
        tx: &Transaction,
        email: &StoredEmail,
        row: &person::Model,
        now: Timestamp,
    ) -> Result<Option<EmailContent>> {
        if !has_budget(tx, email, &self.limits, now).await? {
            return Ok(None);
        }
        let id = PersonId(row.id);
        one_time_token::revoke(tx, id, &[Purpose::Reset]).await?;
        let token = one_time_token::create(tx, id, Purpose::Reset, String::new(), now).await?;
        Ok(Some(templates::choose_new_password(&row.name, &self.mail.links, &token)))
    }

    /// Sets a new password by the token of a mailed link. Ends all sessions and access tokens of the person.
    ///
    /// # Errors
    /// `Invalid` for a token that was used, has expired or never existed, and for a guessable password, after which the
    /// link still works. `RateLimited`.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn reset_password(&self, link: impl Into<ResetLink>, password: NewPassword) -> Result<()> {
        let ResetLink { token, from } = link.into();
        let found = one_time_token::peek(self.store.reader(), &token, &[Purpose::Reset], self.now()).await?;
        let row = person::Entity::find_by_id(found.person.0).one(self.store.reader()).await?;
        let row = row.ok_or_else(|| crate::Error::for_field("token", FieldError::TokenInvalid))?;
        self.rate_limits.link_passwords.acquire(found.person)?;
        let hash =
            self.accounts.hasher.hash_chosen(Requester::Person(found.person), &password, &row.name, &row.email).await?;
        let greenroom = self.clone();
        run_to_completion(async move {
            let now = greenroom.now();
            let tx = greenroom.store.write().await?;
            let consumed = one_time_token::consume(&tx, &token, &[Purpose::Reset], now).await?;
            // Unconfirmed accounts get links of another purpose: checked again, because this must never confirm one.
            if !consumed.owner.email_verified {
                return Err(crate::Error::for_field("token", FieldError::TokenInvalid));
            }
            let id = PersonId(consumed.owner.id);
            let account = LookupEmail::from(&StoredEmail::new(&consumed.owner.email));
            greenroom.change_password_to(tx, id, hash, None).await?;
            // A forgotten password often causes failed sign-ins first: they mustn't block the next one.
            if let Some(from) = from {
                greenroom
                    .rate_limits
                    .failures_per_account
                    .forget(&AttemptKey::Network(account.canonical().to_owned(), network_of(from)));
            }
            greenroom.log_security(SecurityEvent::PasswordReset, id, from).await;
            Ok(())
        })
        .await
    }

    /// Stores the new hash, ends all sessions but `except` and revokes mailed links, and notifies the person.
    pub(super) async fn change_password_to(
        &self,
        tx: Transaction,
        id: PersonId,
        hash: String,
        except: Option<SessionId>,
    ) -> Result<()> {
        let now = self.now();
        let row = person::ActiveModel { password_hash: Set(hash), ..unchanged_person(id.0) };
        let row = row.update(&tx).await?;
        one_time_token::revoke(&tx, id, &Purpose::ACCOUNT_ACCESS).await?;
        let ended = end_sessions(&tx, id, except).await?;
        delete_devices(&tx, id, except).await?;
        let mut recorder = EventRecorder::default();
        crate::notifications::notify_self(&row, NotificationKind::PasswordChanged, &mut recorder, now)?;
        let to = StoredEmail::new(&row.email);
        enqueue(&tx, Some(&to), templates::password_changed(&row.name, &self.mail.links), &self.limits, now).await?;
        recorder.commit(tx, &self.realtime.hub, now).await?;
        // The counted failures were guesses at the old password.
        self.accounts.lockout.reset(LookupEmail::from(&to).canonical());
        for session in ended {
            self.realtime.hub.end_session(id, session, SessionEndReason::PasswordChanged);
        }
        self.mail.queued.notify_one();
        Ok(())
    }
}

/// Ends all sessions and access tokens of a person but `except`. The caller ends their streams after the commit.
pub(super) async fn end_sessions(
    tx: &Transaction,
    person: PersonId,
    except: Option<SessionId>,
) -> Result<Vec<SessionId>> {
    let mut ended = session::Entity::find().filter(session::Column::PersonId.eq(person.0));
    if let Some(except) = except {
        ended = ended.filter(session::Column::Id.ne(except.0));
    }
    Ok(delete_in_order(tx, ended).await?.into_iter().map(SessionId).collect())
}

/// Deletes a person's devices whose failed sign-ins have their own limit, except that of `except`: a thief may have
/// one, or have signed in with the stolen password. Without `except`, also deletes the known devices, so that the next
/// sign-in of each is reported by email.
async fn delete_devices(tx: &Transaction, person: PersonId, except: Option<SessionId>) -> Result<()> {
    let devices = device::Entity::delete_many().filter(device::Column::PersonId.eq(person.0));
    let Some(except) = except else {
        devices.exec(tx).await?;
        let known = known_device::Entity::delete_many().filter(known_device::Column::PersonId.eq(person.0));
        known.exec(tx).await?;
        return Ok(());
    };
    devices.filter(device::Column::SessionId.ne(except.0)).exec(tx).await?;
    Ok(())
}

/// The viewer's row with the hash that the password matched. Another hash may have been stored since.
pub(super) struct PasswordProof {
    pub(super) owner: person::Model,
    pub(super) password: super::Password,
    pub(super) field: &'static str,
}

impl Greenroom {
    /// Verifies the viewer's password, typed into `field`. Wrong ones count for the session: a person at an unattended
    /// screen can't guess, and failed sign-ins by strangers don't block the owner.
    pub(super) async fn prove_password(
        &self,
        viewer: &super::Viewer,
        password: super::Password,
        field: &'static str,
    ) -> Result<PasswordProof> {
        viewer.require_full_scope()?;
        let owner = person::Entity::find_by_id(viewer.id().0).one(self.store.reader()).await?;
        let proof = PasswordProof { owner: owner.ok_or(ApiError::Unauthenticated)?, password, field };
        self.verify_proof(viewer, &proof).await?;
        Ok(proof)
    }

    /// Verifies the password against the hash of the row in `proof`.
    pub(super) async fn verify_proof(&self, viewer: &super::Viewer, proof: &PasswordProof) -> Result<()> {
        let permit = self.accounts.hasher.acquire_permit(Requester::Person(viewer.id())).await?;
        self.rate_limits.reauth_failures.acquire(viewer.session())?;
        let stored = Some(proof.owner.password_hash.clone());
        let refund = || self.rate_limits.reauth_failures.refund(&viewer.session());
        // An internal error doesn't count as a wrong password.
        let is_correct =
            self.accounts.hasher.verify(permit, proof.password.clone(), stored).await.inspect_err(|_| refund())?;
        if !is_correct {
            self.log_security(SecurityEvent::ReauthenticationFailed, viewer.id(), viewer.from).await;
            return Err(crate::Error::for_field(proof.field, FieldError::WrongPassword));
        }
        refund();
        Ok(())
    }
}
