//! What waits to go out, and what was given up: kinds and reasons, no words and no destinations.

use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use desk::JobRow;
use serde::Deserialize;
use words::{JobId, Time};

use super::{count, done, id};
use crate::{
    app::App,
    fault::Fault,
    guard::Staff,
    pages::{Page, shell},
    routes::{LEADS, Routes, Who},
    view::{
        Flash, Place, When,
        mail::{MailPage, MailRow},
    },
};

pub(super) fn routes(routes: Routes) -> Routes {
    routes.get("/desk/mail", Who::Staff(LEADS), show).post(
        "/desk/mail/{id}/resend",
        Who::Staff(LEADS),
        resend,
    )
}

async fn show(State(app): State<App>, me: Staff, headers: HeaderMap) -> Result<Page, Fault> {
    let out = app.desk().outgoing(&me).await?;
    let now = app.desk().now();
    let rows = |jobs: Vec<_>| jobs.into_iter().map(|job| row(job, now)).collect();
    Page::of(&MailPage {
        shell: shell(&app, &me, Place::Mail, &headers).await?,
        dead: rows(out.dead),
        waiting: rows(out.waiting),
        sent_today: count(out.sent),
    })
}

async fn resend(
    State(app): State<App>,
    me: Staff,
    Path(job): Path<String>,
) -> Result<Response, Fault> {
    let job: JobId = id(&job)?;
    let outcome = app.desk().resend(&me, job).await;
    let flash = Flash::good("It goes out again now.");
    done(&app, "/desk/mail", outcome.map(|()| flash))
}

fn row((job, ticket): (JobRow, Option<i64>), now: Time) -> MailRow {
    MailRow {
        id: job.id.to_string(),
        kind: kind(&job.kind, &job.payload),
        ticket,
        when: When::at(job.created_at, now),
        tries: u32::try_from(job.tries).unwrap_or(0),
        next: (job.state == "ready" && job.run_at > now).then(|| When::at(job.run_at, now)),
        reason: job.last_error.unwrap_or_default(),
    }
}

/// The two words of a payload that say what it is.
#[derive(Default, Deserialize)]
struct Payload {
    #[serde(default)]
    letter: String,
    #[serde(default, rename = "type")]
    hook: String,
}

fn kind(job: &str, payload: &str) -> String {
    let payload: Payload = serde_json::from_str(payload).unwrap_or_default();
    let words = match (job, payload.letter.as_str(), payload.hook.as_str()) {
        (_, "confirm", _) => "Confirmation",
        (_, "outreach", _) => "Was this you?",
        (_, "delivery", _) => "Delivery",
        (_, "reply", _) => "Reply",
        (_, "notice", _) => "Notice",
        (_, "frozen", _) => "Notice of the freeze",
        (_, "textcode", _) => "Code by text message",
        (_, "code", _) => "Code to read out",
        (_, "planned", _) => "Notice of what is planned",
        (_, "address", _) => "Question to a new address",
        (_, "erasing", _) => "Last letter",
        ("hook", _, "reset.confirmed") => "Reset, to the identity provider",
        ("hook", _, "account.lock") => "Lock, to the identity provider",
        ("hook", _, "account.unlock") => "Unlock, to the identity provider",
        ("hook", _, "action.confirmed") => "Action, to the company's system",
        ("hook", _, "factor.reset") => "Second step, to the identity provider",
        ("hook", ..) => "Message to the identity provider",
        _ => "Mail",
    };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_named_by_its_kind_and_nothing_else_of_it() {
        let payload = r#"{"account":"a","point":"b","ticket":null,"letter":"delivery","request":"r","secret":"00"}"#;
        assert_eq!(kind("mail", payload), "Delivery");
        let hook = r#"{"type":"account.lock","timestamp":"t","data":{"account":"A-1042"}}"#;
        assert_eq!(kind("hook", hook), "Lock, to the identity provider");
        assert_eq!(kind("mail", "not JSON: Robin"), "Mail");
    }
}
