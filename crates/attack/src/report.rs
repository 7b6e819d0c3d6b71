//! What came out of playing a scenario.

use serde::Serialize;

use crate::{
    judge::Given,
    outcome::Outcome,
    scenario::{Kind, Scenario},
};

/// How one step went.
#[derive(Clone, Debug, Serialize)]
pub struct StepReport {
    /// Its number, from 1.
    pub number: usize,
    /// Who acted.
    pub who: String,
    /// What they said.
    pub says: Option<String>,
    /// What was tried.
    pub tried: String,
    /// How often.
    pub times: u32,
    /// What became of it.
    pub outcome: Outcome,
    /// What the desk did, in words.
    pub desk: String,
    /// What was given away by it.
    pub given: Vec<Given>,
    /// Whether it is one of the outcomes that the scenario expects.
    pub expected: bool,
}

/// The verdict on a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The attacker got nothing; or the honest customer got what they came for.
    Passed,
    /// Something was given away or changed, or the desk did other than it should.
    Failed,
    /// Some steps could not be played here.
    NotJudged,
}

/// How a scenario went.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Its name.
    pub name: String,
    /// Attack or twin.
    pub kind: Kind,
    /// One line about it.
    pub title: String,
    /// The row of the incidents.
    pub incident: String,
    /// The channel it happened on.
    pub happened_on: String,
    /// The channel it was played on.
    pub played_on: String,
    /// Why on another one.
    pub stand_in: Option<String>,
    /// What to keep in mind.
    pub note: Option<String>,
    /// Its steps.
    pub steps: Vec<StepReport>,
    /// What was given away, all in all.
    pub given: Vec<Given>,
    /// What changed without the owner.
    pub changed: Vec<String>,
    /// The forms and links of the people at the desk.
    pub desk_clicks: u32,
    /// The links and buttons of the owner.
    pub owner_clicks: u32,
    /// The verdict.
    pub verdict: Verdict,
}

impl Report {
    /// An empty one.
    pub(crate) fn begin(scenario: &Scenario) -> Self {
        Self {
            name: scenario.name.clone(),
            kind: scenario.kind,
            title: scenario.title.clone(),
            incident: scenario.incident.clone(),
            happened_on: scenario.happened_on.clone(),
            played_on: scenario.played_on.clone(),
            stand_in: scenario.stand_in.clone(),
            note: scenario.note.clone(),
            steps: Vec::new(),
            given: Vec::new(),
            changed: Vec::new(),
            desk_clicks: 0,
            owner_clicks: 0,
            verdict: Verdict::NotJudged,
        }
    }

    /// The verdict on what is in it by now.
    pub(crate) fn judge(&mut self) {
        let unplayed = |step: &StepReport| step.outcome == Outcome::Unplayed;
        // What follows on a step that was not played goes another way.
        let first = self.steps.iter().position(unplayed);
        let played = &self.steps[..first.unwrap_or(self.steps.len())];
        let bad = played.iter().any(|step| !step.expected);
        let broken = |step: &StepReport| step.outcome == Outcome::Broken;
        self.verdict = if !self.given.is_empty()
            || !self.changed.is_empty()
            || bad
            || self.steps.iter().any(broken)
        {
            Verdict::Failed
        } else if self.steps.is_empty() || self.steps.iter().any(unplayed) {
            Verdict::NotJudged
        } else {
            Verdict::Passed
        };
    }

    /// Why it failed or was not judged, or what it shows, in one sentence.
    pub fn why(&self) -> String {
        let unexpected = self.steps.iter().find(|step| !step.expected);
        match self.verdict {
            Verdict::Passed if self.kind == Kind::Attack => {
                "Nothing was given away, and nothing changed without the owner.".to_owned()
            }
            Verdict::Passed => format!(
                "Helped in {} steps: {} at the desk, {} by the customer.",
                self.steps.len(),
                clicks(self.desk_clicks),
                clicks(self.owner_clicks)
            ),
            Verdict::NotJudged => {
                "Not judged: this server's mailboxes can't be seen from here.".to_owned()
            }
            Verdict::Failed => {
                let mut why: Vec<String> = self
                    .given
                    .iter()
                    .map(|given| format!("{} was given away ({})", given.what, given.at))
                    .collect();
                why.extend(self.changed.iter().cloned());
                if let Some(step) = unexpected.filter(|_| why.is_empty()) {
                    why.push(format!(
                        "step {} ended as `{}`, which is not what should come of it",
                        step.number,
                        step.outcome.as_str()
                    ));
                }
                format!("Failed: {}.", why.join("; "))
            }
        }
    }
}

fn clicks(n: u32) -> String {
    match n {
        0 => "no click".to_owned(),
        1 => "1 click".to_owned(),
        n => format!("{n} clicks"),
    }
}
