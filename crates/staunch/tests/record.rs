//! What an owner, an auditor and a witness take away from a running desk, and check on machines that
//! have nothing but the files and a key.

mod support;

use reqwest::StatusCode;
use serde_json::json;
use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};
use support::{Customer, Engine, House, Token, engines};
use tempfile::TempDir;

/// A machine elsewhere: a folder, and the binary without any of the desk's settings.
struct Elsewhere(TempDir);

impl Elsewhere {
    fn new() -> Self {
        Self(TempDir::new().expect("a folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn keep(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("a file");
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("a file")
    }

    fn run(&self, words: &[&str]) -> Result<String, String> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_staunch"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("STAUNCH_")) {
            command.env_remove(name);
        }
        let out = command
            .arg("ledger")
            .args(words)
            .current_dir(self.0.path())
            .output()
            .expect("it ends");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if out.status.success() {
            Ok(text(&out.stdout))
        } else {
            Err(text(&out.stderr))
        }
    }

    /// Runs what must work.
    fn good(&self, words: &[&str]) -> String {
        self.run(words)
            .unwrap_or_else(|error| panic!("{words:?}: {error}"))
    }

    /// Runs what must not work, for this reason.
    fn bad(&self, words: &[&str], reason: &str) {
        let error = self.run(words).expect_err("it must fail");
        assert!(error.contains(reason), "{words:?}: {error}");
    }
}

struct Cast {
    house: House,
    robin: Customer,
    rep: Token,
    key: String,
}

async fn cast(engine: Engine) -> Cast {
    let house = House::start(engine).await;
    let (robin, jonas) = (Customer::new(42, true), Customer::new(44, true));
    house.import(&[robin.document.clone(), jonas.document.clone()]);
    let rep = house.token("rep");
    let (good, key, error) = house.run(&["ledger", "key"]);
    assert!(good, "{error}");
    let cast = Cast {
        house,
        robin,
        rep,
        key: key.trim().to_owned(),
    };
    for customer in [&cast.robin, &jonas, &cast.robin] {
        cast.look_up(customer).await;
    }
    cast
}

impl Cast {
    async fn look_up(&self, customer: &Customer) {
        let body = json!({"kind": "email", "value": customer.email});
        let (status, found) = self.rep.post("/look-ups", body).await;
        assert_eq!(status, StatusCode::OK, "{found}");
        assert_eq!(found["accounts"].as_array().map(Vec::len), Some(1));
    }

    fn command(&self, words: &[&str]) -> String {
        let (good, out, error) = self.house.run(words);
        assert!(good, "{words:?}: {out}{error}");
        out
    }

    /// Makes Robin's record and hands it over.
    fn record(&self, to: &Elsewhere, name: &str) -> String {
        let path = to.path(name);
        let path = path.to_str().expect("a path");
        let id = &self.robin.external_id;
        let told = self.command(&["ledger", "export", "--account", id, "--out", path]);
        assert!(told.contains("each of them in the ledger"), "{told}");
        assert!(told.contains(&format!("--key '{}'", self.key)), "{told}");
        to.read(name)
    }

    fn growth(&self, from: u64) -> String {
        self.command(&["ledger", "consistency", "--from", &from.to_string()])
    }
}

fn on_each_engine<F: Future<Output = ()>>(story: impl Fn(Engine) -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        for engine in engines().await {
            story(engine).await;
        }
    });
}

/// The size in a checkpoint, or in the one that a proof or record carries.
fn size(note: &str) -> u64 {
    let at = note.find("staunch.local/ledger/").expect("a checkpoint");
    let mut lines = note[at..].lines().skip(1);
    lines.next().expect("a size").parse().expect("a number")
}

#[test]
fn an_owner_checks_their_record_with_the_file_and_the_key_alone() {
    on_each_engine(async |engine| {
        let cast = cast(engine).await;
        let owner = Elsewhere::new();
        let text = cast.record(&owner, "record.jsonl");
        assert_eq!(cast.robin.leak(&text), None, "no value is in it");
        let key = ["--key", &cast.key];

        let told = owner.good(&["verify", "record.jsonl", key[0], key[1], "--list"]);
        assert_eq!(told.matches("account.found").count(), 2, "{told}");
        assert!(told.contains("account.record-made  operator"), "{told}");
        assert!(told.contains("checked with the trusted key"), "{told}");
        let told = owner.good(&["verify", "record.jsonl"]);
        assert!(told.contains("not who wrote it"), "{told}");

        owner.keep(
            "changed.jsonl",
            &text.replacen("account.found", "account.fount", 1),
        );
        owner.bad(
            &["verify", "changed.jsonl", key[0], key[1]],
            "was changed: its text, its place and its proof do not lead to the checkpoint",
        );
        let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
        lines.remove(2);
        owner.keep("gap.jsonl", &lines.concat());
        owner.bad(
            &["verify", "gap.jsonl", key[0], key[1]],
            "entry 2 of the account is not where it belongs: entry 3",
        );
        lines.pop();
        lines.remove(1);
        owner.keep("cut.jsonl", &lines[..1].concat());
        owner.bad(
            &["verify", "cut.jsonl", key[0], key[1]],
            "entry 1 of the account is missing",
        );
        let other = Elsewhere::new();
        let seed = ["witness-key", "secret", "--name", "other.example/ledger"];
        let witness = other.good(&seed);
        for key in [
            cast.key.replacen("staunch.local", "other.example", 1),
            witness.trim().to_owned(),
        ] {
            owner.bad(&["verify", "record.jsonl", "--key", &key], "--key");
        }

        // Who runs the desk is told of a name that nobody has, and the record isn't written over.
        let (good, _, error) = cast.house.run(&["ledger", "export", "--account", "A-9999"]);
        assert!(!good && error.contains("no account has this id"), "{error}");
        let path = owner.path("record.jsonl");
        let path = path.to_str().expect("a path");
        let id = &cast.robin.external_id;
        let again = ["ledger", "export", "--account", id, "--out", path];
        let (good, _, error) = cast.house.run(&again);
        assert!(!good && error.contains("exists already"), "{error}");
        let told = cast.command(&["ledger", "verify"]);
        assert!(told.contains("fit together"), "{told}");
    });
}

#[test]
fn a_witness_signs_only_what_grew_and_is_demanded() {
    on_each_engine(async |engine| {
        let cast = cast(engine).await;
        let (owner, witness) = (Elsewhere::new(), Elsewhere::new());
        let made = ["witness-key", "secret", "--name", "witness.example/desk"];
        let public = witness.good(&made).trim().to_owned();
        assert!(public.starts_with("witness.example/desk+"), "{public}");
        assert_eq!(witness.good(&["witness-key", "secret"]).trim(), public);
        witness.bad(&made, "exists already");
        let secret = witness.read("secret");
        assert!(secret.starts_with("PRIVATE+KEY+witness.example/desk+"));

        // First, from nothing.
        let first = cast.record(&owner, "first.jsonl");
        let first = size(&first.replace("\\n", "\n"));
        witness.keep("proof", &cast.growth(0));
        let sign = |more: &[&str]| {
            let words = ["cosign", "--secret", "secret", "--key", &cast.key];
            witness.run(&[&words, more].concat())
        };
        let error = sign(&["--proof", "proof"]).expect_err("nothing to begin from");
        assert!(error.contains("--since"), "{error}");
        sign(&["--proof", "proof", "--first", "--out", "seen"]).expect("signed");
        assert_eq!(size(&witness.read("seen")), first);
        fs::copy(witness.path("seen"), witness.path("older")).expect("kept");
        let error = sign(&["--proof", "proof", "--first", "--out", "seen"]).expect_err("known");
        assert!(error.contains("exists already"), "{error}");

        // Then from what it signed last.
        cast.look_up(&cast.robin).await;
        cast.record(&owner, "second.jsonl");
        witness.keep("proof", &cast.growth(first));
        let next = ["--proof", "proof", "--since", "seen", "--out", "seen"];
        let told = sign(&next).expect("signed");
        assert!(
            told.contains(&format!("{first} when this witness signed last")),
            "{told}"
        );
        let second = size(&witness.read("seen"));
        assert!(second > first);
        // The same step doesn't lead on from there, and a changed one leads nowhere.
        let error = sign(&next).expect_err("it begins elsewhere");
        assert!(error.contains("the proof begins at"), "{error}");
        let proof = witness.read("proof");
        let hash = proof.lines().nth(1).expect("a hash").to_owned();
        let other = format!(
            "{}{}",
            if hash.starts_with('A') { 'B' } else { 'A' },
            &hash[1..]
        );
        witness.keep("proof", &proof.replacen(&hash, &other, 1));
        let error = sign(&["--proof", "proof", "--since", "older"]).expect_err("rewritten");
        assert!(error.contains("the log was rewritten"), "{error}");

        // The owner demands the witness: of the record that it signed at once, and of the older one,
        // with the proof that leads there.
        witness.keep("proof", &proof);
        for name in ["seen", "older", "proof"] {
            fs::copy(witness.path(name), owner.path(name)).expect("handed over");
        }
        let verify = |words: &[&str]| {
            let all = [
                &["verify"],
                words,
                &["--key", &cast.key, "--witness", &public],
            ]
            .concat();
            owner.run(&all)
        };
        let told = verify(&["second.jsonl", "--checkpoint", "seen"]).expect("witnessed");
        assert!(
            told.contains("the witness witness.example/desk has signed it"),
            "{told}"
        );
        let told = verify(&["second.jsonl", "--since", "older", "--proof", "proof"])
            .expect("it grew since");
        assert!(told.contains("the ledger has only grown"), "{told}");
        verify(&["first.jsonl", "--checkpoint", "seen", "--proof", "proof"]).expect("it grew");
        let error = verify(&["first.jsonl", "--checkpoint", "seen"]).expect_err("no proof");
        assert!(
            error.contains(&format!("--from {first} --to {second}")),
            "{error}"
        );
        let error = verify(&["first.jsonl"]).expect_err("no witness");
        assert!(error.contains("has signed none of these"), "{error}");
        // A proof and a checkpoint can be checked by themselves.
        let told = verify(&["proof", "--since", "older"]).expect("it grew");
        assert!(told.contains("only grown"), "{told}");
        verify(&["seen"]).expect("both have signed");
        let error = verify(&["proof"]).expect_err("since when?");
        assert!(error.contains("--since"), "{error}");

        // And of the whole ledger, in the database and as a file.
        let seen = owner.path("seen");
        let seen = seen.to_str().expect("a path");
        let words = [
            "ledger",
            "verify",
            "--checkpoint",
            seen,
            "--witness",
            &public,
        ];
        let told = cast.command(&words);
        assert!(told.contains("has signed it"), "{told}");
        whole(&cast, &owner, &public);
    });
}

/// The whole ledger as a file, against what the witness signed.
fn whole(cast: &Cast, owner: &Elsewhere, public: &str) {
    let path = owner.path("whole.jsonl");
    cast.command(&["ledger", "export", "--out", path.to_str().expect("a path")]);
    assert_eq!(
        owner.read("whole.jsonl").matches("ledger.read").count(),
        1,
        "the export is an entry, and it is in it"
    );
    let mode = fs::metadata(&path).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let again = ["ledger", "export", "--out", path.to_str().expect("a path")];
    let (good, _, error) = cast.house.run(&again);
    assert!(!good && error.contains("exists already"), "{error}");
    // What doesn't come about leaves no file.
    let none = owner.path("none.jsonl");
    let nobody = ["ledger", "export", "--account", "A-9999", "--out"];
    let (good, _, _) = cast
        .house
        .run(&[&nobody[..], &[none.to_str().expect("a path")]].concat());
    assert!(!good && !none.exists());
    let key = ["verify", "whole.jsonl", "--key", &cast.key];
    let told = owner.good(&[&key[..], &["--checkpoint", "seen", "--witness", public]].concat());
    assert!(told.contains("has signed it"), "{told}");
    owner.bad(
        &[&key[..], &["--witness", public]].concat(),
        "has signed none",
    );
    owner.bad(
        &[&key[..], &["--proof", "proof"]].concat(),
        "leave out --proof",
    );
}

#[test]
fn a_witnesss_key_that_others_can_read_is_not_used() {
    let witness = Elsewhere::new();
    witness.good(&["witness-key", "secret", "--name", "witness.example/desk"]);
    let path: &Path = &witness.path("secret");
    let mode = fs::metadata(path).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    fs::set_permissions(path, fs::Permissions::from_mode(0o644)).expect("opened");
    witness.bad(&["witness-key", "secret"], "others can read");
    witness.bad(&["witness-key", "missing"], "can't read the key");
}
