use super::*;
use crate::checkpoint::Signer;
use crate::cosign::Witness;
use crate::tree::{Hash, consistency_proof, leaf_hash, root};

fn signer() -> Signer {
    Signer::from_seed("desk.example/ledger", &[5; 32]).expect("a good seed")
}

fn leaves(count: u64) -> Vec<Hash> {
    (0..count).map(|n| leaf_hash(&n.to_be_bytes())).collect()
}

fn note(size: u64) -> String {
    let checkpoint = signer().checkpoint(size, root(&leaves(size)));
    signer().sign(&checkpoint).expect("its own log")
}

fn proof(old: u64, new: u64) -> Consistency {
    Consistency {
        old,
        hashes: consistency_proof(&leaves(new), old, new).expect("in range"),
        note: note(new),
    }
}

fn witness() -> Witness {
    Witness::from_seed("witness.example/w1", &[9; 32]).expect("a good seed")
}

/// The checkpoint of this size, signed by the witness too.
fn witnessed(size: u64) -> String {
    let grown = proof(0, size)
        .check(&signer().verifier(), None)
        .expect("it grew");
    witness().cosign(&grown, 1000 + size).expect("signed")
}

fn bear(evidence: &Evidence, size: u64) -> Result<Borne, EvidenceError> {
    evidence.bear(&signer().verifier(), &note(size))
}

#[test]
fn without_evidence_only_the_signature_counts() {
    assert_eq!(bear(&Evidence::default(), 7), Ok(Borne::default()));
    let other = Signer::from_seed("desk.example/ledger", &[6; 32]).expect("a good seed");
    assert_eq!(
        Evidence::default().bear(&other.verifier(), &note(7)),
        Err(EvidenceError::Kept(CheckpointError::Unsigned))
    );
}

#[test]
fn an_older_and_a_newer_checkpoint_are_linked_by_their_proofs() {
    let evidence = Evidence {
        kept: vec![note(3), note(7), note(20), note(0)],
        proofs: vec![proof(3, 7), proof(7, 20)],
        witnesses: Vec::new(),
    };
    let borne = bear(&evidence, 7).expect("it grew");
    assert_eq!((borne.since, borne.within), (Some(0), Some(20)));
    assert_eq!(
        borne.to_string(),
        "; since the checkpoint of 0 the ledger has only grown; the checkpoint of 20 holds all of it"
    );
}

#[test]
fn a_proof_that_is_not_there_is_asked_for_by_its_sizes() {
    let evidence = Evidence {
        kept: vec![note(3)],
        proofs: vec![proof(3, 8), proof(2, 7)],
        witnesses: Vec::new(),
    };
    let missing = bear(&evidence, 7).expect_err("no proof");
    assert_eq!(missing, EvidenceError::Missing { old: 3, new: 7 });
    assert!(missing.to_string().contains("--from 3 --to 7"), "{missing}");
}

#[test]
fn a_rewritten_log_is_found_out_by_what_was_kept() {
    let mut rewritten = leaves(7);
    rewritten[1] = leaf_hash(b"another");
    let forged = signer().checkpoint(7, root(&rewritten));
    let forged = signer().sign(&forged).expect("its own log");
    let hold = |kept: String, proof: Option<Consistency>| {
        Evidence {
            kept: vec![kept],
            proofs: proof.into_iter().collect(),
            witnesses: Vec::new(),
        }
        .bear(&signer().verifier(), &forged)
    };
    assert_eq!(hold(note(7), None), Err(EvidenceError::Fork(7)));
    let best = Consistency {
        old: 3,
        hashes: consistency_proof(&rewritten, 3, 7).expect("in range"),
        note: forged.clone(),
    };
    assert_eq!(
        hold(note(3), Some(best)),
        Err(ConsistencyError::Broken { old: 3, new: 7 }.into())
    );
    assert_eq!(
        hold(note(20), Some(proof(7, 20))),
        Err(ConsistencyError::Broken { old: 7, new: 20 }.into())
    );
}

#[test]
fn a_demanded_witness_must_have_signed_one_of_them() {
    let demand = |kept: Vec<String>| Evidence {
        kept,
        proofs: vec![proof(3, 7), proof(5, 7), proof(7, 20)],
        witnesses: vec![witness().key()],
    };
    assert_eq!(
        bear(&demand(vec![note(3)]), 7),
        Err(EvidenceError::Unwitnessed("witness.example/w1".to_owned()))
    );
    let borne = bear(&demand(vec![witnessed(3), witnessed(5), note(20)]), 7).expect("witnessed");
    let seen = Seen {
        witness: "witness.example/w1".to_owned(),
        size: 5,
        at: 1005,
    };
    assert_eq!(borne.seen, [seen]);
    // On the checkpoint itself it counts too.
    demand(Vec::new())
        .bear(&signer().verifier(), &witnessed(7))
        .expect("witnessed");
}

#[test]
fn a_witnesss_signature_on_another_checkpoint_does_not_count() {
    let line = witnessed(3);
    let line = line.rsplit_once("\n\n").expect("a note").1;
    let line = line.lines().last().expect("its line");
    let stuck_on = format!("{}{line}\n", note(7));
    let evidence = Evidence {
        kept: vec![stuck_on],
        proofs: Vec::new(),
        witnesses: vec![witness().key()],
    };
    assert_eq!(
        bear(&evidence, 7),
        Err(EvidenceError::Witness("witness.example/w1".to_owned()))
    );
}
