//! What the stories share: a customer with canary values, calls, letters and links.

pub(crate) mod logins;

use desk::{
    Answer, Asked, DeskError, Me,
    accounts::AccountDocument,
    letter::{Content, Envelope, Letter},
    testing::World,
    ticket::NewTicket,
};
use ledger::Entry;
use std::time::Duration;
use store::{AccountRow, JobRow, RequestRow};
use words::{AccountId, Channel, MessageKind, RequestId, RequestKind, RequestState, Role};

pub(crate) const HOUR: Duration = Duration::from_hours(1);
pub(crate) const MINUTE: Duration = Duration::from_mins(1);

pub(crate) const EMAIL: &str = "robin.vale@mail.example";
pub(crate) const PHONE: &str = "+31 20 555 0187";
pub(crate) const USER_NAME: &str = "quillfeather77";
pub(crate) const ADDRESS: &str = "14 Marzipan Crossing, Velden";
pub(crate) const BIRTH_DATE: &str = "1987-03-14";
pub(crate) const CARD: &str = "Visa 4183";
pub(crate) const ORDER: &str = "two teal gizmos with brass knobs";
pub(crate) const PARCEL: &str = "Locker 88, Harbour Steps";
pub(crate) const RECEIPT: &str = "7K2P-QX41-9DMV-3THN";
pub(crate) const PASSWORD_CHANGED: &str = "2026-01-02";
pub(crate) const PDF: &[u8] = b"%PDF-1.7 invoice 10442 for somebody at 14 Marzipan Crossing";

/// Every protected value of the customer.
pub(crate) const CANARIES: [&str; 10] = [
    EMAIL,
    PHONE,
    USER_NAME,
    ADDRESS,
    BIRTH_DATE,
    CARD,
    ORDER,
    PARCEL,
    RECEIPT,
    PASSWORD_CHANGED,
];

/// A contact point as JSON.
pub(crate) fn email(value: &str, registered: &str, confirmed: Option<&str>) -> String {
    let confirmed = confirmed.map_or(String::new(), |at| format!(r#","confirmed_at":"{at}""#));
    format!(r#"{{"kind":"email","value":"{value}","registered_at":"{registered}"{confirmed}}}"#)
}

/// The customer's document with these contact points.
pub(crate) fn document(points: &[String]) -> AccountDocument {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let pdf = STANDARD.encode(PDF);
    let points = points.join(",");
    AccountDocument::from_json(
        format!(
            r#"{{"display_name":"Robin Vale","customer_since":"2019-05-01","contact_points":[{points}],
            "fields":{{"plan":"Basic","user_name":"{USER_NAME}","address":"{ADDRESS}","birth_date":"{BIRTH_DATE}","card":"{CARD}",
              "order":{{"7001":"{ORDER}"}},"parcel":{{"7001":"{PARCEL}"}},
              "invoice":{{"10442":{{"file_name":"invoice-10442.pdf","media_type":"application/pdf","base64":"{pdf}"}}}},
              "receipt_code":{{"10442":"{RECEIPT}"}},"password_changed":"{PASSWORD_CHANGED}"}}}}"#
        )
        .as_bytes(),
    )
    .expect("a document")
}

/// Puts an account and returns its id.
pub(crate) async fn put(world: &World, external_id: &str, points: &[String]) -> AccountId {
    world
        .desk
        .put_account(None, external_id, document(points))
        .await
        .expect("put");
    account_named(world, external_id).await.id
}

/// What Robin Vale has on file since 2019: an email and a phone.
pub(crate) fn on_file() -> Vec<String> {
    let phone = format!(
        r#"{{"kind":"phone","value":"{PHONE}","registered_at":"2019-05-01","confirmed_at":"2019-05-01"}}"#
    );
    vec![email(EMAIL, "2019-05-01", Some("2019-05-01")), phone]
}

/// Robin Vale, A-1042, with an email on file since 2019.
pub(crate) async fn customer(world: &World) -> AccountId {
    put(world, "A-1042", &on_file()).await
}

/// An account's contact points are gone, as once their time is over.
pub(crate) async fn take_away(world: &World, account: AccountId) {
    let mut tx = world.desk.store().begin().await.expect("a transaction");
    for point in tx.contact_points(account).await.expect("points") {
        tx.remove_contact_point(point.id, world.desk.now())
            .await
            .expect("a write");
    }
    tx.commit().await.expect("a commit");
}

pub(crate) async fn account_named(world: &World, external_id: &str) -> AccountRow {
    let mut tx = world.desk.store().read().await.expect("a transaction");
    tx.account_named(external_id)
        .await
        .expect("a read")
        .expect("an account")
}

pub(crate) async fn account(world: &World, id: AccountId) -> AccountRow {
    let mut tx = world.desk.store().read().await.expect("a transaction");
    tx.account(id).await.expect("a read").expect("an account")
}

/// A new call about an account.
pub(crate) async fn call(world: &World, me: &Me, account: AccountId) -> i64 {
    open(world, me, Channel::Phone, Some(account))
        .await
        .expect("a call")
}

pub(crate) async fn open(
    world: &World,
    me: &Me,
    channel: Channel,
    account: Option<AccountId>,
) -> Result<i64, DeskError> {
    let new = NewTicket {
        channel,
        subject: "About my order".to_owned(),
        heard: None,
        account,
        mine: true,
    };
    world.desk.open_ticket(me, new).await
}

pub(crate) async fn rep(world: &World) -> Me {
    world.staff("rae", Role::Rep).await
}

pub(crate) async fn lead(world: &World) -> Me {
    world.staff("lee", Role::Lead).await
}

pub(crate) async fn ask(world: &World, me: &Me, ticket: i64, kind: RequestKind) -> Asked {
    world
        .desk
        .ask(me, ticket, kind, "", "")
        .await
        .expect("an answer")
}

pub(crate) async fn deliver(world: &World, me: &Me, ticket: i64, field: &str, item: &str) -> Asked {
    world
        .desk
        .ask(me, ticket, RequestKind::Deliver, field, item)
        .await
        .expect("an answer")
}

pub(crate) async fn request(world: &World, id: RequestId) -> RequestRow {
    let mut tx = world.desk.store().read().await.expect("a transaction");
    tx.request(id).await.expect("a read").expect("a request")
}

pub(crate) async fn state(world: &World, asked: &Asked) -> RequestState {
    request(world, asked.id).await.state
}

pub(crate) async fn say(world: &World, me: &Me, ticket: i64, kind: MessageKind, text: &str) {
    world
        .desk
        .add_message(me, ticket, kind, text)
        .await
        .expect("a message");
}

/// Takes the letters that were carried so far.
pub(crate) fn letters(world: &World) -> Vec<Envelope> {
    std::mem::take(&mut *world.mail.sent.lock().expect("lock"))
}

/// Works off what is due and takes the letters that went.
pub(crate) async fn post(world: &World) -> Vec<Envelope> {
    world.work().await;
    letters(world)
}

/// The one letter of a kind.
pub(crate) fn only(letters: &[Envelope], kind: &str) -> Envelope {
    let found: Vec<_> = letters
        .iter()
        .filter(|e| letter_kind(&e.letter) == kind)
        .collect();
    let all: Vec<_> = letters.iter().map(|e| letter_kind(&e.letter)).collect();
    assert_eq!(found.len(), 1, "one letter of kind {kind} among {all:?}");
    found[0].clone()
}

pub(crate) fn kinds(letters: &[Envelope]) -> Vec<&'static str> {
    letters.iter().map(|e| letter_kind(&e.letter)).collect()
}

pub(crate) fn letter_kind(letter: &Letter) -> &'static str {
    match letter {
        Letter::Confirm { .. } => "confirm",
        Letter::Delivery { .. } => "delivery",
        Letter::Notice { .. } => "notice",
        Letter::Outreach { .. } => "outreach",
        Letter::Reply { .. } => "reply",
        Letter::Planned { .. } => "planned",
        Letter::Address { .. } => "address",
        Letter::Code { .. } => "code",
        Letter::Frozen { .. } => "frozen",
        Letter::Erasing { .. } => "erasing",
    }
}

pub(crate) fn link(letter: &Letter) -> String {
    match letter {
        Letter::Confirm { link, .. }
        | Letter::Delivery { link, .. }
        | Letter::Notice { link, .. }
        | Letter::Outreach { link, .. }
        | Letter::Planned { link, .. }
        | Letter::Address { link, .. }
        | Letter::Code { link, .. }
        | Letter::Reply { link, .. } => link.clone(),
        Letter::Frozen { .. } | Letter::Erasing { .. } => String::new(),
    }
}

/// The secret of a letter's link.
pub(crate) fn secret(envelope: &Envelope) -> String {
    let link = link(&envelope.letter);
    link.rsplit('/').next().expect("a link").to_owned()
}

/// Everything a letter says but the content of a delivery.
pub(crate) fn says(letter: &Letter) -> String {
    match letter {
        Letter::Confirm {
            what,
            item,
            channel,
            at,
            expires,
            ..
        } => format!("{what} {item:?} {channel} {at} {expires}"),
        Letter::Delivery {
            what, channel, at, ..
        } => format!("{what} {channel} {at}"),
        Letter::Notice { contacts, .. } => format!("{contacts:?}"),
        Letter::Outreach { signals, at, .. } => format!("{signals:?} {at}"),
        Letter::Reply { text, number, .. } => format!("{number} {text}"),
        Letter::Planned {
            what,
            channel,
            at,
            effective,
            ..
        } => format!("{what} {channel} {at} {effective}"),
        Letter::Code {
            what,
            item,
            at,
            expires,
            ..
        } => format!("{what} {item:?} {at} {expires}"),
        Letter::Address { expires, .. } => expires.to_string(),
        Letter::Frozen { at } | Letter::Erasing { at } => at.to_string(),
    }
}

/// What a delivery carries, as bytes.
pub(crate) fn content(letter: &Letter) -> Vec<u8> {
    match letter {
        Letter::Delivery {
            content: Content::Text(text),
            ..
        } => text.as_bytes().to_vec(),
        Letter::Delivery {
            content: Content::Document { bytes, .. },
            ..
        } => bytes.to_vec(),
        _ => panic!("not a delivery"),
    }
}

pub(crate) async fn press(world: &World, secret: &str, answer: Answer) -> desk::OwnerPage {
    world.desk.answer(secret, answer).await.expect("a page")
}

/// The owner lifts a hold on their own page: a yes at the registered email, and the code on a receipt.
pub(crate) async fn lift(world: &World, secret: &str) {
    press(world, secret, Answer::Yes).await;
    let page = step(world, secret, RECEIPT).await.expect("a page");
    assert!(!page.tried && page.more.is_empty() && !page.stopped);
}

/// The owner types a receipt's code on their own page.
pub(crate) async fn step(
    world: &World,
    secret: &str,
    code: &str,
) -> Result<desk::OwnerPage, DeskError> {
    world
        .desk
        .owner_step(secret, words::ProofKind::Receipt, code)
        .await
}

/// A "It wasn't me" link of the account, from the notice of a call that just ended.
pub(crate) async fn notice_secret(world: &World, me: &Me, account: AccountId) -> String {
    let number = call(world, me, account).await;
    world.desk.end_call(me, number).await.expect("an end");
    secret(&only(&post(world).await, "notice"))
}

pub(crate) async fn entries(world: &World) -> Vec<Entry> {
    let mut tx = world.desk.store().read().await.expect("a transaction");
    let rows = tx.ledger_rows(0, 100_000).await.expect("rows");
    rows.iter()
        .map(|row| Entry::decode(&row.body).expect("an entry"))
        .collect()
}

pub(crate) async fn entry_kinds(world: &World) -> Vec<String> {
    entries(world)
        .await
        .into_iter()
        .map(|entry| entry.kind)
        .collect()
}

/// How many entries of a kind there are.
pub(crate) async fn count(world: &World, kind: &str) -> usize {
    entry_kinds(world)
        .await
        .iter()
        .filter(|k| *k == kind)
        .count()
}

pub(crate) async fn jobs(world: &World, state: &str) -> Vec<JobRow> {
    let mut tx = world.desk.store().read().await.expect("a transaction");
    tx.jobs_in(state, 1000).await.expect("jobs")
}

/// What is written in a ticket, as one text.
pub(crate) async fn written(world: &World, me: &Me, ticket: i64) -> String {
    let view = world.desk.ticket(me, ticket).await.expect("a ticket");
    view.messages
        .into_iter()
        .map(|message| message.text + "\n")
        .collect()
}

/// The number of the account's open safety ticket.
pub(crate) async fn safety(world: &World, account: AccountId) -> Option<i64> {
    let mut tx = world.desk.store().read().await.expect("a transaction");
    tx.open_safety(account)
        .await
        .expect("a read")
        .map(|ticket| ticket.number)
}

/// The number of the account's open flag.
pub(crate) async fn flag(world: &World, account: AccountId) -> Option<i64> {
    let mut tx = world.desk.store().read().await.expect("a transaction");
    tx.open_flag(account)
        .await
        .expect("a read")
        .map(|ticket| ticket.number)
}

pub(crate) fn without_canaries(text: &str) {
    for canary in CANARIES {
        assert!(!text.contains(canary), "a protected value is in: {text}");
    }
}
