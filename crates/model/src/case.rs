//! The state machine that is checked: a scene, played by a desk with these guards.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use stateright::{Model, Property};

use crate::{
    actors::{self, Act},
    guards::Guards,
    properties::{Promise, promises},
    rules,
    scenes::Scene,
    world::World,
};

/// A scene, played by a desk with these guards.
#[derive(Clone)]
pub struct Case {
    /// Who tries what.
    pub scene: &'static Scene,
    /// What the desk sees to.
    pub guards: Guards,
    /// Which kinds of act changed something, by [`Act::number`].
    done: Arc<AtomicU64>,
    /// Which promises were seen broken. The first sighting is reported, which with one thread is one
    /// at the end of a shortest path; the checker alone would report the last of its block.
    seen: Arc<AtomicU64>,
}

impl Case {
    /// A scene with these guards.
    pub fn new(scene: &'static Scene, guards: Guards) -> Self {
        Self {
            scene,
            guards,
            done: Arc::default(),
            seen: Arc::default(),
        }
    }

    /// Whether a promise holds, or was seen broken before.
    pub(crate) fn holds(&self, promise: Promise, world: &World) -> bool {
        let bit = 1 << promise as u8;
        !world.broken.has(promise) || self.seen.fetch_or(bit, Ordering::Relaxed) & bit != 0
    }

    /// The kinds of act that changed nothing in any world so far.
    pub fn idle(&self) -> Vec<&'static str> {
        let done = self.done.load(Ordering::Relaxed);
        let idle = |kind: &&(u8, &'static str)| done & (1 << kind.0) == 0;
        Act::KINDS.iter().filter(idle).map(|kind| kind.1).collect()
    }
}

impl Model for Case {
    type State = World;
    type Action = Act;

    fn init_states(&self) -> Vec<World> {
        self.scene.accounts.iter().copied().map(World::of).collect()
    }

    fn actions(&self, world: &World, acts: &mut Vec<Act>) {
        actors::acts(self.scene, &self.guards, world, acts);
    }

    fn next_state(&self, world: &World, act: Act) -> Option<World> {
        let next = rules::step(self.scene, &self.guards, world, act)?;
        let bit = 1 << act.number();
        if self.done.load(Ordering::Relaxed) & bit == 0 {
            self.done.fetch_or(bit, Ordering::Relaxed);
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut all = promises();
        all.extend(
            self.scene
                .hopes
                .iter()
                .enumerate()
                .map(|(i, hope)| Property {
                    expectation: stateright::Expectation::Sometimes,
                    name: hope.name,
                    condition: HOPES[i],
                }),
        );
        all
    }
}

type Condition = fn(&Case, &World) -> bool;

/// Conditions are plain functions, so each hope of a scene's list has its own.
const HOPES: [Condition; 12] = [
    |case, world| (case.scene.hopes[0].is)(world),
    |case, world| (case.scene.hopes[1].is)(world),
    |case, world| (case.scene.hopes[2].is)(world),
    |case, world| (case.scene.hopes[3].is)(world),
    |case, world| (case.scene.hopes[4].is)(world),
    |case, world| (case.scene.hopes[5].is)(world),
    |case, world| (case.scene.hopes[6].is)(world),
    |case, world| (case.scene.hopes[7].is)(world),
    |case, world| (case.scene.hopes[8].is)(world),
    |case, world| (case.scene.hopes[9].is)(world),
    |case, world| (case.scene.hopes[10].is)(world),
    |case, world| (case.scene.hopes[11].is)(world),
];
