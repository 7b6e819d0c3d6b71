//! The attack scenarios, by the real binary against the server that it starts for them.

use serde_json::Value;
use std::process::{Command, Output};

fn attack(words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_staunch"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("STAUNCH_")) {
        command.env_remove(name);
    }
    command.arg("attack").args(words).output().expect("it runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn json(out: &Output) -> Value {
    let (said, error) = (text(&out.stdout), text(&out.stderr));
    serde_json::from_str(&said).unwrap_or_else(|_| panic!("no JSON: {said}{error}"))
}

#[test]
fn every_attack_gets_nothing_and_every_honest_customer_is_helped() {
    let out = attack(&["run", "--all", "--json"]);
    let all = json(&out);
    let failed: Vec<&Value> = all["reports"]
        .as_array()
        .expect("reports")
        .iter()
        .filter(|one| one["verdict"] != "passed")
        .collect();
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(out.status.success(), "{}", text(&out.stderr));
    let shipped = attack::shipped::FILES.len();
    assert_eq!(all["passed"].as_u64(), u64::try_from(shipped).ok());
    for one in all["reports"].as_array().expect("reports") {
        if one["kind"] == "twin" && one["happened_on"] == "phone" {
            assert!(one["desk_clicks"].as_u64() > Some(0), "{one}");
        }
    }
}

/// The text of a scenario that ships, with a part replaced, in a folder of its own.
fn changed(name: &str, from: &str, to: &str) -> tempfile::TempDir {
    let folder = tempfile::TempDir::new().expect("a folder");
    let file = format!("{name}.toml");
    let (_, text) = attack::shipped::FILES
        .iter()
        .find(|(known, _)| *known == file)
        .expect("a scenario");
    assert!(text.contains(from), "{name} has no {from}");
    std::fs::write(folder.path().join(file), text.replacen(from, to, 1)).expect("written");
    folder
}

#[test]
fn a_step_that_ends_otherwise_than_expected_fails_the_scenario_and_the_run() {
    let folder = changed("twin-invoice", "\"sending\"", "\"refused\"");
    let from = folder.path().to_str().expect("a path");
    let out = attack(&["run", "--all", "--json", "--from", from]);
    assert_eq!(out.status.code(), Some(1));
    let all = json(&out);
    assert_eq!(all["failed"], 1);
    let steps = all["reports"][0]["steps"].as_array().expect("steps");
    let unexpected: Vec<&Value> = steps
        .iter()
        .filter(|one| one["expected"] == false)
        .collect();
    assert_eq!(unexpected.len(), 1, "{unexpected:?}");
    assert_eq!(unexpected[0]["outcome"], "sending");

    // On a pipe the table has no colours.
    let out = attack(&["run", "twin-invoice", "--from", from]);
    let table = text(&out.stdout);
    assert!(table.contains("[unexpected: sending]"), "{table}");
    assert!(!table.contains('\u{1b}'));
}

#[test]
fn a_verb_that_nobody_knows_is_told_with_file_and_line() {
    let folder = changed("twin-invoice", "do = \"end\"", "do = \"bribe\"");
    let from = folder.path().to_str().expect("a path");
    let out = attack(&["run", "--all", "--from", from]);
    assert_eq!(out.status.code(), Some(1));
    let error = text(&out.stderr);
    assert!(
        error.contains("twin-invoice.toml:22: `bribe` is no verb"),
        "{error}"
    );
}

#[test]
fn the_list_names_what_is_played_and_what_is_pending_with_the_reason() {
    let list = text(&attack(&["list"]).stdout);
    let (played, pending) = list.split_once("Pending").expect("both");
    assert!(played.contains("springer-1") && played.contains("(stand-in)"));
    for one in attack::incidents::PENDING {
        assert!(pending.contains(one.incident) && pending.contains(one.why));
    }
    let shown = text(&attack(&["show", "acme-gizmo"]).stdout);
    assert!(shown.contains("crying") && shown.contains("request reveal address"));
    let unknown = attack(&["show", "nobody"]);
    assert_eq!(unknown.status.code(), Some(1));
}
