//! What comes before the first start: bringing accounts in and making tokens on a folder that no
//! server has used.

mod support;

use reqwest::StatusCode;
use serde_json::json;
use std::{os::unix::fs::PermissionsExt as _, path::Path};
use support::{Browser, Customer, House, engines};

const PASSWORD: &str = "correct mule staple 42";
/// What is said before a desk is begun.
const NEW: &str = "Making a new desk in";
/// A command that begins a desk where there is none.
const TOKEN: [&str; 6] = ["token", "create", "--role", "rep", "--name", "robot"];

/// The permissions of a file or folder.
fn mode(path: &Path) -> u32 {
    let meta = std::fs::metadata(path);
    let meta = meta.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    meta.permissions().mode() & 0o777
}

fn is_closed_to_others(folder: &Path) {
    assert_eq!(mode(folder), 0o700);
    assert_eq!(mode(&folder.join("keys")), 0o700);
    let mut files = vec![folder.to_owned()];
    while let Some(folder) = files.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                files.push(path);
            } else {
                assert_eq!(mode(&path), 0o600, "{}", path.display());
            }
        }
    }
}

fn on_each_engine<F: Future<Output = ()>>(story: impl Fn(House) -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        for engine in engines().await {
            story(House::build(engine, &[]).await).await;
        }
    });
}

#[test]
fn accounts_come_in_before_the_first_start_and_the_first_start_still_offers_the_set_up_link() {
    on_each_engine(async |mut house| {
        let robin = Customer::new(42, true);
        assert!(!house.data().exists());
        let out = house.import(std::slice::from_ref(&robin.document));
        assert!(out.contains("1 new"), "{out}");
        assert!(!out.contains("set-up/"), "an import offers no link: {out}");
        is_closed_to_others(&house.data());
        let keys = std::fs::read(house.data().join("keys/master.key")).expect("a key");
        assert!(
            house
                .import(std::slice::from_ref(&robin.document))
                .contains("1 the same")
        );

        house.up().await;
        let secret = house.set_up_secret().expect("a set-up link").to_owned();
        is_closed_to_others(&house.data());
        let kept = std::fs::read(house.data().join("keys/master.key")).expect("a key");
        assert_eq!(kept, keys, "the server keeps the keys that the import made");
        let admin = Browser::new(&house);
        let totp = admin
            .enrol("set-up", &secret, "Ada Admin", "ada", PASSWORD)
            .await;
        let page = admin.sign_in("ada", PASSWORD, &totp, 1).await;
        assert!(page.url.ends_with("/desk"), "{} {}", page.url, page.html);
        let lead = house.token("lead");
        let asked = json!({"kind": "order", "value": robin.order});
        let (status, found) = lead.post("/look-ups", asked).await;
        assert_eq!(status, StatusCode::OK, "{found}");
        assert_eq!(found["accounts"][0]["external_id"], robin.external_id);
        let (good, out, error) = house.run(&["ledger", "verify"]);
        assert!(good, "{out}{error}");
    });
}

#[test]
fn a_token_made_before_the_first_start_works_after_it() {
    on_each_engine(async |mut house| {
        let words = ["token", "create", "--role", "admin", "--name", "import"];
        let (good, token, said) = house.run(&words);
        assert!(good, "{said}");
        assert!(
            token.starts_with("stt_") && token.lines().count() == 1,
            "the token and nothing else: {token}"
        );
        assert!(
            said.contains(NEW) && said.contains("staunch serve --data"),
            "{said}"
        );
        is_closed_to_others(&house.data());
        let (_, _, said) = house.run(&words);
        assert!(!said.contains(NEW), "{said}");

        house.up().await;
        assert!(house.set_up_secret().is_some(), "a token is no admin");
        let program = house.program(token.trim());
        let robin = Customer::new(43, true);
        let path = format!("/accounts/{}", robin.external_id);
        let (status, answer) = program.put(&path, robin.document.clone()).await;
        assert_eq!(
            (status, &answer["result"]),
            (StatusCode::CREATED, &json!("created"))
        );
    });
}

#[test]
fn a_server_and_an_import_that_begin_a_folder_together_use_the_same_keys() {
    on_each_engine(async |mut house| {
        let files: Vec<_> = (60..66)
            .map(|n| house.file(&[Customer::new(n, true).document]))
            .collect();
        let imports: Vec<_> = files
            .iter()
            .map(|file| house.begin(&["accounts", "import", file]))
            .collect();
        for import in imports {
            let out = import.wait_with_output().expect("it ends");
            assert!(
                out.status.success(),
                "{}",
                String::from_utf8_lossy(&out.stderr)
            );
        }
        house.up().await;
        let lead = house.token("lead");
        for n in 60..66 {
            let asked = json!({"kind": "email", "value": Customer::new(n, true).email});
            let (_, found) = lead.post("/look-ups", asked).await;
            assert_eq!(
                found["accounts"].as_array().map(Vec::len),
                Some(1),
                "{found}"
            );
        }
    });
}

#[test]
fn a_file_that_is_not_there_and_a_dry_run_make_no_folder() {
    on_each_engine(async |house| {
        let (good, _, said) = house.run(&["accounts", "import", "nowhere.jsonl"]);
        assert!(
            !good && said.contains("can't read `nowhere.jsonl`"),
            "{said}"
        );
        assert!(!house.data().exists());
        let file = house.file(&[Customer::new(42, true).document]);
        let (good, _, said) = house.run(&["accounts", "import", &file, "--dry-run"]);
        assert!(!good && said.contains("a dry run makes none"), "{said}");
        assert!(!house.data().exists());
    });
}

#[test]
fn a_folder_that_has_lost_its_keys_is_not_begun_anew() {
    on_each_engine(async |house| {
        let file = house.file(&[Customer::new(42, true).document]);
        let import = ["accounts", "import", &file];
        assert!(house.run(&import).0);
        std::fs::remove_dir_all(house.data().join("keys")).expect("removed");
        for words in [&import[..], &TOKEN[..]] {
            let (good, _, said) = house.run(words);
            assert!(!good && said.contains("from the backup"), "{said}");
            assert!(!said.contains(NEW), "{said}");
        }
        assert!(!house.data().join("keys").exists(), "no new keys were made");
    });
}

/// Everything in a folder, with its permissions and bytes.
fn stands(folder: &Path) -> Vec<(String, u32, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut all: Vec<_> = entries
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let bytes = std::fs::read(&path).unwrap_or_default();
            (path.display().to_string(), mode(&path), bytes)
        })
        .collect();
    all.sort();
    all
}

#[test]
fn a_folder_with_other_things_in_it_stays_as_it_is() {
    on_each_engine(async |house| {
        let (data, file) = (
            house.data(),
            house.file(&[Customer::new(42, true).document]),
        );
        std::fs::create_dir(&data).expect("a folder");
        std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o755)).expect("opened");
        std::fs::write(data.join("letters.txt"), "mine").expect("a file");
        std::fs::create_dir(data.join("keys")).expect("a folder");
        let stood = stands(&data);
        let import = ["accounts", "import", &file];
        let serve = ["serve", "--listen", "127.0.0.1:0"];
        let demo = ["demo", "--listen", "127.0.0.1:0"];
        for words in [&import[..], &TOKEN[..], &serve[..], &demo[..]] {
            let (good, out, said) = house.run(words);
            assert!(!good && out.is_empty(), "{words:?}: {out}{said}");
            assert!(
                said.contains("holds other things and no desk") && said.contains("--data"),
                "{words:?}: {said}"
            );
            assert!(!said.contains(NEW), "{words:?}: {said}");
            assert_eq!(stands(&data), stood, "{words:?}");
            assert_eq!(mode(&data), 0o755, "{words:?}");
        }
        std::fs::remove_dir_all(&data).expect("removed");
        std::fs::write(&data, "mine").expect("a file");
        let (good, _, said) = house.run(&TOKEN);
        assert!(!good && said.contains("is not a folder"), "{said}");
    });
}

#[test]
fn a_desk_begins_in_an_empty_folder_or_beside_its_settings() {
    for settings in [false, true] {
        on_each_engine(async |house| {
            std::fs::create_dir(house.data()).expect("a folder");
            if settings {
                let text = "[desk]\ncompany = \"Acme\"\n";
                std::fs::write(house.data().join("staunch.toml"), text).expect("a file");
            }
            let (good, _, said) = house.run(&TOKEN);
            assert!(good && said.contains(NEW), "{said}");
            let (good, _, said) = house.run(&TOKEN);
            assert!(good && !said.contains(NEW), "{said}");
        });
    }
}

#[test]
fn no_keys_are_made_for_the_database_of_another_desk() {
    on_each_engine(async |house| {
        assert!(house.run(&TOKEN).0);
        let others = house.folder.path().join("other");
        let (good, _, said) = house.run_in(&others, &TOKEN);
        if house.has_postgres() {
            assert!(
                !good && said.contains("holds a desk whose keys are not in"),
                "{said}"
            );
            assert!(!said.contains(NEW), "{said}");
            assert!(!others.exists(), "nothing was made");
            // With the keys of that desk it is another place of the same desk.
            std::fs::create_dir_all(others.join("keys")).expect("a folder");
            for key in ["master.key", "ledger.key"] {
                let from = house.data().join("keys").join(key);
                std::fs::copy(from, others.join("keys").join(key)).expect("copied");
            }
            let (good, _, said) = house.run_in(&others, &TOKEN);
            assert!(good && !said.contains(NEW), "{said}");
        } else {
            assert!(good && said.contains(NEW), "a desk of its own: {said}");
        }
    });
}
