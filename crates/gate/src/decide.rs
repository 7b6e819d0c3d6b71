//! The decision itself: facts in, Cedar asked, an outcome with its reason and words out.

use cedar_policy::{Authorizer, Decision as Verdict, PolicyId};
use serde::{Deserialize, Serialize};
use words::ProofKind;

use crate::{
    Permit,
    cedar::Types,
    facts::{Action, Actor, Facts, Proof},
    invariants,
    memo::{Answer, Memo, Shown},
    policies::{Policies, PolicyError, SHIPPED},
};

/// What the gate answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It may happen.
    Permit,
    /// It may happen once the owner has proven it.
    Challenge,
    /// A second person looks at it; the rules stay the same.
    Escalate,
    /// It may not happen.
    Refuse,
}

/// The kinds of proof that would do, together.
pub type Way = Vec<ProofKind>;

/// An outcome with its why.
#[derive(Debug)]
pub struct Decision {
    /// What the gate answers.
    pub outcome: Outcome,
    /// The rule that decided (its `@id` in the policies).
    pub rule: String,
    /// Why, for the rep.
    pub reason: String,
    /// What the rep can say.
    pub words: String,
    /// For a challenge: which kinds of proof would do, each way by itself; the simplest first.
    pub ways: Vec<Way>,
    /// Present exactly when the outcome is [`Outcome::Permit`].
    pub permit: Option<Permit>,
}

/// Decides, by one set of policies.
pub struct Gate {
    pub(crate) policies: Policies,
    text: String,
    authorizer: Authorizer,
    types: Types,
    memo: Memo,
}

impl Gate {
    /// The gate with the policies that ship with Staunch.
    ///
    /// # Errors
    /// [`PolicyError`] if they are broken, which a test rules out.
    pub fn shipped() -> Result<Self, PolicyError> {
        Self::new(SHIPPED)
    }

    /// A gate with other policies, checked against the schema. Whatever they say, no invariant is
    /// loosened; [`Gate::checked`] also refuses a set that tries.
    ///
    /// # Errors
    /// [`PolicyError`] says which rule is wrong and why.
    pub fn new(policies: &str) -> Result<Self, PolicyError> {
        Ok(Self {
            policies: Policies::parse(policies)?,
            text: policies.to_owned(),
            authorizer: Authorizer::new(),
            types: Types::new()?,
            memo: Memo::default(),
        })
    }

    /// The text of the policies.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The rules as people read them, in the order of the text.
    pub fn described(&self) -> &[crate::Rule] {
        self.policies.rules()
    }

    /// The names of the rules, in alphabetical order.
    pub fn rules(&self) -> Vec<String> {
        self.policies.names()
    }

    /// These facts as Cedar is asked about them, for whoever wants to prove something about policies.
    ///
    /// # Errors
    /// If they can't be said, such as two proofs of one kind; the gate then refuses.
    pub fn question(
        &self,
        facts: &Facts,
    ) -> Result<(cedar_policy::Request, cedar_policy::Entities), Box<dyn std::error::Error>> {
        self.types.question(facts)
    }

    /// Decides. Whatever can't be evaluated is refused, and so is a challenge that no proof which
    /// this owner could give would open: nobody is asked for nothing.
    pub fn decide(&self, facts: &Facts) -> Decision {
        let mut decision = self.weigh(facts);
        if decision.outcome == Outcome::Challenge {
            decision.ways = self.ways(facts);
            if decision.ways.is_empty() {
                return no_way(facts);
            }
        }
        decision
    }

    /// The smallest sets of proofs, out of those that this owner could give, that would open what
    /// is asked; together with what has been given already.
    fn ways(&self, facts: &Facts) -> Vec<Way> {
        let mut case = facts.clone();
        // What a rep asks for, the owner confirms; only a reveal is for the rep's own screen.
        if facts.action != Action::Request(words::RequestKind::Reveal)
            && matches!(facts.actor, Actor::Staff(..))
            && facts.ticket.as_ref().is_some_and(|t| t.open)
            && self.may_ask(facts)
        {
            case.actor = Actor::Owner;
        }
        let opens = |way: &[ProofKind]| {
            let mut case = case.clone();
            case.proofs
                .retain(|p| p.is_whole() && !way.contains(&p.kind));
            case.proofs
                .extend(way.iter().map(|kind| Proof::whole(*kind)));
            self.weigh(&case).outcome == Outcome::Permit
        };
        let mut ways: Vec<Way> = Vec::new();
        let singles = facts.ways.iter().map(|one| vec![*one]);
        for way in singles {
            if opens(&way) {
                ways.push(way);
            }
        }
        for (n, first) in facts.ways.iter().enumerate() {
            for second in &facts.ways[n + 1..] {
                let way = vec![*first, *second];
                let smaller = ways.iter().any(|w| w.len() == 1 && way.contains(&w[0]));
                if !smaller && opens(&way) {
                    ways.push(way);
                }
            }
        }
        ways
    }

    /// Whether a rule lets this member of staff ask for it at all: some `permit` matches, whatever
    /// a `forbid` then says.
    pub(crate) fn may_ask(&self, facts: &Facts) -> bool {
        if self.policies.one_by_one() {
            return self.judge_asking(facts);
        }
        let shown = Shown::of(facts);
        self.memo.asks.recall(&shown).unwrap_or_else(|| {
            let may = self.judge_asking(facts);
            self.memo.asks.keep(shown, may);
            may
        })
    }

    pub(crate) fn judge_asking(&self, facts: &Facts) -> bool {
        let Ok((request, entities)) = self.types.question(facts) else {
            return false;
        };
        let mut permits = cedar_policy::PolicySet::new();
        for policy in self.policies.about(facts.action.as_str()).policies() {
            if policy.effect() == cedar_policy::Effect::Permit
                && permits.add(policy.clone()).is_err()
            {
                return false;
            }
        }
        self.authorizer
            .is_authorized(&request, &permits, &entities)
            .decision()
            == Verdict::Allow
    }

    pub(crate) fn weigh(&self, facts: &Facts) -> Decision {
        let decision = self.recall(facts);
        if decision.outcome == Outcome::Permit
            && !words::sabotage::off("invariants")
            && let Some(broken) = invariants::broken(facts)
        {
            return Decision::refuse(broken.id, broken.says);
        }
        decision
    }

    /// What the policies alone say, or said to a case of the same kind before.
    pub(crate) fn recall(&self, facts: &Facts) -> Decision {
        if self.policies.one_by_one() {
            return self.judge(facts);
        }
        let shown = Shown::of(facts);
        if let Some(answer) = self.memo.answers.recall(&shown) {
            return Decision {
                permit: (answer.outcome == Outcome::Permit).then(|| Permit::of(facts)),
                outcome: answer.outcome,
                rule: answer.rule,
                reason: answer.reason,
                words: answer.words,
                ways: Vec::new(),
            };
        }
        let decision = self.judge(facts);
        let answer = Answer {
            outcome: decision.outcome,
            rule: decision.rule.clone(),
            reason: decision.reason.clone(),
            words: decision.words.clone(),
        };
        self.memo.answers.keep(shown, answer);
        decision
    }

    /// What the policies alone say.
    pub(crate) fn judge(&self, facts: &Facts) -> Decision {
        let Ok((request, entities)) = self.types.question(facts) else {
            return Decision::refuse(
                "unreadable",
                "The gate could not read the facts of this case.",
            );
        };
        let policies = self.policies.about(facts.action.as_str());
        let answer = self.authorizer.is_authorized(&request, policies, &entities);
        if answer.diagnostics().errors().next().is_some() {
            return Decision::refuse(
                "unreadable",
                "A rule could not be evaluated, so the answer is no.",
            );
        }
        match answer.decision() {
            Verdict::Allow => Decision {
                outcome: Outcome::Permit,
                rule: answer
                    .diagnostics()
                    .reason()
                    .map(ToString::to_string)
                    .min()
                    .unwrap_or_default(),
                reason: String::new(),
                words: String::new(),
                ways: Vec::new(),
                permit: Some(Permit::of(facts)),
            },
            Verdict::Deny => answer
                .diagnostics()
                .reason()
                .filter_map(|id| self.denial(id, facts))
                .max_by(|a, b| (a.outcome, &a.rule).cmp(&(b.outcome, &b.rule)))
                .unwrap_or_else(|| Decision::refuse("no-rule", "No rule allows this.")),
        }
    }

    fn denial(&self, id: &PolicyId, facts: &Facts) -> Option<Decision> {
        let text = |key| self.policies.annotation(id, key);
        // Nobody is offered a letter that has nowhere to go.
        let written = facts
            .destination
            .as_ref()
            .is_some_and(|place| place.confirmed && place.effective && place.before);
        let nowhere = (!written).then(|| text("nowhere")).flatten();
        Some(Decision {
            outcome: match text("outcome").as_deref() {
                Some("challenge") => Outcome::Challenge,
                Some("escalate") => Outcome::Escalate,
                _ => Outcome::Refuse,
            },
            rule: id.to_string(),
            reason: text("reason")?,
            words: nowhere.or_else(|| text("words"))?,
            ways: Vec::new(),
            permit: None,
        })
    }
}

/// The rule of a refusal where a proof is asked for that the owner has no way to give.
pub const NO_WAY: &str = "no-way-to-prove";

/// What is answered where a proof is asked for that this owner has no way to give.
fn no_way(facts: &Facts) -> Decision {
    if !facts.ways.is_empty() && !matches!(facts.actor, Actor::Staff(..)) {
        return Decision::refuse("no-rule", "No rule allows this, not even with a proof.");
    }
    let words = if facts.ways.is_empty() {
        "I don't have a place where I can safely ask you for that. The way in is to sign in to \
         your account and confirm your email there; some days later it is quick."
    } else {
        "For that I have to ask you in two different ways, and I can't from here. The way in is \
         to sign in to your account, and to add another way to reach you there."
    };
    Decision {
        outcome: Outcome::Refuse,
        rule: NO_WAY.to_owned(),
        reason: "The owner has no way on file to prove this: no confirmed contact point that was \
                 there before this conversation and is past its cooling-off time, or too few of \
                 different kinds."
            .to_owned(),
        words: words.to_owned(),
        ways: Vec::new(),
        permit: None,
    }
}

impl Decision {
    pub(crate) fn refuse(rule: &str, reason: &str) -> Self {
        Self {
            outcome: Outcome::Refuse,
            rule: rule.to_owned(),
            reason: reason.to_owned(),
            words:
                "I'm not able to do that from here. I can ask a colleague to look at it with me."
                    .to_owned(),
            ways: Vec::new(),
            permit: None,
        }
    }
}
