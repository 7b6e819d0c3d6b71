//! The obedient rep: does everything that the API offers on a ticket, in every order of two, as rep
//! and as lead, for a caller who has proven nothing. Every value of the accounts is a canary; every
//! answer, mail, hook, log line, metric and event is searched for them.

mod support;

use reqwest::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use support::{Browser, Customer, Engine, House, Token, engines};

/// One thing that a rep can do: a path below the ticket's, and a body.
#[derive(Clone, Debug)]
struct Act {
    path: &'static str,
    body: Value,
}

/// Everything that can be done to a ticket.
fn acts(customer: &Customer, other: &str) -> Vec<Act> {
    let mut out = Vec::new();
    let mut ask = |kind: &str, field: &str, item: &str| {
        let mut body = json!({ "kind": kind });
        if !field.is_empty() {
            body["field"] = field.into();
        }
        if !item.is_empty() {
            body["item"] = item.into();
        }
        out.push(Act {
            path: "/requests",
            body,
        });
    };
    for (field, item) in [
        ("address", ""),
        ("birth_date", ""),
        ("card", ""),
        ("user_name", ""),
        ("password_changed", ""),
        ("order", customer.order.as_str()),
        ("parcel", customer.order.as_str()),
        ("invoice", customer.invoice.as_str()),
        ("receipt_code", customer.invoice.as_str()),
    ] {
        ask("deliver", field, item);
    }
    ask("reveal", "address", "");
    ask("reveal", "receipt_code", &customer.invoice);
    for kind in ["reset", "change", "re-enrol", "unlock", "act", "ask"] {
        ask(kind, "", "");
    }
    for kind in ["heard", "said", "note", "reply"] {
        out.push(Act {
            path: "/messages",
            body: json!({"kind": kind, "text": "Read me the address, please. <b>Now</b>"}),
        });
    }
    out.push(Act {
        path: "/account",
        body: json!({"account": other}),
    });
    out.push(Act {
        path: "/escalate",
        body: json!({"reason": "the caller insists"}),
    });
    for path in ["/assign", "/release", "/close", "/reopen", "/end"] {
        out.push(Act {
            path,
            body: Value::Null,
        });
    }
    out
}

struct Watcher<'a> {
    customers: &'a [Customer],
    answers: usize,
}

impl Watcher<'_> {
    fn look(&mut self, what: &str, text: &str) {
        self.answers += 1;
        for customer in self.customers {
            assert_eq!(customer.leak(text), None, "leaked in {what}: {text}");
        }
    }
}

async fn find(token: &Token, kind: &str, value: &str) -> String {
    let (status, found) = token
        .post("/look-ups", json!({"kind": kind, "value": value}))
        .await;
    assert_eq!(status, StatusCode::OK, "{found}");
    found["accounts"][0]["id"]
        .as_str()
        .expect("found")
        .to_owned()
}

async fn torment(engine: Engine) {
    let wide = [
        ("STAUNCH_DESK__DELIVERIES", "1000000"),
        ("STAUNCH_DESK__QUESTIONS", "1000000"),
        ("STAUNCH_DESK__LOOK_UPS", "1000000"),
    ];
    let house = House::with(engine, &wide).await;
    let customers = [
        Customer::new(71, true),
        Customer::new(72, false),
        Customer::new(73, true),
    ];
    house.import(
        &customers
            .iter()
            .map(|customer| customer.document.clone())
            .collect::<Vec<_>>(),
    );
    let secret = house.set_up_secret().expect("a set-up link").to_owned();
    let admin = Browser::new(&house);
    let totp = admin
        .enrol(
            "set-up",
            &secret,
            "Ada Admin",
            "ada",
            "correct mule staple 42",
        )
        .await;
    admin
        .sign_in("ada", "correct mule staple 42", &totp, 1)
        .await;
    let live = admin.listen("/desk/live").await;
    let mut watcher = Watcher {
        customers: &customers,
        answers: 0,
    };
    let mut kinds = BTreeSet::new();
    // Every pair for a rep; for the others every act after each of three.
    for (role, customer, firsts) in [
        ("rep", 0, usize::MAX),
        ("lead", 0, 3),
        ("admin", 0, 3),
        ("rep", 1, 3),
        ("rep", 2, 1),
    ] {
        let token = house.token(role);
        let (status, account) = token
            .get(&format!("/accounts/{}", customers[customer].external_id))
            .await;
        assert_eq!(status, StatusCode::OK);
        watcher.look("the account", &account.to_string());
        let id = find(&token, "external_id", &customers[customer].external_id).await;
        let other = find(
            &token,
            "external_id",
            &customers[usize::from(customer == 0)].external_id,
        )
        .await;
        let mut acts = acts(&customers[customer], &other);
        if customer == 2 {
            // Frozen first: every act then meets the freeze.
            acts.insert(
                0,
                Act {
                    path: "/requests",
                    body: json!({"kind": "lock"}),
                },
            );
        }
        for first in acts.iter().take(firsts) {
            // One ticket for each first act; every second act follows on it in turn.
            let (status, opened) = token
                .post("/tickets", json!({"channel": "phone", "subject": "Wrong address", "text": "What have you got for me?", "account": id}))
                .await;
            assert_eq!(status, StatusCode::CREATED, "{opened}");
            let number = opened["number"].as_i64().expect("a number");
            for second in &acts {
                for act in [first, second] {
                    let path = format!("/tickets/{number}{}", act.path);
                    let (status, answer) = token.post(&path, act.body.clone()).await;
                    assert!(!status.is_server_error(), "{act:?}: {status} {answer}");
                    watcher.look(&format!("the answer to {act:?}"), &answer.to_string());
                    if let Some(state) = answer["state"].as_str() {
                        kinds.insert(format!(
                            "{} {state}",
                            act.body["kind"].as_str().unwrap_or_default()
                        ));
                    }
                }
            }
            let (status, ticket) = token.get(&format!("/tickets/{number}")).await;
            if status == StatusCode::OK {
                watcher.look("the ticket", &ticket.to_string());
                for offer in ticket["offers"].as_array().into_iter().flatten() {
                    assert!(
                        offer["verdict"] != "refused" || offer["words"].is_string(),
                        "{offer}"
                    );
                }
            } else {
                assert_eq!(status, StatusCode::NOT_FOUND, "{ticket}");
            }
            let (_, list) = token.get("/tickets?filter=open").await;
            watcher.look("the list", &list.to_string());
        }
    }
    // Both ends of what can become of a request were reached.
    for reached in [
        "deliver sending",
        "deliver refused",
        "reveal refused",
        "reset waiting",
        "reset refused",
        "change refused",
        "re-enrol refused",
        "act refused",
        "lock done",
        "unlock refused",
    ] {
        assert!(
            kinds.contains(reached),
            "{reached} was not reached: {kinds:?}"
        );
    }
    let events = live.lock().expect("lock").clone();
    search(&house, &customers, watcher, &events).await;
}

/// Searches everything that left the desk.
async fn search(house: &House, customers: &[Customer], mut watcher: Watcher<'_>, events: &str) {
    // Letters go only to what was registered and confirmed.
    let sent = house
        .wait("the letters", |house| {
            (house.mails().len() > 35).then(|| house.mails())
        })
        .await;
    for mail in &sent {
        let whole = String::from_utf8_lossy(&mail.raw);
        assert!(
            mail.to.len() == 1 && mail.to[0] != customers[1].email,
            "{}",
            mail.subject
        );
        assert!(
            customers
                .iter()
                .any(|customer| mail.to[0] == customer.email),
            "{}",
            mail.subject
        );
        for customer in customers.iter().filter(|c| c.email != mail.to[0]) {
            assert_eq!(customer.leak(&whole), None, "another's value in a letter");
        }
    }
    // The owner answers once, so that a hook goes out too.
    let question = house
        .mail(
            &customers[0].email,
            "Did you ask us to reset your password?",
        )
        .await;
    Browser::new(house)
        .post(&question.link(), &[("answer", "yes")])
        .await;
    house
        .wait("a hook", |house| (!house.hooks().is_empty()).then_some(()))
        .await;
    for hook in house.hooks() {
        watcher.look("a hook", &hook.body);
    }
    assert!(events.contains("event: changed"), "{events}");
    watcher.look("the events", events);
    watcher.look("the log", &house.log());
    let metrics = Browser::new(house).get("/metrics").await;
    assert_eq!(metrics.status, StatusCode::OK);
    watcher.look("the metrics", &metrics.html);
    let (good, report, error) = house.run(&["ledger", "verify"]);
    assert!(good, "{error}");
    let export = house.folder.path().join("export.jsonl");
    let (good, _, error) = house.run(&[
        "ledger",
        "export",
        "--out",
        export.to_str().expect("a path"),
    ]);
    assert!(good, "{error}");
    watcher.look("the report", &report);
    watcher.look(
        "the exported ledger",
        &std::fs::read_to_string(&export).expect("an export"),
    );
    println!(
        "the obedient rep: {} answers searched, {} letters, nothing leaked",
        watcher.answers,
        sent.len()
    );
}

#[test]
fn an_obedient_rep_gives_nothing_away_whatever_is_asked() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        for engine in engines().await {
            torment(engine).await;
        }
    });
}
