//! What the owner lets a rep see for a few minutes: the one place of all pages that holds a sealed
//! value. Nothing keeps it, and it says on whose screen it was.

use askama::Template;

use super::{When, assets};

/// The value, on a page of its own for browsers without scripts; with them, its box moves beside the
/// ticket and leaves when its time is over.
#[derive(Template, Clone)]
#[template(path = "revealed.html")]
pub struct RevealedPage {
    /// The company.
    pub company: String,
    /// What it is: `Postal address`.
    pub what: String,
    /// The value.
    pub value: String,
    /// In which ticket.
    pub number: i64,
    /// Who sees it, by what they sign in with.
    pub login: String,
    /// Until when.
    pub until: When,
    /// Seconds until then.
    pub seconds: u64,
    /// What is laid over it: who, in which ticket, when.
    pub mark: String,
}

impl RevealedPage {
    /// The watermark: the same words again and again, askew, so that a picture of the screen tells
    /// whose it was. An image of its own, as styles within a page are forbidden.
    fn watermark(&self) -> String {
        let mark: String = self
            .mark
            .chars()
            .filter(|c| !c.is_control())
            .flat_map(|c| match c {
                '&' => "&amp;".chars().collect::<Vec<_>>(),
                '<' => "&lt;".chars().collect(),
                '>' => "&gt;".chars().collect(),
                '"' => "&quot;".chars().collect(),
                other => vec![other],
            })
            .collect();
        let wide = self.mark.chars().count() * 8 + 24;
        let half = wide / 2;
        format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" width="100%" height="100%"><defs><pattern id="m" width="{wide}" height="48" patternUnits="userSpaceOnUse" patternTransform="rotate(-18)"><g font-family="sans-serif" font-size="12" fill="#7d7d7d" fill-opacity=".5"><text x="0" y="16">{mark}</text><text x="{half}" y="40">{mark}</text><text x="-{half}" y="40">{mark}</text></g></pattern></defs><rect width="100%" height="100%" fill="url(#m)"/></svg>"##
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use words::Time;

    #[test]
    fn a_value_is_shown_as_text_under_whose_screen_it_is_on() {
        let now = Time(1_795_255_200_000_000);
        let page = RevealedPage {
            company: "Acme".to_owned(),
            what: "Postal address".to_owned(),
            value: "1 <b>Lane</b>".to_owned(),
            number: 1043,
            login: "rae".to_owned(),
            until: When::at(now, now),
            seconds: 240,
            mark: "rae · #1043 & \"<x>\"".to_owned(),
        };
        let html = page.render().expect("a page");
        assert!(html.contains("1 &#60;b&#62;Lane&#60;/b&#62;"), "{html}");
        assert!(html.contains("data:image/svg%2Bxml") || html.contains("data:image/svg+xml,"));
        assert!(!html.contains("style="), "no style within the page");
        let drawn = page.watermark();
        assert!(drawn.contains("rae · #1043 &amp; &quot;&lt;x&gt;&quot;"));
    }
}
