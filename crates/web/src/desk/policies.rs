//! The policies that decide: to read, to check others, and to load them.

use axum::{
    extract::{DefaultBodyLimit, Multipart, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{MethodFilter, on},
};
use desk::{
    DeskError, Me,
    policies::{Checked, Difference, Outcome, Rule},
};

use super::{capital, done};
use crate::{
    app::App,
    fault::Fault,
    guard::Staff,
    pages::{Page, go, shell},
    routes::{ADMINS, Routes, Who},
    sign_in::{demo_code, form_error},
    view::{
        Flash, Place, When,
        policies::{DifferenceRow, Found, PoliciesPage, RuleRow},
    },
};

const PAGE: &str = "/desk/policies";
/// What a form may be, file and text together.
const LARGEST: usize = 1024 * 1024;
/// Those who read the policies.
const READS: &[words::Role] = &[words::Role::Lead, words::Role::Admin, words::Role::Auditor];

pub(super) fn routes(routes: Routes) -> Routes {
    let large =
        |route: axum::routing::MethodRouter<App>| route.layer(DefaultBodyLimit::max(LARGEST));
    let post = axum::http::Method::POST;
    routes
        .get(PAGE, Who::Staff(READS), show)
        .add(
            post.clone(),
            "/desk/policies/check",
            Who::Staff(ADMINS),
            large(on(MethodFilter::POST, check)),
        )
        .add(
            post,
            "/desk/policies/load",
            Who::Staff(ADMINS),
            large(on(MethodFilter::POST, load)),
        )
}

/// What the forms of the page hold.
#[derive(Default)]
struct Sent {
    text: String,
    code: String,
    after: i64,
    shipped: bool,
}

impl Sent {
    async fn of(mut form: Multipart) -> Result<Self, DeskError> {
        let unread = |_| DeskError::Invalid("that form can't be read; send it again".to_owned());
        let mut sent = Self::default();
        while let Some(part) = form.next_field().await.map_err(unread)? {
            let name = part.name().unwrap_or_default().to_owned();
            let bytes = part.bytes().await.map_err(unread)?;
            let text = String::from_utf8(bytes.to_vec()).map_err(|_| {
                DeskError::Invalid("that file is no text; policies are text in UTF-8".to_owned())
            })?;
            match name.as_str() {
                // A file, if one was chosen, stands before what is in the text.
                "file" if !text.is_empty() => sent.text = text,
                "text" if sent.text.is_empty() => sent.text = text,
                "code" => sent.code = text,
                "after" => sent.after = text.parse().unwrap_or(-1),
                "shipped" => sent.shipped = text == "yes",
                _ => {}
            }
        }
        // Browsers send a text's lines with both marks.
        sent.text = sent.text.replace("\r\n", "\n");
        Ok(sent)
    }
}

async fn page(
    app: &App,
    me: &Me,
    headers: &HeaderMap,
    draft: String,
    found: Option<Found>,
    error: Option<String>,
) -> Result<Page, Fault> {
    let view = app.desk().policies(me).await?;
    let now = app.desk().now();
    Page::of(&PoliciesPage {
        shell: shell(app, me, Place::Policies, headers).await?,
        version: view.version,
        shipped: view.shipped,
        when: view.at.map(|at| When::at(at, now)),
        by: view.by.unwrap_or_else(|| "the operator".to_owned()),
        sha256: view.sha256,
        rules: view
            .rules
            .into_iter()
            .map(|(rule, sources)| rule_row(rule, sources))
            .collect(),
        text: view.text,
        unusable: view.unusable,
        may_load: me.role == words::Role::Admin,
        draft,
        found,
        error,
        demo_code: demo_code(app, &me.login),
    })
}

fn rule_row(rule: Rule, sources: Vec<String>) -> RuleRow {
    let about = rule.about();
    RuleRow {
        about: if about.is_empty() {
            "everything".to_owned()
        } else {
            about.join(", ")
        },
        answer: match rule.outcome {
            Some(Outcome::Challenge) => "asks the owner",
            Some(Outcome::Escalate) => "asks a second person",
            _ => "refuses",
        },
        id: rule.id,
        opens: rule.opens,
        reason: rule.reason,
        words: rule.words,
        sources,
    }
}

fn found(checked: Checked) -> Found {
    match checked {
        Checked::Wrong(faults) => Found::Wrong(faults.iter().map(ToString::to_string).collect()),
        Checked::Breaks {
            rule, says, case, ..
        } => Found::Breaks { rule, says, case },
        Checked::Fits {
            rules, differences, ..
        } => {
            let (stricter, wider): (Vec<_>, Vec<_>) =
                differences.into_iter().partition(Difference::stricter);
            Found::Fits {
                rules,
                stricter: stricter.into_iter().map(difference).collect(),
                wider: wider.into_iter().map(difference).collect(),
            }
        }
    }
}

fn difference(one: Difference) -> DifferenceRow {
    DifferenceRow {
        what: format!(
            "{}: {} instead of {}, in {} of the cases tried",
            capital(one.action.in_words()),
            answered(one.to),
            answered(one.from),
            one.cases
        ),
        rule: one.rule,
        example: one.example,
    }
}

fn answered(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Permit => "permitted",
        Outcome::Challenge => "asked of the owner",
        Outcome::Escalate => "asked of a second person",
        Outcome::Refuse => "refused",
    }
}

async fn show(State(app): State<App>, me: Staff, headers: HeaderMap) -> Result<Page, Fault> {
    page(&app, &me, &headers, String::new(), None, None).await
}

async fn check(
    State(app): State<App>,
    me: Staff,
    headers: HeaderMap,
    form: Multipart,
) -> Result<Response, Fault> {
    let mut draft = String::new();
    let checked = match Sent::of(form).await {
        Ok(sent) => {
            draft.clone_from(&sent.text);
            app.desk().check_policies(&me, &sent.text).await
        }
        Err(error) => Err(error),
    };
    match checked {
        Ok(checked) => Ok(page(&app, &me, &headers, draft, Some(found(checked)), None)
            .await?
            .into_response()),
        Err(error) => again(&app, &me, &headers, draft, None, error).await,
    }
}

async fn load(
    State(app): State<App>,
    me: Staff,
    headers: HeaderMap,
    form: Multipart,
) -> Result<Response, Fault> {
    let desk = app.desk();
    let sent = match Sent::of(form).await {
        Ok(sent) => sent,
        Err(error) => return again(&app, &me, &headers, String::new(), None, error).await,
    };
    let text = (!sent.shipped).then_some(sent.text.as_str());
    match desk
        .load_policies(&me, text, sent.after, sent.code.trim())
        .await
    {
        Ok(version) => {
            let flash = Flash::good(format!("Version {version} of the policies decides now."));
            Ok(go(&app, PAGE, Some(&flash)))
        }
        Err(error @ DeskError::Conflict(_)) => done(&app, PAGE, Err(error)),
        Err(error) => {
            // What was found stays, so that only the code is typed anew.
            let checked = match text {
                Some(text) => Some(found(desk.check_policies(&me, text).await?)),
                None => None,
            };
            again(&app, &me, &headers, sent.text, checked, error).await
        }
    }
}

/// The page again, with what was wrong.
async fn again(
    app: &App,
    me: &Me,
    headers: &HeaderMap,
    draft: String,
    found: Option<Found>,
    error: DeskError,
) -> Result<Response, Fault> {
    let (status, text): (StatusCode, String) = form_error(app, error)?;
    let page = page(app, me, headers, draft, found, Some(text)).await?;
    Ok(page.status(status).into_response())
}
