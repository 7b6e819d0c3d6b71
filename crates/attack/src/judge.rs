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

/// What the company's systems can be told, so far as it is counted here.
const HOOKS: [&str; 5] = [
    "reset.confirmed",
    "action.confirmed",
    "factor.reset",
    "account.lock",
    "account.unlock",
];
/// The words of a question about one of the company's actions, in a letter and in one with a code.
const ACTS: [&str; 2] = ["Did you ask us for this: ", "do this for you: "];
/// The words of what is asked about in the same way and is no action of the company's.
const NO_ACTS: [&str; 4] = [
    "change of ",
    "new email address",
    "new phone number",
    "new recovery codes",
];
/// The words of a question about showing something, in a letter and in one with a code.
const SHOWS: [&str; 2] = [
    "May the person on our support see this",
    "let the person you talk with see",
];
/// What can be agreed to be shown, and the name that a scenario's `knows` has for it.
const SHOWABLE: [(&str, &str); 3] = [
    ("postal address", "address"),
    ("birth date", "birth_date"),
    ("user name", "user_name"),
];
/// What the owner is told when something is going to change, and the questions that lead to it.
const PLANS: [(&str, &[&str]); 5] = [
    (
        "An email address or phone number on your account is going to change",
        &[
            "change of the email",
            "change of the phone",
            "new email address",
            "new phone number",
        ],
    ),
    (
        "Something that we keep about you is going to change",
        &["change of the"],
    ),
    (
        "The second step of your sign-in is going to be set up anew",
        &["second sign-in step"],
    ),
    (
        "You are going to have new recovery codes",
        &["new recovery codes"],
    ),
    (
        "Everything that we keep about you is going to be erased",
        &["erase everything"],
    ),
];
/// What such a letter says when nobody at the desk asked for it.
const BY_SYSTEMS: &str = "from our own systems";

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
    /// The subject of the mail that led there; for a code, what its mail says that it approves.
    pub question: String,
    /// `yes` (pressed, or by reading a code out), `no`, or `receipt` for a further step.
    pub answer: String,
}

/// How often the owner answered so to a question with one of these words.
fn said(clicks: &[Click], answer: &str, words: &[&str]) -> usize {
    clicks
        .iter()
        .filter(|click| click.answer == answer && has(&click.question, words))
        .count()
}

/// How often the owner took both steps of what takes two.
fn both(clicks: &[Click], words: &[&str]) -> usize {
    said(clicks, "yes", words).min(said(clicks, "receipt", words))
}

/// How often the owner said yes to an action of the company's.
fn acted(clicks: &[Click]) -> usize {
    clicks
        .iter()
        .filter(|click| {
            click.answer == "yes" && has(&click.question, &ACTS) && !has(&click.question, &NO_ACTS)
        })
        .count()
}

/// What the owner agreed to show, by the names of a scenario's `knows`.
fn agreed(clicks: &[Click]) -> BTreeSet<String> {
    let of = |label: &str| {
        clicks.iter().any(|click| {
            click.answer == "yes" && has(&click.question, &SHOWS) && click.question.contains(label)
        })
    };
    SHOWABLE
        .iter()
        .filter(|(label, _)| of(label))
        .map(|(_, name)| (*name).to_owned())
        .collect()
}

fn has(question: &str, words: &[&str]) -> bool {
    words.iter().any(|one| question.contains(one))
}

/// Whether an answer is the one that shows a value to whoever asked for that.
fn shows(one: &Exchange) -> bool {
    one.status == 200
        && one.what.starts_with("POST /desk/tickets/")
        && one.what.ends_with("/reveal")
}

/// How an account stands, as an admin's program reads it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Standing {
    /// `none`, `careful` or `frozen`.
    pub hold: String,
    /// What is registered, without values.
    pub contact_points: Value,
    /// What is kept: names, labels, and what everybody at the desk sees anyway.
    pub fields: Value,
}

impl Standing {
    /// From the API's answer.
    pub fn of(account: &Value) -> Self {
        Self {
            hold: account["hold"].as_str().unwrap_or("unknown").to_owned(),
            contact_points: account["contact_points"].clone(),
            fields: account["fields"].clone(),
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

    /// What was seen by anybody but the owner. What the owner agreed to show is not given away in the
    /// one answer that shows it; everywhere else it is.
    pub fn seen(&self, exchanges: &[Exchange], clicks: &[Click]) -> Vec<Given> {
        let others = exchanges.iter().filter(|one| one.who != Who::Owner);
        let mut may = self.knows.clone();
        may.extend(agreed(clicks));
        let mut all = Vec::new();
        for one in others {
            let known = if shows(one) { &may } else { self.knows };
            for what in self.values(&format!("{}\n{}", one.head, one.body), known) {
                let at = match self.near(&one.body, known, &what) {
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

    /// What the owner heard is going to change, although they never took the two steps for it. It waits
    /// out days before it counts, so a play sees it on its way and never there. What the company's own
    /// systems send, nobody at the desk asked for.
    pub fn planned(&self, mails: &[Mail], clicks: &[Click]) -> Vec<String> {
        let told = |words: &str| {
            mails
                .iter()
                .filter(|mail| self.victim.is_registered(&mail.to))
                .filter(|mail| mail.text.contains(words) && !mail.text.contains(BY_SYSTEMS))
                .count()
        };
        PLANS
            .iter()
            .filter(|(words, asked)| told(words) > both(clicks, asked))
            .map(|(words, _)| format!("without the owner's two steps: “{words}”"))
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
        let mine: Vec<&Told> = told
            .iter()
            .filter(|one| one.account == self.victim.external_id)
            .collect();
        let hooks = |kind: &str| mine.iter().filter(|one| one.kind == kind).count();
        let no = said(clicks, "no", &[""]);
        let mut all = Vec::new();
        if hooks("reset.confirmed") > said(clicks, "yes", &["reset"]) {
            all.push("a password was reset without the owner's yes".to_owned());
        }
        if hooks("action.confirmed") > acted(clicks) {
            all.push("the company was told to act without the owner's yes".to_owned());
        }
        if hooks("factor.reset") > both(clicks, &["second sign-in step"]) {
            all.push("a second factor was reset without the owner's two steps".to_owned());
        }
        // Lifting takes two steps of the owner's.
        let lifted = both(clicks, &["lift the hold"]);
        if hooks("account.unlock") > lifted {
            all.push(
                "the sign-in service was told to unlock without the owner's two steps".to_owned(),
            );
        }
        if hooks("account.lock") > no && !locked {
            all.push("the sign-in service was told to lock without the owner's no".to_owned());
        }
        let unknown = |one: &&&Told| !HOOKS.contains(&one.kind.as_str());
        if let Some(one) = mine.iter().find(unknown) {
            all.push(format!(
                "the company's systems were told `{}`, and nobody here knows what that changes",
                one.kind
            ));
        }
        if before.contact_points != after.contact_points {
            all.push("the contact points are others than before".to_owned());
        }
        if before.fields != after.fields {
            all.push("what is kept about the customer is other than before".to_owned());
        }
        match (before.hold.as_str(), after.hold.as_str()) {
            (before, after) if before == after => {}
            ("frozen", _) if lifted == 0 => {
                all.push("a freeze was lifted without the owner's two steps".to_owned());
            }
            (_, "frozen") if no == 0 && !locked => {
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
