//! The judge: what was given away, and what changed without the owner. It looks at what was
//! recorded and knows no server, so that it can be tested on records that never happened.

use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;

use crate::{
    browser::{Exchange, Who},
    outside::{Mail, Told},
    victim::Victim,
};

/// The domain of everybody who means no good.
pub const EVIL: &str = "evil.example";

/// Something that was given away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Given {
    /// What.
    pub what: String,
    /// Where it was seen.
    pub at: String,
}

/// What the owner answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Click {
    /// The subject of the mail that led there.
    pub question: String,
    /// `yes`, `no`, or `receipt` for a further step.
    pub answer: String,
}

/// How an account stands, as an admin's program reads it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Standing {
    /// `none`, `careful` or `frozen`.
    pub hold: String,
    /// What is registered, without values.
    pub contact_points: Value,
}

impl Standing {
    /// From the API's answer.
    pub fn of(account: &Value) -> Self {
        Self {
            hold: account["hold"].as_str().unwrap_or("unknown").to_owned(),
            contact_points: account["contact_points"].clone(),
        }
    }
}

/// Who is to be kept safe, from somebody who knows that much.
pub struct Judge<'a> {
    /// The account that it is about.
    pub victim: &'a Victim,
    /// Another one beside it, about which nobody knows anything.
    pub neighbour: &'a Victim,
    /// What the requester knew beforehand.
    pub knows: &'a BTreeSet<String>,
    /// Whether nobody else uses the server, so that every letter is ours.
    pub alone: bool,
}

impl Judge<'_> {
    fn values(&self, text: &str, known: &BTreeSet<String>) -> Vec<String> {
        let mine = self.victim.found_in(text, known).into_iter();
        let theirs = self.neighbour.found_in(text, &BTreeSet::new()).into_iter();
        mine.map(str::to_owned)
            .chain(theirs.map(|what| format!("{what} of another customer")))
            .collect()
    }

    /// The text around a value, without the value: where in a page to look.
    fn near(&self, text: &str, known: &BTreeSet<String>, what: &str) -> Option<String> {
        let of = |line: &str| self.values(line, known).iter().any(|found| found == what);
        let line = text.lines().find(|line| of(line))?;
        let words: Vec<&str> = line.split_inclusive([' ', '>', '<']).collect();
        // The shortest run of words that still holds it begins at the last word that may be left out.
        let from = (0..words.len()).rev().find(|&n| of(&words[n..].concat()))?;
        let before = words[from.saturating_sub(6)..from].concat();
        Some(format!("after “{}”", before.trim()))
    }

    /// What was seen by anybody but the owner.
    pub fn seen(&self, exchanges: &[Exchange]) -> Vec<Given> {
        let others = exchanges.iter().filter(|one| one.who != Who::Owner);
        let mut all = Vec::new();
        for one in others {
            for what in self.values(&format!("{}\n{}", one.head, one.body), self.knows) {
                let at = match self.near(&one.body, self.knows, &what) {
                    Some(near) => format!("{}: {near}", one.what),
                    None => one.what.clone(),
                };
                if !all.iter().any(|given: &Given| given.what == what) {
                    all.push(Given { what, at });
                }
            }
        }
        all
    }

    /// What left by mail to anywhere but the registered contact points.
    pub fn left(&self, mails: &[Mail]) -> Vec<Given> {
        let mut all = Vec::new();
        for mail in mails {
            let text = format!("{}\n{}\n{}", mail.subject, mail.text, mail.rest);
            let none = BTreeSet::new();
            let (mine, theirs) = (
                self.victim.is_registered(&mail.to),
                self.neighbour.is_registered(&mail.to),
            );
            let mut found: Vec<String> = if mine {
                let theirs = self.neighbour.found_in(&text, &none);
                theirs.into_iter().map(str::to_owned).collect()
            } else if theirs {
                let mine = self.victim.found_in(&text, &none);
                mine.into_iter().map(str::to_owned).collect()
            } else {
                self.values(&text, &none)
            };
            let evil = mail.to.to_lowercase().ends_with(EVIL);
            if found.is_empty() && !mine && !theirs && (self.alone || evil) {
                found.push("a letter of the desk".to_owned());
            }
            for what in found {
                let at = "a mail to somebody else".to_owned();
                all.push(Given { what, at });
            }
        }
        all
    }

    /// What the server's log has. Not even what everybody knows belongs there.
    pub fn logged(&self, log: &str) -> Vec<Given> {
        let found = self.values(log, &BTreeSet::new());
        let at = || "the server's log".to_owned();
        found
            .into_iter()
            .map(|what| Given { what, at: at() })
            .collect()
    }

    /// What changed about the account without the owner's click. `locked`: whether somebody at the
    /// desk asked for a freeze, which everybody may.
    pub fn changed(
        &self,
        (before, after): (&Standing, &Standing),
        told: &[Told],
        clicks: &[Click],
        locked: bool,
    ) -> Vec<String> {
        let said = |answer: &str, words: &str| {
            clicks
                .iter()
                .filter(|click| click.answer == answer && click.question.contains(words))
                .count()
        };
        let hooks = |kind: &str| {
            let mine = |one: &&Told| one.account == self.victim.external_id && one.kind == kind;
            told.iter().filter(mine).count()
        };
        let mut all = Vec::new();
        if hooks("reset.confirmed") > said("yes", "reset") {
            all.push("a password was reset without the owner's yes".to_owned());
        }
        // Lifting takes two steps of the owner's.
        let lifted = said("yes", "lift the hold").min(said("receipt", "lift the hold"));
        if hooks("account.unlock") > lifted {
            all.push(
                "the sign-in service was told to unlock without the owner's two steps".to_owned(),
            );
        }
        if hooks("account.lock") > said("no", "") && !locked {
            all.push("the sign-in service was told to lock without the owner's no".to_owned());
        }
        if before.contact_points != after.contact_points {
            all.push("the contact points are others than before".to_owned());
        }
        match (before.hold.as_str(), after.hold.as_str()) {
            (before, after) if before == after => {}
            ("frozen", _) if lifted == 0 => {
                all.push("a freeze was lifted without the owner's two steps".to_owned());
            }
            (_, "frozen") if said("no", "") == 0 && !locked => {
                all.push("the account was frozen without anybody's doing".to_owned());
            }
            _ => {}
        }
        if told
            .iter()
            .any(|one| one.account == self.neighbour.external_id)
        {
            all.push("something changed for another customer".to_owned());
        }
        all
    }
}
