use super::*;
use crate::accounts::AccountDocument;
use crate::testing::{On, World, on_both};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use std::path::PathBuf;
use words::{Role, Time};

const CSV: &str = "external_id,display_name,customer_since,email,email_confirmed_at,phone,phone_confirmed_at,\
    user_name,address,birth_date,card,order[7001],receipt_code[7001],password_changed,plan\n\
    A-1,Robin Vale,2019-05-01,Canary.Robin@mail.example,2019-05-01,+1 202 555 0142,2019-05-01,\
    CanaryName,\"Canary Row 5, Springfield\",1990-01-02,Visa 4242,2 x canary gizmo,CNRY-7K2P,2026-01-02,Gold\n\
    A-2,Kim Reed,,kim@mail.example,,,,kimr,,,,,,,\n";

fn file(world: &World, name: &str, text: &str) -> PathBuf {
    let path = world.folder.join(name);
    std::fs::write(&path, text).expect("a file");
    path
}

async fn import(world: &World, path: &Path, options: ImportOptions) -> Result<Report, ImportError> {
    world.desk.import_file(path, options, &mut |_| {}).await
}

async fn plainly(world: &World, path: &Path) -> Report {
    import(world, path, ImportOptions::default())
        .await
        .expect("an import")
}

fn counts(report: &Report) -> (u64, u64, u64, u64) {
    (
        report.created,
        report.changed,
        report.same,
        report.bad_count,
    )
}

fn rows(prefix: &str, count: usize) -> String {
    (0..count)
        .map(|n| format!("{prefix}-{n},Sam\n"))
        .collect::<Vec<_>>()
        .concat()
}

async fn account_count(world: &World) -> i64 {
    world
        .desk
        .store
        .read()
        .await
        .expect("a transaction")
        .account_count()
        .await
        .expect("a count")
}

async fn ledger(world: &World) -> Vec<String> {
    let mut tx = world.desk.store.read().await.expect("a transaction");
    tx.ledger_rows(0, 1000)
        .await
        .expect("rows")
        .into_iter()
        .map(|row| row.body)
        .collect()
}

#[test]
fn importing_twice_changes_nothing_and_mails_nobody() {
    on_both(|world| async move {
        let path = file(&world, "in.csv", CSV);
        let mut reached = Progress::default();
        let first = world
            .desk
            .import_file(&path, ImportOptions::default(), &mut |at| reached = at)
            .await;
        assert_eq!(counts(&first.expect("an import")), (2, 0, 0, 0));
        assert_eq!(
            reached,
            Progress {
                rows: 2,
                bytes: CSV.len() as u64
            }
        );
        let before = ledger(&world).await;
        assert_eq!(counts(&plainly(&world, &path).await), (0, 0, 2, 0));
        assert_eq!(ledger(&world).await, before);
        assert_eq!(before.len(), 1);
        assert!(
            before[0].contains(r#""data":{"changed":0,"created":2},"kind":"accounts.imported""#)
        );
        assert!(world.mail.sent.lock().expect("lock").is_empty());
    });
}

#[test]
fn the_same_account_by_csv_and_by_jsonl_is_the_same() {
    on_both(|world| async move {
        plainly(&world, &file(&world, "in.csv", CSV)).await;
        let line = r#"{"external_id":"A-1","display_name":"Robin Vale","customer_since":"2019-05-01","contact_points":[{"kind":"email","value":"canary.robin@mail.example","confirmed_at":"2019-05-01"},{"kind":"phone","value":"0012025550142","confirmed_at":"2019-05-01"}],"fields":{"user_name":"CanaryName","address":"Canary Row 5, Springfield","birth_date":"1990-01-02","card":"Visa 4242","order":{"7001":"2 x canary gizmo"},"receipt_code":{"7001":"cnry7k2p"},"password_changed":"2026-01-02","plan":"Gold"}}"#;
        let path = file(&world, "in.jsonl", &format!("\u{feff}{line}\r\n\n"));
        assert_eq!(counts(&plainly(&world, &path).await), (0, 0, 1, 0));
    });
}

#[test]
fn a_changed_row_is_one_change_with_its_own_entry() {
    on_both(|world| async move {
        plainly(&world, &file(&world, "in.csv", CSV)).await;
        let path = file(
            &world,
            "in.csv",
            &CSV.replace("Canary Row 5", "Canary Way 9"),
        );
        assert_eq!(counts(&plainly(&world, &path).await), (0, 1, 1, 0));
        let entries = ledger(&world).await;
        assert!(
            entries[1].contains(
                r#""data":{"changed":["address"],"result":"changed"},"kind":"account.put""#
            )
        );
        assert!(entries[2].contains(r#""kind":"accounts.imported""#));
    });
}

#[test]
fn bad_rows_are_listed_by_line_with_a_reason_and_no_value() {
    on_both(|world| async move {
        let text = "external_id,display_name,email,birth_date,address\n\
            A-1,Robin,robin@mail.example,1990-01-02,\"two\nlines\"\n\
            A-2,Kim,Canary at mail,1990-01-02,\n\
            A-3,Lee,lee@mail.example,Canary,\n\
            ,Canary,,,\n\
            A-1,Canary,,,\n\
            A-4,Canary\n\
            A-5,Sam,sam@mail.example,,\n";
        let report = plainly(&world, &file(&world, "in.csv", text)).await;
        assert_eq!(counts(&report), (2, 0, 0, 5));
        let listed: Vec<(u64, &str)> = report
            .bad
            .iter()
            .map(|bad| (bad.line, bad.reason.as_str()))
            .collect();
        assert_eq!(
            listed,
            [
                (
                    4,
                    "contact_points[0].value: must be one plain email address"
                ),
                (5, "fields.birth_date: must be a date like 1990-01-02"),
                (6, "external_id: is missing"),
                (
                    7,
                    "external_id: stands in line 2 already; keep one of the rows"
                ),
                (8, "the row has 2 cells, the first line has 5"),
            ]
        );
        let report = plainly(&world, &file(&world, "in.jsonl", "{\"Canary\n\n[]\n")).await;
        assert_eq!(
            report.bad.iter().map(|bad| bad.line).collect::<Vec<_>>(),
            [1, 3]
        );
        assert!(!format!("{report:?}").contains("Canary"));
    });
}

#[test]
fn a_cell_with_a_nul_in_it_is_a_bad_row_and_the_others_come_in() {
    on_both(|world| async move {
        let csv = "external_id,display_name,address,plan,order[7001]\n\
            A-1,Robin\0 Vale,Elm Row 5,Gold,gizmo\nA\0-2,Kim,,,\nA-3,Kim,Elm\0 Row,,\n\
            A-4,Kim,,Go\0ld,\nA-5,Kim,,,giz\0mo\nA-6,Kim,Elm Row 5,Gold,gizmo\n";
        let report = plainly(&world, &file(&world, "a.csv", csv)).await;
        assert_eq!(counts(&report), (1, 0, 0, 5), "{:?}", report.bad);
        let row = |key: &str, value: &str| {
            let (id, name) = match key {
                "external_id" => (value, "Kim"),
                "display_name" => ("A-7", value),
                _ => ("A-7", "Kim"),
            };
            let fields = match key {
                "plan" => format!(r#","fields":{{"plan":"{value}"}}"#),
                "item" => format!(r#","fields":{{"order":{{"{value}":"x"}}}}"#),
                "field" => format!(r#","fields":{{"{value}":"x"}}"#),
                "file" => format!(
                    r#","fields":{{"invoice":{{"1":{{"file":"{value}","media_type":"text/plain"}}}}}}"#
                ),
                _ => String::new(),
            };
            format!(r#"{{"external_id":"{id}","display_name":"{name}"{fields}}}"#) + "\n"
        };
        let keys = [
            "external_id",
            "display_name",
            "plan",
            "item",
            "field",
            "file",
        ];
        let lines: Vec<String> = keys.iter().map(|key| row(key, r"a\u0000b")).collect();
        let jsonl = lines.concat() + &row("none", "");
        let report = plainly(&world, &file(&world, "b.jsonl", &jsonl)).await;
        assert_eq!(counts(&report), (1, 0, 0, 6), "{:?}", report.bad);
    });
}

#[test]
fn strict_writes_nothing_when_one_row_is_bad() {
    on_both(|world| async move {
        let strict = ImportOptions {
            strict: true,
            ..ImportOptions::default()
        };
        let many = rows("B", 1200);
        let text = format!("external_id,display_name\n{many}B-7,Twice\n");
        let report = import(&world, &file(&world, "in.csv", &text), strict)
            .await
            .expect("a report");
        assert_eq!(counts(&report), (0, 0, 0, 1));
        assert_eq!(report.bad[0].line, 1202);
        assert_eq!(account_count(&world).await, 0);
        assert!(ledger(&world).await.is_empty());
        let good = text.replace("B-7,Twice\n", "");
        let report = import(&world, &file(&world, "in.csv", &good), strict)
            .await
            .expect("a report");
        assert_eq!(counts(&report), (1200, 0, 0, 0));
        assert_eq!(ledger(&world).await.len(), 2, "one entry for each batch");
    });
}

#[test]
fn a_dry_run_tells_and_writes_nothing() {
    on_both(|world| async move {
        let dry = ImportOptions {
            dry_run: true,
            ..ImportOptions::default()
        };
        let path = file(&world, "in.csv", CSV);
        assert_eq!(
            counts(&import(&world, &path, dry).await.expect("a report")),
            (2, 0, 0, 0)
        );
        assert_eq!(account_count(&world).await, 0);
        plainly(&world, &path).await;
        let path = file(&world, "in.csv", &CSV.replace("kimr", "kim.r"));
        assert_eq!(
            counts(&import(&world, &path, dry).await.expect("a report")),
            (0, 1, 1, 0)
        );
        assert_eq!(counts(&plainly(&world, &path).await), (0, 1, 1, 0));
    });
}

#[test]
fn a_first_line_that_does_not_fit_is_refused_with_what_would() {
    on_both(|world| async move {
        for (header, said) in [
            (
                "external_id,display_name,adress",
                "the first line has the column `adress`, which is not in the catalogue; known are: external_id, display_name",
            ),
            (
                "external_id,display_name,order",
                "the first line has the column `order`, which has items; write its columns as name[label]",
            ),
            (
                "external_id,display_name,address[1]",
                "the first line has the column `address[1]`, which has no items",
            ),
            (
                "external_id,display_name,invoice[1]",
                "the first line has the column `invoice[1]`, which is a document",
            ),
            (
                "external_id,external_id",
                "the first line has the column `external_id` twice",
            ),
            (
                "external_id",
                "the first line lacks the column `display_name`",
            ),
            (
                "canary@mail.example,Canary Row 5",
                "the first line has the column `…`",
            ),
        ] {
            let error = import(
                &world,
                &file(&world, "in.csv", header),
                ImportOptions::default(),
            )
            .await
            .expect_err("a fault");
            assert!(error.to_string().starts_with(said), "{error}");
        }
        let path = file(&world, "in.xlsx", "");
        assert!(matches!(
            import(&world, &path, ImportOptions::default()).await,
            Err(ImportError::Format)
        ));
    });
}

#[test]
fn documents_come_from_the_import_files_folder_and_nowhere_else() {
    on_both(|world| async move {
        let folder = world.folder.join("import");
        std::fs::create_dir_all(folder.join("invoices")).expect("a folder");
        std::fs::write(folder.join("invoices/10442.pdf"), b"%PDF canary").expect("a file");
        std::fs::write(world.folder.join("outside.pdf"), b"%PDF").expect("a file");
        std::os::unix::fs::symlink(world.folder.join("outside.pdf"), folder.join("link.pdf"))
            .expect("a link");
        let outside = world.folder.join("outside.pdf");
        let lines = ["invoices/10442.pdf", "../outside.pdf", outside.to_str().expect("a path"), "link.pdf", "none.pdf", "invoices"]
            .iter()
            .enumerate()
            .map(|(n, name)| format!("{{\"external_id\":\"A-{n}\",\"display_name\":\"Sam\",\"fields\":{{\"invoice\":{{\"10442\":{{\"media_type\":\"application/pdf\",\"file\":\"{name}\"}}}}}}}}\n")).collect::<Vec<_>>().concat();
        std::fs::write(folder.join("in.jsonl"), lines).expect("a file");
        let report = plainly(&world, &folder.join("in.jsonl")).await;
        assert_eq!(counts(&report), (1, 0, 0, 5));
        let reasons: Vec<&str> = report.bad.iter().map(|bad| bad.reason.as_str()).collect();
        let outside = "fields.invoice[10442].file: must name a file below the import file's folder";
        assert_eq!(reasons[..3], [outside; 3]);
        assert_eq!(
            reasons[3],
            "fields.invoice[10442].file: names a file that is not there"
        );
        assert_eq!(
            reasons[4],
            "fields.invoice[10442].file: names something that is not a file"
        );
    });
}

#[test]
fn an_import_beside_another_writer_loses_nothing() {
    on_both(|world| async move {
        let text = rows("C", 600);
        let path = file(
            &world,
            "in.csv",
            &format!("external_id,display_name\n{text}"),
        );
        let again = file(
            &world,
            "again.csv",
            &format!("external_id,display_name\n{text}"),
        );
        let rival = world.desk.clone();
        let rival = tokio::spawn(async move {
            rival
                .import_file(&again, ImportOptions::default(), &mut |_| {})
                .await
        });
        let mine = plainly(&world, &path).await;
        let theirs = rival.await.expect("a task").expect("an import");
        assert_eq!(account_count(&world).await, 600);
        assert_eq!(mine.created + theirs.created, 600);
        assert_eq!(mine.same + theirs.same, 600);
    });
}

#[test]
fn rows_can_come_from_a_program() {
    on_both(|world| async move {
        let rows = (1..=3).map(|line| {
            let document = AccountDocument {
                external_id: Some(format!("P-{line}")),
                display_name: "Sam".to_owned(),
                ..AccountDocument::default()
            };
            Ok(Row {
                line,
                end: 0,
                document: Ok(document),
            })
        });
        let report = world
            .desk
            .import(rows, ImportOptions::default(), &mut |_| {})
            .await
            .expect("an import");
        assert_eq!(counts(&report), (3, 0, 0, 0));
    });
}

/// Every form in which a value of a sealed or secret field might be lying about.
fn forms() -> Vec<Vec<u8>> {
    let values = [
        "Canary.Robin@mail.example",
        "+1 202 555 0142",
        "CanaryName",
        "Canary Row 5, Springfield",
        "1990-01-02",
        "Visa 4242",
        "2 x canary gizmo",
        "CNRY-7K2P",
        "2026-01-02",
    ];
    let mut forms = Vec::new();
    for value in values {
        forms.push(value.as_bytes().to_vec());
        forms.push(value.to_lowercase().into_bytes());
        forms.push(value.to_uppercase().into_bytes());
        forms.push(hex::encode(value).into_bytes());
        for shift in 0..3 {
            // Whatever stands before it, the middle of its base64 is one of three.
            let text = STANDARD.encode([&vec![b' '; shift], value.as_bytes()].concat());
            let from = if shift == 0 { 0 } else { 4 };
            forms.push(
                text.trim_end_matches('=').as_bytes()[from..text.trim_end_matches('=').len() - 2]
                    .to_vec(),
            );
        }
        let plain: String = value.chars().filter(char::is_ascii_alphanumeric).collect();
        forms.push(plain.to_uppercase().into_bytes());
        let digits: String = value.chars().filter(char::is_ascii_digit).collect();
        if digits.len() >= 7 {
            forms.push(digits.into_bytes());
        }
    }
    forms
}

fn holds(hay: &[u8], needle: &[u8]) -> bool {
    hay.windows(needle.len()).any(|part| part == needle)
}

#[test]
fn after_an_import_no_protected_value_lies_in_the_database() {
    on_both(|world| async move {
        plainly(&world, &file(&world, "in.csv", CSV)).await;
        plainly(
            &world,
            &file(&world, "in.csv", &CSV.replace("Gold", "Silver")),
        )
        .await;
        let me = world.staff("rep", Role::Rep).await;
        world
            .desk
            .look_up(&me, "email", "canary.robin@mail.example")
            .await
            .expect("a look-up");

        let mut places: Vec<Vec<u8>> = Vec::new();
        for name in ["staunch.db", "staunch.db-wal"] {
            places.extend(std::fs::read(world.folder.join(name)).ok());
        }
        assert_eq!(
            places.is_empty(),
            world.desk.store.engine() == store::Engine::Postgres
        );
        let mut tx = world.desk.store.read().await.expect("a transaction");
        let account = tx
            .account_named("A-1")
            .await
            .expect("a read")
            .expect("an account");
        for field in tx.fields(account.id).await.expect("fields") {
            places.push(field.item.into_bytes());
            places.extend(
                [
                    field.shown.map(String::into_bytes),
                    field.sealed,
                    Some(field.digest),
                ]
                .into_iter()
                .flatten(),
            );
        }
        for point in tx.contact_points(account.id).await.expect("points") {
            places.extend([point.sealed, point.blind]);
        }
        places.push(account.data_key);
        drop(tx);
        places.extend(ledger(&world).await.into_iter().map(String::into_bytes));

        assert!(
            places.iter().any(|place| holds(place, b"Silver")),
            "what is shown is found, so the search works"
        );
        for form in forms() {
            let found = places.iter().position(|place| holds(place, &form));
            assert_eq!(found, None, "{} lies open", String::from_utf8_lossy(&form));
        }
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_running_desk_writes_beside_an_import() {
    let world = World::on(On::Sqlite).await;
    let text = rows("D", 3000);
    let path = file(
        &world,
        "in.csv",
        &format!("external_id,display_name\n{text}"),
    );
    // Another process, as far as the database can tell.
    let other = store::Store::sqlite(&world.folder.join("staunch.db"))
        .await
        .expect("a store");
    let desk = world.desk.clone();
    let import = tokio::spawn(async move {
        desk.import_file(&path, ImportOptions::default(), &mut |_| {})
            .await
    });
    let mut writes = 0;
    while !import.is_finished() {
        let mut tx = other.begin().await.expect("a turn");
        tx.set_meta("beside", &writes.to_string())
            .await
            .expect("a write");
        tx.commit().await.expect("a commit");
        writes += 1;
    }
    assert_eq!(
        counts(&import.await.expect("a task").expect("an import")),
        (3000, 0, 0, 0)
    );
    assert!(writes > 0);
    assert!(world.desk.now() > Time(0));
}
