use crate::{
    Error, Result,
    entity::{booking, person},
};
use model::{Booking, BookingId, Money, Person, PersonId, Role};
use sea_orm::{EntityTrait, FromQueryResult, JoinType, QuerySelect, RelationDef, Select, sea_query::Expr};
use uuid::Uuid;

/// A booking joined with its two people.
#[derive(Clone, FromQueryResult)]
pub(crate) struct BookingRow {
    pub(crate) booking_id: Uuid,
    title: String,
    event_date: String,
    venue: String,
    fee_amount: i64,
    fee_currency: String,
    status: String,
    organizer_id: Uuid,
    organizer_name: String,
    talent_id: Uuid,
    talent_name: String,
    talent_craft: Option<String>,
}

impl BookingRow {
    /// Selects all bookings. The caller must filter by the viewer.
    pub(crate) fn select_all() -> Select<booking::Entity> {
        Self::join_people(booking::Entity::find().select_only())
    }

    /// Joins the booking that `key` refers to, and replaces the selected columns by the booking's.
    pub(crate) fn join_to<E: EntityTrait>(query: Select<E>, key: E::Column) -> Select<E> {
        let relation: RelationDef = E::belongs_to(booking::Entity).from(key).to(booking::Column::Id).into();
        Self::join_people(query.select_only().join(JoinType::InnerJoin, relation))
    }

    fn join_people<E: EntityTrait>(query: Select<E>) -> Select<E> {
        query
            .join_as(JoinType::InnerJoin, join_person(booking::Column::OrganizerId), "organizer")
            .join_as(JoinType::InnerJoin, join_person(booking::Column::TalentId), "talent")
            .column_as(booking::Column::Id, "booking_id")
            .column_as(booking::Column::Title, "title")
            .column_as(booking::Column::EventDate, "event_date")
            .column_as(booking::Column::Venue, "venue")
            .column_as(booking::Column::FeeAmount, "fee_amount")
            .column_as(booking::Column::FeeCurrency, "fee_currency")
            .column_as(booking::Column::Status, "status")
            .column_as(booking::Column::OrganizerId, "organizer_id")
            .column_as(booking::Column::TalentId, "talent_id")
            .column_as(Expr::col(("organizer", person::Column::Name)), "organizer_name")
            .column_as(Expr::col(("talent", person::Column::Name)), "talent_name")
            .column_as(Expr::col(("talent", person::Column::Craft)), "talent_craft")
    }

    pub(crate) fn into_model(self) -> Result<Booking> {
        let craft = self.talent_craft.map(|craft| craft.parse().map_err(|()| Error::corrupt("craft"))).transpose()?;
        Ok(Booking {
            id: BookingId(self.booking_id),
            title: self.title,
            event_date: self.event_date.parse().map_err(|_| Error::corrupt("event date"))?,
            venue: self.venue,
            fee: Money { amount: self.fee_amount, currency: self.fee_currency },
            status: self.status.parse().map_err(|()| Error::corrupt("booking status"))?,
            organizer: Person {
                id: PersonId(self.organizer_id),
                name: self.organizer_name,
                role: Role::Organizer,
                craft: None,
            },
            talent: Person { id: PersonId(self.talent_id), name: self.talent_name, role: Role::Talent, craft },
        })
    }
}

fn join_person(column: booking::Column) -> RelationDef {
    booking::Entity::belongs_to(person::Entity).from(column).to(person::Column::Id).into()
}
