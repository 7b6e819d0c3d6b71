//! The pages: one struct per page, holding only what is ready to be shown, and its template.
//!
//! Handlers fill these and render them; no page asks anybody for anything. What is protected has
//! no place here: a sealed field is a [`ticket::FieldRow`] without a value, and its mask is the
//! same six dots for everyone.

pub mod access;
pub mod alarms;
pub mod attacks;
pub mod calls;
pub mod ledger;
pub mod mail;
pub mod notice;
pub mod offer;
pub mod oneself;
pub mod owner;
pub mod owner_change;
pub mod people;
pub mod policies;
pub mod recover;
pub mod reveal;
pub mod saved;
pub mod settings;
pub mod sign_in;
pub mod ticket;
pub mod tickets;
pub mod world;

use std::time::Duration;

use askama::filters::Safe;
use words::{Role, Time};

use crate::assets;

/// An icon of the sprite, hidden from screen readers: a word always stands beside it.
fn icon(name: &str) -> Safe<String> {
    Safe(format!(
        r#"<svg class="icon" aria-hidden="true"><use href="{}#{name}"/></svg>"#,
        assets::ICONS_SVG
    ))
}

/// The mask: the same for every value there is.
fn mask() -> Safe<&'static str> {
    Safe(
        r#"<span class="mask"><span aria-hidden="true">●●●●●●</span><span class="sr">hidden</span></span>"#,
    )
}

/// A time, written in the three ways a page needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct When {
    /// For machines: `2026-11-21T10:02:00Z`.
    pub iso: String,
    /// In full, in UTC: `21 November 2026, 10:02 UTC`.
    pub exact: String,
    /// Seen from now: `2 min ago`, `in 14 min`, `yesterday`.
    pub relative: String,
    /// The time of day in UTC: `10:02`.
    pub clock: String,
    /// The day in UTC: `Saturday 21 November`.
    pub day: String,
}

impl When {
    /// `time` as seen at `now`.
    pub fn at(time: Time, now: Time) -> Self {
        Self {
            iso: time.format("%Y-%m-%dT%H:%M:%SZ"),
            exact: time.format("%-d %B %Y, %H:%M UTC"),
            relative: relative(time, now),
            clock: time.format("%H:%M"),
            day: time.format("%A %-d %B"),
        }
    }

    /// How long ago or ahead, kept ticking by the browser; the exact time on hover.
    fn html(&self) -> Safe<String> {
        self.element("ago", &self.relative)
    }

    /// The time of day, in the reader's own zone where scripts run.
    fn clock(&self) -> Safe<String> {
        self.element("clock", &self.clock)
    }

    /// What is left until then, as a quiet timer.
    fn left(&self) -> Safe<String> {
        self.element("left", &self.relative)
    }

    fn element(&self, way: &str, text: &str) -> Safe<String> {
        let Self { iso, exact, .. } = self;
        Safe(format!(
            r#"<time datetime="{iso}" title="{exact}" data-time="{way}">{text}</time>"#
        ))
    }
}

/// How far `time` is from `now`, in the words the desk uses (and that the browser keeps ticking).
fn relative(time: Time, now: Time) -> String {
    const MINUTE: u64 = 60;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;
    let ahead = time > now;
    let distance = if ahead {
        now.until(time)
    } else {
        time.until(now)
    };
    let seconds = Duration::as_secs(&distance);
    let span = match seconds {
        0..45 => return if ahead { "in a moment" } else { "now" }.to_owned(),
        45..HOUR => format!("{} min", (seconds + 30).div_euclid(MINUTE).max(1)),
        HOUR..DAY => format!("{} h", seconds / HOUR),
        _ if seconds < 14 * DAY => match seconds / DAY {
            1 => "1 day".to_owned(),
            days => format!("{days} days"),
        },
        _ => return time.format("%-d %b %Y"),
    };
    if ahead {
        format!("in {span}")
    } else {
        format!("{span} ago")
    }
}

/// How a line of text is meant. Always shown as icon and words too, never as a colour alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Tone {
    /// Plain information.
    #[default]
    Neutral,
    /// It worked, or it is safe.
    Good,
    /// Look here.
    Warning,
    /// Stopped, frozen or failed.
    Danger,
}

impl Tone {
    /// The word that the style sheet knows it by.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Danger => "danger",
        }
    }

    /// The icon that goes with it.
    pub const fn icon(self) -> &'static str {
        match self {
            Self::Neutral => "info",
            Self::Good => "circle-check",
            Self::Warning => "triangle-alert",
            Self::Danger => "octagon-x",
        }
    }
}

/// What the last act did, said once at the top of the next page.
#[derive(Clone, Debug, Default)]
pub struct Flash {
    /// How it is meant.
    pub tone: Tone,
    /// One or two short sentences.
    pub text: String,
    /// A path to post to that takes the act back, such as `/desk/tickets/1043/reopen`.
    pub undo: Option<String>,
}

impl Flash {
    /// Something that worked.
    pub fn good(text: impl Into<String>) -> Self {
        Self {
            tone: Tone::Good,
            text: text.into(),
            undo: None,
        }
    }

    /// Something that didn't.
    pub fn bad(text: impl Into<String>) -> Self {
        Self {
            tone: Tone::Danger,
            text: text.into(),
            undo: None,
        }
    }
}

/// Who is signed in.
#[derive(Clone, Debug)]
pub struct Me {
    /// Their name, as colleagues see it.
    pub name: String,
    /// Their sign-in name.
    pub login: String,
    /// What they may do.
    pub role: Role,
}

impl Me {
    /// One or two letters for the corner of the rail.
    pub fn initials(&self) -> String {
        let mut words = self
            .name
            .split_whitespace()
            .filter_map(|word| word.chars().next());
        let first = words.next();
        let last = words.next_back();
        first
            .into_iter()
            .chain(last)
            .flat_map(char::to_uppercase)
            .collect()
    }

    /// Whether the lead's and the safety queue are theirs to see.
    pub fn leads(&self) -> bool {
        matches!(self.role, Role::Lead | Role::Admin)
    }

    /// Whether they set the desk up.
    pub fn admin(&self) -> bool {
        self.role == Role::Admin
    }

    /// Whether they read the ledger.
    pub fn audits(&self) -> bool {
        matches!(self.role, Role::Admin | Role::Auditor)
    }

    /// Whether they look after how colleagues work.
    pub fn heeds(&self) -> bool {
        self.role != Role::Rep
    }

    /// Whether they read the policies.
    pub fn reads_policies(&self) -> bool {
        self.role != Role::Rep
    }

    /// Whether they work on tickets.
    pub fn works(&self) -> bool {
        self.role != Role::Auditor
    }
}

/// The numbers on the rail. Zero is not shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Open tickets assigned to me.
    pub mine: u64,
    /// Open flag tickets.
    pub flags: u64,
    /// Open tickets in the lead's queue.
    pub escalated: u64,
    /// Open tickets in the safety queue.
    pub safety: u64,
    /// Mails that were given up.
    pub dead_letters: u64,
    /// Alarms that nobody has looked at.
    pub alarms: u64,
}

/// Where on the rail a page stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The tickets, by no filter of the rail.
    Tickets,
    /// A new call.
    Call,
    /// The flag tickets.
    Flags,
    /// The lead's queue.
    Escalated,
    /// The safety queue.
    Safety,
    /// The look-up.
    LookUp,
    /// The alarms.
    Alarms,
    /// The mail queue.
    Mail,
    /// The ledger.
    Ledger,
    /// The staff.
    People,
    /// The API tokens.
    Tokens,
    /// The settings.
    Settings,
    /// The policies.
    Policies,
    /// My sessions.
    Sessions,
    /// None of them.
    Elsewhere,
}

/// What surrounds every page of the staff: the rail, and what the last act did.
#[derive(Clone, Debug)]
pub struct Shell {
    /// The company whose customers are helped.
    pub company: String,
    /// Who is signed in.
    pub me: Me,
    /// The numbers on the rail.
    pub counts: Counts,
    /// Where we are.
    pub place: Place,
    /// What the last act did.
    pub flash: Option<Flash>,
    /// Whether the server is the demo, which links to the outside world.
    pub demo: bool,
    /// Whether they were asked to enrol anew, which they may know nothing of.
    pub asked_anew: bool,
}

impl Shell {
    /// Whether `place` is where we are (for `aria-current`).
    fn at(&self, place: Place) -> bool {
        self.place == place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(ahead: i64) -> String {
        let now = Time(1_795_255_320_000_000);
        When::at(Time(now.micros() + ahead * 1_000_000), now).relative
    }

    #[test]
    fn times_read_as_people_say_them() {
        assert_eq!(seen(0), "now");
        assert_eq!(seen(-120), "2 min ago");
        assert_eq!(seen(-3 * 3600), "3 h ago");
        assert_eq!(seen(-86_400), "1 day ago");
        assert_eq!(seen(15 * 60), "in 15 min");
        assert_eq!(seen(-40 * 86_400), "12 Oct 2026");
    }

    #[test]
    fn a_mask_tells_nothing_on_hover_or_aloud() {
        assert!(!mask().0.contains("title") && mask().0.contains(">hidden<"));
    }

    #[test]
    fn every_icon_in_a_template_is_in_the_sprite() {
        let sprite = assets::all()
            .find(|(name, _)| name.starts_with("icons-"))
            .expect("a sprite")
            .1;
        let sprite = str::from_utf8(sprite.bytes).expect("text");
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");
        for file in std::fs::read_dir(folder).expect("templates") {
            let text = std::fs::read_to_string(file.expect("a file").path()).expect("text");
            for name in text
                .split("super::icon(\"")
                .skip(1)
                .filter_map(|rest| rest.split('"').next())
            {
                assert!(
                    sprite.contains(&format!("id=\"{name}\"")),
                    "`{name}` is missing in icons.txt"
                );
            }
        }
    }

    #[test]
    fn two_names_make_two_letters() {
        let me = Me {
            name: "Ada van Reyes".to_owned(),
            login: String::new(),
            role: Role::Rep,
        };
        assert_eq!(me.initials(), "AR");
    }
}
