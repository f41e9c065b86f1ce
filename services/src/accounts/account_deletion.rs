use super::{
    Password, Viewer, password_reset::end_sessions, person_of, registration::unchanged_person,
    security_log::SecurityEvent, settings::record_person_updated,
};
use crate::{
    Greenroom, Result,
    bookings::cancellable_bookings,
    conversations::lock_own_conversations,
    entity::{browser_key, device, event, known_device, last_seen, mail, notification, person, refused_form, token},
    realtime::EventRecorder,
    run_to_completion,
    store::Transaction,
};
use model::{BookingAction, EmailDelay, PersonId, SessionEndReason, Timestamp};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

/// The name that replaces that of a person who deleted their account.
const FORMER_NAME: &str = "Former member";

impl Greenroom {
    /// Deletes the viewer's account. Their messages stay for the recipients, under the name "Former member"; open
    /// bookings are cancelled. All other data about them is deleted; only the event logs of the people they wrote with
    /// hold the old name until they are pruned.
    ///
    /// # Errors
    /// `Invalid` if the password is wrong; `SessionRequired` for an access token; `RateLimited`.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn delete_account(&self, viewer: &Viewer, password: Password) -> Result<()> {
        let proof = self.prove_password(viewer, password, "password").await?;
        let (greenroom, viewer) = (self.clone(), viewer.clone());
        run_to_completion(async move {
            let now = greenroom.now();
            let (tx, row) = greenroom.write_for_password(&viewer, &proof).await?;
            // Locks the sessions before the conversations, as the order in `write_for` demands.
            let ended = end_sessions(&tx, viewer.id(), None).await?;
            let counterparts = lock_own_conversations(&tx, &viewer).await?;
            let mut recorder = EventRecorder::default();
            for booking in cancellable_bookings(&tx, &viewer).await? {
                greenroom.apply_action(&tx, &viewer, booking, BookingAction::Cancel, &mut recorder, now).await?;
            }
            let person = person_of(anonymise_person(&tx, viewer.id(), now).await?)?;
            record_person_updated(&mut recorder, &person, counterparts);
            // Their own event log is deleted below.
            recorder.discard(viewer.id());
            delete_personal_rows(&tx, viewer.id(), &row.email).await?;
            recorder.commit(tx, &greenroom.realtime.hub, now).await?;
            for session in ended {
                greenroom.realtime.hub.end_session(viewer.id(), session, SessionEndReason::AccountDeleted);
            }
            greenroom.log_security(SecurityEvent::AccountDeleted, viewer.id(), viewer.from).await;
            Ok(())
        })
        .await
    }
}

async fn anonymise_person(tx: &Transaction, id: PersonId, now: Timestamp) -> Result<person::Model> {
    let row = person::ActiveModel {
        // Not an address, so it can't be signed in with; different for each person, as the column is unique.
        email: Set(format!("former:{id}")),
        name: Set(FORMER_NAME.to_owned()),
        craft: Set(None),
        bio: Set(String::new()),
        slug: Set(None),
        public_profile: Set(false),
        mail_after: Set(EmailDelay::Off.as_str().to_owned()),
        password_hash: Set(String::new()),
        email_verified: Set(false),
        deleted_at: Set(Some(now.millis())),
        ..unchanged_person(id.0)
    };
    Ok(row.update(tx).await?)
}

async fn delete_personal_rows(tx: &Transaction, id: PersonId, email: &str) -> Result<()> {
    // Without its token, an email to the address they wanted to move to is dropped when it is due. It isn't deleted
    // here, because that address may be another person's.
    token::Entity::delete_many().filter(token::Column::PersonId.eq(id.0)).exec(tx).await?;
    notification::Entity::delete_many().filter(notification::Column::PersonId.eq(id.0)).exec(tx).await?;
    browser_key::Entity::delete_by_id(id.0).exec(tx).await?;
    known_device::Entity::delete_many().filter(known_device::Column::PersonId.eq(id.0)).exec(tx).await?;
    device::Entity::delete_many().filter(device::Column::PersonId.eq(id.0)).exec(tx).await?;
    refused_form::Entity::delete_many().filter(refused_form::Column::PersonId.eq(id.0)).exec(tx).await?;
    last_seen::Entity::delete_many().filter(last_seen::Column::PersonId.eq(id.0)).exec(tx).await?;
    event::Entity::delete_many().filter(event::Column::PersonId.eq(id.0)).exec(tx).await?;
    mail::Entity::delete_many().filter(mail::Column::Recipient.eq(email)).exec(tx).await?;
    Ok(())
}
