//! People with browsers, and what they read on a page.

use reqwest::{Client, StatusCode, redirect::Policy};
use std::sync::{Arc, Mutex};

use super::house::House;

/// A person with a browser: keeps cookies, follows redirects, has no scripts.
pub(crate) struct Browser {
    pub(crate) base: String,
    client: Client,
}

/// A page as a browser got it.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) status: StatusCode,
    pub(crate) url: String,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) html: String,
}

impl Browser {
    pub(crate) fn new(house: &House) -> Self {
        let client = Client::builder()
            .cookie_store(true)
            .redirect(Policy::limited(5))
            .build()
            .expect("a client");
        Self {
            base: house.base.clone(),
            client,
        }
    }

    fn url(&self, path: &str) -> String {
        if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.base)
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Seen {
        seen(
            self.client
                .get(self.url(path))
                .send()
                .await
                .expect("an answer"),
        )
        .await
    }

    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)]) -> Seen {
        let request = self
            .client
            .post(self.url(path))
            .header("sec-fetch-site", "same-origin")
            .form(form);
        seen(request.send().await.expect("an answer")).await
    }

    /// Opens a stream of events and gathers what comes.
    pub(crate) async fn listen(&self, path: &str) -> Arc<Mutex<String>> {
        let mut answer = self
            .client
            .get(self.url(path))
            .header("accept", "text/event-stream")
            .send()
            .await
            .expect("a stream");
        assert_eq!(answer.status(), StatusCode::OK);
        let heard = Arc::new(Mutex::new(String::new()));
        let into = heard.clone();
        tokio::spawn(async move {
            while let Ok(Some(part)) = answer.chunk().await {
                into.lock()
                    .expect("lock")
                    .push_str(&String::from_utf8_lossy(&part));
            }
        });
        heard
    }

    pub(crate) async fn post_from_elsewhere(&self, path: &str, form: &[(&str, &str)]) -> Seen {
        let request = self
            .client
            .post(self.url(path))
            .header("sec-fetch-site", "cross-site")
            .header("origin", "https://evil.example")
            .form(form);
        seen(request.send().await.expect("an answer")).await
    }

    /// Becomes staff by a link of that kind (`set-up` or `invitation`) and returns the TOTP secret.
    pub(crate) async fn enrol(
        &self,
        kind: &str,
        secret: &str,
        name: &str,
        login: &str,
        password: &str,
    ) -> String {
        let page = self
            .post(
                &format!("/{kind}/{secret}"),
                &[("name", name), ("login", login), ("password", password)],
            )
            .await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.html);
        let totp = totp_of(&page.html);
        let done = self
            .post(
                &format!("/{kind}/{secret}/code"),
                &[("code", &code(&totp, 0))],
            )
            .await;
        assert!(done.url.ends_with("/sign-in"), "{} {}", done.url, done.html);
        totp
    }

    /// Signs in; `ahead` says how many TOTP steps ahead of now the code is (each works once).
    pub(crate) async fn sign_in(
        &self,
        login: &str,
        password: &str,
        totp: &str,
        ahead: i64,
    ) -> Seen {
        let first = self
            .post("/sign-in", &[("login", login), ("password", password)])
            .await;
        assert!(
            first.url.contains("/sign-in/code"),
            "{} {}",
            first.url,
            first.html
        );
        self.post("/sign-in/code", &[("code", &code(totp, ahead))])
            .await
    }
}

async fn seen(answer: reqwest::Response) -> Seen {
    Seen {
        status: answer.status(),
        url: answer.url().to_string(),
        headers: answer.headers().clone(),
        html: answer.text().await.expect("a body"),
    }
}

/// The code of a TOTP secret, `ahead` steps of 30 seconds from now.
pub(crate) fn code(secret: &str, ahead: i64) -> String {
    #[expect(
        clippy::disallowed_methods,
        reason = "the server runs on the real clock"
    )]
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .expect("after 1970");
    let now = i64::try_from(now.as_micros()).expect("in range") + ahead * 30_000_000;
    desk::people::code_at(secret, words::Time(now)).expect("a code")
}

/// The TOTP secret on an enrolment page: letters of base 32, shown in groups of four.
fn totp_of(html: &str) -> String {
    let text: String = html
        .split('<')
        .filter_map(|part| part.split_once('>'))
        .map(|(_, text)| text)
        .collect::<Vec<_>>()
        .join("\n");
    text.lines()
        .map(|line| line.replace(' ', "").trim().to_owned())
        .find(|line| {
            line.len() == 32
                && line
                    .bytes()
                    .all(|b| b.is_ascii_uppercase() || (b'2'..=b'7').contains(&b))
        })
        .unwrap_or_else(|| panic!("a secret on {html}"))
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
