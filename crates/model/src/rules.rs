//! What the desk does with what people try, as far as its [guards](Guards) go.

use crate::{
    actors::{self, Act, flaws_of_code},
    decide::{accepted, eligible, forbidden, payable},
    guards::Guards,
    kinds::{ContactPoint, Flaw, Flaws, Joy, Joys, Kind, Kinds, What, Who},
    properties::{Event, compare, judge},
    scenes::Scene,
    world::{
        CODES, Call, Code, CodeState, GUESSES, Glass, Hold, Line, Request, SLOTS, Stage, Standing,
        World,
    },
};

/// The desk at work on one world.
pub(crate) struct Desk<'a> {
    pub(crate) scene: &'a Scene,
    pub(crate) guards: &'a Guards,
    pub(crate) world: World,
}

/// What becomes of the world when somebody does something; `None` if nothing does.
pub(crate) fn step(scene: &Scene, guards: &Guards, world: &World, act: Act) -> Option<World> {
    let mut desk = Desk {
        scene,
        guards,
        world: *world,
    };
    desk.world.joys = Joys::NONE;
    desk.apply(act)?;
    let mut next = desk.world;
    next.broken = next.broken.and(compare(world, &next));
    next.tidy();
    if !scene.replays {
        next.forget_spent_codes();
    }
    (next != *world).then_some(next)
}

impl Desk<'_> {
    fn apply(&mut self, act: Act) -> Option<()> {
        match act {
            Act::OwnerCalls => {
                self.begin(Line::Owners);
                Some(())
            }
            Act::AttackerCalls => {
                self.begin(Line::Attackers);
                Some(())
            }
            Act::OwnerHangsUp => self.end(Line::Owners),
            Act::AttackerHangsUp => self.end(Line::Attackers),
            Act::OwnerAsks { what } => self.ask(Line::Owners, what, Who::Owner),
            Act::RepAsks { line, what } => self.ask(line, what, Who::Attacker),
            Act::OwnerPresses { slot, kind } => self.prove(slot, kind, Who::Owner, Flaws::NONE),
            Act::OwnerReadsOut { slot, kind, over } => self.read_out(slot, kind, over),
            Act::OwnerShows { slot, kind } => self.show(slot, kind),
            Act::OwnerRefuses { slot } => {
                self.close(slot);
                self.attempt();
                self.repudiated();
                Some(())
            }
            Act::OwnerRepudiates => {
                self.world.noticed = false;
                self.attempt();
                self.repudiated();
                Some(())
            }
            Act::OwnerCancels => {
                self.world.attackers = Standing::Repudiated;
                Some(())
            }
            Act::OwnerStopsTheLeads => {
                self.world.glass = Glass::Whole;
                Some(())
            }
            Act::RepReadsTheScreen => {
                if self.guards.masked {
                    return None;
                }
                self.happens(&Event::Told);
                Some(())
            }
            Act::RepEnters { slot, code } => self.enter(slot, code),
            Act::AttackerGuesses { slot } => self.guess(slot),
            Act::AttackerShowsHisOwn { slot, kind } => {
                let flaws = Flaws::of(&[Flaw::OtherAccount]);
                self.offer(slot, kind, Who::Attacker, flaws)
            }
            Act::AttackerPresses { slot, point } => self.press(slot, point),
            Act::AttackerConfirms => {
                match &mut self.world.attackers {
                    Standing::Cooling { confirmed, .. } | Standing::InEffect { confirmed } => {
                        *confirmed = true;
                    }
                    Standing::Absent | Standing::Repudiated => return None,
                }
                Some(())
            }
            Act::AttackerImports => {
                let days = if self.guards.imports_cool_off {
                    self.scene.days
                } else {
                    0
                };
                self.register_attackers(days)
            }
            Act::RepFreezes => {
                self.freeze();
                Some(())
            }
            Act::LeadAsks => {
                self.world.glass = Glass::Asked;
                Some(())
            }
            Act::LeadAgrees { same } => self.agree(same),
            Act::LeadLifts => {
                if self.guards.only_the_owner_lifts {
                    return None;
                }
                self.happens(&Event::Lifted { flawed: true });
                self.world.hold = Hold::None;
                self.world.forgiven = true;
                Some(())
            }
            Act::GlassOpens => self.open_glass(),
            Act::Approves { same, slot } => {
                self.world.requests[slot].as_mut()?.seconded = Some(!same);
                self.complete(slot);
                Some(())
            }
            Act::Works { slot, to, ledger } => self.work(slot, to, ledger),
            Act::DayPasses => {
                self.day();
                Some(())
            }
        }
    }

    /// Notes which promises an event breaks.
    pub(crate) fn happens(&mut self, event: &Event<'_>) {
        self.world.broken = self.world.broken.and(judge(&self.world, event));
    }

    pub(crate) fn joy(&mut self, joy: Joy) {
        if !self.scene.attacker {
            self.world.joys = self.world.joys.with(joy);
        }
    }

    fn begin(&mut self, line: Line) {
        let call = Some(Call {
            open: true,
            knew: self.world.on_file(),
        });
        match line {
            Line::Owners => {
                // A new ticket: what waited in the last one is forgotten here, not at the real desk.
                for slot in 0..SLOTS {
                    if self.world.requests[slot]
                        .is_some_and(|r| r.line == line && r.stage == Stage::Waiting)
                    {
                        self.world.requests[slot] = None;
                    }
                }
                self.world.codes = [None; CODES];
                self.world.owners_call = call;
            }
            Line::Attackers => {
                if !self.guards.limit_spans_calls {
                    self.world.counted = 0;
                }
                self.world.attackers_call = call;
            }
        }
    }

    fn end(&mut self, line: Line) -> Option<()> {
        self.notice(line);
        match line {
            Line::Owners => self.world.owners_call.as_mut()?.open = false,
            Line::Attackers => self.world.attackers_call = None,
        }
        Some(())
    }

    fn ask(&mut self, line: Line, what: What, by: Who) -> Option<()> {
        let call = self.world.call(line)?;
        if !call.open && self.guards.open_tickets_only {
            return None;
        }
        let same = |r: &Request| r.what == what && r.line == line;
        let full = self.world.requests[..self.scene.slots]
            .iter()
            .all(Option::is_some);
        if full || self.world.requests.iter().flatten().any(same) {
            return None;
        }
        if what == What::Change && self.world.new != Standing::Absent && by == Who::Owner {
            return None;
        }
        if what == What::Unlock && self.world.hold == Hold::None {
            return None;
        }
        let request = Request {
            what,
            line,
            by,
            stage: if what.proofs() == 0 {
                Stage::Queued
            } else {
                Stage::Waiting
            },
            knew: call.knew,
            given: Kinds::NONE,
            owner: Kinds::NONE,
            repeats: 0,
            flaws: Flaws::NONE,
            value: (what == What::Change && !self.guards.new_value_from_the_owner)
                .then_some(ContactPoint::Attackers),
            seconded: None,
        };
        let nowhere = !ContactPoint::ALL
            .iter()
            .any(|&point| eligible(self.guards, &self.world, point, call.knew));
        let refused = what == What::DeliverSecret && self.guards.secrets_stay
            || what.proofs() == 0 && nowhere && self.guards.desk_picks_the_destination
            || forbidden(self.guards, &self.world, &request);
        if refused {
            self.attempt();
            return Some(());
        }
        let slot = self.world.requests.iter().position(Option::is_none)?;
        self.world.requests[slot] = Some(request);
        if !self.guards.proof_needed && what.proofs() > 0 {
            self.carry_out(slot);
        }
        Some(())
    }

    /// Somebody at the attacker's, or at the stolen mailbox, presses "Yes".
    fn press(&mut self, slot: usize, point: ContactPoint) -> Option<()> {
        let request = self.world.requests[slot]?;
        let truly = self.world.in_effect().has(point)
            && (point != ContactPoint::Attackers || request.knew.has(point));
        let flaws = if truly {
            Flaws::NONE
        } else {
            Flaws::of(&[Flaw::NotInEffect])
        };
        self.prove(slot, point.proves(), Who::Attacker, flaws)
    }

    fn show(&mut self, slot: usize, kind: Kind) -> Option<()> {
        let mut flaws = Flaws::NONE;
        if kind == Kind::Recovery {
            if self.world.recovery_used {
                if self.guards.recovery_codes_once {
                    return None;
                }
                flaws = flaws.with(Flaw::Again);
            }
            self.world.recovery_used = true;
        }
        self.prove(slot, kind, Who::Owner, flaws)
    }

    fn read_out(&mut self, slot: usize, kind: Kind, over: usize) -> Option<()> {
        let code = Some(Code {
            kind,
            what: self.world.requests[slot]?.what,
            state: CodeState::Fresh,
        });
        if self.world.codes.contains(&code) {
            return None;
        }
        self.world.codes[over] = code;
        Some(())
    }

    fn enter(&mut self, slot: usize, code: usize) -> Option<()> {
        let request = self.world.requests[slot]?;
        let entered = self.world.codes[code]?;
        let flaws = flaws_of_code(entered, &request);
        let owners = flaws.is_empty() && request.by == Who::Owner;
        let who = if owners { Who::Owner } else { Who::Attacker };
        if entered.state == CodeState::Fresh && accepted(self.guards, flaws) {
            self.world.codes[code] = Some(Code {
                state: CodeState::Used,
                ..entered
            });
        }
        self.offer(slot, entered.kind, who, flaws)
    }

    fn guess(&mut self, slot: usize) -> Option<()> {
        if self.world.counted >= GUESSES && self.guards.guesses_limited {
            return None;
        }
        self.world.counted = (self.world.counted + 1).min(GUESSES + 1);
        self.world.tried = (self.world.tried + 1).min(GUESSES + 1);
        if self.world.tried <= GUESSES {
            self.attempt();
            return Some(());
        }
        let flaws = Flaws::of(&[Flaw::Guessed]);
        let kind = actors::letters(self.guards, &self.world, &self.world.requests[slot]?)
            .iter()
            .next()?
            .proves();
        self.prove(slot, kind, Who::Attacker, flaws)
    }

    /// A proof is put before the desk, which looks at what it is bound to.
    fn offer(&mut self, slot: usize, kind: Kind, who: Who, flaws: Flaws) -> Option<()> {
        if accepted(self.guards, flaws) {
            return self.prove(slot, kind, who, flaws);
        }
        let request = self.world.requests[slot]?;
        if !payable(self.guards, &self.world, &request, kind) {
            return None;
        }
        self.attempt();
        Some(())
    }

    /// A proof counts.
    fn prove(&mut self, slot: usize, kind: Kind, who: Who, flaws: Flaws) -> Option<()> {
        let mut request = self.world.requests[slot]?;
        if !payable(self.guards, &self.world, &request, kind) {
            return None;
        }
        if request.given.has(kind) && self.guards.different_kinds {
            return None;
        }
        if request.what == What::Change && self.guards.new_value_from_the_owner {
            let typed = match who {
                Who::Owner => ContactPoint::New,
                Who::Attacker => ContactPoint::Attackers,
            };
            if request.value.is_some_and(|value| value != typed) && self.guards.both_pages_agree {
                self.close(slot);
                self.attempt();
                return Some(());
            }
            request.value = Some(typed);
        }
        if request.given.has(kind) {
            request.repeats = 1;
        }
        request.given = request.given.with(kind);
        if who == Who::Owner && request.by == Who::Owner {
            request.owner = request.owner.with(kind);
        }
        request.flaws = request.flaws.and(flaws);
        self.world.requests[slot] = Some(request);
        self.complete(slot);
        Some(())
    }

    /// Carries a request out once it has what it takes.
    fn complete(&mut self, slot: usize) {
        let Some(request) = self.world.requests[slot] else {
            return;
        };
        let needed = if self.guards.two_proofs {
            request.what.proofs()
        } else {
            request.what.proofs().min(1)
        };
        let enough = request.given.len() + u32::from(request.repeats) >= needed
            || request.what == What::Unlock && request.given.has(Kind::Session);
        if !enough
            || request.what == What::Erase
                && request.seconded.is_none()
                && self.guards.second_person
        {
            return;
        }
        let by_receipt =
            request.what == What::Reset && request.given == Kinds::of(&[Kind::Receipt]);
        if by_receipt && self.guards.receipt_waits {
            if let Some(request) = &mut self.world.requests[slot] {
                request.stage = Stage::Resting;
            }
        } else {
            self.carry_out(slot);
        }
    }
}
