//! The end of a world: everything heals, weeks go by, and then the owners must have heard of all of
//! it, and the record must be whole.

use axum::http::Method;
use std::time::Duration;
use words::Time;

use crate::{
    house::ADMIN,
    world::{End, World, broken},
};

/// What the ledger says of one kind, with its references.
#[derive(Default)]
struct Recorded {
    left: Vec<String>,
    shown: Vec<String>,
}

impl World {
    /// Lets weeks go by, and looks at the whole.
    ///
    /// # Errors
    /// If the promise was broken.
    pub async fn finale(&mut self, after: usize) -> Result<(), End> {
        self.house.mail.heals();
        self.house.hooks.heals();
        let mut step = after;
        for day in 0..24 {
            step += 1;
            self.step(step, &crate::act::Act::Work).await?;
            if day % 6 == 0 {
                self.revive().await?;
            }
            step += 1;
            self.step(step, &crate::act::Act::Pass(60 * 13)).await?;
        }
        self.told_of_all()?;
        self.recorded().await?;
        let decoys = self.house.desk.decoys().await?;
        if self.book.touched_decoy && decoys.iter().all(|decoy| decoy.alarms == 0) {
            return broken(
                "a decoy raises an alarm",
                "one was opened or asked for, and nobody was told",
            );
        }
        Ok(())
    }

    async fn revive(&mut self) -> Result<(), End> {
        let mut tx = self.house.desk.store().read().await?;
        let dead = tx.jobs_in("dead", 200).await?;
        drop(tx);
        for job in dead {
            self.post(ADMIN, &format!("/desk/mail/{}/resend", job.id), "")
                .await?;
        }
        Ok(())
    }

    /// Every showing and every contact was told to the owner, who could be reached.
    fn told_of_all(&self) -> Result<(), End> {
        let told = |account: usize, since: Time, contact: Time, shown: Option<&str>| {
            self.book
                .letters
                .iter()
                .filter(|letter| letter.account == account && letter.came > since)
                .any(|letter| {
                    letter.contacts.iter().any(|(at, labels)| {
                        *at == contact
                            && shown.is_none_or(|label| {
                                labels.iter().any(|said| label.ends_with(said.as_str()))
                            })
                    })
                })
        };
        for request in self.book.requests.values() {
            let Some(ticket) = self.book.tickets.get(&request.ticket) else {
                continue;
            };
            if self.book.accounts[request.account].changed {
                continue;
            }
            // A reopened ticket is told of by when it was opened again.
            let by_any = |at: Time| {
                self.book.letters.iter().any(|letter| {
                    letter.account == request.account
                        && letter.came > at
                        && letter.contacts.iter().any(|(_, labels)| {
                            labels
                                .iter()
                                .any(|said| request.label.ends_with(said.as_str()))
                        })
                })
            };
            for at in &request.shown {
                if !told(request.account, *at, ticket.opened, Some(&request.label)) && !by_any(*at)
                {
                    return broken(
                        "the owner hears of it",
                        format!(
                            "{} was shown, and the owner of account {} never heard of it",
                            request.label, request.account
                        ),
                    );
                }
            }
        }
        for ticket in self.book.tickets.values().filter(|ticket| !ticket.flag) {
            let Some(account) = ticket.account else {
                continue;
            };
            let reachable = self
                .owners
                .get(account)
                .is_some_and(|owner| owner.confirmed)
                && !self.book.accounts[account].changed;
            if reachable && !told(account, ticket.opened, ticket.opened, None) {
                return broken(
                    "the owner hears of it",
                    format!(
                        "nobody told the owner of account {account} of ticket {}",
                        ticket.number
                    ),
                );
            }
        }
        Ok(())
    }

    /// The ledger is whole, gives nothing away, and has every disclosure in it.
    async fn recorded(&mut self) -> Result<(), End> {
        let desk = self.house.desk.clone();
        desk.checkpoint().await?;
        let verifier = ledger::Verifier::parse(&desk.ledger_key())?;
        if let Err(error) = desk::journal::verify(desk.store(), &verifier, &[]).await {
            return broken("the record is whole", error.to_string());
        }
        let export = desk::journal::export(desk.store(), &verifier, Vec::new()).await?;
        let export = String::from_utf8_lossy(&export).into_owned();
        self.search("the exported ledger", &export, &|_| false)?;
        let metrics = self
            .house
            .call(ADMIN, Method::GET, "/metrics", None)
            .await?;
        self.search("the metrics", &metrics.text, &|_| false)?;
        let mut recorded = Recorded::default();
        for line in export.lines() {
            if line.contains("disclosure.leaving") {
                recorded.left.push(line.to_owned());
            } else if line.contains("disclosure.revealed") {
                recorded.shown.push(line.to_owned());
            }
        }
        let delivered = self.book.letters.iter().filter(|letter| letter.delivery);
        for letter in delivered {
            let Some(request) = self.book.requests.get(&letter.of) else {
                continue;
            };
            let id = request.id.to_string();
            if !recorded.left.iter().any(|line| line.contains(&id)) {
                return broken(
                    "every disclosure is recorded",
                    format!("{} left without an entry", request.label),
                );
            }
        }
        for request in self.book.requests.values() {
            let id = request.id.to_string();
            let entries = recorded
                .shown
                .iter()
                .filter(|line| line.contains(&id))
                .count();
            if entries < request.shown.len() {
                return broken(
                    "every disclosure is recorded",
                    format!("{} was shown without an entry", request.label),
                );
            }
        }
        let mut soon = self.now();
        soon.0 += i64::try_from(Duration::from_secs(1).as_micros()).unwrap_or(0);
        self.book.times.insert(usize::MAX, (soon, soon));
        self.search_log()
    }
}
