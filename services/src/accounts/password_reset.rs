use super::{
    hash_queue::Requester,
    one_time_token,
    one_time_token::Purpose,
    registration::{by_lookup, unchanged_person},
    security_log::{SecurityEvent, Subject},
    sessions::delete_in_order,
    sign_in::{Guesser, network_of},
};
use crate::{
    Greenroom, Result,
    entity::{device, known_device, person, session},
    mail::{self, templates},
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

/// A mailed link to choose a new password, followed.
#[derive(Debug)]
pub struct ResetLink {
    /// What stands in it.
    pub token: String,
    /// From where it is followed: for the security log, and to sign in there at once.
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
    /// Mails a link to choose a new password, where there is an account. Says nothing of whether there is.
    ///
    /// An account that waits to be confirmed is contested by it, and gets a link to confirm it: the one who
    /// registered it may be another person than the one who forgot a password.
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
            let (to, whom, email_content) = match by_lookup(&email).lock(LockType::NoKeyUpdate).one(&tx).await? {
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
            greenroom.log_security(SecurityEvent::PasswordResetRequested, whom, Some(from)).await;
            Ok(())
        })
        .await
    }

    /// A letter with a link to choose a new password, in place of all such links before. Where the address gets no more
    /// letters for now, the links before go on working.
    async fn create_reset_email(
        &self,
        tx: &Transaction,
        email: &StoredEmail,
        row: &person::Model,
        now: Timestamp,
    ) -> Result<Option<mail::EmailContent>> {
        if !mail::has_budget(tx, email, &self.limits, now).await? {
            return Ok(None);
        }
        let id = PersonId(row.id);
        one_time_token::revoke(tx, id, &[Purpose::Reset]).await?;
        let token = one_time_token::create(tx, id, Purpose::Reset, String::new(), now).await?;
        Ok(Some(templates::choose_new_password(&row.name, &self.links, &token)))
    }

    /// Sets a new password by the token of a mailed link. Every session and access token of the person ends.
    ///
    /// # Errors
    /// `Invalid` for a token that was used, has run out or never was, and for a common password: then the
    /// link still works. `RateLimited`.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn reset_password(&self, link: impl Into<ResetLink>, password: NewPassword) -> Result<()> {
        let ResetLink { token, from } = link.into();
        let found = one_time_token::peek(self.store.reader(), &token, &[Purpose::Reset], self.now()).await?;
        let row = person::Entity::find_by_id(found.person.0).one(self.store.reader()).await?;
        let row = row.ok_or_else(|| crate::Error::field("token", FieldError::TokenInvalid))?;
        self.link_password_limiter.acquire(found.person)?;
        let hash = self.hasher.hash_chosen(Requester::Person(found.person), &password, &row.name, &row.email).await?;
        let greenroom = self.clone();
        run_to_completion(async move {
            let now = greenroom.now();
            let tx = greenroom.store.write().await?;
            let opened = one_time_token::consume(&tx, &token, &[Purpose::Reset], now).await?;
            // LinkBuilder of accounts that wait to be confirmed are of another kind: there is none for this, whatever comes.
            if !opened.owner.email_verified {
                return Err(crate::Error::field("token", FieldError::TokenInvalid));
            }
            let id = PersonId(opened.owner.id);
            let account = LookupEmail::from(&StoredEmail::new(&opened.owner.email));
            greenroom.change_password_to(tx, id, hash, None).await?;
            // Forgetting a password often shows by failing to sign in.
            if let Some(from) = from {
                greenroom
                    .account_failure_limiter
                    .forget(&Guesser::Network(account.canonical().to_owned(), network_of(from)));
            }
            greenroom.log_security(SecurityEvent::PasswordReset, id, from).await;
            Ok(())
        })
        .await
    }

    /// Writes the new password, ends what the old one had opened, and tells the person.
    pub(super) async fn change_password_to(
        &self,
        tx: Transaction,
        id: PersonId,
        hash: String,
        stays: Option<SessionId>,
    ) -> Result<()> {
        let now = self.now();
        let row = person::ActiveModel { password_hash: Set(hash), ..unchanged_person(id.0) };
        let row = row.update(&tx).await?;
        one_time_token::revoke(&tx, id, &Purpose::KEYS).await?;
        let ended = end_sessions(&tx, id, stays).await?;
        forget_devices(&tx, id, stays).await?;
        let mut recorder = EventRecorder::default();
        crate::notifications::notify_self(&row, NotificationKind::PasswordChanged, &mut recorder, now)?;
        let to = StoredEmail::new(&row.email);
        mail::enqueue(&tx, Some(&to), templates::password_changed(&row.name, &self.links), &self.limits, now).await?;
        recorder.commit(tx, &self.hub, now).await?;
        // Nobody guesses at this password yet.
        self.lockout.reset(LookupEmail::from(&to).canonical());
        for session in ended {
            self.hub.end_session(id, session, SessionEndReason::PasswordChanged);
        }
        self.mail_queued.notify_one();
        Ok(())
    }
}

/// Ends all sessions and access tokens of a person but one. Their streams are told after the commit.
pub(super) async fn end_sessions(
    tx: &Transaction,
    person: PersonId,
    stays: Option<SessionId>,
) -> Result<Vec<SessionId>> {
    let mut ended = session::Entity::find().filter(session::Column::PersonId.eq(person.0));
    if let Some(stays) = stays {
        ended = ended.filter(session::Column::Id.ne(stays.0));
    }
    Ok(delete_in_order(tx, ended).await?.into_iter().map(SessionId).collect())
}

/// Forgets the devices of a person from which failed sign-ins aren't limited like a stranger's, but one. A thief may have
/// had the others, or the password that they signed in with. Where none stays, the next sign-in of each is mailed, too.
async fn forget_devices(tx: &Transaction, person: PersonId, stays: Option<SessionId>) -> Result<()> {
    let devices = device::Entity::delete_many().filter(device::Column::PersonId.eq(person.0));
    let Some(stays) = stays else {
        devices.exec(tx).await?;
        let known = known_device::Entity::delete_many().filter(known_device::Column::PersonId.eq(person.0));
        known.exec(tx).await?;
        return Ok(());
    };
    devices.filter(device::Column::SessionId.ne(stays.0)).exec(tx).await?;
    Ok(())
}

/// The viewer's row with the hash that a password was found to fit. Another one may have been stored since.
pub(super) struct PasswordProof {
    pub(super) owner: person::Model,
    pub(super) password: super::Password,
    pub(super) field: &'static str,
}

impl Greenroom {
    /// Checks the viewer's password, typed into `field`. Wrong ones are counted for the session: whoever found an
    /// open screen doesn't get to guess, and strangers who fail to sign in don't keep the owner from it.
    pub(super) async fn prove_password(
        &self,
        viewer: &super::Viewer,
        password: super::Password,
        field: &'static str,
    ) -> Result<PasswordProof> {
        viewer.require_full_scope()?;
        let owner = person::Entity::find_by_id(viewer.id().0).one(self.store.reader()).await?;
        let proof = PasswordProof { owner: owner.ok_or(ApiError::Unauthenticated)?, password, field };
        self.compare(viewer, &proof).await?;
        Ok(proof)
    }

    /// Compares a password with the hash of the row that was read.
    pub(super) async fn compare(&self, viewer: &super::Viewer, proof: &PasswordProof) -> Result<()> {
        let turn = self.hasher.acquire_permit(Requester::Person(viewer.id())).await?;
        self.reauth_failure_limiter.acquire(viewer.session())?;
        let stored = Some(proof.owner.password_hash.clone());
        let give_back = || self.reauth_failure_limiter.refund(&viewer.session());
        // What fails for another reason is no failure of theirs.
        let right = self.hasher.verify(turn, proof.password.clone(), stored).await.inspect_err(|_| give_back())?;
        if !right {
            self.log_security(SecurityEvent::ReauthenticationFailed, viewer.id(), viewer.from).await;
            return Err(crate::Error::field(proof.field, FieldError::WrongPassword));
        }
        give_back();
        Ok(())
    }
}
