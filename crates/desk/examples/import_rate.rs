//! Measures how fast accounts come in: `cargo run --release -p staunch-desk --example import_rate`
//! writes a CSV file of 100,000 made-up accounts with ten fields each, imports it into a fresh
//! `SQLite` database, and imports it again, when nothing changes. Another number of accounts can be
//! given; with the address of a `PostgreSQL` database after it, that is filled instead.

use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
use desk::{
    Desk, Parts,
    accounts::{ImportOptions, Report},
    catalogue::Catalogue,
    letter::{Carrier, CarrierError, Envelope},
    provider::IdentityProvider,
    settings::DeskSettings,
};
use std::{
    error::Error,
    fs::File,
    io::{BufWriter, Write as _},
    path::Path,
    sync::Arc,
    time::Instant,
};
use words::{Clock, Entropy, Time};

struct System(SystemRandom);

impl Clock for System {
    #[expect(
        clippy::disallowed_methods,
        reason = "here the system's clock is the parameter"
    )]
    fn now(&self) -> Time {
        jiff::Timestamp::now().into()
    }
}

impl Entropy for System {
    fn fill(&self, into: &mut [u8]) {
        self.0.fill(into).expect("the system gives random bytes");
    }
}

/// An outside that an import must never reach.
struct Nobody;

#[async_trait::async_trait]
impl Carrier for Nobody {
    async fn carry(&self, _: &Envelope) -> Result<(), CarrierError> {
        Err(CarrierError::Never(
            "an import never mails anybody".to_owned(),
        ))
    }
}

#[async_trait::async_trait]
impl IdentityProvider for Nobody {
    async fn tell(&self, _: &str, _: &str) -> Result<(), CarrierError> {
        Err(CarrierError::Never("an import tells nobody".to_owned()))
    }
}

fn write_file(path: &Path, count: u32) -> std::io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    writeln!(
        out,
        "external_id,display_name,customer_since,email,email_confirmed_at,phone,phone_confirmed_at,user_name,address,\
         birth_date,card,order[1],parcel[1],receipt_code[1],password_changed,plan,order[2]"
    )?;
    for n in 0..count {
        let (month, day) = (n % 12 + 1, n % 28 + 1);
        writeln!(
            out,
            "A-{n},Customer {n},2019-{month:02}-{day:02},customer.{n}@mail.example,2019-{month:02}-{day:02},\
             +1 202 {:07},2020-{month:02}-{day:02},customer{n},\"{n} Elm Row, Springfield\",19{:02}-{month:02}-{day:02},\
             Visa {:04},2 x gizmo no. {n},\"{n} Oak Way, Springfield\",RC-{n:08},2026-{month:02}-{day:02},Gold,1 x gadget no. {n}",
            n,
            n % 60 + 40,
            n % 10_000
        )?;
    }
    out.flush()
}

async fn import(
    desk: &Arc<Desk>,
    path: &Path,
    count: u32,
    what: &str,
) -> Result<Report, Box<dyn Error>> {
    let began = Instant::now();
    let report = desk
        .import_file(path, ImportOptions::default(), &mut |_| {})
        .await?;
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "{what}: {count} accounts in {seconds:.1} s, {:.0} a second (created {}, changed {}, same {}, bad {})",
        f64::from(count) / seconds,
        report.created,
        report.changed,
        report.same,
        report.bad_count
    );
    Ok(report)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let count: u32 = arguments.next().map_or(Ok(100_000), |text| text.parse())?;
    let folder = std::env::temp_dir().join(format!("staunch-import-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let store = match arguments.next() {
        Some(url) => store::Store::postgres(&url).await?,
        None => store::Store::sqlite(&folder.join("staunch.db")).await?,
    };
    let system = Arc::new(System(SystemRandom::new()));
    let master = vault::MasterKey::generate(system.as_ref());
    let desk = Arc::new(Desk::new(Parts {
        store,
        vault: vault::Vault::new(&master)?,
        gate: gate::Gate::shipped()?,
        signer: ledger::Signer::from_seed("staunch.example/rate", &[7; 32])?,
        clock: system.clone(),
        entropy: system,
        carrier: Arc::new(Nobody),
        texts: None,
        provider: Arc::new(Nobody),
        catalogue: Catalogue::shipped(),
        places: None,
        rules: watch::Rules::default(),
        settings: DeskSettings::default(),
        witness: Box::new(|_| ()),
    }));
    let path = folder.join("accounts.csv");
    write_file(&path, count)?;
    import(&desk, &path, count, "first import").await?;
    import(&desk, &path, count, "again").await?;
    desk.store().close().await;
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}
