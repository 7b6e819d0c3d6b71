//! The sample keeps its promises: unique, harmless and the same every time.

use super::{calendar::day, cast::ROBINS_TOWN, *};
use std::{collections::HashSet, sync::OnceLock, time::Duration};
use words::{Channel, MessageKind};

fn now() -> Time {
    day(2026, 11, 21) + Duration::from_hours(10)
}

fn thousand() -> &'static [SampleAccount] {
    static MADE: OnceLock<Vec<SampleAccount>> = OnceLock::new();
    MADE.get_or_init(|| accounts(7, 1000, now()).collect())
}

fn unique<T: std::hash::Hash + Eq>(all: impl IntoIterator<Item = T>) -> usize {
    let mut seen = HashSet::new();
    for one in all {
        assert!(
            seen.insert(one),
            "twice the same after {} of them",
            seen.len()
        );
    }
    seen.len()
}

fn values(accounts: &[SampleAccount], kind: ContactKind) -> Vec<&str> {
    accounts
        .iter()
        .filter_map(|account| account.contact_point(kind))
        .map(|point| point.value.as_str())
        .collect()
}

fn invoices(accounts: &[SampleAccount]) -> Vec<&SampleInvoice> {
    accounts
        .iter()
        .flat_map(|a| &a.orders)
        .filter_map(|order| order.invoice.as_ref())
        .collect()
}

#[test]
fn ids_names_and_numbers_are_unique() {
    let all = thousand();
    assert_eq!(unique(all.iter().map(|a| &a.external_id)), 1000);
    assert_eq!(unique(all.iter().map(|a| &a.user_name)), 1000);
    assert_eq!(unique(values(all, ContactKind::Email)), 1000);
    unique(values(all, ContactKind::Phone));
    let orders: Vec<u32> = all
        .iter()
        .flat_map(|a| &a.orders)
        .map(|order| order.number)
        .collect();
    assert!(orders.iter().all(|number| *number >= 7001));
    unique(orders);
    assert!(invoices(all).iter().all(|invoice| invoice.number >= 10_001));
    unique(invoices(all).iter().map(|invoice| invoice.number));
    unique(invoices(all).iter().map(|invoice| &invoice.receipt_code));
}

#[test]
fn the_external_ids_have_no_gap() {
    let mut ids: Vec<String> = (0..1000).map(external_id).collect();
    ids.sort();
    let whole: Vec<String> = (1001..2001).map(|n| format!("A-{n}")).collect();
    assert_eq!(ids, whole);
    assert!(
        thousand()
            .iter()
            .enumerate()
            .all(|(n, account)| account.external_id == external_id(n))
    );
}

#[test]
fn emails_are_at_reserved_domains_only() {
    let all = thousand();
    for email in values(all, ContactKind::Email)
        .into_iter()
        .chain([fraudster().mailbox])
    {
        let (local, domain) = email.split_once('@').expect("an email has an @");
        assert!(
            local
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.')
        );
        assert!(!local.is_empty() && !local.contains(".."));
        assert!(
            [".example.com", ".example.net", ".example.org"]
                .iter()
                .any(|end| domain.ends_with(end)),
            "{domain} belongs to somebody"
        );
    }
}

#[test]
fn phones_are_in_the_ranges_kept_for_fiction_only() {
    let all = thousand();
    for phone in values(all, ContactKind::Phone)
        .into_iter()
        .chain([fraudster().phone])
    {
        let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
        let uk = digits.starts_with("447700900") && digits.len() == 12;
        let us = digits.starts_with('1') && digits.len() == 11 && &digits[4..9] == "55501";
        assert!(uk || us, "{phone} may belong to somebody");
    }
}

#[test]
fn a_few_can_reset_nothing_and_a_tenth_has_no_phone() {
    let all = thousand();
    let lost = all
        .iter()
        .filter(|a| {
            a.contact_points
                .iter()
                .all(|point| point.confirmed_at.is_none())
        })
        .count();
    let no_phone = all
        .iter()
        .filter(|a| a.contact_point(ContactKind::Phone).is_none())
        .count();
    assert!(
        (15..50).contains(&lost),
        "{lost} without a confirmed contact point"
    );
    assert!((70..130).contains(&no_phone), "{no_phone} without a phone");
}

#[test]
fn every_invoice_is_a_small_pdf_that_says_what_it_is() {
    for account in thousand() {
        for order in &account.orders {
            let Some(invoice) = &order.invoice else {
                continue;
            };
            assert!(invoice.pdf.starts_with(b"%PDF-"));
            assert!(invoice.pdf.len() < 4096, "{} bytes", invoice.pdf.len());
            let pdf = String::from_utf8_lossy(&invoice.pdf);
            let net = net_cents(&order.items);
            for text in [
                format!("({})", invoice.number),
                format!("({})", order.number),
                format!("({})", account.card),
                format!("({})", invoice.receipt_code),
                format!("({})", money(net + vat_cents(net))),
                format!("({})", date(invoice.issued_at)),
            ] {
                assert!(
                    pdf.contains(&text),
                    "no {text} on invoice {}",
                    invoice.number
                );
            }
            assert!(account.address.split(", ").all(|line| pdf.contains(line)));
        }
    }
}

#[test]
fn every_letter_of_a_name_can_be_printed() {
    for account in thousand() {
        let printable = |c: char| u32::from(c) < 0x80 || (0xA0..0x100).contains(&u32::from(c));
        assert!(
            account.display_name.chars().all(printable),
            "{}",
            account.display_name
        );
        assert!(account.address.is_ascii());
    }
}

#[test]
fn dates_follow_one_another_and_none_is_to_come() {
    for account in thousand() {
        let since = account.customer_since;
        assert!((2012..=2026).contains(&since.year()) && account.birth_date < since);
        assert!((since..now()).contains(&account.password_changed));
        assert!((1..=5).contains(&account.orders.len()));
        for point in &account.contact_points {
            assert!((since..now()).contains(&point.registered_at));
            assert!(
                point
                    .confirmed_at
                    .is_none_or(|at| (point.registered_at..now()).contains(&at))
            );
        }
        for order in &account.orders {
            assert!((since..now()).contains(&order.placed_at));
            if let Some(invoice) = &order.invoice {
                assert!((order.placed_at..now()).contains(&invoice.issued_at));
            }
        }
        assert!(
            account
                .orders
                .is_sorted_by_key(|order| (order.placed_at, order.number))
        );
    }
}

#[test]
fn the_same_seed_gives_the_same_data_and_another_does_not() {
    let again: Vec<SampleAccount> = accounts(7, 100, now()).collect();
    assert_eq!(thousand()[..100], again);
    let other: Vec<SampleAccount> = accounts(8, 100, now()).collect();
    assert_ne!(again, other);
}

#[test]
fn an_early_clock_does_not_break_the_calendar() {
    for account in accounts(7, 50, Time(0)) {
        assert!(account.customer_since < Time(0));
        assert!(
            account
                .orders
                .iter()
                .all(|order| order.placed_at <= Time(0))
        );
    }
}

#[test]
fn the_calendar_is_the_one_that_everybody_uses() {
    for text in [
        "1941-01-01",
        "1970-01-01",
        "2000-02-29",
        "2019-05-01",
        "2026-12-31",
    ] {
        let part = |range: std::ops::Range<usize>| text[range].parse().expect("a number");
        let at = day(text[..4].parse().expect("a year"), part(5..7), part(8..10));
        assert_eq!(at, Time::parse(text).expect("a date"));
        assert_eq!(date(at), text);
    }
}

#[test]
fn robin_vale_is_who_the_story_says() {
    let all = thousand();
    let robin = &all[0];
    assert_eq!(
        (robin.external_id.as_str(), robin.display_name.as_str()),
        (ROBIN, "Robin Vale")
    );
    let since = |kind| {
        robin
            .contact_point(kind)
            .map(|point| point.registered_at.year())
    };
    assert_eq!(
        (since(ContactKind::Email), since(ContactKind::Phone)),
        (Some(2019), Some(2021))
    );
    assert_eq!(robin.orders.len(), 3);
    assert_eq!(invoices(&all[..1]).len(), 3);
    let newest = &robin.orders[2];
    assert_eq!(newest.number, 7042);
    assert_eq!(
        newest.invoice.as_ref().map(|invoice| invoice.number),
        Some(10_442)
    );
    assert_ne!(newest.parcel, robin.address);
    assert_eq!(
        (all[1].external_id.as_str(), all[1].display_name.as_str()),
        (MINA, "Mina Okafor")
    );
    let jonas = &all[2];
    assert_eq!(
        (jonas.external_id.as_str(), jonas.display_name.as_str()),
        (JONAS, "Jonas Lindqvist")
    );
    assert!(
        jonas
            .contact_points
            .iter()
            .all(|point| point.confirmed_at.is_none())
    );
}

#[test]
fn the_document_has_the_form_that_an_import_takes() {
    let robin = accounts(7, 1, now()).next().expect("one account");
    let document = robin.to_document();
    assert_eq!(document["external_id"], "A-1042");
    assert_eq!(document["customer_since"], "2019-05-01");
    let email = json!({
        "kind": "email", "value": "robin.vale@mail.example.net",
        "registered_at": "2019-05-01", "confirmed_at": "2019-05-01",
    });
    assert_eq!(document["contact_points"][0], email);
    let fields = &document["fields"];
    assert_eq!(fields["birth_date"], "1990-01-02");
    assert_eq!(fields["card"], "Visa 4242");
    assert_eq!(
        fields["order"]["7042"],
        "1 × Gizmo Classic in brass, 2 × Gizmo oil 50 ml, 1 × Gift box, 2026-11-15"
    );
    assert_eq!(fields["parcel"]["7042"], robin.orders[2].parcel);
    let file = &fields["invoice"]["10442"];
    assert_eq!(file["file_name"], "invoice-10442.pdf");
    assert_eq!(file["media_type"], "application/pdf");
    let pdf = STANDARD
        .decode(file["base64"].as_str().expect("text"))
        .expect("base64");
    assert!(pdf.starts_with(b"%PDF-"));
    assert_eq!(fields["receipt_code"].as_object().map(Map::len), Some(3));
}

#[test]
fn what_is_not_confirmed_has_no_day_of_confirmation() {
    let jonas = accounts(7, 3, now())
        .last()
        .expect("three accounts")
        .to_document();
    assert!(jonas["contact_points"][0].get("confirmed_at").is_none());
}

/// Everything protected about an account, as text.
fn protected(account: &SampleAccount) -> Vec<String> {
    let mut out = vec![
        account.user_name.clone(),
        account.address.clone(),
        date(account.birth_date),
        account.card.clone(),
        account
            .card
            .chars()
            .skip_while(|c| !c.is_ascii_digit())
            .collect(),
    ];
    out.extend(account.address.split(", ").map(str::to_owned));
    out.extend(
        account
            .contact_points
            .iter()
            .map(|point| point.value.clone()),
    );
    for order in &account.orders {
        out.extend(order.parcel.split(", ").map(str::to_owned));
        out.extend(
            order
                .invoice
                .iter()
                .map(|invoice| invoice.receipt_code.clone()),
        );
    }
    out
}

#[test]
fn tickets_hold_no_protected_value() {
    let all = thousand();
    for ticket in tickets() {
        for text in ticket
            .messages
            .iter()
            .map(|message| message.text)
            .chain([ticket.subject])
        {
            assert!(!text.contains('@') && !text.contains("example."));
            for account in &all[..12] {
                for value in protected(account) {
                    assert!(!text.contains(&value), "{value} in {}", ticket.subject);
                }
            }
        }
    }
}

#[test]
fn tickets_are_a_dozen_and_make_sense() {
    let all = tickets();
    assert!(all.len() >= 12);
    for channel in [
        Channel::Email,
        Channel::Phone,
        Channel::Chat,
        Channel::Portal,
    ] {
        assert!(all.iter().any(|ticket| ticket.channel == channel));
    }
    for ticket in &all {
        assert!(
            ticket
                .messages
                .first()
                .is_some_and(|first| first.kind == MessageKind::Heard)
        );
        assert!(
            ticket
                .messages
                .is_sorted_by(|a, b| a.minutes_ago > b.minutes_ago)
        );
        assert!(ticket.account.is_none_or(|index| (1..12).contains(&index)));
        assert!(ticket.assigned.is_none_or(|rep| rep < 3));
        assert!(ticket.channel != Channel::Email || ticket.account.is_some());
        let spoken = ticket.channel != Channel::Email;
        assert!(ticket.messages.iter().all(|m| m.kind
            != if spoken {
                MessageKind::Reply
            } else {
                MessageKind::Said
            }));
    }
}

#[test]
fn orders_named_in_tickets_are_the_accounts_own() {
    let all = thousand();
    for ticket in tickets() {
        for message in &ticket.messages {
            for word in message.text.split(|c: char| !c.is_ascii_digit()) {
                let Ok(number @ 7001..=7999) = word.parse::<u32>() else {
                    continue;
                };
                let account = &all[ticket.account.expect("an order belongs to an account")];
                assert!(
                    account.orders.iter().any(|order| order.number == number),
                    "{number}"
                );
            }
        }
    }
}

#[test]
fn the_fraudster_knows_nothing_that_is_protected() {
    let robin = accounts(7, 1, now()).next().expect("one account");
    let him = fraudster();
    assert!(him.lines.len() >= 10);
    assert!(robin.address.contains(ROBINS_TOWN));
    let words = him
        .lines
        .iter()
        .chain(him.facts.iter().map(|(_, value)| value));
    for text in words.chain(&twin()).chain([&him.mailbox, &him.phone]) {
        for value in protected(&robin) {
            assert!(!text.contains(&value), "he says {text}");
        }
    }
}
