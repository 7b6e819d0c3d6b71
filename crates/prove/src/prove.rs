//! The proof itself: for each kind of request, each bound is put to the solver.

use cedar_policy::{Authorizer, Decision, Policy, PolicyId, PolicySet, RequestEnv, Schema};
use cedar_policy_symcc::{CedarSymCompiler, CompiledPolicySet, Env, solver::LocalSolver};
use gate::{Facts, Gate, PolicyError, SHIPPED};
use std::{
    num::NonZero,
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use crate::{
    Bound, BoundError, Check, Counterexample, Cvc5, Cvc5Error, Environment, Outcome, Report,
    bounds::{bounds, together},
    case, shrink, tell, vocabulary,
};

/// The proof could not be tried.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// The policies can't be used.
    #[error(transparent)]
    Policies(#[from] PolicyError),
    /// There is no solver.
    #[error(transparent)]
    Solver(#[from] Cvc5Error),
    /// The bounds can't be used.
    #[error(transparent)]
    Bounds(#[from] BoundError),
    /// There is no such action.
    #[error("the schema has no action `{0}`; use one of those in policies/staunch.cedarschema")]
    Action(String),
    /// The policies can't be put as formulas.
    #[error("the policies can't be put as formulas: {0}")]
    Formula(String),
}

/// Proves a set of policies, with the solver that is installed.
///
/// # Errors
/// [`ProveError`] if the policies can't be used or there is no solver. A bound that is broken is no
/// error; the report tells it.
pub async fn prove(policies: &str) -> Result<Report, ProveError> {
    prove_with(&Cvc5::find()?, policies, &Asking::default()).await
}

/// What is asked, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asking {
    /// Each bound in a question of its own: slower, with a time of its own. Otherwise all that matter
    /// for a kind of request in one, and each alone only where that fails. Both come to the same.
    pub alone: bool,
    /// Only these actions of the schema; empty for all.
    pub only: Vec<String>,
}

/// Proves a set of policies with this solver.
///
/// # Errors
/// As [`prove`].
pub async fn prove_with(
    solver: &Cvc5,
    policies: &str,
    asking: &Asking,
) -> Result<Report, ProveError> {
    let began = Instant::now();
    let proof = Arc::new(Proof::new(policies, asking)?);
    let workers = std::thread::available_parallelism()
        .map_or(1, NonZero::get)
        .min(proof.environments.len());
    let next = Arc::new(AtomicUsize::new(0));
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..workers {
        let mut worker = Worker::start(solver.clone())?;
        let (proof, next) = (proof.clone(), next.clone());
        running.spawn(async move {
            let mut out = Vec::new();
            while let Some(environment) =
                proof.environments.get(next.fetch_add(1, Ordering::Relaxed))
            {
                out.push(proof.environment(&mut worker, environment).await?);
            }
            Ok::<_, ProveError>(out)
        });
    }
    let (mut checks, mut open, mut closed) = (Vec::new(), Vec::new(), Vec::new());
    while let Some(joined) = running.join_next().await {
        let some = joined.map_err(|error| ProveError::Formula(error.to_string()))??;
        for done in some {
            let pile = if done.closed { &mut closed } else { &mut open };
            pile.push(done.environment);
            checks.extend(done.checks);
        }
    }
    let place = |check: &Check| proof.bounds.iter().position(|b| b.id == check.bound);
    checks.sort_by(|a, b| (place(a), &a.environment).cmp(&(place(b), &b.environment)));
    open.sort();
    closed.sort();
    Ok(Report {
        bounds: proof
            .bounds
            .iter()
            .map(|bound| (bound.id.clone(), bound.says.clone()))
            .collect(),
        closed,
        open,
        checks,
        took: began.elapsed(),
    })
}

/// A solver, and how to get another if it dies.
struct Worker {
    found: Cvc5,
    compiler: CedarSymCompiler<LocalSolver>,
}

impl Worker {
    fn start(found: Cvc5) -> Result<Self, ProveError> {
        let compiler = CedarSymCompiler::new(found.start()?).map_err(formula)?;
        Ok(Self { found, compiler })
    }

    /// After a time-out the solver may be gone, or in the middle of an answer.
    fn renew(&mut self) -> Result<(), ProveError> {
        *self = Self::start(self.found.clone())?;
        Ok(())
    }
}

struct Proof {
    schema: Schema,
    environments: Vec<RequestEnv>,
    alone: bool,
    bounds: Vec<Bound>,
    /// All bounds as one.
    together: PolicySet,
    /// The set under proof, each rule by its name.
    named: PolicySet,
    /// The same, and the vocabulary.
    spelled: PolicySet,
    /// The shipped set, to say what it would have stopped.
    shipped: PolicySet,
    gate: Gate,
}

struct Done {
    environment: Environment,
    closed: bool,
    checks: Vec<Check>,
}

impl Proof {
    fn new(policies: &str, asking: &Asking) -> Result<Self, ProveError> {
        let gate = Gate::new(policies)?;
        let (schema, _) = Schema::from_cedarschema_str(gate::SCHEMA).map_err(formula)?;
        let named = named(policies)?;
        let mut spelled = named.clone();
        let vocabulary = PolicySet::from_str(&vocabulary()).map_err(formula)?;
        for rule in vocabulary.policies() {
            let id = PolicyId::new(format!("the words of the house: {}", rule.id()));
            spelled.add(rule.new_id(id)).map_err(formula)?;
        }
        let bounds = bounds()?;
        let mut environments: Vec<_> = schema.request_envs().collect();
        environments.sort();
        for name in &asking.only {
            let known = |one: &RequestEnv| one.action().id().unescaped() == name;
            if !environments.iter().any(known) {
                return Err(ProveError::Action(name.clone()));
            }
        }
        environments.retain(|one| {
            let action = one.action().id().unescaped();
            asking.only.is_empty() || asking.only.iter().any(|name| name == action)
        });
        Ok(Self {
            schema,
            environments,
            alone: asking.alone,
            together: together(&bounds)?,
            bounds,
            named,
            spelled,
            shipped: self::named(SHIPPED)?,
            gate,
        })
    }

    async fn environment(
        &self,
        worker: &mut Worker,
        environment: &RequestEnv,
    ) -> Result<Done, ProveError> {
        let name = Environment {
            actor: environment.principal().basename().to_owned(),
            action: environment.action().id().unescaped().to_owned(),
        };
        let compile =
            |set| CompiledPolicySet::compile(set, environment, &self.schema).map_err(formula);
        let ours = compile(&self.spelled)?;
        let closed = worker
            .compiler
            .check_always_denies_opt(&ours)
            .await
            .unwrap_or(false);
        let about: Vec<_> = self
            .bounds
            .iter()
            .filter(|bound| bound.is_about(environment))
            .collect();
        let mut checks = Vec::new();
        if !self.alone {
            let began = Instant::now();
            let most = compile(&self.together)?;
            let answer = worker.compiler.check_implies_opt(&ours, &most).await;
            if matches!(answer, Ok(true)) {
                let share = began.elapsed() / u32::try_from(about.len().max(1)).unwrap_or(1);
                checks.extend(about.iter().map(|bound| Check {
                    bound: bound.id.clone(),
                    environment: name.clone(),
                    outcome: Outcome::Proven,
                    took: share,
                }));
            } else if answer.is_err() {
                worker.renew()?;
            }
        }
        if checks.is_empty() {
            for bound in about {
                let began = Instant::now();
                let most = compile(&bound.rules)?;
                checks.push(Check {
                    bound: bound.id.clone(),
                    environment: name.clone(),
                    outcome: self.ask(worker, bound, &ours, &most).await?,
                    took: began.elapsed(),
                });
            }
        }
        Ok(Done {
            environment: name,
            closed,
            checks,
        })
    }

    async fn ask(
        &self,
        worker: &mut Worker,
        bound: &Bound,
        ours: &CompiledPolicySet,
        most: &CompiledPolicySet,
    ) -> Result<Outcome, ProveError> {
        // Asking for a case costs the solver more, so it is asked for where there is one.
        let compiler = &mut worker.compiler;
        let answer = match compiler.check_implies_opt(ours, most).await {
            Ok(true) => return Ok(Outcome::Proven),
            Ok(false) => {
                compiler
                    .check_implies_with_counterexample_opt(ours, most)
                    .await
            }
            Err(error) => Err(error),
        };
        Ok(match answer {
            Ok(Some(case)) => Outcome::Broken(Box::new(self.tell(bound, &case))),
            Ok(None) => Outcome::Undecided("it gave two answers".to_owned()),
            Err(error) => {
                worker.renew()?;
                Outcome::Undecided(error.to_string())
            }
        })
    }

    /// A counterexample, made small and put in words.
    fn tell(&self, bound: &Bound, case: &Env) -> Counterexample {
        let Some(facts) = case::facts(case).filter(|facts| self.breaks(bound, facts)) else {
            // It stands as the solver gave it.
            return Counterexample {
                what: format!("{} is permitted", case.request),
                facts: vec![case.to_string()],
                through: Vec::new(),
                stopped: None,
                case: None,
            };
        };
        let facts = shrink::smallest(facts, |other| self.breaks(bound, other));
        let because = |set: &PolicySet, wanted| {
            let (request, entities) = self.gate.question(&facts).ok()?;
            let answer = Authorizer::new().is_authorized(&request, set, &entities);
            let rules = answer.diagnostics().reason().map(ToString::to_string);
            let mut rules: Vec<_> = rules.collect();
            rules.sort();
            (answer.decision() == wanted).then_some(rules)
        };
        Counterexample {
            what: tell::what(&facts),
            facts: tell::facts(&facts),
            through: because(&self.named, Decision::Allow).unwrap_or_default(),
            stopped: because(&self.shipped, Decision::Deny),
            case: Some(Box::new(facts)),
        }
    }

    /// Whether the policies permit this very case and the bound rules it out; asked of Cedar itself.
    fn breaks(&self, bound: &Bound, facts: &Facts) -> bool {
        let Ok((request, entities)) = self.gate.question(facts) else {
            return false;
        };
        let says = |set| {
            Authorizer::new()
                .is_authorized(&request, set, &entities)
                .decision()
        };
        says(&self.named) == Decision::Allow && says(&bound.rules) == Decision::Deny
    }
}

/// The rules by the names that they give themselves.
fn named(text: &str) -> Result<PolicySet, ProveError> {
    let parsed = PolicySet::from_str(text).map_err(formula)?;
    let rules: Vec<Policy> = parsed
        .policies()
        .map(|rule| match rule.annotation("id") {
            Some(id) => rule.new_id(PolicyId::new(id)),
            None => rule.clone(),
        })
        .collect();
    PolicySet::from_policies(rules).map_err(formula)
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` hands it over")]
fn formula(error: impl ToString) -> ProveError {
    ProveError::Formula(error.to_string())
}
