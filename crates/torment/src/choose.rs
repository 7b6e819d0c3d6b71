//! What is done next: by chance, out of what there is, and now and then with what is another's.

use std::{collections::VecDeque, time::Duration};
use words::{Channel, Clock as _, MessageKind, ProofKind, RequestKind, RequestState};

use crate::{
    act::{Act, By, Caller, Move, Step, Text, Told},
    book::Letter,
    customer::ASKABLE,
    dice::Dice,
    house::{STAFF, SYSTEM},
    outside::{FAULTS, Fault},
    world::World,
};

/// Chooses.
pub struct Chooser {
    dice: Dice,
    /// What comes next in any case: something done again and again, and what it was done for.
    planned: VecDeque<Act>,
}

/// Those who work on tickets; people more often.
const WORKS: [By; 10] = [0, 1, 2, 3, 4, 0, 2, 6, 7, 8];

impl Chooser {
    /// From a seed.
    pub const fn new(seed: u64) -> Self {
        Self {
            dice: Dice::new(seed),
            planned: VecDeque::new(),
        }
    }

    /// The next step.
    pub fn next(&mut self, world: &World) -> Act {
        if let Some(act) = self.planned.pop_front() {
            if self.planned.is_empty() {
                let next = self.goes_on(world, &act);
                self.planned.extend(next);
            }
            return act;
        }
        for _ in 0..20 {
            if let Some(act) = self.one(world) {
                let hammers = matches!(
                    act,
                    Act::Ask {
                        kind: RequestKind::Deliver | RequestKind::Reset | RequestKind::Reveal,
                        ..
                    } | Act::Reveal { .. }
                        | Act::ReadOut {
                            told: Told::Guess,
                            ..
                        }
                        | Act::SendCode { .. }
                        | Act::Prove {
                            told: Told::Guess | Told::Old,
                            ..
                        }
                );
                // Workers are quick, mostly.
                let queues = matches!(
                    act,
                    Act::Ask { .. } | Act::SendCode { .. } | Act::Answer { .. }
                );
                let next = self.goes_on(world, &act);
                if !next.is_empty() {
                    self.planned.extend(next);
                } else if queues && self.dice.chance(50) {
                    self.planned.push_back(Act::Work);
                } else if hammers && self.dice.chance(Self::insists(world, &act)) {
                    self.hammer(&act);
                }
                return act;
            }
        }
        Act::Work
    }

    /// How often of a hundred times something is done again and again. An owner who wants it is there to read
    /// out the right code in the end.
    fn insists(world: &World, act: &Act) -> usize {
        let wanted = match act {
            Act::ReadOut { request, .. } => world.book.requests.get(request),
            _ => None,
        };
        if wanted.is_some_and(|request| request.wanted) {
            50
        } else {
            15
        }
    }

    /// Plans the same again and again. Who guesses a code asks for new ones in between, or stays at one, and
    /// has the right one in the end.
    fn hammer(&mut self, act: &Act) {
        let &Act::ReadOut {
            by,
            ticket,
            request,
            ..
        } = act
        else {
            let often = 3 + self.dice.roll(6);
            self.planned.extend(std::iter::repeat_n(act.clone(), often));
            return;
        };
        for round in 0..=self.dice.roll(3) {
            if round > 0 {
                let new = Act::SendCode {
                    by,
                    ticket,
                    request,
                };
                self.planned.extend([new, Act::Work]);
            }
            let guesses = 2 + self.dice.roll(3);
            self.planned
                .extend(std::iter::repeat_n(act.clone(), guesses));
        }
        self.planned.push_back(Act::ReadOut {
            by,
            ticket,
            request,
            told: Told::Right(0),
        });
    }

    /// What comes of it, mostly; nothing in particular otherwise.
    fn goes_on(&mut self, world: &World, act: &Act) -> Vec<Act> {
        match act {
            Act::Answer { of, nth, .. } | Act::Prove { of, nth, .. } => {
                Vec::from_iter(self.changes(world, act, *of, *nth))
            }
            Act::SendCode {
                by,
                ticket,
                request,
            } => self.reads_out(world, *by, *ticket, *request),
            Act::Agree { request, .. } => self.thaws(world, *request),
            // What went to a lead is looked at by whoever comes by.
            Act::Move {
                ticket,
                how: Move::Escalate,
                ..
            } => (0..3)
                .map(|_| Act::Read {
                    by: self.anyone(),
                    ticket: *ticket,
                })
                .collect(),
            _ => Vec::new(),
        }
    }

    /// An owner who wants a change gives the further step, and then types.
    fn changes(&mut self, world: &World, act: &Act, of: Step, nth: usize) -> Option<Act> {
        let request = world.book.requests.get(&of)?;
        if request.kind != RequestKind::Change || !request.wanted || !self.dice.chance(70) {
            return None;
        }
        match act {
            Act::Answer {
                page: "confirm",
                yes: true,
                ..
            } => Some(Act::Prove {
                of,
                nth,
                kind: ProofKind::Receipt,
                told: Told::Right(0),
            }),
            Act::Prove {
                told: Told::Right(_),
                ..
            } => Some(Act::Type {
                of,
                nth,
                second: self.dice.chance(80),
            }),
            _ => None,
        }
    }

    /// A caller who wants it reads out what came: at once, after wrong tries, or too late.
    fn reads_out(&mut self, world: &World, by: By, ticket: Step, request: Step) -> Vec<Act> {
        let wanted = world.book.requests.get(&request).is_some_and(|r| r.wanted);
        if !wanted || !self.dice.chance(70) {
            return Vec::new();
        }
        let read = |told| Act::ReadOut {
            by,
            ticket,
            request,
            told,
        };
        let mut then = vec![Act::Work];
        let wrong = if self.dice.chance(50) {
            0
        } else {
            1 + self.dice.roll(4)
        };
        then.extend(std::iter::repeat_n(read(Told::Guess), wrong));
        if self.dice.chance(20) {
            then.push(Act::Pass(11));
        }
        then.push(read(Told::Right(0)));
        then
    }

    /// The day of a thaw goes by, now and then without a letter to the owner.
    fn thaws(&mut self, world: &World, request: Step) -> Vec<Act> {
        let thaw = world.book.requests.get(&request);
        if thaw.is_none_or(|r| r.kind != RequestKind::Unlock) || !self.dice.chance(60) {
            return Vec::new();
        }
        let mut then = Vec::new();
        if self.dice.chance(50) {
            then.extend([Act::MailFails(Fault::Never), Act::MailFails(Fault::Never)]);
        }
        then.extend([Act::Work, Act::Pass(1450), Act::Work]);
        then
    }

    fn one(&mut self, world: &World) -> Option<Act> {
        let dice = &mut self.dice;
        match dice.roll(100) {
            0..8 => self.open(world),
            8..9 => self.tie(world),
            9..10 => Some(Act::LookUp {
                by: self.by(),
                account: self.dice.roll(5),
                email: self.dice.chance(50),
            }),
            10..13 => Some(Act::Read {
                by: self.anyone(),
                ticket: self.ticket(world)?,
            }),
            13..14 => Some(Act::List {
                by: self.anyone(),
                filter: self.dice.roll(7),
            }),
            14..15 => Some(Act::Account {
                by: self.anyone(),
                account: self.dice.roll(5),
            }),
            15..32 => self.ask(world),
            32..40 => self.reveal(world),
            40..43 => self.code(world, false),
            43..49 => self.code(world, true),
            49..52 => self.agree(world),
            52..55 => self.write(world),
            55..57 => Some(Act::Move {
                by: self.by(),
                ticket: self.ticket(world)?,
                how: *self.dice.pick(&Move::ALL)?,
            }),
            57..70 => self.answer(world),
            70..72 => self.types(world),
            72..78 => self.prove(world),
            78..80 => self.put(world),
            80..81 => Some(self.logins()),
            81..82 => Some(Act::Resend {
                by: 2 + self.dice.roll(3),
            }),
            82..85 => Some(self.visit(world)),
            85..86 => Some(Act::MailFails(*self.dice.pick(&FAULTS)?)),
            86..87 => Some(Act::HooksFail(*self.dice.pick(&FAULTS)?)),
            87..94 => Some(Act::Work),
            94..99 => Some(Act::Pass(*self.dice.pick(&[
                1, 1, 2, 3, 4, 6, 11, 20, 31, 61, 70, 130, 250, 700, 1450, 4400,
            ])?)),
            _ => self.dice.chance(25).then_some(Act::Restart),
        }
    }

    fn by(&mut self) -> By {
        self.dice.pick(&WORKS).copied().unwrap_or(0)
    }

    fn anyone(&mut self) -> By {
        self.dice.roll(STAFF.len())
    }

    /// A ticket, newer ones more often.
    fn ticket(&mut self, world: &World) -> Option<Step> {
        let all: Vec<Step> = world.book.tickets.keys().copied().collect();
        let back = self.dice.roll(12).min(self.dice.roll(all.len().max(1)));
        all.len().checked_sub(1 + back).map(|at| all[at])
    }

    fn open(&mut self, world: &World) -> Option<Act> {
        let owner = self.dice.roll(world.owners.len());
        let caller = if self.dice.chance(65) {
            Caller::Owner(owner)
        } else {
            Caller::Attacker
        };
        let about = if matches!(caller, Caller::Owner(_)) {
            owner
        } else {
            self.dice.roll(world.book.accounts.len())
        };
        // Most is done to two of them, so that something comes together.
        let about = if matches!(caller, Caller::Attacker) && self.dice.chance(50) {
            0
        } else {
            about
        };
        let channel = *self.dice.pick(&[
            Channel::Phone,
            Channel::Phone,
            Channel::Email,
            Channel::Chat,
            Channel::Portal,
        ])?;
        let account = self.dice.chance(85).then_some(about);
        // People at the desk take calls; what is written comes in by programs.
        let by = if channel == Channel::Phone {
            self.by()
        } else {
            6 + self.dice.roll(3)
        };
        Some(Act::Open {
            by,
            caller,
            channel,
            account,
        })
    }

    fn tie(&mut self, world: &World) -> Option<Act> {
        let loose: Vec<Step> = world
            .book
            .tickets
            .iter()
            .filter(|(_, t)| t.account.is_none())
            .map(|(step, _)| *step)
            .collect();
        let ticket = self
            .dice
            .pick(&loose)
            .copied()
            .or_else(|| self.ticket(world))?;
        let account = match world.book.tickets[&ticket].caller {
            Caller::Owner(n) if self.dice.chance(70) => n,
            _ => self.dice.roll(world.book.accounts.len()),
        };
        Some(Act::Tie {
            by: self.by(),
            ticket,
            account,
        })
    }

    fn ask(&mut self, world: &World) -> Option<Act> {
        let ticket = self.ticket(world)?;
        let book = &world.book.tickets[&ticket];
        let owner = book
            .account
            .is_some_and(|account| book.caller == Caller::Owner(account));
        let held = book
            .account
            .is_some_and(|n| world.book.accounts[n].hold != words::HoldLevel::None);
        let kind = match self.dice.roll(100) {
            0..26 => RequestKind::Deliver,
            26..46 => RequestKind::Reveal,
            // What is held refuses nearly everything, so it is seldom left at that.
            46..64 if held && self.dice.chance(50) => RequestKind::Unlock,
            46..64 => RequestKind::Reset,
            64..74 => {
                if held {
                    RequestKind::Unlock
                } else {
                    RequestKind::Reveal
                }
            }
            // What is frozen refuses the rest, so it is seldom.
            74 if self.dice.chance(50) => RequestKind::Lock,
            74..86 => {
                if book.flag {
                    RequestKind::Ask
                } else {
                    RequestKind::Change
                }
            }
            _ => match *self.dice.pick(RequestKind::ALL)? {
                RequestKind::Lock => RequestKind::Export,
                kind => kind,
            },
        };
        // Leads ask for what only they may.
        let by = if kind == RequestKind::Unlock && self.dice.chance(80) {
            2 + self.dice.roll(3)
        } else {
            self.by()
        };
        // No owner here wants everything gone: an erasure that comes to be is nobody's wish.
        let wanted = owner && self.dice.chance(85) && kind != RequestKind::Erase;
        Some(Act::Ask {
            by,
            ticket,
            kind,
            what: self.dice.roll(ASKABLE.len()),
            wanted,
        })
    }

    /// A request, newer ones more often; those that fit most often.
    fn request(
        &mut self,
        world: &World,
        fits: impl Fn(&crate::book::Request) -> bool,
    ) -> Option<Step> {
        let all: Vec<Step> = world
            .book
            .requests
            .iter()
            .filter(|(_, r)| fits(r))
            .map(|(step, _)| *step)
            .collect();
        let any: Vec<Step> = world.book.requests.keys().copied().collect();
        let anyhow = self.dice.chance(8);
        let from = if anyhow { any } else { all };
        let back = self.dice.roll(4).min(self.dice.roll(from.len().max(1)));
        from.len().checked_sub(1 + back).map(|at| from[at])
    }

    /// Its own ticket, or now and then another.
    fn its_ticket(&mut self, world: &World, request: Step) -> Option<Step> {
        if self.dice.chance(8) {
            return self.ticket(world);
        }
        Some(world.book.requests[&request].ticket)
    }

    fn reveal(&mut self, world: &World) -> Option<Act> {
        // A yes is soon too old.
        let since = world.house.clock.now() - Duration::from_mins(5);
        let anyhow = self.dice.chance(20);
        let request = self.request(world, |r| {
            let fresh = r.proofs.iter().any(|(_, at)| *at > since);
            r.kind == RequestKind::Reveal && r.state == RequestState::Ready && (anyhow || fresh)
        })?;
        let by = if self.dice.chance(85) {
            world.book.requests[&request].by
        } else {
            self.by()
        };
        Some(Act::Reveal {
            by,
            ticket: self.its_ticket(world, request)?,
            request,
        })
    }

    fn code(&mut self, world: &World, read: bool) -> Option<Act> {
        // Now and then where no code can be sent, or none was. What came is read out late, too.
        let anywhere = self.dice.chance(15);
        let request = self.request(world, |r| {
            let on_a_call = world.book.tickets[&r.ticket].channel == Channel::Phone;
            r.state == RequestState::Waiting
                && (anywhere || on_a_call && (r.code.is_some() || !read))
        })?;
        let (by, ticket) = (self.by(), self.its_ticket(world, request)?);
        if !read {
            return Some(Act::SendCode {
                by,
                ticket,
                request,
            });
        }
        let told = match self.dice.roll(10) {
            0..5 => Told::Right(0),
            5..6 => Told::Old,
            _ => Told::Guess,
        };
        Some(Act::ReadOut {
            by,
            ticket,
            request,
            told,
        })
    }

    fn agree(&mut self, world: &World) -> Option<Act> {
        let eyes = [RequestKind::Unlock, RequestKind::Act, RequestKind::Erase];
        let request = self.request(world, |r| {
            eyes.contains(&r.kind)
                && r.state == RequestState::Waiting
                && r.agreed.is_none()
                && r.proofs.is_empty()
        })?;
        let by = if self.dice.chance(85) {
            2 + self.dice.roll(3)
        } else {
            self.dice.roll(6)
        };
        Some(Act::Agree {
            by,
            ticket: self.its_ticket(world, request)?,
            request,
        })
    }

    fn write(&mut self, world: &World) -> Option<Act> {
        let kind = *self.dice.pick(&[
            MessageKind::Reply,
            MessageKind::Reply,
            MessageKind::Note,
            MessageKind::Heard,
            MessageKind::Said,
        ])?;
        let text = match (self.dice.roll(3), kind) {
            (0, _) => Text::CardNumber,
            (1, MessageKind::Reply) => Text::Detail(self.dice.roll(7)),
            _ => Text::Plain,
        };
        Some(Act::Write {
            by: self.by(),
            ticket: self.ticket(world)?,
            kind,
            text,
        })
    }

    /// What an honest owner presses on a letter; none if they leave it.
    fn presses(&mut self, world: &World, letter: &Letter) -> Option<bool> {
        match letter.page {
            "confirm" => {
                let request = world.book.requests.get(&letter.of)?;
                if request.wanted {
                    return Some(!self.dice.chance(2));
                }
                self.dice.chance(25).then_some(false)
            }
            "was-this-you" => {
                let account = &world.book.accounts[letter.account];
                Some(account.at_home)
            }
            "address" => {
                let request = world.book.requests.get(&letter.of)?;
                (request.wanted && !self.dice.chance(15)).then_some(true)
            }
            "stop" => {
                let request = world.book.requests.get(&letter.of)?;
                (!request.wanted && self.dice.chance(25)).then_some(false)
            }
            "not-me" => {
                let about = world.book.tickets.get(&letter.of);
                let about = about.or_else(|| {
                    world
                        .book
                        .requests
                        .get(&letter.of)
                        .and_then(|r| world.book.tickets.get(&r.ticket))
                });
                let own = about.is_none_or(|ticket| ticket.caller == Caller::Owner(letter.account));
                (!own && self.dice.chance(20)).then_some(false)
            }
            _ => None,
        }
    }

    fn answer(&mut self, world: &World) -> Option<Act> {
        let now = world.house.clock.now();
        let open: Vec<usize> = (0..world.book.letters.len())
            .filter(|at| {
                let letter = &world.book.letters[*at];
                let waits = world.book.requests.get(&letter.of).is_some_and(|request| {
                    matches!(request.state, RequestState::Waiting | RequestState::Cooling)
                });
                !letter.answered && !letter.page.is_empty() && (letter.page == "not-me" || waits)
            })
            .collect();
        let at = if self.dice.chance(90) {
            let fresh: Vec<usize> = open
                .iter()
                .copied()
                .filter(|at| world.book.letters[*at].page != "not-me")
                .collect();
            let from = if fresh.is_empty() || self.dice.chance(15) {
                open
            } else {
                fresh
            };
            *self.dice.pick(&from)?
        } else {
            self.dice.roll(world.book.letters.len())
        };
        let letter = world.book.letters.get(at)?;
        if letter.page.is_empty() {
            return None;
        }
        // Some owners look into their mail late.
        let late = letter.came + Duration::from_mins(20) < now;
        if late && self.dice.chance(20) {
            return None;
        }
        let yes = self.presses(world, letter)?;
        Some(Act::Answer {
            page: letter.page,
            of: letter.of,
            nth: world.book.nth(at),
            yes,
        })
    }

    fn prove(&mut self, world: &World) -> Option<Act> {
        let all: Vec<usize> = (0..world.book.letters.len())
            .filter(|at| {
                let letter = &world.book.letters[*at];
                let wanted = world.book.requests.get(&letter.of).is_some_and(|request| {
                    request.wanted && request.state == RequestState::Waiting
                });
                letter.page == "confirm" && letter.answered && wanted
            })
            .collect();
        let at = *self.dice.pick(&all)?;
        let letter = &world.book.letters[at];
        let kind = if self.dice.chance(60) {
            ProofKind::Receipt
        } else {
            ProofKind::Saved
        };
        let told = match self.dice.roll(10) {
            0..5 => Told::Right(0),
            5..7 => Told::Old,
            _ => Told::Guess,
        };
        Some(Act::Prove {
            of: letter.of,
            nth: world.book.nth(at),
            kind,
            told,
        })
    }

    /// An owner types what is new, where they proved a change; now and then where they didn't.
    fn types(&mut self, world: &World) -> Option<Act> {
        let of = |letter: &Letter, states: &[RequestState]| {
            let request = world.book.requests.get(&letter.of);
            letter.page == "confirm"
                && request.is_some_and(|request| {
                    request.kind == RequestKind::Change
                        && request.wanted
                        && states.contains(&request.state)
                })
        };
        let letters = |states: &[RequestState]| -> Vec<usize> {
            (0..world.book.letters.len())
                .filter(|at| of(&world.book.letters[*at], states))
                .collect()
        };
        let ready = letters(&[RequestState::Ready]);
        let from = if ready.is_empty() || self.dice.chance(10) {
            letters(&[
                RequestState::Waiting,
                RequestState::Cooling,
                RequestState::Denied,
                RequestState::Done,
            ])
        } else {
            ready
        };
        let at = *self.dice.pick(&from)?;
        Some(Act::Type {
            of: world.book.letters[at].of,
            nth: world.book.nth(at),
            second: self.dice.chance(75),
        })
    }

    fn put(&mut self, world: &World) -> Option<Act> {
        let by = if self.dice.chance(75) {
            SYSTEM
        } else {
            self.anyone()
        };
        // Mailboxes change on one account; on the others only where somebody lives.
        let account = if self.dice.chance(60) {
            1
        } else {
            self.dice.roll(world.owners.len())
        };
        let emails = if account == 1 && !self.dice.chance(20) {
            *self
                .dice
                .pick(&[[true, true], [true, true], [false, true], [true, false]])?
        } else {
            world.book.accounts[account].sent.0
        };
        let moved = if by == SYSTEM {
            self.dice.chance(50)
        } else {
            true
        };
        Some(Act::Put {
            by,
            account,
            emails,
            moved,
        })
    }

    fn logins(&mut self) -> Act {
        let by = if self.dice.chance(70) {
            7
        } else {
            self.anyone()
        };
        let failures = [0, 5, 6, 12][self.dice.roll(4)];
        Act::Logins {
            by,
            account: self.dice.roll(2),
            failures,
            at_home: self.dice.chance(60),
        }
    }

    fn visit(&mut self, world: &World) -> Act {
        let request = world
            .book
            .requests
            .keys()
            .next_back()
            .copied()
            .unwrap_or_default();
        let by = self.dice.roll(STAFF.len());
        let route = self.dice.roll(world.house.routes.len());
        Act::Visit {
            by,
            route,
            ticket: self.ticket(world).unwrap_or_default(),
            request,
        }
    }
}
