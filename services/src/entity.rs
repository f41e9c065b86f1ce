//! The tables as SeaORM entities. They never leave this crate: each query converts its rows to `model` types.

macro_rules! entity {
    ($module:ident, $table:literal, $fields:tt) => {
        entity!($module, $table, $fields, impl ActiveModelBehavior for ActiveModel {});
    };
    ($module:ident, $table:literal, { $($(#[$attribute:meta])* $field:ident: $type:ty),* $(,)? }, $behavior:item) => {
        pub(crate) mod $module {
            use sea_orm::entity::prelude::*;

            #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
            #[sea_orm(table_name = $table)]
            pub struct Model {
                $($(#[$attribute])* pub $field: $type,)*
            }

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {}

            $behavior
        }
    };
}

entity!(person, "person", {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    email: String,
    name: String,
    role: String,
    craft: Option<String>,
    password_hash: String,
    email_verified: bool,
    created_at: i64,
    bio: String,
    mail_after: String,
    deleted_at: Option<i64>,
    receipts: bool,
    presence: bool,
    /// The name, folded for searching. `None` in rows written by an older version.
    search_name: Option<String>,
    /// Name of a talent's profile in URLs. `None` for organizers, unconfirmed accounts, and in rows confirmed by an
    /// older version.
    slug: Option<String>,
    public_profile: bool,
}, #[async_trait::async_trait] impl ActiveModelBehavior for ActiveModel {
    /// Writes the folded name together with each name.
    async fn before_save<C: ConnectionTrait>(mut self, _: &C, _insert: bool) -> Result<Self, DbErr> {
        if let sea_orm::ActiveValue::Set(name) = &self.name {
            self.search_name = sea_orm::ActiveValue::Set(Some(crate::search_text::fold_text(name)));
        }
        Ok(self)
    }
});

entity!(last_seen, "visit", {
    #[sea_orm(primary_key, auto_increment = false)]
    person_id: Uuid,
    active_at: i64,
});

entity!(browser_key, "browser_key", {
    #[sea_orm(primary_key, auto_increment = false)]
    person_id: Uuid,
    secret: String,
});

entity!(event_sequence, "person_head", {
    #[sea_orm(primary_key, auto_increment = false)]
    person_id: Uuid,
    seq: i64,
});

entity!(session, "session", {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    token_hash: Vec<u8>,
    person_id: Uuid,
    user_agent: String,
    created_at: i64,
    last_seen_at: i64,
    expires_at: i64,
    scope: String,
    name: String,
    confirmed_at: i64,
    /// The IANA name of the time zone of its device. `None` until the browser reports it.
    time_zone: Option<String>,
});

entity!(device, "device", {
    #[sea_orm(primary_key, auto_increment = false)]
    token_hash: Vec<u8>,
    person_id: Uuid,
    session_id: Uuid,
    created_at: i64,
});

entity!(booking, "booking", {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    organizer_id: Uuid,
    talent_id: Uuid,
    title: String,
    event_date: String,
    venue: String,
    fee_amount: i64,
    fee_currency: String,
    status: String,
    created_at: i64,
    /// Number of the event about the opened booking in the organizer's sequence. 0 in rows written by an older version.
    organizer_event_seq: i64,
    talent_event_seq: i64,
    /// The title, folded for searching. `None` in rows written by an older version.
    search_title: Option<String>,
}, #[async_trait::async_trait] impl ActiveModelBehavior for ActiveModel {
    /// Writes the folded title together with each title.
    async fn before_save<C: ConnectionTrait>(mut self, _: &C, _insert: bool) -> Result<Self, DbErr> {
        if let sea_orm::ActiveValue::Set(title) = &self.title {
            self.search_title = sea_orm::ActiveValue::Set(Some(crate::search_text::fold_text(title)));
        }
        Ok(self)
    }
});

entity!(conversation, "conversation", {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    booking_id: Uuid,
    organizer_id: Uuid,
    talent_id: Uuid,
    last_seq: i64,
    organizer_read_seq: i64,
    talent_read_seq: i64,
    updated_at: i64,
    organizer_seen_seq: i64,
    talent_seen_seq: i64,
    organizer_delivered_seq: i64,
    talent_delivered_seq: i64,
    /// Number, in the organizer's event sequence, of the event that last moved the conversation to the top of their
    /// inbox.
    organizer_event_seq: i64,
    talent_event_seq: i64,
});

entity!(message, "message", {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    conversation_id: Uuid,
    seq: i64,
    sender_id: Uuid,
    client_id: Uuid,
    body: String,
    created_at: i64,
    #[sea_orm(column_name = "step")]
    booking_status: Option<String>,
});

entity!(notification, "notification", {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    person_id: Uuid,
    kind: String,
    conversation_id: Option<Uuid>,
    booking_id: Option<Uuid>,
    actor_id: Uuid,
    message_seq: i64,
    preview: String,
    created_at: i64,
    read_at: Option<i64>,
    mail_id: Option<Uuid>,
    /// Number of the event about this notification. 0 in rows written by an older version.
    event_seq: i64,
});

entity!(event, "event", {
    #[sea_orm(primary_key, auto_increment = false)]
    person_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    seq: i64,
    kind: String,
    payload: String,
    at: i64,
});

entity!(token, "token", {
    #[sea_orm(primary_key, auto_increment = false)]
    hash: Vec<u8>,
    person_id: Uuid,
    purpose: String,
    payload: String,
    expires_at: i64,
    reference: Option<Uuid>,
});

entity!(mail, "mail", {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    recipient: Option<String>,
    kind: String,
    subject: String,
    body_text: String,
    body_html: String,
    unsubscribe: Option<String>,
    created_at: i64,
    due_at: i64,
    attempts: i32,
    sent_at: Option<i64>,
    parked_at: Option<i64>,
    token_reference: Option<Uuid>,
    shown_token: Option<String>,
    conversation_id: Option<Uuid>,
});

entity!(email_budget, "email_budget", {
    #[sea_orm(primary_key, auto_increment = false)]
    recipient_hash: Vec<u8>,
    sent_at: String,
    updated_at: i64,
});

entity!(known_device, "known_device", {
    #[sea_orm(primary_key, auto_increment = false)]
    person_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    fingerprint: Vec<u8>,
    seen_at: i64,
});

entity!(refused_form, "refused_form", {
    #[sea_orm(primary_key, auto_increment = false)]
    id_hash: Vec<u8>,
    person_id: Option<Uuid>,
    browser_hash: Vec<u8>,
    path: String,
    fields: String,
    expires_at: i64,
});

entity!(site_secret, "site_secret", {
    #[sea_orm(primary_key, auto_increment = false)]
    name: String,
    secret: Vec<u8>,
});

entity!(write_probe, "write_probe", {
    #[sea_orm(primary_key, auto_increment = false)]
    process_id: Uuid,
    filler: Vec<u8>,
    probed_at: i64,
});
