//! A few guards taken away in turn, each of which must be found soon; `cargo xtask torment --sabotage all`
//! does so with all of them. Needs the feature `sabotage`.

use torment::{house::Engine, run, sabotage::Sabotage};

/// Some that are found within seconds, of different kinds: holds, what is told and recorded,
/// who may what, and a rule of the policies.
const FEW: [&str; 11] = [
    "rule-frozen",
    "replies-read",
    "scopes",
    "not-me-freezes",
    "reveal-recorded",
    "notices",
    "attempts",
    "second-person",
    "roles",
    "secrets-stopped",
    "rule-secrets",
];

async fn run_with(one: Option<&Sabotage>, steps: usize) -> run::Outcome {
    words::sabotage::turn_off(one.map_or(&[], |one| one.switches));
    let text = one.map_or_else(|| gate::SHIPPED.to_owned(), Sabotage::text);
    let plan = run::Plan {
        steps,
        seed: 1,
        engine: Engine::Sqlite,
        policies: &text,
        world: run::WORLD,
    };
    let outcome = run::run(plan, &mut |_, _| ()).await.expect("a run");
    words::sabotage::turn_off(&[]);
    outcome
}

#[test]
fn guards_that_are_taken_away_are_found() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let mut missed = Vec::new();
        for name in FEW {
            let one = Sabotage::named(name).expect(name);
            let outcome = run_with(Some(one), 5000).await;
            match outcome.broken {
                Some(failure) => {
                    println!("{name} after {} steps: {}", outcome.steps, failure.broken);
                }
                None => missed.push(name),
            }
        }
        assert!(missed.is_empty(), "not found: {missed:?}");
        // It is the guard that was missed, and nothing else.
        let whole = run_with(None, 1000).await;
        assert_eq!(whole.broken.map(|failure| failure.broken), None);
    });
}
