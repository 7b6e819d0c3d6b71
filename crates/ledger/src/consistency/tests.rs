use super::*;
use crate::checkpoint::Signer;
use crate::tree::{consistency_proof, leaf_hash, root};

fn signer() -> Signer {
    Signer::from_seed("desk.example/ledger", &[5; 32]).expect("a good seed")
}

fn leaves(count: u64) -> Vec<Hash> {
    (0..count).map(|n| leaf_hash(&n.to_be_bytes())).collect()
}

fn checkpoint(leaves: &[Hash]) -> Checkpoint {
    signer().checkpoint(u64::try_from(leaves.len()).expect("small"), root(leaves))
}

fn proof(old: u64, new: u64) -> Consistency {
    let leaves = leaves(new);
    Consistency {
        old,
        hashes: consistency_proof(&leaves, old, new).expect("in range"),
        note: signer().sign(&checkpoint(&leaves)).expect("its own log"),
    }
}

fn check(proof: &Consistency, since: u64) -> Result<Grown, ConsistencyError> {
    proof.check(&signer().verifier(), Some(&checkpoint(&leaves(since))))
}

#[test]
fn the_file_is_a_witness_request() {
    let text = proof(6, 8).encode();
    let lines: Vec<&str> = text.split('\n').collect();
    assert_eq!(lines[0], "old 6");
    assert_eq!(
        lines[1..4].iter().map(|line| line.len()).sum::<usize>(),
        3 * 44
    );
    assert_eq!(&lines[4..7], ["", "desk.example/ledger", "8"]);
    assert_eq!(Consistency::parse(&text), Ok(proof(6, 8)));
    assert!(proof(0, 8).encode().starts_with("old 0\n\ndesk.example"));
}

#[test]
fn the_example_of_the_format_is_read() {
    // From C2SP tlog-witness, "add-checkpoint".
    let text = "old 20852014\n\
        PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n\
        jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n\
        5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n\
        /6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n\
        \n\
        example.com/behind-the-sofa\n\
        20852163\n\
        CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\
        \n\
        — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
        — example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=\n";
    let proof = Consistency::parse(text).expect("a proof");
    assert_eq!((proof.old, proof.hashes.len()), (20_852_014, 4));
    assert_eq!(proof.encode(), text);
}

#[test]
fn a_log_that_only_grew_is_told_from_any_size_to_any_other() {
    for new in 1..20 {
        for old in 0..=new {
            let grown = check(&proof(old, new), old).expect("it grew");
            assert_eq!((grown.since(), grown.checkpoint().size), (old, new));
            assert_eq!(grown.note(), proof(old, new).note);
        }
        proof(0, new)
            .check(&signer().verifier(), None)
            .expect("from nothing");
    }
}

#[test]
fn a_proof_of_other_sizes_is_refused() {
    assert_eq!(
        check(&proof(5, 9), 6),
        Err(ConsistencyError::Begin { proof: 5, kept: 6 })
    );
    assert_eq!(
        proof(5, 9).check(&signer().verifier(), None),
        Err(ConsistencyError::Begin { proof: 5, kept: 0 })
    );
    // The hashes are those of a proof to another size.
    let mixed = Consistency {
        hashes: proof(5, 8).hashes,
        ..proof(5, 9)
    };
    assert_eq!(
        check(&mixed, 5),
        Err(ConsistencyError::Broken { old: 5, new: 9 })
    );
    let back = Consistency {
        old: 9,
        note: proof(5, 7).note,
        hashes: Vec::new(),
    };
    assert_eq!(
        check(&back, 9),
        Err(ConsistencyError::Shrunk { old: 9, new: 7 })
    );
}

#[test]
fn a_rewritten_log_is_found_out() {
    let mut rewritten = leaves(9);
    rewritten[2] = leaf_hash(b"another");
    let forged = Consistency {
        old: 5,
        hashes: consistency_proof(&rewritten, 5, 9).expect("in range"),
        note: signer().sign(&checkpoint(&rewritten)).expect("signed"),
    };
    let broken = ConsistencyError::Broken { old: 5, new: 9 };
    assert_eq!(check(&forged, 5), Err(broken));
    assert!(broken.to_string().contains("rewritten"), "{broken}");
    let same_size = Consistency {
        old: 9,
        hashes: Vec::new(),
        note: forged.note,
    };
    assert_eq!(
        check(&same_size, 9),
        Err(ConsistencyError::Broken { old: 9, new: 9 })
    );
}

#[test]
fn any_byte_of_the_file_matters() {
    let text = proof(6, 8).encode();
    let good = check(&Consistency::parse(&text).expect("a proof"), 6);
    assert!(good.is_ok());
    for n in 0..text.len() {
        let mut changed = text.clone().into_bytes();
        changed[n] ^= 1;
        let Ok(changed) = String::from_utf8(changed) else {
            continue;
        };
        if let Ok(changed) = Consistency::parse(&changed) {
            assert!(check(&changed, 6).is_err(), "byte {n}");
        }
    }
}

#[test]
fn another_logs_checkpoint_and_another_key_are_refused() {
    let other = Signer::from_seed("other.example/ledger", &[5; 32]).expect("a good seed");
    let mut since = checkpoint(&leaves(6));
    assert_eq!(
        proof(6, 8).check(&other.verifier(), Some(&since)),
        Err(CheckpointError::Unsigned.into())
    );
    since.origin = "other.example/ledger".to_owned();
    assert_eq!(
        proof(6, 8).check(&signer().verifier(), Some(&since)),
        Err(CheckpointError::Origin.into())
    );
}

#[test]
fn what_is_no_proof_is_refused() {
    let good = proof(6, 8).encode();
    for text in [
        String::new(),
        good.replacen("old 6", "old 06", 1),
        good.replacen("old 6", "old +6", 1),
        good.replacen("old 6", "new 6", 1),
        good.replacen("=\n", "\n", 1),
        good.replacen("old 6\n", "old 6\nAAAA\n", 1),
        format!("old 6\n{}\n{}", "A".repeat(43) + "=\n", proof(6, 8).note).replacen(
            "old 6\n",
            &format!("old 6\n{}", (("A".repeat(43) + "=\n").repeat(63))),
            1,
        ),
    ] {
        assert_eq!(
            Consistency::parse(&text),
            Err(ConsistencyError::Text),
            "{text:?}"
        );
    }
}
