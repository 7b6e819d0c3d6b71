//! What was said and done in a ticket, and saying more.

use axum::{
    Form,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use desk::{DeskError, MessageView};
use serde::Deserialize;
use words::{MessageKind, Time};

use super::{id, ticket_path};
use crate::{
    app::App,
    fault::Fault,
    guard::Staff,
    pages::go,
    routes::{Routes, WORKS, Who},
    view::{
        Tone, When,
        ticket::{DeliveryNote, Message},
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
}

async fn write(
    State(app): State<App>,
    me: Staff,
    Path(number): Path<String>,
    Form(form): Form<Written>,
) -> Result<Response, Fault> {
    let number = id(&number)?;
    let kind: MessageKind = form
        .kind
        .parse()
        .map_err(|_| DeskError::Invalid("use one of: heard, said, reply, note".to_owned()))?;
    match app.desk().add_message(&me, number, kind, &form.text).await {
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
        Err(error) => Err(error.into()),
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
