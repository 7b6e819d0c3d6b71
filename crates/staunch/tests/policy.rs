//! The policies by the command line, beside a running server and without one.

mod support;

use serde_json::json;
use std::path::PathBuf;
use support::{Customer, House, engines};

const LOOSE: &str = r#"@id("all") @source("none") permit (principal, action, resource);"#;

/// The shipped set, with nothing reset by anybody.
fn stricter(house: &House) -> String {
    let (good, shipped, error) = show(house, false);
    assert!(good, "{error}");
    format!(
        "{shipped}\n@id(\"no-resets\") @source(\"the house\") @outcome(\"refuse\") @reason(\"Resets are made in the shop.\") @words(\"Please come by.\")\nforbid (principal, action == Staunch::Action::\"reset\", resource);"
    )
}

fn show(house: &House, stored: bool) -> (bool, String, String) {
    if stored {
        return house.run(&["policy", "show"]);
    }
    let out = std::process::Command::new(env!("CARGO_BIN_EXE_staunch"))
        .env_remove("STAUNCH_DATA")
        .args(["policy", "show"])
        .output()
        .expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (out.status.success(), text(out.stdout), text(out.stderr))
}

fn check(files: &[&str]) -> (bool, String) {
    let out = std::process::Command::new(env!("CARGO_BIN_EXE_staunch"))
        .args(["policy", "check"])
        .args(files)
        .output()
        .expect("it runs");
    let said = String::from_utf8(out.stdout).expect("text");
    let error = String::from_utf8(out.stderr).expect("text");
    (out.status.success(), said + &error)
}

fn file(house: &House, name: &str, text: &str) -> String {
    let path: PathBuf = house.data().with_file_name(name);
    std::fs::write(&path, text).expect("written");
    path.to_str().expect("a path").to_owned()
}

#[tokio::test]
async fn a_check_says_what_is_wrong_with_its_line_and_what_would_be_otherwise() {
    let house = House::build(support::Engine::Sqlite, &[]).await;
    let good = file(&house, "good.cedar", &stricter(&house));
    let (fine, said) = check(&[&good]);
    assert!(fine, "{said}");
    assert!(said.contains("good.cedar: ok, "), "{said}");
    assert!(
        said.contains("by the rule `no-resets`: `reset` is refused instead of"),
        "{said}"
    );

    let wrong = file(&house, "wrong.cedar", "\npermit (principal, action;");
    let loose = file(&house, "loose.cedar", LOOSE);
    let (fine, said) = check(&[&wrong, &loose]);
    assert!(!fine, "{said}");
    assert!(
        said.contains("wrong.cedar: can't be read\n  line 2: "),
        "{said}"
    );
    assert!(
        said.contains("loose.cedar: refused, by the rule `all`, against `"),
        "{said}"
    );
    assert!(said.contains("for example: "), "{said}");
    assert!(said.contains("2 of 2 can't be loaded"), "{said}");
}

#[tokio::test]
async fn a_running_server_takes_up_what_is_loaded_and_a_broken_stored_set_stops_the_start() {
    for engine in engines().await {
        let mut house = House::start(engine).await;
        let robin = Customer::new(42, true);
        house.import(std::slice::from_ref(&robin.document));
        let rep = house.token("rep");
        let asked = json!({"kind": "external_id", "value": robin.external_id});
        let (_, found) = rep.post("/look-ups", asked).await;
        let account = &found["accounts"][0]["id"];
        let ticket =
            json!({"channel": "phone", "subject": "Hello", "text": "Hello", "account": account});
        let (status, made) = rep.post("/tickets", ticket).await;
        assert!(status.is_success(), "{made}");
        let number = made["number"].as_i64().expect("a number").to_string();

        let (good, said, error) = house.run(&["policy", "explain", &number, "reset"]);
        assert!(good, "{error}");
        assert!(
            said.starts_with("challenge, by the rule `the-owner-confirms`"),
            "{said}"
        );
        assert!(
            said.contains("what would change it: the owner’s yes at the registered email"),
            "{said}"
        );

        let loose = file(&house, "loose.cedar", LOOSE);
        let (good, _, error) = house.run(&["policy", "load", &loose]);
        assert!(
            !good && error.contains("the rule `all` would permit"),
            "{error}"
        );

        let text = stricter(&house);
        let strict = file(&house, "strict.cedar", &text);
        let (good, said, error) = house.run(&["policy", "load", &strict]);
        assert!(
            good && said.starts_with("version 1 is loaded"),
            "{said}{error}"
        );
        let (good, shown, error) = show(&house, true);
        assert!(good && shown == text, "{error}");
        assert!(error.contains("Version 1: a set of your own"), "{error}");

        // The server wasn't told, and answers by it within seconds.
        let path = format!("/tickets/{number}/requests");
        let mut rule = String::new();
        for _ in 0..600 {
            let (_, offers) = rep.get(&format!("/tickets/{number}")).await;
            let offers = offers["offers"].as_array().cloned().unwrap_or_default();
            let reset = offers.iter().find(|offer| offer["kind"] == "reset");
            rule = reset
                .map(|offer| offer["rule"].to_string())
                .unwrap_or_default();
            if rule.contains("no-resets") {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
        assert!(rule.contains("no-resets"), "{rule}");
        let (_, asked) = rep.post(&path, json!({"kind": "reset"})).await;
        assert!(asked.to_string().contains("no-resets"), "{asked}");

        // A set that this version can't use: the server doesn't start with it, nor does anything else.
        assert!(house.stop().await);
        house
            .store_policies("permit (principal, action, resource) when { resource.shoe == 42 };")
            .await;
        let (good, _, error) = house.run(&["serve", "--listen", "127.0.0.1:0"]);
        assert!(!good, "it must not start");
        assert!(
            error.contains("version 2 of the policies can't be used"),
            "{error}"
        );
        assert!(error.contains("staunch policy reset --data DIR"), "{error}");
        let (good, said, error) = house.run(&["policy", "reset"]);
        assert!(
            good && said.starts_with("version 3 is the set that ships"),
            "{said}{error}"
        );
        house.up().await;
        let (good, report, error) = house.run(&["ledger", "verify"]);
        assert!(good, "{report}{error}");
    }
}

#[tokio::test]
async fn a_command_knows_of_text_messages_as_the_server_does() {
    let texts = [
        ("STAUNCH_TEXTS__PROVIDER", "webhook"),
        ("STAUNCH_TEXTS__URL", "http://127.0.0.1:9/texts"),
        ("STAUNCH_TEXTS__ALLOW_PRIVATE", "true"),
        (
            "STAUNCH_TEXTS__SECRET",
            "whsec_c3RhdW5jaCBzcGVha3MgdG8gYSBwaG9uZQ==",
        ),
    ];
    let house = House::with(support::Engine::Sqlite, &texts).await;
    let mut robin = Customer::new(42, true);
    robin.document["contact_points"] = json!([{
        "kind": "phone",
        "value": "+1 202 555 0142",
        "registered_at": "2019-05-01",
        "confirmed_at": "2019-05-01",
    }]);
    house.import(std::slice::from_ref(&robin.document));
    let rep = house.token("rep");
    let asked = json!({"kind": "external_id", "value": robin.external_id});
    let (_, found) = rep.post("/look-ups", asked).await;
    let account = &found["accounts"][0]["id"];
    let ticket =
        json!({"channel": "phone", "subject": "Hello", "text": "Hello", "account": account});
    let (_, made) = rep.post("/tickets", ticket).await;
    let number = made["number"].as_i64().expect("a number").to_string();
    // The list without the phone doesn't take it away unheard: that waits, too.
    robin.document["contact_points"] = json!([]);
    for import in [false, true] {
        if import {
            house.import(std::slice::from_ref(&robin.document));
        }
        let (good, said, error) = house.run(&["policy", "explain", &number, "reset"]);
        assert!(good, "{error}");
        assert!(
            said.starts_with("challenge, by the rule `the-owner-confirms`"),
            "{import}: {said}"
        );
    }
}
