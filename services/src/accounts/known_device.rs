use crate::{
    Limits, Result,
    clock::as_millis,
    entity::{known_device, person},
    mail::{LinkBuilder, enqueue, templates},
    network::truncate_address,
    store::Transaction,
};
use model::{StoredEmail, Timestamp};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, Order, PaginatorTrait, QueryFilter,
    sea_query::{OnConflict, Query},
};
use sha2::{Digest, Sha256};
use std::{net::IpAddr, time::Duration};
use uuid::Uuid;

/// How long a device stays known after its last sign-in: 400 days, as long as browsers keep a cookie.
pub(crate) const DEVICE_TTL: Duration = Duration::from_secs(400 * 24 * 60 * 60);

/// Maximum known devices of one person; the ones that signed in last are kept.
pub(super) const MAX_DEVICES: u64 = 200;
/// Maximum age of an account at its first sign-in. An older account without known devices was created before devices
/// were recorded, or all its devices were deleted: its owner is told of the first device too.
const FIRST_SIGN_IN_WINDOW: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Records the device and network of a sign-in. The owner is told by email of each new one, within their email budget,
/// except of the first one of a new account. Returns whether it is one of which the owner is told.
pub(super) async fn record_known_device(
    tx: &Transaction,
    owner: &person::Model,
    user_agent: &str,
    from: IpAddr,
    links: &LinkBuilder,
    limits: &Limits,
    now: Timestamp,
) -> Result<bool> {
    let fingerprint = fingerprint(owner.id, user_agent, from);
    let own = || known_device::Entity::find().filter(known_device::Column::PersonId.eq(owner.id));
    let known = own().filter(known_device::Column::SeenAt.gt(now.millis() - as_millis(DEVICE_TTL))).count(tx).await?;
    let found = own().filter(known_device::Column::Fingerprint.eq(fingerprint.clone())).count(tx).await?;
    let row = known_device::ActiveModel {
        person_id: Set(owner.id),
        fingerprint: Set(fingerprint.clone()),
        seen_at: Set(now.millis()),
    };
    let key = [known_device::Column::PersonId, known_device::Column::Fingerprint];
    let seen = OnConflict::columns(key).update_column(known_device::Column::SeenAt).to_owned();
    known_device::Entity::insert(row).on_conflict(seen).exec_without_returning(tx).await?;
    let is_new = found == 0 && (known > 0 || now.millis() - owner.created_at > as_millis(FIRST_SIGN_IN_WINDOW));
    if found == 0 {
        evict_oldest_devices(tx, owner.id, fingerprint).await?;
    }
    if is_new {
        let to = StoredEmail::new(&owner.email);
        enqueue(tx, Some(&to), templates::new_device(&owner.name, user_agent, links), limits, now).await?;
    }
    Ok(is_new)
}

/// Deletes all but the [`MAX_DEVICES`] newest, and never `this`, which has an old time if the clock was set back.
async fn evict_oldest_devices(tx: &Transaction, owner: Uuid, this: Vec<u8>) -> Result<()> {
    let surplus = Query::select()
        .column(known_device::Column::Fingerprint)
        .from(known_device::Entity)
        .and_where(known_device::Column::PersonId.eq(owner))
        .and_where(known_device::Column::Fingerprint.ne(this))
        .order_by(known_device::Column::SeenAt, Order::Desc)
        .offset(MAX_DEVICES - 1)
        .limit(MAX_DEVICES)
        .take();
    known_device::Entity::delete_many().filter(known_device::Column::Fingerprint.in_subquery(surplus)).exec(tx).await?;
    Ok(())
}

/// Returns a hash that identifies one device of a person. Digits of the user agent are left out, since browsers update
/// themselves; so is the host part of the IP address, which phones change by the hour.
fn fingerprint(owner: Uuid, user_agent: &str, from: IpAddr) -> Vec<u8> {
    let network = truncate_address(from.to_canonical(), 16, 32).addr();
    let browser: String = user_agent.chars().filter(|c| !c.is_ascii_digit()).collect();
    let mut hash = Sha256::new();
    hash.update(owner.as_bytes());
    hash.update(network.to_string());
    hash.update([0]);
    hash.update(browser);
    hash.finalize().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_fingerprint_ignores_version_and_host() {
        let of = |agent: &str, from: &str| fingerprint(Uuid::nil(), agent, from.parse().expect("an address"));
        let phone = of("Mozilla/5.0 (Android 14) Chrome/131.0", "41.90.64.7");
        assert_eq!(phone, of("Mozilla/5.0 (Android 14) Chrome/132.0", "41.90.200.1"));
        assert_eq!(phone, of("Mozilla/5.0 (Android 14) Chrome/132.0", "::ffff:41.90.200.1"));
        assert_ne!(phone, of("Mozilla/5.0 (X11; Linux) Chrome/131.0", "41.90.64.7"));
        assert_ne!(phone, of("Mozilla/5.0 (Android 14) Chrome/131.0", "203.0.113.7"));
    }
}
