//! The check of required fields before a form is sent. All are reported at once and beside the fields; the browser's
//! own bubbles show one at a time and vanish.

use crate::{browser, request_error::RequestError};
use model::{ApiError, FieldError, ValidationErrors};
use web_sys::HtmlFormElement;

/// Returns the refusal that the server would answer, if required fields are empty.
pub(super) fn find_missing(form: &HtmlFormElement) -> Option<RequestError> {
    let fields = browser::find_all(form, "[required]").into_iter().filter_map(|field| {
        let is_missing = browser::get_property(&browser::get_property(&field, "validity")?, "valueMissing")?;
        let name = browser::get_property(&field, "name")?.as_string()?;
        is_missing.is_truthy().then(|| (error_name(&name), FieldError::Required))
    });
    let fields: ValidationErrors = fields.collect();
    (!fields.is_empty()).then(|| ApiError::Invalid { fields }.into())
}

/// Returns the name of a form's field in validation errors, where it is written as in the API.
fn error_name(field: &str) -> String {
    let mut parts = field.split('_');
    let mut name = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut letters = part.chars();
        name.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        name.push_str(letters.as_str());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::error_name;

    #[test]
    fn fields_are_named_as_in_the_api() {
        assert_eq!(error_name("event_date"), "eventDate");
        assert_eq!(error_name("expires_in_days"), "expiresInDays");
        assert_eq!(error_name("name"), "name");
    }
}
