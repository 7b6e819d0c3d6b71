//! What leaves the desk: letters to their owners, hooks to the identity provider, and flags of the
//! watch.

use desk::{
    letter::{Content, Envelope, Letter},
    provider::Hook,
};
use std::time::Duration;
use words::{HoldLevel, PlanKind, RequestKind, RequestState, Time};

use crate::{
    act::{Caller, Step},
    book::{self, Code, Ticket},
    customer::{Class, Mark},
    world::{End, World, broken},
};

/// What a letter is about, as the tormentor knows it.
struct About {
    page: &'static str,
    link: String,
    of: Step,
    expires: Option<Time>,
    contacts: Vec<(Time, Vec<String>)>,
    delivery: bool,
}

/// What kind of letter it is, and the time that it names.
fn named(letter: &Letter) -> (&'static str, Option<Time>) {
    match letter {
        Letter::Confirm { at, .. } => ("confirm", Some(*at)),
        Letter::Delivery { at, .. } => ("delivery", Some(*at)),
        Letter::Notice { contacts, .. } => ("notice", contacts.first().map(|contact| contact.at)),
        Letter::Outreach { at, .. } => ("outreach", Some(*at)),
        Letter::Reply { .. } => ("reply", None),
        Letter::Planned { at, .. } => ("planned", Some(*at)),
        Letter::Address { .. } => ("address", None),
        Letter::Code { at, .. } => ("code", Some(*at)),
        Letter::Erasing { at } => ("erasing", Some(*at)),
        Letter::Frozen { at } => ("frozen", Some(*at)),
    }
}

impl World {
    /// The workers run; what leaves is looked at.
    pub(crate) async fn work(&mut self) -> Result<bool, End> {
        let hung = self.house.work().await?;
        if hung {
            // Whoever hangs is ended, with the server.
            self.house.restart().await?;
        } else {
            self.worked = self.now();
        }
        let letters = self.house.mail.take();
        let hooks = self.house.hooks.take();
        let some = hung || !letters.is_empty() || !hooks.is_empty();
        // A thaw that is due, its hook, and a letter that waited to be tried again are one run of the workers.
        let mut holds = Vec::new();
        if !hooks.is_empty() || !letters.is_empty() {
            let mut tx = self.house.desk.store().read().await?;
            for account in &self.book.accounts {
                holds.push(tx.account(account.id).await?.map(|row| row.hold));
            }
        }
        for letter in &letters {
            self.letter(letter, &holds)?;
        }
        for (id, body) in &hooks {
            self.hook(id, body, &holds)?;
        }
        // Time alone changes things too.
        Ok(some || !self.book.requests.is_empty())
    }

    /// `holds`: those of the accounts after this run.
    fn letter(&mut self, envelope: &Envelope, holds: &[Option<HoldLevel>]) -> Result<(), End> {
        *self.reached.searched.entry("letters").or_default() += 1;
        let to = envelope.to.as_str();
        let found = self.owners.iter().enumerate().find_map(|(n, owner)| {
            let at = owner.emails.iter().position(|email| email == to)?;
            Some((n, at))
        });
        let Some((account, mailbox)) = found else {
            return broken(
                "only to registered contact points",
                "a letter went to an address that no owner has",
            );
        };
        // A new mailbox is asked whether somebody is there, and told nothing.
        let asked = matches!(envelope.letter, Letter::Address { .. })
            && self.book.accounts[account].typed[mailbox]
                .and_then(|of| self.book.requests.get(&of))
                .is_some_and(|request| request.state == RequestState::Cooling);
        if !asked && !self.usable(account, mailbox, None) {
            return broken(
                "only to registered contact points",
                format!(
                    "a letter went to mailbox {mailbox} of account {account}, which doesn't count"
                ),
            );
        }
        let about = self.about(account, mailbox, &envelope.letter)?;
        let opened = match &envelope.letter {
            Letter::Confirm { .. } | Letter::Delivery { .. } | Letter::Code { .. } => {
                let request = self.book.requests.get(&about.of);
                request
                    .and_then(|request| self.book.tickets.get(&request.ticket))
                    .map(|ticket| ticket.opened)
            }
            _ => None,
        };
        if opened.is_some() && !self.usable(account, mailbox, opened) {
            return broken(
                "only to what was on file before",
                format!(
                    "a letter went to mailbox {mailbox} of account {account}, which came during the conversation"
                ),
            );
        }
        self.inside(account, envelope, &about)?;
        let frozen = self.book.accounts[account].hold == HoldLevel::Frozen
            && holds.get(account) == Some(&Some(HoldLevel::Frozen));
        if about.delivery && frozen {
            return broken(
                "frozen stays frozen",
                "something was delivered from a frozen account",
            );
        }
        self.told(account, &envelope.letter, &about)?;
        let secret = about.link.rsplit('/').next().unwrap_or_default().to_owned();
        if !secret.is_empty()
            && !self
                .book
                .letters
                .iter()
                .any(|letter| letter.link == about.link)
        {
            self.mark(
                account,
                &format!("a link {}", secret.to_lowercase()),
                &secret,
                false,
            );
        }
        let answered = self
            .book
            .letters
            .iter()
            .any(|letter| letter.link == about.link && letter.answered && !secret.is_empty());
        let came = self.now();
        self.book.letters.push(book::Letter {
            mailbox,
            page: about.page,
            link: about.link,
            of: about.of,
            account,
            came,
            expires: about.expires,
            answered,
            contacts: about.contacts,
            delivery: about.delivery,
        });
        Ok(())
    }

    /// What a letter is about; it may tell only what is true.
    fn about(&self, account: usize, mailbox: usize, letter: &Letter) -> Result<About, End> {
        let of = |at: Time| self.book.step_at(at);
        let about = |page, link: &str, of, expires| About {
            page,
            link: link.to_owned(),
            of,
            expires,
            contacts: Vec::new(),
            delivery: false,
        };
        let request = |at: Time, kind: Option<RequestKind>| {
            let step = of(at)?;
            let fits = |request: &book::Request| {
                request.account == account && kind.is_none_or(|kind| kind == request.kind)
            };
            if let Some(request) = self.book.requests.get(&step) {
                return fits(request).then_some(step);
            }
            // What a second person agreed to is asked when they agreed.
            let agreed = |request: &book::Request| {
                request
                    .agreed
                    .is_some_and(|(_, then)| of(then) == Some(step))
            };
            let mut all = self.book.requests.iter();
            all.find(|(_, request)| fits(request) && agreed(request))
                .map(|(made, _)| *made)
        };
        let known = match letter {
            Letter::Confirm {
                what,
                item,
                at,
                expires,
                link,
                ..
            } => request(*at, Some(*what))
                .filter(|step| {
                    item.as_ref()
                        .is_none_or(|item| self.book.requests[step].label.ends_with(item.as_str()))
                })
                .map(|step| about("confirm", link, step, Some(*expires))),
            Letter::Code { what, at, link, .. } => {
                request(*at, Some(*what)).map(|step| about("not-me", link, step, None))
            }
            Letter::Delivery { what, at, link, .. } => request(*at, None)
                .filter(|step| self.book.requests[step].label == *what)
                .filter(|step| {
                    matches!(
                        self.book.requests[step].kind,
                        RequestKind::Deliver | RequestKind::Export
                    )
                })
                .map(|step| About {
                    delivery: true,
                    ..about("not-me", link, step, None)
                }),
            Letter::Notice { contacts, link } => Some(About {
                contacts: contacts
                    .iter()
                    .map(|contact| (contact.at, contact.shown.clone()))
                    .collect(),
                ..about(
                    "not-me",
                    link,
                    contacts
                        .first()
                        .and_then(|contact| of(contact.at))
                        .unwrap_or_default(),
                    None,
                )
            }),
            Letter::Outreach { expires, link, .. } => {
                let asked = self.book.requests.iter().rev().find(|(_, request)| {
                    request.account == account && request.kind == RequestKind::Ask
                });
                asked.map(|(step, _)| about("was-this-you", link, *step, Some(*expires)))
            }
            Letter::Reply { number, link, .. } => {
                let ticket = self
                    .book
                    .tickets
                    .iter()
                    .find(|(_, ticket)| ticket.number == *number);
                Some(about(
                    "not-me",
                    link,
                    ticket.map(|(step, _)| *step).unwrap_or_default(),
                    None,
                ))
            }
            // A list of the company's changes contact points, and the owner hears of it.
            Letter::Planned {
                what: PlanKind::Point,
                at,
                link,
                ..
            } if of(*at).is_some_and(|step| {
                self.book
                    .puts
                    .get(&step)
                    .is_some_and(|put| put.0 == account)
            }) =>
            {
                Some(about("stop", link, of(*at).unwrap_or_default(), None))
            }
            Letter::Planned { what, link, at, .. } => self
                .planned(account, *what, *at)
                .map(|step| about("stop", link, step, None)),
            Letter::Frozen { at } => Some(about("", "", of(*at).unwrap_or_default(), None)),
            Letter::Erasing { .. } => self
                .book
                .requests
                .iter()
                .rev()
                .find(|(_, request)| {
                    request.account == account && request.kind == RequestKind::Erase
                })
                .map(|(step, _)| about("", "", *step, None)),
            Letter::Address { link, expires } => {
                let typed = self.book.accounts[account].typed[mailbox];
                typed.map(|step| about("address", link, step, Some(*expires)))
            }
        };
        if let Some(known) = known {
            return Ok(known);
        }
        let (name, at) = named(letter);
        let step = at.and_then(of);
        let when = step.map_or_else(|| "no step".to_owned(), |step| format!("step {step}"));
        let said = format!(
            "a {name} letter to account {account}, of {when}, is about nothing that happened"
        );
        broken("a letter tells the truth", said)
    }

    /// The request that began to cool off then. Several may at once: it is the one that the owner, or the
    /// second person, said yes to.
    fn planned(&self, account: usize, what: PlanKind, at: Time) -> Option<Step> {
        let kind = match what {
            PlanKind::Point | PlanKind::Field => RequestKind::Change,
            PlanKind::Factor => RequestKind::Reenrol,
            PlanKind::Erase => RequestKind::Erase,
            PlanKind::Thaw => RequestKind::Unlock,
            PlanKind::Saved => RequestKind::Act,
        };
        let fits = |request: &book::Request| {
            request.account == account
                && request.kind == kind
                && match what {
                    PlanKind::Field => request.field.0 == "address",
                    PlanKind::Point => request.field.0 == "contact_point",
                    _ => true,
                }
        };
        let since = |request: &book::Request| request.cools.filter(|since| *since >= at);
        self.book
            .requests
            .iter()
            .filter(|(_, request)| fits(request))
            .filter_map(|(step, request)| Some((since(request)?, *step)))
            .min()
            .map(|(_, step)| step)
    }

    /// What stands in a letter: only what its owner asked for, and only theirs.
    fn inside(&self, account: usize, envelope: &Envelope, about: &About) -> Result<(), End> {
        let rendered =
            mail::render(&envelope.letter, &envelope.company).map_err(anyhow::Error::from)?;
        let mut text = format!(
            "{}\n{}\n{}\n",
            rendered.subject,
            rendered.text.as_str(),
            rendered.html.as_str()
        );
        if let Letter::Delivery { content, .. } = &envelope.letter {
            match content {
                Content::Text(_) => {}
                Content::Document {
                    bytes, file_name, ..
                } => {
                    text.push_str(file_name);
                    text.push_str(&String::from_utf8_lossy(bytes));
                }
                Content::Copy { files, .. } => {
                    for file in files {
                        text.push_str(&file.file_name);
                        text.push_str(&String::from_utf8_lossy(&file.bytes));
                    }
                }
            }
        }
        let secret = about
            .link
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .to_lowercase();
        let code = match &envelope.letter {
            Letter::Code { code, .. } => code.to_string(),
            _ => String::new(),
        };
        let asked = self.book.requests.get(&about.of).filter(|_| about.delivery);
        let may = |mark: &Mark| {
            mark.account == account
                && match mark.class {
                    Class::Sealed => asked.is_some_and(|request| {
                        request.kind == RequestKind::Export || request.field == mark.field
                    }),
                    Class::Link => {
                        !secret.is_empty() && mark.label.ends_with(&secret)
                            || !code.is_empty() && mark.label.ends_with(&code)
                    }
                    // A copy of everything holds where the owner is reached, too.
                    Class::Contact => {
                        asked.is_some_and(|request| request.kind == RequestKind::Export)
                    }
                    Class::Secret => false,
                }
        };
        for found in self.finder.find(&text) {
            let mark = &self.marks[found];
            if !may(mark) {
                let said = format!(
                    "a letter to account {account} held {} of account {}",
                    mark.label, mark.account
                );
                return broken("nothing is given away", said);
            }
        }
        Ok(())
    }

    /// What the owner knows by a letter.
    fn told(&mut self, account: usize, letter: &Letter, about: &About) -> Result<(), End> {
        let now = self.now();
        match letter {
            Letter::Code { code, expires, .. } => {
                let again = self
                    .book
                    .requests
                    .get(&about.of)
                    .and_then(|request| request.code.as_ref())
                    .is_some_and(|known| known.text == **code);
                if !again {
                    let grouped = format!("{} {} {}", &code[..3], &code[3..6], &code[6..]);
                    let label = format!("a code {}", code.as_str());
                    self.mark(account, &label, code, true);
                    self.mark(account, &label, &grouped, false);
                }
                if let Some(request) = self.book.requests.get_mut(&about.of) {
                    request.code = Some(Code {
                        text: code.to_string(),
                        until: *expires,
                    });
                }
            }
            Letter::Planned {
                what, effective, ..
            } => {
                if *what == PlanKind::Thaw
                    && *effective + Duration::from_mins(1) < now + Duration::from_hours(24)
                {
                    let first = self
                        .book
                        .requests
                        .get(&about.of)
                        .is_some_and(|request| request.told.is_none());
                    if first {
                        return broken(
                            "the owner has time to say no",
                            "the letter about a thaw leaves less than a day",
                        );
                    }
                }
                if let Some(request) = self.book.requests.get_mut(&about.of) {
                    request.told = request.told.or(Some(now));
                }
            }
            Letter::Delivery { .. } => self.book.delivered += 1,
            _ => {}
        }
        Ok(())
    }

    /// `holds`: those of the accounts after this run.
    fn hook(&mut self, id: &str, body: &str, holds: &[Option<HoldLevel>]) -> Result<(), End> {
        self.search("a hook", body, &|_| false)?;
        let hook: Hook = serde_json::from_str(body)?;
        let now = self.now();
        let Some(account) = self
            .book
            .accounts
            .iter()
            .position(|account| account.external_id == hook.data.account)
        else {
            return broken("hooks tell the truth", "a hook is about no account");
        };
        let hold = self.book.accounts[account].hold;
        let by_reference = self
            .book
            .requests
            .iter()
            .find(|(_, request)| request.id.to_string() == hook.data.reference);
        let request = by_reference.map(|(step, request)| (*step, request.clone()));
        let what = format!("`{}` for account {account}", hook.kind);
        if hook.kind == "account.lock" {
            return if hold == HoldLevel::Frozen
                || self
                    .book
                    .letters
                    .iter()
                    .any(|l| l.page == "was-this-you" && l.account == account && l.answered)
            {
                Ok(())
            } else {
                broken("nothing happens without the owner's proof", what)
            };
        }
        let Some((step, request)) = request.filter(|(_, request)| request.account == account)
        else {
            return broken(
                "nothing happens without the owner's proof",
                format!("{what}, for no request of theirs"),
            );
        };
        let kind = match hook.kind.as_str() {
            "reset.confirmed" => RequestKind::Reset,
            "action.confirmed" => RequestKind::Act,
            "factor.reset" => RequestKind::Reenrol,
            "account.unlock" => RequestKind::Unlock,
            _ => return broken("hooks tell the truth", format!("nobody knows {what}")),
        };
        if request.kind != kind || request.cancelled {
            return broken(
                "nothing happens without the owner's proof",
                format!("{what}, for a {}", request.kind),
            );
        }
        let hold = match kind {
            RequestKind::Unlock => holds.get(account).copied().flatten(),
            _ => Some(hold),
        };
        if hold == Some(HoldLevel::Frozen) {
            return broken("frozen stays frozen", what);
        }
        let agreed = kind == RequestKind::Unlock && request.agreed.is_some();
        if !agreed && request.proofs.len() < request.needs() {
            return broken("nothing happens without the owner's proof", what);
        }
        let newest = request.proofs.iter().map(|(_, at)| *at).max();
        if matches!(kind, RequestKind::Reset | RequestKind::Act)
            && newest.is_none_or(|at| at + Duration::from_hours(97) < now)
        {
            return broken("a yes is not used weeks later", what);
        }
        if request.hook.as_deref().is_some_and(|known| known != id) {
            return broken("a yes works once", what);
        }
        if let Some(request) = self.book.requests.get_mut(&step) {
            request.hook = Some(id.to_owned());
        }
        Ok(())
    }

    /// Flags that the watch opened: tickets of nobody's, about an account.
    pub(crate) async fn flags(&mut self, step: Step) -> Result<(), End> {
        let mut tx = self.house.desk.store().read().await?;
        let lines = tx
            .list(
                store::Filter::Flags,
                self.house.staff[2],
                true,
                Time(i64::MAX),
                10,
            )
            .await?;
        for line in lines {
            if self
                .book
                .tickets
                .values()
                .any(|ticket| ticket.number == line.number)
            {
                continue;
            }
            let Some(row) = tx.ticket(line.number).await? else {
                continue;
            };
            let account = self
                .book
                .accounts
                .iter()
                .position(|account| Some(account.id) == row.account_id);
            let (number, id, channel, opened) = (row.number, row.id, row.channel, row.opened_at);
            let ticket = Ticket {
                number,
                id,
                account,
                caller: Caller::Attacker,
                channel,
                opened,
                flag: true,
            };
            self.book.tickets.insert(step, ticket);
            break;
        }
        Ok(())
    }
}
