//! Read and delivery markers: the `seq` up to which each party has received and read messages. Markers are columns of
//! the conversation. They move only forward and never past the last message; only a person's own read marker may move
//! back, by `mark_unread`.

use super::Party;
use crate::{
    Result, Viewer,
    entity::{conversation, message, person},
    store::Transaction,
};
use model::{ConversationId, PersonId};
use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter,
    sea_query::{Condition, Expr, IntoCondition, Query},
};

/// Advances one of the viewer's markers and returns the conversation. Returns `None` if the marker is already there, if
/// `condition` doesn't hold, or if the conversation isn't the viewer's.
pub(super) async fn advance_marker(
    tx: &Transaction,
    viewer: &Viewer,
    id: ConversationId,
    (marker, seq): (conversation::Column, i64),
    condition: Condition,
) -> Result<Option<conversation::Model>> {
    let last = Expr::col(conversation::Column::LastSeq);
    let target = Expr::case(last.clone().lt(seq), last).finally(seq);
    let updated = conversation::Entity::update_many()
        .col_expr(marker, target.into())
        .filter(conversation::Column::Id.eq(id.0))
        .filter(Party::of(viewer).owns(viewer))
        .filter(marker.lt(seq))
        .filter(Expr::col(marker).lt(Expr::col(conversation::Column::LastSeq)))
        .filter(condition)
        .exec_with_returning(tx)
        .await?;
    Ok(updated.into_iter().next())
}

/// Returns the condition that both people of the conversation want receipts: a person who sends none gets none.
pub(super) fn both_want_receipts() -> Condition {
    let parties = [conversation::Column::OrganizerId, conversation::Column::TalentId];
    let refusing = Query::select()
        .column(person::Column::Id)
        .from(person::Entity)
        .cond_where(parties.into_iter().fold(Condition::any(), |any, party| {
            any.add(Expr::col((person::Entity, person::Column::Id)).equals((conversation::Entity, party)))
        }))
        .and_where(person::Column::Receipts.eq(false))
        .take();
    Expr::exists(refusing).not().into_condition()
}

/// Counts the other person's messages after `seq`.
pub(super) async fn count_unread_after(tx: &Transaction, id: ConversationId, seq: i64, me: PersonId) -> Result<i64> {
    let count = message::Entity::find()
        .filter(message::Column::ConversationId.eq(id.0))
        .filter(message::Column::Seq.gt(seq))
        .filter(message::Column::SenderId.ne(me.0))
        .count(tx)
        .await?;
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}
