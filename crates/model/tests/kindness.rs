//! The desk stays kind: whatever the attacker did, the owner can still be helped.

use std::collections::{HashMap, VecDeque};

use model::{
    Case, Guards,
    actors::Act,
    kinds::{Kind, What, Who},
    scenes::{HOLDS, Scene},
    world::World,
};
use stateright::Model;

/// What the attacker can do to make the desk strict: requests, attempts, freezes, a contact point of
/// his own, and leads who obey him.
static MISCHIEF: Scene = Scene {
    name: "mischief",
    owner: &[What::Deliver, What::Unlock],
    rep: &[What::Deliver, What::Unlock, What::Reset],
    slots: 2,
    imports: true,
    ..HOLDS
};

/// Whether the owner, the desk and time can do it by themselves.
fn is_honest(act: Act) -> bool {
    match act {
        Act::OwnerCalls
        | Act::OwnerHangsUp
        | Act::OwnerAsks { .. }
        | Act::OwnerPresses { .. }
        | Act::OwnerReadsOut { .. }
        | Act::OwnerShows { .. }
        | Act::OwnerRefuses { .. }
        | Act::OwnerRepudiates
        | Act::OwnerCancels
        | Act::OwnerStopsTheLeads
        | Act::Works { ledger: true, .. }
        | Act::DayPasses => true,
        Act::Works { ledger: false, .. }
        | Act::AttackerCalls
        | Act::AttackerHangsUp
        | Act::RepAsks { .. }
        | Act::RepReadsTheScreen
        | Act::RepEnters { .. }
        | Act::AttackerGuesses { .. }
        | Act::AttackerShowsHisOwn { .. }
        | Act::AttackerPresses { .. }
        | Act::AttackerConfirms
        | Act::AttackerImports
        | Act::RepFreezes
        | Act::LeadAsks
        | Act::LeadAgrees { .. }
        | Act::LeadLifts
        | Act::GlassOpens
        | Act::Approves { .. } => false,
    }
}

/// Whether this step brings the invoice that the owner asked for to where the owner reads.
fn helps(world: &World, act: Act) -> bool {
    let Act::Works {
        slot,
        to: Some(to),
        ledger: true,
    } = act
    else {
        return false;
    };
    world.requests[slot].is_some_and(|r| r.by == Who::Owner) && world.reads().has(to)
}

/// How many worlds there are, and the steps that the owner needs at most from any of them;
/// `None` if there is one from which no steps help.
fn furthest(begin: World, may: fn(Act) -> bool) -> (usize, Option<u32>) {
    let case = Case::new(&MISCHIEF, Guards::WHOLE);
    let mut numbers = HashMap::from([(begin, 0_usize)]);
    let mut queue = VecDeque::from([begin]);
    let mut from: Vec<Vec<usize>> = vec![Vec::new()];
    let mut distance: Vec<Option<u32>> = vec![None];
    while let Some(world) = queue.pop_front() {
        let here = numbers[&world];
        for (act, next) in case.next_steps(&world) {
            let there = *numbers.entry(next).or_insert_with(|| {
                queue.push_back(next);
                from.push(Vec::new());
                distance.push(None);
                from.len() - 1
            });
            if may(act) {
                from[there].push(here);
            }
            if helps(&world, act) {
                distance[here] = Some(1);
            }
        }
    }
    let mut known: VecDeque<usize> = (0..from.len()).filter(|i| distance[*i].is_some()).collect();
    while let Some(there) = known.pop_front() {
        for &here in &from[there] {
            if distance[here].is_none() {
                distance[here] = distance[there].map(|d| d + 1);
                known.push_back(here);
            }
        }
    }
    let worst = distance
        .iter()
        .try_fold(0, |worst, d| d.map(|d| worst.max(d)));
    (from.len(), worst)
}

#[test]
fn whatever_the_attacker_did_an_owner_who_reads_is_helped_in_a_few_steps() {
    // The other accounts whose owner reads differ from these by name only.
    let kinds = [(true, 1), (false, 1), (false, 2)];
    for (stolen, reads) in kinds {
        let account = MISCHIEF
            .accounts
            .iter()
            .find(|account| account.stolen == stolen && account.reads.len() == reads)
            .expect("an account of each kind");
        let begin = World::of(*account);
        let (worlds, worst) = furthest(begin, is_honest);
        println!("{account:?}: {worlds} worlds, at most {worst:?} steps to the invoice");
        assert!(
            worst.is_some_and(|steps| steps <= 12),
            "{account:?}: {worst:?}"
        );
    }
}

#[test]
fn an_owner_who_reads_at_both_contact_points_needs_no_login_session() {
    let letters_only = |act| {
        is_honest(act)
            && !matches!(
                act,
                Act::OwnerShows {
                    kind: Kind::Session,
                    ..
                }
            )
    };
    let account = MISCHIEF
        .accounts
        .iter()
        .find(|account| !account.stolen && account.reads.len() == 2)
        .expect("an account whose owner reads at two contact points");
    let (worlds, worst) = furthest(World::of(*account), letters_only);
    println!("by letters alone: {worlds} worlds, at most {worst:?} steps to the invoice");
    assert!(worst.is_some_and(|steps| steps <= 12), "{worst:?}");
}
