//! What was said and done in a ticket, and saying more.

use axum::{
    Form,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use desk::{DeskError, MessageView, Stopped};
use serde::Deserialize;
use words::{MessageKind, RequestKind, Time};

use super::{id, ticket_path, tickets};
use crate::{
    app::App,
    fault::Fault,
    guard::Staff,
    pages::{Page, go},
    routes::{Routes, WORKS, Who},
    view::{
        Tone, When,
        offer::Offer,
        ticket::{Composer, DeliveryNote, Message, Stop},
    },
};

pub(super) fn routes(routes: Routes) -> Routes {
    routes.post("/desk/tickets/{number}/messages", Who::Staff(WORKS), write)
}

#[derive(Deserialize)]
struct Written {
    kind: String,
    text: String,
    #[serde(default)]
    filter: String,
    /// `yes`: keep it without what stopped it.
    #[serde(default)]
    remove: String,
}

/// How many requests a stop offers: the fitting ones, not all there are.
const OFFERED: usize = 3;

async fn write(
    State(app): State<App>,
    me: Staff,
    headers: HeaderMap,
    Path(number): Path<String>,
    Form(form): Form<Written>,
) -> Result<Response, Fault> {
    let number = id(&number)?;
    let kind: MessageKind = form
        .kind
        .parse()
        .map_err(|_| DeskError::Invalid("use one of: heard, said, reply, note".to_owned()))?;
    let desk = app.desk();
    let outcome = if form.remove == "yes" {
        desk.add_message_without_secrets(&me, number, kind, &form.text)
            .await
    } else {
        desk.add_message(&me, number, kind, &form.text).await
    };
    match outcome {
        Ok(_) => Ok(go(
            &app,
            &ticket_path(number, "", form.filter.parse().ok()),
            None,
        )),
        // Not a matter of the role: the page stays as it is, with what was typed.
        Err(DeskError::Refused {
            rule,
            reason,
            words,
        }) => Err(Fault {
            status: StatusCode::CONFLICT,
            text: reason,
            again: None,
            refusal: Some((rule, words)),
        }),
        // The page as it was, with what was typed, why it stays here, and what helps instead.
        Err(DeskError::Stopped(stopped)) => {
            let mut ticket = tickets::opened(&app, &me, number).await?;
            ticket.composer = Composer {
                stop: Some(stop(kind, stopped, &ticket.offers, &form.text)),
                kind: Some(kind),
                text: form.text,
            };
            let page = tickets::beside(&app, &me, &headers, form.filter, ticket).await?;
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(Page::of(&page)?.status(status).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// A stop as the composer shows it. What is offered follows from the text and from what the panel
/// offers anyway.
fn stop(kind: MessageKind, stopped: Stopped, offers: &[Offer], text: &str) -> Stop {
    let delivers = |name: &String| {
        offers.iter().find(|offer| {
            offer.kind == RequestKind::Deliver && offer.field == *name && !offer.refused()
        })
    };
    let named = |item: &&String| {
        let word = |c: char| c.is_alphanumeric() || c == '-';
        text.split(|c| !word(c)).any(|part| part == item.as_str())
    };
    let fitting = stopped.instead.iter().filter_map(delivers).map(|offer| {
        let items: Vec<String> = offer.items.iter().filter(named).cloned().collect();
        Offer {
            items: if items.is_empty() {
                offer.items.clone()
            } else {
                items
            },
            ..offer.clone()
        }
    });
    Stop {
        what: if kind == MessageKind::Reply {
            "Not sent."
        } else {
            "Not kept."
        },
        reason: stopped.reason,
        offers: fitting.take(OFFERED).collect(),
        removable: stopped.removable,
    }
}

/// The messages as the conversation shows them.
pub(super) fn shown(messages: Vec<MessageView>, now: Time) -> Vec<Message> {
    // A letter that the gate held back leaves the queue as well; the conversation says so.
    let held_back = messages
        .iter()
        .filter(|line| {
            line.kind == MessageKind::Desk && line.text.starts_with("A letter was held back")
        })
        .map(|line| line.at)
        .max();
    messages
        .into_iter()
        .map(|line| message(line, held_back, now))
        .collect()
}

fn message(line: MessageView, held_back: Option<Time>, now: Time) -> Message {
    let delivery = match line.kind {
        MessageKind::Reply => delivery(&line, held_back, now),
        _ => None,
    };
    Message {
        id: line.id.to_string(),
        kind: line.kind,
        author: match line.kind {
            MessageKind::Heard => "The customer?".to_owned(),
            MessageKind::Desk => "Staunch".to_owned(),
            _ => line.author.unwrap_or_else(|| "A colleague".to_owned()),
        },
        when: When::at(line.at, now),
        tone: tone(line.kind, &line.text),
        text: line.text,
        delivery,
    }
}

/// How a line of the desk is meant. It begins and ends with fixed words; what stands between them
/// may be a person's.
fn tone(kind: MessageKind, text: &str) -> Tone {
    const STOPPED: [&str; 5] = [
        "Not possible:",
        "A letter was held back",
        "A letter could not be sent",
        "The identity provider could not be told",
        "Unusual:",
    ];
    if kind != MessageKind::Desk {
        Tone::Neutral
    } else if text.starts_with("The owner said that ") || text.ends_with(" The account is frozen.")
    {
        Tone::Danger
    } else if STOPPED.iter().any(|words| text.starts_with(words)) {
        Tone::Warning
    } else {
        Tone::Neutral
    }
}

fn delivery(line: &MessageView, held_back: Option<Time>, now: Time) -> Option<DeliveryNote> {
    let (tone, text) = match &line.unsent {
        Some((None, _)) => (
            Tone::Neutral,
            "On its way to the registered email.".to_owned(),
        ),
        Some((Some(why), next)) => {
            let tone = if next.is_some() {
                Tone::Warning
            } else {
                Tone::Danger
            };
            (tone, trouble(why, *next, now))
        }
        None if held_back.is_some_and(|at| at >= line.at) => return None,
        None => (Tone::Good, "Sent to the registered email.".to_owned()),
    };
    Some(DeliveryNote { tone, text })
}

/// Why a letter did not go out, and what happens next; no next try means that it was given up.
pub(super) fn trouble(why: &str, next: Option<Time>, now: Time) -> String {
    let why = why.trim_end_matches('.');
    match next {
        Some(next) if next <= now => {
            format!("The mail server didn't take it ({why}). It is tried again now.")
        }
        Some(next) => format!(
            "The mail server didn't take it ({why}). Next try {}.",
            When::at(next, now).relative
        ),
        None => format!(
            "The mail server didn't take it ({why}). It was given up; a lead can send it again."
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time(1_795_255_200_000_000);

    #[test]
    fn trouble_says_what_happens_next() {
        let later = Time(NOW.micros() + 240_000_000);
        assert_eq!(
            trouble("451 try later.", Some(later), NOW),
            "The mail server didn't take it (451 try later). Next try in 4 min."
        );
        assert!(trouble("550 no", None, NOW).contains("given up"));
    }

    #[test]
    fn a_person_s_words_change_no_tone() {
        let reason = "Escalated to the lead: says the account is frozen";
        assert_eq!(tone(MessageKind::Desk, reason), Tone::Neutral);
        assert_eq!(
            tone(MessageKind::Heard, "Not possible: this"),
            Tone::Neutral
        );
        let freeze = "Frozen as a precaution. The account is frozen.";
        assert_eq!(tone(MessageKind::Desk, freeze), Tone::Danger);
    }
}
