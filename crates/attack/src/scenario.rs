//! Scenarios: what somebody did elsewhere, as a file that people read and the player plays.

use serde::Deserialize;
use std::{collections::BTreeSet, path::Path};
use toml::Spanned;

use crate::{
    act::{Act, By},
    names,
    outcome::Outcome,
};

/// The labels of what a requester can know beforehand; all but `name`, `order` and `invoice` are
/// protected, and what is known already can't be given away any more.
pub const KNOWABLE: &[&str] = &[
    "name",
    "external_id",
    "order",
    "invoice",
    "email",
    "phone",
    "address",
    "birth_date",
    "user_name",
    "last_four",
];

/// Whether a scenario is to fail or to succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Somebody is to get nothing.
    Attack,
    /// An honest customer is to be helped.
    Twin,
}

/// One scenario.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Its name, which is its file's as well.
    pub name: String,
    /// Attack or honest twin.
    pub kind: Kind,
    /// The row of the list of incidents; for a twin, the attack that it is the twin of.
    pub incident: String,
    /// One line about it.
    pub title: String,
    /// Where it happened; empty for a twin.
    pub source: String,
    /// When it happened; empty for a twin.
    pub date: String,
    /// The channel it happened on.
    pub happened_on: String,
    /// The channel it is played on.
    pub played_on: String,
    /// Why it is played on another channel than it happened on.
    pub stand_in: Option<String>,
    /// What it got there; empty for a twin.
    pub got: String,
    /// The design's rules that stop it.
    pub rules: Vec<u8>,
    /// What the requester knows beforehand, of [`KNOWABLE`].
    pub knows: BTreeSet<String>,
    /// What to keep in mind about the way it is played.
    pub note: Option<String>,
    /// Whether the owner never confirmed the email on file.
    pub unconfirmed: bool,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Clone, Debug)]
pub struct Step {
    /// Who speaks or acts, in words, such as `the caller`.
    pub who: String,
    /// What they say.
    pub says: Option<String>,
    /// What is tried.
    pub act: Act,
    /// The act as the file has it.
    pub words: String,
    /// Who tries it.
    pub by: By,
    /// How often.
    pub times: u32,
    /// What may become of it; empty: whatever a working desk answers.
    pub expect: Vec<Outcome>,
    /// Its line in the file.
    pub line: usize,
}

/// Why a scenario file can't be used.
#[derive(Debug, thiserror::Error)]
#[error("{file}:{line}: {why}")]
pub struct ScenarioError {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong and what to do.
    pub why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: Spanned<String>,
    kind: Kind,
    incident: String,
    title: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    date: String,
    happened_on: Spanned<String>,
    played_on: String,
    stand_in: Option<String>,
    #[serde(default)]
    got: String,
    #[serde(default)]
    rules: Vec<u8>,
    #[serde(default)]
    knows: Vec<Spanned<String>>,
    note: Option<String>,
    #[serde(default)]
    unconfirmed: bool,
    step: Vec<StepOfFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StepOfFile {
    who: Option<String>,
    says: Option<Spanned<String>>,
    #[serde(rename = "do")]
    act: Option<Spanned<String>>,
    by: Option<Spanned<String>>,
    times: Option<Spanned<u32>>,
    expect: Option<Spanned<OneOrMore>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

/// How often a step may be repeated.
const TIMES: u32 = 100;

impl Scenario {
    /// Reads one from a text. `file` is how errors call it.
    ///
    /// # Errors
    /// [`ScenarioError`] with the line, for anything that is unknown, missing or doesn't fit.
    pub fn parse(file: &str, text: &str) -> Result<Self, ScenarioError> {
        let line = |at: usize| text[..at.min(text.len())].matches('\n').count() + 1;
        let wrong = |at: usize, why: String| ScenarioError {
            file: file.to_owned(),
            line: line(at),
            why,
        };
        let read: File = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            wrong(at, error.message().to_owned())
        })?;
        let name = read.name.get_ref();
        if !plain(name) {
            let why = format!("the name `{name}` has other than small letters, digits and -");
            return Err(wrong(read.name.span().start, why));
        }
        let elsewhere = *read.happened_on.get_ref() != read.played_on;
        if elsewhere != read.stand_in.is_some() {
            let why = if elsewhere {
                "it is played on another channel than it happened on; say why in `stand_in`"
            } else {
                "it is played on the channel it happened on; leave `stand_in` out"
            };
            return Err(wrong(read.happened_on.span().start, why.to_owned()));
        }
        for known in &read.knows {
            if !KNOWABLE.contains(&known.get_ref().as_str()) {
                let why = format!(
                    "nobody can know `{}`; use some of: {}",
                    known.get_ref(),
                    KNOWABLE.join(", ")
                );
                return Err(wrong(known.span().start, why));
            }
        }
        let steps = read
            .step
            .into_iter()
            .map(|step| step.read(read.kind, &line))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|(at, why)| wrong(at, why))?;
        Ok(Self {
            name: read.name.into_inner(),
            kind: read.kind,
            incident: read.incident,
            title: read.title,
            source: read.source,
            date: read.date,
            happened_on: read.happened_on.into_inner(),
            played_on: read.played_on,
            stand_in: read.stand_in,
            got: read.got,
            rules: read.rules,
            knows: read.knows.into_iter().map(Spanned::into_inner).collect(),
            note: read.note,
            unconfirmed: read.unconfirmed,
            steps,
        })
    }

    /// Reads every `.toml` file of a folder, in the order of their names.
    ///
    /// # Errors
    /// If the folder or a file can't be read, or a scenario can't be used.
    pub fn folder(folder: &Path) -> anyhow::Result<Vec<Self>> {
        use anyhow::Context as _;
        let why = || format!("can't read the folder `{}`", folder.display());
        let mut files = Vec::new();
        for entry in std::fs::read_dir(folder).with_context(why)? {
            let path = entry.with_context(why)?.path();
            if path.extension().is_some_and(|ending| ending == "toml") {
                files.push(path);
            }
        }
        files.sort();
        let mut all = Vec::new();
        for path in files {
            let shown = path.display().to_string();
            let text = std::fs::read_to_string(&path)
                .with_context(|| format!("can't read the scenario `{shown}`"))?;
            all.push(Self::parse(&shown, &text)?);
        }
        anyhow::ensure!(
            !all.is_empty(),
            "`{}` has no scenario; they are files that end in .toml",
            folder.display()
        );
        Ok(all)
    }
}

impl StepOfFile {
    fn read(self, kind: Kind, line: &impl Fn(usize) -> usize) -> Result<Step, (usize, String)> {
        let at = match (&self.act, &self.says) {
            (Some(act), _) => act.span().start,
            (None, Some(says)) => says.span().start,
            (None, None) => return Err((0, "a step says or does something".to_owned())),
        };
        let by = match &self.by {
            Some(by) => by
                .get_ref()
                .parse()
                .map_err(|why: String| (by.span().start, why))?,
            None => By::Rep,
        };
        let times = self.times.as_ref().map_or(1, |times| *times.get_ref());
        if !(1..=TIMES).contains(&times) {
            return Err((at, format!("`times` is between 1 and {TIMES}")));
        }
        for text in self.act.iter().chain(&self.says) {
            if let Some(name) = names::unknown(text.get_ref()) {
                let why = format!(
                    "`{{{name}}}` stands for nothing; use some of: {}",
                    names::NAMES.join(", ")
                );
                return Err((text.span().start, why));
            }
        }
        let says = self.says.map(Spanned::into_inner);
        let (act, words) = match self.act {
            Some(words) => {
                let words = words.into_inner();
                (Act::parse(&words).map_err(|why| (at, why))?, words)
            }
            None => (
                Act::Hear(says.clone().unwrap_or_default()),
                "hear".to_owned(),
            ),
        };
        let (expected_at, expected) = match self.expect {
            None => (at, Vec::new()),
            Some(expected) => {
                let at = expected.span().start;
                let expected = match expected.into_inner() {
                    OneOrMore::One(one) => vec![one],
                    OneOrMore::More(more) => more,
                };
                (at, expected)
            }
        };
        let expect = expected
            .iter()
            .map(|word| word.parse())
            .collect::<Result<Vec<Outcome>, String>>()
            .map_err(|why| (expected_at, why))?;
        let who = self.who.unwrap_or_else(|| match (&act, kind) {
            (Act::Hear(_), Kind::Attack) => "the attacker".to_owned(),
            (Act::Hear(_), Kind::Twin) => "the customer".to_owned(),
            (act, _) => act.actor(by).to_owned(),
        });
        Ok(Step {
            who,
            says,
            act,
            words,
            by,
            times,
            expect,
            line: line(at),
        })
    }
}

fn plain(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}
