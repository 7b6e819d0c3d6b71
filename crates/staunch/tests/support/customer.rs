//! Customers whose every value is a canary.

use serde_json::Value;

/// A made-up customer whose every protected value is a canary: found anywhere else than in mail to
/// the contact point, it is a leak.
pub(crate) struct Customer {
    pub(crate) external_id: String,
    pub(crate) email: String,
    pub(crate) order: String,
    pub(crate) invoice: String,
    pub(crate) pdf: Vec<u8>,
    pub(crate) document: Value,
    /// Each canary, one of its forms, and that in small letters.
    forms: Vec<(String, String, String)>,
}

impl Customer {
    /// The `n`th customer. Without `confirmed`, nobody ever confirmed the email.
    pub(crate) fn new(n: u32, confirmed: bool) -> Self {
        use base64::{Engine as _, engine::general_purpose::STANDARD};
        let email = format!("owl{n}kestrel@mail{n}.example.net");
        let phone = format!("+1 202 555 01{n:02}");
        let address = format!("{n}7 Quillfeather Lane, Nethermoor {n}4821");
        let parcel = format!("{n}9 Brindlewick Row, Overfell {n}3377");
        let birth = format!("19{:02}-0{}-1{}", 60 + n % 30, 1 + n % 9, n % 9);
        let user = format!("zephyr_badger_{n}");
        let card = format!("Visa 73{:02}", n % 100);
        let receipt = format!("RQ{n}X-77KP-{n}WZ9-QF4M");
        let password = format!("2025-0{}-2{}", 1 + n % 9, n % 9);
        let (order, invoice) = (format!("{}", 70_000 + n), format!("{}", 10_440 + n));
        let pdf = format!("%PDF-1.4 invoice {invoice} for canary-{n}-lapwing\n").into_bytes();
        let mut point =
            serde_json::json!({"kind": "email", "value": email, "registered_at": "2019-05-01"});
        if confirmed {
            point["confirmed_at"] = "2019-05-01".into();
        }
        let document = serde_json::json!({
            "external_id": format!("A-{}", 1000 + n),
            "display_name": format!("Customer {n}"),
            "customer_since": "2019-05-01",
            "contact_points": [point, {"kind": "phone", "value": phone, "registered_at": "2021-02-03"}],
            "fields": {
                "user_name": user, "address": address, "birth_date": birth, "card": card,
                "order": {order.clone(): format!("2 x gizmo for canary-{n}-lapwing")},
                "parcel": {order.clone(): parcel},
                "invoice": {invoice.clone(): {"file_name": format!("invoice-{invoice}.pdf"), "media_type": "application/pdf", "base64": STANDARD.encode(&pdf)}},
                "receipt_code": {invoice.clone(): receipt},
                "password_changed": password,
            },
        });
        let canaries = [
            email.clone(),
            phone,
            address,
            parcel,
            birth,
            user,
            card,
            receipt,
            password,
            format!("canary-{n}-lapwing"),
        ];
        let all = canaries.iter().flat_map(|canary| {
            forms(canary)
                .into_iter()
                .map(|form| (canary.clone(), form.clone(), form.to_lowercase()))
        });
        let forms = all.collect();
        Self {
            external_id: format!("A-{}", 1000 + n),
            email,
            order,
            invoice,
            pdf,
            document,
            forms,
        }
    }

    /// The first canary of this customer in a text, in any of the forms that software turns values
    /// into.
    pub(crate) fn leak(&self, text: &str) -> Option<String> {
        let lower = text.to_lowercase();
        self.forms
            .iter()
            .find(|(_, form, small)| text.contains(form.as_str()) || lower.contains(small.as_str()))
            .map(|(canary, _, _)| canary.clone())
    }
}

/// A value as it may turn up: raw, by URL, HTML and JSON rules, in base64, and its digits alone.
fn forms(value: &str) -> Vec<String> {
    use base64::{
        Engine as _,
        engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD},
    };
    let url: String = value
        .bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() || b"-_.~".contains(&b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect();
    let html = value
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;");
    let json = serde_json::to_string(value)
        .expect("text")
        .trim_matches('"')
        .to_owned();
    let mut out = vec![value.to_owned(), url.replace("%20", "+"), url, html, json];
    out.push(STANDARD.encode(value));
    out.push(URL_SAFE_NO_PAD.encode(value));
    // Base64 of a longer text holds the value's letters at one of three shifts.
    for shift in 0..3usize {
        let padded = format!("{}{value}", "x".repeat(shift));
        let text = STANDARD_NO_PAD.encode(padded);
        let from = if shift == 0 { 0 } else { 4 };
        let to = text.len().saturating_sub(4);
        if to > from + 12 {
            out.push(text[from..to].to_owned());
        }
    }
    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
    if digits.len() >= 8 {
        out.push(digits);
    }
    out
}
