//! The people of the guided tour, the same for every seed but for receipt codes.

use super::{
    SampleAccount, SampleContactPoint, SampleItem, SampleOrder,
    calendar::{day, days_before},
    people::{external_id, invoiced},
    rng::Rng,
    shop,
};
use words::{ContactKind, Time};

/// Robin Vale, the customer of the story: email since 2019, phone since 2021, three orders and
/// three invoices, the newest of them order 7042 with invoice 10442.
pub const ROBIN: &str = "A-1042";
/// Mina Okafor: a customer like most, with email and phone confirmed.
pub const MINA: &str = "A-1043";
/// Jonas Lindqvist: his email was never confirmed and he has no phone, so nobody can reset.
pub const JONAS: &str = "A-1044";

/// The number in the external id of the cast's first.
pub(super) const FIRST: usize = 1042;
/// The number in the external id of the first who isn't of the cast.
pub(super) const BEFORE: usize = 1001;

/// A person of the cast. All dates are long enough ago for the desk of any year.
pub(super) struct Member {
    pub(super) name: &'static str,
    pub(super) user_name: &'static str,
    pub(super) since: Time,
    pub(super) email: &'static str,
    pub(super) email_confirmed: bool,
    pub(super) phone: Option<(&'static str, Since)>,
    pub(super) address: &'static str,
    pub(super) birth_date: Time,
    pub(super) card: &'static str,
    pub(super) orders: &'static [Order],
}

/// When a contact point was registered.
#[derive(Clone, Copy)]
pub(super) enum Since {
    /// On that day.
    Day(Time),
    /// The day before today: still cooling off.
    Yesterday,
}

/// An order of the cast.
pub(super) struct Order {
    number: u32,
    invoice: Option<u32>,
    days_ago: u64,
    parcel: Option<&'static str>,
    items: &'static [SampleItem],
}

const fn order(number: u32, invoice: u32, days_ago: u64, items: &'static [SampleItem]) -> Order {
    Order {
        number,
        invoice: Some(invoice),
        days_ago,
        parcel: None,
        items,
    }
}

/// Where Robin Vale lives: the town the fraudster has heard of.
pub(super) const ROBINS_TOWN: &str = "Thimbleford";

/// The cast, in the order of their external ids.
pub(super) const CAST: [Member; 8] = [
    Member {
        name: "Robin Vale",
        user_name: "rvale_gizmo",
        since: day(2019, 5, 1),
        email: "robin.vale@mail.example.net",
        email_confirmed: true,
        phone: Some(("+44 7700 900042", Since::Day(day(2021, 3, 14)))),
        address: "8 Lantern Row, Thimbleford ZZ4 2RV",
        birth_date: day(1990, 1, 2),
        card: "Visa 4242",
        orders: &[
            order(
                7011,
                10_411,
                912,
                &[shop::POCKET, shop::SPRINGS, shop::DELIVERY],
            ),
            order(
                7027,
                10_427,
                347,
                &[shop::some(shop::GARDEN, 2), shop::OIL, shop::DELIVERY],
            ),
            Order {
                number: 7042,
                invoice: Some(10_442),
                days_ago: 6,
                parcel: Some("The Glasshouse, 31 Quarry Lane, Thimbleford ZZ4 5LT"),
                items: &[
                    shop::CLASSIC,
                    shop::some(shop::OIL, 2),
                    shop::GIFT_BOX,
                    shop::DELIVERY,
                ],
            },
        ],
    },
    Member {
        name: "Mina Okafor",
        user_name: "mina.makes",
        since: day(2017, 9, 20),
        email: "mina.okafor@post.example.org",
        email_confirmed: true,
        phone: Some(("+44 7700 900043", Since::Day(day(2017, 9, 20)))),
        address: "Flat 5, 112 Marmalade Hill, Cogcombe ZZ3 8MK",
        birth_date: day(1983, 11, 27),
        card: "Mastercard 5170",
        orders: &[
            order(7008, 10_408, 1040, &[shop::TRAVEL, shop::DELIVERY]),
            order(7039, 10_439, 33, &[shop::GARDEN, shop::DELIVERY]),
        ],
    },
    Member {
        name: "Jonas Lindqvist",
        user_name: "jonas_l",
        since: day(2022, 2, 3),
        email: "jonas.lindqvist@inbox.example.com",
        email_confirmed: false,
        phone: None,
        address: "77 Otter Steps, Leverhaven ZZ2 6JL",
        birth_date: day(1996, 6, 15),
        card: "Visa 8093",
        orders: &[order(
            7031,
            10_431,
            204,
            &[shop::POCKET, shop::GIFT_BOX, shop::DELIVERY],
        )],
    },
    Member {
        name: "Tess Arkwrighter",
        user_name: "tessellate",
        since: day(2015, 7, 11),
        email: "tess.arkwrighter@letters.example.net",
        email_confirmed: true,
        phone: None,
        address: "19 Clockmaker Yard, Great Rivetby ZZ2 1TA",
        birth_date: day(1971, 4, 8),
        card: "Visa 3318",
        orders: &[
            order(7004, 10_404, 1511, &[shop::CLASSIC, shop::DELIVERY]),
            order(
                7035,
                10_435,
                96,
                &[shop::some(shop::OIL, 3), shop::SPRINGS, shop::DELIVERY],
            ),
        ],
    },
    Member {
        name: "Paulo Montenoso",
        user_name: "montenoso58",
        since: day(2013, 3, 30),
        email: "paulo.montenoso@family.example.org",
        email_confirmed: true,
        phone: Some(("+1 202 555 0146", Since::Day(day(2018, 8, 2)))),
        address: "240 Weathercock Walk, Spindlemouth ZZ1 7PM",
        birth_date: day(1958, 12, 19),
        card: "American Express 1009",
        orders: &[Order {
            number: 7043,
            invoice: None,
            days_ago: 5,
            parcel: None,
            items: &[shop::some(shop::TRAVEL, 2), shop::DELIVERY],
        }],
    },
    Member {
        name: "Ivo Sandhult",
        user_name: "ivo.sand",
        since: day(2020, 10, 5),
        email: "ivo.sandhult@home.example.com",
        email_confirmed: true,
        phone: Some(("+44 7700 900047", Since::Yesterday)),
        address: "3 Inkwell Crescent, Bobbinwick ZZ3 3VS",
        birth_date: day(1988, 8, 30),
        card: "Mastercard 2764",
        orders: &[order(
            7037,
            10_437,
            61,
            &[shop::GARDEN, shop::OIL, shop::DELIVERY],
        )],
    },
    Member {
        name: "Leela Quillby",
        user_name: "quillby77",
        since: day(2018, 1, 22),
        email: "leela.quillby@mail.example.com",
        email_confirmed: true,
        phone: Some(("+44 7700 900048", Since::Day(day(2018, 1, 22)))),
        address: "56 Pepperpot Terrace, Dialstead ZZ4 9LQ",
        birth_date: day(1977, 5, 3),
        card: "Visa 6651",
        orders: &[
            order(7021, 10_421, 520, &[shop::POCKET, shop::DELIVERY]),
            order(7041, 10_441, 14, &[shop::TRAVEL, shop::DELIVERY]),
        ],
    },
    Member {
        name: "Håkon Wrenfold",
        user_name: "wrenfold_h",
        since: day(2023, 6, 17),
        email: "haakon.wrenfold@post.example.net",
        email_confirmed: true,
        phone: Some(("+1 303 555 0149", Since::Day(day(2023, 6, 17)))),
        address: "14 Bellows Lane, Old Togglethorpe ZZ1 4HW",
        birth_date: day(2001, 9, 12),
        card: "Visa 7725",
        orders: &[order(
            7040,
            10_440,
            28,
            &[shop::CLASSIC, shop::GIFT_BOX, shop::DELIVERY],
        )],
    },
];

impl Member {
    pub(super) fn account(&self, index: usize, rng: &mut Rng, today: Time) -> SampleAccount {
        let long_ago = |at: Time| at.min(days_before(today, 1000));
        let since = long_ago(self.since).min(days_before(today, self.oldest_order()));
        let mut contact_points = vec![SampleContactPoint {
            kind: ContactKind::Email,
            value: self.email.to_owned(),
            registered_at: since,
            confirmed_at: self.email_confirmed.then_some(since),
        }];
        contact_points.extend(self.phone.map(|(number, registered)| {
            let registered_at = match registered {
                Since::Day(at) => long_ago(at),
                Since::Yesterday => days_before(today, 1),
            };
            SampleContactPoint {
                kind: ContactKind::Phone,
                value: number.to_owned(),
                registered_at,
                confirmed_at: Some(registered_at),
            }
        }));
        let mut account = SampleAccount {
            external_id: external_id(index),
            display_name: self.name.to_owned(),
            customer_since: since,
            user_name: self.user_name.to_owned(),
            contact_points,
            address: self.address.to_owned(),
            birth_date: self.birth_date,
            card: self.card.to_owned(),
            orders: Vec::new(),
            password_changed: days_before(today, 40 + rng.below(300)),
        };
        for one in self.orders {
            let order = SampleOrder {
                number: one.number,
                placed_at: days_before(today, one.days_ago),
                items: one.items.to_vec(),
                parcel: one.parcel.unwrap_or(self.address).to_owned(),
                invoice: None,
            };
            let order = match one.invoice {
                Some(number) => {
                    let issued_at = days_before(today, one.days_ago - 1);
                    invoiced(rng, &account, order, number, issued_at)
                }
                None => order,
            };
            account.orders.push(order);
        }
        account
    }

    fn oldest_order(&self) -> u64 {
        self.orders
            .iter()
            .map(|order| order.days_ago)
            .max()
            .unwrap_or(0)
    }
}
