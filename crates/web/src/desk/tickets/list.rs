//! The list of tickets, and one ticket opened beside it.

use axum::{
    extract::{Path, Query, State},
    http::HeaderMap,
};
use desk::{ListRow, Me};
use serde::Deserialize;
use words::{Role, Time};

use super::shown;
use crate::{
    app::App,
    desk::id,
    fault::Fault,
    guard::Staff,
    pages::{Page, shell},
    routes::{ALL, Routes, Who},
    view::{
        Counts, When,
        ticket::Ticket,
        tickets::{Filter, FilterLine, TicketList, TicketRow, TicketsPage},
    },
};

/// How many tickets a list shows at once.
const PART: usize = 50;
/// The longest text to search for.
const SEARCH_MAX: usize = 100;

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .get("/desk", Who::Staff(ALL), list)
        .get("/desk/tickets/{number}", Who::Staff(ALL), show)
}

/// Which list, as the query says it.
#[derive(Default, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    filter: String,
    #[serde(default)]
    q: String,
    #[serde(default)]
    before: String,
}

impl Wanted {
    /// That list, from its beginning.
    pub(super) fn of(filter: String) -> Self {
        Self {
            filter,
            ..Self::default()
        }
    }

    fn filter(&self, me: &Me) -> Filter {
        self.filter.parse().unwrap_or(match me.role {
            // Nothing is ever assigned to them.
            Role::Auditor => Filter::Open,
            _ => Filter::Mine,
        })
    }

    fn search(&self) -> String {
        self.q.trim().chars().take(SEARCH_MAX).collect()
    }

    /// Beside a ticket that is theirs to see, a list that isn't gives way to their own.
    pub(super) fn beside(mut self, me: &Me) -> Self {
        if !has(me, self.filter(me)) {
            self.filter.clear();
        }
        self
    }
}

/// Whether a list is theirs to see.
fn has(me: &Me, filter: Filter) -> bool {
    me.sees_all() || !matches!(filter, Filter::Escalated | Filter::Safety)
}

async fn list(
    State(app): State<App>,
    me: Staff,
    headers: HeaderMap,
    Query(wanted): Query<Wanted>,
) -> Result<Page, Fault> {
    Page::of(&page(&app, &me, &headers, &wanted, None).await?)
}

async fn show(
    State(app): State<App>,
    me: Staff,
    headers: HeaderMap,
    Path(number): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Page, Fault> {
    let ticket = opened(&app, &me, id(&number)?).await?;
    Page::of(&page(&app, &me, &headers, &wanted.beside(&me), Some(ticket)).await?)
}

pub(in crate::desk) async fn opened(app: &App, me: &Me, number: i64) -> Result<Ticket, Fault> {
    let view = app.desk().ticket(me, number).await?;
    Ok(shown::ticket(view, me, app.desk().now()))
}

pub(super) async fn page(
    app: &App,
    me: &Me,
    headers: &HeaderMap,
    wanted: &Wanted,
    ticket: Option<Ticket>,
) -> Result<TicketsPage, Fault> {
    let filter = wanted.filter(me);
    let shell = shell(app, me, filter.place(), headers).await?;
    let search = wanted.search();
    let (rows, before) = if search.is_empty() {
        older_than(app, me, filter, wanted.before.parse().ok()).await?
    } else {
        (app.desk().search(me, &search).await?, None)
    };
    let now = app.desk().now();
    let rows = rows.into_iter().map(|line| row(line, now)).collect();
    let filters = filters(me, &shell.counts);
    let list = TicketList {
        filter,
        filters,
        search,
        rows,
        before,
    };
    Ok(TicketsPage {
        shell,
        list,
        ticket,
    })
}

/// A part of a list, and where the next one begins if there is more.
async fn older_than(
    app: &App,
    me: &Me,
    filter: Filter,
    before: Option<i64>,
) -> Result<(Vec<ListRow>, Option<i64>), Fault> {
    let wanted = match filter {
        Filter::Mine => desk::Filter::Mine(me.id),
        Filter::Unassigned => desk::Filter::Unassigned,
        Filter::Open => desk::Filter::Open,
        Filter::Flags => desk::Filter::Flags,
        Filter::Escalated => desk::Filter::Lead,
        Filter::Safety => desk::Filter::Safety,
        Filter::Closed => desk::Filter::Closed,
    };
    // One more than is shown tells whether there are older ones.
    let limit = i64::try_from(PART + 1).unwrap_or(i64::MAX);
    let mut rows = app.desk().list(me, wanted, before.map(Time), limit).await?;
    let more = rows.len() > PART;
    rows.truncate(PART);
    let before = rows
        .last()
        .filter(|_| more)
        .map(|last| last.updated_at.micros());
    Ok((rows, before))
}

fn filters(me: &Me, counts: &Counts) -> Vec<FilterLine> {
    Filter::ALL
        .iter()
        .copied()
        .filter(|filter| has(me, *filter))
        .map(|filter| FilterLine {
            filter,
            count: match filter {
                Filter::Mine => counts.mine,
                Filter::Flags => counts.flags,
                Filter::Escalated => counts.escalated,
                Filter::Safety => counts.safety,
                // Not counted; a zero is not shown.
                Filter::Unassigned | Filter::Open | Filter::Closed => 0,
            },
        })
        .collect()
}

fn row(row: ListRow, now: Time) -> TicketRow {
    TicketRow {
        calling: shown::calling(row.channel, row.ended_at, row.state),
        number: row.number,
        subject: row.subject,
        channel: row.channel,
        kind: row.kind,
        state: row.state,
        queue: row.queue,
        when: When::at(row.updated_at, now),
        unread: false,
        assignee: row.assignee_name.unwrap_or_default(),
        account: row.display_name.unwrap_or_default(),
    }
}
