//! Acme Production's customers: invented people with orders, invoices and receipts, the
//! fraudster who would like to be one of them, and the tickets that wait at the desk.
//!
//! Everything follows from a seed and a time; the same two give the same data. Email addresses
//! are at example domains and phone numbers from the ranges kept for fiction, so that nothing
//! here can ever reach anybody.

mod calendar;
mod cast;
mod fraud;
mod names;
mod pdf;
mod people;
mod rng;
mod shop;
mod tickets;

#[cfg(test)]
mod tests;

pub use cast::{JONAS, MINA, ROBIN};
pub use fraud::{Fraudster, fraudster, twin};
pub use people::{accounts, external_id};
pub use tickets::{SampleMessage, SampleTicket, tickets};

use base64::{Engine, engine::general_purpose::STANDARD};
use calendar::date;
use serde_json::{Map, Value, json};
use words::{ContactKind, Time};

/// A customer of Acme Production with everything the company knows about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleAccount {
    /// The company's id for it, such as `A-1042`.
    pub external_id: String,
    /// Given and family name.
    pub display_name: String,
    /// The day they became a customer.
    pub customer_since: Time,
    /// What they sign in with; unique.
    pub user_name: String,
    /// An email, and for most a phone.
    pub contact_points: Vec<SampleContactPoint>,
    /// The postal address, its lines parted by a comma and a space.
    pub address: String,
    /// The day they were born.
    pub birth_date: Time,
    /// Brand and last four digits, such as `Visa 4242`.
    pub card: String,
    /// One to five orders, the oldest first.
    pub orders: Vec<SampleOrder>,
    /// The day they last changed their password.
    pub password_changed: Time,
}

/// An email address or phone number registered on a sample account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleContactPoint {
    /// Email or phone.
    pub kind: ContactKind,
    /// The address or the number.
    pub value: String,
    /// The day it was registered.
    pub registered_at: Time,
    /// The day it was confirmed, if it was.
    pub confirmed_at: Option<Time>,
}

/// An order of a sample account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleOrder {
    /// From 7001 up; unique across accounts.
    pub number: u32,
    /// The day it was placed.
    pub placed_at: Time,
    /// What was ordered, the parcel's delivery last.
    pub items: Vec<SampleItem>,
    /// The address the parcel goes to.
    pub parcel: String,
    /// The invoice, unless it isn't written yet.
    pub invoice: Option<SampleInvoice>,
}

/// A line of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SampleItem {
    /// What it is called.
    pub name: &'static str,
    /// How many.
    pub quantity: u32,
    /// The net price of one, in euro cents.
    pub unit_cents: u32,
}

/// The invoice of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleInvoice {
    /// From 10001 up; unique across accounts.
    pub number: u32,
    /// The day it was written.
    pub issued_at: Time,
    /// The code that stands on it: four groups of four in Crockford's base 32.
    pub receipt_code: String,
    /// One page A4, under 4 kB.
    pub pdf: Vec<u8>,
}

impl SampleItem {
    /// The net price of the line, in euro cents.
    pub fn cents(&self) -> u32 {
        self.quantity * self.unit_cents
    }
}

impl SampleOrder {
    /// What was ordered and when, in one line, such as `2 × Pocket gizmo, 2026-10-02`.
    pub fn summary(&self) -> String {
        let things = self.items.iter().filter(|item| **item != shop::DELIVERY);
        let mut parts: Vec<String> = things
            .map(|item| format!("{} × {}", item.quantity, item.name))
            .collect();
        parts.push(date(self.placed_at));
        parts.join(", ")
    }
}

impl SampleInvoice {
    /// What the file is called, such as `invoice-10442.pdf`.
    pub fn file_name(&self) -> String {
        format!("invoice-{}.pdf", self.number)
    }
}

impl SampleAccount {
    /// The contact point of that kind, confirmed or not.
    pub fn contact_point(&self, kind: ContactKind) -> Option<&SampleContactPoint> {
        self.contact_points.iter().find(|point| point.kind == kind)
    }

    /// The account document that an import and the API take.
    pub fn to_document(&self) -> Value {
        let points: Vec<Value> = self.contact_points.iter().map(contact_document).collect();
        let (mut order, mut parcel) = (Map::new(), Map::new());
        let (mut invoice, mut receipt) = (Map::new(), Map::new());
        for one in &self.orders {
            let label = one.number.to_string();
            order.insert(label.clone(), one.summary().into());
            parcel.insert(label, one.parcel.as_str().into());
            if let Some(bill) = &one.invoice {
                let label = bill.number.to_string();
                receipt.insert(label.clone(), bill.receipt_code.as_str().into());
                let file = json!({
                    "file_name": bill.file_name(),
                    "media_type": "application/pdf",
                    "base64": STANDARD.encode(&bill.pdf),
                });
                invoice.insert(label, file);
            }
        }
        let mut fields = json!({
            "user_name": self.user_name,
            "address": self.address,
            "birth_date": date(self.birth_date),
            "card": self.card,
            "order": order,
            "parcel": parcel,
            "password_changed": date(self.password_changed),
        });
        if !invoice.is_empty() {
            fields["invoice"] = invoice.into();
            fields["receipt_code"] = receipt.into();
        }
        json!({
            "external_id": self.external_id,
            "display_name": self.display_name,
            "customer_since": date(self.customer_since),
            "contact_points": points,
            "fields": fields,
        })
    }
}

fn contact_document(point: &SampleContactPoint) -> Value {
    let mut out = json!({
        "kind": point.kind.as_str(),
        "value": point.value,
        "registered_at": date(point.registered_at),
    });
    if let Some(confirmed_at) = point.confirmed_at {
        out["confirmed_at"] = date(confirmed_at).into();
    }
    out
}

/// Cents as euros with two places: `1,234.50`.
fn money(cents: u32) -> String {
    let (euros, rest) = (cents / 100, cents % 100);
    match (euros / 1000, euros % 1000) {
        (0, euros) => format!("{euros}.{rest:02}"),
        (thousands, euros) => format!("{thousands},{euros:03}.{rest:02}"),
    }
}

fn net_cents(items: &[SampleItem]) -> u32 {
    items.iter().map(SampleItem::cents).sum()
}

/// Value added tax of 20 %, to the nearest cent.
fn vat_cents(net: u32) -> u32 {
    (net * 20 + 50) / 100
}
