//! What can be done in one step, in words that stay true when other steps are left out: things are
//! named by the step that made them.

use std::fmt;
use words::{Channel, MessageKind, ProofKind, RequestKind};

use crate::{
    customer::{ASKABLE, CHANGES},
    outside::Fault,
};

/// The number of a step.
pub type Step = usize;

/// Who comes to the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// The owner of that account.
    Owner(usize),
    /// Somebody else.
    Attacker,
}

/// The staff and the programs, by their place in [`crate::house::STAFF`].
pub type By = usize;

/// What is told as a code or a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// What stands in the newest letter, or on a receipt that wasn't used.
    Right(usize),
    /// One that was good once.
    Old,
    /// A guess.
    Guess,
}

/// What is done with a ticket besides asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// `assign`
    Assign,
    /// `release`
    Release,
    /// `close`
    Close,
    /// `reopen`
    Reopen,
    /// `end`
    End,
    /// `escalate`
    Escalate,
    /// `hand-back`
    HandBack,
}

impl Move {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Assign,
        Self::Release,
        Self::Close,
        Self::Reopen,
        Self::End,
        Self::Escalate,
        Self::HandBack,
    ];

    /// The last part of its path.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Assign => "assign",
            Self::Release => "release",
            Self::Close => "close",
            Self::Reopen => "reopen",
            Self::End => "end",
            Self::Escalate => "escalate",
            Self::HandBack => "hand-back",
        }
    }
}

/// What somebody types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text {
    /// Words that hold nothing.
    Plain,
    /// A card number.
    CardNumber,
    /// A value of the ticket's account, one of [`ASKABLE`].
    Detail(usize),
}

/// One step.
#[expect(
    missing_docs,
    reason = "the fields are who, where and what, as `Display` tells them"
)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Somebody comes, and a ticket is opened.
    Open {
        by: By,
        caller: Caller,
        channel: Channel,
        account: Option<usize>,
    },
    /// A ticket is tied to an account.
    Tie {
        by: By,
        ticket: Step,
        account: usize,
    },
    /// An account is looked up.
    LookUp { by: By, account: usize, email: bool },
    /// A ticket is read.
    Read { by: By, ticket: Step },
    /// A list is read.
    List { by: By, filter: usize },
    /// An account is read.
    Account { by: By, account: usize },
    /// Something is asked for; `wanted`: by the owner, in truth.
    Ask {
        by: By,
        ticket: Step,
        kind: RequestKind,
        what: usize,
        wanted: bool,
    },
    /// A value is to be shown.
    Reveal { by: By, ticket: Step, request: Step },
    /// A code is to be sent.
    SendCode { by: By, ticket: Step, request: Step },
    /// A code is read out.
    ReadOut {
        by: By,
        ticket: Step,
        request: Step,
        told: Told,
    },
    /// A second person agrees.
    Agree { by: By, ticket: Step, request: Step },
    /// Something is written.
    Write {
        by: By,
        ticket: Step,
        kind: MessageKind,
        text: Text,
    },
    /// A ticket is moved.
    Move { by: By, ticket: Step, how: Move },
    /// The owner opens a link and presses a button.
    Answer {
        page: &'static str,
        of: Step,
        nth: usize,
        yes: bool,
    },
    /// The owner types a further step on their page.
    Prove {
        of: Step,
        nth: usize,
        kind: ProofKind,
        told: Told,
    },
    /// The owner types what is new on their page: the first or the second of what they have.
    Type { of: Step, nth: usize, second: bool },
    /// The company's system, or somebody who would be it, puts an account.
    Put {
        by: By,
        account: usize,
        emails: [bool; 2],
        moved: bool,
    },
    /// Login events come in.
    Logins {
        by: By,
        account: usize,
        failures: usize,
        at_home: bool,
    },
    /// What was given up is sent again.
    Resend { by: By },
    /// Somebody looks behind a door: a route by its place in the list.
    Visit {
        by: By,
        route: usize,
        ticket: Step,
        request: Step,
    },
    /// The mail room fails next.
    MailFails(Fault),
    /// The identity provider fails next.
    HooksFail(Fault),
    /// The workers run.
    Work,
    /// Minutes go by.
    Pass(u64),
    /// The server is ended and started again on the same database.
    Restart,
}

impl Act {
    /// In one word, for the table.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Open { .. } => "open",
            Self::Tie { .. } => "tie",
            Self::LookUp { .. } => "look up",
            Self::Read { .. } => "read",
            Self::List { .. } => "list",
            Self::Account { .. } => "account",
            Self::Ask { .. } => "ask",
            Self::Reveal { .. } => "reveal",
            Self::SendCode { .. } => "send code",
            Self::ReadOut { .. } => "read out code",
            Self::Agree { .. } => "agree",
            Self::Write { .. } => "write",
            Self::Move { .. } => "move",
            Self::Answer { .. } => "owner answers",
            Self::Prove { .. } => "owner proves",
            Self::Type { .. } => "owner types",
            Self::Put { .. } => "put",
            Self::Logins { .. } => "logins",
            Self::Resend { .. } => "resend",
            Self::Visit { .. } => "visit",
            Self::MailFails(_) => "mail fails",
            Self::HooksFail(_) => "hooks fail",
            Self::Work => "work",
            Self::Pass(_) => "time passes",
            Self::Restart => "restart",
        }
    }
}

/// A step as a story tells it.
impl fmt::Display for Act {
    #[expect(clippy::too_many_lines, reason = "each act is told by its own line")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let who = |by: By| crate::house::STAFF[by].name;
        match self {
            Self::Open {
                by,
                caller,
                channel,
                account,
            } => {
                let caller = match caller {
                    Caller::Owner(n) => format!("the owner of account {n}"),
                    Caller::Attacker => "the attacker".to_owned(),
                };
                let about =
                    account.map_or_else(|| "no account yet".to_owned(), |n| format!("account {n}"));
                write!(
                    f,
                    "{caller} comes by {channel}; {} opens a ticket about {about}",
                    who(*by)
                )
            }
            Self::Tie {
                by,
                ticket,
                account,
            } => write!(
                f,
                "{} ties the ticket of step {ticket} to account {account}",
                who(*by)
            ),
            Self::LookUp { by, account, email } => {
                let how = if *email { "email" } else { "number" };
                write!(f, "{} looks account {account} up by its {how}", who(*by))
            }
            Self::Read { by, ticket } => {
                write!(f, "{} reads the ticket of step {ticket}", who(*by))
            }
            Self::List { by, .. } => write!(f, "{} reads a list of tickets", who(*by)),
            Self::Account { by, account } => write!(f, "{} reads account {account}", who(*by)),
            Self::Ask {
                by,
                ticket,
                kind,
                what,
                wanted,
            } => {
                let want = if *wanted {
                    "as the owner wants"
                } else {
                    "as the attacker wants"
                };
                let field = ASKABLE[*what % ASKABLE.len()];
                write!(
                    f,
                    "{} asks in the ticket of step {ticket} for {kind}",
                    who(*by)
                )?;
                if matches!(kind, RequestKind::Deliver | RequestKind::Reveal) {
                    write!(f, " of {} {}", field.0, field.1)?;
                }
                if *kind == RequestKind::Change {
                    write!(f, " of {}", CHANGES[*what % CHANGES.len()])?;
                }
                write!(f, ", {want}")
            }
            Self::Reveal {
                by,
                ticket,
                request,
            } => write!(
                f,
                "{} has the value of step {request} shown, in the ticket of step {ticket}",
                who(*by)
            ),
            Self::SendCode {
                by,
                ticket,
                request,
            } => write!(
                f,
                "{} sends a code for step {request}, in the ticket of step {ticket}",
                who(*by)
            ),
            Self::ReadOut {
                by,
                ticket,
                request,
                told,
            } => {
                let code = match told {
                    Told::Right(_) => "the owner reads out the code of the newest letter",
                    Told::Old => "the owner reads out an older code",
                    Told::Guess => "somebody guesses a code",
                };
                write!(
                    f,
                    "{code} for step {request}; {} types it in the ticket of step {ticket}",
                    who(*by)
                )
            }
            Self::Agree {
                by,
                ticket,
                request,
            } => write!(
                f,
                "{} agrees to step {request}, in the ticket of step {ticket}",
                who(*by)
            ),
            Self::Write {
                by,
                ticket,
                kind,
                text,
            } => {
                let what = match text {
                    Text::Plain => "plain words".to_owned(),
                    Text::CardNumber => "a card number".to_owned(),
                    Text::Detail(n) => format!("the account's {}", ASKABLE[*n % ASKABLE.len()].0),
                };
                write!(
                    f,
                    "{} writes {what} into the ticket of step {ticket} as {kind}",
                    who(*by)
                )
            }
            Self::Move { by, ticket, how } => write!(
                f,
                "{} does `{}` to the ticket of step {ticket}",
                who(*by),
                how.path()
            ),
            Self::Answer { page, of, nth, yes } => {
                let button = if *yes { "yes" } else { "no, it wasn't me" };
                write!(
                    f,
                    "the owner presses \"{button}\" on the page `{page}` of letter {nth} about step {of}"
                )
            }
            Self::Prove {
                of,
                nth,
                kind,
                told,
            } => {
                let how = match told {
                    Told::Right(_) => "a good",
                    Told::Old => "a used",
                    Told::Guess => "a wrong",
                };
                write!(
                    f,
                    "the owner types {how} {kind} on the page of letter {nth} about step {of}"
                )
            }
            Self::Type { of, nth, second } => {
                let which = if *second { "second" } else { "first" };
                write!(
                    f,
                    "the owner types their {which} one on the page of letter {nth} about step {of}"
                )
            }
            Self::Put {
                by,
                account,
                emails,
                moved,
            } => {
                let has = match emails {
                    [true, true] => "both mailboxes",
                    [true, false] => "the first mailbox",
                    [false, true] => "the second mailbox",
                    [false, false] => "no mailbox",
                };
                let moved = if *moved { ", after a move" } else { "" };
                write!(f, "{} puts account {account} with {has}{moved}", who(*by))
            }
            Self::Logins {
                by,
                account,
                failures,
                ..
            } => write!(
                f,
                "{} sends {failures} failed logins and a good one for account {account}",
                who(*by)
            ),
            Self::Resend { by } => write!(f, "{} sends again what was given up", who(*by)),
            Self::Visit { by, route, .. } => write!(f, "{} tries door {route}", who(*by)),
            Self::MailFails(fault) => write!(f, "the next mail goes wrong: {fault:?}"),
            Self::HooksFail(fault) => write!(f, "the next hook goes wrong: {fault:?}"),
            Self::Work => f.write_str("the workers run"),
            Self::Pass(minutes) => write!(f, "{minutes} minutes go by"),
            Self::Restart => f.write_str("the server is ended and started again"),
        }
    }
}
