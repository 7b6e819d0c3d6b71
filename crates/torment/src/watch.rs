//! What must hold after every step: nothing happens that the owner didn't prove, holds stay, what was
//! cancelled never happens, contact points change only as they may.

use std::time::Duration;
use store::ContactPointRow;
use words::{HoldLevel, ProofKind, RequestKind, RequestState, Role, Time};

use crate::{
    act::{Act, Step},
    book::{Point, Request},
    house::{STAFF, SYSTEM},
    world::{End, World, broken},
};

/// How a contact point counts.
fn dates(row: &ContactPointRow) -> (words::ContactPointId, Option<Time>, Time, Option<Time>) {
    (row.id, row.confirmed_at, row.effective_at, row.removed_at)
}

/// How many of these happened within that time.
pub(crate) fn within(times: &[Time], span: Duration, now: Time) -> usize {
    times.iter().filter(|at| **at + span > now).count()
}

impl World {
    /// A mailbox of an account that counted when a conversation began, or now.
    pub(crate) fn usable(&self, account: usize, mailbox: usize, since: Option<Time>) -> bool {
        let now = self.now();
        let points = self
            .book
            .accounts
            .get(account)
            .map(|account| account.points);
        points
            .and_then(|points| points[mailbox])
            .is_some_and(|point| {
                point.effective <= now
                    && self.on_file(account, mailbox)
                    && since.is_none_or(|since| point.effective <= since)
            })
    }

    /// Whether the desk had a mailbox, confirmed, when its contact points were last looked at. That it comes and
    /// goes only as it may is looked at when it does.
    fn on_file(&self, account: usize, mailbox: usize) -> bool {
        let rows = &self.book.accounts[account].rows;
        rows.iter().any(|row| {
            row.removed_at.is_none()
                && row.confirmed_at.is_some()
                && self.is_at(row, account, mailbox)
        })
    }

    /// Whether a contact point is that mailbox.
    fn is_at(&self, row: &ContactPointRow, account: usize, mailbox: usize) -> bool {
        self.owners.get(account).is_some_and(|owner| {
            let email = vault::normalise(words::FieldKind::Email, &owner.emails[mailbox]);
            let kind = words::ContactKind::Email.as_str();
            row.blind == self.house.vault.blind(kind, &email).0
        })
    }

    /// What was asked for just now.
    pub(crate) fn asked(&self, request: &Request) -> Result<(), End> {
        let hold = self.book.accounts[request.account].hold;
        let stops = !matches!(
            request.kind,
            RequestKind::Lock | RequestKind::Unlock | RequestKind::Ask
        );
        let what = format!(
            "{} of {} is {}",
            request.kind, request.field.0, request.state
        );
        let named = STAFF[request.by]
            .scopes
            .is_none_or(|scopes| scopes.contains(&"reveals"));
        if request.kind == RequestKind::Reveal && !named {
            return broken("everybody does what they are for", what);
        }
        if hold == HoldLevel::Frozen && stops && request.state != RequestState::Refused {
            return broken("frozen stays frozen", what);
        }
        let at_once = match (request.kind, request.state) {
            (RequestKind::Deliver, RequestState::Sending) => hold == HoldLevel::None,
            (RequestKind::Lock, RequestState::Done) => true,
            (_, state) => matches!(state, RequestState::Waiting | RequestState::Refused),
        };
        if !at_once {
            return broken("nothing happens without the owner's proof", what);
        }
        let secret = matches!(
            request.field.0.as_str(),
            "receipt_code" | "password_changed"
        );
        if secret && request.state != RequestState::Refused {
            return broken("secrets go nowhere", what);
        }
        let opened = self
            .book
            .tickets
            .get(&request.ticket)
            .map(|ticket| ticket.opened);
        let reachable = (0..2).any(|mailbox| self.usable(request.account, mailbox, opened));
        let decoy = request.account + 1 == self.book.accounts.len();
        if request.kind == RequestKind::Deliver
            && request.state != RequestState::Refused
            && !reachable
            && !decoy
        {
            return broken("only to registered contact points", what);
        }
        Ok(())
    }

    /// A question was put to an owner: not more than they can bear.
    pub(crate) fn questioned(&mut self, account: usize) -> Result<(), End> {
        let now = self.now();
        let account = &mut self.book.accounts[account];
        account.questions.push(now);
        // Three in a row, and one more in four hours.
        if within(&account.questions, Duration::from_hours(4), now) > 4 {
            return broken(
                "limits hold",
                "an owner was asked more than four times in four hours",
            );
        }
        Ok(())
    }

    /// What must hold now, after a step that may have changed something.
    pub(crate) async fn settle(&mut self, step: Step, act: &Act) -> Result<(), End> {
        let now = self.now();
        let store = self.house.desk.store().clone();
        let mut tx = store.read().await?;
        let mut lifted = Vec::new();
        let live: Vec<Step> = self
            .book
            .requests
            .iter()
            .filter(|(made, r)| r.live() || **made == step)
            .map(|(made, _)| *made)
            .collect();
        for made in live {
            let old = self.book.requests[&made].clone();
            let Some(row) = tx.request(old.id).await? else {
                return broken("the record is whole", "a request is gone");
            };
            let proofs = tx.proofs(old.id).await?;
            for proof in proofs.iter().skip(old.proofs.len()) {
                if self.allowed != Some((made, proof.kind)) {
                    let said = format!(
                        "a {} for the {} of step {made} that the owner never gave",
                        proof.kind, old.kind
                    );
                    return broken("a proof is the owner's own", said);
                }
                if let Some(request) = self.book.requests.get_mut(&made) {
                    request.proofs.push((proof.kind, proof.given_at));
                }
            }
            let key = (old.kind.to_string(), row.state.to_string());
            if made == step || row.state != old.state {
                *self.reached.states.entry(key).or_default() += 1;
            }
            if row.state == old.state {
                continue;
            }
            if let Some(request) = self.book.requests.get_mut(&made) {
                request.state = row.state;
            }
            if self.granted(made, old.state, row.state, now)? {
                lifted.push(old.account);
            }
        }
        self.allowed = None;
        for n in 0..self.book.accounts.len() {
            let Some(row) = tx.account(self.book.accounts[n].id).await? else {
                continue;
            };
            let book = &mut self.book.accounts[n];
            if row.hold < book.hold && !lifted.contains(&n) {
                return broken(
                    "only the owner lifts a hold",
                    format!("account {n} was {}, and is {}", book.hold, row.hold),
                );
            }
            // While it was frozen attempts raised nothing more, and a thaw doesn't forget them.
            let open = row.hold == HoldLevel::None && book.hold == HoldLevel::None;
            if open && row.attempts >= 3 && row.attempts > book.attempts {
                return broken(
                    "attempts add up",
                    format!("account {n} has {} and no hold", row.attempts),
                );
            }
            book.hold = row.hold;
            book.attempts = row.attempts;
        }
        if let Some(request) = self.book.requests.get(&step)
            && request.kind == RequestKind::Lock
            && request.state == RequestState::Done
            && self.book.accounts[request.account].hold != HoldLevel::Frozen
        {
            return broken(
                "frozen stays frozen",
                "support froze an account, and it isn't",
            );
        }
        if matches!(
            act,
            Act::Put { .. }
                | Act::Answer { .. }
                | Act::Prove { .. }
                | Act::Type { .. }
                | Act::Ask {
                    kind: RequestKind::Lock,
                    ..
                }
                | Act::Work
                | Act::Visit { .. }
        ) {
            for n in 0..self.book.accounts.len() {
                let rows = tx.contact_points(self.book.accounts[n].id).await?;
                self.contact_points(step, act, n, &rows)?;
                self.book.accounts[n].rows = rows;
            }
        }
        Ok(())
    }

    /// Whether a request may have gone from one state to another. True if that lifts a hold.
    fn granted(
        &mut self,
        made: Step,
        from: RequestState,
        to: RequestState,
        now: Time,
    ) -> Result<bool, End> {
        use RequestState as S;
        let request = self.book.requests[&made].clone();
        let frozen = self.book.accounts[request.account].hold == HoldLevel::Frozen;
        let what = format!(
            "the {} of step {made} went from {from} to {to}",
            request.kind
        );
        if !matches!(to, S::Sending | S::Done | S::Ready | S::Cooling) {
            return Ok(false);
        }
        if request.cancelled && to == S::Done {
            return broken("what was cancelled never happens", what);
        }
        let may_when_frozen = matches!(request.kind, RequestKind::Unlock | RequestKind::Ask);
        // What left before the freeze may be known to have arrived after it.
        if frozen
            && !may_when_frozen
            && from != S::Sending
            && !(from == S::Ready && to == S::Done)
            && from != S::Failed
        {
            return broken("frozen stays frozen", what);
        }
        match (from, to) {
            (S::Waiting, S::Cooling) if request.kind == RequestKind::Unlock => {
                if request.agreed.is_none() {
                    return broken("two different people agree", what);
                }
                if let Some(request) = self.book.requests.get_mut(&made) {
                    request.cools = Some(now);
                }
                Ok(false)
            }
            (S::Waiting, _) => {
                if request.kinds(now) < request.needs() {
                    let said = format!(
                        "{what} with {} of {} proofs",
                        request.kinds(now),
                        request.needs()
                    );
                    return broken("nothing happens without the owner's proof", said);
                }
                if request.eyes() && request.agreed.is_none() {
                    return broken("two different people agree", what);
                }
                if to == S::Cooling
                    && let Some(request) = self.book.requests.get_mut(&made)
                {
                    request.cools = Some(now);
                }
                Ok(request.kind == RequestKind::Unlock)
            }
            // Proven in two ways, and then typed by the owner.
            (S::Ready, S::Cooling) => {
                let since = request.proofs.iter().map(|(_, at)| *at).max();
                let in_time = since.is_some_and(|at| now <= at + Duration::from_mins(61));
                if self.typed != Some(made) || !in_time {
                    return broken("nothing happens without the owner's proof", what);
                }
                if let Some(request) = self.book.requests.get_mut(&made) {
                    request.cools = Some(now);
                }
                Ok(false)
            }
            (S::Cooling, S::Done) => {
                let waits = if request.kind == RequestKind::Unlock {
                    24
                } else {
                    72
                };
                // Nobody is told about a decoy, and that mustn't be seen.
                let decoy = request.account + 1 == self.book.accounts.len();
                let since = if request.kind == RequestKind::Unlock && !decoy {
                    request.told
                } else {
                    request.cools
                };
                if since.is_none_or(|at| at + Duration::from_hours(waits) > now) {
                    let what = since.map_or_else(
                        || format!("{what} and was never told"),
                        |at| format!("{what} after {} minutes", at.until(now).as_secs() / 60),
                    );
                    return broken("the owner has time to say no", what);
                }
                Ok(request.kind == RequestKind::Unlock)
            }
            _ => Ok(false),
        }
    }

    fn contact_points(
        &self,
        step: Step,
        act: &Act,
        account: usize,
        rows: &[ContactPointRow],
    ) -> Result<(), End> {
        let book = &self.book.accounts[account];
        let old: Vec<_> = book.rows.iter().map(dates).collect();
        let new: Vec<_> = rows.iter().map(dates).collect();
        if old == new {
            return Ok(());
        }
        let (from, now) = (self.book.times[&step].0, self.now());
        let cooling = Duration::from_hours(72);
        let frozen = book.hold == HoldLevel::Frozen;
        let by_list =
            matches!(act, Act::Put { by, account: n, .. } if *by == SYSTEM && *n == account);
        let by_older_list = self
            .book
            .puts
            .values()
            .any(|(n, at)| *n == account && *at + cooling <= now);
        let of = |request: &Request| {
            request.kind == RequestKind::Change
                && request.account == account
                && request.field.0 == "contact_point"
        };
        let typed = self
            .typed
            .and_then(|of| self.book.requests.get(&of))
            .is_some_and(of);
        let by_owner = self
            .book
            .requests
            .values()
            .any(|request| of(request) && request.cools.is_some_and(|at| at + cooling <= now));
        let what = format!("those of account {account} changed");
        for (row, point) in rows.iter().zip(&new) {
            let Some(known) = old.iter().find(|known| known.0 == point.0) else {
                if frozen {
                    return broken("frozen stays frozen", what);
                }
                if !by_list && !typed {
                    return broken("contact points change only as they may", what);
                }
                if point.2 < from + cooling {
                    return broken("contact points cool off", what);
                }
                continue;
            };
            let answered = known.1.is_none()
                && self
                    .answers_at
                    .is_some_and(|(n, mailbox)| n == account && self.is_at(row, account, mailbox));
            // It may be put off until its owner was told, and one that nobody confirmed may be typed anew.
            let anew = typed && known.1.is_none();
            if point.1 != known.1 && !answered || point.2 < known.2 && !anew {
                return broken("contact points change only as they may", what);
            }
        }
        for (row, known) in book.rows.iter().zip(&old) {
            // What is to come may be stopped at any time, also late; what nobody confirmed never counted.
            let stopped = book.typed.iter().enumerate().any(|(mailbox, of)| {
                let request = of.and_then(|of| self.book.requests.get(&of));
                request
                    .is_some_and(|r| !matches!(r.state, RequestState::Cooling | RequestState::Done))
                    && self.is_at(row, account, mailbox)
            });
            let to_come = known.2 > from.min(self.worked) || known.1.is_none() || stopped;
            if to_come || new.iter().any(|point| point.0 == known.0) {
                continue;
            }
            if frozen {
                return broken("frozen stays frozen", what);
            }
            if !by_list && !by_older_list && !by_owner {
                return broken("contact points change only as they may", what);
            }
        }
        Ok(())
    }

    /// The company's system put an account: what counts from when, by the tormentor's own reckoning.
    pub(crate) fn was_put(&mut self, step: Step, account: usize, emails: [bool; 2], moved: bool) {
        let from = self.book.times[&step].0;
        self.book.puts.insert(step, (account, from));
        let confirmed = self.owners[account].confirmed;
        // Its owner typed it, and may still answer there.
        let stays = [0, 1].map(|mailbox| {
            let typed = self.book.accounts[account].typed[mailbox];
            self.on_file(account, mailbox)
                || typed
                    .and_then(|of| self.book.requests.get(&of))
                    .is_some_and(|request| request.state == RequestState::Cooling)
        });
        let book = &mut self.book.accounts[account];
        book.sent = (emails, moved);
        if book.hold == HoldLevel::Frozen {
            return;
        }
        for ((point, stays), there) in book.points.iter_mut().zip(stays).zip(emails) {
            let fresh = Point {
                effective: from + Duration::from_hours(72),
            };
            let next = match (*point, there) {
                (Some(old), true) if stays => Some(old),
                (_, true) if confirmed => Some(fresh),
                (old, false) => old,
                _ => None,
            };
            book.changed |= next != *point || point.is_some() && !there;
            *point = next;
        }
    }

    /// Whether somebody can be one of two who agree.
    pub(crate) fn agrees(by: usize) -> bool {
        STAFF[by].scopes.is_none() && matches!(STAFF[by].role, Role::Lead | Role::Admin)
    }

    /// A good proof may be taken down in this step.
    pub(crate) fn allow(&mut self, request: Step, kind: ProofKind) {
        self.allowed = Some((request, kind));
    }
}
