//! A desk with either provider: from a request to the text message, the code that is read out, and
//! the effect.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use desk::{
    accounts::AccountDocument,
    provider::{parse_secret, verify},
    testing::{On, World},
    text::TextCarrier,
    ticket::NewTicket,
};
use sms::{Secret, TwilioCarrier, TwilioSettings, WebhookCarrier};
use words::{AccountId, Channel, RequestKind, RequestState, Role};

use crate::{
    support::{ACCOUNT, HOOK_SECRET, PHONE, Reply, Request, Server, Still, TOKEN},
    webhook::settings,
};

const NUMBER: &str = "+12025550142";

fn webhook(server: &Server) -> Arc<dyn TextCarrier> {
    let url = format!("{}/texts", server.url());
    Arc::new(WebhookCarrier::new(&settings(&url), Arc::new(Still)).expect("a carrier"))
}

fn twilio(server: &Server) -> Arc<dyn TextCarrier> {
    let settings = TwilioSettings {
        account_sid: ACCOUNT.to_owned(),
        secret: Some(Secret::from(TOKEN.to_owned())),
        secret_file: None,
        from: Some("+12025550100".to_owned()),
        messaging_service_sid: None,
        base_url: server.url(),
        status_url: None,
        allow_private: true,
        ca_file: None,
        timeout_seconds: 10,
    };
    Arc::new(TwilioCarrier::new(&settings).expect("a carrier"))
}

/// The eight digits that a text message begins with.
fn code(text: &str) -> String {
    let digits: String = text
        .split(" confirms: ")
        .next()
        .expect("a code")
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    assert_eq!(digits.len(), 8, "{text}");
    digits
}

/// An account with a phone, on file for years.
async fn customer(world: &World) -> AccountId {
    let document = format!(
        r#"{{"display_name":"Robin Vale","customer_since":"2019-05-01","contact_points":[
            {{"kind":"phone","value":"{PHONE}","registered_at":"2019-05-01","confirmed_at":"2019-05-01"}}],"fields":{{}}}}"#
    );
    let document = AccountDocument::from_json(document.as_bytes()).expect("a document");
    world
        .desk
        .put_account(None, "A-1042", document)
        .await
        .expect("put");
    let mut tx = world.desk.store().read().await.expect("a read");
    let row = tx.account_named("A-1042").await.expect("a read");
    row.expect("an account").id
}

/// Plays a call from its beginning to the reset. `read` checks a request to the provider and returns
/// the number and the words.
async fn play(world: &World, server: &Server, read: impl Fn(&Request) -> (String, String)) {
    let robin = customer(world).await;
    let rep = world.staff("rae", Role::Rep).await;
    let new = NewTicket {
        channel: Channel::Phone,
        subject: "A call".to_owned(),
        heard: None,
        account: Some(robin),
        mine: true,
    };
    let ticket = world.desk.open_ticket(&rep, new).await.expect("a call");
    let asked = world
        .desk
        .ask(&rep, ticket, RequestKind::Reset, "", "")
        .await
        .expect("an answer");
    world
        .desk
        .send_text_code(&rep, ticket, asked.id)
        .await
        .expect("queued");
    world.work().await;
    let said: Vec<(String, String)> = server.seen().iter().map(read).collect();
    assert!(said.iter().all(|(to, _)| to == NUMBER));
    let (_, text) = said
        .iter()
        .find(|(_, text)| text.contains(" confirms: "))
        .expect("a text message with a code");
    assert!(text.contains("reset your password") && text.contains("Acme Production"));
    assert!(text.chars().count() <= 160, "{text}");
    let code = code(text);

    let wrong = if code.starts_with('1') { "2" } else { "1" };
    let wrong = format!("{wrong}{}", &code[1..]);
    let took = |code: String| {
        let (desk, rep) = (world.desk.clone(), rep.clone());
        async move { desk.take_code(&rep, ticket, asked.id, &code).await }
    };
    assert!(!took(wrong).await.expect("an answer"));
    assert!(took(code.clone()).await.expect("an answer"));
    world.work().await;
    let mut tx = world.desk.store().read().await.expect("a read");
    let row = tx.request(asked.id).await.expect("a read");
    assert_eq!(row.expect("a request").state, RequestState::Done);
    let rows = tx.ledger_rows(0, 10_000).await.expect("rows");
    for row in rows {
        let body = row.body;
        assert!(!body.contains(&code) && !body.contains("5550142"));
    }
    let told = world.provider.told.lock().expect("lock");
    assert_eq!(told.len(), 1);
    assert!(told[0].1.contains("reset.confirmed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_goes_from_the_signed_webhook_to_its_effect() {
    let server = Server::start(Reply::status(204)).await;
    let world = World::texting(On::Sqlite, webhook(&server)).await;
    let secret = parse_secret(HOOK_SECRET).expect("a secret");
    play(&world, &server, |request| {
        let stamp = request.header("webhook-timestamp").parse().expect("a time");
        let id = request.header("webhook-id");
        let signature = request.header("webhook-signature");
        assert!(verify(&secret, id, stamp, &request.body, signature));
        let body: serde_json::Value = serde_json::from_str(&request.body).expect("JSON");
        let part = |name: &str| body["data"][name].as_str().expect("text").to_owned();
        (part("to"), part("text"))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_goes_from_a_twilio_compatible_provider_to_its_effect() {
    let server = Server::start(Reply::json(201, r#"{"sid":"SM1"}"#)).await;
    let world = World::texting(On::Sqlite, twilio(&server)).await;
    let basic = format!("Basic {}", STANDARD.encode(format!("{ACCOUNT}:{TOKEN}")));
    play(&world, &server, |request| {
        assert_eq!(request.header("authorization"), basic);
        let part = |name: &str| {
            form_urlencoded::parse(request.body.as_bytes())
                .find(|(known, _)| known == name)
                .map(|(_, value)| value.into_owned())
                .expect("a field")
        };
        (part("To"), part("Body"))
    })
    .await;
}
