//! Running worlds: some from chance, some again from a list of steps.

use anyhow::Result;
use std::time::{Duration, Instant};

use crate::{
    act::{Act, Step},
    choose::Chooser,
    house::Engine,
    world::{Broken, End, Reached, World},
};

/// Steps in one world, before the next begins.
pub const WORLD: usize = 1000;

/// What is to be run.
#[derive(Clone, Copy, Debug)]
pub struct Plan<'a> {
    /// How many steps.
    pub steps: usize,
    /// From which seed.
    pub seed: u64,
    /// On which database.
    pub engine: Engine,
    /// By which policies.
    pub policies: &'a str,
    /// Steps in one world.
    pub world: usize,
}

/// How it ended.
pub struct Outcome {
    /// Steps that were done.
    pub steps: usize,
    /// How long that took.
    pub took: Duration,
    /// What was reached.
    pub reached: Reached,
    /// What was broken, and by which steps in which world.
    pub broken: Option<Failure>,
}

/// A broken promise, and how it came to that.
#[derive(Clone, Debug)]
pub struct Failure {
    /// What was broken.
    pub broken: Broken,
    /// The seed of the world.
    pub seed: u64,
    /// The steps in it.
    pub story: Vec<(Step, Act)>,
}

/// Runs worlds until so many steps were done or something broke. `on_world` hears of each world.
///
/// # Errors
/// If the tormentor itself fails.
pub async fn run(plan: Plan<'_>, on_world: &mut dyn FnMut(usize, Duration)) -> Result<Outcome> {
    let begun = Instant::now();
    let mut reached = Reached::default();
    let mut done = 0;
    let mut seed = plan.seed;
    while done < plan.steps {
        let steps = plan.world.min(plan.steps - done);
        let (ended, world_reached, story) = world(plan, seed, steps).await?;
        reached.add(&world_reached);
        done += story.len();
        on_world(done, begun.elapsed());
        if let Some(broken) = ended {
            let broken = Some(Failure {
                broken,
                seed,
                story,
            });
            return Ok(Outcome {
                steps: done,
                took: begun.elapsed(),
                reached,
                broken,
            });
        }
        seed = seed.wrapping_add(1);
    }
    Ok(Outcome {
        steps: done,
        took: begun.elapsed(),
        reached,
        broken: None,
    })
}

async fn world(
    plan: Plan<'_>,
    seed: u64,
    steps: usize,
) -> Result<(Option<Broken>, Reached, Vec<(Step, Act)>)> {
    let mut world = World::new(plan.engine, seed, plan.policies).await?;
    let mut chooser = Chooser::new(seed);
    let mut story = Vec::new();
    let mut ended = None;
    for step in 1..=steps {
        let act = chooser.next(&world);
        story.push((step, act.clone()));
        if let Some(broken) = end(world.step(step, &act).await.map(drop), step)? {
            ended = Some(broken);
            break;
        }
    }
    if ended.is_none() {
        ended = end(world.finale(steps).await, steps)?;
    }
    Ok((ended, world.reached, story))
}

fn end(result: Result<(), End>, step: Step) -> Result<Option<Broken>> {
    match result {
        Ok(()) => Ok(None),
        Err(End::Broken(broken)) => Ok(Some(broken)),
        Err(End::Failed(error)) => Err(error.context(format!("in step {step}"))),
    }
}

/// Does a list of steps again in a fresh world. What is named by a step that was left out is passed by.
///
/// # Errors
/// If the tormentor itself fails.
pub async fn again(plan: Plan<'_>, seed: u64, story: &[(Step, Act)]) -> Result<Option<Broken>> {
    let mut world = World::new(plan.engine, seed, plan.policies).await?;
    for (step, act) in story {
        if let Some(broken) = end(world.step(*step, act).await.map(drop), *step)? {
            return Ok(Some(broken));
        }
    }
    let last = story.last().map_or(0, |(step, _)| *step);
    end(world.finale(last).await, last)
}

/// Leaves out what isn't needed for the same promise to break, for at most so long.
///
/// # Errors
/// If the tormentor itself fails.
pub async fn shrink(plan: Plan<'_>, failure: &Failure, most: Duration) -> Result<Failure> {
    let begun = Instant::now();
    let mut best = failure.clone();
    let mut size = best.story.len().div_ceil(2).max(1);
    while begun.elapsed() < most {
        let mut smaller = false;
        let mut from = 0;
        while from < best.story.len() && begun.elapsed() < most {
            let mut story = best.story.clone();
            let to = (from + size).min(story.len());
            story.drain(from..to);
            // A tormentor that fails where steps are missing has shown nothing.
            match again(plan, best.seed, &story).await {
                Ok(Some(broken)) if broken.promise == best.broken.promise => {
                    best = Failure {
                        broken,
                        story,
                        ..best
                    };
                    smaller = true;
                }
                _ => from = to,
            }
        }
        if size == 1 && !smaller {
            break;
        }
        size = if size == 1 { 1 } else { size.div_ceil(2) };
    }
    Ok(best)
}
