//! What a stream must know as it opens. When thousands come back at once, some statements serve hundreds of them.

use super::log::{self, Logged};
use crate::{
    Greenroom, Result,
    entity::{person_head, session},
    store::few,
    together::{Together, each},
};
use model::{Instant, PersonId, SessionId};
use sea_orm::{ColumnTrait, EntityTrait, JoinType, QueryFilter, QuerySelect, RelationDef};
use std::collections::{HashMap, HashSet};

/// Streams that are about to open.
pub(crate) type Door = Together<Opening, Option<Opened>>;

/// A stream that is about to open.
pub(crate) struct Opening {
    pub(super) person: PersonId,
    pub(super) session: SessionId,
    /// The last number the client has, where it goes on from one.
    pub(super) after: Option<i64>,
}

/// How things stand as it opens.
pub(crate) struct Opened {
    /// When the session ends.
    pub(super) ends_at: Instant,
    /// The newest number.
    pub(super) head: i64,
    /// The first events that the client lacks.
    pub(super) next: Vec<Logged>,
}

impl Opening {
    fn lag(&self, heads: &HashMap<SessionId, (Instant, i64)>) -> Option<(PersonId, i64)> {
        let (_, head) = heads.get(&self.session)?;
        self.after.filter(|after| (0..*head).contains(after)).map(|after| (self.person, after))
    }
}

impl Greenroom {
    /// How things stand for a stream; `None` where its session is no more.
    pub(super) async fn open_door(&self, opening: Opening) -> Result<Option<Opened>> {
        let greenroom = self.clone();
        self.door.ask(opening, |openings| async move { greenroom.look_at(openings).await }).await
    }

    async fn look_at(&self, openings: Vec<Opening>) -> Vec<Result<Option<Opened>>> {
        let found = self.heads_and_events(&openings).await;
        each(found, &openings, |(heads, events), opening| {
            let (ends_at, head) = *heads.get(&opening.session)?;
            let next = opening.lag(heads).into_iter().flat_map(|(person, after)| {
                // Another stream of theirs may have asked for others, between which and these there is a gap.
                let own = after + 1..=after.saturating_add(log::EACH);
                let theirs = events.iter().filter(move |event| event.person() == person && own.contains(&event.seq));
                theirs.cloned()
            });
            Some(Opened { ends_at, head, next: next.collect() })
        })
    }

    async fn heads_and_events(
        &self,
        openings: &[Opening],
    ) -> Result<(HashMap<SessionId, (Instant, i64)>, Vec<Logged>)> {
        let rows = session::Entity::find()
            .select_also(person_head::Entity)
            .join(JoinType::InnerJoin, head())
            .filter(session::Column::Id.is_in(few::alternatives(openings.iter().map(|opening| opening.session.0))))
            .filter(session::Column::ExpiresAt.gt(self.now().millis()))
            .all(self.store.reader())
            .await?;
        let heads: HashMap<_, _> = rows
            .into_iter()
            .filter_map(|(row, head)| Some((SessionId(row.id), (Instant::from_millis(row.expires_at), head?.seq))))
            .collect();
        let lacking: HashSet<_> = openings.iter().filter_map(|opening| opening.lag(&heads)).collect();
        let lacking: Vec<_> = lacking.into_iter().collect();
        let events =
            if lacking.is_empty() { Vec::new() } else { log::after_each(self.store.reader(), &lacking).await? };
        Ok((heads, events))
    }
}

fn head() -> RelationDef {
    session::Entity::belongs_to(person_head::Entity)
        .from(session::Column::PersonId)
        .to(person_head::Column::PersonId)
        .into()
}
