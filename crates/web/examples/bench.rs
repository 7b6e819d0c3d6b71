//! Measures the desk in one process on a fresh `SQLite` file, at full fsync:
//! `cargo run --release -p staunch-web --example bench` prints the server time of a ticket's page
//! among 100,000 tickets, of a request and its decision under 50 reps at once, the login events
//! taken a second in batches of 1,000, and the time of one decision of the gate. With `decisions`, `pages`,
//! `requests` or `events` behind `--` it measures only that, and without `pages` on a desk without those tickets.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use desk::{
    Me,
    people::code_at,
    testing::{On, World},
};
use gate::{AccountFacts, Action, Actor, Destination, Facts, Field, Gate, TicketFacts};
use serde_json::json;
use std::time::{Duration, Instant};
use store::{MessageRow, TicketRow};
use tower::ServiceExt as _;
use uuid::Uuid;
use web::{App, WebSettings};
use words::{
    AccountId, Channel, Clock as _, ContactKind, ContactPointId, FieldClass, FieldId, FieldKind,
    HoldLevel, MessageId, MessageKind, ProofKind, Queue, RequestKind, Role, StaffId, TicketId,
    TicketKind, TicketState, Time,
};

const TICKETS: i64 = 100_000;
const ACCOUNTS: usize = 1_000;
const PASSWORD: &str = "correct mule staple 42";

fn main() {
    let only: Vec<String> = std::env::args().skip(1).collect();
    let parts = ["decisions", "pages", "requests", "events"];
    assert!(
        only.iter().all(|one| parts.contains(&one.as_str())),
        "there are these parts: {}",
        parts.join(", ")
    );
    let wanted = |part: &str| only.is_empty() || only.iter().any(|one| one == part);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        if wanted("decisions") {
            decisions();
        }
        let settings = desk::settings::DeskSettings {
            deliveries: 1_000_000,
            look_ups: 1_000_000,
            ..desk::settings::DeskSettings::default()
        };
        let world = World::with(On::Sqlite, settings).await;
        let (_stop, stopping) = tokio::sync::watch::channel(false);
        let app = App::new(
            world.desk.clone(),
            WebSettings::default(),
            Vec::new(),
            "data".to_owned(),
            None,
            stopping,
        );
        let (router, _) = web::router(app, |more| more);
        let (me, cookie) = sign_in(&world).await;
        let accounts = accounts(&world).await;
        if wanted("pages") {
            tickets(&world, &me, &accounts).await;
            pages(&router, &cookie).await;
        }
        if wanted("requests") {
            requests(&world, &router, &accounts).await;
        }
        if wanted("events") {
            events(&world).await;
        }
    });
}

fn decisions() {
    let gate = Gate::shipped().expect("the shipped policies");
    let id = Uuid::from_u128(7);
    let facts = Facts {
        actor: Actor::Staff(StaffId(id), Role::Rep),
        action: Action::Request(RequestKind::Deliver),
        account: AccountFacts {
            id: AccountId(id),
            hold: HoldLevel::None,
            attempts: 0,
            reachable: true,
            important: false,
        },
        ticket: Some(TicketFacts {
            id: TicketId(id),
            open: true,
            about: true,
        }),
        field: Some(Field {
            id: FieldId(id),
            class: FieldClass::Sealed,
            kind: FieldKind::Document,
        }),
        destination: Some(Destination {
            id: ContactPointId(id),
            kind: ContactKind::Email,
            confirmed: true,
            effective: true,
            before: true,
        }),
        proofs: Vec::new(),
        ways: vec![ProofKind::Email],
        effect: None,
        approval: None,
        told: None,
        now: Time(0),
    };
    let mut times: Vec<Duration> = (0..20_000)
        .map(|_| {
            let begun = Instant::now();
            assert!(gate.decide(&facts).permit.is_some());
            begun.elapsed()
        })
        .collect();
    report("a decision of the gate", &mut times);
}

fn report(what: &str, times: &mut [Duration]) {
    times.sort();
    let at =
        |part: usize| times[(times.len() * part / 1000).min(times.len() - 1)].as_secs_f64() * 1e6;
    println!(
        "{what}: p50 {:.0} µs, p99 {:.0} µs, worst {:.0} µs ({} times)",
        at(500),
        at(990),
        at(999),
        times.len()
    );
}

async fn sign_in(world: &World) -> (Me, String) {
    let desk = &world.desk;
    let secret = desk.first_setup().await.expect("asked").expect("offered");
    desk.check_enrolment(&secret, "Ada", "ada", PASSWORD)
        .await
        .expect("chosen");
    let totp = desk
        .invitation(&secret)
        .await
        .expect("there")
        .enrolment
        .expect("chosen")
        .totp_secret_base32;
    desk.accept(&secret, &code_at(&totp, world.clock.now()).expect("a code"))
        .await
        .expect("accepted");
    world.clock.pass(Duration::from_mins(1));
    let half = desk
        .sign_in("ada", PASSWORD, "192.0.2.1", "bench")
        .await
        .expect("half");
    let code = code_at(&totp, world.clock.now()).expect("a code");
    let signed = desk
        .second_step(&half.secret, &code, "192.0.2.1")
        .await
        .expect("signed in");
    (signed.me, format!("staunch={}", signed.secret))
}

async fn accounts(world: &World) -> Vec<AccountId> {
    let mut out = Vec::new();
    for n in 0..ACCOUNTS {
        let document = json!({
            "display_name": format!("Customer {n}"),
            "contact_points": [{"kind": "email", "value": format!("c{n}@mail.example.net"), "registered_at": "2019-05-01", "confirmed_at": "2019-05-01"}],
            "fields": {"user_name": format!("user{n}"), "address": "7 Mill Lane", "birth_date": "1990-01-02", "card": "Visa 4242",
                "order": {format!("{}", 70_000 + n): "2 gizmos"}, "parcel": {format!("{}", 70_000 + n): "9 Row"},
                "invoice": {format!("{}", 10_000 + n): {"file_name": "i.pdf", "media_type": "application/pdf", "base64": "JVBERi0="}},
                "password_changed": "2026-01-02"}
        });
        let document = desk::accounts::AccountDocument::from_json(document.to_string().as_bytes())
            .expect("a document");
        let external_id = format!("A-{n}");
        world
            .desk
            .put_account(None, &external_id, document)
            .await
            .expect("put");
        let mut tx = world.desk.store().read().await.expect("read");
        out.push(
            tx.account_named(&external_id)
                .await
                .expect("found")
                .expect("there")
                .id,
        );
    }
    out
}

async fn tickets(world: &World, me: &Me, accounts: &[AccountId]) {
    let begun = Instant::now();
    let now = world.clock.now();
    let mut number = 1000;
    for part in 0..TICKETS / 1000 {
        let mut tx = world.desk.store().begin().await.expect("begun");
        for n in 0..1000i64 {
            number = tx.next("ticket").await.expect("a number");
            let at =
                now - Duration::from_secs(u64::try_from(TICKETS - part * 1000 - n).unwrap_or(0));
            let account = accounts[usize::try_from(number).unwrap_or(0) % accounts.len()];
            let id = TicketId(Uuid::from_u128(u128::from(number.unsigned_abs())));
            let open = number % 10 == 0;
            let row = TicketRow {
                id,
                number,
                account_id: Some(account),
                kind: TicketKind::Support,
                channel: Channel::Phone,
                subject: format!("Parcel {number} went to the wrong place"),
                queue: Queue::Support,
                state: if open {
                    TicketState::Open
                } else {
                    TicketState::Closed
                },
                assignee: open.then_some(me.id),
                opened_by: Some(me.id),
                escalated: None,
                opened_at: at,
                updated_at: at,
                ended_at: None,
                closed_at: None,
            };
            tx.add_ticket(&row).await.expect("added");
            for line in 0..4u128 {
                let message = MessageRow {
                    id: MessageId(Uuid::from_u128(
                        (u128::from(number.unsigned_abs()) << 8) | line,
                    )),
                    ticket_id: id,
                    kind: MessageKind::Heard,
                    staff_id: None,
                    body: "I gave you a wrong address, what have you got for me?".to_owned(),
                    at,
                };
                tx.add_message(&message).await.expect("added");
            }
        }
        tx.commit().await.expect("committed");
    }
    println!(
        "{TICKETS} tickets with 4 messages each, up to #{number}: written in {:.1} s",
        begun.elapsed().as_secs_f64()
    );
}

async fn get(router: &Router, path: &str, cookie: &str) -> Duration {
    let request = Request::get(path)
        .header("host", "desk.example")
        .header(header::COOKIE, cookie)
        .body(Body::empty())
        .expect("a request");
    let begun = Instant::now();
    let answer = router.clone().oneshot(request).await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    to_bytes(answer.into_body(), usize::MAX)
        .await
        .expect("a body");
    begun.elapsed()
}

async fn pages(router: &Router, cookie: &str) {
    let mut first = Vec::new();
    let mut again = Vec::new();
    for n in 0..2_000i64 {
        let path = format!("/desk/tickets/{}", 1001 + (n * 7919) % TICKETS);
        first.push(get(router, &path, cookie).await);
        again.push(get(router, &path, cookie).await);
    }
    report(
        "a ticket's page, opened (a reading is recorded at full fsync)",
        &mut first,
    );
    report("a ticket's page, refreshed", &mut again);
    let mut lists = Vec::new();
    for _ in 0..500 {
        lists.push(get(router, "/desk?filter=mine", cookie).await);
    }
    report("the list of my tickets", &mut lists);
}

async fn requests(world: &World, router: &Router, accounts: &[AccountId]) {
    let token = world
        .desk
        .create_token(None, "bench", Role::Rep, 1, &[])
        .await
        .expect("a token");
    let me = world
        .desk
        .token(&token)
        .await
        .expect("asked")
        .expect("a token");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let address = listener.local_addr().expect("an address");
    let served = tokio::spawn(axum::serve(listener, router.clone()).into_future());
    let mut tickets = Vec::new();
    for about in accounts.iter().take(50).copied() {
        let new = desk::ticket::NewTicket {
            channel: Channel::Phone,
            subject: "Bench".to_owned(),
            heard: None,
            account: Some(about),
            mine: true,
        };
        tickets.push(world.desk.open_ticket(&me, new).await.expect("opened"));
    }
    // Fast people: one request every two seconds each, never in step.
    for (pause, what) in [
        (Duration::from_secs(2), "each every 2 s"),
        (Duration::ZERO, "each without a pause"),
    ] {
        let mut tasks = tokio::task::JoinSet::new();
        for (nth, number) in (0u64..).zip(&tickets) {
            let url = format!("http://{address}/api/v1/tickets/{number}/requests");
            tasks.spawn(ask_often(url, token.clone(), pause, nth));
        }
        let mut times: Vec<Duration> = tasks.join_all().await.into_iter().flatten().collect();
        let what = format!("a request with its decision over HTTP, 50 reps at once, {what}");
        report(&what, &mut times);
    }
    served.abort();
}

/// Asks forty times over a connection of its own, with pauses of between half and one and a half times
/// so long.
async fn ask_often(url: String, token: String, pause: Duration, nth: u64) -> Vec<Duration> {
    let client = reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("a client");
    let mut dice = nth + 1;
    let mut times = Vec::new();
    for _ in 0..40 {
        dice = dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let part = u32::try_from(500 + (dice >> 33) % 1000).unwrap_or(1000);
        tokio::time::sleep(pause * part / 1000).await;
        let request = client
            .post(&url)
            .bearer_auth(&token)
            .json(&json!({"kind": "deliver", "field": "address"}));
        let begun = Instant::now();
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), 202);
        answer.bytes().await.expect("a body");
        times.push(begun.elapsed());
    }
    times
}

async fn events(world: &World) {
    let token = world
        .desk
        .create_token(None, "events", Role::Admin, 1, &[])
        .await
        .expect("a token");
    let me = world
        .desk
        .token(&token)
        .await
        .expect("asked")
        .expect("a token");
    let batches = 40usize;
    let mut spent = Duration::ZERO;
    for batch in 0..batches {
        let now = world.clock.now();
        let lines: Vec<String> = (0..1000)
            .map(|n| {
                json!({"id": format!("{batch}-{n}"), "account": format!("A-{}", (n * 7 + batch) % ACCOUNTS), "time": now.to_string(),
                    "outcome": if n % 20 == 0 { "failure" } else { "success" }, "ip": "203.0.113.7", "country": "GB"}).to_string()
            })
            .collect();
        let text = lines.join("\n");
        let begun = Instant::now();
        let outcome = world.desk.take_events(&me, &text).await.expect("taken");
        spent += begun.elapsed();
        assert_eq!(outcome.accepted, 1000);
        world.clock.pass(Duration::from_mins(30));
    }
    let total = f64::from(u32::try_from(batches * 1000).unwrap_or(0));
    println!(
        "login events in batches of 1,000, durable: {:.0} a second",
        total / spent.as_secs_f64()
    );
}
