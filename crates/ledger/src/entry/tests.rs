use proptest::prelude::*;
use serde_json::json;

use super::*;

fn entry() -> Entry {
    Entry::new(
        1_700_000_000_000_001,
        "request.permit",
        "staff:0190f1c0-0000-7000-8000-000000000001",
    )
    .with_account("0190f1c0-0000-7000-8000-000000000002")
    .numbered(Some(17))
    .with_ticket(1043)
    .with("zeta", json!({"b": [1, true, null], "a": "x\"\\\n\u{1}é€"}))
    .with("alpha", -7)
}

#[test]
fn the_canonical_form_is_the_documented_one() {
    let expected = concat!(
        r#"{"account":"0190f1c0-0000-7000-8000-000000000002","#,
        r#""actor":"staff:0190f1c0-0000-7000-8000-000000000001","at":1700000000000001,"#,
        r#""data":{"alpha":-7,"zeta":{"a":"x\"\\\n\u0001é€","b":[1,true,null]}},"#,
        r#""kind":"request.permit","nth":17,"ticket":1043}"#
    );
    assert_eq!(entry().encode(), expected);
    assert_eq!(Entry::decode(expected), Ok(entry()));
}

#[test]
fn absent_account_and_ticket_are_null() {
    let text = Entry::new(-1, "sign_in", "system").encode();
    assert_eq!(
        text,
        r#"{"account":null,"actor":"system","at":-1,"data":{},"kind":"sign_in","nth":null,"ticket":null}"#
    );
    assert_eq!(
        Entry::decode(&text),
        Ok(Entry::new(-1, "sign_in", "system"))
    );
}

#[test]
fn every_other_spelling_is_refused() {
    let plain =
        r#"{"account":null,"actor":"a","at":1,"data":{"n":1},"kind":"k","nth":null,"ticket":null}"#;
    Entry::decode(plain).expect("the canonical spelling");
    for (from, to) in [
        ("{\"account", "{ \"account"),
        ("null}", "null}\n"),
        ("\"n\":1", "\"n\":1,\"n\":1"),
        ("\"n\":1", "\"n\":1.0"),
        ("\"n\":1", "\"n\":1e0"),
        ("\"n\":1", "\"n\":-0"),
        ("\"n\":1", "\"n\":0.5"),
        ("\"n\":1", "\"o\":1,\"n\":1"),
        ("\"a\"", "\"\\u0061\""),
        ("\"k\"", "\"\\/\""),
        (
            "\"nth\":null,\"ticket\":null",
            "\"ticket\":null,\"nth\":null",
        ),
        ("\"ticket\":null", "\"ticket\":null,\"zone\":1"),
    ] {
        let text = plain.replacen(from, to, 1);
        assert_ne!(text, plain);
        assert_eq!(Entry::decode(&text), Err(EntryError::Canonical), "{text}");
    }
}

#[test]
fn what_is_no_entry_is_named() {
    for (text, error) in [
        ("", EntryError::Json),
        ("[]", EntryError::Json),
        ("{} {}", EntryError::Json),
        ("{}", EntryError::Shape("at")),
        (r#"{"at":1.5}"#, EntryError::Shape("at")),
        (r#"{"at":1,"kind":null}"#, EntryError::Shape("kind")),
        (
            r#"{"at":1,"kind":"k","actor":"a","account":7}"#,
            EntryError::Shape("account"),
        ),
        (
            r#"{"at":1,"kind":"k","actor":"a","account":null,"nth":-1}"#,
            EntryError::Shape("nth"),
        ),
        (
            r#"{"at":1,"kind":"k","actor":"a","account":null,"nth":1,"ticket":"1"}"#,
            EntryError::Shape("ticket"),
        ),
        (
            r#"{"at":1,"kind":"k","actor":"a","account":null,"nth":1,"ticket":1,"data":[]}"#,
            EntryError::Shape("data"),
        ),
    ] {
        assert_eq!(Entry::decode(text), Err(error), "{text}");
    }
}

#[test]
fn a_fraction_is_written_as_text() {
    let text = Entry::new(0, "k", "watch").with("score", 0.5).encode();
    assert!(text.contains(r#""score":"0.5""#), "{text}");
    let read = Entry::decode(&text).expect("canonical");
    assert_eq!(read.data["score"], json!("0.5"));
    assert_eq!(read.encode(), text);
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((any::<String>(), inner), 0..4)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_encoded_is_read_back(
        at: i64,
        kind: String,
        actor: String,
        account: Option<String>,
        nth: Option<u64>,
        ticket: Option<i64>,
        data in prop::collection::btree_map(any::<String>(), value(), 0..4),
    ) {
        let entry = Entry { at, kind, actor, account, nth, ticket, data };
        let text = entry.encode();
        prop_assert_eq!(Entry::decode(&text), Ok(entry));
        prop_assert!(!text.contains('\n'));
    }

    #[test]
    fn any_fraction_stays_readable(number in any::<f64>().prop_filter("JSON has no others", |n| n.is_finite())) {
        let text = Entry::new(0, "k", "watch").with("n", number).encode();
        prop_assert_eq!(Entry::decode(&text).map(|entry| entry.encode()), Ok(text));
    }
}
