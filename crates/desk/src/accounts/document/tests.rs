use super::*;
use crate::{
    accounts::check::{DOCUMENT, ITEMS, Incoming, TEXT, is_email},
    catalogue::Catalogue,
};
use words::Time;

const NOW: Time = Time(1_795_255_200_000_000);

fn read(text: &str) -> Result<Incoming, DocumentError> {
    AccountDocument::from_json(text.as_bytes())?.check(&Catalogue::shipped(), None, NOW)
}

fn refused(text: &str) -> String {
    match read(text) {
        Ok(_) => panic!("this must be refused"),
        Err(error) => error.to_string(),
    }
}

fn field(name: &str, value: &str) -> String {
    format!(r#"{{"external_id":"A-1","display_name":"Robin","fields":{{"{name}":{value}}}}}"#)
}

fn point(kind: &str, value: &str, more: &str) -> String {
    format!(
        r#"{{"external_id":"A-1","display_name":"Robin","contact_points":[{{"kind":"{kind}","value":"{value}"{more}}}]}}"#
    )
}

#[test]
fn a_whole_document_passes() {
    let incoming = read(
        r#"{"external_id":"A-1042","display_name":" Robin Vale ","customer_since":"2019-05-01",
        "contact_points":[{"kind":"email","value":"Robin@Mail.example","registered_at":"2019-05-01","confirmed_at":"2019-05-02"}],
        "fields":{"birth_date":"1990-01-02","order":{"7002":"gizmo","7001":"gadget"},
        "invoice":{"10442":{"file_name":"invoice-10442.pdf","media_type":"application/pdf","base64":"JVBERg=="}}}}"#,
    )
    .map_err(|error| error.to_string())
    .expect("a good document");
    assert_eq!(incoming.display_name, "Robin Vale");
    assert_eq!(incoming.points[0].address.as_str(), "Robin@Mail.example");
    let slots: Vec<_> = incoming
        .values
        .iter()
        .map(|v| digest_label(&v.name, &v.item))
        .collect();
    assert_eq!(
        slots,
        ["birth_date", "invoice[10442]", "order[7001]", "order[7002]"]
    );
    let document = StoredDocument::decode(&incoming.values[1].bytes).expect("a document");
    assert_eq!(
        (document.file_name.as_str(), document.media_type.as_str()),
        ("invoice-10442.pdf", "application/pdf")
    );
    assert_eq!(document.bytes, b"%PDF");
}

#[test]
fn a_fault_names_its_key_and_never_the_value() {
    for (text, said) in [
        (
            field("adress", "\"Canary 5\""),
            "fields.adress: is not in the catalogue; it has: plan, user_name",
        ),
        (
            field("birth_date", "\"Canary 5\""),
            "fields.birth_date: must be a date like 1990-01-02",
        ),
        (
            field("card", "\"Canary 4242 4242 4242 4242\""),
            "fields.card: must be the brand and the last four digits",
        ),
        (field("order", "\"Canary 5\""), "fields.order: has items"),
        (
            field("order", "{\"7001\":{\"Canary\":\"5\"}}"),
            "fields.order[7001]: must be a text",
        ),
        (
            field("address", "55512345"),
            "fields.address: is of the wrong type (column",
        ),
        (
            field("address", "\"\""),
            "fields.address: is empty; leave it out instead",
        ),
        (
            field("address", "\"a\",\"address\":\"Canary\""),
            "fields: a key stands here twice",
        ),
        (
            point("email", "Canary", ""),
            "contact_points[0].value: must be one plain email address",
        ),
        (
            point("phone", "Canary", ""),
            "contact_points[0].value: must be one phone number",
        ),
        (
            point("Canary", "5", ""),
            "contact_points[0].kind: must be email or phone",
        ),
        (
            point("email", "a@b.example", r#","confirmed_at":"Canary""#),
            "contact_points[0].confirmed_at: not a time",
        ),
        (
            point("email", "a@b.example", r#","Canary street 5":1"#),
            "contact_points[0].…: is not known here",
        ),
        (
            r#"{"external_id":"A-1","display_name":"Canary 5","color":1}"#.to_owned(),
            "color: is not known here",
        ),
        (
            r#"{"external_id":"A-1"}"#.to_owned(),
            "display_name: is missing",
        ),
        (
            r#"{"display_name":"Canary"}"#.to_owned(),
            "external_id: is missing",
        ),
        (
            r#"{"external_id":"Canary 5","display_name":"a"}"#.to_owned(),
            "external_id: must be 1 to 64 visible",
        ),
        (r#"["Canary"]"#.to_owned(), "the document"),
        (
            r#"{"external_id":"Canary"#.to_owned(),
            "not JSON (column 22)",
        ),
    ] {
        let error = refused(&text);
        assert!(error.starts_with(said), "{said} / {error}");
        assert!(
            !error.contains("Canary") && !error.contains("4242") && !error.contains("555"),
            "{error}"
        );
    }
}

#[test]
fn an_email_is_one_plain_address() {
    for good in [
        "robin@mail.example",
        "r.v+shop@mail.co.example",
        "robin@bücher.example",
        "o'neil@mail.example",
    ] {
        assert!(is_email(good), "{good}");
    }
    for bad in [
        "robin",
        "a@b",
        "a@b@c.example",
        "\\\"a b\\\"@c.example",
        "a(x)@c.example",
        "<a@c.example>",
        "a@[127.0.0.1]",
        "a@127.0.0.1",
        "a..b@c.example",
        ".a@c.example",
        "a@-c.example",
        "a@c..example",
        "a%b.example@c.example",
        "a,b@c.example",
        "a@c.example,d@e.example",
        "rób@c.example",
        "a@c.example\\r\\nBcc: x@y.example",
    ] {
        assert!(
            refused(&point("email", bad, "")).contains("one plain email address"),
            "{bad}"
        );
    }
}

#[test]
fn a_phone_number_has_seven_to_fifteen_digits_and_nothing_else() {
    for good in ["+1 (202) 555-0142", "00 49 30 123456", "030/123.4567"] {
        assert!(read(&point("phone", good, "")).is_ok(), "{good}");
    }
    for bad in [
        "12345",
        "1234567890123456",
        "+1 202 555 0142 ext. 5",
        "555-CALL-ME-NOW",
        "202+5550142",
    ] {
        assert!(
            refused(&point("phone", bad, "")).contains("one phone number"),
            "{bad}"
        );
    }
}

#[test]
fn dates_of_a_contact_point_lie_in_the_past_and_in_order() {
    let late = point("email", "a@b.example", r#","confirmed_at":"2027-01-01""#);
    assert!(refused(&late).ends_with("confirmed_at: lies in the future"));
    let turned = point(
        "email",
        "a@b.example",
        r#","registered_at":"2020-01-02","confirmed_at":"2020-01-01""#,
    );
    assert!(refused(&turned).contains("is before registered_at"));
}

#[test]
fn the_same_contact_point_twice_is_refused_in_any_spelling() {
    let text = r#"{"external_id":"A-1","display_name":"a","contact_points":[
        {"kind":"phone","value":"+1 202 555 0142"},{"kind":"phone","value":"0012025550142"}]}"#;
    assert_eq!(
        refused(text),
        "contact_points[1].value: stands here twice; send it once"
    );
}

#[test]
fn a_document_has_a_plain_name_a_sane_type_and_a_bounded_size() {
    let of = |name: &str, kind: &str, base64: &str| {
        field(
            "invoice",
            &format!(
                r#"{{"1":{{"file_name":"{name}","media_type":"{kind}","base64":"{base64}"}}}}"#
            ),
        )
    };
    assert!(read(&of("a.pdf", "application/pdf", "QUJD")).is_ok());
    for name in [
        "../a.pdf",
        "/etc/a",
        "a\\\\b",
        ".hidden",
        "",
        "a\\nb",
        "\\u202efdp.exe",
    ] {
        assert!(
            refused(&of(name, "application/pdf", "QUJD")).contains("plain file name"),
            "{name}"
        );
    }
    for kind in [
        "pdf",
        "application/",
        "multipart/mixed",
        "text/html; charset=x",
        "a/b/c",
    ] {
        assert!(
            refused(&of("a", kind, "QUJD")).contains("application/pdf"),
            "{kind}"
        );
    }
    assert_eq!(
        refused(&of("a", "a/b", "!")),
        "fields.invoice[1].base64: is not base64"
    );
    let large = "QUJD".repeat(DOCUMENT / 3 + 2);
    assert_eq!(
        refused(&of("a", "a/b", &large)),
        "fields.invoice[1].base64: is larger than 10 MB"
    );
    let by_file = field(
        "invoice",
        r#"{"1":{"file":"a.pdf","media_type":"application/pdf"}}"#,
    );
    assert!(refused(&by_file).contains("works in an import file only"));
}

#[test]
fn sizes_are_bounded() {
    let long = format!("\"{}\"", "x".repeat(TEXT + 1));
    assert!(refused(&field("address", &long)).contains("longer than 4,000"));
    let items: Vec<String> = (0..=ITEMS).map(|n| format!("\"{n}\":\"x\"")).collect();
    assert!(
        refused(&field("order", &format!("{{{}}}", items.join(","))))
            .contains("more than 500 items")
    );
    assert!(
        refused(&field(
            "order",
            &format!("{{\"{}\":\"x\"}}", "9".repeat(65))
        ))
        .contains("label")
    );
    assert!(refused(&field("address", "\"a\\u0007b\"")).contains("control characters"));
}

#[test]
fn only_a_stored_document_is_read_as_one() {
    assert!(StoredDocument::decode(b"plain text").is_err());
    assert!(StoredDocument::decode(b"{}\nplain text").is_err());
}
