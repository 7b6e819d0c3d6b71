//! What was asked, and what it got: counted from what reached the asker, by phone and by mail.

use desk::{Desk, DeskError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use web::view::{
    When,
    world::{ScoreLine, TourStep},
};
use words::{MessageKind, RequestKind, RequestState, Time};

use crate::{
    mailboxes::Mailboxes,
    persons::{Customer, FRAUDSTER, Persons},
    provider::Told,
    sample::ROBIN,
};

/// The most calls that are told of, and the most lines of the score.
const CALLS: usize = 30;
const LINES: usize = 60;

/// Protected values, each with the key of whose it is.
type Given<'a> = BTreeSet<(&'a str, String)>;

/// A call that somebody outside made.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Call {
    pub(crate) number: i64,
    /// The key of who called.
    pub(crate) by: String,
    /// The key of who they said they are.
    pub(crate) claims: String,
}

/// Something that somebody did at the shop's sign-in page.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Doing {
    pub(crate) at: Time,
    /// The key of who did it.
    pub(crate) by: String,
    /// The key of whose account it was about.
    pub(crate) account: String,
    pub(crate) what: SignIn,
    /// The flag that was open at the desk afterwards.
    pub(crate) flag: Option<i64>,
}

/// What was done at the sign-in page.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SignIn {
    /// Five wrong passwords.
    WrongPasswords,
    /// A right one, from far away.
    FromAfar,
}

pub(crate) struct Line {
    pub(crate) kind: MessageKind,
    pub(crate) text: String,
    pub(crate) at: Time,
}

struct Wish {
    kind: RequestKind,
    state: RequestState,
    label: String,
    at: Time,
}

/// A call and what became of it.
pub(crate) struct Story {
    pub(crate) call: Call,
    pub(crate) began: Time,
    pub(crate) ended: Option<Time>,
    /// What the caller heard and said.
    pub(crate) lines: Vec<Line>,
    /// The account that the rep found.
    account: Option<String>,
    wishes: Vec<Wish>,
}

/// The calls and what became of them, newest first. Only what a caller could tell, and what the
/// desk did with it; reading it is nobody's reading of an account.
pub(crate) async fn stories(desk: &Desk, calls: &[Call]) -> Result<Vec<Story>, DeskError> {
    let mut tx = desk.store().read().await?;
    let mut stories = Vec::new();
    for call in calls.iter().rev().take(CALLS) {
        let Some(ticket) = tx.ticket(call.number).await? else {
            continue;
        };
        let lines = tx.messages(ticket.id, 500).await?.into_iter();
        let lines = lines
            .filter(|message| matches!(message.kind, MessageKind::Heard | MessageKind::Said))
            .map(|message| Line {
                kind: message.kind,
                text: message.body,
                at: message.at,
            })
            .collect();
        let account = match ticket.account_id {
            Some(id) => tx.account(id).await?.map(|account| account.external_id),
            None => None,
        };
        let wishes = tx.requests(ticket.id).await?.into_iter();
        let wishes = wishes
            .map(|row| Wish {
                kind: row.kind,
                state: row.state,
                label: row.label,
                at: row.at,
            })
            .collect();
        stories.push(Story {
            call: call.clone(),
            began: ticket.opened_at,
            ended: ticket.ended_at,
            lines,
            account,
            wishes,
        });
    }
    Ok(stories)
}

/// Everything that the score is counted from.
pub(crate) struct Evidence<'a> {
    pub(crate) persons: &'a Persons,
    pub(crate) mails: &'a Mailboxes,
    pub(crate) stories: &'a [Story],
    pub(crate) doings: &'a [Doing],
    pub(crate) told: &'a [Told],
    /// Whether an owner has frozen their account, ever.
    pub(crate) frozen: bool,
    pub(crate) now: Time,
}

impl Evidence<'_> {
    /// Which protected values a text gives away, whoever they belong to.
    fn values(&self, text: &str) -> Given<'_> {
        let of = |customer: &'_ Customer| customer.values.within(text);
        self.persons
            .customers
            .iter()
            .flat_map(|customer| {
                of(customer)
                    .into_iter()
                    .map(|what| (customer.key.as_str(), what))
            })
            .collect()
    }

    /// What lies in the fraudster's mailbox of the protected values, mail by mail.
    fn stolen(&self) -> Vec<(Time, String, Given<'_>)> {
        let mails = self.mails.of(self.persons.fraudster.mailbox);
        mails
            .iter()
            .map(|mail| {
                let within = |customer: &'_ Customer| customer.values.within_mail(mail);
                let values = self.persons.customers.iter();
                let values = values
                    .flat_map(|one| within(one).into_iter().map(|what| (one.key.as_str(), what)));
                (mail.at, mail.subject.clone(), values.collect())
            })
            .collect()
    }

    fn frauds(&self) -> impl Iterator<Item = &Story> {
        self.stories
            .iter()
            .filter(|story| story.call.by == FRAUDSTER)
    }

    /// How many protected values the fraudster has got, by phone or by mail.
    pub(crate) fn leaked(&self) -> u64 {
        let said = self
            .frauds()
            .flat_map(|story| &story.lines)
            .filter(|line| line.kind == MessageKind::Said);
        let mut all: Given<'_> = said.flat_map(|line| self.values(&line.text)).collect();
        all.extend(self.stolen().into_iter().flat_map(|(_, _, values)| values));
        all.len() as u64
    }

    /// What was asked and what it got, newest first.
    pub(crate) fn score(&self) -> Vec<ScoreLine> {
        let mut lines = Vec::new();
        for story in self.frauds() {
            self.asked_by_phone(story, &mut lines);
        }
        for story in self.stories {
            lines.extend(story.wishes.iter().map(|wish| self.wish(story, wish)));
        }
        for (at, subject, values) in self.stolen() {
            let got = if values.is_empty() {
                "a mail with nothing protected in it".to_owned()
            } else {
                list(values)
            };
            lines.push((at, self.line(FRAUDSTER, subject, got, at)));
        }
        lines.extend(self.doings.iter().map(|doing| self.doing(doing)));
        lines.extend(self.told.iter().map(|told| self.told(told)));
        lines.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        lines
            .into_iter()
            .map(|(_, line)| line)
            .take(LINES)
            .collect()
    }

    fn line(&self, who: &str, asked: String, got: String, at: Time) -> ScoreLine {
        ScoreLine {
            who: self.persons.name(who).to_owned(),
            asked,
            got,
            kept: true,
            when: When::at(at, self.now),
        }
    }

    /// Each of the fraudster's questions with what he was told, or mailed, before his next line.
    fn asked_by_phone(&self, story: &Story, lines: &mut Vec<(Time, ScoreLine)>) {
        let stolen = self.stolen();
        for (index, line) in story.lines.iter().enumerate() {
            if line.kind != MessageKind::Heard {
                continue;
            }
            let rest = &story.lines[index + 1..];
            let until = rest
                .iter()
                .find(|next| next.kind == MessageKind::Heard)
                .map_or(self.now, |next| next.at);
            let answers = rest
                .iter()
                .take_while(|next| next.kind != MessageKind::Heard);
            let mut got: Given<'_> = answers
                .flat_map(|answer| self.values(&answer.text))
                .collect();
            for (at, _, values) in &stolen {
                if (line.at..until).contains(at) {
                    got.extend(values.iter().cloned());
                }
            }
            let Some(topic) =
                topic(&line.text).or_else(|| (!got.is_empty()).then(|| quote(&line.text)))
            else {
                continue;
            };
            let kept = got.is_empty();
            let words = if kept {
                "nothing".to_owned()
            } else {
                list(got)
            };
            lines.push((
                line.at,
                ScoreLine {
                    kept,
                    ..self.line(&story.call.by, topic, words, line.at)
                },
            ));
        }
    }

    /// What came of a request that the rep made in a call.
    fn wish(&self, story: &Story, wish: &Wish) -> (Time, ScoreLine) {
        let own = story.call.by != FRAUDSTER;
        let owner = story
            .account
            .as_deref()
            .and_then(|id| self.persons.customer(&id.to_lowercase()));
        let arrived = owner.is_some_and(|owner| {
            let mails = self.mails.of(&owner.email);
            mails
                .iter()
                .any(|mail| mail.at >= wish.at && !owner.values.within_mail(mail).is_empty())
        });
        let name = owner.map_or("the owner", |owner| owner.account.display_name.as_str());
        let got = match (wish.kind, wish.state) {
            (_, RequestState::Waiting) if own => {
                "a question by mail; their yes will do it".to_owned()
            }
            (_, RequestState::Waiting) => format!("nothing; {name} is asked first"),
            (RequestKind::Deliver, RequestState::Sending) => {
                "it is on its way to the email on the account".to_owned()
            }
            (RequestKind::Deliver, RequestState::Done) => match (own, arrived) {
                (true, true) => "it, in their own mailbox".to_owned(),
                (true, false) => "it, at the email on the account".to_owned(),
                (false, true) => format!("nothing; it lies in {name}'s own mailbox"),
                (false, false) => "nothing; it went to the email on the account".to_owned(),
            },
            (_, RequestState::Cooling) => format!("nothing yet; {name} can still stop it"),
            (_, RequestState::Ready | RequestState::Sending | RequestState::Done) => {
                format!("{name}'s own yes, by mail")
            }
            (_, RequestState::Denied) => format!("nothing; {name} said no"),
            (_, RequestState::Refused) => "nothing; the desk can't do that".to_owned(),
            (_, RequestState::Expired) => format!("nothing; {name} didn't answer"),
            (_, RequestState::Failed) => "nothing; it could not be sent".to_owned(),
        };
        (
            wish.at,
            self.line(&story.call.by, wish.label.clone(), got, wish.at),
        )
    }

    fn doing(&self, doing: &Doing) -> (Time, ScoreLine) {
        let owner = self.persons.name(&doing.account);
        let asked = match doing.what {
            SignIn::WrongPasswords => format!("five wrong passwords at {owner}'s account"),
            SignIn::FromAfar => format!("{owner}'s account, from Lagos"),
        };
        let (got, kept) = match (doing.what, doing.flag) {
            (SignIn::WrongPasswords, Some(flag)) => {
                (format!("nothing, and the flag #{flag} at the desk"), true)
            }
            (SignIn::WrongPasswords, None) => ("nothing".to_owned(), true),
            (SignIn::FromAfar, Some(flag)) => {
                (format!("in, but the watch raised the flag #{flag}"), true)
            }
            (SignIn::FromAfar, None) => (
                "in; the place is known".to_owned(),
                doing.by == doing.account,
            ),
        };
        (
            doing.at,
            ScoreLine {
                kept,
                ..self.line(&doing.by, asked, got, doing.at)
            },
        )
    }

    fn told(&self, told: &Told) -> (Time, ScoreLine) {
        let asked = match told.kind.as_str() {
            "reset.confirmed" => "a new password, with the owner's yes",
            "account.lock" => "the account locked: it wasn't me",
            "account.unlock" => "the account unlocked, with the owner's yes",
            other => other,
        };
        let got = format!(
            "the sign-in service was told: {} for {}",
            told.kind.replace(['.', '-'], " "),
            told.account
        );
        (
            told.at,
            self.line(&told.account.to_lowercase(), asked.to_owned(), got, told.at),
        )
    }

    /// The tour, with what of it has happened.
    pub(crate) fn tour(&self) -> Vec<TourStep> {
        let robin = ROBIN.to_lowercase();
        let tried = self.frauds().any(|story| {
            story.ended.is_some() && story.lines.iter().any(|line| topic(&line.text).is_some())
        });
        let helped = self
            .stories
            .iter()
            .filter(|story| story.call.by != FRAUDSTER)
            .any(|story| {
                story.wishes.iter().any(|wish| {
                    wish.kind == RequestKind::Deliver && wish.state == RequestState::Done
                })
            });
        let flagged = self.doings.iter().any(|doing| doing.flag.is_some());
        let step = |title: &str, text: &str, done, href: String| TourStep {
            title: title.to_owned(),
            text: text.to_owned(),
            done,
            href,
        };
        vec![
            step(
                "Be the fraudster: get Robin's address.",
                "Call, say you are Robin, and ask. In a second tab sit at the desk as Nora, find A-1042 in the call's \
                 ticket and try to help. Hang up when you have had enough.",
                tried,
                format!("/world?as={FRAUDSTER}"),
            ),
            step(
                "Be Robin: ask for the same.",
                "Call as Robin. At the desk, send a parcel's address, or an invoice: it is in the mailbox here at once.",
                helped,
                format!("/world?as={robin}"),
            ),
            step(
                "Still Robin: read your mail.",
                "A notice tells of the fraudster's call. Open it and press \u{201c}It wasn't me\u{201d}.",
                self.frozen,
                format!("/world?as={robin}"),
            ),
            step(
                "Try the front door: wrong passwords.",
                "Five of them, and a flag appears at the desk by itself. From there, ask the owner: was this you?",
                flagged,
                format!("/world?as={FRAUDSTER}"),
            ),
        ]
    }
}

fn list(values: Given<'_>) -> String {
    let values: BTreeSet<String> = values.into_iter().map(|(_, what)| what).collect();
    values.into_iter().collect::<Vec<_>>().join(", ")
}

/// What a line asks for, if it asks for anything.
fn topic(line: &str) -> Option<String> {
    const TOPICS: [(&[&str], &str); 9] = [
        (&["manager"], "the manager, and through him the same"),
        (
            &["mailbox", "new one on my account"],
            "a new mailbox on the account",
        ),
        (&["invoice", "receipt"], "the invoice"),
        (&["card", "digits"], "the card"),
        (&["phone number"], "the phone number"),
        (&["password", "reset"], "the password"),
        (&["code", "skip that"], "to leave out the code"),
        (&["parcel", "send it"], "where the parcel went"),
        (
            &[
                "address",
                "street",
                "house number",
                "hotel",
                "where do i live",
            ],
            "the address",
        ),
    ];
    let small = line.to_lowercase();
    let asks = line.contains('?')
        || ["just ", "please", "let me", "tell me"]
            .iter()
            .any(|word| small.contains(word));
    if !asks {
        return None;
    }
    let known = TOPICS
        .iter()
        .find(|(words, _)| words.iter().any(|word| small.contains(word)));
    Some(known.map_or_else(|| quote(line), |(_, topic)| (*topic).to_owned()))
}

fn quote(line: &str) -> String {
    let short: String = line.chars().take(60).collect();
    let dots = if short.len() < line.len() { "…" } else { "" };
    format!("\u{201c}{}{dots}\u{201d}", short.trim_end())
}
