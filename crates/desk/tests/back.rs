//! The owner's no after a yes: what the yes made ready or planned is over, and what it did is held again.
//! And what a freeze holds back at the identity provider, also once it is lifted.

use crate::{
    common::{
        HOUR, MINUTE, RECEIPT, account, ask, call, count, customer, deliver, flag, jobs, kinds,
        lead, lift,
        logins::{at_home, burst},
        only, post, press, rep, safety, secret, state, step, written,
    },
    texting::{Phones, texts, with_texts},
};
use desk::{
    Answer, Asked, DeskError, Me, Typed,
    letter::CarrierError,
    provider::Hook,
    testing::{World, on_both},
    text::Text,
};
use words::{AccountId, ContactKind, HoldLevel, ProofKind, RequestKind, RequestState};

const NEW: &str = "robin@new-house.example";

/// The kinds of what the identity provider was told.
fn told(world: &World) -> Vec<String> {
    let told = world.provider.told.lock().expect("lock");
    let read = |body: &str| serde_json::from_str::<Hook>(body).expect("a hook");
    told.iter().map(|(_, body)| read(body).kind).collect()
}

/// The code in a text message that went.
async fn code_by_text(world: &World, phones: &Phones) -> String {
    world.work().await;
    texts(phones)
        .into_iter()
        .find_map(|sent| match sent.text {
            Text::Code { code, .. } => Some(code.to_string()),
            _ => None,
        })
        .expect("a code")
}

/// The owner says yes in the letter and takes the second step. Returns the secret of their page.
async fn in_two_steps(world: &World) -> String {
    let link = secret(&only(&post(world).await, "confirm"));
    press(world, &link, Answer::Yes).await;
    let page = step(world, &link, RECEIPT).await.expect("a page");
    assert!(
        !page.tried && page.more.is_empty() && !page.stopped,
        "{page:?}"
    );
    link
}

/// The owner says no on the page where a yes stands: frozen, and told on the safety queue. Returns what
/// is written there.
async fn takes_back(world: &World, lead: &Me, robin: AccountId, link: &str) -> String {
    let page = world.desk.owner_page(link).await.expect("a page");
    assert!(page.takes_back, "{page:?}");
    let page = press(world, link, Answer::No).await;
    assert_eq!(page.answer, Some(Answer::No));
    assert_eq!(account(world, robin).await.hold, HoldLevel::Frozen);
    let number = safety(world, robin).await.expect("a safety ticket");
    let story = written(world, lead, number).await;
    assert!(story.contains("after a yes: it wasn't me"), "{story}");
    story
}

/// A no ends a showing that the owner had agreed to, seen before or not: the rep sees it no more.
#[test]
fn a_no_after_a_yes_ends_a_showing() {
    for seen in [false, true] {
        on_both(move |world| async move {
            let robin = customer(&world).await;
            let (rep, lead) = (rep(&world).await, lead(&world).await);
            let ticket = call(&world, &rep, robin).await;
            let asked = world
                .desk
                .ask(&rep, ticket, RequestKind::Reveal, "address", "")
                .await
                .expect("an answer");
            let link = secret(&only(&post(&world).await, "confirm"));
            press(&world, &link, Answer::Yes).await;
            assert_eq!(state(&world, &asked).await, RequestState::Ready);
            if seen {
                let shown = world.desk.reveal(&rep, ticket, asked.id).await;
                shown.expect("shown");
            }

            let story = takes_back(&world, &lead, robin, &link).await;
            assert_eq!(story.contains("Shown to support in it"), seen, "{story}");
            let late = world.desk.reveal(&rep, ticket, asked.id).await;
            assert!(matches!(late, Err(DeskError::Conflict(_))), "{late:?}");
            let end = if seen {
                RequestState::Done
            } else {
                RequestState::Refused
            };
            assert_eq!(state(&world, &asked).await, end);
            let shown = count(&world, "disclosure.revealed").await;
            assert_eq!(shown, usize::from(seen));
        });
    }
}

/// A change of the email on file that the owner confirmed in two steps, and the secret of their page.
async fn confirmed_change(world: &World, rep: &Me, robin: AccountId) -> (Asked, String) {
    let ticket = call(world, rep, robin).await;
    let view = world.desk.ticket(rep, ticket).await.expect("a ticket");
    let item = view
        .offers
        .into_iter()
        .filter(|offer| offer.field == "contact_point")
        .flat_map(|offer| offer.items)
        .find(|item| item.contains("email on file"))
        .expect("the email on file");
    let asked = world
        .desk
        .ask(rep, ticket, RequestKind::Change, "contact_point", &item)
        .await
        .expect("an answer");
    let link = in_two_steps(world).await;
    assert_eq!(state(world, &asked).await, RequestState::Ready);
    (asked, link)
}

/// Days later there is the one email that was there before, and it counts.
async fn nothing_changes(world: &World, robin: AccountId) {
    world.clock.pass(HOUR * 80);
    post(world).await;
    post(world).await;
    let mut tx = world.desk.store().read().await.expect("a transaction");
    let mut points = tx.contact_points(robin).await.expect("points");
    drop(tx);
    points.retain(|point| point.kind == ContactKind::Email);
    assert_eq!(points.len(), 1);
    assert!(points[0].usable(world.desk.now()) && points[0].registered_at.year() == 2019);
    assert_eq!(count(world, "change.done").await, 0);
}

/// A no before the new value was typed: nothing can be typed any more, and nothing changes.
#[test]
fn a_no_after_a_yes_ends_a_change_before_it_is_typed() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let (rep, lead) = (rep(&world).await, lead(&world).await);
        let (asked, link) = confirmed_change(&world, &rep, robin).await;
        takes_back(&world, &lead, robin, &link).await;
        assert_eq!(state(&world, &asked).await, RequestState::Refused);
        let late = world.desk.owner_types(&link, NEW, true).await;
        assert!(matches!(late, Err(DeskError::Conflict(_))), "{late:?}");
        nothing_changes(&world, robin).await;
        assert_eq!(count(&world, "change.planned").await, 0);
    });
}

/// A no while the new value cools off: it never counts, although somebody answered at the new address.
#[test]
fn a_no_after_a_yes_ends_a_change_that_cools_off() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let (rep, lead) = (rep(&world).await, lead(&world).await);
        let (asked, link) = confirmed_change(&world, &rep, robin).await;
        let typed = world.desk.owner_types(&link, NEW, true).await;
        assert!(matches!(typed, Ok(Typed::Taken)), "{typed:?}");
        assert_eq!(state(&world, &asked).await, RequestState::Cooling);
        let there = secret(&only(&post(&world).await, "address"));
        press(&world, &there, Answer::Yes).await;

        takes_back(&world, &lead, robin, &link).await;
        assert_eq!(state(&world, &asked).await, RequestState::Denied);
        nothing_changes(&world, robin).await;
        assert_eq!(count(&world, "change.planned").await, 1);
    });
}

/// A no ends the making of recovery codes: none are made any more, and those that were never count.
#[test]
fn a_no_after_a_yes_ends_recovery_codes() {
    for made in [false, true] {
        on_both(move |world| async move {
            let robin = customer(&world).await;
            let (rep, lead) = (rep(&world).await, lead(&world).await);
            let ticket = call(&world, &rep, robin).await;
            let asked = world
                .desk
                .ask(&rep, ticket, RequestKind::Act, "recovery codes", "")
                .await
                .expect("an answer");
            let link = in_two_steps(&world).await;
            assert_eq!(state(&world, &asked).await, RequestState::Ready);
            if made {
                let codes = world.desk.make_codes(&link).await.expect("codes");
                assert_eq!(codes.len(), 10);
                assert_eq!(state(&world, &asked).await, RequestState::Cooling);
                post(&world).await;
            }

            takes_back(&world, &lead, robin, &link).await;
            let end = if made {
                RequestState::Denied
            } else {
                RequestState::Refused
            };
            assert_eq!(state(&world, &asked).await, end);
            let late = world.desk.make_codes(&link).await;
            assert!(matches!(late, Err(DeskError::Conflict(_))));
            world.clock.pass(HOUR * 80);
            post(&world).await;
            assert_eq!(count(&world, "codes.made").await, usize::from(made));
            let mut tx = world.desk.store().read().await.expect("a transaction");
            let left = tx.saved_codes_left(robin, world.desk.now()).await;
            assert_eq!(left.expect("a count"), 0, "they never count");
        });
    }
}

/// A no while an erasure cools off: there is no last letter, and nothing is erased.
#[test]
fn a_no_after_a_yes_ends_an_erasure() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let (rep, lead) = (rep(&world).await, lead(&world).await);
        let ticket = call(&world, &rep, robin).await;
        let asked = ask(&world, &rep, ticket, RequestKind::Erase).await;
        let agreed = world.desk.agree(&lead, ticket, asked.id).await;
        agreed.expect("agreed");
        let link = in_two_steps(&world).await;
        assert_eq!(state(&world, &asked).await, RequestState::Cooling);
        post(&world).await;

        takes_back(&world, &lead, robin, &link).await;
        assert_eq!(state(&world, &asked).await, RequestState::Denied);
        for _ in 0..2 {
            world.clock.pass(HOUR * 100);
            assert!(!kinds(&post(&world).await).contains(&"erasing"));
        }
        assert!(!account(&world, robin).await.data_key.is_empty());
        assert_eq!(count(&world, "account.erased").await, 0);
    });
}

/// A no after a hold was lifted freezes the account again, and its owner hears of it again.
#[test]
fn a_no_after_a_yes_to_a_lifting_freezes_again() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let lead = lead(&world).await;
        let ticket = call(&world, &lead, robin).await;
        ask(&world, &lead, ticket, RequestKind::Lock).await;
        let asked = ask(&world, &lead, ticket, RequestKind::Unlock).await;
        let link = secret(&only(&post(&world).await, "confirm"));
        lift(&world, &link).await;
        assert_eq!(account(&world, robin).await.hold, HoldLevel::None);
        post(&world).await;

        takes_back(&world, &lead, robin, &link).await;
        assert_eq!(state(&world, &asked).await, RequestState::Done);
        assert_eq!(count(&world, "hold.raised").await, 2);
        assert_eq!(kinds(&post(&world).await), ["frozen"]);
        let sent = deliver(&world, &lead, ticket, "invoice", "10442").await;
        assert_eq!(sent.state, RequestState::Refused);
    });
}

/// Once the link is over a no changes nothing, whether the yes came by it or by a code from the phone.
#[test]
fn a_no_on_a_link_that_is_over_changes_nothing() {
    with_texts(|world, phones| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        for by_phone in [false, true] {
            let ticket = call(&world, &rep, robin).await;
            let asked = ask(&world, &rep, ticket, RequestKind::Reset).await;
            let link = secret(&only(&post(&world).await, "confirm"));
            if by_phone {
                let sent = world.desk.send_text_code(&rep, ticket, asked.id).await;
                sent.expect("sent");
                let code = code_by_text(&world, &phones).await;
                let right = world.desk.take_code(&rep, ticket, asked.id, &code).await;
                assert!(right.expect("an answer"));
            } else {
                press(&world, &link, Answer::Yes).await;
            }
            world.work().await;
            assert_eq!(state(&world, &asked).await, RequestState::Done);
            world.clock.pass(HOUR * 23);
            let page = world.desk.owner_page(&link).await.expect("a page");
            assert!(page.takes_back, "{page:?}");
            world.clock.pass(HOUR);
            let size = world.desk.ledger_size().await.expect("a size");
            let page = press(&world, &link, Answer::No).await;
            assert!(!page.takes_back && page.answer != Some(Answer::No));
            assert_eq!(world.desk.ledger_size().await.expect("a size"), size);
            assert_eq!(account(&world, robin).await.hold, HoldLevel::None);
        }
        world.work().await;
        assert_eq!(told(&world), ["reset.confirmed"; 2]);
        assert_eq!(safety(&world, robin).await, None);
    });
}

/// The owner said that logins were not theirs: frozen, and locked at the identity provider. Then they
/// lifted that, and nothing was worked off since. Returns the secret of the page that lifted it.
async fn locked_and_lifted(world: &World, rep: &Me, lead: &Me, robin: AccountId) -> String {
    at_home(world).await;
    burst(world).await;
    let number = flag(world, robin).await.expect("a flag");
    ask(world, rep, number, RequestKind::Ask).await;
    let question = secret(&only(&post(world).await, "outreach"));
    press(world, &question, Answer::No).await;
    post(world).await;
    let number = safety(world, robin).await.expect("a safety ticket");
    ask(world, lead, number, RequestKind::Unlock).await;
    let lifting = secret(&only(&post(world).await, "confirm"));
    lift(world, &lifting).await;
    assert_eq!(account(world, robin).await.hold, HoldLevel::None);
    assert_eq!(told(world), ["account.lock"]);
    lifting
}

/// A new freeze holds back the unlocking that was on its way; once it is lifted, the unlocking comes.
#[test]
fn an_unlocking_that_a_new_freeze_held_back_comes_with_the_next_lifting() {
    for by_owner in [false, true] {
        with_texts(move |world, phones| async move {
            let robin = customer(&world).await;
            let (rep, lead) = (rep(&world).await, lead(&world).await);
            let lifting = locked_and_lifted(&world, &rep, &lead, robin).await;
            if by_owner {
                takes_back(&world, &lead, robin, &lifting).await;
            } else {
                let ticket = call(&world, &lead, robin).await;
                ask(&world, &lead, ticket, RequestKind::Lock).await;
            }
            post(&world).await;
            // Whoever said yes may sign in since: locked once more, to be sure.
            let locks = if by_owner { 2 } else { 1 };
            assert_eq!(told(&world), vec!["account.lock"; locks]);
            assert_eq!(count(&world, "hook.withheld").await, 1);

            // Questions to one owner are few in a row, and a receipt serves once.
            world.clock.pass(HOUR * 8);
            let number = safety(&world, robin).await.expect("a safety ticket");
            ask(&world, &lead, number, RequestKind::Unlock).await;
            let link = secret(&only(&post(&world).await, "confirm"));
            press(&world, &link, Answer::Yes).await;
            assert!(world.desk.owner_text(&link).await.expect("a page").texted);
            let code = code_by_text(&world, &phones).await;
            let page = world.desk.owner_step(&link, ProofKind::Phone, &code).await;
            assert!(!page.expect("a page").tried);
            assert_eq!(account(&world, robin).await.hold, HoldLevel::None);
            world.work().await;
            assert_eq!(told(&world)[locks..], ["account.unlock"]);
        });
    }
}

/// A freeze ends a reset that the identity provider hasn't heard of for good, also once it is lifted.
#[test]
fn a_reset_from_before_a_freeze_does_not_go_on_after_it() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let lead = lead(&world).await;
        let ticket = call(&world, &lead, robin).await;
        let asked = ask(&world, &lead, ticket, RequestKind::Reset).await;
        let link = secret(&only(&post(&world).await, "confirm"));
        let down = CarrierError::Later("it answered 503".to_owned());
        *world.provider.failures.lock().expect("lock") = vec![down];
        press(&world, &link, Answer::Yes).await;
        world.work().await;
        assert_eq!(state(&world, &asked).await, RequestState::Sending);

        // Frozen and lifted before it is tried again.
        ask(&world, &lead, ticket, RequestKind::Lock).await;
        ask(&world, &lead, ticket, RequestKind::Unlock).await;
        let lifting = secret(&only(&post(&world).await, "confirm"));
        lift(&world, &lifting).await;
        assert_eq!(account(&world, robin).await.hold, HoldLevel::None);
        assert_eq!(state(&world, &asked).await, RequestState::Sending);
        world.clock.pass(MINUTE);
        world.work().await;
        assert!(told(&world).is_empty());
        assert_eq!(state(&world, &asked).await, RequestState::Refused);
        assert_eq!(count(&world, "hook.withheld").await, 1);
        assert!(jobs(&world, "ready").await.is_empty());

        // A yes that comes after it counts.
        let again = ask(&world, &lead, ticket, RequestKind::Reset).await;
        let link = secret(&only(&post(&world).await, "confirm"));
        press(&world, &link, Answer::Yes).await;
        world.work().await;
        assert_eq!(told(&world), ["reset.confirmed"]);
        assert_eq!(state(&world, &again).await, RequestState::Done);
    });
}

/// A no after a lifting that the identity provider was told of locks the account there again.
#[test]
fn a_no_after_a_lifting_locks_again() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let (rep, lead) = (rep(&world).await, lead(&world).await);
        let lifting = locked_and_lifted(&world, &rep, &lead, robin).await;
        world.work().await;
        takes_back(&world, &lead, robin, &lifting).await;
        world.work().await;
        let kinds = ["account.lock", "account.unlock", "account.lock"];
        assert_eq!(told(&world), kinds);
    });
}

/// A message to lock that comes late, after the hold was lifted, is not sent.
#[test]
fn a_late_lock_does_not_lock_out_an_owner_who_is_back() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let (rep, lead) = (rep(&world).await, lead(&world).await);
        at_home(&world).await;
        burst(&world).await;
        let number = flag(&world, robin).await.expect("a flag");
        ask(&world, &rep, number, RequestKind::Ask).await;
        let question = secret(&only(&post(&world).await, "outreach"));
        let down = CarrierError::Later("it answered 503".to_owned());
        *world.provider.failures.lock().expect("lock") = vec![down];
        press(&world, &question, Answer::No).await;
        post(&world).await;
        let number = safety(&world, robin).await.expect("a safety ticket");
        ask(&world, &lead, number, RequestKind::Unlock).await;
        let lifting = secret(&only(&post(&world).await, "confirm"));
        assert!(told(&world).is_empty());
        lift(&world, &lifting).await;
        world.clock.pass(HOUR);
        world.work().await;
        assert_eq!(told(&world), ["account.unlock"]);
        assert_eq!(count(&world, "hook.withheld").await, 1);
        assert!(jobs(&world, "ready").await.is_empty());
    });
}

/// After a yes by text message the no counts as long as the link in the mail lives, also when what was
/// shown is over.
#[test]
fn a_no_counts_when_the_showing_is_over() {
    with_texts(|world, phones| async move {
        let robin = customer(&world).await;
        let (rep, lead) = (rep(&world).await, lead(&world).await);
        let ticket = call(&world, &rep, robin).await;
        let asked = world
            .desk
            .ask(&rep, ticket, RequestKind::Reveal, "address", "")
            .await
            .expect("an answer");
        let link = secret(&only(&post(&world).await, "confirm"));
        let sent = world.desk.send_text_code(&rep, ticket, asked.id).await;
        sent.expect("sent");
        let code = code_by_text(&world, &phones).await;
        let right = world.desk.take_code(&rep, ticket, asked.id, &code).await;
        assert!(right.expect("an answer"));
        let shown = world.desk.reveal(&rep, ticket, asked.id).await;
        shown.expect("shown");
        world.clock.pass(HOUR);
        world.work().await;
        assert_eq!(state(&world, &asked).await, RequestState::Done);
        takes_back(&world, &lead, robin, &link).await;
    });
}

/// A reset that a freeze held back may have arrived before: the owner's no to it, after a yes by text
/// message, freezes and locks.
#[test]
fn a_no_to_a_reset_that_was_held_back_locks() {
    with_texts(|world, phones| async move {
        let robin = customer(&world).await;
        let lead = lead(&world).await;
        let ticket = call(&world, &lead, robin).await;
        let asked = ask(&world, &lead, ticket, RequestKind::Reset).await;
        let link = secret(&only(&post(&world).await, "confirm"));
        let sent = world.desk.send_text_code(&lead, ticket, asked.id).await;
        sent.expect("sent");
        let code = code_by_text(&world, &phones).await;
        let lost = CarrierError::Later("no answer in time".to_owned());
        *world.provider.failures.lock().expect("lock") = vec![lost];
        let right = world.desk.take_code(&lead, ticket, asked.id, &code).await;
        assert!(right.expect("an answer"));
        world.work().await;
        ask(&world, &lead, ticket, RequestKind::Lock).await;
        world.clock.pass(MINUTE);
        world.work().await;
        assert_eq!(state(&world, &asked).await, RequestState::Refused);
        let said = written(&world, &lead, ticket).await;
        assert!(said.contains("An earlier try may have arrived."), "{said}");

        takes_back(&world, &lead, robin, &link).await;
        world.work().await;
        assert_eq!(told(&world), ["account.lock"]);
    });
}
