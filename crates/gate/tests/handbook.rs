//! What the handbook says about policies is so.

use gate::{DUTIES, Gate, INVARIANTS, Outcome, SHIPPED};

const HANDBOOK: &str = include_str!("../../../docs/policies.md");

#[test]
fn its_examples_can_be_loaded_and_are_stricter() {
    let shipped = Gate::shipped().expect("sound");
    let examples: Vec<_> = HANDBOOK
        .split("```cedar\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .collect();
    assert_eq!(examples.len(), 2);
    for example in examples {
        let gate = Gate::checked(&format!("{SHIPPED}\n{example}")).expect("it can be loaded");
        let found = shipped.differences(&gate);
        assert!(
            found.iter().any(|one| one.from == Outcome::Permit),
            "{example}"
        );
        assert!(found.iter().all(gate::Difference::stricter), "{found:?}");
    }
}

#[test]
fn it_names_every_invariant_and_every_duty() {
    let invariants = INVARIANTS.iter().map(|one| (one.id, one.says));
    let duties = DUTIES.iter().map(|one| (one.id, one.says));
    for (id, says) in invariants.chain(duties) {
        let line = HANDBOOK
            .lines()
            .find(|line| line.contains(&format!("`{id}`")));
        let line = line.unwrap_or_else(|| panic!("{id} is missing"));
        assert!(
            line.to_lowercase().contains(&says.to_lowercase()),
            "{id}: {line}"
        );
    }
}
