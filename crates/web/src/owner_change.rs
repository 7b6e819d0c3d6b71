//! The owner's pages of a change: the new value is typed here, shown back once, and taken.

use axum::response::{IntoResponse as _, Response};
use desk::{DeskError, Entering, OwnerPage, Typed};
use words::Time;

use crate::{
    app::App,
    fault::Fault,
    pages::{Page, go},
    view::{
        owner::Answer,
        owner_change::{AddressPage, Change, ChangePage, Typing},
    },
};

/// Where a change stands that the owner has confirmed.
#[derive(Clone, Copy)]
pub(crate) struct Stands {
    enter: Option<Entering>,
    effective: Option<Time>,
    takes_back: bool,
}

impl Stands {
    pub(crate) fn of(found: &OwnerPage) -> Self {
        Self {
            enter: found.enter.filter(|_| !found.stopped),
            effective: found.effective.filter(|_| !found.stopped),
            takes_back: found.takes_back,
        }
    }
}

/// The page of a change that the owner has confirmed; none before that.
pub(crate) fn page(
    app: &App,
    action: &str,
    stands: Stands,
    item: Option<&str>,
) -> Option<Result<Page, Fault>> {
    let (typing, change) = match (stands.enter, stands.effective) {
        (Some(what), _) => (typing(what), Change::Type(None)),
        (None, Some(at)) => (of_label(item), Change::Taken(moment(at))),
        _ => return None,
    };
    let back = stands.takes_back;
    Some(show(app, action, typing, String::new(), change, back))
}

/// Takes what the owner typed, or shows it back.
pub(crate) async fn typed(
    app: &App,
    page: &str,
    secret: &str,
    value: &str,
    sure: Option<&str>,
) -> Result<Response, Fault> {
    let action = format!("/owner/{page}/{secret}");
    let found = app.desk().owner_page(secret).await?;
    let Some(what) = found.enter else {
        return Ok(go(app, &action, None));
    };
    let (typing, back) = (typing(what), found.takes_back);
    let again = |problem, typed| show(app, &action, typing, typed, Change::Type(problem), back);
    if sure == Some("no") {
        return Ok(again(None, value.to_owned())?.into_response());
    }
    match app
        .desk()
        .owner_types(secret, value, sure == Some("yes"))
        .await
    {
        Ok(Typed::Again(problem)) => Ok(again(Some(problem), value.to_owned())?.into_response()),
        Ok(Typed::Back(text)) => {
            Ok(show(app, &action, typing, text.to_string(), Change::Back, back)?.into_response())
        }
        // A page that is used up says so itself.
        Ok(Typed::Taken) | Err(DeskError::Conflict(_)) => Ok(go(app, &action, None)),
        Err(error) => Err(error.into()),
    }
}

/// The page at which a new address answers.
pub(crate) fn address(app: &App, action: String, answer: Answer) -> Result<Page, Fault> {
    Page::of(&AddressPage {
        company: app.company().to_owned(),
        action,
        answer,
    })
}

fn show(
    app: &App,
    action: &str,
    typing: Typing,
    typed: String,
    change: Change,
    takes_back: bool,
) -> Result<Page, Fault> {
    Page::of(&ChangePage {
        company: app.company().to_owned(),
        action: action.to_owned(),
        typing,
        typed,
        change,
        takes_back,
    })
}

fn typing(what: Entering) -> Typing {
    match what {
        Entering::Email => Typing::Email,
        Entering::Phone => Typing::Phone,
        Entering::Address => Typing::Address,
    }
}

/// What was typed, by what the change is called.
fn of_label(item: Option<&str>) -> Typing {
    match item {
        Some(label) if label.contains("email") => Typing::Email,
        Some(label) if label.contains("phone") => Typing::Phone,
        _ => Typing::Address,
    }
}

fn moment(at: Time) -> String {
    at.format("%A %-d %B at %H:%M (UTC)")
}
