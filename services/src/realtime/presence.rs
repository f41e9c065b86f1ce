//! Presence: published to the people with whom a person shares a conversation, never written to the log.

use super::{
    hub::{Hub, PresenceChange},
    sse,
};
use crate::{
    Greenroom, Result, Viewer,
    conversations::Party,
    entity::{conversation, last_seen, person},
    store::{Store, statement_buckets},
};
use model::{ApiError, ConversationId, PersonId, Presence, Timestamp};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict, Query},
};
use std::{collections::HashSet, time::Duration};

/// A person who reconnects within this time counts as never having left: the stream broke, or they opened another page.
const DISCONNECT_GRACE: Duration = Duration::from_secs(5);
/// Changes are gathered for this long, so that one read of the database serves all of them.
const GATHER_DELAY: Duration = Duration::from_millis(200);
/// People per statement.
const BATCH: usize = 200;

impl Greenroom {
    /// Publishes presence changes, forever.
    pub async fn run_presence(self) {
        let mut online = HashSet::new();
        loop {
            self.realtime.hub.wait_presence_change().await;
            while self.realtime.hub.has_unsettled_changes() {
                tokio::time::sleep(GATHER_DELAY).await;
                let changes = self.realtime.hub.drain_settled(DISCONNECT_GRACE);
                for here in [true, false] {
                    let people = changes.iter().filter(|change| change.here == Some(here)).map(|change| change.person);
                    self.realtime.hub.announce_presence(&people.collect::<Vec<_>>(), here);
                }
                let is_new = |change: &PresenceChange| match change.present {
                    true => online.insert(change.person),
                    false => online.remove(&change.person),
                };
                let changes: Vec<_> = changes.into_iter().filter(is_new).collect();
                for batch in changes.chunks(BATCH) {
                    if let Err(error) = self.publish_presence_changes(batch).await {
                        error.into_api_error();
                    }
                }
            }
        }
    }

    /// Publishes the changes to this node's streams; the other nodes publish to theirs.
    async fn publish_presence_changes(&self, changes: &[PresenceChange]) -> Result<()> {
        let (people, here) = (changes.iter(), changes.iter().filter(|change| change.here.is_some()));
        let people: Vec<PersonId> = people.map(|change| change.person).collect();
        let here: Vec<PersonId> = here.map(|change| change.person).collect();
        if !here.is_empty() {
            record_last_seen(&self.store, &here, self.now()).await?;
        }
        let pairs = find_counterparts(self.store.reader(), &people).await?;
        for PresenceChange { person, present, .. } in changes {
            let counterparts: Vec<_> = pairs.iter().filter(|(who, _)| who == person).map(|(_, other)| *other).collect();
            self.realtime.hub.publish_presence_local(&counterparts, *person, *present);
        }
        Ok(())
    }

    /// Shows a person as offline to the people in `from`.
    pub(crate) fn hide_presence(&self, person: PersonId, from: &[PersonId]) {
        self.realtime.hub.hide_presence(person, from);
    }

    /// Returns whether the other person of a conversation is online, and when they last were; empty unless both show
    /// their presence.
    ///
    /// # Errors
    /// `NotFound` if the conversation isn't the viewer's.
    pub async fn load_presence(&self, viewer: &Viewer, id: ConversationId) -> Result<Presence> {
        let Some(other) = self.counterpart_showing_presence(viewer, id).await? else { return Ok(Presence::default()) };
        if self.realtime.hub.is_present(other) {
            return Ok(Presence { online: true, active_at: None });
        }
        let last = last_seen::Entity::find_by_id(other.0).one(self.store.reader()).await?;
        Ok(Presence { online: false, active_at: last.map(|row| Timestamp::from_millis(row.active_at)) })
    }

    /// Returns the other person of a conversation, if both show their presence.
    pub(super) async fn counterpart_showing_presence(
        &self,
        viewer: &Viewer,
        id: ConversationId,
    ) -> Result<Option<PersonId>> {
        let party = Party::of(viewer);
        let own = conversation::Entity::find_by_id(id.0).filter(party.owns(viewer));
        let row = own.one(self.store.reader()).await?.ok_or(ApiError::NotFound)?;
        let other = party.counterpart(&row);
        let visible = select_showing_presence().filter(person::Column::Id.is_in([viewer.id().0, other.0]));
        let both = visible.all(self.store.reader()).await?.len() == 2;
        Ok(both.then_some(other))
    }
}

impl Hub {
    /// Publishes at this node that a person came online or went offline.
    pub(super) fn publish_presence_local(&self, to: &[PersonId], person: PersonId, online: bool) {
        self.publish_ephemeral_local(to, &sse::encode_presence(person, online));
    }
}

fn select_showing_presence() -> sea_orm::Select<person::Entity> {
    person::Entity::find().filter(person::Column::Presence.eq(true)).filter(person::Column::DeletedAt.is_null())
}

/// Records when these people were last seen, leaving out deleted accounts.
async fn record_last_seen(store: &Store, people: &[PersonId], now: Timestamp) -> Result<()> {
    // In the order of their ids, so that two processes can't deadlock.
    let known = person::Entity::find()
        .filter(person::Column::Id.is_in(statement_buckets::pad_to_bucket(people.iter().map(|id| id.0))))
        .filter(person::Column::DeletedAt.is_null())
        .order_by_asc(person::Column::Id);
    let known = known.all(store.reader()).await?;
    if known.is_empty() {
        return Ok(());
    }
    let rows =
        known.into_iter().map(|row| last_seen::ActiveModel { person_id: Set(row.id), active_at: Set(now.millis()) });
    let mut on_conflict = OnConflict::column(last_seen::Column::PersonId);
    on_conflict.update_column(last_seen::Column::ActiveAt);
    let tx = store.write_background().await?;
    last_seen::Entity::insert_many(rows).on_conflict(on_conflict).exec_without_returning(&tx).await?;
    tx.commit().await
}

/// Pairs each of these people with those who share a conversation with them, where both show their presence.
async fn find_counterparts(
    connection: &impl ConnectionTrait,
    people: &[PersonId],
) -> Result<Vec<(PersonId, PersonId)>> {
    use conversation::Column::{OrganizerId, TalentId};
    let mut pairs = HashSet::new();
    for (own, counterpart) in [(OrganizerId, TalentId), (TalentId, OrganizerId)] {
        let mut query = conversation::Entity::find()
            .select_only()
            .columns([own, counterpart])
            .distinct()
            .filter(own.is_in(statement_buckets::pad_to_bucket(people.iter().map(|id| id.0))));
        for party in [own, counterpart] {
            let showing = Query::select()
                .column(person::Column::Id)
                .from(person::Entity)
                .and_where(person::Column::Presence.eq(true))
                .and_where(Expr::col((person::Entity, person::Column::Id)).equals((conversation::Entity, party)))
                .take();
            query = query.filter(Expr::exists(showing));
        }
        let rows: Vec<(uuid::Uuid, uuid::Uuid)> = query.into_tuple().all(connection).await?;
        pairs.extend(rows.into_iter().map(|(id, other)| (PersonId(id), PersonId(other))));
    }
    Ok(pairs.into_iter().collect())
}
