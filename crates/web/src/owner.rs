//! The owner's pages: reached by a link in a mail. Getting one changes nothing; its buttons post.

use axum::{
    Form,
    extract::{Path, State},
    response::Response,
};
use desk::{Answer, OwnerPage, OwnerQuestion};
use serde::Deserialize;
use words::{Channel, RequestKind, Time};

use crate::{
    app::App,
    fault::Fault,
    pages::{Page, go},
    routes::{Routes, Who},
    view::owner as view,
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.get("/owner/{page}/{secret}", Who::Link, show).post(
        "/owner/{page}/{secret}",
        Who::Link,
        answer,
    )
}

async fn show(
    State(app): State<App>,
    Path((page, secret)): Path<(String, String)>,
) -> Result<Page, Fault> {
    let found = app.desk().owner_page(&secret).await?;
    render(&app, &page, &secret, found)
}

#[derive(Deserialize)]
struct Answered {
    answer: String,
}

async fn answer(
    State(app): State<App>,
    Path((page, secret)): Path<(String, String)>,
    Form(form): Form<Answered>,
) -> Result<Response, Fault> {
    let answer = match form.answer.as_str() {
        "yes" => Answer::Yes,
        "no" => Answer::No,
        _ => return Err(Fault::bad("press one of the buttons on the page")),
    };
    let known = app.desk().owner_page(&secret).await?;
    if path_of(&known.question) != page {
        return Err(Fault::not_found());
    }
    app.desk().answer(&secret, answer).await?;
    Ok(go(&app, &format!("/owner/{page}/{secret}"), None))
}

fn path_of(question: &OwnerQuestion) -> &'static str {
    match question {
        OwnerQuestion::Confirm { .. } => "confirm",
        OwnerQuestion::Outreach { .. } => "was-this-you",
        OwnerQuestion::Repudiate { .. } => "not-me",
    }
}

fn render(app: &App, page: &str, secret: &str, found: OwnerPage) -> Result<Page, Fault> {
    if path_of(&found.question) != page {
        return Err(Fault::not_found());
    }
    let company = app.company().to_owned();
    let action = format!("/owner/{page}/{secret}");
    let answer = match (found.answer, found.over || found.stopped) {
        (_, true) => view::Answer::Over,
        (Some(Answer::Yes), _) => view::Answer::Yes,
        (Some(Answer::No), _) => view::Answer::No,
        (None, _) => view::Answer::Open,
    };
    match found.question {
        OwnerQuestion::Confirm { what, channel, at } => {
            let go_on = found.go_on.unwrap_or_default();
            let (what, yes, after_yes) = match what {
                RequestKind::Unlock => (
                    "lift the freeze on your account",
                    "lift it",
                    "Our support can send you things again. Everything stays behind your own confirmation.",
                ),
                _ if go_on.is_empty() => (
                    "reset your password",
                    "reset it",
                    "We tell the sign-in service, and you choose a new password there.",
                ),
                _ => (
                    "reset your password",
                    "reset it",
                    "We send you to the sign-in page, where you choose a new password.",
                ),
            };
            Page::of(&view::ConfirmPage {
                company,
                action,
                what: what.to_owned(),
                yes: yes.to_owned(),
                story: format!("{} asked for it in your name.", someone(channel, at)),
                after_yes: after_yes.to_owned(),
                go_on,
                answer,
            })
        }
        OwnerQuestion::Outreach { signals, .. } => Page::of(&view::OutreachPage {
            company,
            action,
            signals,
            answer,
        }),
        OwnerQuestion::Repudiate { channel, at } => Page::of(&view::RepudiatePage {
            company,
            action,
            story: if channel == Channel::Watch {
                format!(
                    "Our support looked into unusual logins on your account on {}.",
                    at.format("%-d %B")
                )
            } else {
                format!(
                    "Someone contacted our support about your account on {}, {}.",
                    at.format("%-d %B"),
                    by(channel)
                )
            },
            given: given(&found.sent, &found.unsure, &found.leaving),
            answer,
        }),
    }
}

/// What left because of a contact, what may have, and what had not left yet: a "no" holds that back.
fn given(sent: &[String], unsure: &[String], leaving: &[String]) -> String {
    let mut said = Vec::new();
    if !sent.is_empty() {
        let sent = sent.join(", ");
        said.push(format!(
            "We sent this to the email on your account: {sent}."
        ));
    }
    if !unsure.is_empty() {
        let unsure = unsure.join(", ");
        said.push(format!(
            "This may have been sent to the email on your account: {unsure}."
        ));
    }
    if !leaving.is_empty() {
        let leaving = leaving.join(", ");
        said.push(format!(
            "This was about to be sent to the email on your account: {leaving}."
        ));
    }
    if said.is_empty() {
        "Nothing about you was given out.".to_owned()
    } else {
        said.join(" ")
    }
}

fn someone(channel: Channel, at: Time) -> String {
    let when = at.format("%A %-d %B at %H:%M (UTC)");
    match channel {
        Channel::Phone => format!("Someone who called us on {when}"),
        Channel::Email => format!("Someone who wrote to us on {when}"),
        Channel::Chat => format!("Someone who chatted with us on {when}"),
        Channel::Portal => format!("Someone who wrote to us from the customer pages on {when}"),
        Channel::Api | Channel::Watch => format!("Our support, on {when},"),
    }
}

fn by(channel: Channel) -> &'static str {
    match channel {
        Channel::Phone => "by phone",
        Channel::Email => "by email",
        Channel::Chat => "by chat",
        Channel::Portal => "from the customer pages",
        Channel::Api => "by another system",
        Channel::Watch => "by our own watch",
    }
}
