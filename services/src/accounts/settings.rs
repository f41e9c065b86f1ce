use super::{
    ConfirmedAddress, Password, Viewer,
    hash_queue::Requester,
    one_time_token,
    one_time_token::Purpose,
    person::{person_of, user_of},
    registration::{delete_unconfirmed, refuse_site_name, unchanged_person},
    security_log::SecurityEvent,
};
use crate::{
    Error, Greenroom, Result,
    bookings::has_bookings,
    conversations::lock_own_conversations,
    entity::person,
    error::is_duplicate,
    mail::{Budget, delete_unsent_digests, enqueue, templates},
    realtime::EventRecorder,
    run_to_completion,
    store::Transaction,
    talents::{ensure_slug, renew_slug},
};
use model::{
    Account, AccountChange, ApiError, Email, Event, FieldError, MaskedEmail, NewPassword, NotificationKind, PersonId,
    Role, StoredEmail, Timestamp,
};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{NotSet, Set},
    ColumnTrait, EntityTrait, QueryFilter,
};
use std::net::IpAddr;

impl Greenroom {
    /// Returns the viewer's account with its settings.
    ///
    /// # Errors
    /// `Unauthenticated` if the account was deleted.
    pub async fn load_account(&self, viewer: &Viewer) -> Result<Account> {
        let found = person::Entity::find_by_id(viewer.id().0).one(self.store.reader()).await?;
        account_of(found.ok_or(ApiError::Unauthenticated)?)
    }

    /// Returns whether the viewer may still change their role: only until their first booking.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn may_change_role(&self, viewer: &Viewer) -> Result<bool> {
        Ok(!has_bookings(self.store.reader(), viewer).await?)
    }

    /// Changes the viewer's settings. A new name, role or craft is sent as an event to everyone they share a
    /// conversation with.
    ///
    /// # Errors
    /// `Invalid` for the site's name; `RoleFixed` for another role once there is a booking; `SessionRequired` for an access token; `RateLimited`.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn change_account(&self, viewer: &Viewer, change: AccountChange) -> Result<Account> {
        viewer.require_full_scope()?;
        self.rate_limits.account_changes.acquire(viewer.id())?;
        let asks_identity =
            change.name.is_some() || change.role.is_some() || change.craft.is_some() || change.renew_slug;
        if asks_identity {
            self.rate_limits.identity_changes.acquire(viewer.id())?;
        }
        let changed = self.change_account_inner(viewer, change).await;
        // A form sends the name also where only the bio is new.
        if asks_identity && !matches!(changed, Ok((_, true))) {
            self.rate_limits.identity_changes.refund(&viewer.id());
        }
        changed.map(|(account, _)| account)
    }

    /// Also returns whether the change is one that others see: of name, role, craft or slug.
    async fn change_account_inner(&self, viewer: &Viewer, change: AccountChange) -> Result<(Account, bool)> {
        let (greenroom, viewer) = (self.clone(), viewer.clone());
        run_to_completion(async move {
            let now = greenroom.now();
            // While these are locked, no booking or message with the old name can be recorded after the event with the
            // new one.
            let (tx, before) = greenroom.write_for_account(&viewer).await?;
            let counterparts = lock_own_conversations(&tx, &viewer).await?;
            let role = change.role.filter(|role| role.as_str() != before.role);
            if role.is_some() && has_bookings(&tx, &viewer).await? {
                return Err(ApiError::RoleFixed.into());
            }
            if let Some(name) = change.name.as_deref().filter(|name| *name != before.name) {
                refuse_site_name(name)?;
            }
            // Organizers have no craft.
            let craft = if role == Some(Role::Organizer) { Some(None) } else { change.craft };
            let row = person::ActiveModel {
                name: change.name.map_or(NotSet, Set),
                role: role.map_or(NotSet, |role| Set(role.as_str().to_owned())),
                craft: craft.map_or(NotSet, |craft| Set(craft.map(|craft| craft.as_str().to_owned()))),
                bio: change.bio.map_or(NotSet, Set),
                public_profile: change.public_profile.map_or(NotSet, Set),
                mail_after: change.mail_after.map_or(NotSet, |after| Set(after.as_str().to_owned())),
                receipts: change.receipts.map_or(NotSet, Set),
                presence: change.presence.map_or(NotSet, Set),
                ..unchanged_person(viewer.id().0)
            };
            let row = if row.is_changed() { row.update(&tx).await? } else { before.clone() };
            let row = if change.renew_slug { renew_slug(&tx, row).await? } else { ensure_slug(&tx, row).await? };
            let mut recorder = EventRecorder::default();
            let (person, renamed) = (person_of(row.clone())?, row.slug != before.slug);
            let differs = person != person_of(before)?;
            if differs {
                record_person_updated(&mut recorder, &person, counterparts.clone());
            }
            recorder.commit(tx, &greenroom.realtime.hub, now).await?;
            if role.is_some() {
                greenroom.log_security(SecurityEvent::RoleChanged, viewer.id(), viewer.from).await;
            }
            if !row.presence {
                greenroom.hide_presence(viewer.id(), &counterparts);
            }
            Ok((account_of(row)?, differs || renamed))
        })
        .await
    }

    /// Changes the viewer's password. Ends all their other sessions and all their access tokens.
    ///
    /// # Errors
    /// `Invalid` if the current password is wrong or the new one guessable; `SessionRequired` for an access token;
    /// `RateLimited`.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn change_password(&self, viewer: &Viewer, current: Password, new: NewPassword) -> Result<()> {
        self.rate_limits.password_changes.acquire(viewer.id())?;
        // A wrong password counts for its session only: a stolen session mustn't block the owner's change.
        let proof = self.prove_password(viewer, current, "current").await;
        let proof = proof.inspect_err(|_| self.rate_limits.password_changes.refund(&viewer.id()))?;
        let hash = self
            .accounts
            .hasher
            .hash_chosen(Requester::Person(viewer.id()), &new, &proof.owner.name, &proof.owner.email)
            .await?;
        let (greenroom, viewer) = (self.clone(), viewer.clone());
        run_to_completion(async move {
            let (tx, _) = greenroom.write_for_password(&viewer, &proof).await?;
            greenroom.change_password_to(tx, viewer.id(), hash, Some(viewer.session())).await?;
            greenroom.log_security(SecurityEvent::PasswordChanged, viewer.id(), viewer.from).await;
            Ok(())
        })
        .await
    }

    /// Mails a link to a new address; opening it moves the account there. The response doesn't show whether the new
    /// address already has an account.
    ///
    /// # Errors
    /// `Invalid` if the password is wrong; `SessionRequired` for an access token; `RateLimited`.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn change_email(&self, viewer: &Viewer, password: Password, email: Email, from: IpAddr) -> Result<()> {
        let proof = self.prove_password(viewer, password, "password").await?;
        self.acquire_account_mail(from)?;
        let (greenroom, viewer, email) = (self.clone(), viewer.clone(), StoredEmail::from(&email));
        run_to_completion(async move {
            let now = greenroom.now();
            let (tx, row) = greenroom.write_for_password(&viewer, &proof).await?;
            // `enqueue` drops an email beyond the budget. Here it is refused, because the viewer would wait for it.
            Budget::lock(&tx, Some(&email), now).await?.check(&greenroom.limits, now)?;
            one_time_token::revoke(&tx, viewer.id(), &[Purpose::Email]).await?;
            let token =
                one_time_token::create(&tx, viewer.id(), Purpose::Email, email.as_str().to_owned(), now).await?;
            enqueue(
                &tx,
                Some(&email),
                templates::confirm_new_address(&greenroom.mail.links, &token),
                &greenroom.limits,
                now,
            )
            .await?;
            let old = StoredEmail::new(&row.email);
            enqueue(
                &tx,
                Some(&old),
                templates::address_change_requested(&row.name, &greenroom.mail.links),
                &greenroom.limits,
                now,
            )
            .await?;
            tx.commit().await?;
            greenroom.mail.queued.notify_one();
            greenroom.log_security(SecurityEvent::AddressChangeRequested, viewer.id(), Some(from)).await;
            Ok(())
        })
        .await
    }

    /// Moves an account to the address that the opened link was mailed to, and notifies the old one.
    pub(super) async fn move_to_address(
        &self,
        tx: Transaction,
        opened: one_time_token::ConsumedToken,
        from: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<ConfirmedAddress> {
        let one_time_token::ConsumedToken { owner: before, payload: address, .. } = opened;
        let id = PersonId(before.id);
        // Links mailed to the old address must not work any more.
        one_time_token::revoke(&tx, id, &Purpose::ACCOUNT_ACCESS).await?;
        // The address may have an unconfirmed registration. The opened link proves that it is this person's.
        let claimed = person::Entity::find().filter(person::Column::Email.eq(address.as_str()));
        delete_unconfirmed(&tx, claimed).await?;
        let row = person::ActiveModel { email: Set(address), ..unchanged_person(before.id) };
        let row = match row.update(&tx).await {
            // Another account has confirmed the address.
            Err(error) if is_duplicate(&error) => return Err(Error::for_field("token", FieldError::TokenInvalid)),
            updated => updated?,
        };
        delete_unsent_digests(&tx, id, &before.email).await?;
        let mut recorder = EventRecorder::default();
        crate::notifications::notify_self(&row, NotificationKind::EmailChanged, &mut recorder, now)?;
        let old = StoredEmail::new(&before.email);
        enqueue(&tx, Some(&old), templates::address_changed(&row.name, &self.mail.links), &self.limits, now).await?;
        recorder.commit(tx, &self.realtime.hub, now).await?;
        self.mail.queued.notify_one();
        self.log_security(SecurityEvent::AddressChanged, id, from).await;
        let account = MaskedEmail::mask(&row.email);
        Ok(ConfirmedAddress { person: id, account, address: row.email, by_registrant: false })
    }
}

/// Records the person's new name, role or craft as an event for them and their counterparts in conversations.
pub(super) fn record_person_updated(recorder: &mut EventRecorder, person: &model::Person, counterparts: Vec<PersonId>) {
    let event = Event::PersonUpdated { person: person.clone() };
    recorder.record(person.id, event.clone());
    for counterpart in counterparts {
        recorder.record(counterpart, event.clone());
    }
}

fn account_of(row: person::Model) -> Result<Account> {
    let craft = person_of(row.clone())?.craft;
    let mail_after = row.mail_after.parse().map_err(|()| Error::corrupt("email delay"))?;
    let person::Model { receipts, presence, public_profile, .. } = row;
    let (bio, slug) = (row.bio.clone(), row.slug.clone().filter(|_| row.role == Role::Talent.as_str()));
    Ok(Account { craft, bio, slug, public_profile, mail_after, receipts, presence, user: user_of(row)? })
}
