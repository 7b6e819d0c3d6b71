use proptest::prelude::*;

use super::*;

mod numbered;
mod rewritten;

fn entry(n: u64) -> Entry {
    Entry::new(1_700_000_000_000_000, "account.read", "system").with("n", n)
}

/// A log of `count` entries.
fn log(count: u64) -> Vec<Row> {
    let mut frontier = Frontier::new();
    (0..count)
        .map(|n| Row::append(&mut frontier, &entry(n)))
        .collect()
}

/// Rewrites what can be rewritten without the log's key: places, leaf hashes and roots.
fn forge(rows: &[Row]) -> Vec<Row> {
    let mut frontier = Frontier::new();
    rows.iter()
        .map(|row| {
            let (index, leaf) = (frontier.size(), leaf_hash(row.body.as_bytes()));
            frontier.push(leaf);
            Row {
                index,
                body: row.body.clone(),
                leaf,
                root: frontier.root(),
            }
        })
        .collect()
}

/// The checkpoints that were signed for the true log at these sizes.
fn checkpoints(sizes: &[u64]) -> Vec<Checkpoint> {
    let mut frontier = Frontier::new();
    let mut roots = vec![frontier.root()];
    for row in log(sizes.iter().copied().max().unwrap_or(0)) {
        frontier.push(row.leaf);
        roots.push(frontier.root());
    }
    let root = |size| roots[usize::try_from(size).expect("small")];
    let origin = "desk.example/ledger".to_owned();
    let checkpoint = |size| Checkpoint {
        origin: origin.clone(),
        size,
        root: root(size),
    };
    sizes.iter().copied().map(checkpoint).collect()
}

fn audit(rows: &[Row], sizes: &[u64]) -> Result<Report, Fault> {
    audit_with(rows, checkpoints(sizes))
}

fn audit_with(rows: &[Row], checkpoints: Vec<Checkpoint>) -> Result<Report, Fault> {
    let mut auditor = Auditor::new(checkpoints);
    for row in rows {
        let outcome = auditor.row(row);
        if outcome.is_err() {
            // A caller that doesn't listen hears it again at the end.
            assert_eq!(auditor.row(row), outcome);
            assert_eq!(auditor.finish().err(), outcome.clone().err());
            outcome?;
            unreachable!("an error was returned");
        }
    }
    auditor.finish()
}

fn fault(rows: &[Row], sizes: &[u64]) -> (u64, String) {
    let fault = audit(rows, sizes).expect_err("tampered with");
    (fault.first_entry(), fault.to_string())
}

fn says(first: u64, text: &str) -> (u64, String) {
    (first, text.to_owned())
}

const SIGNED: [u64; 3] = [10, 20, 30];

#[test]
fn an_untouched_log_is_whole() {
    let report = audit(&log(30), &SIGNED).expect("whole");
    assert_eq!(
        (report.entries, report.covered, report.checkpoints),
        (30, 30, 3)
    );
    assert!(report.is_covered());
    let text = "30 entries fit together; signed checkpoints cover all of them";
    assert_eq!(report.to_string(), text);
    let all: Vec<u64> = (0..=30).collect();
    audit(&log(30), &all).expect("whole");
}

#[test]
fn checkpoints_may_come_in_any_order_and_more_than_once() {
    audit(&log(30), &[30, 10, 20, 10, 0, 30]).expect("whole");
}

#[test]
fn an_empty_log_is_whole() {
    let report = audit(&[], &[]).expect("whole");
    assert_eq!(report.root, crate::tree::empty_root());
    assert!(!report.is_covered());
    assert!(audit(&[], &[0]).expect("whole").is_covered());
}

#[test]
fn entries_after_the_last_checkpoint_are_told_apart() {
    let report = audit(&log(33), &SIGNED).expect("whole");
    assert!(!report.is_covered());
    assert_eq!(
        report.to_string(),
        "33 entries fit together; signed checkpoints cover the first 30, \
         nothing signed covers the 3 after them"
    );
    let report = audit(&log(1), &[]).expect("whole");
    assert_eq!(
        report.to_string(),
        "1 entry fits together; no signed checkpoint covers them"
    );
}

#[test]
fn a_changed_body_is_named() {
    let mut rows = log(30);
    rows[17].body = entry(99).encode();
    let expected = says(17, "entry 17 was changed: its body does not match its hash");
    assert_eq!(fault(&rows, &SIGNED), expected);
    assert_eq!(fault(&rows, &[]), expected);
}

#[test]
fn a_changed_leaf_hash_is_named() {
    let mut rows = log(30);
    rows[17].leaf[0] ^= 1;
    assert_eq!(fault(&rows, &SIGNED).0, 17);
}

#[test]
fn a_changed_entry_with_its_leaf_hash_rewritten_is_named() {
    let mut rows = log(30);
    rows[10].body = entry(99).encode();
    rows[10].leaf = leaf_hash(rows[10].body.as_bytes());
    let text = "entry 10 was changed: it does not lead to its recorded root";
    assert_eq!(fault(&rows, &SIGNED), says(10, text));
}

#[test]
fn a_changed_root_is_named() {
    let mut rows = log(30);
    rows[17].root[31] ^= 0x80;
    assert_eq!(
        fault(&rows, &SIGNED),
        says(
            17,
            "entry 17 was changed: it does not lead to its recorded root \
             (an earlier change is possible only from entry 10 on, if roots were rewritten too)"
        )
    );
}

#[test]
fn a_removed_entry_is_named() {
    let mut rows = log(30);
    rows.remove(4);
    assert_eq!(fault(&rows, &SIGNED), says(4, "entry 4 is missing"));
    rows.drain(4..6);
    assert_eq!(fault(&rows, &SIGNED), says(4, "entries 4 to 6 are missing"));
}

#[test]
fn the_first_and_the_last_but_one_entry_can_be_missed() {
    assert_eq!(fault(&log(30)[1..], &SIGNED), says(0, "entry 0 is missing"));
    let mut rows = log(30);
    rows.remove(28);
    assert_eq!(fault(&rows, &SIGNED), says(28, "entry 28 is missing"));
    assert_eq!(fault(&rows, &[]), says(28, "entry 28 is missing"));
}

#[test]
fn the_first_of_two_gaps_is_named() {
    let mut rows = log(30);
    rows.remove(6);
    rows.remove(4);
    assert_eq!(fault(&rows, &SIGNED), says(4, "entry 4 is missing"));
}

#[test]
fn swapped_rows_are_named() {
    let mut rows = log(30);
    rows.swap(8, 9);
    assert_eq!(
        fault(&rows, &SIGNED),
        says(8, "entry 9 stands where entry 8 belongs")
    );
    let mut rows = log(30);
    rows.swap(3, 21);
    assert_eq!(
        fault(&rows, &SIGNED),
        says(3, "entry 21 stands where entry 3 belongs")
    );
}

#[test]
fn swapped_bodies_are_named() {
    let mut rows = log(30);
    let (first, second) = rows.split_at_mut(9);
    std::mem::swap(&mut first[8].body, &mut second[0].body);
    assert_eq!(audit(&rows, &SIGNED), Err(Fault::Body { index: 8 }));
    for row in &mut rows {
        row.leaf = leaf_hash(row.body.as_bytes());
    }
    assert_eq!(
        audit(&rows, &SIGNED),
        Err(Fault::Root { index: 8, since: 0 })
    );
    assert_eq!(
        audit(&forge(&rows), &SIGNED),
        Err(Fault::Checkpoint { first: 0, last: 9 })
    );
}

#[test]
fn a_repeated_row_is_named() {
    let mut rows = log(30);
    rows.insert(12, rows[11].clone());
    assert_eq!(
        fault(&rows, &SIGNED),
        says(12, "entry 11 stands where entry 12 belongs")
    );
}

#[test]
fn a_log_cut_off_is_named_with_its_first_missing_entry() {
    let text = "entry 25 is missing: the log ends there, but a signed checkpoint covers 30 entries";
    assert_eq!(fault(&log(30)[..25], &SIGNED), says(25, text));
    assert_eq!(
        audit(&[], &SIGNED),
        Err(Fault::Truncated { first: 0, size: 30 })
    );
}

#[test]
fn an_appended_entry_is_named_or_told_to_be_unsigned() {
    let mut rows = log(30);
    let made_up = Row {
        index: 30,
        body: entry(99).encode(),
        leaf: [1; 32],
        root: [2; 32],
    };
    rows.push(made_up);
    assert_eq!(audit(&rows, &SIGNED), Err(Fault::Body { index: 30 }));
    rows[30].leaf = leaf_hash(rows[30].body.as_bytes());
    assert_eq!(
        audit(&rows, &SIGNED),
        Err(Fault::Root {
            index: 30,
            since: 30
        })
    );
    let report = audit(&forge(&rows), &SIGNED).expect("it fits together");
    assert_eq!((report.entries, report.covered), (31, 30));
}

#[test]
fn two_checkpoints_that_disagree_are_told() {
    let mut signed = checkpoints(&[10, 20]);
    signed.push(Checkpoint {
        root: [3; 32],
        ..signed[1].clone()
    });
    let outcome = audit_with(&log(30), signed);
    assert_eq!(
        outcome,
        Err(Fault::Fork {
            size: 20,
            since: 10
        })
    );
}

#[test]
fn a_checkpoint_of_nothing_with_a_root_is_told() {
    let mut signed = checkpoints(&[0]);
    signed[0].root = [3; 32];
    assert_eq!(audit_with(&log(3), signed.clone()), Err(Fault::Empty));
    assert_eq!(audit_with(&[], signed), Err(Fault::Empty));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bit_changed_anywhere_names_its_entry(
        (count, index) in (1_usize..40).prop_flat_map(|count| (Just(count), 0..count)),
        part in 0..3,
        bit in 0_usize..256,
    ) {
        let mut rows = log(u64::try_from(count).expect("small"));
        let (byte, mask) = (bit / 8, 1_u8 << (bit % 8));
        match part {
            0 => rows[index].leaf[byte] ^= mask,
            1 => rows[index].root[byte] ^= mask,
            _ => {
                // Bit 7 would leave ASCII.
                let mut body = rows[index].body.clone().into_bytes();
                let place = bit % body.len();
                body[place] ^= 1 << (bit % 7);
                rows[index].body = String::from_utf8(body).expect("ASCII");
            }
        }
        let fault = audit(&rows, &[]).expect_err("tampered with");
        prop_assert_eq!(fault.first_entry(), u64::try_from(index).expect("small"));
    }
}
