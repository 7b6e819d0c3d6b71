//! The running numbers of each account's entries.

use super::*;

const ROBIN: &str = "0190f1c0-0000-7000-8000-000000000001";
const MORGAN: &str = "0190f1c0-0000-7000-8000-000000000002";

fn about(account: &str, nth: Option<u64>) -> Entry {
    entry(0).with_account(account).numbered(nth)
}

/// Whoever appends with a wrong number writes a log that otherwise fits.
fn written(entries: &[Entry]) -> Result<Report, Fault> {
    let mut frontier = Frontier::new();
    let rows: Vec<Row> = entries
        .iter()
        .map(|entry| Row::append(&mut frontier, entry))
        .collect();
    audit(&rows, &[])
}

#[test]
fn the_entries_of_each_account_are_numbered_by_themselves() {
    let whole = written(&[
        about(ROBIN, Some(1)),
        entry(0),
        about(MORGAN, Some(1)),
        about(ROBIN, Some(2)),
        about(MORGAN, Some(2)),
        about(ROBIN, Some(3)),
    ]);
    assert_eq!(whole.map(|report| report.entries), Ok(6));
}

#[test]
fn a_wrong_number_is_named() {
    for (wrong, expected) in [
        (about(ROBIN, Some(3)), Some(2)),
        (about(ROBIN, Some(1)), Some(2)),
        (about(ROBIN, None), Some(2)),
        (about(MORGAN, Some(2)), Some(1)),
        (entry(0).numbered(Some(1)), None),
    ] {
        let found = wrong.nth;
        let fault = written(&[about(ROBIN, Some(1)), wrong]).expect_err("misnumbered");
        assert_eq!(
            fault,
            Fault::Number {
                index: 1,
                expected,
                found
            }
        );
        assert_eq!(fault.first_entry(), 1);
    }
    let fault = written(&[about(ROBIN, Some(2))]).expect_err("misnumbered");
    assert_eq!(
        fault.to_string(),
        "entry 0 was written with 2 among its account's entries, where 1 belongs"
    );
}
