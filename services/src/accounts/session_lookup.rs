use crate::{
    batcher::Batcher,
    entity::{person, session},
};

/// A session that hasn't expired, and its person.
pub(crate) type AuthenticatedSession = (session::Model, person::Model);
/// Batches session lookups by the hash of the secret.
pub(crate) type SessionLookup = Batcher<Vec<u8>, Option<AuthenticatedSession>>;
