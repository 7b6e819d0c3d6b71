//! What the vault keeps: values open only with the permit for exactly that, and only as what they
//! are.

use advise::Reading;
use gate::{AccountFacts, Action, Actor, Destination, Facts, Field, Gate, Permit, TicketFacts};
use std::sync::atomic::{AtomicU8, Ordering};
use uuid::Uuid;
use vault::{AccountKey, MasterKey, Sealed, Vault, VaultError, WrappedKey};
use words::{
    AccountId, ContactKind, ContactPointId, Entropy, FieldClass, FieldId, FieldKind, HoldLevel,
    RequestKind, TicketId, Time,
};

struct Counting(AtomicU8);

impl Entropy for Counting {
    fn fill(&self, into: &mut [u8]) {
        for byte in into {
            *byte = self.0.fetch_add(7, Ordering::SeqCst);
        }
    }
}

const ROBIN: AccountId = AccountId(Uuid::from_u128(1));
const MINA: AccountId = AccountId(Uuid::from_u128(2));
const ADDRESS: FieldId = FieldId(Uuid::from_u128(3));
const INVOICE: FieldId = FieldId(Uuid::from_u128(4));
const EMAIL: ContactPointId = ContactPointId(Uuid::from_u128(5));
const OTHER: ContactPointId = ContactPointId(Uuid::from_u128(6));

fn permit(account: AccountId, field: FieldId, point: ContactPointId) -> Permit {
    let facts = Facts {
        actor: Actor::Desk,
        action: Action::Request(RequestKind::Deliver),
        account: AccountFacts {
            id: account,
            hold: HoldLevel::None,
            attempts: 0,
            reachable: true,
            important: false,
        },
        ticket: Some(TicketFacts {
            id: TicketId(Uuid::from_u128(9)),
            open: true,
            about: true,
        }),
        field: Some(Field {
            id: field,
            class: FieldClass::Sealed,
            kind: FieldKind::Address,
        }),
        destination: Some(Destination {
            id: point,
            kind: ContactKind::Email,
            confirmed: true,
            effective: true,
            before: true,
        }),
        proofs: Vec::new(),
        ways: Vec::new(),
        effect: None,
        approval: None,
        told: None,
        now: Time(0),
    };
    Gate::shipped()
        .expect("policies")
        .decide(&facts)
        .permit
        .expect("permitted")
}

struct House {
    vault: Vault,
    entropy: Counting,
    key: AccountKey,
    wrapped: WrappedKey,
}

fn house() -> House {
    let entropy = Counting(AtomicU8::new(1));
    let vault = Vault::new(&MasterKey::generate(&entropy)).expect("keys");
    let (key, wrapped) = vault.new_account_key(ROBIN, &entropy).expect("a key");
    House {
        vault,
        entropy,
        key,
        wrapped,
    }
}

#[test]
fn a_value_opens_with_the_permit_for_exactly_that() {
    let house = house();
    let sealed = house
        .key
        .seal_value(ADDRESS, b"7 Mill Lane", &house.entropy)
        .expect("sealed");
    let opened = house
        .key
        .open(&sealed, &permit(ROBIN, ADDRESS, EMAIL))
        .expect("opened");
    assert_eq!(opened.into_text().as_str(), "7 Mill Lane");
}

#[test]
fn a_permit_for_another_account_field_or_contact_point_opens_nothing() {
    let house = house();
    let value = house
        .key
        .seal_value(ADDRESS, b"7 Mill Lane", &house.entropy)
        .expect("sealed");
    let address = house
        .key
        .seal_address(EMAIL, "robin@mail.example.net", &house.entropy)
        .expect("sealed");
    let refused = |result: Result<vault::Opened, VaultError>| result.expect_err("refused");
    assert_eq!(
        refused(house.key.open(&value, &permit(MINA, ADDRESS, EMAIL))),
        VaultError::OtherPermit
    );
    assert_eq!(
        refused(house.key.open(&value, &permit(ROBIN, INVOICE, EMAIL))),
        VaultError::Broken
    );
    assert_eq!(
        refused(
            house
                .key
                .open_address(&address, &permit(ROBIN, ADDRESS, OTHER))
        ),
        VaultError::Broken
    );
}

#[test]
fn sealed_bytes_moved_to_another_place_or_changed_do_not_open() {
    let house = house();
    let value = house
        .key
        .seal_value(ADDRESS, b"7 Mill Lane", &house.entropy)
        .expect("sealed");
    let as_address = Sealed::<vault::Address>::from_bytes(value.as_bytes().to_vec());
    assert!(
        house
            .key
            .open_address(&as_address, &permit(ROBIN, ADDRESS, EMAIL))
            .is_err()
    );
    for at in 0..value.as_bytes().len() {
        let mut bytes = value.as_bytes().to_vec();
        bytes[at] ^= 1;
        assert!(
            house
                .key
                .open(&Sealed::from_bytes(bytes), &permit(ROBIN, ADDRESS, EMAIL))
                .is_err()
        );
    }
}

#[test]
fn an_accounts_key_unwraps_for_that_account_and_that_master_key_only() {
    let house = house();
    assert!(house.vault.account_key(ROBIN, &house.wrapped).is_ok());
    assert!(house.vault.account_key(MINA, &house.wrapped).is_err());
    let other = Vault::new(&MasterKey::from_bytes(&[9; 32]).expect("a key")).expect("keys");
    assert!(other.account_key(ROBIN, &house.wrapped).is_err());
}

#[test]
fn commitments_and_digests_differ_by_account_and_label() {
    let house = house();
    let (mina, _) = house
        .vault
        .new_account_key(MINA, &house.entropy)
        .expect("a key");
    assert_ne!(
        house.key.commit("address", b"x"),
        mina.commit("address", b"x")
    );
    assert_ne!(
        house.key.commit("address", b"x"),
        house.key.commit("card", b"x")
    );
    assert_eq!(house.key.digest("a", b"x"), house.key.digest("a", b"x"));
    assert_ne!(house.key.digest("a", b"bx"), house.key.digest("ab", b"x"));
}

#[test]
fn blind_indexes_of_one_value_differ_by_kind_and_master_key() {
    let house = house();
    let other = Vault::new(&MasterKey::from_bytes(&[9; 32]).expect("a key")).expect("keys");
    let blind = house.vault.blind("email", "robin@mail.example.net");
    assert_ne!(
        blind,
        house.vault.blind("user_name", "robin@mail.example.net")
    );
    assert_ne!(blind, other.blind("email", "robin@mail.example.net"));
}

#[test]
fn a_server_secret_opens_for_its_purpose_only() {
    let house = house();
    let sealed = house
        .vault
        .seal_server("totp", b"secret", &house.entropy)
        .expect("sealed");
    assert_eq!(
        house
            .vault
            .open_server("totp", &sealed)
            .expect("opened")
            .as_slice(),
        b"secret"
    );
    assert!(house.vault.open_server("link", &sealed).is_err());
}

#[test]
fn without_a_permit_the_vault_tells_only_whether_a_text_holds_a_value() {
    let house = house();
    let value = house
        .key
        .seal_value(ADDRESS, b"7 Mill Lane, Cogcombe ZZ3 8MK", &house.entropy)
        .expect("sealed");
    let asked = |text: &str| -> Result<bool, VaultError> {
        house
            .key
            .spoken_in(ADDRESS, &value, FieldKind::Address, &Reading::of(text))
    };
    assert_eq!(asked("It goes to Mill-Lane, number seven."), Ok(true));
    assert_eq!(asked("zz3 8mk"), Ok(true));
    assert_eq!(asked("It goes to the address on your account."), Ok(false));
    assert_eq!(asked("8 Mill Road, Cogcombe"), Ok(false));
}

#[test]
fn a_text_is_held_against_contact_points_by_their_kind() {
    let house = house();
    let email = house
        .key
        .seal_address(EMAIL, "robin.vale@mail.example.net", &house.entropy)
        .expect("sealed");
    let phone = house
        .key
        .seal_address(OTHER, "+44 7700 900042", &house.entropy)
        .expect("sealed");
    let reading = Reading::of("robin dot vale at mail dot example dot net");
    let asked = |point, sealed, kind, reading: &Reading| {
        house.key.address_spoken_in(point, sealed, kind, reading)
    };
    assert_eq!(asked(EMAIL, &email, ContactKind::Email, &reading), Ok(true));
    assert_eq!(
        asked(OTHER, &phone, ContactKind::Phone, &reading),
        Ok(false)
    );
    let reading = Reading::of("oh seven seven double oh nine hundred oh four two, 0 7700 900 042");
    assert_eq!(asked(OTHER, &phone, ContactKind::Phone, &reading), Ok(true));
}

#[test]
fn a_text_is_compared_with_the_right_field_of_the_right_account_only() {
    let house = house();
    let value = house
        .key
        .seal_value(ADDRESS, b"7 Mill Lane", &house.entropy)
        .expect("sealed");
    let (mina, _) = house
        .vault
        .new_account_key(MINA, &house.entropy)
        .expect("a key");
    let reading = Reading::of("7 Mill Lane");
    let moved = Sealed::<vault::Address>::from_bytes(value.as_bytes().to_vec());
    for refused in [
        house
            .key
            .spoken_in(INVOICE, &value, FieldKind::Address, &reading),
        mina.spoken_in(ADDRESS, &value, FieldKind::Address, &reading),
        house
            .key
            .address_spoken_in(EMAIL, &moved, ContactKind::Email, &reading),
    ] {
        assert_eq!(refused, Err(VaultError::Broken));
    }
}

#[test]
fn a_document_is_spoken_in_no_text() {
    let house = house();
    let value = house
        .key
        .seal_value(INVOICE, b"invoice-10442.pdf", &house.entropy)
        .expect("sealed");
    let asked = |kind| {
        house
            .key
            .spoken_in(INVOICE, &value, kind, &Reading::of("invoice-10442.pdf"))
    };
    assert_eq!(asked(FieldKind::Document), Ok(false));
    assert_eq!(asked(FieldKind::Text), Ok(true));
}

#[test]
fn nothing_sealed_prints_itself() {
    let house = house();
    let value = house
        .key
        .seal_value(ADDRESS, b"7 Mill Lane", &house.entropy)
        .expect("sealed");
    let opened = house
        .key
        .open(&value, &permit(ROBIN, ADDRESS, EMAIL))
        .expect("opened");
    assert_eq!(
        format!("{value:?} {opened:?} {:?}", house.key),
        "Sealed<Value> Opened AccountKey"
    );
}
