//! Makes the accounts: who they are, what they ordered, and how they can be reached.

use super::{
    SampleAccount, SampleContactPoint, SampleInvoice, SampleOrder,
    calendar::{date, day, day_between, days_after, days_before, midnight},
    cast, names, pdf,
    rng::Rng,
    shop,
};
use std::collections::HashSet;
use words::{ContactKind, Time};

/// The external id of the account that [`accounts`] gives as number `index`, counted from 0: the
/// cast, A-1042 and following, comes first, then everybody else from A-1001.
pub fn external_id(index: usize) -> String {
    format!("A-{}", external_number(index))
}

fn external_number(index: usize) -> usize {
    let cast = cast::CAST.len();
    match index.checked_sub(cast) {
        None => cast::FIRST + index,
        Some(n) if cast::BEFORE + n < cast::FIRST => cast::BEFORE + n,
        Some(n) => cast::BEFORE + n + cast,
    }
}

/// `count` customers as of `now`, made as they are asked for.
///
/// The first are the cast of the story (Robin Vale, A-1042, is number 0). About 3 in 100 accounts
/// have no confirmed contact point at all, and about 10 in 100 have no phone.
pub fn accounts(seed: u64, count: usize, now: Time) -> impl Iterator<Item = SampleAccount> {
    let mut maker = Maker {
        seed,
        today: midnight(now),
        order: shop::FIRST_ORDER,
        invoice: shop::FIRST_INVOICE,
        taken: cast::CAST
            .iter()
            .flat_map(|one| [one.email, one.user_name])
            .map(str::to_owned)
            .collect(),
    };
    (0..count).map(move |index| maker.account(index))
}

/// Makes accounts one after the other and remembers which numbers and names are taken.
struct Maker {
    seed: u64,
    today: Time,
    order: u32,
    invoice: u32,
    taken: HashSet<String>,
}

impl Maker {
    fn account(&mut self, index: usize) -> SampleAccount {
        let number = u64::try_from(external_number(index)).unwrap_or(u64::MAX);
        let mut rng = Rng::new(self.seed, number);
        match cast::CAST.get(index) {
            Some(member) => member.account(index, &mut rng, self.today),
            None => self.somebody(index, number, &mut rng),
        }
    }

    fn somebody(&mut self, index: usize, number: u64, rng: &mut Rng) -> SampleAccount {
        let display_name = names::person(rng);
        let opened = day(2012, 1, 9).min(days_before(self.today, 1000));
        let customer_since = day_between(rng, opened, days_before(self.today, 60));
        let town = names::town(rng);
        let mut account = SampleAccount {
            external_id: external_id(index),
            customer_since,
            user_name: self.user_name(rng, &display_name),
            contact_points: self.contact_points(rng, number, &display_name, customer_since),
            address: names::address(rng, &town),
            birth_date: day_between(rng, day(1941, 1, 1), days_before(customer_since, 18 * 366)),
            card: format!(
                "{} {:04}",
                rng.pick(&[
                    "Visa",
                    "Visa",
                    "Mastercard",
                    "Mastercard",
                    "American Express"
                ]),
                rng.below(10_000)
            ),
            orders: Vec::new(),
            password_changed: day_between(rng, customer_since, days_before(self.today, 5)),
            display_name,
        };
        let count = usize::try_from(rng.pick(&[1, 1, 2, 2, 2, 3, 3, 4, 5])).unwrap_or(1);
        let mut days: Vec<Time> = (0..count)
            .map(|_| day_between(rng, customer_since, self.today))
            .collect();
        days.sort_unstable();
        for placed_at in days {
            let order = self.order(rng, &account, placed_at);
            account.orders.push(order);
        }
        account
    }

    fn order(&mut self, rng: &mut Rng, account: &SampleAccount, placed_at: Time) -> SampleOrder {
        let parcel = if rng.chance(15) {
            let town = names::town(rng);
            names::address(rng, &town)
        } else {
            account.address.clone()
        };
        let items = shop::basket(rng);
        let issued_at = days_after(placed_at, rng.below(3));
        let invoice = (issued_at < self.today && !rng.chance(12)).then_some(self.invoice);
        self.invoice += u32::from(invoice.is_some());
        self.order += 1;
        let order = SampleOrder {
            number: self.order - 1,
            placed_at,
            items,
            parcel,
            invoice: None,
        };
        match invoice {
            Some(number) => invoiced(rng, account, order, number, issued_at),
            None => order,
        }
    }

    fn user_name(&mut self, rng: &mut Rng, name: &str) -> String {
        let (given, family) = name.split_once(' ').unwrap_or((name, ""));
        let (given, family) = (names::handle(given), names::handle(family));
        let initial: String = given.chars().take(1).collect();
        let base = match rng.below(4) {
            0 => format!("{given}_{family}"),
            1 => format!("{initial}{family}"),
            2 => format!("{family}{}", rng.between(10, 99)),
            _ => format!("{given}{}", rng.between(100, 999)),
        };
        self.unique(&base, "")
    }

    fn contact_points(
        &mut self,
        rng: &mut Rng,
        number: u64,
        name: &str,
        since: Time,
    ) -> Vec<SampleContactPoint> {
        let settled = days_before(self.today, 30);
        let unconfirmed = rng.chance(3);
        let domain = names::mailbox(rng);
        let registered_at = if rng.chance(15) {
            day_between(rng, since, settled)
        } else {
            since
        };
        let later = days_after(registered_at, rng.below(2));
        let mut points = vec![SampleContactPoint {
            kind: ContactKind::Email,
            value: self.unique(&names::handle(name), &format!("@{domain}")),
            registered_at,
            confirmed_at: (!unconfirmed).then_some(later),
        }];
        if !rng.chance(10) {
            let registered_at = if rng.chance(50) {
                day_between(rng, since, settled)
            } else {
                since
            };
            points.push(SampleContactPoint {
                kind: ContactKind::Phone,
                value: names::phone(number),
                registered_at,
                confirmed_at: (!unconfirmed).then_some(registered_at),
            });
        }
        points
    }

    /// `base` and `end`, with a number between them if that is taken.
    fn unique(&mut self, base: &str, end: &str) -> String {
        let mut name = format!("{base}{end}");
        let mut n = 2;
        while !self.taken.insert(name.clone()) {
            name = format!("{base}{n}{end}");
            n += 1;
        }
        name
    }
}

/// The order with invoice `number`, written on the day `issued_at`.
pub(super) fn invoiced(
    rng: &mut Rng,
    account: &SampleAccount,
    mut order: SampleOrder,
    number: u32,
    issued_at: Time,
) -> SampleOrder {
    let receipt_code = names::receipt_code(rng);
    let pdf = pdf::invoice(&pdf::Page {
        number,
        date: &date(issued_at),
        order: order.number,
        order_date: &date(order.placed_at),
        name: &account.display_name,
        address: &account.address,
        parcel: &order.parcel,
        items: &order.items,
        card: &account.card,
        receipt_code: &receipt_code,
    });
    order.invoice = Some(SampleInvoice {
        number,
        issued_at,
        receipt_code,
        pdf,
    });
    order
}
