//! The owner's side: their mailbox, their page with its two buttons, and the sign-in service that
//! carries out what they confirm.

use anyhow::{Context as _, Result};
use std::time::Duration;

use crate::{
    act::By,
    judge::Click,
    outcome::Outcome,
    outside::{Mail, Sight},
    perform::plain,
    player::{Player, Went},
};

/// The subject of a mail with a code to read out begins so.
const CODE: &str = "A code for your call";
/// How long a mail may take.
const PATIENCE: Duration = Duration::from_secs(30);

impl Player {
    async fn sight(&self) -> Result<Sight> {
        let outside = self.house.outside().context("there is no mailbox here")?;
        outside.look().await
    }

    /// The newest mail to the owner with these words.
    async fn mail(&self, words: &str) -> Result<Option<Mail>> {
        let mails = self.sight().await?.new_mails(&self.mails_before);
        Ok(mails
            .into_iter()
            .rev()
            .find(|mail| mail.to.eq_ignore_ascii_case(&self.victim.email) && mail.says(words)))
    }

    async fn mail_in_time(&self, words: &str) -> Result<Option<Mail>> {
        let until = self.house.now() + PATIENCE;
        loop {
            let mail = self.mail(words).await?;
            if mail.is_some() || self.house.now() > until {
                return Ok(mail);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub(crate) async fn owner_opens(&mut self, words: &str) -> Result<Went> {
        let Some(mail) = self.mail_in_time(words).await? else {
            return Ok((Outcome::Silence, "sent no such mail".to_owned()));
        };
        let Some(link) = mail.link() else {
            return Ok((Outcome::Missing, "sent a mail without a link".to_owned()));
        };
        let at = link.find("/owner/").context("a link without a page")?;
        let path = link[at..].to_owned();
        let page = self.cast.owner.follow(&path).await?;
        // A long subject may be folded.
        let words: Vec<&str> = mail.subject.split_whitespace().collect();
        let subject = words.join(" ");
        let (outcome, _) = plain(&page);
        let shown = format!("shows the page of the mail “{subject}”");
        self.page = Some((path, subject));
        Ok((outcome, shown))
    }

    pub(crate) async fn owner_presses(&mut self, answer: &str) -> Result<Went> {
        let page = self.page.clone();
        let (path, question) =
            page.context("the owner has no page open; `owner opens` comes first")?;
        let done = self.cast.owner.post(&path, &[("answer", answer)]).await?;
        self.clicks.push(Click {
            question: question.clone(),
            answer: answer.to_owned(),
        });
        let (outcome, _) = plain(&done);
        Ok((
            outcome,
            format!("takes the owner's “{answer}” to “{question}”"),
        ))
    }

    pub(crate) async fn owner_types(&mut self) -> Result<Went> {
        let page = self.page.clone();
        let (path, question) =
            page.context("the owner has no page open; `owner opens` comes first")?;
        let form = [("receipt", self.victim.receipt.as_str())];
        let done = self.cast.owner.post(&path, &form).await?;
        self.clicks.push(Click {
            question: question.clone(),
            answer: "receipt".to_owned(),
        });
        let (outcome, _) = plain(&done);
        Ok((
            outcome,
            format!("takes the code of the owner's receipt for “{question}”"),
        ))
    }

    pub(crate) async fn owner_enters(&self, text: &str) -> Result<Went> {
        let page = self.page.clone();
        let (path, question) =
            page.context("the owner has no page open; `owner opens` comes first")?;
        // It is shown back to them first.
        let owner = &self.cast.owner;
        owner.post(&path, &[("value", text)]).await?;
        let form = [("value", text), ("sure", "yes")];
        let done = owner.post(&path, &form).await?;
        let taken = self.stands_at().await? == "cooling";
        Ok(match plain(&done) {
            (Outcome::Fine, _) if taken => (
                Outcome::Done,
                format!("takes what the owner typed for “{question}”, for some days later"),
            ),
            (Outcome::Fine, _) => (
                Outcome::Refused,
                "doesn't take what the owner typed".to_owned(),
            ),
            other => other,
        })
    }

    pub(crate) async fn owner_tells(&mut self, by: By) -> Result<Went> {
        let Some(mail) = self.mail_in_time(CODE).await? else {
            return Ok((Outcome::Silence, "sent no such mail".to_owned()));
        };
        let Some(code) = mail.code() else {
            return Ok((Outcome::Missing, "sent a mail without a code".to_owned()));
        };
        let act = format!("requests/{}/code/tries", self.asked_for()?);
        let page = self.in_ticket(by, &act, &[("code", &code)]).await?;
        let (outcome, words) = plain(&page);
        if outcome != Outcome::Fine {
            return Ok((outcome, words));
        }
        if self.stands_at().await? == "waiting" {
            return Ok((Outcome::Refused, words));
        }
        self.clicks.push(Click {
            question: mail.approves().unwrap_or(&mail.subject).to_owned(),
            answer: "yes".to_owned(),
        });
        Ok((
            Outcome::Done,
            "takes the code: it proves this one thing".to_owned(),
        ))
    }

    pub(crate) async fn owner_reads(&self, words: &str) -> Result<Went> {
        Ok(match self.mail_in_time(words).await? {
            None => (Outcome::Silence, "sent no such mail".to_owned()),
            Some(mail) if mail.attachments.is_empty() => (
                Outcome::Arrived,
                format!("sent “{}” to the registered email", mail.subject),
            ),
            Some(mail) => (
                Outcome::Arrived,
                format!(
                    "sent “{}” with {} to the registered email",
                    mail.subject,
                    mail.attachments.join(", ")
                ),
            ),
        })
    }

    pub(crate) async fn owner_misses(&self, words: &str) -> Result<Went> {
        self.settle().await?;
        Ok(match self.mail(words).await? {
            None => (Outcome::Silence, "sent no such mail".to_owned()),
            Some(mail) => (Outcome::Arrived, format!("sent “{}”", mail.subject)),
        })
    }

    pub(crate) async fn owner_counts(&self, most: usize, words: &str) -> Result<Went> {
        self.settle().await?;
        let mails = self.sight().await?.new_mails(&self.mails_before);
        let count = mails
            .iter()
            .filter(|mail| mail.to.eq_ignore_ascii_case(&self.victim.email) && mail.says(words))
            .count();
        let outcome = if count <= most {
            Outcome::Fine
        } else {
            Outcome::Bad
        };
        Ok((
            outcome,
            format!("sent {count} such mails to the registered email"),
        ))
    }

    pub(crate) async fn service_hears(&self, kind: &str) -> Result<Went> {
        let until = self.house.now() + PATIENCE;
        loop {
            let told = self.sight().await?.told;
            let heard = told
                .iter()
                .any(|one| one.kind == kind && one.account == self.victim.external_id);
            if heard {
                return Ok((
                    Outcome::Arrived,
                    format!("told the sign-in service: {kind}"),
                ));
            }
            if self.house.now() > until {
                return Ok((
                    Outcome::Silence,
                    "told the sign-in service nothing".to_owned(),
                ));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}
