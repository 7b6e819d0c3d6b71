//! A login session as a proof: an assertion of the company's portal, for this desk, one account and one
//! request, in time, once. Whatever is wrong, the answer is the same.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use desk::{
    Answer, DeskError,
    assertion::PortalSettings,
    settings::DeskSettings,
    testing::{On, World, postgres_server},
};
use serde_json::{Value, json};
use std::future::Future;
use words::{HoldLevel, MessageKind, ProofKind, RequestId, RequestKind, RequestState, Role};

use crate::common::{
    EMAIL, HOUR, account, account_named, ask, call, count, customer, document, email, kinds, lead,
    only, post, press, put, rep, request, safety, say, secret, state, written,
};

const DESK: &str = "https://desk.example.com";
const PORTAL: &str = "https://my.example.com";

fn key(seed: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).expect("a key")
}

fn on_both<F, Fut>(story: F)
where
    F: Fn(World) -> Fut,
    Fut: Future<Output = ()>,
{
    let settings = DeskSettings {
        company: "Acme Production".to_owned(),
        base_url: DESK.to_owned(),
        portal: Some(PortalSettings {
            issuer: PORTAL.to_owned(),
            keys: vec![
                STANDARD.encode(key(8).public_key().as_ref()),
                STANDARD.encode(key(7).public_key().as_ref()),
            ],
        }),
        ..DeskSettings::default()
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        story(World::with(On::Sqlite, settings.clone()).await).await;
        if postgres_server().is_some() {
            story(World::with(On::Postgres, settings).await).await;
        }
    });
}

/// What the portal asserts about a request, right in everything.
fn claims(world: &World, request: RequestId, kind: RequestKind) -> Value {
    let now = world.desk.now().micros() / 1_000_000;
    json!({
        "iss": PORTAL, "aud": DESK, "sub": "A-1042", "request": request.to_string(), "approves": kind.as_str(),
        "jti": format!("{:032}", world.desk.now().micros()), "iat": now, "exp": now + 300, "auth_time": now - 60,
    })
}

fn with(mut claims: Value, name: &str, value: Value) -> Value {
    claims[name] = value;
    claims
}

fn token(head: &Value, claims: &Value, seed: u8) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(head), part(claims));
    let signature = key(seed).sign(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
}

fn signed(claims: &Value) -> String {
    token(&json!({"alg": "EdDSA", "typ": "JWT"}), claims, 7)
}

async fn assert_it(world: &World, token: &str) -> Result<RequestState, DeskError> {
    world.desk.assert_session("192.0.2.1", token).await
}

#[test]
fn a_login_session_proves_one_request_and_the_reset_goes_on() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let asked = ask(&world, &rep, ticket, RequestKind::Reset).await;
        let token = signed(&claims(&world, asked.id, RequestKind::Reset));
        let state = assert_it(&world, &token).await.expect("it counts");
        assert_eq!(state, RequestState::Sending);
        post(&world).await;
        assert_eq!(world.provider.told.lock().expect("lock").len(), 1);
        assert_eq!(count(&world, "proof.given").await, 1);

        // A second time it is worth nothing, for this request or another.
        let again = assert_it(&world, &token).await;
        assert!(matches!(again, Err(DeskError::Forbidden(_))), "{again:?}");
        world.clock.pass(HOUR);
        let other = ask(&world, &rep, ticket, RequestKind::Reset).await;
        let same = claims(&world, other.id, RequestKind::Reset);
        let first = signed(&same);
        assert_it(&world, &first).await.expect("it counts");
        assert_eq!(world.provider.told.lock().expect("lock").len(), 1);
    });
}

#[test]
fn every_assertion_with_something_wrong_in_it_is_refused_alike_and_changes_nothing() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        put(
            &world,
            "A-2000",
            &[email(
                "other@mail.example",
                "2019-05-01",
                Some("2019-05-01"),
            )],
        )
        .await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let asked = ask(&world, &rep, ticket, RequestKind::Reset).await;
        let good = claims(&world, asked.id, RequestKind::Reset);
        let now = good["iat"].as_i64().expect("a time");
        let none = {
            let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
            format!("{}.{}.", part(&json!({"alg": "none"})), part(&good))
        };
        let twice = {
            let text = good.to_string().replacen('{', "{\"sub\":\"A-2000\",", 1);
            let head = URL_SAFE_NO_PAD.encode(r#"{"alg":"EdDSA"}"#);
            let text = format!("{head}.{}", URL_SAFE_NO_PAD.encode(text));
            let signature = key(7).sign(text.as_bytes());
            format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
        };
        let own_key = json!({"alg": "EdDSA", "jwk": {"kty": "OKP"}});
        let mut without = good.clone();
        without.as_object_mut().expect("claims").remove("auth_time");
        let of = |name: &str, value: Value| signed(&with(good.clone(), name, value));
        let own_id = with(good.clone(), "jti", json!("f".repeat(32)));
        let another = signed(&with(own_id, "sub", json!("A-2000")));
        let wrong = [
            ("no token", "nonsense".to_owned()),
            ("an empty one", String::new()),
            ("alg none", none),
            ("another alg", token(&json!({"alg": "HS256"}), &good, 7)),
            ("a key of its own", token(&own_key, &good, 9)),
            ("another key", token(&json!({"alg": "EdDSA"}), &good, 9)),
            ("another issuer", of("iss", json!("https://evil.example"))),
            ("another desk", of("aud", json!("https://desk.example.org"))),
            ("several desks", of("aud", json!([DESK]))),
            ("another account", another.clone()),
            ("another account once more", another),
            ("too early", of("nbf", json!(now + 120))),
            ("an account twice", twice),
            ("another request", of("request", json!(ticket_id()))),
            ("another kind", of("approves", json!("unlock"))),
            ("expired", of("exp", json!(now - 1))),
            ("a future time", of("iat", json!(now + 120))),
            ("too long a life", of("exp", json!(now + 601))),
            ("an old login", of("auth_time", json!(now - 660))),
            ("no login", signed(&without)),
            ("a short id", of("jti", json!("1"))),
        ];
        let mut said = Vec::new();
        for (what, token) in &wrong {
            let answer = assert_it(&world, token).await;
            let error = answer.expect_err(what);
            assert!(
                matches!(error, DeskError::Forbidden(_)),
                "{what}: {error:?}"
            );
            said.push(error.to_string());
        }
        said.dedup();
        assert_eq!(said.len(), 1, "no answer tells what was wrong");
        assert_eq!(count(&world, "proof.given").await, 0);
        assert_eq!(state(&world, &asked).await, RequestState::Waiting);
        post(&world).await;
        assert!(world.provider.told.lock().expect("lock").is_empty());
        // Only what the portal itself said of another account is an attempt on this one, once.
        assert_eq!(account(&world, robin).await.attempts, 1);

        // And the right one still counts, by the older key, too.
        let token = token(&json!({"alg": "EdDSA", "kid": "2025"}), &good, 8);
        assert_it(&world, &token).await.expect("it counts");
    });
}

#[test]
fn a_login_session_does_not_overtake_the_second_person() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let lead = lead(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let asked = ask(&world, &rep, ticket, RequestKind::Erase).await;
        assert!(asked.second, "{asked:?}");
        let early = signed(&claims(&world, asked.id, RequestKind::Erase));
        let answer = assert_it(&world, &early).await;
        assert!(matches!(answer, Err(DeskError::Forbidden(_))), "{answer:?}");
        assert_eq!(state(&world, &asked).await, RequestState::Waiting);
        assert_eq!(count(&world, "proof.given").await, 0);
        assert_eq!(account(&world, robin).await.attempts, 0);
        // It is still theirs to decide, and then the login is one of the two ways.
        world
            .desk
            .agree(&lead, ticket, asked.id)
            .await
            .expect("agreed");
        let then = signed(&claims(&world, asked.id, RequestKind::Erase));
        let answer = assert_it(&world, &then).await.expect("it counts");
        assert_eq!(answer, RequestState::Waiting, "one of two");
        assert_eq!(count(&world, "proof.given").await, 1);
    });
}

fn ticket_id() -> String {
    "01890000-0000-7000-8000-000000000000".to_owned()
}

#[test]
fn wrong_assertions_from_one_source_come_to_an_end() {
    on_both(|world| async move {
        let mut last = None;
        for _ in 0..61 {
            last = Some(assert_it(&world, "nonsense").await);
        }
        assert!(matches!(last, Some(Err(DeskError::Limited(_)))), "{last:?}");
        let other = world.desk.assert_session("192.0.2.2", "nonsense").await;
        assert!(matches!(other, Err(DeskError::Forbidden(_))));
    });
}

#[test]
fn a_fresh_login_lifts_a_hold_by_itself_and_is_stale_after_ten_minutes() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let lead = lead(&world).await;
        let ticket = call(&world, &lead, robin).await;
        ask(&world, &lead, ticket, RequestKind::Lock).await;
        let asked = ask(&world, &lead, ticket, RequestKind::Unlock).await;
        let token = signed(&claims(&world, asked.id, RequestKind::Unlock));
        world.clock.pass(crate::common::MINUTE * 11);
        assert!(assert_it(&world, &token).await.is_err(), "too late");
        assert_eq!(account(&world, robin).await.hold, HoldLevel::Frozen);
        let token = signed(&claims(&world, asked.id, RequestKind::Unlock));
        let state = assert_it(&world, &token).await.expect("it counts");
        assert_eq!(state, RequestState::Done);
        assert_eq!(account(&world, robin).await.hold, HoldLevel::None);
        assert_eq!(request(&world, asked.id).await.state, RequestState::Done);
    });
}

/// What the portal asserts for an owner who freezes their data, right in everything.
fn switch(world: &World) -> Value {
    let mut claims = claims(world, RequestId(uuid::Uuid::nil()), RequestKind::Lock);
    if let Some(claims) = claims.as_object_mut() {
        claims.remove("request");
    }
    claims
}

#[test]
fn an_owner_freezes_their_data_from_inside_their_account() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let asked = ask(&world, &rep, ticket, RequestKind::Reset).await;
        post(&world).await;
        let token = signed(&switch(&world));
        let state = assert_it(&world, &token).await.expect("it counts");
        assert_eq!(state, RequestState::Done);
        let row = account(&world, robin).await;
        assert_eq!(row.hold, HoldLevel::Frozen);
        assert_eq!(row.attempts, 0, "nobody tried anything");
        assert_eq!(request(&world, asked.id).await.state, RequestState::Refused);
        let letters = post(&world).await;
        assert!(kinds(&letters).contains(&"frozen"), "{:?}", kinds(&letters));

        let number = safety(&world, robin).await.expect("a safety ticket");
        let lead = lead(&world).await;
        let text = written(&world, &lead, number).await;
        assert!(text.contains("signed in at the portal"), "{text}");
        assert_eq!(count(&world, "hold.raised").await, 1);

        // Used up; and a new one for what is frozen already changes nothing.
        let again = assert_it(&world, &token).await;
        assert!(matches!(again, Err(DeskError::Forbidden(_))), "{again:?}");
        world.clock.pass(HOUR);
        let token = signed(&switch(&world));
        assert_it(&world, &token).await.expect("it counts");
        assert_eq!(count(&world, "hold.raised").await, 1);
        assert_eq!(safety(&world, robin).await, Some(number));
        post(&world).await;
    });
}

#[test]
fn the_owners_switch_stops_what_two_leads_agreed_to_on_a_frozen_account() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let (lead, other) = (lead(&world).await, world.staff("lou", Role::Lead).await);
        let ticket = call(&world, &lead, robin).await;
        ask(&world, &lead, ticket, RequestKind::Lock).await;
        let asked = ask(&world, &lead, ticket, RequestKind::Unlock).await;
        let agreed = world.desk.agree(&other, ticket, asked.id).await;
        agreed.expect("agreed");
        post(&world).await;
        assert_eq!(state(&world, &asked).await, RequestState::Cooling);
        let before = count(&world, "request.decided").await;
        let token = signed(&switch(&world));
        assert_it(&world, &token).await.expect("it counts");
        assert_eq!(count(&world, "request.decided").await, before + 1);
        assert_eq!(state(&world, &asked).await, RequestState::Refused);
        world.clock.pass(HOUR * 48);
        post(&world).await;
        assert_eq!(account(&world, robin).await.hold, HoldLevel::Frozen);
        assert_eq!(count(&world, "hold.lifted").await, 0);
    });
}

#[test]
fn who_speaks_in_the_ticket_of_the_switch_is_a_contact_the_owner_hears_of() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let token = signed(&switch(&world));
        assert_it(&world, &token).await.expect("it counts");
        assert!(!kinds(&post(&world).await).contains(&"notice"));
        let number = safety(&world, robin).await.expect("a safety ticket");
        let lead = lead(&world).await;
        say(&world, &lead, number, MessageKind::Heard, "Please open it.").await;
        world.clock.pass(HOUR * 2);
        let letters = post(&world).await;
        assert!(kinds(&letters).contains(&"notice"), "{:?}", kinds(&letters));
    });
}

#[test]
fn an_owner_with_an_email_and_nothing_else_lifts_their_freeze_by_a_login() {
    on_both(|world| async move {
        let mut bare = document(&[email(EMAIL, "2019-05-01", Some("2019-05-01"))]);
        bare.fields.remove("receipt_code");
        let put = world.desk.put_account(None, "A-1042", bare).await;
        put.expect("put");
        let robin = account_named(&world, "A-1042").await.id;
        let token = signed(&switch(&world));
        assert_it(&world, &token).await.expect("it counts");
        post(&world).await;
        let number = safety(&world, robin).await.expect("a safety ticket");
        let lead = lead(&world).await;
        let asked = ask(&world, &lead, number, RequestKind::Unlock).await;
        assert_eq!(asked.state, RequestState::Waiting, "{asked:?}");
        let link = secret(&only(&post(&world).await, "confirm"));
        press(&world, &link, Answer::Yes).await;
        let page = world.desk.owner_page(&link).await.expect("a page");
        assert_eq!(page.more, [ProofKind::Session]);
        // No code is one.
        let typed = world.desk.owner_step(&link, ProofKind::Session, "1").await;
        assert!(matches!(typed, Err(DeskError::Conflict(_))), "{typed:?}");
        assert_eq!(account(&world, robin).await.hold, HoldLevel::Frozen);
        let token = signed(&claims(&world, asked.id, RequestKind::Unlock));
        assert_it(&world, &token).await.expect("it counts");
        assert_eq!(account(&world, robin).await.hold, HoldLevel::None);
        // A change still takes two ways that are on file.
        let ticket = call(&world, &lead, robin).await;
        let change = ask(&world, &lead, ticket, RequestKind::Reenrol).await;
        assert_eq!(change.rule, "no-way-to-prove");
        assert!(
            change.words.contains("two different ways"),
            "{}",
            change.words
        );
    });
}

#[test]
fn an_assertion_without_a_request_freezes_one_account_and_does_nothing_else() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        for (name, value) in [
            ("approves", json!("unlock")),
            ("approves", json!("reset")),
            ("sub", json!("A-9999")),
            ("aud", json!("https://other.example.com")),
        ] {
            let token = signed(&with(switch(&world), name, value));
            let said = assert_it(&world, &token).await;
            assert!(matches!(said, Err(DeskError::Forbidden(_))), "{name}");
        }
        let strange = token(&json!({"alg": "EdDSA"}), &switch(&world), 9);
        assert!(assert_it(&world, &strange).await.is_err());
        assert_eq!(account(&world, robin).await.hold, HoldLevel::None);
        assert_eq!(safety(&world, robin).await, None);
    });
}

#[test]
fn without_a_portal_or_an_address_of_its_own_a_desk_takes_none() {
    let settings = [
        DeskSettings {
            base_url: DESK.to_owned(),
            ..DeskSettings::default()
        },
        DeskSettings {
            portal: Some(PortalSettings {
                issuer: PORTAL.to_owned(),
                keys: vec![STANDARD.encode(key(7).public_key().as_ref())],
            }),
            ..DeskSettings::default()
        },
    ];
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    for settings in settings {
        runtime.block_on(async {
            let world = World::with(On::Sqlite, settings).await;
            let robin = customer(&world).await;
            let rep = rep(&world).await;
            let ticket = call(&world, &rep, robin).await;
            let asked = ask(&world, &rep, ticket, RequestKind::Reset).await;
            let claims = claims(&world, asked.id, RequestKind::Reset);
            for aud in [DESK, ""] {
                let token = signed(&with(claims.clone(), "aud", json!(aud)));
                assert!(assert_it(&world, &token).await.is_err());
            }
        });
    }
}
