//! A program that calls the API.

use reqwest::{Client, StatusCode};
use serde_json::Value;

/// A program with a token.
#[derive(Clone)]
pub(crate) struct Token {
    pub(crate) base: String,
    pub(crate) secret: String,
    client: Client,
}

impl Token {
    pub(super) fn new(base: &str, secret: &str) -> Self {
        Self {
            base: base.to_owned(),
            secret: secret.to_owned(),
            // The server ends what is idle, at times in the moment that another request goes out.
            client: Client::builder()
                .pool_max_idle_per_host(0)
                .build()
                .expect("a client"),
        }
    }

    pub(crate) async fn get(&self, path: &str) -> (StatusCode, Value) {
        self.answer(self.client.get(format!("{}/api/v1{path}", self.base)))
            .await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        self.answer(
            self.client
                .post(format!("{}/api/v1{path}", self.base))
                .json(&body),
        )
        .await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> (StatusCode, Value) {
        self.answer(
            self.client
                .put(format!("{}/api/v1{path}", self.base))
                .json(&body),
        )
        .await
    }

    pub(crate) async fn events(&self, lines: String) -> (StatusCode, Value) {
        let request = self
            .client
            .post(format!("{}/api/v1/events", self.base))
            .header("content-type", "application/x-ndjson")
            .body(lines);
        self.answer(request).await
    }

    async fn answer(&self, request: reqwest::RequestBuilder) -> (StatusCode, Value) {
        let answer = request
            .bearer_auth(&self.secret)
            .send()
            .await
            .expect("an answer");
        let status = answer.status();
        let text = answer.text().await.expect("a body");
        (
            status,
            serde_json::from_str(&text).unwrap_or(Value::String(text)),
        )
    }
}
