use super::{
    SignInResult, Viewer,
    hash_queue::Requester,
    one_time_token::{self, Purpose},
    registration::{PendingRegistration, has_registration_conflict, is_registrant, refuse_site_name, unchanged_person},
    security_log::SecurityEvent,
};
use crate::{Error, Greenroom, Result, entity::person, run_to_completion, talents::ensure_slug};
use model::{ApiError, FieldError, LinkAction, MailedLink, MaskedEmail, PersonId, Profile};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait};
use std::net::IpAddr;

/// Links that confirm an address.
const CONFIRMATION_PURPOSES: [Purpose; 2] = [Purpose::Verify, Purpose::Email];
/// Links to a page that shows their action before it is done.
const PAGE_PURPOSES: [Purpose; 3] = [Purpose::Verify, Purpose::Email, Purpose::Reset];

/// An opened link that confirms an address.
#[derive(Debug)]
pub struct Confirmation {
    /// The token in the link.
    pub token: String,
    /// The profile entered by the reader of the link.
    pub profile: Option<Profile>,
    /// The kind of client that opened the link.
    pub by: LinkOpener,
    /// The client's IP address, for the security log.
    pub from: Option<IpAddr>,
}

/// The kind of client that opens a mailed link.
#[derive(Debug)]
pub enum LinkOpener {
    /// An API client, which counts as the one that registered.
    Program,
    /// A browser, with the secret from its registration, if it has one.
    Browser(Option<String>),
}

/// The token alone, as an API client sends it.
impl From<&str> for Confirmation {
    fn from(token: &str) -> Self {
        Self { token: token.to_owned(), profile: None, by: LinkOpener::Program, from: None }
    }
}

impl From<&String> for Confirmation {
    fn from(token: &String) -> Self {
        token.as_str().into()
    }
}

/// The result of confirming an address.
#[derive(Clone, Debug)]
pub struct ConfirmedAddress {
    /// The person whose address it is.
    pub person: PersonId,
    /// The address, masked.
    pub account: MaskedEmail,
    /// The address. Following the link proved that its reader knows it.
    pub address: String,
    /// Whether it was confirmed by the browser that registered the account, without a registration conflict. Private:
    /// with it, [`begin_registrant_session`](Greenroom::begin_registrant_session) needs no password.
    pub(super) by_registrant: bool,
}

impl Greenroom {
    /// Returns the action and the account of a mailed link. It doesn't run the action, because mail scanners also open
    /// links.
    ///
    /// # Errors
    /// `Invalid` for a token that was used, has expired or never existed.
    pub async fn load_mailed_link(
        &self,
        token: &str,
        registrant: Option<&str>,
        viewer: Option<&Viewer>,
    ) -> Result<MailedLink> {
        let (reader, now) = (self.store.reader(), self.now());
        let found = one_time_token::peek(reader, token, &PAGE_PURPOSES, now).await?;
        let row = person::Entity::find_by_id(found.person.0).one(reader).await?;
        let row = row.ok_or_else(|| Error::for_field("token", FieldError::TokenInvalid))?;
        let action = match found.purpose {
            Purpose::Reset => LinkAction::Reset,
            Purpose::Email => LinkAction::ChangeEmail,
            _ if is_registrant(reader, &row, registrant, now).await? => LinkAction::Confirm,
            _ => LinkAction::CompleteProfile,
        };
        let own = viewer.map(|viewer| viewer.id() == found.person);
        Ok(MailedLink { action, account: MaskedEmail::mask(&row.email), own })
    }

    /// Confirms an address by the token of a mailed link: that of a new account, or the new address of an existing one.
    ///
    /// A new account keeps its registered profile if there was no registration conflict and the link is opened by an
    /// API client or by the browser that registered. Otherwise the registered profile is ignored, and the reader of the
    /// link must enter one.
    ///
    /// # Errors
    /// `Invalid` for a token that was used, has expired or never existed; for a guessable password; and, listing the
    /// missing fields, if the reader of the link must enter a profile. The link still works after the last two.
    /// `RateLimited`.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn confirm_email(&self, confirmation: impl Into<Confirmation>) -> Result<ConfirmedAddress> {
        let Confirmation { token, profile, by, from } = confirmation.into();
        let found = one_time_token::peek(self.store.reader(), &token, &CONFIRMATION_PURPOSES, self.now()).await?;
        let profile = profile.filter(|_| found.purpose == Purpose::Verify);
        let pending = match &profile {
            Some(profile) => Some(self.hash_profile(profile, found.person).await?),
            None => None,
        };
        let greenroom = self.clone();
        run_to_completion(async move {
            let now = greenroom.now();
            let tx = greenroom.store.write().await?;
            let opened = one_time_token::consume(&tx, &token, &CONFIRMATION_PURPOSES, now).await?;
            if opened.purpose == Purpose::Email {
                return greenroom.move_to_address(tx, opened, from, now).await;
            }
            let before = opened.owner;
            let id = PersonId(before.id);
            if before.email_verified {
                return Err(Error::for_field("token", FieldError::TokenInvalid));
            }
            let by_registrant = match &by {
                LinkOpener::Program => !has_registration_conflict(&before),
                LinkOpener::Browser(secret) => is_registrant(&tx, &before, secret.as_deref(), now).await?,
            };
            let mut row = person::ActiveModel { email_verified: Set(true), ..unchanged_person(before.id) };
            let in_browser = matches!(by, LinkOpener::Browser(_));
            let by_registrant_alone = by_registrant && in_browser && pending.is_none();
            match pending {
                Some(pending) => pending.write_to(&mut row),
                None if by_registrant => {}
                None => return Err(Profile::required().into()),
            }
            let row = row.update(&tx).await?;
            one_time_token::revoke(&tx, id, &Purpose::ACCOUNT_ACCESS).await?;
            let row = ensure_slug(&tx, row).await?;
            tx.commit().await?;
            greenroom.log_security(SecurityEvent::AddressConfirmed, id, from).await;
            let account = MaskedEmail::mask(&row.email);
            Ok(ConfirmedAddress { person: id, account, address: row.email, by_registrant: by_registrant_alone })
        })
        .await
    }

    /// Signs in the person who has just confirmed their address in the browser that registered the account: they typed
    /// the password there, and have shown that the mailbox is theirs. Returns `None` in every other case, and when the
    /// session can't be stored; the person signs in with the password then.
    ///
    /// The session doesn't count as one with a recently typed password.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn begin_registrant_session(
        &self,
        confirmed: &ConfirmedAddress,
        user_agent: &str,
        from: IpAddr,
    ) -> Option<SignInResult> {
        let begun = self.begin_session_of(confirmed, user_agent, from).await;
        // Logged, but not returned: the address is confirmed all the same.
        begun.map_err(Error::into_api_error).ok().flatten()
    }

    async fn begin_session_of(
        &self,
        confirmed: &ConfirmedAddress,
        user_agent: &str,
        from: IpAddr,
    ) -> Result<Option<SignInResult>> {
        if !confirmed.by_registrant {
            return Ok(None);
        }
        let row = person::Entity::find_by_id(confirmed.person.0).one(self.store.reader()).await?;
        self.begin_first_session(row.ok_or(ApiError::Unauthenticated)?, user_agent, from).await
    }

    async fn hash_profile(&self, profile: &Profile, person: PersonId) -> Result<PendingRegistration> {
        refuse_site_name(&profile.name)?;
        self.rate_limits.link_passwords.acquire(person)?;
        let row = person::Entity::find_by_id(person.0).one(self.store.reader()).await?;
        let email = row.map(|row| row.email).unwrap_or_default();
        let hash = self
            .accounts
            .hasher
            .hash_chosen(Requester::Person(person), &profile.password, &profile.name, &email)
            .await?;
        Ok(PendingRegistration::new(profile, hash))
    }
}
