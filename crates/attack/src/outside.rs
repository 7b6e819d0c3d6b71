//! What is outside the desk: mailboxes, and the company's sign-in service. Where a scenario is
//! played decides how they are looked into.

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A mail that reached a mailbox.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Mail {
    /// A name for it that no other mail has.
    pub id: String,
    /// Whose mailbox it is in.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub text: String,
    /// Everything else in it: the HTML part, headers, attachments as text.
    pub rest: String,
    /// The names of what is attached.
    pub attachments: Vec<String>,
}

impl Mail {
    /// Whether its subject or text has these words.
    pub fn says(&self, words: &str) -> bool {
        self.subject.contains(words)
            || self.text.contains(words)
            || self.attachments.iter().any(|name| name.contains(words))
    }

    /// The link in it to a page of the owner.
    pub fn link(&self) -> Option<&str> {
        let at = self.text.find("/owner/")?;
        let start = self.text[..at].rfind("http")?;
        let link = self.text[start..].split_whitespace().next()?;
        Some(link.trim_end_matches(['.', ')', '>']))
    }

    /// The code in it that is read out in a call: eight digits on a line of their own.
    pub fn code(&self) -> Option<String> {
        let lines = self.text.lines().map(str::trim);
        lines
            .filter(|line| line.chars().all(|c| c.is_ascii_digit() || c == ' '))
            .map(digits)
            .find(|code| code.len() == 8)
    }

    /// What the code in it approves, in the mail's own words.
    pub fn approves(&self) -> Option<&str> {
        let (_, rest) = self.text.split_once("It approves one thing: that we ")?;
        rest.split_once(". That was").map(|(what, _)| what)
    }
}

fn digits(line: &str) -> String {
    line.chars().filter(char::is_ascii_digit).collect()
}

/// What the sign-in service was told by the desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// What: `reset.confirmed`, `action.confirmed`, `factor.reset`, `account.lock` or
    /// `account.unlock`.
    pub kind: String,
    /// The company's own id of the account.
    pub account: String,
}

/// Everything outside, as far as it can be seen.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Sight {
    /// Mails in the order in which they came.
    pub mails: Vec<Mail>,
    /// What the sign-in service was told, in order.
    pub told: Vec<Told>,
}

impl Sight {
    /// The mails that are not among those.
    pub fn new_mails(&self, known: &BTreeSet<String>) -> Vec<Mail> {
        let new = |mail: &&Mail| !known.contains(&mail.id);
        self.mails.iter().filter(new).cloned().collect()
    }
}

/// A way to look outside.
#[async_trait::async_trait]
pub trait Outside: Send + Sync {
    /// Looks at everything.
    ///
    /// # Errors
    /// If it can't be reached.
    async fn look(&self) -> Result<Sight>;

    /// What the server has logged so far, where that can be seen.
    fn log(&self) -> String {
        String::new()
    }
}

/// The path where the demo shows what is outside of its desk.
pub const DEMO: &str = "/world/attacks/outside";
/// The path where the demo hires.
pub const HIRE: &str = "/world/attacks/hire";

/// The outside world of a demo server.
pub struct DemoWorld {
    base: String,
    client: reqwest::Client,
}

/// A client that goes straight to the server: what passes here opens things.
pub(crate) fn direct() -> reqwest::Client {
    let client = reqwest::Client::builder().no_proxy().build();
    client.unwrap_or_default()
}

impl DemoWorld {
    /// That of the demo at `base`, if there is a demo.
    ///
    /// # Errors
    /// If the server doesn't answer.
    pub async fn at(base: &str) -> Result<Option<Self>> {
        let world = Self {
            base: base.trim_end_matches('/').to_owned(),
            client: direct(),
        };
        let answer = world
            .client
            .get(format!("{}{DEMO}", world.base))
            .send()
            .await
            .with_context(|| format!("{base} doesn't answer"))?;
        Ok(answer.status().is_success().then_some(world))
    }
}

#[async_trait::async_trait]
impl Outside for DemoWorld {
    async fn look(&self) -> Result<Sight> {
        let answer = self.client.get(format!("{}{DEMO}", self.base));
        Ok(answer.send().await?.error_for_status()?.json().await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_of_a_mail_is_found_in_its_text() {
        let mail = Mail {
            id: "1".to_owned(),
            to: "robin@mail.example".to_owned(),
            subject: "Was this you?".to_owned(),
            text: "Answer here:\nhttp://127.0.0.1:8080/owner/confirm/abc-_1.\nBye".to_owned(),
            rest: String::new(),
            attachments: vec!["invoice-7.pdf".to_owned()],
        };
        assert_eq!(
            mail.link(),
            Some("http://127.0.0.1:8080/owner/confirm/abc-_1")
        );
        assert!(mail.says("this you") && mail.says("invoice-7") && !mail.says("frozen"));
        assert_eq!((mail.code(), mail.approves()), (None, None));
    }

    #[test]
    fn the_code_of_a_mail_is_found_with_what_it_approves() {
        let mail = Mail {
            id: "2".to_owned(),
            to: "robin@mail.example".to_owned(),
            subject: "A code for your call with our support".to_owned(),
            text: [
                "Your code",
                "Here it is, for call 7:",
                "    482 913 07",
                "It approves one thing: that we reset your password. That was asked for on 3 May.",
            ]
            .join("\n\n"),
            rest: String::new(),
            attachments: Vec::new(),
        };
        assert_eq!(mail.code().as_deref(), Some("48291307"));
        assert_eq!(mail.approves(), Some("reset your password"));
    }
}
