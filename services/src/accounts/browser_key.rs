use super::{Viewer, secret::Secret};
use crate::{Greenroom, Result, entity::browser_key, run_to_completion};
use model::ApiError;
use sea_orm::{ActiveValue::Set, EntityTrait, sea_query::OnConflict};

impl Greenroom {
    /// Returns the key with which a browser encrypts the data it stores for the viewer: 256 bits, in hexadecimal.
    ///
    /// Only a session gets it, so that once the session has ended the stored data can't be read, until this person
    /// signs in again. It never changes, and is deleted with the account.
    ///
    /// # Errors
    /// `SessionRequired` for an access token.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn load_browser_key(&self, viewer: &Viewer) -> Result<String> {
        viewer.require_full_scope()?;
        let id = viewer.id().0;
        if let Some(row) = browser_key::Entity::find_by_id(id).one(self.store.reader()).await? {
            return Ok(row.secret);
        }
        let (greenroom, viewer) = (self.clone(), viewer.clone());
        run_to_completion(async move {
            let (tx, _) = greenroom.write_for_account(&viewer).await?;
            let row = browser_key::ActiveModel { person_id: Set(id), secret: Set(Secret::generate()?.into_text()) };
            // Two tabs may request it at the same time: the first insert wins.
            let once = OnConflict::column(browser_key::Column::PersonId).do_nothing().to_owned();
            browser_key::Entity::insert(row).on_conflict(once).exec_without_returning(&tx).await?;
            let row = browser_key::Entity::find_by_id(id).one(&tx).await?;
            tx.commit().await?;
            Ok(row.ok_or(ApiError::Unauthenticated)?.secret)
        })
        .await
    }
}
