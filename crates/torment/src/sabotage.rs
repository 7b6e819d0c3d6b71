//! Guards that are taken away one at a time: lines in the server's code that a switch turns off
//! (`words::sabotage`), and rules of the policies (with the invariants behind them). Each must be
//! found.

use gate::SHIPPED;

/// A guard taken away.
#[derive(Clone, Copy, Debug)]
pub struct Sabotage {
    /// Its name.
    pub name: &'static str,
    /// What the guard does.
    pub guard: &'static str,
    /// Switches in the code that are turned off.
    pub switches: &'static [&'static str],
    /// What stands in the policies, and what is put in its place; or the rule that is left out.
    pub policies: Change,
}

/// What becomes of the policies.
#[derive(Clone, Copy, Debug)]
pub enum Change {
    /// Nothing.
    None,
    /// A rule is left out.
    Without(&'static str),
    /// One text for another, within a rule.
    Instead(&'static str, &'static str, &'static str),
}

const fn code(
    name: &'static str,
    guard: &'static str,
    switches: &'static [&'static str],
) -> Sabotage {
    Sabotage {
        name,
        guard,
        switches,
        policies: Change::None,
    }
}

const fn rule(name: &'static str, guard: &'static str, policies: Change) -> Sabotage {
    Sabotage {
        name,
        guard,
        switches: &["invariants"],
        policies,
    }
}

/// All of them.
pub const SABOTAGES: [Sabotage; 37] = [
    code(
        "code-compared",
        "a code must be the one that was sent",
        &["code-compared"],
    ),
    code(
        "code-expires",
        "a code works for ten minutes",
        &["code-expires"],
    ),
    code(
        "code-tries",
        "a code may be tried three times",
        &["code-tries"],
    ),
    code(
        "code-limit",
        "codes of an account may be tried five times in a row",
        &["code-limit"],
    ),
    code(
        "code-ticket",
        "a code is for a request in its own ticket",
        &["code-ticket"],
    ),
    code(
        "step-limit",
        "further steps of an account may be tried five times in a row",
        &["step-limit"],
    ),
    code(
        "question-limit",
        "an owner is asked three times in a row",
        &["question-limit"],
    ),
    code("link-expires", "a link works for a day", &["link-expires"]),
    code(
        "not-me-freezes",
        "the owner's \"It wasn't me\" freezes",
        &["not-me-freezes"],
    ),
    code(
        "cancel",
        "what the owner cancels doesn't happen",
        &["cancel"],
    ),
    code(
        "hook-held",
        "a freeze holds back what is on its way to the identity provider",
        &["hook-held"],
    ),
    code(
        "hold-at-sending",
        "a freeze holds back letters that are on their way",
        &["hold-at-sending"],
    ),
    code(
        "decoy-letters",
        "nothing is sent to a decoy's address",
        &["decoy-letters"],
    ),
    code("decoy-alarm", "a decoy raises an alarm", &["decoy-alarm"]),
    code(
        "recorded-first",
        "a letter is recorded before it leaves",
        &["recorded-first"],
    ),
    code(
        "contacts-cool",
        "a new contact point cools off",
        &["contacts-cool"],
    ),
    code(
        "frozen-contacts",
        "contact points stay while an account is frozen",
        &["frozen-contacts"],
    ),
    code("receipt-once", "a receipt is used once", &["receipt-once"]),
    code(
        "proof-fresh",
        "a proof counts for its time",
        &["proof-fresh"],
    ),
    code(
        "reveal-asker",
        "a value is shown to who asked for it",
        &["reveal-asker"],
    ),
    code(
        "reveal-limit",
        "a rep sees five values in an hour",
        &["reveal-limit"],
    ),
    code(
        "reveal-told",
        "the owner hears of a showing",
        &["reveal-told"],
    ),
    code(
        "reveal-recorded",
        "a showing is in the ledger",
        &["reveal-recorded"],
    ),
    code("notices", "the owner hears of a contact", &["notices"]),
    code("attempts", "attempts add up to a hold", &["attempts"]),
    code(
        "second-person",
        "two different people agree",
        &["second-person"],
    ),
    code("thaw-told", "the owner has a day to say no", &["thaw-told"]),
    code("queues", "the lead's queue is the lead's", &["queues"]),
    code("roles", "everybody does what their role does", &["roles"]),
    code("scopes", "a token does what it was made for", &["scopes"]),
    code(
        "replies-read",
        "a reply holds no details",
        &["replies-read"],
    ),
    code(
        "secrets-stopped",
        "no secret is kept in a ticket",
        &["secrets-stopped"],
    ),
    rule(
        "rule-frozen",
        "the rule that frozen means frozen",
        Change::Without("frozen-by-the-owner"),
    ),
    rule(
        "rule-secrets",
        "the rule that secrets stay",
        Change::Without("secrets-stay"),
    ),
    rule(
        "rule-on-file",
        "the rule that things go to what was on file",
        Change::Without("only-to-what-was-on-file"),
    ),
    rule(
        "rule-careful",
        "the rule that a careful hold asks first",
        Change::Without("careful-asks-first"),
    ),
    rule(
        "rule-two-proofs",
        "the rule that a hold takes two proofs",
        Change::Instead("two-proofs-or-a-login-lift-a-hold", ">= 2", ">= 1"),
    ),
];

impl Sabotage {
    /// All of them.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        SABOTAGES.iter()
    }

    /// The one of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::all().find(|one| one.name == name)
    }

    /// The policies with it.
    pub fn text(&self) -> String {
        let (id, change) = match self.policies {
            Change::None => return SHIPPED.to_owned(),
            Change::Without(id) => (id, None),
            Change::Instead(id, from, to) => (id, Some((from, to))),
        };
        let head = format!("@id(\"{id}\")");
        let Some(at) = SHIPPED.find(&head) else {
            return SHIPPED.to_owned();
        };
        let end = SHIPPED[at + head.len()..]
            .find("@id(")
            .map_or(SHIPPED.len(), |next| at + head.len() + next);
        let rule = match change {
            None => String::new(),
            Some((from, to)) => SHIPPED[at..end].replacen(from, to, 1),
        };
        format!("{}{rule}{}", &SHIPPED[..at], &SHIPPED[end..])
    }
}

#[cfg(test)]
mod tests {
    use super::{Change, Sabotage};

    #[test]
    fn every_sabotage_of_a_rule_changes_the_policies() {
        for one in Sabotage::all() {
            if !matches!(one.policies, Change::None) {
                assert_ne!(one.text(), gate::SHIPPED, "{}", one.name);
                gate::Gate::new(&one.text()).expect(one.name);
            }
        }
    }
}
