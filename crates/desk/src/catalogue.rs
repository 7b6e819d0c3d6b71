//! The catalogue: which fields accounts have, how each is protected, and what people call it.

use serde::Deserialize;
use std::{borrow::Cow, collections::BTreeSet};
use vault::normalise;
use words::{ContactKind, FieldClass, FieldKind};

const SHIPPED: &str = include_str!("../catalogue.toml");

/// What every account has, whatever the catalogue says; no field can take these names.
const RESERVED: [&str; 10] = [
    "external_id",
    "display_name",
    "customer_since",
    "important",
    "email",
    "email_registered_at",
    "email_confirmed_at",
    "phone",
    "phone_registered_at",
    "phone_confirmed_at",
];

/// A catalogue can't be used; says which field and why.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// It is not TOML of the expected shape.
    #[error("the catalogue can't be read: {0}")]
    Syntax(String),
    /// A field is declared in a way that can't be.
    #[error("the field `{name}` {why}")]
    Field {
        /// Its name.
        name: String,
        /// What is wrong and what to do.
        why: &'static str,
    },
}

/// One kind of value that accounts have.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogueField {
    /// Its name in documents, columns and the database.
    pub name: String,
    /// What a rep calls one of them, such as `invoice`; `{item}` stands for the item's label.
    pub title: String,
    /// What the panel calls them, such as `Invoices`.
    pub plural: String,
    /// What comes after "Send" on the offer to send one, such as `an invoice`; without it, "the" and
    /// the title.
    #[serde(default)]
    pub offer: Option<String>,
    /// What the value is.
    pub kind: FieldKind,
    /// How it is protected.
    pub class: FieldClass,
    /// Whether an account can have several, each under a label.
    #[serde(default)]
    pub items: bool,
    /// Whether an account can be found by it.
    #[serde(default)]
    pub find: bool,
}

impl CatalogueField {
    /// What a rep calls it: `postal address`, `invoice 10442`, `parcel 7001's address`. `item` is
    /// empty for a plain field.
    pub fn label(&self, item: &str) -> String {
        if item.is_empty() {
            let title = self.title.replace(" {item}", "");
            title.replace("{item}", "").trim_start().to_owned()
        } else if self.title.contains("{item}") {
            self.title.replace("{item}", item)
        } else {
            format!("{} {item}", self.title)
        }
    }

    /// What the offer to send it says: `Send the postal address`, `Send an invoice`.
    pub fn offer_title(&self) -> String {
        match &self.offer {
            Some(words) => format!("Send {words}"),
            None => format!("Send the {}", self.label("")),
        }
    }
}

/// A named action of the company, such as a refund: the desk asks the owner and then tells the
/// company's system, which does it.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct CatalogueAction {
    /// Its name in the API and in the hook.
    pub name: String,
    /// What a rep and the owner call it, such as `refund of an order`.
    pub title: String,
    /// How many different kinds of proof it needs: 1 or 2.
    #[serde(default = "one_proof")]
    pub proofs: u8,
    /// Whether a lead or an admin has to agree first.
    #[serde(default)]
    pub four_eyes: bool,
}

impl CatalogueAction {
    /// The action as the gate sees it.
    pub(crate) fn effect(&self) -> gate::Effect {
        gate::Effect {
            name: self.name.clone(),
            proofs: i64::from(self.proofs),
            eyes: self.four_eyes,
        }
    }
}

const fn one_proof() -> u8 {
    1
}

/// The fields that accounts have, in the order of the panel, and the company's actions.
#[derive(Clone, Debug)]
pub struct Catalogue {
    fields: Vec<CatalogueField>,
    actions: Vec<CatalogueAction>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    field: Vec<CatalogueField>,
    #[serde(default)]
    action: Vec<CatalogueAction>,
}

impl Catalogue {
    /// The catalogue that ships with Staunch.
    #[expect(
        clippy::missing_panics_doc,
        reason = "the text is part of the program, and a test reads it"
    )]
    pub fn shipped() -> Self {
        Self::parse(SHIPPED).expect("the shipped catalogue is sound")
    }

    /// The text of the catalogue that ships with Staunch, to start an own one from.
    pub const fn shipped_text() -> &'static str {
        SHIPPED
    }

    /// Reads a catalogue.
    ///
    /// # Errors
    /// [`CatalogueError`] says which field is wrong and why.
    pub fn parse(text: &str) -> Result<Self, CatalogueError> {
        let file: File = toml::from_str(text).map_err(|e| CatalogueError::Syntax(e.to_string()))?;
        let mut names = BTreeSet::new();
        for field in &file.field {
            let fault = if names.insert(field.name.as_str()) {
                fault(field)
            } else {
                Some("is declared twice; keep one of them")
            };
            if let Some(why) = fault {
                return Err(CatalogueError::Field {
                    name: field.name.clone(),
                    why,
                });
            }
        }
        let mut actions = BTreeSet::new();
        for action in &file.action {
            let why = if !actions.insert(action.name.as_str()) {
                "is declared twice; keep one of them"
            } else if !(1..=2).contains(&action.proofs) {
                "needs 1 or 2 proofs; write proofs = 1 or proofs = 2"
            } else if action.name.is_empty() || action.title.is_empty() {
                "needs a name and a title"
            } else {
                continue;
            };
            return Err(CatalogueError::Field {
                name: action.name.clone(),
                why,
            });
        }
        Ok(Self {
            fields: file.field,
            actions: file.action,
        })
    }

    /// All fields, in the order of the panel.
    pub fn fields(&self) -> &[CatalogueField] {
        &self.fields
    }

    /// The company's actions, in the order of the panel.
    pub fn actions(&self) -> &[CatalogueAction] {
        &self.actions
    }

    /// One action by name.
    pub fn action(&self, name: &str) -> Option<&CatalogueAction> {
        self.actions.iter().find(|action| action.name == name)
    }

    /// One field by name.
    pub fn field(&self, name: &str) -> Option<&CatalogueField> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// What a rep calls a field (and one of its items, if `item` is not empty).
    pub fn label(&self, name: &str, item: &str) -> String {
        match self.field(name) {
            Some(field) => field.label(item),
            // A field of an older catalogue.
            None if item.is_empty() => name.to_owned(),
            None => format!("{name} {item}"),
        }
    }

    /// By what accounts can be found: `external_id`, `email`, `phone` and the fields that say so.
    pub fn look_up_kinds(&self) -> Vec<&str> {
        let fixed = ["external_id", "email", "phone"];
        fixed
            .into_iter()
            .chain(
                self.fields
                    .iter()
                    .filter(|f| f.find)
                    .map(|f| f.name.as_str()),
            )
            .collect()
    }

    /// The form of a value by which accounts are found, or nothing if they can't be found by
    /// this kind.
    pub fn look_up_form(&self, kind: &str, value: &str) -> Option<String> {
        let kind = match kind {
            "external_id" => FieldKind::Number,
            "email" => FieldKind::Email,
            "phone" => FieldKind::Phone,
            name => self.field(name).filter(|field| field.find).map(found_as)?,
        };
        Some(normalise(kind, value))
    }

    /// The columns that a CSV file of accounts can have; of a field with items, `name[label]`.
    pub fn columns(&self) -> Vec<Cow<'_, str>> {
        let fields = self
            .fields
            .iter()
            .filter(|field| field.kind != FieldKind::Document)
            .map(|field| {
                if field.items {
                    Cow::Owned(format!("{}[…]", field.name))
                } else {
                    Cow::Borrowed(field.name.as_str())
                }
            });
        RESERVED
            .into_iter()
            .map(Cow::Borrowed)
            .chain(fields)
            .collect()
    }
}

/// The kind by which an account is found through this field: labels are numbers.
pub(crate) fn found_as(field: &CatalogueField) -> FieldKind {
    if field.items {
        FieldKind::Number
    } else {
        field.kind
    }
}

/// The field kind that a contact point's address has.
pub(crate) fn address_kind(kind: ContactKind) -> FieldKind {
    match kind {
        ContactKind::Email => FieldKind::Email,
        ContactKind::Phone => FieldKind::Phone,
    }
}

fn fault(field: &CatalogueField) -> Option<&'static str> {
    let name = field.name.as_bytes();
    let lower = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'_';
    let words = |text: &str| {
        !text.trim().is_empty() && text.chars().count() <= 60 && !text.chars().any(char::is_control)
    };
    if !name.first().is_some_and(u8::is_ascii_lowercase)
        || name.len() > 40
        || !name.iter().all(lower)
    {
        return Some("needs a name of at most 40 small letters, digits and _, a letter first");
    }
    if RESERVED.contains(&field.name.as_str()) {
        return Some("has a name that every account has already; choose another");
    }
    if !words(&field.title) || !words(&field.plural) {
        return Some("needs a title and a plural of at most 60 letters");
    }
    if field.offer.as_ref().is_some_and(|offer| !words(offer)) {
        return Some("has an offer that is empty or longer than 60 letters; leave it out");
    }
    if field.title.contains("{item}") && !field.items {
        return Some("has {item} in its title, but no items; set items = true or leave {item} out");
    }
    match (field.kind, field.class) {
        (FieldKind::Password | FieldKind::Receipt, FieldClass::Shown | FieldClass::Sealed) => {
            return Some(
                "is a password or receipt, which is never disclosed; set class = \"secret\"",
            );
        }
        (FieldKind::Document, FieldClass::Shown | FieldClass::Secret) => {
            return Some("is a document, which only the owner gets; set class = \"sealed\"");
        }
        _ => {}
    }
    if field.find && !field.items {
        if field.class == FieldClass::Secret {
            return Some(
                "is a secret, and being found by it would tell that it is right; set find = false",
            );
        }
        if !matches!(
            field.kind,
            FieldKind::Text | FieldKind::Number | FieldKind::Email | FieldKind::Phone
        ) {
            return Some("has a kind that accounts can't be found by; set find = false");
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(lines: &str) -> Result<Catalogue, CatalogueError> {
        Catalogue::parse(&format!(
            "[[field]]\ntitle = \"thing\"\nplural = \"Things\"\n{lines}"
        ))
    }

    fn why(lines: &str) -> String {
        field(lines).expect_err("a fault").to_string()
    }

    #[test]
    fn the_shipped_catalogue_is_sound_and_in_order() {
        let catalogue = Catalogue::parse(SHIPPED).expect("the shipped catalogue");
        let names: Vec<&str> = catalogue.fields().iter().map(|f| f.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "plan",
                "user_name",
                "address",
                "birth_date",
                "card",
                "order",
                "parcel",
                "invoice",
                "receipt_code",
                "password_changed"
            ]
        );
        assert_eq!(
            catalogue.look_up_kinds(),
            ["external_id", "email", "phone", "user_name", "order"]
        );
    }

    #[test]
    fn labels_read_as_a_rep_would_say_them() {
        let catalogue = Catalogue::shipped();
        assert_eq!(catalogue.label("invoice", "10442"), "invoice 10442");
        assert_eq!(catalogue.label("address", ""), "postal address");
        assert_eq!(catalogue.label("parcel", "7001"), "parcel 7001's address");
        assert_eq!(catalogue.label("parcel", ""), "parcel's address");
        assert_eq!(catalogue.label("of_old", "3"), "of_old 3");
    }

    #[test]
    fn offers_read_as_sentences() {
        let catalogue = Catalogue::shipped();
        let offer = |name| catalogue.field(name).map(CatalogueField::offer_title);
        assert_eq!(offer("invoice").as_deref(), Some("Send an invoice"));
        assert_eq!(offer("order").as_deref(), Some("Send an order's details"));
        assert_eq!(offer("parcel").as_deref(), Some("Send a parcel's address"));
        assert_eq!(offer("card").as_deref(), Some("Send the payment card"));
        assert!(
            why("name = \"a\"\nkind = \"text\"\nclass = \"sealed\"\noffer = \"\"")
                .contains("leave it out")
        );
    }

    #[test]
    fn what_must_stay_protected_can_not_be_declared_otherwise() {
        assert!(
            why("name = \"pin\"\nkind = \"password\"\nclass = \"sealed\"")
                .contains("class = \"secret\"")
        );
        assert!(
            why("name = \"code\"\nkind = \"receipt\"\nclass = \"shown\"")
                .contains("class = \"secret\"")
        );
        assert!(
            why("name = \"bill\"\nkind = \"document\"\nclass = \"shown\"")
                .contains("class = \"sealed\"")
        );
        assert!(
            why("name = \"pin\"\nkind = \"password\"\nclass = \"secret\"\nfind = true")
                .contains("find = false")
        );
    }

    #[test]
    fn names_are_plain_single_and_not_taken() {
        assert!(
            why("name = \"email\"\nkind = \"email\"\nclass = \"sealed\"")
                .contains("choose another")
        );
        assert!(
            why("name = \"Bill No\"\nkind = \"text\"\nclass = \"sealed\"")
                .contains("small letters")
        );
        let one = "[[field]]\nname = \"a\"\ntitle = \"a\"\nplural = \"A\"\nkind = \"text\"\nclass = \"sealed\"\n";
        let error = Catalogue::parse(&format!("{one}{one}")).expect_err("twice");
        assert_eq!(
            error.to_string(),
            "the field `a` is declared twice; keep one of them"
        );
    }

    #[test]
    fn an_unknown_key_is_an_error() {
        assert!(
            why("name = \"a\"\nkind = \"text\"\nclass = \"sealed\"\ncolour = \"red\"")
                .contains("colour")
        );
    }
}
