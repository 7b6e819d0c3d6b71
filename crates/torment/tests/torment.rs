//! Twenty thousand steps of everything that can be done to a desk, from a fixed seed, and some on PostgreSQL.

use std::sync::{Mutex, PoisonError};
use torment::{house::Engine, report, run};

/// One at a time: the log that is searched is the whole program's.
static ALONE: Mutex<()> = Mutex::new(());

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(future)
}

const fn plan(steps: usize, seed: u64) -> run::Plan<'static> {
    run::Plan {
        steps,
        seed,
        engine: Engine::Sqlite,
        policies: gate::SHIPPED,
        world: run::WORLD,
    }
}

/// What must have been reached: a kind of request and a state of it.
const FLOOR: [(&str, &str); 33] = [
    ("deliver", "waiting"),
    ("deliver", "sending"),
    ("deliver", "done"),
    ("deliver", "refused"),
    ("deliver", "failed"),
    ("reveal", "waiting"),
    ("reveal", "ready"),
    ("reveal", "done"),
    ("reveal", "refused"),
    ("reveal", "expired"),
    ("reveal", "denied"),
    ("reset", "waiting"),
    ("reset", "sending"),
    ("reset", "done"),
    ("reset", "denied"),
    ("reset", "expired"),
    ("reset", "refused"),
    ("lock", "done"),
    ("unlock", "waiting"),
    ("unlock", "done"),
    ("unlock", "expired"),
    ("unlock", "cooling"),
    ("change", "refused"),
    ("change", "ready"),
    ("change", "cooling"),
    ("change", "done"),
    ("ask", "waiting"),
    ("export", "waiting"),
    ("export", "done"),
    ("act", "waiting"),
    ("act", "done"),
    ("re-enrol", "waiting"),
    ("erase", "waiting"),
];

/// Where it must have been looked for what may not be there.
const PLACES: [&str; 7] = [
    "an answer",
    "letters",
    "a hook",
    "the log",
    "an event",
    "the exported ledger",
    "the metrics",
];

#[test]
fn twenty_thousand_steps_break_nothing() {
    block_on(async {
        let plan = plan(20_000, 1);
        let outcome = run::run(plan, &mut |_, _| ()).await.expect("a run");
        println!("{}", report::table(&outcome, plan.seed));
        if let Some(failure) = &outcome.broken {
            let most = std::time::Duration::from_mins(3);
            let short = run::shrink(plan, failure, most).await.expect("a story");
            panic!("{}\n{}", failure.broken, report::story(&short));
        }
        let states = &outcome.reached.states;
        for (kind, state) in FLOOR {
            let key = (kind.to_owned(), state.to_owned());
            assert!(states.contains_key(&key), "no {kind} was ever {state}");
        }
        for (act, (_, led)) in &outcome.reached.acts {
            assert!(*led > 0, "`{act}` never led to anything");
        }
        for place in PLACES {
            let searched = outcome
                .reached
                .searched
                .get(place)
                .copied()
                .unwrap_or_default();
            assert!(searched > 0, "{place} was never searched");
        }
        assert!(
            outcome.reached.doors.len() > 60,
            "{:?}",
            outcome.reached.doors
        );
    });
}

/// The same adversary against the other engine.
#[test]
fn a_thousand_steps_on_postgres_break_nothing() {
    if desk::testing::postgres_server().is_none() {
        println!(
            "skipped: the PostgreSQL run, as STAUNCH_TEST_POSTGRES names no server; run `cargo xtask test`"
        );
        return;
    }
    block_on(async {
        let plan = run::Plan {
            engine: Engine::Postgres,
            ..plan(1000, 21)
        };
        let outcome = run::run(plan, &mut |_, _| ()).await.expect("a run");
        assert_eq!(outcome.broken.map(|failure| failure.broken), None);
        assert_eq!(outcome.steps, 1000);
    });
}

/// The same seed is the same run, so that a failure can be told.
#[test]
fn a_seed_repeats_a_run() {
    block_on(async {
        let mut runs = Vec::new();
        for _ in 0..2 {
            let outcome = run::run(plan(150, 5), &mut |_, _| ()).await.expect("a run");
            runs.push((outcome.steps, outcome.reached.acts, outcome.reached.states));
        }
        assert_eq!(runs[0], runs[1]);
    });
}
