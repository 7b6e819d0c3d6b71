//! An attacker who holds the rows and rewrites places, leaf hashes and roots to fit.

use super::*;

#[test]
fn a_change_with_every_root_rewritten_is_caught_by_the_next_checkpoint() {
    let mut rows = log(30);
    rows[17].body = entry(99).encode();
    let rows = forge(&rows);
    assert_eq!(
        fault(&rows, &SIGNED),
        says(
            10,
            "one of entries 10 to 19 was changed and roots rewritten: the signed checkpoint after \
             entry 9 still matches, but they do not match the signed checkpoint after entry 19"
        )
    );
    assert_eq!(
        audit(&rows, &[17, 18]),
        Err(Fault::Checkpoint {
            first: 17,
            last: 17
        }),
        "the closer the checkpoints, the closer the answer"
    );
    assert_eq!(
        audit(&rows, &[30]),
        Err(Fault::Checkpoint { first: 0, last: 29 })
    );
}

#[test]
fn a_change_with_only_some_roots_rewritten_is_caught_at_the_first_true_root() {
    let mut changed = log(30);
    changed[12].body = entry(99).encode();
    let forged = forge(&changed);
    let rows = [&forged[..15], &log(30)[15..]].concat();
    assert_eq!(
        audit(&rows, &SIGNED),
        Err(Fault::Root {
            index: 15,
            since: 10
        })
    );
}

#[test]
fn a_removed_entry_with_everything_after_it_renumbered_is_named() {
    let mut rows = log(30);
    rows.remove(14);
    for (index, row) in (0..).zip(&mut rows) {
        row.index = index;
    }
    assert_eq!(
        audit(&rows, &SIGNED),
        Err(Fault::Root {
            index: 14,
            since: 10
        })
    );
    assert_eq!(
        audit(&forge(&rows), &SIGNED),
        Err(Fault::Checkpoint {
            first: 10,
            last: 19
        })
    );
    assert_eq!(
        audit(&forge(&rows), &[10, 30]),
        Err(Fault::Truncated {
            first: 29,
            size: 30
        })
    );
}

#[test]
fn an_inserted_entry_is_caught() {
    let mut rows = log(30);
    rows.insert(
        13,
        Row {
            body: entry(99).encode(),
            ..rows[13].clone()
        },
    );
    for (index, row) in (0..).zip(&mut rows) {
        row.index = index;
        row.leaf = leaf_hash(row.body.as_bytes());
    }
    assert_eq!(
        audit(&rows, &SIGNED),
        Err(Fault::Root {
            index: 13,
            since: 10
        })
    );
    assert_eq!(
        audit(&forge(&rows), &SIGNED),
        Err(Fault::Checkpoint {
            first: 10,
            last: 19
        })
    );
}

#[test]
fn a_body_in_another_spelling_is_named_though_everything_is_rewritten() {
    let mut rows = log(30);
    rows[17].body.push(' ');
    assert_eq!(audit(&forge(&rows), &[]), Err(Fault::Form { index: 17 }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_rewriting_passes_a_later_checkpoint(
        (count, index) in (1_u64..40).prop_flat_map(|count| (Just(count), 0..count)),
    ) {
        let place = usize::try_from(index).expect("small");
        let mut changed = log(count);
        changed[place].body = entry(99).encode();
        prop_assert!(audit(&forge(&changed), &[count]).is_err());
        let mut removed = log(count);
        removed.remove(place);
        prop_assert!(audit(&forge(&removed), &[count]).is_err());
    }
}
