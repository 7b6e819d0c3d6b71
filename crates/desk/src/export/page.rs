//! A copy of everything, as people read it.

use std::fmt::Write as _;

use super::Copy;

/// The same for people: one page without anything remote.
pub(super) fn page(copy: &Copy) -> String {
    let mut out = String::from(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>Everything that we keep about you</title>\
         <style>body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}\
         td,th{text-align:left;vertical-align:top;padding:.2rem 1rem .2rem 0}pre{white-space:pre-wrap;font:inherit;margin:0}</style></head><body>\n",
    );
    let mut line = |tag: &str, text: &str| {
        let _ = writeln!(out, "<{tag}>{}</{tag}>", escaped(text));
    };
    line("h1", "Everything that we keep about you");
    line(
        "p",
        &format!(
            "{}, account {}, {}",
            copy.company, copy.account_number, copy.name
        ),
    );
    line("p", &format!("Made on {}.", copy.made_at));
    table(
        &mut out,
        "Where we reach you",
        &copy.contact_points,
        |row| {
            let address = row
                .address
                .as_ref()
                .map_or("not confirmed, or not in use", |text| text);
            (
                format!("{}, since {}", row.kind, row.on_file_since),
                address.to_owned(),
            )
        },
    );
    table(&mut out, "About you", &copy.fields, |row| {
        let value = match (&row.value, &row.file, row.left_out) {
            (Some(value), ..) => value.as_str().to_owned(),
            (None, Some(file), false) => format!("attached: {file}"),
            (None, Some(file), true) => {
                format!("{file} is too large to come along; ask us for it by itself")
            }
            _ => String::new(),
        };
        (row.title.clone(), value)
    });
    table(&mut out, "Kept secret", &copy.kept_secret, |row| {
        (
            row.clone(),
            "our machine compares this; nobody can see it".to_owned(),
        )
    });
    table(&mut out, "What was given out", &copy.given_out, |row| {
        (format!("{}: {}", row.at, row.what), row.how.to_owned())
    });
    table(
        &mut out,
        "Sign-ins that we were told of",
        &copy.logins,
        |row| {
            let country = row.country.as_deref().unwrap_or("");
            (row.at.clone(), format!("{} {country}", row.outcome))
        },
    );
    for ticket in &copy.tickets {
        let title = format!(
            "#{} {} ({}, {})",
            ticket.number, ticket.subject, ticket.channel, ticket.opened_at
        );
        table(&mut out, &title, &ticket.messages, |row| {
            (format!("{}, {}", row.at, row.from), row.text.clone())
        });
    }
    out.push_str("</body></html>\n");
    out
}

fn table<T>(out: &mut String, title: &str, rows: &[T], cells: impl Fn(&T) -> (String, String)) {
    let _ = writeln!(out, "<h2>{}</h2>", escaped(title));
    if rows.is_empty() {
        out.push_str("<p>Nothing.</p>\n");
        return;
    }
    out.push_str("<table>\n");
    for row in rows {
        let (head, value) = cells(row);
        let _ = writeln!(
            out,
            "<tr><th scope=\"row\">{}</th><td><pre>{}</pre></td></tr>",
            escaped(&head),
            escaped(&value)
        );
    }
    out.push_str("</table>\n");
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
