//! Who can be played: the fraudster, and customers of the shop.

use std::collections::BTreeMap;
use web::view::world::WorldPerson;
use words::{ContactKind, Time};

use crate::{
    furnish::SEED,
    mailboxes::Mailboxes,
    sample::{self, ROBIN, SampleAccount},
    values::Values,
};

/// The key of the fraudster.
pub(crate) const FRAUDSTER: &str = "fraudster";
/// How many of the cast can be played.
const PLAYED: usize = 8;

/// A customer who can be played.
pub(crate) struct Customer {
    pub(crate) key: String,
    pub(crate) account: SampleAccount,
    pub(crate) email: String,
    pub(crate) values: Values,
}

/// Everybody who can be played.
pub(crate) struct Persons {
    pub(crate) fraudster: sample::Fraudster,
    pub(crate) customers: Vec<Customer>,
}

impl Persons {
    /// The same as those that were brought in `as_of` then.
    pub(crate) fn new(as_of: Time) -> Self {
        let customers = sample::accounts(SEED, PLAYED, as_of)
            .map(|account| Customer {
                key: account.external_id.to_lowercase(),
                email: account
                    .contact_point(ContactKind::Email)
                    .map(|point| point.value.clone())
                    .unwrap_or_default(),
                values: Values::of(&account),
                account,
            })
            .collect();
        Self {
            fraudster: sample::fraudster(),
            customers,
        }
    }

    pub(crate) fn customer(&self, key: &str) -> Option<&Customer> {
        self.customers.iter().find(|customer| customer.key == key)
    }

    /// The name of whoever has that key.
    pub(crate) fn name(&self, key: &str) -> &str {
        self.customer(key).map_or(self.fraudster.name, |customer| {
            &customer.account.display_name
        })
    }

    /// The key itself if somebody has it, else the fraudster's.
    pub(crate) fn key<'a>(&self, key: &'a str) -> &'a str {
        if self.customer(key).is_some() {
            key
        } else {
            FRAUDSTER
        }
    }

    pub(crate) fn mailbox(&self, key: &str) -> &str {
        self.customer(key)
            .map_or(self.fraudster.mailbox, |customer| &customer.email)
    }

    /// The number of whoever has that key; empty for one without a phone.
    pub(crate) fn phone(&self, key: &str) -> &str {
        self.customer(key).map_or(self.fraudster.phone, |customer| {
            customer
                .account
                .contact_point(ContactKind::Phone)
                .map_or("", |point| &point.value)
        })
    }

    /// The list for the page, the fraudster first.
    pub(crate) fn list(&self, mails: &Mailboxes) -> Vec<WorldPerson> {
        let mut unread: BTreeMap<String, u64> = BTreeMap::new();
        for mail in mails.all().iter().filter(|mail| mail.unread()) {
            *unread.entry(mail.to.to_lowercase()).or_default() += 1;
        }
        let unread = |address: &str| unread.get(&address.to_lowercase()).copied().unwrap_or(0);
        let fraudster = WorldPerson {
            key: FRAUDSTER.to_owned(),
            name: self.fraudster.name.to_owned(),
            about: "a fraudster; knows a name and a number".to_owned(),
            external_id: String::new(),
            unread: unread(self.fraudster.mailbox),
            fraudster: true,
        };
        let customers = self.customers.iter().map(|customer| WorldPerson {
            key: customer.key.clone(),
            name: customer.account.display_name.clone(),
            about: about(&customer.account),
            external_id: customer.account.external_id.clone(),
            unread: unread(&customer.email),
            fraudster: false,
        });
        std::iter::once(fraudster).chain(customers).collect()
    }

    /// What a caller could say next: what of their part they haven't said yet.
    pub(crate) fn prepared(&self, by: &str, claims: &str, said: &[&str]) -> Vec<String> {
        let Some(customer) = self.customer(claims) else {
            return Vec::new();
        };
        let account = &customer.account;
        let mut part: Vec<String> = match (by == FRAUDSTER, account.external_id.as_str()) {
            (true, _) => self
                .fraudster
                .lines
                .iter()
                .map(|line| line.replace("Robin Vale", &account.display_name))
                .collect(),
            (false, ROBIN) => sample::twin().into_iter().map(str::to_owned).collect(),
            _ => vec![
                format!("Hello, {} here.", account.display_name),
                "Could you tell me where my parcel goes?".to_owned(),
                "Could you send me my last invoice once more?".to_owned(),
                "I have forgotten my password. Can you reset it?".to_owned(),
                "Thank you, goodbye!".to_owned(),
            ],
        };
        part.insert(1, format!("My account number is {}.", account.external_id));
        part.retain(|line| !said.contains(&line.as_str()));
        part.truncate(4);
        part
    }
}

fn about(account: &SampleAccount) -> String {
    let orders = match account.orders.len() {
        1 => "1 order".to_owned(),
        n => format!("{n} orders"),
    };
    let email = match account.contact_point(ContactKind::Email) {
        Some(point) if point.confirmed_at.is_some() => {
            format!("email since {}", point.registered_at.year())
        }
        Some(_) => "email never confirmed".to_owned(),
        None => "no email".to_owned(),
    };
    format!("{}: {orders}, {email}", account.external_id)
}
