//! The API, driven as a program would: tokens in, JSON out, in one process.

#![expect(clippy::too_many_lines, reason = "a story is told in one piece")]

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use desk::testing::{World, on_both};
use serde_json::{Value, json};
use std::sync::Mutex;
use tower::ServiceExt as _;
use web::{
    App, WebSettings,
    routes::{Route, Who},
};
use words::Role;

mod auditor;
mod description;
mod queues;
mod story;
mod strict;
mod typed;

/// Values that no answer may hold, whatever is done.
const CANARIES: [&str; 9] = [
    "robin.vale@mail.example",
    "+12025550142",
    "RobinVCanary",
    "Elm Row 5, Old Harbour",
    "1990-01-02",
    "Visa 4242",
    "2 gizmos for the lighthouse",
    "Pier 9, New Harbour",
    "QX77-RECEIPT",
];
const PDF: &[u8] = b"%PDF-1.4 canary-of-the-invoice";

struct Said {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Said {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).expect("JSON")
    }

    fn problem(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(
            self.headers[header::CONTENT_TYPE],
            "application/problem+json"
        );
        let problem = self.json();
        assert_eq!(
            (&problem["type"], &problem["status"]),
            (&json!("about:blank"), &json!(status))
        );
        assert!(
            problem["detail"]
                .as_str()
                .is_some_and(|detail| !detail.is_empty())
        );
        problem
    }

    fn is(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        if self.text.is_empty() {
            Value::Null
        } else {
            self.json()
        }
    }
}

struct Api {
    router: Router,
    list: Vec<Route>,
    heard: Mutex<Vec<String>>,
}

impl Api {
    fn of(world: &World) -> Self {
        let (_, stopping) = tokio::sync::watch::channel(false);
        let app = App::new(
            world.desk.clone(),
            WebSettings::default(),
            vec![],
            "data".to_owned(),
            None,
            stopping,
        );
        let (router, list) = web::router(app, |routes| routes);
        Self {
            router,
            list,
            heard: Mutex::default(),
        }
    }

    async fn send(&self, request: Request<Body>) -> Said {
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("a body");
        let text = String::from_utf8(bytes.to_vec()).expect("text");
        self.heard
            .lock()
            .expect("lock")
            .push(format!("{:?} {text}", parts.headers));
        Said {
            status: parts.status,
            headers: parts.headers,
            text,
        }
    }

    async fn raw(
        &self,
        method: Method,
        path: &str,
        token: &str,
        kind: &str,
        body: impl Into<Body>,
    ) -> Said {
        let mut request = Request::builder().method(method).uri(path);
        if !token.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if !kind.is_empty() {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        self.send(request.body(body.into()).expect("a request"))
            .await
    }

    async fn get(&self, path: &str, token: &str) -> Said {
        self.raw(Method::GET, path, token, "", Body::empty()).await
    }

    async fn put(&self, path: &str, token: &str, body: &Value) -> Said {
        self.raw(
            Method::PUT,
            path,
            token,
            "application/json",
            body.to_string(),
        )
        .await
    }

    async fn post(&self, path: &str, token: &str, body: &Value) -> Said {
        self.raw(
            Method::POST,
            path,
            token,
            "application/json",
            body.to_string(),
        )
        .await
    }

    async fn act(&self, path: &str, token: &str) -> Said {
        self.raw(Method::POST, path, token, "", Body::empty()).await
    }

    /// No canary in anything that was ever answered, in any of the forms it could hide in.
    fn gave_nothing_away(&self) {
        let heard = self.heard.lock().expect("lock");
        assert!(!heard.is_empty());
        let digits = |text: &str| {
            text.chars()
                .filter(char::is_ascii_digit)
                .collect::<String>()
        };
        for answer in heard.iter() {
            let lower = answer.to_lowercase();
            for canary in CANARIES.iter().copied().chain(["canary-of-the-invoice"]) {
                assert!(
                    !lower.contains(&canary.to_lowercase()),
                    "{canary} in {answer}"
                );
                let quoted = STANDARD.encode(canary);
                assert!(
                    !answer.contains(quoted.trim_end_matches('=')),
                    "{canary} as base64 in {answer}"
                );
            }
            assert!(
                !answer.contains(&STANDARD.encode(PDF)[..24]),
                "the invoice in {answer}"
            );
            assert!(
                !digits(answer).contains("12025550142"),
                "the phone number in {answer}"
            );
        }
    }
}

/// A token of that role, for everything if no scopes are named.
async fn token(world: &World, role: Role, scopes: &[&str]) -> String {
    let scopes = if scopes.is_empty() {
        &desk::people::SCOPES[..]
    } else {
        scopes
    };
    let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
    world
        .desk
        .create_token(None, "a program", role, 30, &scopes)
        .await
        .expect("a token")
}

fn robin() -> Value {
    json!({
        "external_id": "A-1042", "display_name": "Robin Vale", "customer_since": "2019-05-01",
        "contact_points": [
            {"kind": "email", "value": CANARIES[0], "registered_at": "2019-05-01", "confirmed_at": "2019-05-01"},
            {"kind": "phone", "value": CANARIES[1], "registered_at": "2021-05-01", "confirmed_at": "2021-05-01"},
        ],
        "fields": {
            "plan": "gold", "user_name": CANARIES[2], "address": CANARIES[3], "birth_date": CANARIES[4],
            "card": CANARIES[5], "order": {"7001": CANARIES[6]}, "parcel": {"7001": CANARIES[7]},
            "invoice": {"10442": {"file_name": "invoice-10442.pdf", "media_type": "application/pdf",
                                  "base64": STANDARD.encode(PDF)}},
            "receipt_code": {"10442": CANARIES[8]},
        },
    })
}

async fn with_robin(world: &World) -> Api {
    let api = Api::of(world);
    let admin = token(world, Role::Admin, &["accounts"]).await;
    assert_eq!(
        api.put("/api/v1/accounts/A-1042", &admin, &robin())
            .await
            .is(201),
        json!({"result": "created"})
    );
    api
}

/// A ticket about Robin, by a look-up.
async fn ticket(api: &Api, rep: &str) -> i64 {
    let found = api
        .post(
            "/api/v1/look-ups",
            rep,
            &json!({"kind": "order", "value": "7001"}),
        )
        .await
        .is(200);
    let open = json!({"channel": "chat", "text": "Where is my parcel?", "account": found["accounts"][0]["id"]});
    api.post("/api/v1/tickets", rep, &open).await.is(201)["number"]
        .as_i64()
        .expect("a number")
}
