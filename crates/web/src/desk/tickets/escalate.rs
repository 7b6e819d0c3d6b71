//! Laying a ticket before a lead.

use axum::{
    Form,
    extract::{Path, State},
    response::Response,
};
use serde::Deserialize;

use super::done_or_gone;
use crate::{
    app::App,
    desk::{id, quiet},
    fault::Fault,
    guard::Staff,
    routes::{Routes, WORKS, Who},
};

pub(super) fn routes(routes: Routes) -> Routes {
    routes.post(
        "/desk/tickets/{number}/escalate",
        Who::Staff(WORKS),
        escalate,
    )
}

#[derive(Deserialize)]
struct Reason {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    filter: String,
}

async fn escalate(
    State(app): State<App>,
    me: Staff,
    Path(number): Path<String>,
    Form(form): Form<Reason>,
) -> Result<Response, Fault> {
    let number = id(&number)?;
    let outcome = app.desk().escalate(&me, number, &form.reason).await;
    done_or_gone(
        &app,
        &me,
        number,
        form.filter.parse().ok(),
        outcome.map(|escalated| {
            let words = escalated.words;
            quiet(format!("It's with the lead. You can say: “{words}”"))
        }),
    )
    .await
}
