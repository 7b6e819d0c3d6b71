//! The alarms, for those who look after how colleagues work.

use axum::{
    extract::{Path, Query, State},
    http::HeaderMap,
    response::Response,
};
use serde::Deserialize;
use words::{AlarmId, AlarmKind, Time};

use super::{done, id, quiet};
use crate::{
    app::App,
    fault::Fault,
    guard::Staff,
    pages::{Page, shell},
    routes::{HEEDS, Routes, Who},
    view::{
        Place, When,
        alarms::{AlarmLine, AlarmsPage},
    },
};

/// How many are shown at once.
const PART: usize = 50;

pub(super) fn routes(routes: Routes) -> Routes {
    routes.get("/desk/alarms", Who::Staff(HEEDS), show).post(
        "/desk/alarms/{id}/seen",
        Who::Staff(HEEDS),
        seen,
    )
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    before: String,
}

async fn show(
    State(app): State<App>,
    me: Staff,
    headers: HeaderMap,
    Query(wanted): Query<Wanted>,
) -> Result<Page, Fault> {
    let before = wanted.before.parse().ok().map(Time);
    // One more than is shown tells whether there are older ones.
    let limit = i64::try_from(PART + 1).unwrap_or(i64::MAX);
    let mut rows = app.desk().alarms(&me, before, limit).await?;
    let more = rows.len() > PART;
    rows.truncate(PART);
    let before = rows.last().filter(|_| more).map(|last| last.at.micros());
    let now = app.desk().now();
    Page::of(&AlarmsPage {
        shell: shell(&app, &me, Place::Alarms, &headers).await?,
        alarms: rows.into_iter().map(|row| line(row, now)).collect(),
        before,
    })
}

async fn seen(
    State(app): State<App>,
    me: Staff,
    Path(alarm): Path<String>,
) -> Result<Response, Fault> {
    let alarm: AlarmId = id(&alarm)?;
    let outcome = app.desk().see_alarm(&me, alarm).await;
    done(
        &app,
        "/desk/alarms",
        outcome.map(|()| quiet("Marked as seen.")),
    )
}

fn line(row: desk::AlarmLine, now: Time) -> AlarmLine {
    let (text, means) = said(row.kind);
    AlarmLine {
        id: row.id.to_string(),
        when: When::at(row.at, now),
        text: text.to_owned(),
        means,
        who: row
            .staff_name
            .unwrap_or_else(|| "somebody who is gone".to_owned()),
        account: row.external_id.unwrap_or_default(),
        ticket: row.ticket,
        seen: row.seen_at.map(|at| {
            let who = row.seen_by.unwrap_or_else(|| "a colleague".to_owned());
            (who, When::at(at, now))
        }),
    }
}

/// What happened and what it may mean, in words.
pub(crate) const fn said(kind: AlarmKind) -> (&'static str, &'static str) {
    match kind {
        AlarmKind::RevealLimit => (
            "Wanted to see more than one person may within an hour",
            "Nothing more was shown. Ask them what they are working on; the ledger has what they saw.",
        ),
        AlarmKind::LookUpLimit => (
            "Looked up more accounts than one person may in a short time",
            "It may be a busy hour, or somebody trying numbers. The ledger has what they looked up.",
        ),
        AlarmKind::DecoyFound => (
            "Looked up a decoy",
            "Nobody's customer has this account. They may have mistyped, or be trying names and numbers.",
        ),
        AlarmKind::DecoyOpened => (
            "Opened a decoy",
            "Nobody's customer has this account, so no customer can have asked for it. Talk to them.",
        ),
        AlarmKind::DecoyAsked => (
            "Asked for something of a decoy",
            "Nobody's customer has this account, so no customer can have asked for it. Talk to them soon.",
        ),
    }
}
