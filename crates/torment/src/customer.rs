//! The owners: made up anew for each world, every value of theirs a canary.

use attack::{canary::Canary, finder::Finder};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

use crate::dice::Dice;

/// How a value is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A contact point's address.
    Contact,
    /// Sent to the owner, shown for a proof.
    Sealed,
    /// Never sent or shown.
    Secret,
    /// The secret of a link, or a code, in a letter.
    Link,
}

/// What is found when something leaks.
#[derive(Clone, Debug)]
pub struct Mark {
    /// Whose it is.
    pub account: usize,
    /// What it is called.
    pub label: String,
    /// How it is protected.
    pub class: Class,
    /// The field and item, if it is one's value.
    pub field: (String, String),
}

/// What a customer can be asked about: a field and an item.
pub const ASKABLE: [(&str, usize); 14] = [
    ("address", 0),
    ("birth_date", 0),
    ("card", 0),
    ("user_name", 0),
    ("order", 1),
    ("order", 2),
    ("parcel", 1),
    ("parcel", 2),
    ("invoice", 1),
    ("invoice", 2),
    ("receipt_code", 1),
    ("password_changed", 0),
    ("nonsense", 0),
    ("order", 0),
];

/// What can be changed: a new email, one in the place of what is on file, the postal address.
pub const CHANGES: [&str; 3] = ["a new email", "the email on file", "the address"];

/// What the company can be asked to do, as the catalogue names it.
pub const ACTIONS: [&str; 2] = ["cancel_order", "refund"];

/// A made-up owner.
#[derive(Clone, Debug)]
pub struct Customer {
    /// The company's own id.
    pub external_id: String,
    /// What a rep calls them.
    pub name: String,
    /// Their mailboxes: the first is on file from the start.
    pub emails: [String; 2],
    /// Whether they ever confirmed it.
    pub confirmed: bool,
    /// Numbers of things: items of orders, parcels, invoices and receipts.
    pub items: Vec<String>,
    /// The codes on their receipts.
    pub receipts: Vec<String>,
    /// Their saved recovery codes.
    pub saved: Vec<String>,
    phone: String,
    /// The postal address that is on file, and the one after a move.
    pub addresses: [String; 2],
    values: Vec<(String, String, String)>,
}

const NAMES: [&str; 6] = [
    "Alva Fenwick",
    "Bram Sotherly",
    "Cleo Marchbank",
    "Dorin Halse",
    "Edda Wyndham",
    "Fane Orrick",
];

fn dates(year: usize, month: usize, day: usize) -> Vec<String> {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let name = MONTHS[(month + 11) % 12];
    vec![
        format!("{year:04}-{month:02}-{day:02}"),
        format!("{day} {name} {year}"),
        format!("{name} {day}, {year}"),
        format!("{day:02}/{month:02}/{year}"),
        format!("{day:02}.{month:02}.{year}"),
    ]
}

impl Customer {
    /// A new one, and what is to be found of theirs.
    #[expect(
        clippy::too_many_lines,
        reason = "each value is made up by its own lines"
    )]
    pub fn new(
        n: usize,
        confirmed: bool,
        dice: &mut Dice,
        marks: &mut Vec<Mark>,
        finder: &mut Finder,
    ) -> Self {
        let mut add =
            |class, field: &str, item: &str, label: &'static str, spellings: &[String]| {
                let at = marks.len();
                marks.push(Mark {
                    account: n,
                    label: label.to_owned(),
                    class,
                    field: (field.to_owned(), item.to_owned()),
                });
                let spellings: Vec<&str> = spellings.iter().map(String::as_str).collect();
                let canary = Canary::new(label, "", &spellings);
                let (forms, alone) = canary.forms();
                for form in forms {
                    finder.add(form, at, alone);
                }
            };
        let emails = [
            format!("owl.{}@mail.example.net", dice.letters(7)),
            format!("finch.{}@post.example.org", dice.letters(7)),
        ];
        let locals = |email: &String| email.split('@').next().unwrap_or("").to_owned();
        for email in &emails {
            let both = [email.clone(), locals(email)];
            add(Class::Contact, "", "", "an email address", &both);
        }
        let phone = format!("+44 7700 900{n}{}", dice.digits(2));
        let both = [phone.clone(), phone.replace("+44 ", "0")];
        add(Class::Contact, "", "", "the phone number", &both);
        let mut values = Vec::new();
        let street = |dice: &mut Dice| {
            let word = format!("Quill{}", dice.letters(6));
            let whole = format!("{} {word} Lane, Nethermoor", 1 + dice.roll(90));
            (whole, word)
        };
        let mut addresses = [String::new(), String::new()];
        for address in &mut addresses {
            let (whole, word) = street(dice);
            add(
                Class::Sealed,
                "address",
                "",
                "the postal address",
                &[whole.clone(), word],
            );
            *address = whole;
        }
        let birth = dates(1950 + dice.roll(44), 1 + dice.roll(12), 13 + dice.roll(15));
        add(Class::Sealed, "birth_date", "", "the birth date", &birth);
        values.push(("birth_date".to_owned(), String::new(), birth[0].clone()));
        let changed = dates(2001 + dice.roll(7), 1 + dice.roll(12), 13 + dice.roll(15));
        add(
            Class::Secret,
            "password_changed",
            "",
            "password information",
            &changed,
        );
        values.push((
            "password_changed".to_owned(),
            String::new(),
            changed[0].clone(),
        ));
        // No two owners have the same four digits.
        let card = format!("Visa 0{}{}", n % 10, &dice.digits(3)[1..]);
        add(
            Class::Sealed,
            "card",
            "",
            "the payment card",
            std::slice::from_ref(&card),
        );
        values.push(("card".to_owned(), String::new(), card));
        let user = format!("badger_{}", dice.letters(7));
        add(
            Class::Sealed,
            "user_name",
            "",
            "the user name",
            std::slice::from_ref(&user),
        );
        values.push(("user_name".to_owned(), String::new(), user));
        let items: Vec<String> = (0..6)
            .map(|i| format!("{}{}{}", 7 + n % 2, i, dice.digits(6)))
            .collect();
        for item in &items[..2] {
            let bought = format!("engraved{}", dice.letters(8));
            let text = format!("2 gizmos, {bought}");
            add(
                Class::Sealed,
                "order",
                item,
                "what was ordered",
                &[text.clone(), bought],
            );
            values.push(("order".to_owned(), item.clone(), text));
            let (whole, word) = street(dice);
            add(
                Class::Sealed,
                "parcel",
                item,
                "where a parcel went",
                &[whole.clone(), word],
            );
            values.push(("parcel".to_owned(), item.clone(), whole));
            let inside = format!("invoiced{}", dice.letters(8));
            add(
                Class::Sealed,
                "invoice",
                item,
                "what an invoice says",
                std::slice::from_ref(&inside),
            );
            values.push((
                "invoice".to_owned(),
                item.clone(),
                format!("%PDF-1.4 {inside}\n"),
            ));
        }
        let mut receipts = Vec::new();
        for item in &items {
            let code = format!("RQ{}-{}", dice.digits(6), dice.letters(6).to_uppercase());
            add(
                Class::Secret,
                "receipt_code",
                item,
                "a receipt code",
                std::slice::from_ref(&code),
            );
            values.push(("receipt_code".to_owned(), item.clone(), code.clone()));
            receipts.push(code);
        }
        let mut saved = Vec::new();
        for _ in 0..6 {
            let chance = desk::testing::TestEntropy::new(dice.bits());
            let code = receipt::Code::new(&chance).printed().to_string();
            add(
                Class::Secret,
                "",
                "",
                "a saved code",
                std::slice::from_ref(&code),
            );
            saved.push(code);
        }
        Self {
            external_id: format!("X-{}{n}", dice.letters(7).to_uppercase()),
            name: NAMES[n % NAMES.len()].to_owned(),
            emails,
            confirmed,
            items,
            receipts,
            saved,
            phone,
            addresses,
            values,
        }
    }

    /// The item of one of [`ASKABLE`].
    pub fn item(&self, nth: usize) -> String {
        nth.checked_sub(1)
            .and_then(|at| self.items.get(at))
            .cloned()
            .unwrap_or_default()
    }

    /// The account's document. `emails`: which of the mailboxes stand in it; `moved`: with the second
    /// postal address.
    pub fn document(&self, emails: [bool; 2], moved: bool) -> Value {
        let mut points =
            vec![json!({"kind": "phone", "value": self.phone, "registered_at": "2021-02-03"})];
        for (email, _) in self.emails.iter().zip(emails).filter(|(_, there)| *there) {
            let mut point = json!({"kind": "email", "value": email, "registered_at": "2019-05-01"});
            if self.confirmed {
                point["confirmed_at"] = "2019-05-01".into();
            }
            points.push(point);
        }
        let mut fields = Map::new();
        fields.insert("plan".to_owned(), "Basic".into());
        fields.insert(
            "address".to_owned(),
            self.addresses[usize::from(moved)].clone().into(),
        );
        for (name, item, value) in &self.values {
            let value: Value = if name == "invoice" {
                json!({"file_name": format!("invoice-{item}.pdf"), "media_type": "application/pdf", "base64": STANDARD.encode(value)})
            } else {
                value.clone().into()
            };
            if item.is_empty() {
                fields.insert(name.clone(), value);
            } else {
                let entry = fields.entry(name.clone()).or_insert_with(|| json!({}));
                entry[item] = value;
            }
        }
        json!({
            "display_name": self.name,
            "customer_since": "2019-05-01",
            "contact_points": points,
            "fields": fields,
        })
    }

    /// A sealed value in clear, for what somebody types.
    pub fn typed(&self, field: &str, item: &str) -> Option<&str> {
        if field == "address" {
            return Some(&self.addresses[0]);
        }
        let found = self
            .values
            .iter()
            .find(|(name, of, _)| name == field && of == item);
        found.map(|(_, _, value)| value.as_str())
    }
}
