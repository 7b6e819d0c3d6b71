//! A counterexample made small: what doesn't matter is taken away or set to what is usual.

use gate::{Actor, Facts};
use words::{FieldClass, FieldKind, HoldLevel, ProofKind, Role};

type Change = Box<dyn Fn(&mut Facts) -> bool>;

/// The smallest case that can be reached from this one by steps that each keep `breaks` true.
pub(crate) fn smallest(mut facts: Facts, breaks: impl Fn(&Facts) -> bool) -> Facts {
    let changes = changes();
    loop {
        let mut smaller = false;
        for change in &changes {
            let mut other = facts.clone();
            if change(&mut other) && breaks(&other) {
                facts = other;
                smaller = true;
            }
        }
        if !smaller {
            return facts;
        }
    }
}

/// Sets a fact; says whether it was otherwise.
fn set<T: PartialEq>(fact: &mut T, value: T) -> bool {
    let changed = *fact != value;
    *fact = value;
    changed
}

fn drop_part<T>(part: &mut Option<T>) -> bool {
    part.take().is_some()
}

/// Sets a fact of a part that may be missing.
fn within<T>(part: &mut Option<T>, change: impl Fn(&mut T) -> bool) -> bool {
    part.as_mut().is_some_and(change)
}

/// The steps, the ones that take most away first. Each leads to something simpler, so they end.
fn changes() -> Vec<Change> {
    let mut out: Vec<Change> = vec![
        Box::new(|f| drop_part(&mut f.field)),
        Box::new(|f| drop_part(&mut f.effect)),
        Box::new(|f| drop_part(&mut f.approval)),
        Box::new(|f| f.told.take().is_some()),
    ];
    for kind in ProofKind::ALL {
        out.push(Box::new(|f| {
            let before = f.proofs.len();
            f.proofs.retain(|p| p.kind != *kind);
            f.proofs.len() != before
        }));
    }
    out.push(Box::new(|f| drop_part(&mut f.destination)));
    out.push(Box::new(|f| drop_part(&mut f.ticket)));
    // What is usual.
    out.push(Box::new(|f| match &mut f.actor {
        Actor::Staff(_, role) => set(role, Role::Rep),
        Actor::Desk | Actor::Owner => false,
    }));
    out.push(Box::new(|f| set(&mut f.account.hold, HoldLevel::None)));
    out.push(Box::new(|f| set(&mut f.account.reachable, true)));
    out.push(Box::new(|f| set(&mut f.account.important, false)));
    out.push(Box::new(|f| {
        within(&mut f.ticket, |t| set(&mut t.open, true))
    }));
    out.push(Box::new(|f| {
        within(&mut f.ticket, |t| set(&mut t.about, true))
    }));
    out.push(Box::new(|f| {
        within(&mut f.field, |x| set(&mut x.class, FieldClass::Sealed))
    }));
    out.push(Box::new(|f| {
        within(&mut f.field, |x| set(&mut x.kind, FieldKind::Address))
    }));
    out.push(Box::new(|f| {
        within(&mut f.destination, |d| set(&mut d.confirmed, true))
    }));
    out.push(Box::new(|f| {
        within(&mut f.destination, |d| set(&mut d.effective, true))
    }));
    out.push(Box::new(|f| {
        within(&mut f.destination, |d| set(&mut d.before, true))
    }));
    out.push(Box::new(|f| {
        within(&mut f.effect, |e| set(&mut e.name, "refund".to_owned()))
    }));
    out.push(Box::new(|f| {
        within(&mut f.effect, |e| set(&mut e.eyes, false))
    }));
    out.push(Box::new(|f| {
        within(&mut f.approval, |a| set(&mut a.role, Role::Lead))
    }));
    out.push(Box::new(|f| {
        within(&mut f.approval, |a| set(&mut a.other, true))
    }));
    for kind in ProofKind::ALL {
        for fact in [
            |p: &mut gate::Proof| set(&mut p.account, true),
            |p: &mut gate::Proof| set(&mut p.ticket, true),
            |p: &mut gate::Proof| set(&mut p.request, true),
            |p: &mut gate::Proof| set(&mut p.fresh, true),
            |p: &mut gate::Proof| set(&mut p.unused, true),
            |p: &mut gate::Proof| set(&mut p.sound, true),
        ] {
            out.push(Box::new(move |f| {
                f.proofs.iter_mut().any(|p| p.kind == *kind && fact(p))
            }));
        }
    }
    // The usual numbers: each is tried where the number is further from nothing.
    for number in [0_i64, 1, 3, 5, 1439, 1440, 1441] {
        let lower = move |fact: &mut i64| {
            let further = fact.unsigned_abs() > number.unsigned_abs();
            further && set(fact, number)
        };
        out.push(Box::new(move |f| lower(&mut f.account.attempts)));
        out.push(Box::new(move |f| {
            within(&mut f.effect, |e| lower(&mut e.proofs))
        }));
        out.push(Box::new(move |f| {
            within(&mut f.approval, |a| lower(&mut a.minutes))
        }));
        out.push(Box::new(move |f| within(&mut f.told, lower)));
        for kind in ProofKind::ALL {
            out.push(Box::new(move |f| {
                f.proofs
                    .iter_mut()
                    .any(|p| p.kind == *kind && lower(&mut p.minutes))
            }));
        }
    }
    // And the nearest number below nothing.
    for kind in ProofKind::ALL {
        out.push(Box::new(|f| {
            f.proofs
                .iter_mut()
                .any(|p| p.kind == *kind && p.minutes < -1 && set(&mut p.minutes, -1))
        }));
    }
    out
}
