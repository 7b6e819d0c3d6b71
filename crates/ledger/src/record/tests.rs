use proptest::prelude::*;

use super::*;
use crate::checkpoint::Signer;
use crate::tree::{Frontier, inclusion_proof};

const ROBIN: &str = "0190f1c0-0000-7000-8000-000000000001";
const MORGAN: &str = "0190f1c0-0000-7000-8000-000000000002";
const SALT: [u8; 32] = [4; 32];

fn signer() -> Signer {
    Signer::from_seed("desk.example/ledger", &[5; 32]).expect("a good seed")
}

/// A ledger of 30 entries: every third about Robin, every fifth about Morgan; the last but two is the
/// making of Robin's record, over which its checkpoint was signed.
struct Log {
    bodies: Vec<String>,
    leaves: Vec<Hash>,
    /// How many entries the record's checkpoint has.
    size: usize,
}

impl Log {
    fn new() -> Self {
        let mut counts = [0; 2];
        let mut bodies = Vec::new();
        let mut number = |account: usize| {
            counts[account] += 1;
            Some(counts[account])
        };
        for n in 0..30_i64 {
            let entry = Entry::new(n, "account.read", "staff:1").with("n", n);
            let entry = match n {
                27 => Entry::new(n, MADE, "system")
                    .with_account(ROBIN)
                    .numbered(number(0))
                    .with(NAME, name_mark(&SALT, "A-1042")),
                n if n % 3 == 1 => entry.with_account(ROBIN).numbered(number(0)),
                n if n % 5 == 0 => entry.with_account(MORGAN).numbered(number(1)),
                _ => entry,
            };
            bodies.push(entry.encode());
        }
        let leaves = bodies
            .iter()
            .map(|body| leaf_hash(body.as_bytes()))
            .collect();
        Self {
            bodies,
            leaves,
            size: 28,
        }
    }

    fn checkpoint(&self, signer: &Signer, size: usize) -> String {
        let mut frontier = Frontier::new();
        for leaf in &self.leaves[..size] {
            frontier.push(*leaf);
        }
        signer
            .sign(&signer.checkpoint(frontier.size(), frontier.root()))
            .expect("its own log")
    }

    fn header(&self, signer: &Signer) -> RecordHeader {
        RecordHeader {
            format: RECORD_FORMAT.to_owned(),
            origin: signer.name().to_owned(),
            vkey: signer.verifier_key(),
            account: ROBIN.to_owned(),
            external_id: "A-1042".to_owned(),
            salt: hex::encode(SALT),
            checkpoint: self.checkpoint(signer, self.size),
        }
    }

    /// An entry's line, proven to be in the tree of `size`.
    fn line(&self, index: usize, size: usize) -> String {
        let [index_, size] = [index, size].map(|n| u64::try_from(n).expect("small"));
        let proof = inclusion_proof(&self.leaves, index_, size).expect("in range");
        entry_line(index_, &self.bodies[index], &proof).expect("written")
    }

    /// The lines of Robin's entries.
    fn lines(&self) -> Vec<String> {
        (0..self.size)
            .filter(|index| self.bodies[*index].contains(ROBIN))
            .map(|index| self.line(index, self.size))
            .collect()
    }
}

fn write(header: &RecordHeader, lines: &[String]) -> String {
    header_line(header).expect("written") + &lines.concat()
}

fn record() -> String {
    let log = Log::new();
    write(&log.header(&signer()), &log.lines())
}

fn verify(text: &str) -> Result<RecordReport, RecordError> {
    verify_record(text.as_bytes(), Some(&signer().verifier()), |_, _| ())
}

fn fault(text: &str) -> RecordFault {
    match verify(text) {
        Err(RecordError::Fault(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

/// The record with its entries' lines changed.
fn with(change: impl FnOnce(&mut Vec<String>)) -> String {
    let log = Log::new();
    let mut lines = log.lines();
    change(&mut lines);
    write(&log.header(&signer()), &lines)
}

#[test]
fn an_untouched_record_is_whole() {
    let mut seen = Vec::new();
    let report = verify_record(
        record().as_bytes(),
        Some(&signer().verifier()),
        |index, entry| seen.push((index, entry.nth)),
    )
    .expect("whole");
    assert_eq!((report.entries, report.made), (10, 27));
    assert_eq!(report.checkpoint.size, 28);
    assert_eq!(seen.first(), Some(&(1, Some(1))));
    assert_eq!(seen.last(), Some(&(27, Some(10))));
    assert_eq!(
        report.to_string(),
        "A-1042 of desk.example/ledger: 10 entries, each of them in the ledger, and no other up to the \
         making of this record (the ledger then had 28); checked with the trusted key"
    );
    let report = verify_record(record().as_bytes(), None, |_, _| ()).expect("whole");
    assert!(report.to_string().contains("the key came from the file"));
}

#[test]
fn a_changed_entry_is_named() {
    let changed = record().replacen(r#"\"n\":7}"#, r#"\"n\":8}"#, 1);
    let found = fault(&changed);
    assert_eq!(found, RecordFault::Changed { nth: 3, index: 7 });
    assert_eq!(
        found.to_string(),
        "entry 3 of the account (entry 7 of the ledger) was changed: its text, its place and its proof \
         do not lead to the checkpoint"
    );
}

#[test]
fn a_removed_entry_is_named() {
    for nth in 1..10 {
        let removed = with(|lines| {
            lines.remove(nth - 1);
        });
        let RecordFault::Misplaced {
            nth: named, found, ..
        } = fault(&removed)
        else {
            panic!("a gap");
        };
        let nth = u64::try_from(nth).expect("small");
        assert_eq!((named, found), (nth, Some(nth + 1)));
    }
    let text = fault(&with(|lines| {
        lines.remove(4);
    }))
    .to_string();
    assert_eq!(
        text,
        "entry 5 of the account is not where it belongs: entry 6 (entry 16 of the ledger) stands there"
    );
}

#[test]
fn swapped_and_repeated_entries_are_named() {
    let swapped = with(|lines| lines.swap(2, 6));
    assert!(matches!(
        fault(&swapped),
        RecordFault::Misplaced {
            nth: 3,
            found: Some(7),
            ..
        }
    ));
    let repeated = with(|lines| lines.insert(3, lines[2].clone()));
    assert!(matches!(
        fault(&repeated),
        RecordFault::Misplaced {
            nth: 4,
            found: Some(3),
            ..
        }
    ));
}

#[test]
fn a_record_cut_off_is_named() {
    for kept in 0..10 {
        let cut = with(|lines| lines.truncate(kept));
        let entries = u64::try_from(kept).expect("small");
        assert_eq!(fault(&cut), RecordFault::End { entries });
    }
    let record = record();
    let outcome = verify(&record[..record.len() - 30]);
    assert!(
        matches!(outcome, Err(RecordError::Line { line: 11, nth: 10 })),
        "{outcome:?}"
    );
}

#[test]
fn an_entry_after_the_end_is_refused() {
    let log = Log::new();
    // Entry 28 of the ledger is Robin's too, but came after the checkpoint.
    let later = log.line(28, 30);
    assert!(log.bodies[28].contains(ROBIN));
    assert_eq!(
        fault(&with(|lines| lines.push(later))),
        RecordFault::Changed { nth: 11, index: 28 }
    );
}

#[test]
fn another_accounts_entry_is_refused() {
    let log = Log::new();
    let [mut in_place, mut added] = [log.lines(), log.lines()];
    in_place[2] = log.line(5, log.size);
    added.insert(2, log.line(5, log.size));
    for lines in [in_place, added] {
        assert_eq!(
            fault(&write(&log.header(&signer()), &lines)),
            RecordFault::Foreign { nth: 3, index: 5 }
        );
    }
    // An entry about nobody, too.
    let nobody = log.line(2, log.size);
    assert_eq!(
        fault(&with(|lines| lines.insert(0, nobody))),
        RecordFault::Foreign { nth: 1, index: 2 }
    );
}

#[test]
fn a_record_under_another_accounts_name_is_refused() {
    let log = Log::new();
    let renamed = RecordHeader {
        external_id: "A-1043".to_owned(),
        ..log.header(&signer())
    };
    assert_eq!(fault(&write(&renamed, &log.lines())), RecordFault::Name);
    let salted = RecordHeader {
        salt: hex::encode([5; 32]),
        ..log.header(&signer())
    };
    assert_eq!(fault(&write(&salted, &log.lines())), RecordFault::Name);
    let other = RecordHeader {
        account: MORGAN.to_owned(),
        ..log.header(&signer())
    };
    assert!(matches!(
        fault(&write(&other, &log.lines())),
        RecordFault::Foreign { nth: 1, .. }
    ));
}

#[test]
fn proofs_of_another_tree_size_are_refused() {
    let log = Log::new();
    let lines: Vec<String> = log
        .lines()
        .iter()
        .zip((0..).filter(|index| log.bodies[*index].contains(ROBIN)))
        .map(|(_, index)| log.line(index, 29))
        .collect();
    assert_eq!(
        fault(&write(&log.header(&signer()), &lines)),
        RecordFault::Changed { nth: 1, index: 1 }
    );
    // And the other way round: another true checkpoint in the header.
    for size in [27, 29, 30] {
        let moved = RecordHeader {
            checkpoint: log.checkpoint(&signer(), size),
            ..log.header(&signer())
        };
        assert!(matches!(
            fault(&write(&moved, &log.lines())),
            RecordFault::Changed { .. }
        ));
    }
}

#[test]
fn a_checkpoint_that_does_not_end_with_the_records_making_is_refused() {
    let log = Log::new();
    // All proofs fit the later checkpoint, but then entries could have come in between.
    let header = RecordHeader {
        checkpoint: log.checkpoint(&signer(), 30),
        ..log.header(&signer())
    };
    let lines: Vec<String> = (0..28)
        .filter(|index| log.bodies[*index].contains(ROBIN))
        .map(|index| log.line(index, 30))
        .collect();
    assert_eq!(
        fault(&write(&header, &lines)),
        RecordFault::End { entries: 10 }
    );
}

#[test]
fn another_key_and_another_log_are_refused() {
    let log = Log::new();
    let forger = Signer::from_seed("desk.example/ledger", &[6; 32]).expect("a good seed");
    let text = write(&log.header(&forger), &log.lines());
    verify_record(text.as_bytes(), None, |_, _| ()).expect("it fits together");
    let outcome = verify(&text);
    assert!(
        matches!(
            outcome,
            Err(RecordError::Checkpoint(CheckpointError::Unsigned))
        ),
        "{outcome:?}"
    );
    let other = Signer::from_seed("other.example/ledger", &[5; 32]).expect("a good seed");
    let foreign = write(&log.header(&other), &log.lines());
    assert!(matches!(verify(&foreign), Err(RecordError::Origin)));
    let renamed = RecordHeader {
        origin: "desk.example/ledger".to_owned(),
        ..log.header(&other)
    };
    let outcome = verify_record(write(&renamed, &log.lines()).as_bytes(), None, |_, _| ());
    assert!(matches!(
        outcome,
        Err(RecordError::Key(CheckpointError::Origin))
    ));
}

#[test]
fn what_is_no_record_is_refused() {
    for text in ["", "{}\n", "{\"format\":\"staunch-ledger/1\"}\n"] {
        assert!(matches!(verify(text), Err(RecordError::Header)), "{text}");
    }
    let newer = record().replacen("record/1", "record/2", 1);
    assert!(matches!(verify(&newer), Err(RecordError::Format)));
    for line in [
        "\n",
        "{}\n",
        "{\"index\":1,\"body\":\"\",\"proof\":[\"00\"]}\n",
    ] {
        let odd = with(|lines| lines.insert(0, line.to_owned()));
        assert!(
            matches!(verify(&odd), Err(RecordError::Line { line: 2, nth: 1 })),
            "{line}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bit_changed_anywhere_is_found(at in any::<prop::sample::Index>(), bit in 0..8_u32) {
        let good = record();
        let place = at.index(good.len());
        let mut changed = good.clone().into_bytes();
        changed[place] ^= 1 << bit;
        let Ok(changed) = String::from_utf8(changed) else { return Ok(()) };
        // The file's own key is not looked at when a trusted one was brought.
        let vkey = good.find("\"vkey\"").expect("a key")..good.find("\"account\"").expect("an account");
        prop_assert!(vkey.contains(&place) || verify(&changed).is_err(), "byte {place} bit {bit}");
    }
}
