//! The ledger, for those who audit.

use axum::{
    Form,
    extract::{Query, State},
    http::HeaderMap,
    response::Response,
};
use desk::{DeskError, Me};
use ledger::{Entry, leaf_hash};
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashMap;
use words::Time;

use super::count;
use crate::{
    app::App,
    fault::Fault,
    guard::Staff,
    pages::{Page, go, shell},
    record,
    routes::{AUDITS, Routes, Who},
    view::{
        Flash, Place, Tone, When,
        ledger::{EntryRow, LedgerPage},
    },
};

pub(super) fn routes(routes: Routes) -> Routes {
    routes.get("/desk/ledger", Who::Staff(AUDITS), show).post(
        "/desk/ledger/record",
        Who::Staff(AUDITS),
        make_record,
    )
}

#[derive(Deserialize)]
struct Whose {
    #[serde(default)]
    account: String,
}

/// Makes the record of an account and gives it as a file.
async fn make_record(
    State(app): State<App>,
    me: Staff,
    Form(whose): Form<Whose>,
) -> Result<Response, Fault> {
    let account = whose.account.trim();
    match app.desk().account_record(Some(&me), account).await {
        Ok(made) => Ok(record::answer(made)),
        Err(DeskError::NotFound) => {
            let flash = Flash {
                tone: Tone::Warning,
                text: "No account has this number. Nothing was made.".to_owned(),
                undo: None,
            };
            Ok(go(&app, "/desk/ledger", Some(&flash)))
        }
        Err(error) => Err(error.into()),
    }
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    before: String,
}

async fn show(
    State(app): State<App>,
    me: Staff,
    headers: HeaderMap,
    Query(wanted): Query<Wanted>,
) -> Result<Page, Fault> {
    let view = app.desk().ledger(&me, wanted.before.parse().ok()).await?;
    let names = names(&app, &me).await?;
    let now = app.desk().now();
    let before = view
        .entries
        .last()
        .map(|(index, _)| count(*index))
        .filter(|index| *index > 0);
    Page::of(&LedgerPage {
        shell: shell(&app, &me, Place::Ledger, &headers).await?,
        size: view.size,
        root: view.root,
        checkpoint: view.checkpoint.map(|(_, note)| note).unwrap_or_default(),
        checkpoint_when: None,
        command: format!("staunch ledger verify --data {}", app.data_folder()),
        entries: view
            .entries
            .into_iter()
            .map(|(index, text)| row(index, &text, &names, now))
            .collect(),
        before,
    })
}

/// What the ledger calls people and tokens, and what colleagues do.
async fn names(app: &App, me: &Me) -> Result<HashMap<String, String>, Fault> {
    let people = app.desk().people(me).await?;
    let tokens = app.desk().tokens(me).await?;
    let people = people
        .into_iter()
        .map(|person| (format!("staff:{}", person.id), person.name));
    let tokens = tokens.into_iter().map(|token| {
        (
            format!("token:{}", token.staff),
            format!("token {}", token.name),
        )
    });
    Ok(people.chain(tokens).collect())
}

fn row(index: i64, text: &str, names: &HashMap<String, String>, now: Time) -> EntryRow {
    let index = count(index);
    let hash = hex::encode(leaf_hash(text.as_bytes()));
    match Entry::decode(text) {
        Ok(entry) => EntryRow {
            index,
            when: When::at(Time(entry.at), now),
            event: entry.kind.replace('.', " "),
            detail: detail(&entry),
            actor: names.get(&entry.actor).cloned().unwrap_or(entry.actor),
            ticket: entry.ticket,
            hash,
        },
        // It stays in the list: whoever audits must see that something is wrong with it.
        Err(error) => EntryRow {
            index,
            when: When::at(Time(0), now),
            event: "can't be read".to_owned(),
            actor: String::new(),
            ticket: None,
            detail: error.to_string(),
            hash,
        },
    }
}

fn detail(entry: &Entry) -> String {
    let account = entry.account.iter().map(|id| format!("account={id}"));
    let data = entry.data.iter().map(|(key, value)| match value {
        Value::String(text) => format!("{key}={text}"),
        other => format!("{key}={other}"),
    });
    account.chain(data).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_shown_with_who_did_it_and_all_it_says() {
        let entry = Entry::new(1_795_255_200_000_000, "request.decided", "staff:1")
            .with_account("a")
            .with_ticket(1043)
            .with("try", 2)
            .with("outcome", "permit");
        let text = entry.encode();
        let names = HashMap::from([("staff:1".to_owned(), "Bo".to_owned())]);
        let shown = row(4, &text, &names, Time(1_795_255_200_000_000));
        assert_eq!(shown.event, "request decided");
        assert_eq!(shown.actor, "Bo");
        assert_eq!(shown.ticket, Some(1043));
        assert_eq!(shown.detail, "account=a, outcome=permit, try=2");
        assert_eq!(shown.hash, hex::encode(leaf_hash(text.as_bytes())));
    }

    #[test]
    fn an_entry_that_cant_be_read_is_still_listed() {
        let shown = row(0, "{}", &HashMap::new(), Time(0));
        assert_eq!(shown.event, "can't be read");
    }
}
