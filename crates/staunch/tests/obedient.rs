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
    ask("change", "address", "");
    ask("reveal", "receipt_code", &customer.invoice);
    for kind in [
        "reset", "change", "re-enrol", "unlock", "erase", "export", "ask",
    ] {
        ask(kind, "", "");
    }
    out.push(Act {
        path: "/requests",
        body: json!({"kind": "act", "action": "refund"}),
    });
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
            body: json!({}),
        });
    }
    out
}

struct Watcher<'a> {
    customers: &'a [Customer],
    answers: usize,
    /// All that was looked at, in which no code may stand either.
    seen: Vec<String>,
}

impl Watcher<'_> {
    fn look(&mut self, what: &str, text: &str) {
        self.answers += 1;
        for customer in self.customers {
            assert_eq!(customer.leak(text), None, "leaked in {what}: {text}");
        }
        self.seen.push(text.to_owned());
    }

    /// Whether a code stands anywhere, by itself or as it is read out.
    fn tells(&self, code: &str) -> Option<&String> {
        let grouped = format!("{} {} {}", &code[..3], &code[3..6], &code[6..]);
        let alone = |text: &str, at: usize| {
            let edge = |c: Option<char>| !c.is_some_and(|c| c.is_alphanumeric() || c == '-');
            edge(text[..at].chars().next_back()) && edge(text[at + code.len()..].chars().next())
        };
        self.seen.iter().find(|text| {
            text.contains(&grouped) || text.match_indices(code).any(|(at, _)| alone(text, at))
        })
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

/// Both ends of what can become of a request, and what else a rep does.
const REACHED: [&str; 18] = [
    "deliver sending",
    "deliver refused",
    "reveal refused",
    "reset waiting",
    "reset refused",
    "change refused",
    "re-enrol refused",
    "act refused",
    "erase refused",
    "export refused",
    "lock done",
    "unlock refused",
    "code 200 OK",
    "/close",
    "/reopen",
    "/end",
    "/assign",
    "/release",
];

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
        Customer::new(74, true),
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
        seen: Vec::new(),
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
                    if status.is_success() {
                        kinds.insert(act.path.to_owned());
                    }
                    if act.path == "/requests" && answer["state"] == "waiting" {
                        let id = answer["id"].as_str().expect("an id");
                        let code = format!("/tickets/{number}/requests/{id}/code");
                        let (status, sent) = token.post(&code, json!({})).await;
                        assert!(!status.is_server_error(), "{status} {sent}");
                        watcher.look("the answer to sending a code", &sent.to_string());
                        let (status, tried) = token
                            .post(&format!("{code}/tries"), json!({"code": "00000000"}))
                            .await;
                        assert!(!status.is_server_error(), "{status} {tried}");
                        watcher.look("the answer to a code", &tried.to_string());
                        kinds.insert(format!("code {status}"));
                    }
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
    for reached in REACHED {
        assert!(
            kinds.contains(reached),
            "{reached} was not reached: {kinds:?}"
        );
    }
    one_reveal(&house, &customers[3], &mut watcher).await;
    let events = live.lock().expect("lock").clone();
    search(&house, &customers, watcher, &events).await;
}

/// The owner's yes shows one value, once asked for, to the one who asked, in that one answer; nothing
/// less shows anything.
async fn one_reveal(house: &House, customer: &Customer, watcher: &mut Watcher<'_>) {
    let (rep, other) = (house.token("rep"), house.token("lead"));
    let id = find(&rep, "external_id", &customer.external_id).await;
    let opened = json!({"channel": "phone", "subject": "Wrong address", "account": id});
    let (status, opened) = rep.post("/tickets", opened).await;
    assert_eq!(status, StatusCode::CREATED, "{opened}");
    let ticket = format!("/tickets/{}", opened["number"]);
    let ask = json!({"kind": "reveal", "field": "address"});
    let (status, asked) = rep.post(&format!("{ticket}/requests"), ask).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{asked}");
    watcher.look("the asking for a reveal", &asked.to_string());
    let id = asked["id"].as_str().expect("an id");
    let reveal = format!("{ticket}/requests/{id}/reveal");
    let (status, answer) = rep.post(&reveal, json!({})).await;
    assert_eq!(status, StatusCode::CONFLICT, "{answer}");
    watcher.look("a reveal before the owner's yes", &answer.to_string());

    let subject = "May the person on our support see this for five minutes: your postal address?";
    let question = house.mail(&customer.email, subject).await;
    watcher.look(
        "the question",
        &String::from_utf8_lossy(&question.raw).replace(&customer.email, ""),
    );
    let owner = Browser::new(house);
    owner.post(&question.link(), &[("answer", "yes")]).await;
    let (status, answer) = other.post(&reveal, json!({})).await;
    assert_eq!(status, StatusCode::CONFLICT, "{answer}");
    watcher.look("somebody else's reveal", &answer.to_string());
    let (status, answer) = rep.get(&reveal).await;
    assert!(!status.is_success(), "{answer}");
    watcher.look("a reveal by a link", &answer.to_string());

    let (status, mut answer) = rep.post(&reveal, json!({})).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert_eq!(answer["value"], customer.document["fields"]["address"]);
    answer["value"] = Value::Null;
    watcher.look("the rest of the reveal", &answer.to_string());
    for path in [ticket.as_str(), "/tickets?filter=open"] {
        let (_, answer) = rep.get(path).await;
        watcher.look("what is read after a reveal", &answer.to_string());
    }
    let (status, closed) = rep.post(&format!("{ticket}/close"), json!({})).await;
    assert!(status.is_success(), "{closed}");
    let (status, answer) = rep.post(&reveal, json!({})).await;
    assert_eq!(status, StatusCode::CONFLICT, "{answer}");
    watcher.look("a reveal from a closed ticket", &answer.to_string());
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
    let codes: Vec<String> = sent.iter().filter_map(support::Mail::code).collect();
    assert!(!codes.is_empty(), "no code was sent");
    for code in &codes {
        assert_eq!(watcher.tells(code), None, "a code was told");
    }
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
