//! The REST API: for programs, with tokens. A token acts as a rep of its role, through the same
//! gate; nothing here takes a destination.
//!
//! To add a call: 1. a handler in the file of its place, with `#[utoipa::path]`; 2. its name in
//! `openapi.rs`; 3. a line in [`routes`]. A test holds the description against the routes.

mod accounts;
mod acts;
mod alarms;
mod assertions;
mod body;
mod codes;
mod events;
mod ledger;
mod lists;
mod look_ups;
mod openapi;
mod problem;
mod recovery;
mod requests;
mod reveals;
mod shapes;
mod tickets;

use axum::{http::Method, routing::any};
use words::Role;

use crate::{
    fault::Fault,
    routes::{ADMINS, AUDITS, HEEDS, LEADS, Routes, WORKS, Who},
};

pub(crate) use problem::problem;

/// Tickets, and what is asked for in them.
const TICKETS: Who = token(WORKS, "tickets");
/// Reading and finding accounts.
const FINDS: Who = token(WORKS, "accounts");
/// Bringing accounts in, and with them places that letters go to.
const PUTS: Who = token(ADMINS, "accounts");
/// Login events in.
const EVENTS: Who = token(LEADS, "events");
/// The ledger's size and roots: nothing about anybody.
const LEDGER: Who = token(AUDITS, "ledger");
/// What the ledger says about one account.
const RECORDS: Who = token(AUDITS, "records");

/// What colleagues did that somebody should look at.
const ALARMS: Who = token(HEEDS, "alarms");
const REVEALS: Who = token(WORKS, "reveals");

const fn token(roles: &'static [Role], scope: &'static str) -> Who {
    Who::Token(roles, scope)
}

/// The routes of the API.
#[must_use]
pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/api/v1/openapi.json", Who::Anyone, openapi::show)
        .put("/api/v1/accounts/{external_id}", PUTS, accounts::put)
        .get("/api/v1/accounts/{external_id}", FINDS, accounts::read)
        .post("/api/v1/look-ups", FINDS, look_ups::look_up)
        .post("/api/v1/tickets", TICKETS, tickets::open)
        .get("/api/v1/tickets", TICKETS, tickets::list)
        .get("/api/v1/tickets/{number}", TICKETS, tickets::show)
        .post(
            "/api/v1/tickets/{number}/account",
            TICKETS,
            acts::set_account,
        )
        .post(
            "/api/v1/tickets/{number}/messages",
            TICKETS,
            acts::add_message,
        )
        .post("/api/v1/tickets/{number}/requests", TICKETS, requests::ask)
        .post(
            "/api/v1/tickets/{number}/requests/{id}/code",
            TICKETS,
            codes::send,
        )
        .post(
            "/api/v1/tickets/{number}/requests/{id}/code/text",
            TICKETS,
            codes::send_text,
        )
        .post(
            "/api/v1/tickets/{number}/requests/{id}/code/tries",
            TICKETS,
            codes::take,
        )
        .post(
            "/api/v1/tickets/{number}/requests/{id}/reveal",
            REVEALS,
            reveals::reveal,
        )
        .post(
            "/api/v1/tickets/{number}/requests/{id}/page",
            TICKETS,
            recovery::give,
        )
        // The assertion is its own authentication.
        .post("/api/v1/assertions", Who::Anyone, assertions::take)
        .get("/api/v1/alarms", ALARMS, alarms::list)
        .post("/api/v1/tickets/{number}/escalate", TICKETS, acts::escalate)
        .post("/api/v1/tickets/{number}/assign", TICKETS, acts::assign)
        .post("/api/v1/tickets/{number}/release", TICKETS, acts::release)
        .post("/api/v1/tickets/{number}/close", TICKETS, acts::close)
        .post("/api/v1/tickets/{number}/reopen", TICKETS, acts::reopen)
        .post("/api/v1/tickets/{number}/end", TICKETS, acts::end)
        .post("/api/v1/events", EVENTS, events::take)
        .post(
            "/api/v1/accounts/{external_id}/record",
            RECORDS,
            ledger::account_record,
        )
        .get("/api/v1/ledger/checkpoint", LEDGER, ledger::checkpoint)
        .get("/api/v1/ledger/consistency", LEDGER, ledger::consistency)
        .get("/api/v1/ledger/key", LEDGER, ledger::key)
        // Whatever else begins so is asked by a program, which can't read a page.
        .add(
            Method::GET,
            "/api/{*rest}",
            Who::Anyone,
            any(async || Fault::not_found()),
        )
}
