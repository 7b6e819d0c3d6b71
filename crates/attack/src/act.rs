//! The verbs of the scenarios: a small closed set. What is not in it can't be tried.

use std::str::FromStr;

/// Who tries something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// A rep who does everything that is asked.
    Rep,
    /// A lead who does everything that is asked.
    Lead,
    /// An admin who does everything that is asked.
    Admin,
    /// An auditor.
    Auditor,
    /// Somebody who isn't signed in.
    Attacker,
}

impl By {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Rep, "rep"),
        (Self::Lead, "lead"),
        (Self::Admin, "admin"),
        (Self::Auditor, "auditor"),
        (Self::Attacker, "attacker"),
    ];

    /// The word of the role.
    pub fn as_str(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(by, _)| *by == self)
            .map_or("", |(_, word)| word)
    }
}

impl FromStr for By {
    type Err = String;
    fn from_str(word: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|(_, known)| *known == word);
        found.map(|(by, _)| *by).ok_or_else(|| {
            let all: Vec<&str> = Self::ALL.iter().map(|(_, word)| *word).collect();
            format!("`{word}` is nobody; `by` is one of: {}", all.join(", "))
        })
    }
}

/// What is tried. Each speaks to the server as people or programs do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// What the requester says is written down in the ticket.
    Hear(String),
    /// A call begins.
    Call,
    /// A program opens a ticket of a channel, with what was written in it.
    Ticket {
        /// The channel.
        channel: String,
        /// What was written.
        text: String,
    },
    /// The account is looked up in the ticket, and the ticket tied to what was found.
    LookUp {
        /// By what.
        kind: String,
        /// What is said.
        value: String,
    },
    /// An account is looked up without a ticket.
    Find {
        /// By what.
        kind: String,
        /// What is said.
        value: String,
    },
    /// Something is asked for in the ticket.
    Request {
        /// What.
        kind: String,
        /// Which field, or which action of the catalogue; may be empty.
        field: String,
        /// Which item; may be empty.
        item: String,
    },
    /// What was asked for last is taken further: `code` sends a code for it, `agree` is a second
    /// person's leave, `reveal` looks at what the owner agreed to show.
    Onward(&'static str),
    /// Something is written into the ticket: `said`, `note` or `reply`.
    Write {
        /// Which of them.
        kind: &'static str,
        /// The words.
        text: String,
    },
    /// The ticket is laid before a lead.
    Escalate(String),
    /// The ticket is moved: `end`, `close`, `reopen`, `assign` or `release`.
    Move(&'static str),
    /// The flag that the watch raised for the victim is opened from the list of flags.
    Flag,
    /// A page is opened.
    Open(String),
    /// A form is posted, with whatever names and values.
    Post {
        /// Where.
        path: String,
        /// The form, as a browser would send it.
        form: String,
    },
    /// The API is called, with whatever body.
    Api {
        /// GET, POST, PUT, PATCH or DELETE.
        method: String,
        /// Below `/api/v1/`.
        path: String,
        /// The body; empty for none.
        body: String,
    },
    /// The sign-in service tells of so many logins.
    Events {
        /// `success` or `failure`.
        outcome: String,
        /// How many.
        count: u32,
        /// From which country.
        country: String,
    },
    /// The owner opens the link of the newest mail with these words.
    OwnerOpens(String),
    /// The owner presses `yes` or `no` on the page that they opened.
    OwnerPresses(String),
    /// The owner types the code of a receipt of theirs on that page, as its further step.
    OwnerTypes,
    /// The owner types that as the new value on that page, and says there that it is right.
    OwnerEnters(String),
    /// The owner reads the code of the newest mail out, and whoever is in the call with them types it.
    OwnerTells,
    /// The owner looks for a mail with these words.
    OwnerReads(String),
    /// The owner looks whether no mail with these words came.
    OwnerMisses(String),
    /// The owner counts the mails with these words: so many are enough.
    OwnerCounts {
        /// At most so many.
        most: usize,
        /// The words.
        words: String,
    },
    /// The ticket's page is opened, and must not have this text in it as it stands.
    PageLacks(String),
    /// The ticket's page is opened, and must have this text in its head.
    HeadHas(String),
    /// The company's systems send the account once more, with that email beside the one on file.
    SystemAdds(String),
    /// The company's sign-in service looks whether the desk told it of that, such as `reset.confirmed`.
    ServiceHears(String),
    /// Everybody looks at everything they can see.
    ReadEverything,
    /// Time passes until the desk has nothing more to send.
    Wait,
}

/// The verbs with what comes after them, for errors and the documentation.
pub const VERBS: &[&str] = &[
    "call",
    "ticket CHANNEL TEXT",
    "look-up KIND VALUE",
    "find KIND VALUE",
    "request KIND [FIELD|ACTION [ITEM]]",
    "code",
    "agree",
    "reveal",
    "said TEXT",
    "note TEXT",
    "reply TEXT",
    "escalate REASON",
    "end | close | reopen | assign | release",
    "flag",
    "open PATH",
    "post PATH FORM",
    "api METHOD PATH [BODY]",
    "events success|failure COUNT COUNTRY",
    "owner opens WORDS",
    "owner presses yes|no",
    "owner types receipt",
    "owner enters TEXT",
    "owner tells code",
    "owner reads WORDS",
    "owner misses WORDS",
    "owner counts MOST WORDS",
    "page lacks TEXT",
    "head has TEXT",
    "service hears KIND",
    "system adds EMAIL",
    "read everything",
    "wait",
];

impl Act {
    /// Reads a line such as `request deliver invoice {invoice}`.
    ///
    /// # Errors
    /// In words, for a verb that doesn't exist or one with too few or too many words after it.
    pub fn parse(line: &str) -> Result<Self, String> {
        let (verb, rest) = split(line);
        let unknown = || {
            let all = VERBS.join("; ");
            Err(format!("`{verb}` is no verb; use one of: {all}"))
        };
        let form = VERBS
            .iter()
            .find(|form| split(form).0 == verb)
            .copied()
            .unwrap_or("end");
        let fewer = || format!("`{line}` is not of the form `{form}`");
        let some = |text: &str| {
            if text.is_empty() {
                Err(fewer())
            } else {
                Ok(text.to_owned())
            }
        };
        let alone = |act: Self| {
            if rest.is_empty() {
                Ok(act)
            } else {
                Err(fewer())
            }
        };
        let (first, more) = split(rest);
        match verb {
            "call" => alone(Self::Call),
            "flag" => alone(Self::Flag),
            "wait" => alone(Self::Wait),
            "end" => alone(Self::Move("end")),
            "close" => alone(Self::Move("close")),
            "reopen" => alone(Self::Move("reopen")),
            "assign" => alone(Self::Move("assign")),
            "release" => alone(Self::Move("release")),
            "code" => alone(Self::Onward("code")),
            "agree" => alone(Self::Onward("agree")),
            "reveal" => alone(Self::Onward("reveal")),
            "ticket" => Ok(Self::Ticket {
                channel: some(first)?,
                text: some(more)?,
            }),
            "look-up" => Ok(Self::LookUp {
                kind: some(first)?,
                value: some(more)?,
            }),
            "find" => Ok(Self::Find {
                kind: some(first)?,
                value: some(more)?,
            }),
            "request" => {
                let (field, item) = split(more);
                Ok(Self::Request {
                    kind: some(first)?,
                    field: field.to_owned(),
                    item: item.to_owned(),
                })
            }
            "said" | "note" | "reply" => Ok(Self::Write {
                kind: match verb {
                    "said" => "said",
                    "note" => "note",
                    _ => "reply",
                },
                text: some(rest)?,
            }),
            "escalate" => Ok(Self::Escalate(some(rest)?)),
            "open" => Ok(Self::Open(absolute(&some(rest)?)?)),
            "post" => Ok(Self::Post {
                path: absolute(&some(first)?)?,
                form: more.to_owned(),
            }),
            "api" => {
                let (path, body) = split(more);
                if !["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&first) {
                    return Err(fewer());
                }
                Ok(Self::Api {
                    method: first.to_owned(),
                    path: some(path)?,
                    body: body.to_owned(),
                })
            }
            "events" => {
                let (count, country) = split(more);
                let count = count.parse().map_err(|_| fewer())?;
                if !["success", "failure"].contains(&first) || !(1..=50).contains(&count) {
                    return Err(fewer());
                }
                Ok(Self::Events {
                    outcome: first.to_owned(),
                    count,
                    country: some(country)?,
                })
            }
            "owner" => match first {
                "opens" => Ok(Self::OwnerOpens(some(more)?)),
                "presses" if ["yes", "no"].contains(&more) => {
                    Ok(Self::OwnerPresses(more.to_owned()))
                }
                "types" if more == "receipt" => Ok(Self::OwnerTypes),
                "enters" => Ok(Self::OwnerEnters(some(more)?)),
                "tells" if more == "code" => Ok(Self::OwnerTells),
                "reads" => Ok(Self::OwnerReads(some(more)?)),
                "misses" => Ok(Self::OwnerMisses(some(more)?)),
                "counts" => {
                    let (most, words) = split(more);
                    Ok(Self::OwnerCounts {
                        most: most.parse().map_err(|_| fewer())?,
                        words: some(words)?,
                    })
                }
                _ => Err(
                    "the owner `opens`, `reads`, `misses` or `counts` mails, `presses` yes or no, `types` receipt, `enters` what is new, or `tells` code"
                        .to_owned(),
                ),
            },
            "page" if first == "lacks" => Ok(Self::PageLacks(some(more)?)),
            "head" if first == "has" => Ok(Self::HeadHas(some(more)?)),
            "service" if first == "hears" => Ok(Self::ServiceHears(some(more)?)),
            "system" if first == "adds" => Ok(Self::SystemAdds(some(more)?)),
            "read" if rest == "everything" => Ok(Self::ReadEverything),
            _ => unknown(),
        }
    }

    /// Who does it, in words, when the file doesn't say.
    pub(crate) fn actor(&self, by: By) -> &'static str {
        match (self, by) {
            (Self::Events { .. } | Self::ServiceHears(_), _) => "the sign-in service",
            (Self::SystemAdds(_), _) => "the company's systems",
            (
                Self::OwnerOpens(_)
                | Self::OwnerPresses(_)
                | Self::OwnerTypes
                | Self::OwnerEnters(_)
                | Self::OwnerTells
                | Self::OwnerReads(_)
                | Self::OwnerMisses(_)
                | Self::OwnerCounts { .. },
                _,
            ) => "the owner",
            (Self::ReadEverything, _) => "everybody at the desk",
            (Self::Wait, _) => "time",
            (Self::Ticket { .. }, _) => "a program",
            (Self::Api { .. }, By::Rep) => "a program with a rep's token",
            (Self::Api { .. }, By::Lead) => "a program with a lead's token",
            (Self::Api { .. }, By::Admin) => "a program with an admin's token",
            (Self::Api { .. }, By::Auditor) => "a program with an auditor's token",
            (_, By::Rep) => "the rep",
            (_, By::Lead) => "the lead",
            (_, By::Admin) => "the admin",
            (_, By::Auditor) => "the auditor",
            (_, By::Attacker) => "the attacker",
        }
    }

    /// Whether it needs the owner's mailbox.
    pub(crate) fn needs_mailbox(&self) -> bool {
        matches!(
            self,
            Self::OwnerOpens(_)
                | Self::OwnerPresses(_)
                | Self::OwnerTypes
                | Self::OwnerEnters(_)
                | Self::OwnerTells
                | Self::OwnerReads(_)
                | Self::OwnerMisses(_)
                | Self::OwnerCounts { .. }
                | Self::ServiceHears(_)
        )
    }
}

/// The first word and the rest.
fn split(text: &str) -> (&str, &str) {
    let text = text.trim();
    text.split_once(char::is_whitespace)
        .map_or((text, ""), |(first, rest)| (first, rest.trim_start()))
}

/// Only a path of the server that is played against.
fn absolute(path: &str) -> Result<String, String> {
    if path.starts_with('/') && !path.starts_with("//") {
        Ok(path.to_owned())
    } else {
        Err(format!("`{path}` is no path of the desk; it begins with /"))
    }
}
