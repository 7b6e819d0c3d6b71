//! Everybody at the desk, and every program, looks at everything they can see.

use anyhow::Result;

use crate::{
    outcome::Outcome,
    player::{Player, Went},
};

/// The lists of tickets.
const LISTS: [&str; 7] = [
    "mine",
    "unassigned",
    "open",
    "flags",
    "escalated",
    "safety",
    "closed",
];
/// The other pages. Who may not open one gets a no, and that is looked at too.
const PAGES: [&str; 11] = [
    "/desk/look-up",
    "/desk/calls/new",
    "/desk/mail",
    "/desk/ledger",
    "/desk/people",
    "/desk/tokens",
    "/desk/settings",
    "/desk/sessions",
    "/metrics",
    "/healthz",
    "/sign-in",
];

impl Player {
    pub(crate) async fn read_everything(&self) -> Result<Went> {
        let ticket = self.ticket.clone();
        let id = &self.victim.external_id;
        let search: String = form_urlencoded::byte_serialize(self.victim.name.as_bytes()).collect();
        let mut paths: Vec<String> = LISTS
            .iter()
            .map(|list| format!("/desk?filter={list}"))
            .chain(PAGES.iter().map(|&page| page.to_owned()))
            .chain([format!("/desk?q={search}")])
            .collect();
        paths.extend(
            ticket
                .iter()
                .map(|number| format!("/desk/tickets/{number}")),
        );
        let mut calls: Vec<String> = LISTS
            .iter()
            .map(|list| format!("tickets?filter={list}"))
            .chain([
                format!("accounts/{id}"),
                "ledger/checkpoint".to_owned(),
                "ledger/key".to_owned(),
            ])
            .collect();
        calls.extend(ticket.iter().map(|number| format!("tickets/{number}")));
        let (mut read, mut closed) = (0, 0);
        let mut count = |status: u16| match Outcome::of(status) {
            Outcome::Broken => false,
            Outcome::Fine => {
                read += 1;
                true
            }
            _ => {
                closed += 1;
                true
            }
        };
        let cast = &self.cast;
        let mut good = true;
        for person in [
            &cast.rep,
            &cast.lead,
            &cast.admin,
            &cast.auditor,
            &cast.stranger,
        ] {
            for path in &paths {
                good &= count(person.get(path).await?.status);
            }
        }
        for program in [
            &cast.rep_program,
            &cast.lead_program,
            &cast.admin_program,
            &cast.auditor_program,
            &cast.stranger,
        ] {
            for path in &calls {
                good &= count(program.call("GET", path, "").await?.status);
            }
        }
        let record = format!("accounts/{id}/record");
        for program in [
            &cast.auditor_program,
            &cast.admin_program,
            &cast.rep_program,
        ] {
            good &= count(program.call("POST", &record, "").await?.status);
        }
        let words = format!("{read} pages and answers read, {closed} closed to who asked");
        Ok((if good { Outcome::Fine } else { Outcome::Broken }, words))
    }
}
