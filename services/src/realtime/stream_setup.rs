//! Loads the state that a new stream needs. When thousands of clients reconnect at once, a few statements serve
//! hundreds of them.

use super::{
    event_log::{self, StoredEvent},
    stream_request::{StreamRequest, StreamSetup},
};
use crate::{
    Greenroom, Result,
    batcher::map_batch,
    entity::{event_sequence, session},
    store::statement_buckets,
};
use model::{PersonId, SessionId, Timestamp};
use sea_orm::{ColumnTrait, EntityTrait, JoinType, QueryFilter, QuerySelect, RelationDef};
use std::collections::{HashMap, HashSet};

impl StreamRequest {
    fn replay_from(&self, last_seqs: &HashMap<SessionId, (Timestamp, i64)>) -> Option<(PersonId, i64)> {
        let (_, last_seq) = last_seqs.get(&self.session)?;
        self.after.filter(|after| (0..*last_seq).contains(after)).map(|after| (self.person, after))
    }
}

impl Greenroom {
    /// Returns the state for a new stream; `None` if its session has ended.
    pub(super) async fn set_up_stream(&self, request: StreamRequest) -> Result<Option<StreamSetup>> {
        let greenroom = self.clone();
        self.realtime
            .stream_setups
            .submit(request, |requests| async move { greenroom.load_stream_setups(requests).await })
            .await
    }

    async fn load_stream_setups(&self, requests: Vec<StreamRequest>) -> Vec<Result<Option<StreamSetup>>> {
        let found = self.load_last_seqs_and_events(&requests).await;
        map_batch(found, &requests, |(last_seqs, events), request| {
            let (ends_at, last_seq) = *last_seqs.get(&request.session)?;
            let replay = request.replay_from(last_seqs).into_iter().flat_map(|(person, after)| {
                // The batch may contain another stream of the same person with a different cursor. Only the events in
                // this stream's own range follow its cursor without a gap.
                let range = after + 1..=after.saturating_add(event_log::EVENTS_PER_PERSON);
                let in_range =
                    events.iter().filter(move |event| event.person() == person && range.contains(&event.seq));
                in_range.cloned()
            });
            Some(StreamSetup { ends_at, last_seq, replay: replay.collect() })
        })
    }

    async fn load_last_seqs_and_events(
        &self,
        requests: &[StreamRequest],
    ) -> Result<(HashMap<SessionId, (Timestamp, i64)>, Vec<StoredEvent>)> {
        let rows = session::Entity::find()
            .select_also(event_sequence::Entity)
            .join(JoinType::InnerJoin, event_sequence_relation())
            .filter(
                session::Column::Id
                    .is_in(statement_buckets::pad_to_bucket(requests.iter().map(|request| request.session.0))),
            )
            .filter(session::Column::ExpiresAt.gt(self.now().millis()))
            .all(self.store.reader())
            .await?;
        let last_seqs: HashMap<_, _> = rows
            .into_iter()
            .filter_map(|(row, sequence)| {
                Some((SessionId(row.id), (Timestamp::from_millis(row.expires_at), sequence?.seq)))
            })
            .collect();
        let behind: HashSet<_> = requests.iter().filter_map(|request| request.replay_from(&last_seqs)).collect();
        let behind: Vec<_> = behind.into_iter().collect();
        let events = if behind.is_empty() {
            Vec::new()
        } else {
            event_log::events_after_each(self.store.reader(), &behind).await?
        };
        Ok((last_seqs, events))
    }
}

fn event_sequence_relation() -> RelationDef {
    session::Entity::belongs_to(event_sequence::Entity)
        .from(session::Column::PersonId)
        .to(event_sequence::Column::PersonId)
        .into()
}
