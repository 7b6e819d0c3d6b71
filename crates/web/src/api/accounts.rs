//! Accounts in, and one account as a rep sees it.

use axum::{Json, extract::State, http::StatusCode};
use desk::{
    DeskError,
    accounts::{AccountDocument, DocumentError, Put},
};
use serde::Serialize;
use std::{borrow::Cow, collections::BTreeMap};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Ref, RefOr, Schema,
        schema::{AnyOfBuilder, ObjectBuilder, Type},
    },
};

use super::{
    body::{Document, Name},
    lists,
    problem::{Clash, Limited, Missing},
    shapes::Account,
};
use crate::{app::App, fault::Fault, guard::Staff};

/// The largest account document, in bytes: documents come in it as base64.
const LARGEST: usize = 16 * 1024 * 1024;

/// One account as the company's systems know it. Dates are RFC 3339 or bare (`2019-05-01`).
#[derive(ToSchema)]
#[schema(as = AccountDocument)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes what the desk reads itself")]
pub(super) struct AccountBody {
    /// The same as in the address, or absent.
    #[schema(example = "A-1042")]
    external_id: Option<String>,
    /// What a rep calls the customer; 1 to 100 letters, shown to reps.
    #[schema(example = "Robin Vale")]
    display_name: String,
    /// Since when they are a customer; shown to reps.
    #[schema(example = "2019-05-01")]
    customer_since: Option<String>,
    /// Whether it is important: more of what is asked for it needs a second person. Left out, it stays
    /// as it was.
    #[serde(default)]
    important: Option<bool>,
    /// The email addresses and phone numbers that the owner registered.
    #[serde(default)]
    contact_points: Vec<ContactPointBody>,
    /// The values, by the catalogue's names. What is no longer sent is dropped.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, FieldBody>, example = json!({"user_name": "robinv", "order": {"7001": "2 gizmos, 2026-10-02"}}))]
    fields: BTreeMap<String, String>,
}

/// A contact point that the owner registered with the company.
#[derive(ToSchema)]
#[schema(as = ContactPointDocument)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes what the desk reads itself")]
pub(super) struct ContactPointBody {
    /// Email or phone.
    #[schema(value_type = lists::ContactKind)]
    kind: String,
    /// The address or number. It is sealed, and no answer ever shows it.
    value: String,
    /// When the owner gave it; if absent, when they confirmed it. On an account that is already
    /// known, a new contact point counts as registered now and only after the cooling-off time.
    registered_at: Option<String>,
    /// When the owner confirmed it; without that, nothing is ever sent there.
    confirmed_at: Option<String>,
}

/// A field: a text, a document, or an object of items, each under its label.
pub(super) enum FieldBody {}

impl PartialSchema for FieldBody {
    fn schema() -> RefOr<Schema> {
        let items = Ref::from_schema_name(ItemBody::name());
        // Not "one of": the keys of a document could be labels as well.
        AnyOfBuilder::new()
            .description(Some("A text, a document, or an object of items. Labels of items are shown to reps, values never."))
            .item(ObjectBuilder::new().schema_type(Type::String))
            .item(Ref::from_schema_name(DocumentBody::name()))
            .item(ObjectBuilder::new().schema_type(Type::Object).additional_properties(Some(items)))
            .into()
    }
}

impl ToSchema for FieldBody {
    fn name() -> Cow<'static, str> {
        "FieldDocument".into()
    }
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((ItemBody::name().into(), ItemBody::schema()));
        ItemBody::schemas(schemas);
        schemas.push((DocumentBody::name().into(), DocumentBody::schema()));
    }
}

/// One item of a field.
#[derive(ToSchema)]
#[schema(as = ItemDocument)]
#[serde(untagged)]
#[expect(dead_code, reason = "describes what the desk reads itself")]
pub(super) enum ItemBody {
    /// A text.
    Text(String),
    /// A document.
    Document(DocumentBody),
}

/// A document: a value that is a file.
#[derive(ToSchema)]
#[schema(as = FileDocument)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes what the desk reads itself")]
pub(super) struct DocumentBody {
    /// Its name.
    #[schema(example = "invoice-10442.pdf")]
    file_name: String,
    /// Its media type.
    #[schema(example = "application/pdf")]
    media_type: String,
    /// Its bytes, in base64.
    base64: String,
}

/// What putting an account did.
#[derive(Serialize, ToSchema)]
pub(super) struct PutResult {
    result: PutWord,
}

/// What putting an account did.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum PutWord {
    /// It is new.
    Created,
    /// Something in it was different.
    Changed,
    /// Everything was there already; nothing was written.
    Same,
}

/// Bring an account in
///
/// The document is the whole account: what is left out is dropped. Nobody is ever mailed because of
/// it. At most 16 MB.
#[utoipa::path(
    put, path = "/api/v1/accounts/{external_id}", operation_id = "put_account", tag = "accounts",
    params(("external_id" = String, Path, description = "The company's own name for the account, 1 to 64 visible letters.")),
    request_body = AccountBody,
    responses(
        (status = 200, description = "The account was known.", body = PutResult),
        (status = 201, description = "The account is new.", body = PutResult),
        Missing, Clash,
    ),
)]
pub(super) async fn put(
    State(app): State<App>,
    Staff(me): Staff,
    Name(external_id): Name,
    Document(body): Document<LARGEST>,
) -> Result<(StatusCode, Json<PutResult>), Fault> {
    let document = AccountDocument::from_json(&body).map_err(|error| match error {
        DocumentError::NotJson(_) => Fault::bad(error.to_string()),
        error => DeskError::from(error).into(),
    })?;
    let (status, result) = match app
        .desk()
        .put_account(Some(&me), &external_id, document)
        .await?
    {
        Put::Created => (StatusCode::CREATED, PutWord::Created),
        Put::Changed => (StatusCode::OK, PutWord::Changed),
        Put::Same => (StatusCode::OK, PutWord::Same),
    };
    Ok((status, Json(PutResult { result })))
}

/// Read an account
///
/// As a rep sees it: masked. Every reading is limited like a look-up and is an entry in the ledger.
#[utoipa::path(
    get, path = "/api/v1/accounts/{external_id}", operation_id = "read_account", tag = "accounts",
    params(("external_id" = String, Path, description = "The company's own name for the account.")),
    responses((status = 200, description = "The account, masked.", body = Account), Missing, Limited),
)]
pub(super) async fn read(
    State(app): State<App>,
    Staff(me): Staff,
    Name(external_id): Name,
) -> Result<Json<Account>, Fault> {
    Ok(Json(
        app.desk().read_account(&me, &external_id).await?.into(),
    ))
}
