//! The owner's pages: reached by a link in a mail. Getting one changes nothing; its buttons post.

use axum::{
    Form,
    extract::{Path, State},
    response::{IntoResponse as _, Response},
};
use desk::{Answer, DeskError, OwnerPage, OwnerQuestion};
use serde::Deserialize;
use words::{Channel, PlanKind, ProofKind, RequestKind, Time};

use crate::{
    app::App,
    fault::Fault,
    owner_change,
    pages::{Page, go},
    routes::{Routes, Who},
    saved,
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
    answer: Option<String>,
    receipt: Option<String>,
    saved: Option<String>,
    phone: Option<String>,
    text: Option<String>,
    codes: Option<String>,
    value: Option<String>,
    sure: Option<String>,
}

async fn answer(
    State(app): State<App>,
    Path((page, secret)): Path<(String, String)>,
    Form(form): Form<Answered>,
) -> Result<Response, Fault> {
    let known = app.desk().owner_page(&secret).await?;
    if path_of(&known.question) != page {
        return Err(Fault::not_found());
    }
    if form.codes.is_some() {
        return saved::make(&app, &page, &secret).await;
    }
    if let Some(value) = &form.value {
        let sure = form.sure.as_deref();
        return owner_change::typed(&app, &page, &secret, value, sure).await;
    }
    if form.text.is_some() {
        return match app.desk().owner_text(&secret).await {
            // A page that is used up says so itself.
            Ok(_) | Err(DeskError::Conflict(_)) => {
                Ok(go(&app, &format!("/owner/{page}/{secret}"), None))
            }
            Err(error) => Err(error.into()),
        };
    }
    let step = match (&form.receipt, &form.saved, &form.phone) {
        (Some(code), None, None) => Some((ProofKind::Receipt, code)),
        (None, Some(code), None) => Some((ProofKind::Saved, code)),
        (None, None, Some(code)) => Some((ProofKind::Phone, code)),
        _ => None,
    };
    if let Some((kind, code)) = step {
        return match app.desk().owner_step(&secret, kind, code).await {
            Ok(found) if found.tried => Ok(render(&app, &page, &secret, found)?.into_response()),
            // A page that is used up says so itself.
            Ok(_) | Err(DeskError::Conflict(_)) => {
                Ok(go(&app, &format!("/owner/{page}/{secret}"), None))
            }
            Err(error) => Err(error.into()),
        };
    }
    let answer = match form.answer.as_deref() {
        Some("yes") => Answer::Yes,
        Some("no") => Answer::No,
        _ => return Err(Fault::bad("press one of the buttons on the page")),
    };
    app.desk().answer(&secret, answer).await?;
    Ok(go(&app, &format!("/owner/{page}/{secret}"), None))
}

fn path_of(question: &OwnerQuestion) -> &'static str {
    match question {
        OwnerQuestion::Confirm { .. } => "confirm",
        OwnerQuestion::Outreach { .. } => "was-this-you",
        OwnerQuestion::Repudiate { .. } => "not-me",
        OwnerQuestion::Cancel { .. } => "stop",
        OwnerQuestion::Address => "address",
    }
}

#[expect(
    clippy::too_many_lines,
    reason = "one kind of page after the other, each with its words"
)]
fn render(app: &App, page: &str, secret: &str, found: OwnerPage) -> Result<Page, Fault> {
    if path_of(&found.question) != page {
        return Err(Fault::not_found());
    }
    if found.codes {
        return saved::offer(app, page, secret, found.takes_back);
    }
    let company = app.company().to_owned();
    let action = format!("/owner/{page}/{secret}");
    let answer = match (found.answer, found.over || found.stopped) {
        (_, true) => view::Answer::Over,
        (Some(Answer::Yes), _) => view::Answer::Yes,
        (Some(Answer::No), _) => view::Answer::No,
        (None, _) => view::Answer::Open,
    };
    let stands = owner_change::Stands::of(&found);
    let (waits, does) = (waits(&found), does(&found));
    match found.question {
        OwnerQuestion::Address => owner_change::address(app, action, answer),
        OwnerQuestion::Confirm {
            what,
            item,
            channel,
            at,
        } => {
            if what == RequestKind::Change
                && let Some(page) = owner_change::page(app, &action, stands, item.as_deref())
            {
                return page;
            }
            let go_on = found.go_on.unwrap_or_default();
            let lifts = what == RequestKind::Unlock;
            let (what, yes, after_yes) = match what {
                RequestKind::Unlock => (
                    "lift the hold on your account".to_owned(),
                    "lift it",
                    if found.answer.is_none() {
                        "It takes one more step, on the next page. Then our support can send you things again."
                    } else {
                        "Our support can send you things again, to the address on your account."
                    },
                ),
                RequestKind::Deliver => (
                    format!("send you {}", item.as_deref().unwrap_or("something")),
                    "send it",
                    "It comes to the address on your account, and to no other.",
                ),
                RequestKind::Reveal => (
                    format!(
                        "show your {} to the person on support",
                        item.as_deref().unwrap_or("data")
                    ),
                    "show it",
                    "The person on our support who asked can see it for five minutes, and nothing else. We write to you about it afterwards.",
                ),
                RequestKind::Act => (
                    format!(
                        "do this for you: {}",
                        item.as_deref().unwrap_or("something")
                    ),
                    "go ahead",
                    does,
                ),
                RequestKind::Change => (
                    format!(
                        "make this change: {}",
                        item.as_deref().unwrap_or("something")
                    ),
                    "go on",
                    if found.answer.is_none() {
                        "It takes one more step, on the next page. Then you type the new one there, and it waits some days, in which you can stop it."
                    } else {
                        "There is nothing else to do."
                    },
                ),
                RequestKind::Reenrol => (
                    "set up the second step of your sign-in anew".to_owned(),
                    "set it up anew",
                    waits,
                ),
                RequestKind::Erase => (
                    "erase everything that we keep about you".to_owned(),
                    "erase it",
                    waits,
                ),
                RequestKind::Export => (
                    "send you a copy of everything that we keep about you".to_owned(),
                    "send it",
                    "It comes to the address on your account, and to no other.",
                ),
                _ if go_on.is_empty() => (
                    "reset your password".to_owned(),
                    "reset it",
                    "We tell the sign-in service, and you choose a new password there.",
                ),
                _ => (
                    "reset your password".to_owned(),
                    "reset it",
                    "We send you to the sign-in page, where you choose a new password.",
                ),
            };
            Page::of(&view::ConfirmPage {
                company,
                action,
                what,
                yes: yes.to_owned(),
                story: format!("{} asked for it in your name.", someone(channel, at)),
                after_yes: after_yes.to_owned(),
                go_on,
                more: found
                    .more
                    .iter()
                    .filter_map(|kind| match kind {
                        ProofKind::Receipt => Some(view::Step::Receipt),
                        ProofKind::Saved => Some(view::Step::Saved),
                        ProofKind::Phone => Some(view::Step::Phone { sent: found.texted }),
                        ProofKind::Session => Some(view::Step::Login),
                        ProofKind::Email => None,
                    })
                    .collect(),
                lifts,
                tried: found.tried,
                takes_back: found.takes_back,
                locked: found.locked,
                answer,
            })
        }
        OwnerQuestion::Outreach { signals, .. } => Page::of(&view::OutreachPage {
            company,
            action,
            signals,
            answer,
        }),
        OwnerQuestion::Cancel {
            what,
            channel,
            at,
            effective,
        } => Page::of(&view::CancelPage {
            company,
            action,
            what: planned(what).to_owned(),
            story: match what {
                PlanKind::Thaw => "Two people at our support agreed to it.".to_owned(),
                PlanKind::Point if channel == Channel::Api => format!(
                    "It came from our own systems on {}.",
                    at.format("%-d %B at %H:%M (UTC)")
                ),
                _ => format!(
                    "{} asked for it, and it was confirmed on {}.",
                    someone(channel, at),
                    at.format("%-d %B at %H:%M (UTC)")
                ),
            },
            effective: effective.format("%A %-d %B at %H:%M (UTC)"),
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
            given: given(&found),
            answer,
        }),
    }
}

/// What comes after a yes to what waits before it happens. Of the steps that are still to be done after
/// it, the page tells by itself.
fn waits(found: &OwnerPage) -> &'static str {
    match (found.answer, found.effective) {
        (None, _) => {
            "It takes one more step, on the next page. Then it waits some days, in which you can stop it: we write to you about it."
        }
        (_, Some(_)) => "It waits some days, in which you can stop it: we write to you about it.",
        (_, None) => "There is nothing else to do.",
    }
}

/// What comes after a yes to one of the company's actions, or to recovery codes.
fn does(found: &OwnerPage) -> &'static str {
    match (found.answer, found.about_codes) {
        (None, true) => {
            "It takes one more step, on the next page. Then the page shows you ten codes, once: have paper and a pen at hand."
        }
        (None, false) if found.two_steps => {
            "It takes one more step, on the next page. Then our support passes it on, and you hear from whoever does it."
        }
        (_, false) => "Our support passes it on now, and you hear from whoever does it.",
        (_, true) if found.effective.is_some() => {
            "The page showed your codes, once. They count after some days. Until then you can stop it: we write to you about it."
        }
        (_, true) => "There is nothing else to do.",
    }
}

/// What is going to happen, after "On Tuesday" …
fn planned(what: PlanKind) -> &'static str {
    match what {
        PlanKind::Point => "an email address or phone number on your account changes",
        PlanKind::Field => "something that we keep about you changes",
        PlanKind::Factor => "the second step of your sign-in is set up anew",
        PlanKind::Erase => "everything that we keep about you is erased",
        PlanKind::Saved => "new recovery codes begin to count on your account",
        PlanKind::Thaw => "the hold on your account is lifted",
    }
}

/// What left because of a contact, what may have, what had not left yet (a "no" holds that back), and what
/// was shown.
fn given(found: &OwnerPage) -> String {
    let OwnerPage {
        sent,
        unsure,
        leaving,
        shown,
        ..
    } = found;
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
    if !shown.is_empty() {
        let shown = shown.join(", ");
        said.push(format!(
            "After a yes at an address on your account, we showed this to the person on support: {shown}."
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
