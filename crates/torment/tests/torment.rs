//! Twenty thousand steps of everything that can be done to a desk, from a fixed seed; and each guard
//! taken away in turn, which must be found.

use torment::{house::Engine, report, run};

fn block_on<T>(future: impl Future<Output = T>) -> T {
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
const FLOOR: [(&str, &str); 24] = [
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
    ("ask", "waiting"),
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
        assert!(
            outcome.reached.doors.len() > 60,
            "{:?}",
            outcome.reached.doors
        );
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

/// Needs the feature `sabotage`; `cargo xtask torment --sabotage all` runs the same on the command line.
#[cfg(feature = "sabotage")]
#[test]
fn each_guard_that_is_taken_away_is_found() {
    block_on(async {
        let mut missed = Vec::new();
        for one in torment::sabotage::Sabotage::all() {
            words::sabotage::turn_off(one.switches);
            let text = one.text();
            let plan = run::Plan {
                policies: &text,
                ..plan(10_000, 1)
            };
            let outcome = run::run(plan, &mut |_, _| ()).await.expect("a run");
            match outcome.broken {
                Some(failure) => println!(
                    "{} after {} steps: {}",
                    one.name, outcome.steps, failure.broken
                ),
                None => missed.push(one.name),
            }
        }
        words::sabotage::turn_off(&[]);
        assert!(missed.is_empty(), "not found: {missed:?}");
    });
}
