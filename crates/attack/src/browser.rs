//! Speaking to the server as a person with a browser or a program with a token, and keeping every
//! answer, head and body, for the judge.

use anyhow::{Context as _, Result};
use reqwest::{Client, Method, redirect::Policy};
use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU32, Ordering},
};
use std::time::Duration;

/// How many redirects are followed.
const HOPS: usize = 5;

/// Who got an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Who {
    /// A rep's browser.
    Rep,
    /// A lead's browser.
    Lead,
    /// An admin's browser.
    Admin,
    /// An auditor's browser.
    Auditor,
    /// Somebody who isn't signed in.
    Attacker,
    /// The owner, by a link from their own mailbox.
    Owner,
    /// A program with a token.
    Program,
}

/// One answer of the server.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Exchange {
    /// Who got it.
    pub who: Who,
    /// What for, such as `GET /desk`.
    pub what: String,
    /// The status.
    pub status: u16,
    /// The head's lines.
    pub head: String,
    /// The body.
    pub body: String,
}

/// What was exchanged, and how often a person clicked.
#[derive(Clone, Default)]
pub struct Record {
    exchanges: Arc<Mutex<Vec<Exchange>>>,
    clicks: Arc<AtomicU32>,
    owner_clicks: Arc<AtomicU32>,
}

impl Record {
    /// What was exchanged from the `from`th on.
    pub fn since(&self, from: usize) -> Vec<Exchange> {
        let all = self
            .exchanges
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        all.get(from..).unwrap_or_default().to_vec()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.exchanges
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn keep(&self, exchange: Exchange) {
        self.exchanges
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(exchange);
    }

    /// A person posted a form or followed a link.
    pub fn click(&self, who: Who) {
        match who {
            Who::Owner => self.owner_clicks.fetch_add(1, Ordering::Relaxed),
            Who::Program => 0,
            _ => self.clicks.fetch_add(1, Ordering::Relaxed),
        };
    }

    /// The clicks of the staff, and of the owner.
    pub fn clicks(&self) -> (u32, u32) {
        (
            self.clicks.load(Ordering::Relaxed),
            self.owner_clicks.load(Ordering::Relaxed),
        )
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The status, after redirects.
    pub status: u16,
    /// The path that it ended at.
    pub path: String,
    /// The head's lines.
    pub head: String,
    /// The body.
    pub body: String,
}

impl Seen {
    /// The body as JSON; null if it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// A browser or a program.
#[derive(Clone)]
pub struct Browser {
    base: String,
    client: Client,
    who: Who,
    bearer: Option<String>,
    record: Record,
}

impl Browser {
    /// A browser with its own cookies.
    ///
    /// # Errors
    /// If no client can be made.
    pub fn new(base: &str, who: Who) -> Result<Self> {
        let client = Client::builder()
            .no_proxy()
            .cookie_store(true)
            .redirect(Policy::none())
            .timeout(Duration::from_secs(40))
            .build()
            .context("no client for HTTP can be made")?;
        Ok(Self {
            base: base.trim_end_matches('/').to_owned(),
            client,
            who,
            bearer: None,
            record: Record::default(),
        })
    }

    /// The same that keeps what it gets in another record.
    #[must_use]
    pub fn keeping(&self, record: &Record) -> Self {
        Self {
            record: record.clone(),
            ..self.clone()
        }
    }

    /// A program with that token.
    #[must_use]
    pub fn program(&self, token: &str) -> Self {
        Self {
            who: Who::Program,
            bearer: Some(token.to_owned()),
            ..self.clone()
        }
    }

    /// Where the server is.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The path of a link if it leads to this server.
    pub fn path_of<'a>(&self, link: &'a str) -> Option<&'a str> {
        link.strip_prefix(&self.base)
    }

    /// Opens a page.
    ///
    /// # Errors
    /// If the server doesn't answer.
    pub async fn get(&self, path: &str) -> Result<Seen> {
        self.send(Method::GET, path, None).await
    }

    /// Follows a link: a click.
    ///
    /// # Errors
    /// If the server doesn't answer.
    pub async fn follow(&self, path: &str) -> Result<Seen> {
        self.record.click(self.who);
        self.get(path).await
    }

    /// Posts a form: a click.
    ///
    /// # Errors
    /// If the server doesn't answer.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Result<Seen> {
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        self.post_raw(path, form).await
    }

    /// Posts a form that is written out already: a click.
    ///
    /// # Errors
    /// If the server doesn't answer.
    pub async fn post_raw(&self, path: &str, form: String) -> Result<Seen> {
        self.record.click(self.who);
        let kind = "application/x-www-form-urlencoded";
        self.send(Method::POST, path, Some((kind, form))).await
    }

    /// Calls the API; `path` is below `/api/v1/`.
    ///
    /// # Errors
    /// If the server doesn't answer, or that is no method.
    pub async fn call(&self, method: &str, path: &str, body: &str) -> Result<Seen> {
        let method = Method::from_bytes(method.as_bytes())?;
        let kind = if path == "events" {
            "application/x-ndjson"
        } else {
            "application/json"
        };
        let body = (!body.is_empty()).then(|| (kind, body.to_owned()));
        self.send(method, &format!("/api/v1/{path}"), body).await
    }

    async fn send(&self, method: Method, path: &str, body: Option<(&str, String)>) -> Result<Seen> {
        let (mut method, mut path, mut body) = (method, path.to_owned(), body);
        for _ in 0..=HOPS {
            let mut request = self
                .client
                .request(method.clone(), format!("{}{path}", self.base))
                .header("sec-fetch-site", "same-origin");
            if let Some(token) = &self.bearer {
                request = request.bearer_auth(token);
            }
            if let Some((kind, body)) = body.take() {
                request = request.header("content-type", kind).body(body);
            }
            // The address without its secrets: links of owners stand in paths.
            let answer = request
                .send()
                .await
                .map_err(reqwest::Error::without_url)
                .with_context(|| format!("{} doesn't answer", self.base))?;
            let status = answer.status();
            let mut head = String::new();
            for (name, value) in answer.headers() {
                let value = String::from_utf8_lossy(value.as_bytes());
                head.extend([name.as_str(), ": ", &*value, "\n"]);
            }
            let to = answer
                .headers()
                .get("location")
                .filter(|_| status.is_redirection())
                .and_then(|to| to.to_str().ok())
                .map(str::to_owned);
            let bytes = answer.bytes().await.map_err(reqwest::Error::without_url)?;
            let text = String::from_utf8_lossy(&bytes).into_owned();
            self.record.keep(Exchange {
                who: self.who,
                what: format!("{method} {path}"),
                status: status.as_u16(),
                head: head.clone(),
                body: text.clone(),
            });
            let here = to
                .as_deref()
                .map(|to| self.path_of(to).unwrap_or(to))
                .filter(|to| to.starts_with('/'));
            let Some(to) = here else {
                return Ok(Seen {
                    status: status.as_u16(),
                    path,
                    head,
                    body: text,
                });
            };
            to.clone_into(&mut path);
            method = Method::GET;
        }
        anyhow::bail!("{} redirects in circles", self.base)
    }
}

/// The value of the first hidden or button field of that name in a page.
pub(crate) fn field(html: &str, name: &str) -> Option<String> {
    let needle = format!("name=\"{name}\"");
    html.split('<')
        .filter(|tag| tag.contains(&needle))
        .find_map(|tag| {
            let (_, rest) = tag.split_once("value=\"")?;
            let (value, _) = rest.split_once('"')?;
            (!value.is_empty()).then(|| value.to_owned())
        })
}

/// What stands after `before` in a page, as long as it is part of a secret or an id.
pub(crate) fn after<'a>(html: &'a str, before: &str) -> Option<&'a str> {
    let at = html.find(before)? + before.len();
    let rest = &html[at..];
    let end = rest
        .find(|c: char| !c.is_ascii_alphanumeric() && !"-_".contains(c))
        .unwrap_or(rest.len());
    (end > 0).then(|| &rest[..end])
}
