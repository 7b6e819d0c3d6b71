//! Measures what the record of one account costs in a long ledger: `cargo run --release -p
//! staunch-desk --example record_rate` writes a ledger of 1,000,000 entries into a fresh `SQLite`
//! database, one in a thousand about the same account, makes that account's record, verifies it, and
//! proves that the ledger only grew. Another number of entries can be given.

use desk::{
    accounts::AccountDocument,
    journal::consistency,
    testing::{On, TestEntropy, World},
};
use ledger::{Entry, Verifier, verify_record};
use std::{error::Error, fs, time::Instant};
use words::{AccountId, Clock as _};

/// How many entries are written in one transaction.
const PART: u64 = 10_000;
/// One entry in so many is about the account.
const SHARE: u64 = 1000;
/// How many other accounts the ledger knows.
const OTHERS: u64 = 10_000;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let count: u64 = std::env::args()
        .nth(1)
        .map_or(Ok(1_000_000), |n| n.parse())?;
    let world = World::on(On::Sqlite).await;
    let desk = &world.desk;
    let document = br#"{"display_name":"Robin Vale","contact_points":[],"fields":{}}"#;
    let document = AccountDocument::from_json(document)?;
    desk.put_account(None, "A-1042", document).await?;
    let account = desk.store().read().await?.account_named("A-1042").await?;
    let account = account.ok_or("the account is gone")?.id.to_string();
    let now = world.clock.now();
    let others: Vec<String> = (0..OTHERS)
        .map(|n| AccountId::new(now, &TestEntropy::new(n)).to_string())
        .collect();

    let begun = Instant::now();
    for part in 0..count / PART {
        let mut tx = desk.store().begin().await?;
        for n in part * PART..(part + 1) * PART {
            let about = match n % SHARE {
                500 => &account,
                _ => &others[usize::try_from(n % OTHERS)?],
            };
            tx.entry(
                Entry::new(now.micros(), "account.read", "system")
                    .with_account(about.clone())
                    .with_ticket(i64::try_from(n)?),
            );
        }
        tx.commit().await?;
    }
    let size = desk.ledger_size().await?;
    println!("{size} entries written in {:.1} s", seconds(begun));

    let before = memory("VmRSS");
    // From here on the peak is counted anew.
    fs::write("/proc/self/clear_refs", "5")?;
    let path = world.folder.join("record.jsonl");
    let begun = Instant::now();
    let mut record = desk.account_record(None, "A-1042").await?;
    let mut file = fs::File::create(&path)?;
    while let Some(lines) = record.part().await? {
        std::io::Write::write_all(&mut file, lines.as_bytes())?;
    }
    let took = seconds(begun);
    println!(
        "record made in {took:.2} s, {} kB; memory before {before} kB, at its most {} kB",
        fs::metadata(&path)?.len() / 1024,
        memory("VmHWM")
    );

    let begun = Instant::now();
    let key = Verifier::parse(&desk.ledger_key())?;
    let input = std::io::BufReader::new(fs::File::open(&path)?);
    let report = verify_record(input, Some(&key), |_, _| ())?;
    println!("{report}; verified in {:.2} s", seconds(begun));

    let begun = Instant::now();
    let proof = consistency(desk.store(), size / 3, None).await?;
    println!(
        "{} hashes prove in {:.3} s that it only grew from {} entries",
        proof.hashes.len(),
        seconds(begun),
        proof.old
    );
    Ok(())
}

fn seconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64()
}

/// A line of `/proc/self/status`, in kB; 0 where there is none.
fn memory(name: &str) -> u64 {
    fs::read_to_string("/proc/self/status")
        .unwrap_or_default()
        .lines()
        .find_map(|line| {
            line.strip_prefix(name)?
                .split_whitespace()
                .nth(1)?
                .parse()
                .ok()
        })
        .unwrap_or(0)
}
