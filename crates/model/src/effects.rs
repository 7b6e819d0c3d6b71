//! What the desk carries out: resets and changes, letters, holds, the glass, and a day's end.

use crate::{
    decide::{first, forbidden, is_many},
    kinds::{ContactPoint, ContactPoints, Joy, Kind, Kinds, What},
    properties::Event,
    rules::Desk,
    world::{CAREFUL, CodeState, Glass, Hold, Line, Request, SLOTS, Stage, Standing},
};

impl Desk<'_> {
    /// Does what was asked; the hold is looked at once more.
    pub(crate) fn carry_out(&mut self, slot: usize) {
        let Some(request) = self.world.requests[slot] else {
            return;
        };
        self.close(slot);
        if self.guards.decided_again && forbidden(self.guards, &self.world, &request) {
            return;
        }
        let rested = request.stage == Stage::Queued;
        if rested
            && self.guards.decided_again
            && self.guards.receipt_only_if_unreachable
            && !self.world.in_effect().is_empty()
        {
            return;
        }
        if let What::Reveal(_) = request.what {
            if self.guards.open_tickets_only && !self.world.is_open(request.line) {
                return;
            }
            self.happens(&Event::Shown { request: &request });
            self.joy(Joy::Shown);
            return;
        }
        self.happens(&Event::Done {
            request: &request,
            rested,
        });
        match request.what {
            What::Reset if rested => self.joy(Joy::ByReceipt),
            What::Reset => self.joy(Joy::Reset),
            What::Reenrol => self.joy(Joy::Reenrolled),
            What::Act => self.joy(Joy::Acted),
            What::Erase => self.joy(Joy::Erased),
            What::Change => self.change(&request),
            What::Unlock => {
                self.joy(if request.given == Kinds::of(&[Kind::Session]) {
                    Joy::LiftedBySession
                } else {
                    Joy::Lifted
                });
                self.world.hold = Hold::None;
                self.world.forgiven = true;
                self.world.glass = Glass::Whole;
                if !self.guards.attempts_are_kept {
                    self.world.attempts = 0;
                }
            }
            What::Deliver | What::DeliverSecret | What::Reveal(_) => {}
        }
    }

    fn change(&mut self, request: &Request) {
        if request.value == Some(ContactPoint::New) {
            if self.world.new == Standing::Absent {
                let told = self.told_of_a_new_point();
                self.happens(&Event::Registered {
                    before: Standing::Absent,
                    told,
                });
                self.world.new = Standing::Cooling {
                    days: self.scene.days,
                    confirmed: true,
                };
            }
        } else {
            self.register_attackers(self.scene.days);
        }
    }

    /// The old contact points hear of a new one at once.
    fn told_of_a_new_point(&self) -> ContactPoints {
        let old = self.world.in_effect();
        if !self.guards.old_points_told {
            ContactPoints::NONE
        } else if self.guards.every_old_point_told {
            old
        } else {
            first(old)
        }
    }

    /// Puts the attacker's email on file.
    pub(crate) fn register_attackers(&mut self, days: u8) -> Option<()> {
        let before = self.world.attackers;
        if before.on_file() || before == Standing::Repudiated && self.guards.repudiated_stays_out {
            return None;
        }
        let told = self.told_of_a_new_point();
        self.happens(&Event::Registered { before, told });
        self.world.told = told;
        self.world.attackers = if days == 0 {
            self.happens(&Event::InEffect {
                days: self.scene.days,
            });
            Standing::InEffect { confirmed: false }
        } else {
            Standing::Cooling {
                days,
                confirmed: false,
            }
        };
        Some(())
    }

    /// Works off what is queued.
    pub(crate) fn work(
        &mut self,
        slot: usize,
        to: Option<ContactPoint>,
        ledger: bool,
    ) -> Option<()> {
        let request = self.world.requests[slot]?;
        if request.what.proofs() > 0 {
            self.carry_out(slot);
            return Some(());
        }
        if self.guards.decided_again && forbidden(self.guards, &self.world, &request) {
            self.world.requests[slot] = None;
            return Some(());
        }
        if !ledger && self.guards.recorded_or_not_at_all {
            return None;
        }
        self.happens(&Event::Sent {
            secret: request.what == What::DeliverSecret,
            to,
            request: &request,
            recorded: ledger,
        });
        self.joy(Joy::Delivered);
        if self.world.hold == Hold::Ajar {
            self.joy(Joy::ThroughTheGlass);
        }
        if to == Some(ContactPoint::New) {
            self.joy(Joy::ToTheNew);
        }
        self.world.requests[slot] = None;
        Some(())
    }

    /// Ends a request, and the code that was sent for it.
    pub(crate) fn close(&mut self, slot: usize) {
        let Some(request) = self.world.requests[slot].take() else {
            return;
        };
        for code in self.world.codes.iter_mut().flatten() {
            if code.kind != Kind::Receipt
                && code.state == CodeState::Fresh
                && code.what == request.what
                && request.line == Line::Owners
            {
                code.state = CodeState::Ended;
            }
        }
    }

    /// Counts an attempt.
    pub(crate) fn attempt(&mut self) {
        self.world.attempts = (self.world.attempts + 1).min(CAREFUL);
        self.world.forgiven = false;
        if is_many(self.world.attempts)
            && self.world.hold == Hold::None
            && self.guards.attempts_raise_a_hold
        {
            self.world.hold = Hold::Careful;
        }
    }

    /// The owner said that it wasn't them.
    pub(crate) fn repudiated(&mut self) {
        if self.guards.a_no_freezes {
            self.freeze();
        }
        self.happens(&Event::SaidNo);
    }

    /// Freezes the account: what waits is over, but for the question of lifting.
    pub(crate) fn freeze(&mut self) {
        self.world.hold = Hold::Frozen;
        self.world.glass = Glass::Whole;
        for slot in 0..SLOTS {
            if self.world.requests[slot]
                .is_some_and(|r| r.stage != Stage::Queued && r.what != What::Unlock)
            {
                self.close(slot);
            }
        }
    }

    /// A second lead agrees, or the same one again.
    pub(crate) fn agree(&mut self, same: bool) -> Option<()> {
        if same && self.guards.two_leads {
            return None;
        }
        let told = self.guards.glass_tells;
        self.world.glass = Glass::Agreed {
            flawed: same || !told,
            told,
        };
        Some(())
    }

    /// The desk opens what the leads asked for.
    pub(crate) fn open_glass(&mut self) -> Option<()> {
        let flawed = match self.world.glass {
            Glass::Ready { flawed, .. } => flawed,
            Glass::Agreed { .. } if !self.guards.glass_waits => true,
            Glass::Agreed { .. } | Glass::Asked | Glass::Whole => return None,
        };
        self.happens(&Event::Lifted { flawed });
        self.world.hold = Hold::Ajar;
        self.world.glass = Glass::Whole;
        Some(())
    }

    /// Tells the owner of a contact.
    pub(crate) fn notice(&mut self, line: Line) {
        let mut told = self.world.in_effect();
        if !self.guards.owner_hears {
            told = ContactPoints::NONE;
        } else if !self.guards.owner_hears_everywhere {
            told = first(told);
        }
        self.happens(&Event::Contact { told });
        if line == Line::Attackers && !told.both(self.world.reads()).is_empty() {
            self.world.noticed = true;
        }
    }

    /// A day passes: what was asked is over, codes are too, new contact points have a day less to
    /// go.
    pub(crate) fn day(&mut self) {
        for line in [Line::Owners, Line::Attackers] {
            if self.world.is_open(line) {
                self.notice(line);
            }
        }
        for request in &mut self.world.requests {
            match request {
                Some(r) if r.stage == Stage::Waiting => *request = None,
                Some(r) if r.stage == Stage::Resting => r.stage = Stage::Queued,
                Some(_) | None => {}
            }
        }
        for code in self.world.codes.iter_mut().flatten() {
            if code.state == CodeState::Fresh {
                code.state = CodeState::Stale;
            }
        }
        if let Glass::Agreed { flawed, told } = self.world.glass {
            self.world.glass = Glass::Ready { flawed, told };
        }
        if !self.guards.limit_outlasts_the_day {
            self.world.counted = 0;
        }
        let (new, attackers) = (self.world.new, self.world.attackers);
        self.world.new = self.older(new);
        self.world.attackers = self.older(attackers);
        if self.world.new != new && matches!(self.world.new, Standing::InEffect { .. }) {
            self.joy(Joy::Changed);
        }
    }

    fn older(&mut self, point: Standing) -> Standing {
        match point {
            Standing::Cooling { days, confirmed } if days <= 1 => {
                self.happens(&Event::InEffect { days: days - 1 });
                Standing::InEffect { confirmed }
            }
            Standing::Cooling { days, confirmed } => Standing::Cooling {
                days: days - 1,
                confirmed,
            },
            Standing::Absent | Standing::InEffect { .. } | Standing::Repudiated => point,
        }
    }
}
