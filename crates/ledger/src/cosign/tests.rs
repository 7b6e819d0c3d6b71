use super::*;
use crate::checkpoint::{Signer, Verifier};
use crate::consistency::Consistency;

/// The seed of the second test of RFC 8032, section 7.1; what follows from it was computed by another
/// implementation of the format.
const SEED: &str = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
const NAME: &str = "witness.example/w1";
const VKEY: &str = "witness.example/w1+04d2d833+BD1AF8PoQ4lakrcKp00bfrycmCzPLsSWjMDNVfEq9GYM";
const SECRET: &str =
    "PRIVATE+KEY+witness.example/w1+04d2d833+BEzNCJso/5banbbDRuwRTg9bijGfNaumJNqM9u1PuKb7";
/// Its cosignature on [`NOTE`] at [`AT`].
const LINE: &str = "— witness.example/w1 BNLYMwAAAABkGFDLwH6fyedNAO2osAKqrPPsjOf6z4Y4iWgcu34AauHFHIGGJyHd9L8kEGsV8pqq3nH0ap3R4WMidfg/cEe3b3L5CQ==\n";
const AT: u64 = 1_679_315_147;
/// The test tree of eight leaves, signed by a log (see the checkpoints' own tests).
const NOTE: &str = "desk.example/ledger\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n\n\
    — desk.example/ledger XGOK/zfX1G/bEZ4VLV2KmR+lg+nNloUtxJxXkPRnRV7K3YqWsy18C9DEtjEZFsMpUcsArbE8Y/HxqnjBVw/rOD8w0AU=\n";
const LOG: &str = "desk.example/ledger+5c638aff+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea";

fn seed() -> [u8; 32] {
    let mut out = [0; 32];
    hex::decode_to_slice(SEED, &mut out).expect("64 hex digits");
    out
}

fn witness() -> Witness {
    Witness::parse(SECRET).expect("a good key")
}

fn key() -> WitnessKey {
    WitnessKey::parse(VKEY).expect("a good key")
}

fn log() -> Verifier {
    Verifier::parse(LOG).expect("a good key")
}

fn grown() -> Grown {
    let proof = Consistency {
        old: 0,
        hashes: Vec::new(),
        note: NOTE.to_owned(),
    };
    proof.check(&log(), None).expect("it grew from nothing")
}

fn cosigned() -> String {
    witness().cosign(&grown(), AT).expect("signed")
}

#[test]
fn a_checkpoint_is_cosigned_as_another_implementation_cosigns_it() {
    assert_eq!(cosigned(), format!("{NOTE}{LINE}"));
    assert_eq!(witness().verifier_key(), VKEY);
    assert_eq!(witness().key(), key());
    assert_eq!(secret_text(NAME, &seed()).expect("a good seed"), SECRET);
    assert_eq!(key().signed_at(&cosigned()), Ok(Some(AT)));
    assert_eq!(log().open(&cosigned()), log().open(NOTE));
}

#[test]
fn the_example_of_the_format_is_read_with_its_time() {
    // From C2SP tlog-cosignature; its keys are not published, so the signature can't be checked.
    let line = "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==";
    let text =
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    let note = format!("{text}\n{line}\n");
    let public = PublicKey {
        kind: KeyKind::Witness,
        name: "witness.example.com/w1".to_owned(),
        id: [0x8d, 0x66, 0xcf, 0x3f],
        bytes: [0; 32],
    };
    let note = Note::parse(&note).expect("a note");
    let signature = note.by(&public).next().expect("its line");
    assert_eq!(signature.len(), 72);
    assert_eq!(signature[..8], 1_679_315_147_u64.to_be_bytes());
    assert_eq!(
        message(note.text, 1_679_315_147),
        format!("cosignature/v1\ntime 1679315147\n{text}")
    );
}

#[test]
fn a_note_that_it_never_signed_has_no_time() {
    assert_eq!(key().signed_at(NOTE), Ok(None));
    let other = Witness::from_seed(NAME, &[9; 32]).expect("a good seed");
    assert_eq!(other.key().signed_at(&cosigned()), Ok(None));
    let renamed = Witness::from_seed("witness.example/w2", &seed()).expect("a good seed");
    assert_eq!(renamed.key().signed_at(&cosigned()), Ok(None));
}

#[test]
fn the_latest_of_several_times_counts() {
    let later = witness().cosign(&grown(), AT + 60).expect("signed");
    let line = later.strip_prefix(NOTE).expect("the same note");
    for note in [format!("{NOTE}{LINE}{line}"), format!("{NOTE}{line}{LINE}")] {
        assert_eq!(key().signed_at(&note), Ok(Some(AT + 60)));
    }
}

#[test]
fn a_cosignature_with_any_bit_changed_is_refused() {
    let note = cosigned();
    let mut refused = 0;
    for n in 0..note.len() {
        for bit in 0..8 {
            let mut changed = note.clone().into_bytes();
            changed[n] ^= 1 << bit;
            if let Ok(changed) = String::from_utf8(changed) {
                // A name or id that is no longer its own isn't its signature any more.
                let told = key().signed_at(&changed);
                let in_the_logs_line = changed.contains(LINE)
                    && changed.starts_with(&note[..=note.find("\n\n").expect("a note")]);
                assert!(
                    in_the_logs_line || !matches!(told, Ok(Some(_))),
                    "byte {n} bit {bit}"
                );
                refused += usize::from(!in_the_logs_line);
            }
        }
    }
    assert!(refused > 1000);
}

#[test]
fn one_bad_line_of_the_witness_spoils_the_note() {
    let id = &key().0.id;
    for signature in [
        vec![0; 72],
        vec![0; 71],
        vec![0; 3],
        [&[0xff; 8][..], &[0; 64]].concat(),
    ] {
        let blob = STANDARD.encode([&id[..], &signature].concat());
        let note = format!("{}— {NAME} {blob}\n", cosigned());
        assert_eq!(key().signed_at(&note), Err(CheckpointError::Signature));
    }
}

#[test]
fn a_logs_key_is_no_witness_and_a_witnesss_no_log() {
    assert_eq!(WitnessKey::parse(LOG), Err(CheckpointError::VerifierKey));
    assert_eq!(Verifier::parse(VKEY), Err(CheckpointError::VerifierKey));
    // The same seed under the same name makes two keys, and neither's signature is the other's.
    let log = Signer::from_seed("w", &[3; 32]).expect("a good seed");
    let witness = Witness::from_seed("w", &[3; 32]).expect("a good seed");
    let note = log.sign(&log.checkpoint(8, [1; 32])).expect("its own log");
    assert_eq!(witness.key().signed_at(&note), Ok(None));
}

#[test]
fn a_secret_key_with_anything_changed_is_refused() {
    for n in 0..SECRET.len() {
        let mut changed = SECRET.as_bytes().to_vec();
        changed[n] ^= 1;
        let changed = String::from_utf8(changed).expect("still ASCII");
        assert!(Witness::parse(&changed).is_err(), "{changed}");
        assert!(Witness::parse(&SECRET[..n]).is_err(), "{n} characters");
    }
    assert!(!format!("{:?}", witness()).contains("BEzNCJso"));
}

#[test]
fn a_time_beyond_the_format_is_refused() {
    assert_eq!(
        witness().cosign(&grown(), 1 << 63),
        Err(CheckpointError::Time)
    );
}
