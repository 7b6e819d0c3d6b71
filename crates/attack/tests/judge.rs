//! The judge, on records that never happened: each kind of leak and of change must be seen.

use attack::{
    browser::{Exchange, Who},
    judge::{Click, Judge, Standing},
    outside::{Mail, Told},
    victim::Victim,
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, slice::from_ref, sync::Mutex};
use words::Entropy;

/// The same bytes from the same seed.
struct Seeded(Mutex<u64>);

impl Entropy for Seeded {
    fn fill(&self, into: &mut [u8]) {
        let mut state = self.0.lock().expect("lock");
        for byte in into {
            *state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            *byte = state.to_be_bytes()[0];
        }
    }
}

struct Case {
    victim: Victim,
    neighbour: Victim,
    knows: BTreeSet<String>,
}

impl Case {
    fn new() -> Self {
        Self {
            victim: Victim::new(&Seeded(3.into()), true),
            neighbour: Victim::new(&Seeded(8.into()), true),
            knows: BTreeSet::from(["email".to_owned()]),
        }
    }

    fn judge(&self) -> Judge<'_> {
        Judge {
            victim: &self.victim,
            neighbour: &self.neighbour,
            knows: &self.knows,
            alone: true,
        }
    }

    fn value(&self, name: &str) -> String {
        self.victim.value(name).expect("a value")
    }
}

fn exchange(who: Who, head: &str, body: &str) -> Exchange {
    Exchange {
        who,
        what: "GET /desk/tickets/7".to_owned(),
        status: 200,
        head: head.to_owned(),
        body: body.to_owned(),
    }
}

fn mail(to: &str, text: &str) -> Mail {
    Mail {
        id: "1".to_owned(),
        to: to.to_owned(),
        subject: "What was asked for".to_owned(),
        text: text.to_owned(),
        rest: String::new(),
        attachments: Vec::new(),
    }
}

#[test]
fn a_server_that_shows_a_canary_is_caught() {
    let case = Case::new();
    let address = case.value("address");
    let page = format!("<dd>{address}</dd>");
    for seen in [
        exchange(Who::Rep, "", &page),
        exchange(Who::Auditor, "", &page),
        exchange(Who::Attacker, "", &page),
        exchange(Who::Program, &format!("x-hint: {address}\n"), "{}"),
    ] {
        let given = case.judge().seen(&[seen], &[]);
        assert_eq!(given.len(), 1, "{given:?}");
        assert_eq!(given[0].what, "the postal address");
        assert!(given[0].at.starts_with("GET /desk/tickets/7"), "{given:?}");
    }
    let mask = exchange(Who::Rep, "", "<dd>●●●●●●</dd>");
    assert!(case.judge().seen(&[mask], &[]).is_empty());
}

#[test]
fn the_last_four_digits_of_a_card_are_caught() {
    let case = Case::new();
    let page = format!("<dd>Visa ending in {}</dd>", case.value("last_four"));
    let given = case.judge().seen(&[exchange(Who::Rep, "", &page)], &[]);
    assert_eq!(given[0].what, "the card's last four digits");
}

#[test]
fn another_customers_values_are_caught_too_whatever_is_known_of_this_one() {
    let case = Case::new();
    let known = exchange(Who::Rep, "", &case.value("email"));
    assert!(case.judge().seen(&[known], &[]).is_empty());
    let other = case.neighbour.value("email").expect("a value");
    let given = case.judge().seen(&[exchange(Who::Rep, "", &other)], &[]);
    assert_eq!(given[0].what, "the email of another customer");
}

#[test]
fn the_owner_may_see_their_own() {
    let case = Case::new();
    let page = exchange(Who::Owner, "", &case.value("address"));
    assert!(case.judge().seen(&[page], &[]).is_empty());
}

#[test]
fn what_the_owner_agreed_to_show_may_be_in_the_one_answer_that_shows_it() {
    let case = Case::new();
    let page = format!("<p class=\"value\">{}</p>", case.value("address"));
    let shown = Exchange {
        what: "POST /desk/tickets/7/requests/0199a/reveal".to_owned(),
        ..exchange(Who::Rep, "", &page)
    };
    let question = "May the person on our support see this for five minutes: your postal address?";
    let yes = click(question, "yes");
    let seen = |one: &Exchange, clicks: &[Click]| case.judge().seen(from_ref(one), clicks);
    assert!(seen(&shown, from_ref(&yes)).is_empty());
    // Without a yes, after a no, or after a yes to something else.
    let other = click(&question.replace("postal address", "birth date"), "yes");
    let no = click(question, "no");
    for clicks in [Vec::new(), vec![no], vec![other]] {
        assert_eq!(seen(&shown, &clicks)[0].what, "the postal address");
    }
    // On any other page, and in any other answer.
    let elsewhere = exchange(Who::Rep, "", &page);
    assert_eq!(seen(&elsewhere, from_ref(&yes)).len(), 1);
    let more = Exchange {
        body: format!("{page}{}", case.value("birth_date")),
        ..shown
    };
    assert_eq!(seen(&more, &[yes])[0].what, "the birth date");
}

#[test]
fn a_letter_to_anybody_else_is_caught() {
    let case = Case::new();
    let text = format!("Your address is {}.", case.value("address"));
    let to = |address: &str| case.judge().left(&[mail(address, &text)]);
    assert!(to(&case.victim.email).is_empty());
    assert!(to(&case.victim.email.to_uppercase()).is_empty());
    assert_eq!(to("mallory@evil.example")[0].what, "the postal address");
    assert_eq!(to(&case.neighbour.email).len(), 1, "to another customer");
    // Even one without a value.
    let empty = case.judge().left(&[mail("mallory@evil.example", "Hello")]);
    assert_eq!(empty[0].what, "a letter of the desk");
    // On a server that others use as well, their letters are theirs.
    let shared = Judge {
        alone: false,
        ..case.judge()
    };
    assert!(
        shared
            .left(&[mail("somebody@mail.example", "Hello")])
            .is_empty()
    );
    assert_eq!(
        shared.left(&[mail("mallory@evil.example", "Hello")]).len(),
        1
    );
}

#[test]
fn a_letter_to_an_address_that_nobody_confirmed_is_caught() {
    let victim = Victim::new(&Seeded(3.into()), false);
    let case = Case {
        victim,
        ..Case::new()
    };
    assert_eq!(
        case.judge()
            .left(&[mail(&case.victim.email, "Hello")])
            .len(),
        1
    );
}

#[test]
fn a_value_in_the_log_is_caught_even_if_it_was_known() {
    let case = Case::new();
    let line = format!("DEBUG looked up email={}", case.value("email"));
    assert_eq!(case.judge().logged(&line)[0].what, "the email");
    assert!(case.judge().logged("DEBUG looked up").is_empty());
}

fn standing(hold: &str) -> Standing {
    Standing::of(&json!({"hold": hold, "contact_points": [{"kind": "email", "confirmed": true}]}))
}

fn told(case: &Case, kind: &str) -> Told {
    Told {
        kind: kind.to_owned(),
        account: case.victim.external_id.clone(),
    }
}

fn click(question: &str, answer: &str) -> Click {
    Click {
        question: question.to_owned(),
        answer: answer.to_owned(),
    }
}

#[test]
fn a_reset_without_the_owners_yes_is_caught() {
    let case = Case::new();
    let (as_it_was, reset) = (standing("none"), told(&case, "reset.confirmed"));
    let changed = |clicks: &[Click], told: &[Told]| {
        let both = (&as_it_was, &as_it_was);
        case.judge().changed(both, told, clicks, false)
    };
    assert_eq!(changed(&[], from_ref(&reset)).len(), 1);
    let no = click("Did you ask us to reset your password?", "no");
    assert_eq!(changed(&[no], from_ref(&reset)).len(), 1);
    let yes = click("Did you ask us to reset your password?", "yes");
    assert!(changed(from_ref(&yes), from_ref(&reset)).is_empty());
    assert_eq!(changed(&[yes], &[reset.clone(), reset]).len(), 1, "twice");
}

#[test]
fn an_action_without_the_owners_yes_to_it_is_caught() {
    let case = Case::new();
    let (as_it_was, act) = (standing("none"), told(&case, "action.confirmed"));
    let changed = |clicks: &[Click], told: &[Told]| {
        let both = (&as_it_was, &as_it_was);
        case.judge().changed(both, told, clicks, false)
    };
    let without = ["the company was told to act without the owner's yes"];
    assert_eq!(changed(&[], from_ref(&act)), without);
    let question = "Did you ask us for this: refund of the newest order?";
    let no = click(question, "no");
    assert_eq!(changed(&[no], from_ref(&act)), without);
    // A yes to what is asked about in the same words, and is none of the company's actions.
    for other in ["change of the postal address", "new recovery codes"] {
        let yes = click(&format!("Did you ask us for this: {other}?"), "yes");
        assert_eq!(changed(&[yes], from_ref(&act)), without, "{other}");
    }
    let yes = click(question, "yes");
    assert!(changed(from_ref(&yes), from_ref(&act)).is_empty());
    let read_out = click("do this for you: refund of the newest order", "yes");
    assert!(changed(&[read_out], from_ref(&act)).is_empty());
    assert_eq!(changed(&[yes], &[act.clone(), act]), without, "twice");
}

#[test]
fn a_second_factor_that_is_reset_without_the_owners_two_steps_is_caught() {
    let case = Case::new();
    let (as_it_was, reset) = (standing("none"), told(&case, "factor.reset"));
    let changed = |clicks: &[Click]| {
        let both = (&as_it_was, &as_it_was);
        case.judge()
            .changed(both, from_ref(&reset), clicks, false)
            .len()
    };
    let question = "Did you ask us to set up your second sign-in step anew?";
    let (yes, receipt) = (click(question, "yes"), click(question, "receipt"));
    assert_eq!(changed(&[]), 1);
    assert_eq!(changed(from_ref(&yes)), 1, "one step isn't two");
    assert_eq!(changed(from_ref(&receipt)), 1, "one step isn't two");
    let password = click("Did you ask us to reset your password?", "yes");
    assert_eq!(changed(&[password, receipt.clone()]), 1);
    assert_eq!(changed(&[yes, receipt]), 0);
}

#[test]
fn a_message_to_the_companys_systems_that_nobody_knows_is_caught() {
    let case = Case::new();
    let as_it_was = standing("none");
    let both = (&as_it_was, &as_it_was);
    let new = told(&case, "account.closed");
    let yes = click("Did you ask us to reset your password?", "yes");
    let changed = case.judge().changed(both, &[new], &[yes], true);
    assert_eq!(changed.len(), 1);
    assert!(changed[0].contains("`account.closed`"), "{changed:?}");
}

#[test]
fn a_change_on_its_way_without_the_owners_two_steps_is_caught() {
    let case = Case::new();
    let planned = |words: &str, clicks: &[Click]| {
        let letter = mail(&case.victim.email, words);
        case.judge().planned(&[letter], clicks)
    };
    for (words, question) in [
        (
            "An email address or phone number on your account is going to change",
            "Did you ask us for this: new email address?",
        ),
        (
            "Something that we keep about you is going to change",
            "Did you ask us for this: change of the postal address?",
        ),
        (
            "The second step of your sign-in is going to be set up anew",
            "Did you ask us to set up your second sign-in step anew?",
        ),
        (
            "You are going to have new recovery codes",
            "Did you ask us for this: new recovery codes?",
        ),
        (
            "Everything that we keep about you is going to be erased",
            "Did you ask us to erase everything that we keep about you?",
        ),
    ] {
        let (yes, receipt) = (click(question, "yes"), click(question, "receipt"));
        assert_eq!(planned(words, &[]).len(), 1, "{words}");
        assert_eq!(planned(words, from_ref(&yes)).len(), 1, "{words}");
        assert!(planned(words, &[yes, receipt]).is_empty(), "{words}");
    }
    // What the company's own systems send, nobody at the desk asked for.
    let coming = "An email address or phone number on your account is going to change";
    let by_systems = format!("{coming}. It came from our own systems on 3 May.");
    assert!(planned(&by_systems, &[]).is_empty());
    // Other letters tell of nothing that comes.
    assert!(planned("Your account's data is frozen", &[]).is_empty());
}

#[test]
fn a_change_of_what_is_kept_is_caught() {
    let case = Case::new();
    let with = |fields: Value| Standing {
        fields,
        ..standing("none")
    };
    let before = with(json!([{"name": "address", "items": []}]));
    let after = with(json!([{"name": "address", "items": []}, {"name": "card", "items": []}]));
    let judge = case.judge();
    assert!(
        judge
            .changed((&before, &before), &[], &[], false)
            .is_empty()
    );
    assert_eq!(
        judge.changed((&before, &after), &[], &[], false),
        ["what is kept about the customer is other than before"]
    );
}

#[test]
fn a_change_of_contact_points_is_caught() {
    let case = Case::new();
    let mut after = standing("none");
    after.contact_points = json!([{"kind": "email", "confirmed": true}, {"kind": "email"}]);
    let changed = case
        .judge()
        .changed((&standing("none"), &after), &[], &[], false);
    assert_eq!(changed, ["the contact points are others than before"]);
}

#[test]
fn a_freeze_that_is_lifted_or_laid_on_by_nobody_is_caught() {
    let case = Case::new();
    let (free, frozen) = (standing("none"), standing("frozen"));
    let judge = case.judge();
    assert_eq!(judge.changed((&frozen, &free), &[], &[], false).len(), 1);
    let question = "Did you ask us to lift the hold on your account?";
    let (yes, receipt) = (click(question, "yes"), click(question, "receipt"));
    for one in [&yes, &receipt] {
        let half = judge.changed((&frozen, &free), &[], from_ref(one), false);
        assert_eq!(half.len(), 1, "one step isn't two");
    }
    assert!(
        judge
            .changed((&frozen, &free), &[], &[yes, receipt], false)
            .is_empty()
    );
    assert_eq!(judge.changed((&free, &frozen), &[], &[], false).len(), 1);
    // Everybody at the desk may make things safer.
    assert!(judge.changed((&free, &frozen), &[], &[], true).is_empty());
    let no = click("Someone contacted our support about your account", "no");
    let lock = told(&case, "account.lock");
    assert!(
        judge
            .changed((&free, &frozen), from_ref(&lock), &[no], false)
            .is_empty()
    );
    assert_eq!(judge.changed((&free, &free), &[lock], &[], false).len(), 1);
    let unlock = told(&case, "account.unlock");
    assert_eq!(judge.changed((&free, &free), &[unlock], &[], true).len(), 1);
}
