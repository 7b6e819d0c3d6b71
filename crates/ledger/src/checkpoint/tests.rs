use super::*;

/// The seed of the first test of RFC 8032, section 7.1.
const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
/// Its public key there is d75a9801…f707511a; the id was computed by another implementation.
const VKEY: &str = "desk.example/ledger+5c638aff+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea";
/// The Certificate Transparency test tree of eight leaves, signed by another implementation.
const NOTE: &str = "desk.example/ledger\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n\n\
    — desk.example/ledger XGOK/zfX1G/bEZ4VLV2KmR+lg+nNloUtxJxXkPRnRV7K3YqWsy18C9DEtjEZFsMpUcsArbE8Y/HxqnjBVw/rOD8w0AU=\n";
const ROOT: &str = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328";

fn bytes(text: &str) -> [u8; 32] {
    let mut out = [0; 32];
    hex::decode_to_slice(text, &mut out).expect("64 hex digits");
    out
}

fn signer() -> Signer {
    Signer::from_seed("desk.example/ledger", &bytes(SEED)).expect("a good seed")
}

fn verifier() -> Verifier {
    Verifier::parse(VKEY).expect("a good key")
}

/// The one signature line of a note by a witness with another key and name.
fn witness_line(text: &str) -> String {
    let witness = Signer::from_seed("witness.example", &[7; 32]).expect("a good seed");
    witness
        .sign_text(text)
        .rsplit("\n\n")
        .next()
        .expect("a line")
        .to_owned()
}

fn text_of(note: &str) -> &str {
    &note[..=note.rfind("\n\n").expect("a note")]
}

#[test]
fn the_published_note_of_the_format_is_made_and_opened() {
    // The example in the documentation of the Go checksum database's note package.
    let seed = bytes("810a1402d5146c8d84f2443330f54080ebf98ee17d9c74f6252fc5d5c7283173");
    let text = "If you think cryptography is the answer to your problem,\n\
        then you don't know what your problem is.\n";
    let signer = Signer::from_seed("PeterNeumann", &seed).expect("a good seed");
    let vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    assert_eq!(signer.verifier_key(), vkey);
    let note = signer.sign_text(text);
    assert_eq!(
        note,
        format!(
            "{text}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
        )
    );
    let verifier = Verifier::parse(vkey).expect("a good key");
    assert_eq!(verifier.open_text(&note), Ok(text));
    assert_eq!(verifier.open(&note), Err(CheckpointError::Text));
}

#[test]
fn a_checkpoint_is_signed_as_another_implementation_signs_it() {
    let signer = signer();
    assert_eq!(signer.verifier_key(), VKEY);
    let checkpoint = signer.checkpoint(8, bytes(ROOT));
    assert_eq!(signer.sign(&checkpoint).expect("its own log"), NOTE);
    assert_eq!(verifier().open(NOTE), Ok(checkpoint));
    assert_eq!(verifier().verifier_key(), VKEY);
}

#[test]
fn a_key_with_a_plus_in_its_base64_is_read() {
    let vkey = "TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6";
    assert_eq!(Verifier::parse(vkey).expect("a good key").name(), "TEST");
}

#[test]
fn a_verifier_key_with_anything_changed_is_refused() {
    for n in 0..VKEY.len() {
        let mut changed = VKEY.as_bytes().to_vec();
        changed[n] ^= 1;
        let changed = String::from_utf8(changed).expect("still ASCII");
        assert!(Verifier::parse(&changed).is_err(), "{changed}");
        assert!(Verifier::parse(&VKEY[..n]).is_err(), "{n} characters");
    }
    // A witness's type of key, with the id that fits it, is not a log's.
    assert!(Verifier::parse("w+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2").is_err());
}

#[test]
fn names_with_spaces_or_plus_are_refused() {
    for name in ["", "a b", "a+b", "a\nb", "a\u{a0}b", "a\u{2003}b", "a\tb"] {
        assert_eq!(
            Signer::from_seed(name, &[1; 32]).err(),
            Some(CheckpointError::Name),
            "{name:?}"
        );
    }
}

#[test]
fn a_note_with_any_bit_changed_is_refused() {
    for n in 0..NOTE.len() {
        for bit in 0..8 {
            let mut changed = NOTE.as_bytes().to_vec();
            changed[n] ^= 1 << bit;
            if let Ok(changed) = String::from_utf8(changed) {
                assert!(verifier().open(&changed).is_err(), "byte {n} bit {bit}");
            }
        }
    }
}

#[test]
fn witnesses_may_sign_before_and_after() {
    let expected = verifier().open(NOTE).expect("signed");
    let (text, own) = NOTE.split_once("\n\n").expect("a note");
    let witness = witness_line(text_of(NOTE));
    for note in [
        format!("{NOTE}{witness}"),
        format!("{text}\n\n{witness}{own}"),
        format!("{text}\n\n{}{own}{}", witness.repeat(8), witness.repeat(8)),
        // Of another kind and length, and with a signature that doesn't hold.
        format!("{NOTE}— witness.example {}\n", STANDARD.encode([9; 80])),
        // The same name with another id, the same id with another name.
        format!("{NOTE}— desk.example/ledger {}\n", STANDARD.encode([9; 68])),
        format!(
            "{text}\n\n{own}{}",
            own.replace("desk.example/ledger", "other.example")
        ),
    ] {
        assert_eq!(verifier().open(&note), Ok(expected.clone()), "{note}");
    }
}

#[test]
fn a_witness_alone_is_not_enough() {
    let text = text_of(NOTE);
    let note = format!("{text}\n{}", witness_line(text));
    assert_eq!(verifier().open(&note), Err(CheckpointError::Unsigned));
}

#[test]
fn one_bad_signature_of_the_log_spoils_the_note() {
    let forged = STANDARD.encode([&verifier().0.id[..], &[0; 64]].concat());
    let note = format!("{NOTE}— desk.example/ledger {forged}\n");
    assert_eq!(verifier().open(&note), Err(CheckpointError::Signature));
}

#[test]
fn malformed_notes_are_refused() {
    let own = NOTE.split_once("\n\n").expect("a note").1;
    for note in [
        "",
        "\n\n",
        NOTE.trim_end(),
        text_of(NOTE),
        &format!("{NOTE}\n"),
        &format!("{NOTE}-- witness.example AAAAAAAA\n"),
        &format!("{NOTE}— witness.example AAAA\n"),
        &format!("{NOTE}— witness.example not base64\n"),
        &NOTE.replace('\n', "\r\n"),
        &format!("{}\n{}", text_of(NOTE), own.repeat(101)),
    ] {
        assert_eq!(
            verifier().open(note),
            Err(CheckpointError::Note),
            "{note:?}"
        );
    }
}

#[test]
fn malformed_checkpoints_are_refused_though_signed() {
    let root = STANDARD.encode(bytes(ROOT));
    for text in [
        format!("desk.example/ledger\n8\n{root}"),
        "desk.example/ledger\n8\n".to_owned(),
        format!("\n8\n{root}\n"),
        format!("desk.example/ledger\n08\n{root}\n"),
        format!("desk.example/ledger\n+8\n{root}\n"),
        format!("desk.example/ledger\n-8\n{root}\n"),
        format!("desk.example/ledger\n18446744073709551616\n{root}\n"),
        format!("desk.example/ledger\n8\n{}\n", root.trim_end_matches('=')),
        format!("desk.example/ledger\n8\n{}\n", STANDARD.encode([1; 31])),
        format!("desk.example/ledger\n8\n{root}\n\nmore\n"),
        format!("desk.example/ledger\n0\n{root}\n"),
    ] {
        assert_eq!(
            Checkpoint::parse(&text),
            Err(CheckpointError::Text),
            "{text:?}"
        );
        assert!(
            verifier().open(&signer().sign_text(&text)).is_err(),
            "{text:?}"
        );
    }
    let extended = format!("desk.example/ledger\n8\n{root}\nmore\n");
    assert_eq!(
        Checkpoint::parse(&extended),
        Checkpoint::parse(text_of(NOTE))
    );
}

#[test]
fn a_key_neither_signs_nor_opens_another_log() {
    let mut foreign = signer().checkpoint(8, bytes(ROOT));
    foreign.origin = "other.example".to_owned();
    assert_eq!(signer().sign(&foreign), Err(CheckpointError::Origin));
    let note = signer().sign_text(&foreign.text());
    assert_eq!(verifier().open(&note), Err(CheckpointError::Origin));
    let impossible = signer().checkpoint(0, [1; 32]);
    assert_eq!(signer().sign(&impossible), Err(CheckpointError::Text));
}

#[test]
fn an_empty_log_can_be_signed() {
    let note = signer()
        .sign(&signer().checkpoint(0, empty_root()))
        .expect("its own log");
    assert_eq!(verifier().open(&note).expect("signed").size, 0);
}

#[test]
fn a_signer_does_not_show_its_key() {
    assert_eq!(
        format!("{:?}", signer()),
        r#"Signer { name: "desk.example/ledger", .. }"#
    );
}

#[test]
fn a_signer_named_by_its_key_shares_its_name_with_no_other() {
    let named =
        |seed: [u8; 32]| Signer::named_by_key("desk.example/ledger", &seed).expect("a good seed");
    // SHA-256 of the public key of RFC 8032's first test begins so.
    assert_eq!(
        named(bytes(SEED)).name(),
        "desk.example/ledger/21fe31dfa154a261"
    );
    assert_ne!(named([1; 32]).name(), named([2; 32]).name());
}
