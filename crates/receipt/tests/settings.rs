//! Settings that can't be meant are refused, saying which.

use receipt::{ReceiptSettings, SettingsError, Verifier};

use crate::support::{settings, usual_keys};

fn refused(change: impl Fn(&mut ReceiptSettings)) -> SettingsError {
    let mut settings = settings();
    change(&mut settings);
    Verifier::new(&settings, usual_keys()).expect_err("refused")
}

#[test]
fn senders_and_domains_have_to_fit() {
    assert_eq!(refused(|s| s.senders.clear()), SettingsError::NoSenders);
    assert_eq!(
        refused(|s| s.senders.push("Acme <a@acme.example>".to_owned())),
        SettingsError::SenderAddress
    );
    assert_eq!(
        refused(|s| s.domains.push("acme".to_owned())),
        SettingsError::Domain
    );
    for foreign in ["elsewhere.example", "xacme.example", "acme.example.test"] {
        assert_eq!(
            refused(|s| s.domains.push(foreign.to_owned())),
            SettingsError::ForeignDomain
        );
    }
}

#[test]
fn there_has_to_be_something_to_find_numbers_by() {
    assert_eq!(refused(|s| s.labels.clear()), SettingsError::NoPatterns);
    assert_eq!(
        refused(|s| s.labels.push("  ".to_owned())),
        SettingsError::Label
    );
    for pattern in ["(", "no group", "(two) (groups)", r"((\w{1000}){1000})"] {
        assert_eq!(
            refused(|s| s.patterns.push(pattern.to_owned())),
            SettingsError::Pattern,
            "{pattern}"
        );
    }
}

#[test]
fn numbers_have_bounds() {
    for (name, error) in [
        ("max_age_days", refused(|s| s.max_age_days = 0)),
        ("min_key_bits", refused(|s| s.min_key_bits = 512)),
        ("max_bytes", refused(|s| s.max_bytes = usize::MAX)),
    ] {
        assert!(matches!(error, SettingsError::Bounds { name: n, .. } if n == name));
        assert!(error.to_string().starts_with(name));
    }
}

#[test]
fn a_file_of_keys_that_is_not_there_is_named_by_its_setting() {
    let mut settings = settings();
    settings.keys_file = Some("/nowhere/keys".into());
    let error = settings.keys().err().expect("refused");
    assert!(error.to_string().contains("keys_file"));
}

#[test]
fn a_short_section_is_enough_and_a_misspelt_key_is_not_overlooked() {
    let text = "senders = [\"receipts@acme.example\"]\nlabels = [\"Receipt no.\"]";
    let read: ReceiptSettings = toml::from_str(text).expect("settings");
    assert_eq!(
        (read.max_age_days, read.min_key_bits, read.max_bytes),
        (90, 2048, 10_000_000)
    );
    assert!(Verifier::new(&read, usual_keys()).is_ok());
    assert!(toml::from_str::<ReceiptSettings>(&format!("{text}\nlables = []")).is_err());
}

#[tokio::test]
async fn a_check_may_move_between_threads() {
    let verifier = Verifier::new(&settings(), usual_keys()).expect("a verifier");
    let check = async move { verifier.check(b"", crate::support::now()).await.is_err() };
    assert!(tokio::spawn(check).await.expect("done"));
}
