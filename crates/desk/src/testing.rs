//! A desk for tests: real database, real keys, real policies; the clock, chance, the mail room and
//! the identity provider are in the test's hand.

use gate::Gate;
use ledger::Signer;
use std::{
    future::Future,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};
use store::Store;
use vault::{MasterKey, Vault};
use words::{Clock, Entropy, Role, StaffId, Time};

use crate::{
    catalogue::Catalogue,
    desk::{Desk, Me, Parts},
    letter::{Carrier, CarrierError, Envelope},
    provider::IdentityProvider,
    settings::DeskSettings,
    text::{TextCarrier, TextEnvelope},
};

/// A clock that moves only when told.
pub struct TestClock(AtomicI64);

impl TestClock {
    /// Saturday 21 November 2026, 10:00 in UTC.
    pub fn start() -> Self {
        Self(AtomicI64::new(1_795_255_200_000_000))
    }

    /// Moves on.
    pub fn pass(&self, by: Duration) {
        self.0
            .fetch_add(i64::try_from(by.as_micros()).unwrap_or(0), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Time {
        // A microsecond passes with each look, so that things have an order.
        Time(self.0.fetch_add(1, Ordering::SeqCst))
    }
}

/// Chance that repeats (splitmix64).
pub struct TestEntropy(AtomicU64);

impl TestEntropy {
    /// A seed gives a sequence.
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}

impl Entropy for TestEntropy {
    fn fill(&self, into: &mut [u8]) {
        for part in into.chunks_mut(8) {
            let mut z = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::SeqCst);
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            z ^= z >> 31;
            part.copy_from_slice(&z.to_le_bytes()[..part.len()]);
        }
    }
}

fn next(failures: &Mutex<Vec<CarrierError>>) -> Option<CarrierError> {
    let mut failures = failures.lock().expect("lock");
    (!failures.is_empty()).then(|| failures.remove(0))
}

/// A mail room that keeps what it is given, and can be told to fail.
#[derive(Default)]
pub struct TestCarrier {
    /// What was carried.
    pub sent: Mutex<Vec<Envelope>>,
    /// What to answer instead, first to last.
    pub failures: Mutex<Vec<CarrierError>>,
}

#[async_trait::async_trait]
impl Carrier for TestCarrier {
    async fn carry(&self, envelope: &Envelope) -> Result<(), CarrierError> {
        if let Some(error) = next(&self.failures) {
            return Err(error);
        }
        self.sent.lock().expect("lock").push(envelope.clone());
        Ok(())
    }
}

/// A room for text messages that keeps what it is given, and can be told to fail.
#[derive(Default)]
pub struct TestTexts {
    /// What was carried.
    pub sent: Mutex<Vec<TextEnvelope>>,
    /// What to answer instead, first to last.
    pub failures: Mutex<Vec<CarrierError>>,
}

#[async_trait::async_trait]
impl TextCarrier for TestTexts {
    async fn carry(&self, envelope: &TextEnvelope) -> Result<(), CarrierError> {
        if let Some(error) = next(&self.failures) {
            return Err(error);
        }
        self.sent.lock().expect("lock").push(envelope.clone());
        Ok(())
    }
}

/// An identity provider that keeps what it is told.
#[derive(Default)]
pub struct TestProvider {
    /// Ids and bodies.
    pub told: Mutex<Vec<(String, String)>>,
    /// What to answer instead, first to last.
    pub failures: Mutex<Vec<CarrierError>>,
}

#[async_trait::async_trait]
impl IdentityProvider for TestProvider {
    async fn tell(&self, id: &str, body: &str) -> Result<(), CarrierError> {
        if let Some(error) = next(&self.failures) {
            return Err(error);
        }
        self.told
            .lock()
            .expect("lock")
            .push((id.to_owned(), body.to_owned()));
        Ok(())
    }
}

/// A desk with everything around it.
pub struct World {
    /// The desk.
    pub desk: Arc<Desk>,
    /// Its clock.
    pub clock: Arc<TestClock>,
    /// Its mail room.
    pub mail: Arc<TestCarrier>,
    /// Its identity provider.
    pub provider: Arc<TestProvider>,
    /// Its data folder.
    pub folder: PathBuf,
}

/// Which databases the tests run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    /// A file in a fresh folder.
    Sqlite,
    /// A fresh database on the server that `STAUNCH_TEST_POSTGRES` names.
    Postgres,
}

/// The server for tests, if there is one.
pub fn postgres_server() -> Option<String> {
    std::env::var("STAUNCH_TEST_POSTGRES")
        .ok()
        .filter(|url| !url.is_empty())
}

/// A name that no other test has.
#[expect(
    clippy::disallowed_methods,
    reason = "tests that run side by side must not meet"
)]
fn unlike_any() -> uuid::fmt::Simple {
    uuid::Uuid::now_v7().simple()
}

/// Makes a fresh database on the test server and returns its address.
pub async fn fresh_postgres(server: &str) -> String {
    let name = format!("t{}", unlike_any());
    store::create_postgres(server, &name)
        .await
        .expect("a fresh database")
}

/// Runs a story on both engines; without a server the second half is printed as skipped.
pub fn on_both<F, Fut>(story: F)
where
    F: Fn(World) -> Fut,
    Fut: Future<Output = ()>,
{
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        story(World::on(On::Sqlite).await).await;
        if postgres_server().is_some() {
            story(World::on(On::Postgres).await).await;
        } else {
            println!("skipped: the PostgreSQL half, as STAUNCH_TEST_POSTGRES names no server; run `cargo xtask test`");
        }
    });
}

impl World {
    /// A fresh world.
    pub async fn on(engine: On) -> Self {
        Self::with(
            engine,
            DeskSettings {
                company: "Acme Production".to_owned(),
                ..DeskSettings::default()
            },
        )
        .await
    }

    /// A fresh world with these settings.
    pub async fn with(engine: On, settings: DeskSettings) -> Self {
        Self::made_of(engine, settings, None).await
    }

    /// A fresh world that can send text messages, in whatever way.
    pub async fn texting(engine: On, texts: Arc<dyn TextCarrier>) -> Self {
        let settings = DeskSettings {
            company: "Acme Production".to_owned(),
            base_url: "https://desk.example".to_owned(),
            ..DeskSettings::default()
        };
        Self::made_of(engine, settings, Some(texts)).await
    }

    async fn made_of(
        engine: On,
        settings: DeskSettings,
        texts: Option<Arc<dyn TextCarrier>>,
    ) -> Self {
        let folder = std::env::temp_dir().join(format!("staunch-{}", unlike_any()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let store = match engine {
            On::Sqlite => Store::sqlite(&folder.join("staunch.db"))
                .await
                .expect("a store"),
            On::Postgres => {
                let server = postgres_server().expect("a server");
                Store::postgres(&fresh_postgres(&server).await)
                    .await
                    .expect("a store")
            }
        };
        let clock = Arc::new(TestClock::start());
        let entropy = Arc::new(TestEntropy::new(7));
        let mail = Arc::new(TestCarrier::default());
        let provider = Arc::new(TestProvider::default());
        let master = MasterKey::generate(entropy.as_ref());
        let desk = Arc::new(Desk::new(Parts {
            store,
            vault: Vault::new(&master).expect("keys"),
            gate: Gate::shipped().expect("policies"),
            signer: Signer::from_seed("staunch.example/test", &[7; 32]).expect("a signer"),
            clock: clock.clone(),
            entropy,
            carrier: mail.clone(),
            texts,
            provider: provider.clone(),
            catalogue: Catalogue::shipped(),
            places: None,
            rules: watch::Rules::default(),
            witness: Box::new(|_| ()),
            settings,
        }));
        Self {
            desk,
            clock,
            mail,
            provider,
            folder,
        }
    }

    /// Somebody with a role, without the ceremony of signing in.
    pub async fn staff(&self, login: &str, role: Role) -> Me {
        let id = StaffId::new(
            self.clock.now(),
            &TestEntropy::new(self.clock.now().0.unsigned_abs()),
        );
        let mut tx = self.desk.store.begin().await.expect("a transaction");
        tx.add_staff(&store::StaffRow {
            id,
            login: login.to_owned(),
            name: login.to_owned(),
            role,
            password: None,
            totp: None,
            totp_step: 0,
            token: false,
            created_at: self.clock.now(),
            ended_at: None,
        })
        .await
        .expect("staff");
        tx.commit().await.expect("a commit");
        Me {
            id,
            name: login.to_owned(),
            login: login.to_owned(),
            role,
            session: None,
            scopes: None,
        }
    }

    /// Works off everything that is due.
    pub async fn work(&self) {
        self.desk.work_all().await.expect("work");
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
