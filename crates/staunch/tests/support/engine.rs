//! The databases that a server runs on.

/// Which database the server runs on.
#[derive(Clone, Debug)]
pub(crate) enum Engine {
    Sqlite,
    Postgres(String),
}

/// The engines at hand: SQLite always, PostgreSQL if the test run has a server for it.
pub(crate) async fn engines() -> Vec<Engine> {
    let mut out = vec![Engine::Sqlite];
    match std::env::var("STAUNCH_TEST_POSTGRES") {
        Ok(server) if !server.is_empty() => {
            let name = format!("h{}_{}", std::process::id(), next());
            out.push(Engine::Postgres(
                store::create_postgres(&server, &name)
                    .await
                    .expect("a fresh database"),
            ));
        }
        _ => println!(
            "skipped: the PostgreSQL half, as STAUNCH_TEST_POSTGRES names no server; run `cargo xtask test`"
        ),
    }
    out
}

pub(super) fn next() -> u32 {
    static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    COUNT.fetch_add(1, std::sync::atomic::Ordering::SeqCst)
}
