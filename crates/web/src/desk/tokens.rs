//! The API tokens.

use axum::{
    Form,
    extract::{Path, Query, State},
    http::HeaderMap,
    response::Response,
};
use desk::{DeskError, Me};
use serde::Deserialize;
use words::{Role, TokenId};

use super::{Back, done, id};
use crate::{
    app::App,
    fault::Fault,
    guard::Staff,
    pages::{Page, shell},
    routes::{ADMINS, Routes, Who},
    sign_in::{demo_code, form_error},
    view::{
        Flash, Place, When,
        access::{NewToken, TokenForm, TokenRow, TokensPage},
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
                scopes: TokensPage::used_for(&token.scopes),
                made_by: token
                    .made_by
                    .unwrap_or_else(|| "the command line".to_owned()),
                used: token.used.map(|at| When::at(at, now)),
                until: When::at(token.expires, now),
                active: token.active,
            })
            .collect(),
        made: None,
        form: TokenForm::default(),
        error: None,
        demo_code: demo_code(app, &me.login),
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
    reveals: Option<String>,
    code: String,
}

impl Wanted {
    /// The scopes that were ticked.
    fn scopes(&self) -> Vec<String> {
        let ticked = [
            ("tickets", &self.tickets),
            ("accounts", &self.accounts),
            ("events", &self.events),
            ("ledger", &self.ledger),
            ("records", &self.records),
            ("alarms", &self.alarms),
            ("reveals", &self.reveals),
        ];
        let on = ticked.iter().filter(|(_, on)| on.is_some());
        on.map(|(scope, _)| (*scope).to_owned()).collect()
    }

    fn read(&self) -> Result<(Role, u32, Vec<String>), DeskError> {
        let role = self
            .role
            .parse()
            .map_err(|error: words::UnknownWordError| DeskError::Invalid(error.to_string()))?;
        let days = self.days.parse().map_err(|_| {
            DeskError::Invalid("choose from the list when the token ends".to_owned())
        })?;
        let scopes = self.scopes();
        if scopes.is_empty() {
            return Err(DeskError::Invalid(
                "tick what the token may be used for".to_owned(),
            ));
        }
        Ok((role, days, scopes))
    }

    /// What was typed, all but the code.
    fn kept(self) -> TokenForm {
        TokenForm {
            scopes: self.scopes(),
            name: self.name,
            role: self.role.parse().unwrap_or(Role::Rep),
            days: self.days,
        }
    }
}

async fn make(
    State(app): State<App>,
    me: Staff,
    headers: HeaderMap,
    Form(form): Form<Wanted>,
) -> Result<Page, Fault> {
    let outcome = match form.read() {
        Ok((role, days, scopes)) => {
            let by = Some((&*me, form.code.as_str()));
            app.desk()
                .create_token(by, &form.name, role, days, &scopes)
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
        Err(error) => {
            let (status, text) = form_error(&app, error)?;
            let page = TokensPage {
                form: form.kept(),
                error: Some(text),
                ..page(&app, &me, &headers).await?
            };
            Ok(Page::of(&page)?.status(status))
        }
    }
}

async fn revoke(
    State(app): State<App>,
    me: Staff,
    Path(token): Path<String>,
    Query(back): Query<Back>,
) -> Result<Response, Fault> {
    let token: TokenId = id(&token)?;
    let outcome = app.desk().revoke_token(&me, token).await;
    let flash = Flash::good("The token is revoked. Programs that use it get no further.");
    done(&app, back.or(PAGE), outcome.map(|()| flash))
}
