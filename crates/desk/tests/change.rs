//! Changing a contact point or the postal address: by the owner in two steps, after a time in which each
//! old contact point can stop it; and never by a rep, however helpful.

use crate::common::{
    ADDRESS, EMAIL, HOUR, MINUTE, RECEIPT, account, ask, call, content, count, customer, deliver,
    document, email, entries, kinds, on_file, only, post, press, put, rep, request, safety, says,
    secret, state, step, without_canaries, written,
};
use desk::{
    Answer, Asked, DeskError, Entering, Me, Typed,
    letter::{Envelope, Letter},
    testing::{World, on_both},
};
use store::ContactPointRow;
use words::{AccountId, ContactKind, HoldLevel, RequestKind, RequestState};

const NEW: &str = "robin@new-house.example";
const OLD: &str = "old@mail.example";
const MOVED: &str = "3 Quince Lane\nVelden";

async fn points(world: &World, id: AccountId) -> Vec<ContactPointRow> {
    let mut tx = world.desk.store().read().await.expect("a transaction");
    tx.contact_points(id).await.expect("points")
}

async fn wants(world: &World, me: &Me, ticket: i64, field: &str, item: &str) -> Asked {
    world
        .desk
        .ask(me, ticket, RequestKind::Change, field, item)
        .await
        .expect("an answer")
}

/// The choice that takes the place of the email on file.
async fn in_place(world: &World, me: &Me, ticket: i64) -> String {
    let view = world.desk.ticket(me, ticket).await.expect("a ticket");
    let offer = view
        .offers
        .into_iter()
        .find(|offer| offer.kind == RequestKind::Change && offer.field == "contact_point")
        .expect("an offer");
    offer
        .items
        .into_iter()
        .find(|item| item.contains("email on file"))
        .expect("the email on file")
}

/// The owner says yes in the letter and takes the second step. Returns the secret of their page.
async fn confirmed(world: &World) -> String {
    let secret = secret(&only(&post(world).await, "confirm"));
    press(world, &secret, Answer::Yes).await;
    let page = step(world, &secret, RECEIPT).await.expect("a page");
    assert!(
        !page.tried && page.more.is_empty() && !page.stopped,
        "{page:?}"
    );
    secret
}

/// The owner types the new value and says that it is right.
async fn types(world: &World, secret: &str, value: &str) {
    let shown = world.desk.owner_types(secret, value, false).await;
    assert!(matches!(shown, Ok(Typed::Back(_))), "{shown:?}");
    let taken = world.desk.owner_types(secret, value, true).await;
    assert!(matches!(taken, Ok(Typed::Taken)), "{taken:?}");
}

/// A change of the email on file, confirmed and typed. Returns the request and the letters about it.
async fn planned(world: &World, me: &Me, robin: AccountId) -> (Asked, Vec<Envelope>) {
    let ticket = call(world, me, robin).await;
    let item = in_place(world, me, ticket).await;
    let asked = wants(world, me, ticket, "contact_point", &item).await;
    let page = confirmed(world).await;
    types(world, &page, NEW).await;
    (asked, post(world).await)
}

fn to(letters: &[Envelope], address: &str) -> Vec<&'static str> {
    let theirs: Vec<_> = letters
        .iter()
        .filter(|envelope| envelope.to.as_str() == address)
        .cloned()
        .collect();
    kinds(&theirs)
}

#[test]
fn the_owner_moves_their_email_in_two_steps_and_three_days() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let (asked, letters) = planned(&world, &rep, robin).await;
        assert_eq!(state(&world, &asked).await, RequestState::Cooling);

        // The old one is told without the new value; the new one nothing of the account.
        assert_eq!(to(&letters, EMAIL), ["planned"]);
        assert_eq!(to(&letters, NEW), ["address"]);
        let question = only(&letters, "address");
        let Letter::Address { expires, .. } = question.letter else {
            panic!("a question");
        };
        press(&world, &secret(&question), Answer::Yes).await;

        // It is neither proof nor destination yet.
        let ticket = call(&world, &rep, robin).await;
        deliver(&world, &rep, ticket, "invoice", "10442").await;
        let sent = post(&world).await;
        assert_eq!(to(&sent, EMAIL), ["delivery"]);
        assert!(to(&sent, NEW).is_empty());
        ask(&world, &rep, ticket, RequestKind::Reset).await;
        assert_eq!(only(&post(&world).await, "confirm").to.as_str(), EMAIL);

        world.clock.pass(HOUR * 73);
        assert!(expires < world.desk.now());
        post(&world).await;
        assert_eq!(state(&world, &asked).await, RequestState::Done);
        let left = points(&world, robin).await;
        assert!(left.iter().filter(|p| p.kind == ContactKind::Email).count() == 1);
        let ticket = call(&world, &rep, robin).await;
        deliver(&world, &rep, ticket, "invoice", "10442").await;
        let sent = post(&world).await;
        assert!(to(&sent, NEW).contains(&"delivery"), "{:?}", kinds(&sent));
        assert!(to(&sent, EMAIL).is_empty());

        // Found by the new one, and no longer by the old.
        let found = |value: &'static str| {
            let (world, rep) = (&world, &rep);
            async move {
                world
                    .desk
                    .look_up(rep, "email", value)
                    .await
                    .expect("a look-up")
                    .len()
            }
        };
        assert_eq!((found(NEW).await, found(EMAIL).await), (1, 0));
        for entry in entries(&world).await {
            let text = format!("{entry:?}");
            assert!(!text.contains(NEW), "{text}");
            without_canaries(&text);
        }
    });
}

#[test]
fn a_caller_with_a_willing_rep_changes_nothing() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let before = points(&world, robin).await.len();
        let ticket = call(&world, &rep, robin).await;
        // Whatever the rep asks for, no value has a place in it.
        for item in ["thief@mail.example", "the email on file since 1 May 2012"] {
            let tried = world
                .desk
                .ask(&rep, ticket, RequestKind::Change, "contact_point", item)
                .await;
            assert!(matches!(tried, Err(DeskError::Invalid(_))), "{tried:?}");
        }
        for field in ["birth_date", "receipt_code", "parcel", "plan", "nothing"] {
            let tried = world
                .desk
                .ask(&rep, ticket, RequestKind::Change, field, "")
                .await;
            assert!(
                matches!(tried, Err(DeskError::Invalid(_))),
                "{field}: {tried:?}"
            );
        }
        let asked = wants(&world, &rep, ticket, "", "").await;
        assert_eq!(asked.state, RequestState::Waiting);
        let letters = post(&world).await;
        assert_eq!(letters.len(), 1);
        let page = secret(&only(&letters, "confirm"));
        assert_eq!(letters[0].to.as_str(), EMAIL);

        // Before the two steps nothing is typed there, nor after one of them.
        for yes in [false, true] {
            if yes {
                press(&world, &page, Answer::Yes).await;
            }
            let typed = world
                .desk
                .owner_types(&page, "thief@mail.example", true)
                .await;
            assert!(matches!(typed, Err(DeskError::Conflict(_))), "{typed:?}");
        }
        world.clock.pass(MINUTE * 61);
        post(&world).await;
        assert_eq!(state(&world, &asked).await, RequestState::Expired);
        assert_eq!(points(&world, robin).await.len(), before);
        assert_eq!(count(&world, "change.planned").await, 0);
    });
}

#[test]
fn the_old_address_stops_it_and_the_new_one_never_comes_back() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let (asked, letters) = planned(&world, &rep, robin).await;
        press(&world, &secret(&only(&letters, "address")), Answer::Yes).await;
        let stop = secret(&only(&letters, "planned"));
        press(&world, &stop, Answer::No).await;
        assert_eq!(state(&world, &asked).await, RequestState::Denied);
        assert_eq!(account(&world, robin).await.hold, HoldLevel::Frozen);
        post(&world).await;
        world.clock.pass(HOUR * 80);
        post(&world).await;
        let left = points(&world, robin).await;
        assert!(
            left.iter()
                .any(|p| p.kind == ContactKind::Email && p.usable(world.desk.now()))
        );
        assert_eq!(
            left.iter().filter(|p| p.kind == ContactKind::Email).count(),
            1
        );

        // Not by the company's systems, whatever else they send.
        let sent = || {
            document(&[
                email(EMAIL, "2019-05-01", Some("2019-05-01")),
                email(&NEW.to_uppercase(), "2019-05-01", Some("2019-05-01")),
            ])
        };
        let tried = world.desk.put_account(None, "A-1042", sent()).await;
        let Err(DeskError::Conflict(why)) = tried else {
            panic!("{tried:?}");
        };
        assert!(!why.contains("new-house") && why.contains("can't be used"));

        // Not by the owner's page either, once the freeze is lifted.
        let (lead, ticket) = (
            crate::common::lead(&world).await,
            safety(&world, robin).await.expect("a safety ticket"),
        );
        world.clock.pass(HOUR * 5);
        let asked = ask(&world, &lead, ticket, RequestKind::Unlock).await;
        assert_eq!(asked.state, RequestState::Waiting, "{}", asked.reason);
        post(&world).await;
        assert_eq!(points(&world, robin).await.len(), left.len());
    });
}

#[test]
fn what_was_stopped_is_refused_on_the_page_as_what_is_there_already() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        {
            // An email that was said not to be theirs.
            let mut sent = on_file();
            sent.push(email(OLD, "2019-05-01", None));
            let sent = document(&sent);
            let put = world.desk.put_account(None, "A-1042", sent).await;
            put.expect("put");
            let mut tx = world.desk.store().begin().await.expect("a transaction");
            let known = tx.contact_points(robin).await.expect("points");
            let id = known
                .iter()
                .find(|p| p.kind == ContactKind::Email && p.confirmed_at.is_none())
                .expect("the other email")
                .id;
            tx.repudiate_contact_point(id, world.desk.now())
                .await
                .expect("a write");
            tx.commit().await.expect("a commit");
        }
        let ticket = call(&world, &rep, robin).await;
        wants(&world, &rep, ticket, "contact_point", "a new email").await;
        let page = confirmed(&world).await;
        let shown = world.desk.owner_page(&page).await.expect("a page");
        assert_eq!(shown.enter, Some(Entering::Email));
        let mut said = Vec::new();
        for (text, sure) in [
            (EMAIL, true),
            (" ROBIN.VALE@mail.example ", true),
            (EMAIL, false),
            (OLD, true),
            (OLD, false),
        ] {
            let typed = world
                .desk
                .owner_types(&page, text, sure)
                .await
                .expect("an answer");
            let Typed::Again(why) = typed else {
                panic!("{typed:?}");
            };
            said.push(why);
        }
        said.dedup();
        assert_eq!(said.len(), 1);
        for wrong in [
            "",
            "robin",
            "robin@",
            "a@b.example, c@d.example",
            "robin@mail.example\nBcc: x@y.example",
        ] {
            let typed = world
                .desk
                .owner_types(&page, wrong, true)
                .await
                .expect("an answer");
            assert!(matches!(typed, Typed::Again(_)), "{wrong}: {typed:?}");
        }
        assert_eq!(count(&world, "change.planned").await, 0);
        // The right one still goes.
        types(&world, &page, NEW).await;
    });
}

#[test]
fn whoever_tries_what_is_on_file_on_the_page_has_few_tries_whatever_they_find() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        wants(&world, &rep, ticket, "contact_point", "a new email").await;
        let page = confirmed(&world).await;
        for n in 0..10 {
            let guess = format!("robin{n}@mail.example");
            let guess = if n % 2 == 0 { EMAIL } else { &guess };
            let typed = world.desk.owner_types(&page, guess, false).await;
            assert!(
                matches!(typed, Ok(Typed::Back(_) | Typed::Again(_))),
                "{typed:?}"
            );
        }
        for guess in [EMAIL, NEW] {
            for sure in [false, true] {
                let typed = world.desk.owner_types(&page, guess, sure).await;
                assert!(matches!(typed, Err(DeskError::Limited(_))), "{typed:?}");
            }
        }
        assert_eq!(count(&world, "change.typed").await, 0);
    });
}

#[test]
fn a_hold_that_came_after_the_yes_ends_the_typing() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        wants(&world, &rep, ticket, "contact_point", "a new email").await;
        let page = confirmed(&world).await;
        for _ in 0..3 {
            deliver(&world, &rep, ticket, "receipt_code", "10442").await;
        }
        assert_eq!(account(&world, robin).await.hold, HoldLevel::Careful);
        let typed = world.desk.owner_types(&page, NEW, true).await;
        assert!(matches!(typed, Err(DeskError::Conflict(_))), "{typed:?}");
        assert_eq!(count(&world, "change.typed").await, 0);
    });
}

#[test]
fn a_page_takes_one_value_once_and_within_the_hour() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let asked = wants(&world, &rep, ticket, "contact_point", "a new email").await;
        let page = confirmed(&world).await;
        // Nobody asks for a second one meanwhile.
        let again = world
            .desk
            .ask(&rep, ticket, RequestKind::Change, "address", "")
            .await;
        assert!(matches!(again, Err(DeskError::Conflict(_))), "{again:?}");
        let (one, other) = tokio::join!(
            world.desk.owner_types(&page, NEW, true),
            world
                .desk
                .owner_types(&page, "robin@other-house.example", true)
        );
        let taken = [one, other]
            .into_iter()
            .filter(|t| matches!(t, Ok(Typed::Taken)))
            .count();
        assert_eq!(taken, 1);
        assert_eq!(count(&world, "change.planned").await, 1);
        assert_eq!(count(&world, "change.typed").await, 1);
        assert_eq!(state(&world, &asked).await, RequestState::Cooling);

        post(&world).await;
        world.clock.pass(HOUR * 5);
        let ticket = call(&world, &rep, robin).await;
        let asked = wants(&world, &rep, ticket, "contact_point", "a new email").await;
        let late = secret(&only(&post(&world).await, "confirm"));
        press(&world, &late, Answer::Yes).await;
        let page = step(&world, &late, RECEIPT).await.expect("a page");
        // The receipt served before.
        assert!(page.tried && page.enter.is_none());
        assert_eq!(state(&world, &asked).await, RequestState::Waiting);
    });
}

#[test]
fn after_an_hour_the_page_is_over() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let asked = wants(&world, &rep, ticket, "contact_point", "a new email").await;
        let page = confirmed(&world).await;
        world.clock.pass(MINUTE * 61);
        // Nothing swept it yet, and still it is over.
        let shown = world.desk.owner_page(&page).await.expect("a page");
        assert!(shown.stopped && shown.enter.is_none());
        let late = world.desk.owner_types(&page, NEW, true).await;
        assert!(matches!(late, Err(DeskError::Conflict(_))), "{late:?}");
        post(&world).await;
        assert_eq!(state(&world, &asked).await, RequestState::Expired);
        let late = world.desk.owner_types(&page, NEW, true).await;
        assert!(matches!(late, Err(DeskError::Conflict(_))), "{late:?}");
        let nobody = world.desk.owner_types("nothing", NEW, true).await;
        assert!(matches!(nobody, Err(DeskError::NotFound)), "{nobody:?}");
    });
}

#[test]
fn a_freeze_ends_what_is_confirmed_and_what_is_planned() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let (asked, letters) = planned(&world, &rep, robin).await;
        press(&world, &secret(&only(&letters, "address")), Answer::Yes).await;
        let ticket = call(&world, &rep, robin).await;
        ask(&world, &rep, ticket, RequestKind::Lock).await;
        assert_eq!(state(&world, &asked).await, RequestState::Refused);
        world.clock.pass(HOUR * 80);
        post(&world).await;
        let left = points(&world, robin).await;
        let emails: Vec<_> = left
            .iter()
            .filter(|p| p.kind == ContactKind::Email)
            .collect();
        assert_eq!(
            emails.len(),
            1,
            "the old one stays, and the new one is gone"
        );
        assert!(emails[0].usable(world.desk.now()));
        assert_eq!(count(&world, "change.done").await, 0);
    });
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let asked = wants(&world, &rep, ticket, "address", "").await;
        let page = confirmed(&world).await;
        ask(&world, &rep, ticket, RequestKind::Lock).await;
        assert_eq!(state(&world, &asked).await, RequestState::Refused);
        let late = world.desk.owner_types(&page, MOVED, true).await;
        assert!(matches!(late, Err(DeskError::Conflict(_))), "{late:?}");
    });
}

/// What the company noted without anybody ever having confirmed it counts for nothing; its owner can make it
/// count, like any new one.
#[test]
fn what_was_only_noted_its_owner_can_confirm() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let known = email(EMAIL, "2019-05-01", Some("2019-05-01"));
        let noted = document(&[known, email(NEW, "2026-01-01", None)]);
        world
            .desk
            .put_account(None, "A-1042", noted)
            .await
            .expect("put");
        world.clock.pass(HOUR * 80);
        post(&world).await;
        let new = |points: Vec<ContactPointRow>| {
            let emails = points.into_iter().filter(|p| p.kind == ContactKind::Email);
            emails
                .map(|p| (p.confirmed_at.is_some(), p.usable(world.desk.now())))
                .collect::<Vec<_>>()
        };
        assert!(new(points(&world, robin).await).contains(&(false, false)));

        let rep = rep(&world).await;
        let (asked, letters) = planned(&world, &rep, robin).await;
        press(&world, &secret(&only(&letters, "address")), Answer::Yes).await;
        world.clock.pass(HOUR * 73);
        post(&world).await;
        assert_eq!(state(&world, &asked).await, RequestState::Done);
        assert_eq!(new(points(&world, robin).await), [(true, true)]);
        let ticket = call(&world, &rep, robin).await;
        deliver(&world, &rep, ticket, "invoice", "10442").await;
        assert!(to(&post(&world).await, NEW).contains(&"delivery"));
    });
}

/// The one that was only noted is chosen, and its owner types that very address: it stays, and counts.
#[test]
fn what_was_only_noted_may_take_its_own_place() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let known = email(EMAIL, "2019-05-01", Some("2019-05-01"));
        let noted = document(&[known, email(NEW, "2026-01-01", None)]);
        world
            .desk
            .put_account(None, "A-1042", noted)
            .await
            .expect("put");
        world.clock.pass(HOUR * 80);
        post(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let view = world.desk.ticket(&rep, ticket).await.expect("a ticket");
        let offers = view.offers.into_iter();
        let items: Vec<String> = offers
            .filter(|offer| offer.field == "contact_point")
            .flat_map(|offer| offer.items)
            .collect();
        let noted = items.iter().find(|item| item.ends_with("2026"));
        let item = noted.expect("the noted one").clone();
        let asked = wants(&world, &rep, ticket, "contact_point", &item).await;
        let page = confirmed(&world).await;
        types(&world, &page, NEW).await;
        press(
            &world,
            &secret(&only(&post(&world).await, "address")),
            Answer::Yes,
        )
        .await;
        world.clock.pass(HOUR * 73);
        post(&world).await;
        assert_eq!(state(&world, &asked).await, RequestState::Done);
        let now = world.desk.now();
        let usable = points(&world, robin).await;
        let usable = usable
            .iter()
            .filter(|p| p.usable(now) && p.kind == ContactKind::Email);
        assert_eq!(usable.count(), 2);
    });
}

/// A change that nobody answered leaves nothing behind: what the company sends later is the company's.
#[test]
fn after_a_change_that_came_to_nothing_the_company_can_send_the_same() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let (asked, _) = planned(&world, &rep, robin).await;
        world.clock.pass(HOUR * 73);
        post(&world).await;
        assert_eq!(state(&world, &asked).await, RequestState::Expired);
        let known = email(EMAIL, "2019-05-01", Some("2019-05-01"));
        for confirmed in [None, Some("2026-02-01")] {
            let sent = document(&[known.clone(), email(NEW, "2026-01-01", confirmed)]);
            world
                .desk
                .put_account(None, "A-1042", sent)
                .await
                .expect("put");
            post(&world).await;
            world.clock.pass(HOUR * 80);
            post(&world).await;
        }
        let now = world.desk.now();
        let usable = points(&world, robin).await;
        let usable = usable
            .iter()
            .filter(|p| p.usable(now) && p.kind == ContactKind::Email);
        assert_eq!(usable.count(), 2);
    });
}

#[test]
fn an_address_at_which_nobody_answers_never_counts() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let (asked, letters) = planned(&world, &rep, robin).await;
        let question = secret(&only(&letters, "address"));
        world.clock.pass(HOUR * 73);
        // Too late.
        let page = press(&world, &question, Answer::Yes).await;
        assert!(page.over, "{page:?}");
        post(&world).await;
        assert_eq!(state(&world, &asked).await, RequestState::Expired);
        let emails: Vec<_> = points(&world, robin).await;
        assert_eq!(
            emails
                .iter()
                .filter(|p| p.kind == ContactKind::Email)
                .count(),
            1
        );
        let ticket = call(&world, &rep, robin).await;
        deliver(&world, &rep, ticket, "invoice", "10442").await;
        assert!(to(&post(&world).await, EMAIL).contains(&"delivery"));
    });
}

#[test]
fn the_postal_address_changes_after_its_time_and_until_then_the_old_one_is_sent() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let asked = wants(&world, &rep, ticket, "address", "").await;
        let page = confirmed(&world).await;
        let shown = world.desk.owner_page(&page).await.expect("a page");
        assert_eq!(shown.enter, Some(Entering::Address));
        types(&world, &page, MOVED).await;
        assert_eq!(state(&world, &asked).await, RequestState::Cooling);
        let letters = post(&world).await;
        assert_eq!(to(&letters, EMAIL), ["planned"]);
        deliver(&world, &rep, ticket, "address", "").await;
        let old = content(&only(&post(&world).await, "delivery").letter);
        assert_eq!(old, ADDRESS.as_bytes());
        world.clock.pass(HOUR * 73);
        post(&world).await;
        assert_eq!(state(&world, &asked).await, RequestState::Done);
        let ticket = call(&world, &rep, robin).await;
        deliver(&world, &rep, ticket, "address", "").await;
        let new = content(&only(&post(&world).await, "delivery").letter);
        assert_eq!(new, MOVED.as_bytes());
        // The company's list has not heard of it: it doesn't undo it, and a third one is news.
        for (line, plan) in [(ADDRESS, "Gold"), ("9 Oak Way, Velden", "Silver")] {
            let mut sent = document(&[email(EMAIL, "2019-05-01", Some("2019-05-01"))]);
            sent.fields.insert("address".to_owned(), line.into());
            sent.fields.insert("plan".to_owned(), plan.into());
            let put = world.desk.put_account(None, "A-1042", sent).await;
            assert_eq!(put.expect("put"), desk::accounts::Put::Changed);
            let ticket = call(&world, &rep, robin).await;
            deliver(&world, &rep, ticket, "address", "").await;
            let letters = post(&world).await;
            let now = content(&only(&letters, "delivery").letter);
            let kept = if line == ADDRESS { MOVED } else { line };
            assert_eq!(now, kept.as_bytes());
        }
        let text = written(&world, &rep, ticket).await;
        assert!(!text.contains("Quince"));
        for entry in entries(&world).await {
            assert!(!format!("{entry:?}").contains("Quince"));
        }
    });
}

#[test]
fn a_planned_address_ends_with_its_field() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let asked = wants(&world, &rep, ticket, "address", "").await;
        let page = confirmed(&world).await;
        types(&world, &page, MOVED).await;
        let mut without = document(&[email(EMAIL, "2019-05-01", Some("2019-05-01"))]);
        without.fields.remove("address");
        world
            .desk
            .put_account(None, "A-1042", without)
            .await
            .expect("put");
        post(&world).await;
        world.clock.pass(HOUR * 73);
        post(&world).await;
        assert_eq!(state(&world, &asked).await, RequestState::Expired);
    });
}

#[test]
fn what_the_company_sends_cools_off_and_the_old_address_can_stop_it() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let sent = |value: &str| document(&[email(value, "2019-05-01", Some("2019-05-01"))]);
        world
            .desk
            .put_account(None, "A-1042", sent("thief@mail.example"))
            .await
            .expect("put");
        let letters = post(&world).await;
        let told = only(&letters, "planned");
        assert_eq!((letters.len(), told.to.as_str()), (1, EMAIL));
        assert!(!says(&told.letter).contains("thief"));
        // The old one stays in effect meanwhile.
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        deliver(&world, &rep, ticket, "invoice", "10442").await;
        assert_eq!(to(&post(&world).await, EMAIL), ["delivery"]);
        press(&world, &secret(&told), Answer::No).await;
        assert_eq!(account(&world, robin).await.hold, HoldLevel::Frozen);
        assert!(safety(&world, robin).await.is_some());
        let again = world
            .desk
            .put_account(None, "A-1042", sent("thief@mail.example"))
            .await;
        assert!(matches!(again, Err(DeskError::Conflict(_))), "{again:?}");
        world.clock.pass(HOUR * 80);
        post(&world).await;
        let emails = points(&world, robin).await;
        assert!(emails.iter().any(|p| p.usable(world.desk.now())));
    });
}

#[test]
fn what_the_company_sends_counts_after_its_time_if_nobody_objects() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let sent = document(&[email(NEW, "2026-11-01", Some("2026-11-01"))]);
        world
            .desk
            .put_account(None, "A-1042", sent)
            .await
            .expect("put");
        post(&world).await;
        world.clock.pass(HOUR * 73);
        post(&world).await;
        let emails = points(&world, robin).await;
        assert_eq!(
            emails
                .iter()
                .filter(|p| p.kind == ContactKind::Email)
                .count(),
            1
        );
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        deliver(&world, &rep, ticket, "invoice", "10442").await;
        assert_eq!(to(&post(&world).await, NEW), ["delivery"]);
    });
}

#[test]
fn where_nobody_can_be_told_a_person_looks() {
    on_both(|world| async move {
        let robin = put(&world, "A-1042", &[]).await;
        assert!(safety(&world, robin).await.is_none());
        let sent = document(&[email(NEW, "2019-05-01", Some("2019-05-01"))]);
        world
            .desk
            .put_account(None, "A-1042", sent)
            .await
            .expect("put");
        assert!(post(&world).await.is_empty());
        let ticket = safety(&world, robin).await.expect("a safety ticket");
        let lead = crate::common::lead(&world).await;
        assert!(
            written(&world, &lead, ticket)
                .await
                .contains("can't be told")
        );
        // In doubt they freeze it, and it doesn't come.
        ask(&world, &lead, ticket, RequestKind::Lock).await;
        world.clock.pass(HOUR * 80);
        post(&world).await;
        assert!(points(&world, robin).await.is_empty());
    });
}

#[test]
fn the_companys_list_does_not_undo_what_the_owner_changed() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let (_, letters) = planned(&world, &rep, robin).await;
        press(&world, &secret(&only(&letters, "address")), Answer::Yes).await;
        let sent = |plan: &str| {
            let mut sent = document(&[email(EMAIL, "2019-05-01", Some("2019-05-01"))]);
            let text = desk::accounts::FieldDocument::Text(plan.to_owned());
            sent.fields.insert("plan".to_owned(), text);
            sent
        };
        world
            .desk
            .put_account(None, "A-1042", sent("Gold"))
            .await
            .expect("put");
        world.clock.pass(HOUR * 73);
        post(&world).await;
        world
            .desk
            .put_account(None, "A-1042", sent("Silver"))
            .await
            .expect("put");
        post(&world).await;
        let emails = points(&world, robin).await;
        let emails: Vec<_> = emails
            .iter()
            .filter(|p| p.kind == ContactKind::Email)
            .collect();
        assert_eq!(emails.len(), 1);
        let ticket = call(&world, &rep, robin).await;
        deliver(&world, &rep, ticket, "invoice", "10442").await;
        assert!(to(&post(&world).await, NEW).contains(&"delivery"));
        // It is found by what its owner has, and not by what they gave up.
        for (value, found) in [(NEW, 1), (EMAIL, 0)] {
            let accounts = world.desk.look_up(&rep, "email", value).await;
            assert_eq!(accounts.expect("a look-up").len(), found, "{value}");
        }
    });
}

#[test]
fn contact_points_that_change_all_the_time_wait_a_day() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let mut answers = Vec::new();
        for n in 0..6 {
            let sent = document(&[
                email(EMAIL, "2019-05-01", Some("2019-05-01")),
                email(
                    &format!("robin{n}@mail.example"),
                    "2019-05-01",
                    Some("2019-05-01"),
                ),
            ]);
            answers.push(world.desk.put_account(None, "A-1042", sent).await.is_ok());
        }
        assert_eq!(answers, [true, true, true, true, false, false]);
        let letters = post(&world).await;
        assert_eq!(letters.len(), 4);
        let _ = robin;
    });
}

#[test]
fn without_text_messages_no_phone_number_is_offered() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let tried = world
            .desk
            .ask(
                &rep,
                ticket,
                RequestKind::Change,
                "contact_point",
                "a new phone number",
            )
            .await;
        assert!(matches!(tried, Err(DeskError::Invalid(_))), "{tried:?}");
        let asked = wants(&world, &rep, ticket, "", "").await;
        let row = request(&world, asked.id).await;
        assert_eq!(row.label, "new email address");
        assert_eq!(row.state, RequestState::Waiting);
    });
}

#[test]
fn an_import_lists_what_was_repudiated_and_goes_on() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let (_, letters) = planned(&world, &rep, robin).await;
        press(&world, &secret(&only(&letters, "planned")), Answer::No).await;
        let file = world.folder.join("accounts.jsonl");
        let row = |id: &str| {
            format!(
                r#"{{"external_id":"{id}","display_name":"Robin Vale","contact_points":[{{"kind":"email","value":"{NEW}","confirmed_at":"2019-05-01"}}]}}"#
            )
        };
        std::fs::write(&file, format!("{}\n{}\n", row("A-1042"), row("A-3"))).expect("a file");
        let report = world
            .desk
            .import_file(&file, desk::accounts::ImportOptions::default(), &mut |_| ())
            .await
            .expect("an import");
        // It may be another account's; on this one it never is again.
        assert_eq!(
            (report.created, report.changed, report.bad_count),
            (1, 0, 1)
        );
        assert_eq!(report.bad[0].line, 1);
        assert!(!report.bad[0].reason.contains("new-house"));
    });
}

#[test]
fn a_page_tells_before_the_yes_whether_one_more_step_follows() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        for (what, codes) in [("cancel_order", false), ("recovery codes", true)] {
            let asked = world
                .desk
                .ask(&rep, ticket, RequestKind::Act, what, "")
                .await
                .expect("an answer");
            assert_eq!(asked.state, RequestState::Waiting);
            let question = secret(&only(&post(&world).await, "confirm"));
            let page = world.desk.owner_page(&question).await.expect("a page");
            assert_eq!((page.two_steps, page.about_codes), (codes, codes), "{what}");
            press(&world, &question, Answer::Yes).await;
            let page = world.desk.owner_page(&question).await.expect("a page");
            assert!(!page.two_steps);
            assert_eq!(page.more.is_empty(), !codes, "{what}");
        }
    });
}
