//! What Acme Production makes, and what it costs.

use super::{SampleItem, rng::Rng};

/// The first order and invoice numbers that aren't the cast's.
pub(super) const FIRST_ORDER: u32 = 7101;
pub(super) const FIRST_INVOICE: u32 = 10_501;

const fn item(name: &'static str, unit_cents: u32) -> SampleItem {
    SampleItem {
        name,
        quantity: 1,
        unit_cents,
    }
}

/// Bringing the parcel.
pub(super) const DELIVERY: SampleItem = item("Parcel delivery", 490);

/// The catalogue: what is bought in ones, then what is bought beside it.
pub(super) const POCKET: SampleItem = item("Pocket gizmo", 2490);
pub(super) const GARDEN: SampleItem = item("Garden gizmo", 6400);
pub(super) const CLASSIC: SampleItem = item("Gizmo Classic in brass", 11_900);
pub(super) const TRAVEL: SampleItem = item("Travel gizmo", 3900);
pub(super) const OIL: SampleItem = item("Gizmo oil 50 ml", 640);
pub(super) const SPRINGS: SampleItem = item("Spring set", 790);
pub(super) const GIFT_BOX: SampleItem = item("Gift box", 450);

const GIZMOS: [SampleItem; 9] = [
    POCKET,
    GARDEN,
    CLASSIC,
    TRAVEL,
    item("Kitchen gizmo", 4850),
    item("Luminous night gizmo", 4490),
    item("Gizmo Mini trio", 5400),
    item("Gizmo Grande", 24_900),
    item("Geared workshop gizmo", 17_850),
];
const EXTRAS: [SampleItem; 9] = [
    OIL,
    SPRINGS,
    GIFT_BOX,
    item("Oak stand", 2900),
    item("Leather strap", 1850),
    item("Replacement dial", 1120),
    item("Spare crank", 950),
    item("Winding cradle", 3200),
    item("Workshop manual", 1400),
];

/// One to four different things and their delivery.
pub(super) fn basket(rng: &mut Rng) -> Vec<SampleItem> {
    let mut items = vec![some(rng.pick(&GIZMOS), rng.pick(&[1, 1, 1, 1, 2, 2, 3]))];
    for _ in 0..rng.below(4) {
        let extra = rng.pick(&EXTRAS);
        if items.iter().all(|item| item.name != extra.name) {
            items.push(some(extra, rng.pick(&[1, 1, 1, 2])));
        }
    }
    items.push(DELIVERY);
    items
}

/// `quantity` of `item`.
pub(super) const fn some(item: SampleItem, quantity: u32) -> SampleItem {
    SampleItem { quantity, ..item }
}
