//! What the owners do, and what is done with what they proved. An owner is honest: a yes is only for
//! what they asked for.

use axum::http::{Method, StatusCode};
use std::time::Duration;
use words::{HoldLevel, ProofKind, RequestKind, RequestState, TicketState};

use crate::{
    act::{By, Step, Told},
    book::Point,
    customer::{Class, Mark},
    house::STAFF,
    perform::form,
    watch::within,
    world::{End, World, broken},
};

const GUESS: &str = "13572468";

impl World {
    pub(crate) async fn answer(
        &mut self,
        page: &str,
        of: Step,
        nth: usize,
        yes: bool,
    ) -> Result<bool, End> {
        let Some(at) = self.book.letter(page, of, nth) else {
            return Ok(false);
        };
        let letter = self.book.letters[at].clone();
        self.outside(Method::GET, &letter.link, None).await?;
        let now = self.now();
        let state = self.book.requests.get(&of).map(|request| request.state);
        let in_time = letter
            .expires
            .map_or(letter.came + Duration::from_hours(20 * 24), |at| at)
            > now;
        let open = !letter.answered
            && in_time
            && match page {
                "confirm" | "was-this-you" => state == Some(RequestState::Waiting),
                "stop" => state == Some(RequestState::Cooling) && !yes,
                "address" => state == Some(RequestState::Cooling),
                _ => !yes,
            };
        if yes && open && page == "address" {
            self.answers_at = Some((letter.account, letter.mailbox));
        }
        if yes && open && page == "confirm" {
            self.allow(of, ProofKind::Email);
        }
        let said = if yes { "yes" } else { "no" };
        self.outside(Method::POST, &letter.link, Some(form(&[("answer", said)])))
            .await?;
        if !open {
            return Ok(true);
        }
        for other in self
            .book
            .letters
            .iter_mut()
            .filter(|other| other.link == letter.link)
        {
            other.answered = true;
        }
        if let Some(request) = self.book.requests.get_mut(&of) {
            if yes && page == "was-this-you" {
                request.proofs.push((ProofKind::Email, now));
            }
            if !yes && page == "stop" {
                request.cancelled = true;
            }
        }
        if !yes {
            let mut tx = self.house.desk.store().read().await?;
            let account = tx.account(self.book.accounts[letter.account].id).await?;
            if account.is_some_and(|row| row.hold != HoldLevel::Frozen) {
                return broken(
                    "frozen stays frozen",
                    "the owner said that it wasn't them, and nothing is frozen",
                );
            }
        }
        Ok(true)
    }

    pub(crate) async fn prove(
        &mut self,
        of: Step,
        nth: usize,
        kind: ProofKind,
        told: Told,
    ) -> Result<bool, End> {
        let Some(at) = self.book.letter("confirm", of, nth) else {
            return Ok(false);
        };
        let letter = self.book.letters[at].clone();
        let Some(request) = self.book.requests.get(&of).cloned() else {
            return Ok(false);
        };
        let Some(owner) = self.owners.get(letter.account) else {
            return Ok(false);
        };
        let list = if kind == ProofKind::Receipt {
            &owner.receipts
        } else {
            &owner.saved
        };
        let used = &self.book.accounts[letter.account].used;
        let code = match told {
            Told::Right(n) => list
                .iter()
                .filter(|code| !used.contains(code))
                .nth(n)
                .cloned(),
            Told::Old => list.iter().rfind(|code| used.contains(code)).cloned(),
            // A whole code, and nobody's.
            Told::Guess if kind == ProofKind::Saved => Some("0000-0000-0000-0000".to_owned()),
            Told::Guess => Some("RQ000000-BCDFGH".to_owned()),
        };
        let Some(code) = code else { return Ok(false) };
        let now = self.now();
        let good = matches!(told, Told::Right(_))
            && letter.answered
            && request.state == RequestState::Waiting
            && letter.expires.is_none_or(|at| at > now);
        if good {
            self.allow(of, kind);
        }
        let name = if kind == ProofKind::Receipt {
            "receipt"
        } else {
            "saved"
        };
        let answer = self
            .outside(Method::POST, &letter.link, Some(form(&[(name, &code)])))
            .await?;
        let mut tx = self.house.desk.store().read().await?;
        let taken = tx.proofs(request.id).await?.len() > request.proofs.len();
        drop(tx);
        let now = self.now();
        let account = &mut self.book.accounts[letter.account];
        if taken && good {
            account.used.push(code);
        }
        if answer.status == StatusCode::OK {
            account.steps.push(now);
        }
        // Five in a row, and one more in two hours.
        if within(&account.steps, Duration::from_hours(2), now) > 6 {
            return broken(
                "limits hold",
                "more than six further steps were tried in two hours",
            );
        }
        Ok(true)
    }

    /// The owner types what is new on the page at which they proved the change.
    pub(crate) async fn types(&mut self, of: Step, nth: usize, second: bool) -> Result<bool, End> {
        let Some(at) = self.book.letter("confirm", of, nth) else {
            return Ok(false);
        };
        let letter = self.book.letters[at].clone();
        let Some(request) = self.book.requests.get(&of).cloned() else {
            return Ok(false);
        };
        let Some(owner) = self.owners.get(letter.account) else {
            return Ok(false);
        };
        let contact = request.field.0 == "contact_point";
        let value = if contact {
            owner.emails[usize::from(second)].clone()
        } else {
            owner.addresses[usize::from(second)].clone()
        };
        let form = form(&[("value", &value), ("sure", "yes")]);
        self.typed = (request.state == RequestState::Ready).then_some(of);
        self.outside_but(Method::POST, &letter.link, Some(form), &value)
            .await?;
        let mut tx = self.house.desk.store().read().await?;
        let row = tx.request(request.id).await?;
        drop(tx);
        let taken = row.is_some_and(|row| row.state == RequestState::Cooling)
            && request.state == RequestState::Ready;
        if taken && contact {
            let from = self.now();
            let account = &mut self.book.accounts[letter.account];
            account.typed[usize::from(second)] = Some(of);
            account.points[usize::from(second)] = Some(Point {
                effective: from + Duration::from_hours(72),
            });
            // What it takes the place of goes once it comes.
            account.changed |= !request.field.1.is_empty();
        }
        Ok(taken)
    }

    /// The number of a ticket, the id of a request, and whether it is in that ticket.
    fn pair(&self, ticket: Step, request: Step) -> Option<(i64, words::RequestId, bool)> {
        let number = self.book.tickets.get(&ticket)?.number;
        let book = self.book.requests.get(&request)?;
        Some((number, book.id, book.ticket == ticket))
    }

    pub(crate) async fn send_code(
        &mut self,
        by: By,
        ticket: Step,
        request: Step,
    ) -> Result<bool, End> {
        let Some((number, id, own)) = self.pair(ticket, request) else {
            return Ok(false);
        };
        let before = self.code_of(id).await?;
        self.do_in(by, number, &format!("requests/{id}/code"), &[])
            .await?;
        let after = self.code_of(id).await?;
        if before.0 == after.0 {
            return Ok(false);
        }
        if !own {
            return broken(
                "a request is used in its own ticket",
                "a code was sent by way of another",
            );
        }
        let Some(book) = self.book.requests.get_mut(&request) else {
            return Ok(false);
        };
        book.tries = 0;
        if let Some(old) = book.code.take() {
            book.old_codes.push(old.text);
        }
        let account = book.account;
        self.questioned(account)?;
        Ok(true)
    }

    /// What is kept of the newest code for a request, and its tries.
    async fn code_of(&self, request: words::RequestId) -> Result<(Option<Vec<u8>>, i64), End> {
        let mut tx = self.house.desk.store().read().await?;
        let row = tx.challenge_of(request).await?;
        Ok(row.map_or((None, 0), |row| (row.code, row.tries)))
    }

    pub(crate) async fn read_out(
        &mut self,
        by: By,
        ticket: Step,
        request: Step,
        told: Told,
    ) -> Result<bool, End> {
        let Some((number, id, own)) = self.pair(ticket, request) else {
            return Ok(false);
        };
        let book = self.book.requests[&request].clone();
        let code = match told {
            Told::Right(_) if book.wanted => book.code.as_ref().map(|code| code.text.clone()),
            Told::Old if book.wanted => book.old_codes.last().cloned(),
            Told::Guess => Some(GUESS.to_owned()),
            _ => None,
        };
        let Some(code) = code else { return Ok(false) };
        let now = self.now();
        let good = matches!(told, Told::Right(_))
            && own
            && book.tries < 3
            && book.state == RequestState::Waiting
            && book.code.as_ref().is_some_and(|code| code.until > now);
        if good {
            self.allow(request, ProofKind::Email);
        }
        let before = self.code_of(id).await?;
        self.do_in(
            by,
            number,
            &format!("requests/{id}/code/tries"),
            &[("code", &code)],
        )
        .await?;
        let after = self.code_of(id).await?;
        if before.1 == after.1 {
            return Ok(false);
        }
        if !own {
            return broken(
                "a request is used in its own ticket",
                "a code was tried by way of another",
            );
        }
        if let Some(book) = self.book.requests.get_mut(&request) {
            book.tries += 1;
        }
        let now = self.now();
        let account = &mut self.book.accounts[book.account];
        account.tries.push(now);
        // Five in a row, and one more in two hours.
        if within(&account.tries, Duration::from_hours(2), now) > 6 {
            return broken("limits hold", "more than six codes were tried in two hours");
        }
        Ok(true)
    }

    pub(crate) async fn agree(&mut self, by: By, ticket: Step, request: Step) -> Result<bool, End> {
        let Some((number, id, own)) = self.pair(ticket, request) else {
            return Ok(false);
        };
        self.do_in(by, number, &format!("requests/{id}/agree"), &[])
            .await?;
        let mut tx = self.house.desk.store().read().await?;
        let agreed = tx
            .approvals(id)
            .await?
            .iter()
            .any(|row| row.staff_id == self.house.staff[by]);
        drop(tx);
        let now = self.now();
        let Some(book) = self.book.requests.get_mut(&request) else {
            return Ok(false);
        };
        if !agreed || book.agreed.is_some() {
            return Ok(false);
        }
        // A thaw takes two who may; elsewhere anybody may ask, and another person who may agrees.
        let thaw = book.kind == RequestKind::Unlock;
        if !own || by == book.by || !Self::agrees(by) || thaw && !Self::agrees(book.by) {
            let said = format!(
                "{} asked, and {} agreed",
                STAFF[book.by].name, STAFF[by].name
            );
            return broken("two different people agree", said);
        }
        book.agreed = Some((by, now));
        Ok(true)
    }

    pub(crate) async fn reveal(
        &mut self,
        by: By,
        ticket: Step,
        request: Step,
    ) -> Result<bool, End> {
        let Some((number, id, own)) = self.pair(ticket, request) else {
            return Ok(false);
        };
        let book = self.book.requests[&request].clone();
        let Some(row) = self.row(ticket).await? else {
            return Ok(false);
        };
        let now = self.now();
        let mine: Vec<_> = self
            .book
            .shown
            .iter()
            .filter(|(of, _)| *of == by)
            .map(|(_, at)| *at)
            .collect();
        let fresh = book
            .proofs
            .iter()
            .any(|(kind, at)| *kind == ProofKind::Email && *at + Duration::from_mins(5) > now);
        let faults: Vec<&str> = [
            (book.kind == RequestKind::Reveal, "it isn't one"),
            (own, "it is another ticket's"),
            (by == book.by, "somebody else asked"),
            (fresh, "the owner's yes is missing or old"),
            (row.state != TicketState::Closed, "the ticket is closed"),
            (
                self.book.accounts[book.account].hold == HoldLevel::None,
                "the account is held",
            ),
            (
                within(&mine, Duration::from_hours(1), now) < 5,
                "they saw too much already",
            ),
        ]
        .into_iter()
        .filter(|(good, _)| !good)
        .map(|(_, fault)| fault)
        .collect();
        let path = if Self::is_person(by) {
            "/desk"
        } else {
            "/api/v1"
        };
        let path = format!("{path}/tickets/{number}/requests/{id}/reveal");
        let shown = |mark: &Mark| {
            faults.is_empty()
                && mark.class == Class::Sealed
                && mark.account == book.account
                && mark.field == book.field
        };
        let body = String::new();
        let answer = self.house.call(by, Method::POST, &path, Some(body)).await?;
        if answer.status == StatusCode::OK && !faults.is_empty() {
            return broken("a reveal is narrow", faults.join("; "));
        }
        let good = answer.status == StatusCode::OK;
        self.search("an answer", &answer.text, &shown)?;
        if good {
            let now = self.now();
            self.book.shown.push((by, now));
            if let Some(book) = self.book.requests.get_mut(&request) {
                book.shown.push(now);
            }
        }
        Ok(good)
    }
}
