//! The names that stand for values in a scenario's texts, such as `{invoice}`.

/// All of them.
pub const NAMES: &[&str] = &[
    "name",
    "external_id",
    "email",
    "phone",
    "address",
    "birth_date",
    "user_name",
    "last_four",
    "order",
    "invoice",
    "ticket",
    "account",
    "neighbour",
    "neighbour_external_id",
    "neighbour_order",
    "evil",
];

/// The parts of a text: what stands between names, and the names.
fn parts(text: &str) -> Vec<(&str, Option<&str>)> {
    let mut out = Vec::new();
    let mut rest = text;
    let mut from = 0;
    while let Some(open) = rest[from..].find('{').map(|at| at + from) {
        let inner = &rest[open + 1..];
        let end = inner
            .find(|c: char| !c.is_ascii_lowercase() && c != '_')
            .unwrap_or(inner.len());
        if end > 0 && inner[end..].starts_with('}') {
            out.push((&rest[..open], Some(&inner[..end])));
            rest = &inner[end + 1..];
            from = 0;
        } else {
            // A brace of JSON.
            from = open + 1;
        }
    }
    out.push((rest, None));
    out
}

/// Puts values in the place of names; a name without a value stays as it is.
pub(crate) fn fill(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::new();
    for (between, name) in parts(text) {
        out.push_str(between);
        if let Some(name) = name {
            match value(name) {
                Some(value) => out.push_str(&value),
                None => out.extend(["{", name, "}"]),
            }
        }
    }
    out
}

/// The first name in a text that stands for nothing.
pub(crate) fn unknown(text: &str) -> Option<&str> {
    parts(text)
        .into_iter()
        .filter_map(|(_, name)| name)
        .find(|name| !NAMES.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_filled_in_and_the_braces_of_json_stay() {
        let value = |name: &str| (name == "order").then(|| "7001".to_owned());
        let text = r#"{"item": "{order}", "to": {"a": {}}} {other}"#;
        assert_eq!(
            fill(text, value),
            r#"{"item": "7001", "to": {"a": {}}} {other}"#
        );
        assert_eq!(unknown(text), Some("other"));
        assert_eq!(unknown(r#"{"item": "{order}"}"#), None);
    }
}
