//! What leads, admins and auditors must look at.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use words::{AlarmKind, StaffId, Time};

use super::{
    body::{Asks, unusable},
    lists,
    problem::Unusable,
};
use crate::{app::App, fault::Fault, guard::Staff};

/// The most alarms of one answer.
const PART: i64 = 100;

/// Which part of the list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Before {
    /// Only those raised before this time.
    #[serde(default)]
    #[param(required = false, value_type = Option<String>, format = DateTime)]
    before: Option<String>,
}

/// Alarms, the newest first.
#[derive(Serialize, ToSchema)]
pub(super) struct Alarms {
    alarms: Vec<Alarm>,
}

/// Something that somebody should look at.
#[derive(Serialize, ToSchema)]
pub(super) struct Alarm {
    /// Its id.
    id: Uuid,
    /// What happened.
    #[schema(value_type = lists::AlarmKind)]
    kind: AlarmKind,
    /// When.
    #[schema(format = DateTime)]
    at: String,
    /// Who did it.
    #[schema(value_type = Option<Uuid>)]
    staff: Option<StaffId>,
    /// Their name.
    name: Option<String>,
    /// On which account, by the company's own name for it.
    account: Option<String>,
    /// In which ticket.
    ticket: Option<i64>,
    /// When somebody looked at it.
    #[schema(format = DateTime)]
    seen: Option<String>,
}

/// List the alarms
///
/// At most 100, the newest first. None is about whoever asks.
#[utoipa::path(
    get, path = "/api/v1/alarms", operation_id = "list_alarms", tag = "alarms", params(Before),
    responses((status = 200, description = "The alarms.", body = Alarms), Unusable),
)]
pub(super) async fn list(
    State(app): State<App>,
    Staff(me): Staff,
    Asks(part): Asks<Before>,
) -> Result<Json<Alarms>, Fault> {
    let before = part
        .before
        .map(|text| Time::parse(&text))
        .transpose()
        .map_err(|_| unusable("`before` must be a time, such as 2026-11-21T10:00:00Z"))?;
    let rows = app.desk().alarms(&me, before, PART).await?;
    let alarms = rows
        .into_iter()
        .map(|row| Alarm {
            id: row.id.into(),
            kind: row.kind,
            at: row.at.to_string(),
            staff: row.staff_id,
            name: row.staff_name,
            account: row.external_id,
            ticket: row.ticket,
            seen: row.seen_at.map(|at| at.to_string()),
        })
        .collect();
    Ok(Json(Alarms { alarms }))
}
