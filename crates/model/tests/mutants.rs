//! Each guard, taken away alone, breaks the promise that it is there for.

use std::{
    collections::BTreeSet,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use model::{
    Case, GUARDS, Guards,
    guards::Guard,
    properties::Promise,
    story::{self, Story},
};
use stateright::{Checker, HasDiscoveries, Model};

/// What came of taking a guard away.
struct Mutant {
    guard: &'static Guard,
    worlds: usize,
    /// The shortest story that ends in the promise that the guard is there for.
    story: Option<Story>,
    /// Every promise that was seen broken on the way there.
    broken: Vec<&'static str>,
}

fn without(guard: &'static Guard) -> Mutant {
    let case = Case::new(guard.scene, guard.without);
    let checker = case
        .checker()
        .finish_when(HasDiscoveries::AnyOf(BTreeSet::from([guard.breaks.name()])))
        .spawn_bfs()
        .join();
    let names = Promise::ALL.iter().map(|promise| promise.name());
    Mutant {
        guard,
        worlds: checker.unique_state_count(),
        story: story::of_broken(&checker, guard.breaks),
        broken: names
            .filter(|name| checker.discovery(name).is_some())
            .collect(),
    }
}

/// Every mutant, two at a time, in the order of the guards.
fn mutants() -> Vec<Mutant> {
    let next = AtomicUsize::new(0);
    let all = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(guard) = GUARDS.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let mutant = without(guard);
                    all.lock().expect("no check panics").push(mutant);
                }
            });
        }
    });
    let mut all = all.into_inner().expect("no check panics");
    all.sort_by_key(|mutant| GUARDS.iter().position(|g| g.name == mutant.guard.name));
    all
}

#[test]
fn every_guard_taken_away_alone_breaks_its_promise() {
    let mutants = mutants();
    println!(
        "{:<28} {:<9} {:>7} {:>5}  broken",
        "guard taken away", "scene", "worlds", "steps"
    );
    for mutant in &mutants {
        let steps = mutant.story.as_ref().map(|story| story.lines.len());
        println!(
            "{:<28} {:<9} {:>7} {:>5}  {}",
            mutant.guard.name,
            mutant.guard.scene.name,
            mutant.worlds,
            steps.map_or("-".to_owned(), |steps| steps.to_string()),
            mutant.guard.breaks.name()
        );
    }
    for mutant in &mutants {
        if let Some(story) = &mutant.story {
            println!(
                "\nWithout `{}`: {}\n{story}",
                mutant.guard.name, mutant.guard.says
            );
        }
    }

    let survivors: Vec<_> = mutants
        .iter()
        .filter(|mutant| mutant.story.is_none())
        .map(|mutant| mutant.guard.name)
        .collect();
    assert_eq!(survivors, Vec::<&str>::new(), "mutants that survive");

    // A promise that nothing can break would say nothing.
    let broken: BTreeSet<_> = mutants.iter().flat_map(|mutant| &mutant.broken).collect();
    let idle: Vec<_> = Promise::ALL
        .iter()
        .map(|promise| promise.name())
        .filter(|name| !broken.contains(name))
        .collect();
    assert_eq!(idle, Vec::<&str>::new(), "promises that no mutant breaks");
}

#[test]
fn a_mutant_lacks_exactly_one_guard() {
    // `Debug` names each guard once, with whether it is there.
    let missing = |guards: &Guards| format!("{guards:?}").matches("false").count();
    assert_eq!(missing(&Guards::WHOLE), 0);
    for guard in GUARDS {
        assert_eq!(missing(&guard.without), 1, "{}", guard.name);
        assert!(format!("{:?}", guard.without).contains(&format!("{}: false", guard.name)));
    }
}

#[test]
fn a_story_can_be_read_aloud() {
    let guard = GUARDS
        .iter()
        .find(|guard| guard.name == "bound_to_ticket")
        .expect("the guard");
    let story = without(guard).story.expect("a story").to_string();
    assert_eq!(
        story.lines().map(str::trim).collect::<Vec<_>>(),
        [
            "On file: the registered email and the registered phone. The owner reads the registered \
             email and the registered phone.",
            "1. The owner phones.",
            "2. The owner asks for a password reset. The desk asks the owner.",
            "3. The owner reads out the email code for a password reset in the owner's call; the rep \
             passes it on to the attacker.",
            "4. The attacker phones.",
            "5. The rep, as told, asks for a password reset in the attacker's call. The desk asks the \
             owner.",
            "6. The rep, as told, enters the email code, given for a password reset, for a password \
             reset in the attacker's call. BROKEN: nothing changes without the owner's own yes to \
             that very thing in that very ticket.",
        ]
    );
}
