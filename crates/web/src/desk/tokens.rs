//! The API tokens.

use axum::{
    Form,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use desk::{DeskError, Me};
use serde::Deserialize;
use words::{Role, TokenId};

use super::{done, id};
use crate::{
    app::App,
    fault::Fault,
    guard::Staff,
    pages::{Page, sentence, shell},
    routes::{ADMINS, Routes, Who},
    view::{
        Flash, Place, When,
        access::{NewToken, TokenRow, TokensPage},
    },
};

const PAGE: &str = "/desk/tokens";

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .get(PAGE, Who::Staff(ADMINS), show)
        .post(PAGE, Who::Staff(ADMINS), make)
        .post("/desk/tokens/{id}/revoke", Who::Staff(ADMINS), revoke)
}

/// The page as it stands, without what a form adds to it.
async fn page(app: &App, me: &Me, headers: &HeaderMap) -> Result<TokensPage, Fault> {
    let tokens = app.desk().tokens(me).await?;
    let now = app.desk().now();
    Ok(TokensPage {
        shell: shell(app, me, Place::Tokens, headers).await?,
        tokens: tokens
            .into_iter()
            .map(|token| TokenRow {
                id: token.id.to_string(),
                name: token.name,
                role: token.role,
                made_by: token
                    .made_by
                    .unwrap_or_else(|| "the command line".to_owned()),
                used: token.used.map(|at| When::at(at, now)),
                until: When::at(token.expires, now),
                active: token.active,
            })
            .collect(),
        made: None,
        name: String::new(),
        error: None,
    })
}

async fn show(State(app): State<App>, me: Staff, headers: HeaderMap) -> Result<Page, Fault> {
    Page::of(&page(&app, &me, &headers).await?)
}

#[derive(Deserialize)]
struct Wanted {
    name: String,
    role: String,
    days: String,
    tickets: Option<String>,
    accounts: Option<String>,
    events: Option<String>,
    ledger: Option<String>,
    records: Option<String>,
    alarms: Option<String>,
}

impl Wanted {
    /// The scopes that were ticked.
    fn scopes(&self) -> Result<Vec<String>, DeskError> {
        let ticked = [
            ("tickets", &self.tickets),
            ("accounts", &self.accounts),
            ("events", &self.events),
            ("ledger", &self.ledger),
            ("records", &self.records),
            ("alarms", &self.alarms),
        ];
        let scopes: Vec<String> = ticked
            .iter()
            .filter(|(_, on)| on.is_some())
            .map(|(scope, _)| (*scope).to_owned())
            .collect();
        if scopes.is_empty() {
            return Err(DeskError::Invalid(
                "tick what the token may be used for".to_owned(),
            ));
        }
        Ok(scopes)
    }

    fn read(&self) -> Result<(Role, u32), DeskError> {
        let role = self
            .role
            .parse()
            .map_err(|error: words::UnknownWordError| DeskError::Invalid(error.to_string()))?;
        let days = self.days.parse().map_err(|_| {
            DeskError::Invalid("choose from the list when the token ends".to_owned())
        })?;
        Ok((role, days))
    }
}

async fn make(
    State(app): State<App>,
    me: Staff,
    headers: HeaderMap,
    Form(form): Form<Wanted>,
) -> Result<Page, Fault> {
    let outcome = match form
        .read()
        .and_then(|(role, days)| Ok((role, days, form.scopes()?)))
    {
        Ok((role, days, scopes)) => {
            app.desk()
                .create_token(Some(&me), &form.name, role, days, &scopes)
                .await
        }
        Err(error) => Err(error),
    };
    match outcome {
        Ok(token) => {
            let made = NewToken {
                name: form.name.trim().to_owned(),
                token,
            };
            Page::of(&TokensPage {
                made: Some(made),
                ..page(&app, &me, &headers).await?
            })
        }
        Err(DeskError::Invalid(text)) => {
            let page = TokensPage {
                name: form.name,
                error: Some(sentence(&text)),
                ..page(&app, &me, &headers).await?
            };
            Ok(Page::of(&page)?.status(StatusCode::UNPROCESSABLE_ENTITY))
        }
        Err(error) => Err(error.into()),
    }
}

async fn revoke(
    State(app): State<App>,
    me: Staff,
    Path(token): Path<String>,
) -> Result<Response, Fault> {
    let token: TokenId = id(&token)?;
    let outcome = app.desk().revoke_token(&me, token).await;
    let flash = Flash::good("The token is revoked. Programs that use it get no further.");
    done(&app, PAGE, outcome.map(|()| flash))
}
