//! Requests: the offers and cards beside a ticket, and asking.

use axum::{
    Form,
    extract::{Path, State},
    response::Response,
};
use desk::{Asked, CodeView, DeskError, Me, RequestView};
use serde::Deserialize;
use words::{RequestKind, RequestState, Time};

use super::{approve, capital, done, id, messages, quiet, ticket_path, tickets::done_or_gone};
use crate::{
    app::App,
    fault::Fault,
    guard::Staff,
    routes::{Routes, WORKS, Who},
    view::{
        Flash, When,
        offer::{Offer, Verdict, Why},
        ticket::{ReadOut, RequestCard},
        tickets::Filter,
    },
};

/// The rule behind a reset that nobody can be asked about: it waits for a receipt, on a page of the
/// requester's own.
const NO_WAY: &str = "no-way-to-prove";

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .post("/desk/tickets/{number}/requests", Who::Staff(WORKS), ask)
        .with(approve::routes)
}

#[derive(Deserialize)]
struct Wanted {
    kind: String,
    #[serde(default)]
    field: String,
    #[serde(default)]
    item: String,
    #[serde(default)]
    filter: String,
}

async fn ask(
    State(app): State<App>,
    me: Staff,
    Path(number): Path<String>,
    Form(form): Form<Wanted>,
) -> Result<Response, Fault> {
    let number = id(&number)?;
    let filter: Option<Filter> = form.filter.parse().ok();
    let kind: RequestKind = form
        .kind
        .parse()
        .map_err(|error: words::UnknownWordError| DeskError::Invalid(error.to_string()))?;
    let outcome = app
        .desk()
        .ask(&me, number, kind, &form.field, &form.item)
        .await;
    match outcome {
        // A refusal may have gone to the lead, and with it the ticket.
        Ok(asked) if asked.state == RequestState::Refused => {
            done_or_gone(
                &app,
                &me,
                number,
                filter,
                Ok(to_say(&asked.words, &asked.reason)),
            )
            .await
        }
        Err(DeskError::Refused { words, reason, .. }) => done(
            &app,
            &ticket_path(number, "", filter),
            Ok(to_say(&words, &reason)),
        ),
        outcome => done(
            &app,
            &ticket_path(number, "", filter),
            outcome.map(|asked| begun(kind, &asked)),
        ),
    }
}

/// A refusal is no mistake of anybody: what helps now is what to say.
fn to_say(words: &str, reason: &str) -> Flash {
    if words.is_empty() {
        quiet(reason)
    } else {
        quiet(format!("You can say: “{words}”"))
    }
}

fn begun(kind: RequestKind, asked: &Asked) -> Flash {
    if asked.state == RequestState::Waiting && asked.second {
        return Flash::good(match kind {
            RequestKind::Unlock => {
                "A lead or an admin looks at this first. The owner is told once they agree."
            }
            _ => "A lead or an admin looks at this first. The owner is asked once they agree.",
        });
    }
    if asked.state == RequestState::Waiting && asked.rule == NO_WAY {
        return quiet(format!("You can say: “{}”", asked.words));
    }
    Flash::good(match (asked.state, kind) {
        (RequestState::Waiting, _) => "The owner is asked. Nothing changes until they answer.",
        (RequestState::Done, RequestKind::Lock) => "The account's data is frozen.",
        (RequestState::Done, _) => "Done.",
        _ => "It's on its way to the registered email.",
    })
}

/// What can be asked for, as shown. Refusals with the same reason and words are one line: the same
/// words three times help nobody.
pub(super) fn offers(found: Vec<desk::Offer>) -> Vec<Offer> {
    let mut lines: Vec<Vec<Offer>> = Vec::new();
    for offer in found.into_iter().map(offer) {
        let same = |line: &&mut Vec<Offer>| {
            offer.verdict.refuses() && line.iter().all(|one| one.verdict == offer.verdict)
        };
        match lines.iter_mut().find(same) {
            Some(line) => line.push(offer),
            None => lines.push(vec![offer]),
        }
    }
    let something = lines
        .iter()
        .flatten()
        .any(|offer| offer.kind == RequestKind::Deliver && !offer.verdict.refuses());
    lines
        .into_iter()
        .filter_map(|line| {
            let title = together(&line, something);
            let first = line.into_iter().next()?;
            Some(Offer { title, ..first })
        })
        .collect()
}

/// One title for several offers: `Send the user name, the birth date`. Where nothing at all can be
/// sent (`something` else could), their names are of no use.
fn together(line: &[Offer], something: bool) -> String {
    let (sends, others): (Vec<&Offer>, Vec<&Offer>) = line
        .iter()
        .partition(|offer| offer.kind == RequestKind::Deliver);
    let what = |offer: &&Offer| offer.title.trim_start_matches("Send ").to_owned();
    let sends = match sends.as_slice() {
        [] => None,
        [_, _, _, ..] if !something => Some("Send a detail".to_owned()),
        [one] => Some(one.title.clone()),
        some => Some(format!(
            "Send {}",
            some.iter().map(what).collect::<Vec<_>>().join(", ")
        )),
    };
    let titles = others.iter().map(|offer| offer.title.clone());
    let mut titles = sends.into_iter().chain(titles);
    let first = titles.next().unwrap_or_default();
    titles.fold(first, |all, title| format!("{all}, {}", uncapital(&title)))
}

fn uncapital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_lowercase);
    first.chain(letters).collect()
}

/// An offer as the panel shows it. What only a lead may ask for is no act of a rep: it says so, and
/// escalating stands below it.
fn offer(offer: desk::Offer) -> Offer {
    Offer {
        kind: offer.kind,
        field: offer.field,
        title: offer.title,
        short: offer.short,
        explains: offer.explains,
        items: offer.items,
        verdict: match offer.verdict {
            desk::Verdict::Allowed => Verdict::Allowed,
            desk::Verdict::Asks => Verdict::Asks,
            desk::Verdict::Escalates { why, words } | desk::Verdict::Refused { why, words } => {
                Verdict::Refused { why, words }
            }
        },
        rule: why(&offer.rule, offer.why),
    }
}

/// Why, as people read it.
fn why(name: &str, why: desk::policies::Why) -> Why {
    Why {
        rule: rule(name),
        sources: why.sources,
        changes: why.changes,
        stands: why.stands,
    }
}

/// A rule by its name in the policies, as people read it.
fn rule(name: &str) -> String {
    if name.is_empty() {
        return String::new();
    }
    format!("The rule “{}”.", name.replace('-', " "))
}

/// A request as a card.
pub(super) fn card(request: RequestView, me: &Me, now: Time) -> RequestCard {
    let next = next(&request, now);
    let (by_second, second) = (approve::by_second(&request), approve::second(&request));
    let row = request.row;
    let ready = row.kind == RequestKind::Reveal && row.state == RequestState::Ready;
    RequestCard {
        id: row.id.to_string(),
        title: match row.kind {
            RequestKind::Deliver => format!("Send {}", row.label),
            _ => capital(&row.label),
        },
        state: row.state,
        when: When::at(row.at, now),
        until: row.expires_at.map(|until| When::at(until, now)),
        goes: match (request.goes.as_str(), row.kind) {
            ("", _) => String::new(),
            (goes, RequestKind::Deliver) => format!("to {goes}"),
            (goes, _) => format!("asked at {goes}"),
        },
        next,
        by_second,
        second,
        code: match request.code {
            _ if request.page => ReadOut::Page,
            CodeView::No => ReadOut::No,
            CodeView::Can => ReadOut::Can,
            CodeView::Sent(until) => ReadOut::Sent(When::at(until, now)),
        },
        text: match request.text {
            CodeView::No => ReadOut::No,
            CodeView::Can => ReadOut::Can,
            CodeView::Sent(until) => ReadOut::Sent(When::at(until, now)),
        },
        words: words_now(row.kind, row.state, row.words),
        rule: why(&row.rule, request.why),
        show: ready && row.staff_id == Some(me.id) && row.expires_at.is_some_and(|at| at > now),
    }
}

/// What happens next, or what happened.
fn next(request: &RequestView, now: Time) -> String {
    let row = &request.row;
    let plain = match (row.state, row.kind) {
        (RequestState::Waiting, RequestKind::Unlock) if row.contact_point_id.is_none() => {
            "Waiting for a second lead or an admin to agree. Nothing changes until then."
        }
        (RequestState::Waiting, _) if approve::by_second(request) => {
            "A lead or an admin, not you, agrees or declines; then the owner is asked. Nothing changes until then."
        }
        (RequestState::Waiting, RequestKind::Reset) if row.contact_point_id.is_none() => {
            "Waiting for a receipt on the requester's own page, and then for a day."
        }
        (RequestState::Waiting, _) => "Waiting for the owner's answer. Nothing changes until then.",
        (RequestState::Ready, RequestKind::Reveal) => {
            "The owner said yes: whoever asked can see it, until the time is over."
        }
        (RequestState::Ready, RequestKind::Change) => {
            "The owner confirmed it in two steps and types the new one on their own page. Nobody here sees it."
        }
        (RequestState::Ready, _) => "The owner confirmed it.",
        (RequestState::Cooling, _) => {
            "Confirmed. It happens after its cooling-off time; the owner can stop it until then."
        }
        (RequestState::Sending, RequestKind::Deliver | RequestKind::Export) => {
            "It leaves within seconds."
        }
        (RequestState::Sending, RequestKind::Act) => {
            "The owner said yes. The company's system is being told."
        }
        (RequestState::Sending, RequestKind::Reenrol) => {
            "Its cooling-off time is over. The identity provider is being told."
        }
        (RequestState::Sending, _) => "The owner said yes. The identity provider is being told.",
        (RequestState::Done, RequestKind::Act) => {
            "The owner said yes, and the company's system took it."
        }
        (RequestState::Done, RequestKind::Reenrol) => {
            "The identity provider took it: the owner sets their second step up anew there."
        }
        (RequestState::Done, RequestKind::Deliver | RequestKind::Export) => {
            return format!(
                "The mail server took it on {}.",
                row.updated_at.format("%-d %B at %H:%M UTC")
            );
        }
        (RequestState::Done, RequestKind::Reveal) => "It was shown. The owner hears of it.",
        (RequestState::Expired, RequestKind::Reveal) => {
            "Its time is over. Nothing was shown, and you can ask again."
        }
        (RequestState::Done, RequestKind::Reset) => {
            "The owner said yes, and goes on at the identity provider."
        }
        (RequestState::Done, RequestKind::Unlock) => "The hold was lifted.",
        (RequestState::Done, RequestKind::Ask) => "The owner said: yes, that was me.",
        (RequestState::Done, RequestKind::Lock) => {
            "The account's data is frozen until the hold is lifted."
        }
        (RequestState::Done, _) => "It is done.",
        (RequestState::Denied, _) => "The owner said it wasn't them. Their data is frozen.",
        (RequestState::Expired, _) => {
            "The owner didn't answer in time. Nothing was changed, and you can ask again."
        }
        (RequestState::Refused, _) => "Nothing was sent or changed. The conversation says why.",
        (RequestState::Failed, RequestKind::Deliver) => {
            "The mail could not be sent and was given up. A lead can send it again."
        }
        (RequestState::Failed, _) => {
            "It could not be handed over and was given up. A lead can send it again."
        }
    };
    let still = matches!(
        row.state,
        RequestState::Waiting | RequestState::Sending | RequestState::Failed
    );
    match &request.trouble {
        Some((why, next)) if still => {
            // Without a next try it is being tried at this moment, unless it was given up.
            let next = next.or((row.state != RequestState::Failed).then_some(now));
            messages::trouble(why, next, now)
        }
        _ => plain.to_owned(),
    }
}

/// The words that were true when it was asked, as long as they are.
fn words_now(kind: RequestKind, state: RequestState, words: String) -> String {
    match (state, kind) {
        (RequestState::Waiting | RequestState::Refused, _)
        | (RequestState::Sending | RequestState::Done, RequestKind::Deliver)
        | (RequestState::Done, RequestKind::Lock) => words,
        (RequestState::Denied, _) => {
            "I can't go on with this here. A colleague looks after it now.".to_owned()
        }
        (RequestState::Failed, _) => {
            "It didn't get through just now. A colleague looks after it.".to_owned()
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_said_only_as_long_as_they_are_true() {
        let words = |state, kind| words_now(kind, state, "I've sent it.".to_owned());
        let reset = RequestKind::Reset;
        assert_eq!(words(RequestState::Waiting, reset), "I've sent it.");
        assert_eq!(words(RequestState::Expired, reset), "");
        assert_eq!(words(RequestState::Done, reset), "");
        assert_ne!(
            words(RequestState::Failed, RequestKind::Deliver),
            "I've sent it."
        );
        assert_eq!(
            words(RequestState::Done, RequestKind::Deliver),
            "I've sent it."
        );
    }

    fn refused(kind: RequestKind, title: &str, why: &str) -> desk::Offer {
        desk::Offer {
            kind,
            field: String::new(),
            items: Vec::new(),
            title: title.to_owned(),
            short: String::new(),
            explains: String::new(),
            verdict: desk::Verdict::Refused {
                why: why.to_owned(),
                words: "I can't.".to_owned(),
            },
            rule: String::new(),
            why: desk::policies::Why::default(),
        }
    }

    fn titles(found: Vec<desk::Offer>) -> Vec<String> {
        offers(found).into_iter().map(|offer| offer.title).collect()
    }

    #[test]
    fn the_same_refusal_is_said_once() {
        let (deliver, reset) = (RequestKind::Deliver, RequestKind::Reset);
        let mut found = vec![
            refused(deliver, "Send the user name", "nowhere safe"),
            refused(deliver, "Send the birth date", "nowhere safe"),
            refused(deliver, "Send a secret", "never"),
            refused(reset, "Ask the owner", "nowhere safe"),
        ];
        let both = "Send the user name, the birth date, ask the owner";
        assert_eq!(titles(found.clone()), [both, "Send a secret"]);
        found.push(refused(deliver, "Send an invoice", "nowhere safe"));
        let all = "Send a detail, ask the owner";
        assert_eq!(titles(found.clone()), [all, "Send a secret"]);
        found.push(desk::Offer {
            verdict: desk::Verdict::Allowed,
            ..refused(deliver, "Send the payment card", "")
        });
        assert_eq!(
            titles(found),
            [
                "Send the user name, the birth date, an invoice, ask the owner",
                "Send a secret",
                "Send the payment card"
            ]
        );
    }

    #[test]
    fn what_waits_for_a_receipt_gives_the_rep_its_words_and_names_no_second_person() {
        assert_eq!(NO_WAY, gate::NO_WAY);
        let asked = |second, rule: &str| Asked {
            id: words::RequestId(uuid::Uuid::from_u128(7)),
            state: RequestState::Waiting,
            reason: String::new(),
            words: "I can give you a page.".to_owned(),
            rule: rule.to_owned(),
            second,
        };
        let said = |kind, second, rule| begun(kind, &asked(second, rule)).text;
        let receipt = said(RequestKind::Reset, false, NO_WAY);
        assert_eq!(receipt, "You can say: “I can give you a page.”");
        assert!(said(RequestKind::Reset, false, "the-owner-confirms").contains("owner is asked."));
        assert!(said(RequestKind::Unlock, true, NO_WAY).contains("told once they agree"));
        assert!(said(RequestKind::Erase, true, "a-second-person-looks").contains("asked once"));
    }

    #[test]
    fn a_rule_reads_as_words() {
        assert_eq!(rule("secrets-stay"), "The rule “secrets stay”.");
        assert_eq!(rule(""), "");
    }
}
