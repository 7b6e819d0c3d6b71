//! Finding tickets by their words, the same on both engines: `lower` and `like` of an engine know
//! the letters that they know, so the letters are made alike here.

use unicode_normalization::UnicodeNormalization as _;
use words::StaffId;

use crate::{
    db::{StoreError, Tx},
    tickets::{ListRow, lines},
};

/// A text as it is searched: small letters, however the letter and its accents were typed. (NFKC
/// after Unicode's lower-casing; a Greek final sigma is a sigma.)
pub(crate) fn fold(text: &str) -> String {
    // Lower-casing first would leave a letter with its accent apart as it was typed.
    let small = text.nfkc().collect::<String>().to_lowercase();
    small
        .nfkc()
        .map(|c| if c == 'ς' { 'σ' } else { c })
        .collect()
}

/// The pattern of `like … escape '!'` that finds the text anywhere.
fn anywhere(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in fold(text).chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

impl Tx {
    /// Tickets whose subject holds the text, or whose number is it. Names find nothing here: that is
    /// what a look-up is for, which is limited and recorded.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn search_tickets(
        &mut self,
        text: &str,
        me: StaffId,
        all: bool,
        limit: i64,
    ) -> Result<Vec<ListRow>, StoreError> {
        let number = text.trim_start_matches('#').parse::<i64>().unwrap_or(-1);
        Ok(on!(self, c => sqlx::query_as(concat!(lines!(),
            "where (tickets.number = $1 or tickets.folded like $2 escape '!')
               and ($3 or tickets.queue = 'support' or tickets.assignee = $4)
             order by tickets.updated_at desc limit $5"))
            .bind(number).bind(anywhere(text)).bind(all).bind(me).bind(limit).fetch_all(c).await?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_alike_whichever_way_they_were_typed() {
        for (one, other) in [
            ("ÖSTERREICH", "österreich"),
            ("O\u{308}sterreich", "Österreich"),
            ("ΟΔΟΣ", "οδοσ"),
            ("ﬁne", "FINE"),
            ("Ｗｉｄｅ", "wide"),
        ] {
            assert_eq!(fold(one), fold(other), "{one} {other}");
        }
        assert_ne!(fold("Ö"), fold("O"), "an accent is a part of its letter");
    }

    #[test]
    fn what_is_a_joker_to_the_database_is_a_letter_here() {
        assert_eq!(anywhere("50% of A_1!"), "%50!% of a!_1!!%");
    }
}
