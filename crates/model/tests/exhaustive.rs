//! Every world that the actors of a scene can bring about is looked at; no promise is broken in any.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use model::{
    Case, Guards,
    kinds::What,
    properties::Promise,
    scenes::{SCENES, Scene},
    story,
};
use stateright::{Checker, Model};
use words::RequestKind;

/// What the checking of a scene showed.
struct Seen {
    scene: &'static Scene,
    worlds: usize,
    steps: usize,
    depth: usize,
    took: Duration,
    broken: Vec<story::Story>,
    unreached: Vec<&'static str>,
    idle: Vec<&'static str>,
}

/// Looks at every world of a scene.
fn check(scene: &'static Scene) -> Seen {
    let start = Instant::now();
    let checker = Case::new(scene, Guards::WHOLE).checker().spawn_bfs().join();
    assert!(
        checker.is_done(),
        "the check of `{}` did not end",
        scene.name
    );
    Seen {
        scene,
        worlds: checker.unique_state_count(),
        steps: checker.state_count(),
        depth: checker.max_depth(),
        took: start.elapsed(),
        broken: Promise::ALL
            .iter()
            .filter_map(|promise| story::of_broken(&checker, *promise))
            .collect(),
        unreached: scene
            .hopes
            .iter()
            .map(|hope| hope.name)
            .filter(|name| checker.discovery(name).is_none())
            .collect(),
        idle: checker.model().idle(),
    }
}

#[test]
fn no_promise_is_broken_in_any_world_of_any_scene() {
    let start = Instant::now();
    let next = AtomicUsize::new(0);
    let all = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(scene) = SCENES.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let seen = check(scene);
                    all.lock().expect("no check panics").push(seen);
                }
            });
        }
    });
    let all = all.into_inner().expect("no check panics");

    println!(
        "{:<9} {:>10} {:>11} {:>5} {:>7}  what is at full width",
        "scene", "worlds", "steps", "depth", "seconds"
    );
    for seen in &all {
        println!(
            "{:<9} {:>10} {:>11} {:>5} {:>7.1}  {}",
            seen.scene.name,
            seen.worlds,
            seen.steps,
            seen.depth,
            seen.took.as_secs_f32(),
            seen.scene.says
        );
    }
    println!(
        "{:<9} {:>10} {:>11} {:>5} {:>7.1}",
        "together",
        all.iter().map(|seen| seen.worlds).sum::<usize>(),
        all.iter().map(|seen| seen.steps).sum::<usize>(),
        all.iter().map(|seen| seen.depth).max().unwrap_or_default(),
        start.elapsed().as_secs_f32()
    );

    for seen in &all {
        let stories: Vec<_> = seen.broken.iter().map(ToString::to_string).collect();
        assert!(
            stories.is_empty(),
            "`{}`:\n{}",
            seen.scene.name,
            stories.join("\n")
        );
        assert_eq!(
            seen.unreached,
            Vec::<&str>::new(),
            "`{}` never gets to what it is there for",
            seen.scene.name
        );
    }

    // What never changes anything in any scene is what the desk never lets anybody do.
    let mut idle = all[0].idle.clone();
    idle.retain(|act| all.iter().all(|seen| seen.idle.contains(act)));
    assert_eq!(idle, ["RepReadsTheScreen", "LeadLifts"]);
}

#[test]
fn every_kind_of_request_of_the_house_is_played_or_said_to_be_left_out() {
    // Locking is `Act::RepFreezes`; the watch's "Was this you?" changes and discloses nothing; an
    // export is a delivery of everything.
    let elsewhere = ["lock", "ask", "export"];
    let played: Vec<RequestKind> = SCENES
        .iter()
        .flat_map(|scene| scene.owner.iter().chain(scene.rep))
        .filter_map(|what| What::kind(*what))
        .collect();
    let missing: Vec<_> = RequestKind::ALL
        .iter()
        .filter(|kind| !played.contains(kind) && !elsewhere.contains(&kind.as_str()))
        .collect();
    assert_eq!(missing, Vec::<&RequestKind>::new());
}
