//! The signed webhook, against a server that checks signature and time.

use std::sync::Arc;

use desk::{
    letter::CarrierError,
    provider::{parse_secret, verify},
    text::TextCarrier as _,
};
use sms::{Secret, WebhookCarrier, WebhookSettings};

use crate::support::{HOOK_SECRET, Reply, Server, Still, envelope};

pub(crate) fn settings(url: &str) -> WebhookSettings {
    WebhookSettings {
        url: url.to_owned(),
        secret: Some(Secret::from(HOOK_SECRET.to_owned())),
        secret_file: None,
        allow_private: true,
        ca_file: None,
        timeout_seconds: 10,
    }
}

fn carrier(server: &Server) -> WebhookCarrier {
    let url = format!("{}/texts", server.url());
    WebhookCarrier::new(&settings(&url), Arc::new(Still)).expect("a carrier")
}

#[tokio::test]
async fn a_message_is_posted_with_a_signature_that_holds() {
    let server = Server::start(Reply::status(204)).await;
    carrier(&server).carry(&envelope()).await.expect("taken");

    let request = server.only();
    assert_eq!(request.line, "POST /texts HTTP/1.1");
    assert_eq!(request.header("content-type"), "application/json");
    assert_eq!(request.header("webhook-id"), "0195-text-1");
    let timestamp: i64 = request
        .header("webhook-timestamp")
        .parse()
        .expect("a timestamp");
    assert_eq!(timestamp, 1_795_255_320);
    let secret = parse_secret(HOOK_SECRET).expect("a secret");
    let signature = request.header("webhook-signature");
    assert!(verify(
        &secret,
        "0195-text-1",
        timestamp,
        &request.body,
        signature
    ));
    assert!(!verify(
        &secret,
        "0195-text-2",
        timestamp,
        &request.body,
        signature
    ));
    assert!(!verify(
        &[7; 32],
        "0195-text-1",
        timestamp,
        &request.body,
        signature
    ));

    let body: serde_json::Value = serde_json::from_str(&request.body).expect("json");
    assert_eq!(body["type"], "text.send");
    assert_eq!(body["timestamp"], "2026-11-21T10:02:00Z");
    assert_eq!(body["data"]["to"], "+12025550142");
    let text = body["data"]["text"].as_str().expect("text");
    assert!(text.starts_with("482 913 07 confirms"));
}

#[tokio::test]
async fn a_retry_carries_the_same_id() {
    let server = Server::start(Reply::status(503)).await;
    let carrier = carrier(&server);
    for _ in 0..2 {
        assert!(carrier.carry(&envelope()).await.is_err());
    }
    let ids: Vec<String> = server
        .seen()
        .iter()
        .map(|request| request.header("webhook-id").to_owned())
        .collect();
    assert_eq!(ids, ["0195-text-1", "0195-text-1"]);
}

#[tokio::test]
async fn only_422_means_never() {
    for (status, never) in [
        (422, true),
        (400, false),
        (401, false),
        (410, false),
        (500, false),
    ] {
        let server = Server::start(Reply::status(status)).await;
        let error = carrier(&server)
            .carry(&envelope())
            .await
            .expect_err("refused");
        assert_eq!(matches!(error, CarrierError::Never(_)), never, "{status}");
        assert!(error.to_string().contains(&status.to_string()));
    }
}
