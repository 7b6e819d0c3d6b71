//! What a rep is shown: only for the owner's yes to exactly that, for five minutes, and counted.

use crate::common::{
    ADDRESS, CANARIES, EMAIL, HOUR, MINUTE, account, ask, call, count, customer, entries, lead,
    logins::token, only, post, press, rep, request, says, secret, written,
};
use desk::{
    Answer, Asked, DeskError, Me, Revealed, Standing,
    letter::Letter,
    testing::{World, on_both},
};
use std::time::Duration;
use words::{AccountId, AlarmKind, HoldLevel, RequestKind, RequestState, Role};

async fn wish(world: &World, me: &Me, ticket: i64, field: &str, item: &str) -> Asked {
    let kind = RequestKind::Reveal;
    let asked = world.desk.ask(me, ticket, kind, field, item).await;
    asked.expect("an answer")
}

async fn look(world: &World, me: &Me, ticket: i64, asked: &Asked) -> Result<Revealed, DeskError> {
    world.desk.reveal(me, ticket, asked.id).await
}

/// A ticket with a showing of the address that the owner agreed to.
async fn agreed(world: &World, me: &Me, account: AccountId) -> (i64, Asked) {
    let ticket = call(world, me, account).await;
    let asked = wish(world, me, ticket, "address", "").await;
    assert_eq!(asked.state, RequestState::Waiting);
    let link = secret(&only(&post(world).await, "confirm"));
    press(world, &link, Answer::Yes).await;
    (ticket, asked)
}

fn refused(outcome: &Result<Revealed, DeskError>) -> bool {
    let text = format!("{outcome:?}");
    assert!(
        CANARIES.iter().all(|canary| !text.contains(canary)),
        "{text}"
    );
    matches!(
        outcome,
        Err(DeskError::Refused { .. } | DeskError::Conflict(_))
    )
}

#[test]
fn a_rep_sees_one_field_for_five_minutes_after_the_owner_said_yes_to_that() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let asked = wish(&world, &rep, ticket, "address", "").await;
        assert_eq!(asked.state, RequestState::Waiting);
        assert!(asked.words.contains("five minutes"), "{}", asked.words);
        assert!(refused(&look(&world, &rep, ticket, &asked).await));

        let letter = only(&post(&world).await, "confirm");
        assert_eq!(letter.to.as_str(), EMAIL);
        let Letter::Confirm { what, item, .. } = &letter.letter else {
            panic!("a question")
        };
        assert_eq!(*what, RequestKind::Reveal);
        assert_eq!(item.as_deref(), Some("postal address"));
        press(&world, &secret(&letter), Answer::Yes).await;
        assert_eq!(request(&world, asked.id).await.state, RequestState::Ready);
        let view = world.desk.ticket(&rep, ticket).await.expect("a ticket");
        assert!(matches!(view.standing, Standing::Confirmed { .. }));
        assert!(!format!("{view:?}").contains(ADDRESS));

        world.clock.pass(MINUTE * 2);
        let shown = look(&world, &rep, ticket, &asked).await.expect("shown");
        assert_eq!(shown.value.as_str(), ADDRESS);
        assert_eq!(shown.what, "postal address");
        // Again within the five minutes, and each time is an entry.
        world.clock.pass(MINUTE * 2);
        look(&world, &rep, ticket, &asked).await.expect("shown");
        assert_eq!(count(&world, "disclosure.revealed").await, 2);
        let entry = entries(&world).await;
        let entry = entry.iter().find(|e| e.kind == "disclosure.revealed");
        let entry = entry.expect("an entry");
        assert_eq!(entry.account, Some(robin.to_string()));
        assert_eq!(entry.ticket, Some(ticket));
        assert_eq!(entry.data["field"], "address");
        assert!(!format!("{entry:?}").contains(ADDRESS));

        world.clock.pass(MINUTE);
        assert!(refused(&look(&world, &rep, ticket, &asked).await));
        world.work().await;
        assert_eq!(request(&world, asked.id).await.state, RequestState::Done);
        assert!(refused(&look(&world, &rep, ticket, &asked).await));
        assert!(
            written(&world, &rep, ticket)
                .await
                .contains("Shown to rae: postal address.")
        );
    });
}

#[test]
fn the_owner_hears_of_a_showing_even_where_they_were_told_of_the_contact_before() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        world.desk.end_call(&rep, ticket).await.expect("an end");
        let told = only(&post(&world).await, "notice");
        assert!(says(&told.letter).contains("shown: []"));
        world.clock.pass(HOUR);
        let asked = wish(&world, &rep, ticket, "address", "").await;
        let link = secret(&only(&post(&world).await, "confirm"));
        press(&world, &link, Answer::Yes).await;
        look(&world, &rep, ticket, &asked).await.expect("shown");
        world.clock.pass(MINUTE * 5);
        let notice = only(&post(&world).await, "notice");
        assert!(
            says(&notice.letter).contains(r#"shown: ["postal address"]"#),
            "{}",
            says(&notice.letter)
        );
        let no = secret(&notice);
        let page = world.desk.owner_page(&no).await.expect("a page");
        assert_eq!(page.shown, ["postal address"]);
        press(&world, &no, Answer::No).await;
        let lead = lead(&world).await;
        let safety = crate::common::safety(&world, robin)
            .await
            .expect("a ticket");
        assert!(
            written(&world, &lead, safety)
                .await
                .contains("Shown to support in it")
        );
    });
}

#[test]
fn a_yes_is_for_the_one_who_asked_and_for_that_field_and_ticket() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let (rep, lead) = (rep(&world).await, lead(&world).await);
        let (ticket, asked) = agreed(&world, &rep, robin).await;
        assert!(refused(&look(&world, &lead, ticket, &asked).await));
        let other = call(&world, &rep, robin).await;
        assert!(matches!(
            look(&world, &rep, other, &asked).await,
            Err(DeskError::NotFound)
        ));
        let auditor = world.staff("aud", Role::Auditor).await;
        assert!(matches!(
            look(&world, &auditor, ticket, &asked).await,
            Err(DeskError::Forbidden(_))
        ));
        look(&world, &rep, ticket, &asked).await.expect("shown");
        assert_eq!(count(&world, "disclosure.revealed").await, 1);
    });
}

#[test]
fn nothing_is_shown_from_a_closed_ticket_or_of_a_held_account() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let (rep, lead) = (rep(&world).await, lead(&world).await);
        let (ticket, asked) = agreed(&world, &rep, robin).await;
        world.desk.close(&rep, ticket).await.expect("closed");
        assert!(refused(&look(&world, &rep, ticket, &asked).await));
        world.desk.reopen(&rep, ticket).await.expect("open");
        assert!(refused(&look(&world, &rep, ticket, &asked).await));
        post(&world).await;

        // Careful, raised by attempts in between: the gate itself says no.
        world.clock.pass(HOUR);
        let (ticket, asked) = agreed(&world, &rep, robin).await;
        for _ in 0..3 {
            let asked = world
                .desk
                .ask(&rep, ticket, RequestKind::Deliver, "receipt_code", "10442")
                .await;
            asked.expect("an answer");
        }
        assert_eq!(account(&world, robin).await.hold, HoldLevel::Careful);
        let outcome = look(&world, &rep, ticket, &asked).await;
        let Err(DeskError::Refused { rule, .. }) = &outcome else {
            panic!("{outcome:?}")
        };
        assert_eq!(rule, "careful-shows-nothing");
        assert_eq!(request(&world, asked.id).await.state, RequestState::Refused);
        let again = wish(&world, &rep, ticket, "address", "").await;
        assert_eq!(again.state, RequestState::Refused);
        post(&world).await;

        let other = crate::common::put(
            &world,
            "A-2000",
            &[crate::common::email(
                "b@mail.example",
                "2019-05-01",
                Some("2019-05-01"),
            )],
        )
        .await;
        let (ticket, asked) = agreed(&world, &rep, other).await;
        ask(&world, &lead, ticket, RequestKind::Lock).await;
        assert!(refused(&look(&world, &rep, ticket, &asked).await));
        assert_eq!(count(&world, "disclosure.revealed").await, 0);
    });
}

#[test]
fn secrets_documents_and_what_nobody_agreed_to_are_never_shown() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        for (field, item) in [("receipt_code", "10442"), ("password_changed", "")] {
            let asked = wish(&world, &rep, ticket, field, item).await;
            assert_eq!(asked.state, RequestState::Refused);
            assert_eq!(asked.rule, "secrets-stay");
            assert!(refused(&look(&world, &rep, ticket, &asked).await));
        }
        let kind = RequestKind::Reveal;
        let pdf = world.desk.ask(&rep, ticket, kind, "invoice", "10442").await;
        assert!(matches!(pdf, Err(DeskError::Invalid(_))));
        let asked = wish(&world, &rep, ticket, "address", "").await;
        let link = secret(&only(&post(&world).await, "confirm"));
        press(&world, &link, Answer::No).await;
        assert_eq!(request(&world, asked.id).await.state, RequestState::Denied);
        assert!(refused(&look(&world, &rep, ticket, &asked).await));
    });
}

#[test]
fn a_yes_whose_rep_left_shows_nothing() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let asked = wish(&world, &rep, ticket, "address", "").await;
        let link = secret(&only(&post(&world).await, "confirm"));
        let mut tx = world.desk.store().begin().await.expect("a transaction");
        tx.end_staff(rep.id, Some(world.desk.now()))
            .await
            .expect("ended");
        tx.commit().await.expect("a commit");
        press(&world, &link, Answer::Yes).await;
        assert_eq!(request(&world, asked.id).await.state, RequestState::Refused);
        assert!(refused(&look(&world, &rep, ticket, &asked).await));
    });
}

#[test]
fn who_sees_too_much_within_an_hour_sees_no_more_and_a_lead_hears_of_it() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let (rep, lead) = (rep(&world).await, lead(&world).await);
        let (ticket, asked) = agreed(&world, &rep, robin).await;
        for _ in 0..5 {
            look(&world, &rep, ticket, &asked).await.expect("shown");
            world.clock.pass(Duration::from_secs(10));
        }
        for _ in 0..2 {
            let outcome = look(&world, &rep, ticket, &asked).await;
            assert!(matches!(outcome, Err(DeskError::Limited(_))), "{outcome:?}");
        }
        assert_eq!(count(&world, "disclosure.revealed").await, 5);
        assert_eq!(count(&world, "limit.reached").await, 2);
        let alarms = world.desk.alarms(&lead, None, 10).await.expect("alarms");
        assert_eq!(alarms.len(), 1, "{alarms:?}");
        assert_eq!(alarms[0].kind, AlarmKind::RevealLimit);
        assert_eq!(alarms[0].ticket, Some(ticket));
        assert_eq!(alarms[0].staff_name.as_deref(), Some("rae"));
        assert!(world.desk.alarms(&rep, None, 10).await.is_err());
        let counts = world.desk.counts(&lead).await.expect("counts");
        assert_eq!(counts.alarms, 1);
        assert_eq!(world.desk.counts(&rep).await.expect("counts").alarms, 0);
        world
            .desk
            .see_alarm(&lead, alarms[0].id)
            .await
            .expect("seen");
        assert!(matches!(
            world.desk.see_alarm(&lead, alarms[0].id).await,
            Err(DeskError::Conflict(_))
        ));
        assert_eq!(count(&world, "alarm.seen").await, 1);
        let counts = world.desk.counts(&lead).await.expect("counts");
        assert_eq!(counts.alarms, 0);

        // An hour on it works again, for a new yes.
        world.clock.pass(HOUR);
        let (ticket, asked) = agreed(&world, &rep, robin).await;
        look(&world, &rep, ticket, &asked).await.expect("shown");
    });
}

#[test]
fn a_program_asks_and_sees_only_if_it_was_made_for_that_by_name() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let made = token(&world, Role::Rep, &["tickets", "accounts", "reveals"]).await;
        let secret = world
            .desk
            .create_token(None, "chat robot", Role::Rep, 1, &[])
            .await
            .expect("a token");
        let other = world.desk.token(&secret).await.expect("an answer");
        let other = other.expect("a token");

        let ticket = call(&world, &other, robin).await;
        let kind = RequestKind::Reveal;
        let asked = world.desk.ask(&other, ticket, kind, "address", "").await;
        assert!(matches!(asked, Err(DeskError::Forbidden(_))), "{asked:?}");
        assert!(post(&world).await.is_empty(), "nobody is asked");
        let view = world.desk.ticket(&other, ticket).await.expect("a ticket");
        let offered = |offer: &&desk::Offer| offer.kind == kind;
        let offers: Vec<_> = view.offers.iter().filter(offered).collect();
        assert_eq!(offers.len(), 1, "the words to say, and nothing to ask for");
        assert!(offers[0].field.is_empty());

        let (ticket, asked) = agreed(&world, &made, robin).await;
        let shown = look(&world, &other, ticket, &asked).await;
        assert!(matches!(shown, Err(DeskError::Forbidden(_))));
        let shown = look(&world, &made, ticket, &asked).await.expect("shown");
        assert_eq!(shown.value.as_str(), ADDRESS);
    });
}
