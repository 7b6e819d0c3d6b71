//! Four eyes: what waits for a second person, who that can be, and what their leave opens.

use crate::common::{
    EMAIL, HOUR, MINUTE, RECEIPT, account, ask, call, count, customer, document, email, entries,
    kinds, lead, only, post, press, rep, request, secret, state, step, written,
};
use desk::{
    Answer, Asked, Decline, DeskError, Me, Verdict,
    testing::{TestEntropy, World, on_both},
};
use words::{AccountId, Queue, RequestKind, RequestState, Role, TokenId};

/// The newest order's refund, which the shipped catalogue puts under four eyes.
pub(crate) async fn refund(world: &World, me: &Me, number: i64) -> Asked {
    world
        .desk
        .ask(me, number, RequestKind::Act, "refund", "")
        .await
        .expect("an answer")
}

async fn queue(world: &World, me: &Me, number: i64) -> Queue {
    let view = world.desk.ticket(me, number).await.expect("a ticket");
    view.ticket.queue
}

/// Whether somebody sees the pair of buttons on the one request of a ticket.
async fn may_decide(world: &World, me: &Me, number: i64) -> bool {
    let view = world.desk.ticket(me, number).await.expect("a ticket");
    view.requests.first().expect("a request").second
}

#[test]
fn what_a_rep_asks_waits_for_a_second_person_and_then_for_the_owner() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let lead = lead(&world).await;
        let number = call(&world, &rep, robin).await;
        let asked = refund(&world, &rep, number).await;
        assert_eq!(
            (asked.state, asked.second, &*asked.rule),
            (RequestState::Waiting, true, "a-second-person-looks")
        );
        assert!(!asked.words.is_empty());
        // Nobody writes to the owner before a second person looked at it.
        assert!(post(&world).await.is_empty());
        assert_eq!(queue(&world, &lead, number).await, Queue::Lead);
        // Who asked goes on seeing it, and can't decide on it.
        assert!(!may_decide(&world, &rep, number).await);
        assert!(may_decide(&world, &lead, number).await);

        world
            .desk
            .agree(&lead, number, asked.id)
            .await
            .expect("agreed");
        assert_eq!(
            state(&world, &asked).await,
            RequestState::Waiting,
            "a leave is no yes of the owner"
        );
        assert!(world.provider.told.lock().expect("lock").is_empty());
        let question = only(&post(&world).await, "confirm");
        assert_eq!(question.to.as_str(), EMAIL);
        press(&world, &secret(&question), Answer::Yes).await;
        post(&world).await;
        assert_eq!(state(&world, &asked).await, RequestState::Done);
        assert_eq!(count(&world, "request.approved").await, 1);
        let told = world.provider.told.lock().expect("lock").clone();
        assert_eq!(told.len(), 1);
        assert!(told[0].1.contains(r#""action":"refund""#), "{told:?}");
    });
}

#[test]
fn a_contact_point_of_an_important_account_changes_after_a_second_person_and_two_proofs() {
    on_both(|world| async move {
        let robin = important(&world).await;
        let rep = rep(&world).await;
        let lead = lead(&world).await;
        let number = call(&world, &rep, robin).await;
        let view = world.desk.ticket(&rep, number).await.expect("a ticket");
        let offer = view
            .offers
            .iter()
            .find(|offer| offer.kind == RequestKind::Change && offer.field == "contact_point")
            .expect("an offer");
        assert_eq!(offer.verdict, Verdict::Asks);
        assert!(offer.explains.starts_with("a second person"));
        let asked = world
            .desk
            .ask(
                &rep,
                number,
                RequestKind::Change,
                "contact_point",
                "a new email",
            )
            .await
            .expect("an answer");
        assert_eq!((asked.state, asked.second), (RequestState::Waiting, true));
        assert!(post(&world).await.is_empty());
        world
            .desk
            .agree(&lead, number, asked.id)
            .await
            .expect("agreed");
        let page = secret(&only(&post(&world).await, "confirm"));
        press(&world, &page, Answer::Yes).await;
        assert_eq!(state(&world, &asked).await, RequestState::Waiting);
        step(&world, &page, RECEIPT).await.expect("a page");
        assert_eq!(state(&world, &asked).await, RequestState::Ready);
        let typed = world
            .desk
            .owner_types(&page, "robin@new.example", true)
            .await;
        assert!(matches!(typed, Ok(desk::Typed::Taken)), "{typed:?}");
        assert_eq!(state(&world, &asked).await, RequestState::Cooling);
        assert_eq!(only(&post(&world).await, "planned").to.as_str(), EMAIL);
    });
}

#[test]
fn recovery_codes_of_an_important_account_wait_for_a_second_person_too() {
    on_both(|world| async move {
        let robin = important(&world).await;
        let rep = rep(&world).await;
        let lead = lead(&world).await;
        let number = call(&world, &rep, robin).await;
        let view = world.desk.ticket(&rep, number).await.expect("a ticket");
        let offered = view
            .offers
            .iter()
            .any(|offer| offer.field == "recovery codes");
        assert!(offered);
        let asked = world
            .desk
            .ask(&rep, number, RequestKind::Act, "recovery codes", "")
            .await
            .expect("an answer");
        assert_eq!((asked.state, asked.second), (RequestState::Waiting, true));
        world
            .desk
            .agree(&lead, number, asked.id)
            .await
            .expect("agreed");
        let page = secret(&only(&post(&world).await, "confirm"));
        press(&world, &page, Answer::Yes).await;
        let shown = step(&world, &page, RECEIPT).await.expect("a page");
        assert!(shown.codes);
        assert_eq!(world.desk.make_codes(&page).await.expect("codes").len(), 10);
    });
}

#[test]
fn an_ordinary_list_does_not_take_the_second_person_away() {
    on_both(|world| async move {
        let robin = important(&world).await;
        let mut sent = document(&[email(EMAIL, "2019-05-01", Some("2019-05-01"))]);
        sent.fields.insert("plan".to_owned(), "Gold".into());
        let put = world.desk.put_account(None, "A-1042", sent.clone()).await;
        put.expect("put");
        assert!(
            account(&world, robin).await.important,
            "it says nothing of it"
        );
        sent.important = Some(false);
        let put = world.desk.put_account(None, "A-1042", sent).await;
        put.expect("put");
        assert!(!account(&world, robin).await.important, "it says so");
    });
}

#[test]
fn nobody_is_the_second_person_for_what_they_asked_themselves() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let lead = lead(&world).await;
        let number = call(&world, &lead, robin).await;
        let asked = refund(&world, &lead, number).await;
        assert!(asked.second, "leads and admins pass the same gate");
        assert!(!may_decide(&world, &lead, number).await);
        let own = world.desk.agree(&lead, number, asked.id).await;
        assert!(matches!(own, Err(DeskError::Conflict(_))), "{own:?}");
        let own = world
            .desk
            .decline(&lead, number, asked.id, Decline::Mistake)
            .await;
        assert!(matches!(own, Err(DeskError::Conflict(_))), "{own:?}");
        assert_eq!(count(&world, "request.approved").await, 0);
        assert!(post(&world).await.is_empty());
    });
}

#[test]
fn neither_a_rep_nor_an_auditor_nor_a_program_agrees_or_declines() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let number = call(&world, &rep, robin).await;
        let asked = refund(&world, &rep, number).await;
        for role in [Role::Rep, Role::Auditor] {
            let other = world.staff(role.as_str(), role).await;
            let tried = world.desk.agree(&other, number, asked.id).await;
            assert!(matches!(tried, Err(DeskError::Forbidden(_))), "{tried:?}");
            let tried = world
                .desk
                .decline(&other, number, asked.id, Decline::Odd)
                .await;
            assert!(matches!(tried, Err(DeskError::Forbidden(_))), "{tried:?}");
        }
        let program = Me {
            scopes: Some(vec!["tickets".to_owned()]),
            ..world.staff("lou", Role::Admin).await
        };
        let tried = world.desk.agree(&program, number, asked.id).await;
        assert!(matches!(tried, Err(DeskError::Conflict(_))), "{tried:?}");
        let tried = world
            .desk
            .decline(&program, number, asked.id, Decline::Odd)
            .await;
        assert!(matches!(tried, Err(DeskError::Conflict(_))), "{tried:?}");
        assert_eq!(state(&world, &asked).await, RequestState::Waiting);
        assert!(post(&world).await.is_empty());
    });
}

/// A token that this person made, as it comes to the desk.
async fn token_of(world: &World, maker: &Me) -> Me {
    let token = world.staff("token:helper", Role::Rep).await;
    let mut tx = world.desk.store().begin().await.expect("a transaction");
    tx.add_token(&store::TokenRow {
        id: TokenId::new(world.desk.now(), &TestEntropy::new(99)),
        token: vec![9; 32],
        staff_id: token.id,
        name: "helper".to_owned(),
        scopes: "tickets".to_owned(),
        created_by: Some(maker.id),
        created_at: world.desk.now(),
        expires_at: world.desk.now() + HOUR * 48,
        used_at: None,
        revoked_at: None,
    })
    .await
    .expect("a token");
    tx.commit().await.expect("a commit");
    Me {
        scopes: Some(vec!["tickets".to_owned()]),
        ..token
    }
}

#[test]
fn what_a_token_asked_needs_somebody_else_than_whoever_made_the_token() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let admin = world.staff("ada", Role::Admin).await;
        let lead = lead(&world).await;
        let program = token_of(&world, &admin).await;
        let number = call(&world, &program, robin).await;
        let asked = refund(&world, &program, number).await;
        assert!(asked.second);
        assert!(!may_decide(&world, &admin, number).await);
        let own = world.desk.agree(&admin, number, asked.id).await;
        assert!(matches!(own, Err(DeskError::Conflict(_))), "{own:?}");
        world
            .desk
            .agree(&lead, number, asked.id)
            .await
            .expect("agreed");
        only(&post(&world).await, "confirm");
    });
}

#[test]
fn the_leave_of_somebody_who_is_gone_counts_for_nothing() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let lead = lead(&world).await;
        let number = call(&world, &rep, robin).await;
        let asked = refund(&world, &rep, number).await;
        world
            .desk
            .agree(&lead, number, asked.id)
            .await
            .expect("agreed");
        let question = secret(&only(&post(&world).await, "confirm"));
        let mut tx = world.desk.store().begin().await.expect("a transaction");
        tx.end_staff(lead.id, Some(world.desk.now()))
            .await
            .expect("an end");
        tx.commit().await.expect("a commit");
        press(&world, &question, Answer::Yes).await;
        assert_eq!(state(&world, &asked).await, RequestState::Refused);
        post(&world).await;
        assert!(world.provider.told.lock().expect("lock").is_empty());
    });
}

#[test]
fn a_decline_ends_it_with_one_of_the_fixed_reasons() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let lead = lead(&world).await;
        let number = call(&world, &rep, robin).await;
        for why in Decline::ALL {
            let asked = refund(&world, &rep, number).await;
            world
                .desk
                .decline(&lead, number, asked.id, why)
                .await
                .expect("declined");
            assert_eq!(state(&world, &asked).await, RequestState::Refused);
            assert!(written(&world, &rep, number).await.contains(why.says()));
            let late = world.desk.agree(&lead, number, asked.id).await;
            assert!(matches!(late, Err(DeskError::Conflict(_))), "{late:?}");
        }
        assert!(post(&world).await.is_empty(), "the owner was never asked");
        assert_eq!(count(&world, "request.declined").await, 3);
        // Only what looked odd counts as an attempt on the account.
        assert_eq!(account(&world, robin).await.attempts, 1);
        let entry = entries(&world)
            .await
            .into_iter()
            .find(|entry| entry.kind == "request.declined")
            .expect("an entry");
        assert_eq!(entry.account, Some(robin.to_string()));
    });
}

#[test]
fn a_leave_counts_for_a_day_and_so_does_the_wait_for_it() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let lead = lead(&world).await;
        let number = call(&world, &rep, robin).await;
        // Nobody looked for a day.
        let asked = refund(&world, &rep, number).await;
        world.clock.pass(HOUR * 24 + MINUTE);
        let late = world.desk.agree(&lead, number, asked.id).await;
        assert!(matches!(late, Err(DeskError::Conflict(_))), "{late:?}");
        post(&world).await;
        assert_eq!(state(&world, &asked).await, RequestState::Expired);

        // Somebody did, and the owner is a day and a minute late.
        let asked = refund(&world, &rep, number).await;
        world
            .desk
            .agree(&lead, number, asked.id)
            .await
            .expect("agreed");
        let question = secret(&only(&post(&world).await, "confirm"));
        world.clock.pass(HOUR * 24 + MINUTE);
        let page = press(&world, &question, Answer::Yes).await;
        assert!(page.over, "{page:?}");
        post(&world).await;
        assert_ne!(state(&world, &asked).await, RequestState::Done);
        assert!(world.provider.told.lock().expect("lock").is_empty());
    });
}

#[test]
fn a_freeze_in_between_ends_it_and_nobody_can_agree_to_it_any_more() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let lead = lead(&world).await;
        let number = call(&world, &rep, robin).await;
        let before = refund(&world, &rep, number).await;
        ask(&world, &rep, number, RequestKind::Lock).await;
        assert_eq!(state(&world, &before).await, RequestState::Refused);
        let tried = world.desk.agree(&lead, number, before.id).await;
        assert!(matches!(tried, Err(DeskError::Conflict(_))), "{tried:?}");
        let after = refund(&world, &rep, number).await;
        assert_eq!(
            (after.state, &*after.rule),
            (RequestState::Refused, "frozen-by-the-owner")
        );
        assert!(!kinds(&post(&world).await).contains(&"confirm"));
    });
}

#[test]
fn the_owners_no_after_a_leave_freezes_the_account() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let lead = lead(&world).await;
        let number = call(&world, &rep, robin).await;
        let asked = refund(&world, &rep, number).await;
        world
            .desk
            .agree(&lead, number, asked.id)
            .await
            .expect("agreed");
        let question = secret(&only(&post(&world).await, "confirm"));
        press(&world, &question, Answer::No).await;
        assert_eq!(state(&world, &asked).await, RequestState::Denied);
        assert_eq!(account(&world, robin).await.hold, words::HoldLevel::Frozen);
        post(&world).await;
        assert!(world.provider.told.lock().expect("lock").is_empty());
    });
}

/// The same customer, whom the company marked as important.
async fn important(world: &World) -> AccountId {
    let mut document = document(&[email(EMAIL, "2019-05-01", Some("2019-05-01"))]);
    document.important = Some(true);
    world
        .desk
        .put_account(None, "A-1042", document)
        .await
        .expect("put");
    crate::common::account_named(world, "A-1042").await.id
}

#[test]
fn an_important_account_has_four_eyes_on_what_others_need_none_for() {
    on_both(|world| async move {
        let robin = important(&world).await;
        let rep = rep(&world).await;
        let lead = lead(&world).await;
        let number = call(&world, &rep, robin).await;
        let view = world.desk.ticket(&rep, number).await.expect("a ticket");
        assert!(view.account.expect("an account").important);
        let offer = view
            .offers
            .iter()
            .find(|offer| offer.field == "cancel_order")
            .expect("an offer");
        assert_eq!(offer.verdict, Verdict::Asks);
        assert!(offer.explains.starts_with("a second person agrees first"));

        let asked = ask(&world, &rep, number, RequestKind::Reenrol).await;
        assert!(asked.second);
        world
            .desk
            .agree(&lead, number, asked.id)
            .await
            .expect("agreed");
        let question = secret(&only(&post(&world).await, "confirm"));
        press(&world, &question, Answer::Yes).await;
        step(&world, &question, RECEIPT).await.expect("a page");
        assert_eq!(state(&world, &asked).await, RequestState::Cooling);

        // No longer important: as for everybody.
        let mut document = document(&[email(EMAIL, "2019-05-01", Some("2019-05-01"))]);
        document.important = Some(false);
        world
            .desk
            .put_account(None, "A-1042", document)
            .await
            .expect("put");
        assert!(!account(&world, robin).await.important);
        let asked = world
            .desk
            .ask(&rep, number, RequestKind::Act, "cancel_order", "")
            .await
            .expect("an answer");
        assert!(!asked.second && asked.state == RequestState::Waiting);
    });
}

#[test]
fn a_mark_that_comes_while_the_owner_is_asked_stops_it() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let number = call(&world, &rep, robin).await;
        let asked = world
            .desk
            .ask(&rep, number, RequestKind::Act, "cancel_order", "")
            .await
            .expect("an answer");
        let question = secret(&only(&post(&world).await, "confirm"));
        important(&world).await;
        press(&world, &question, Answer::Yes).await;
        assert_eq!(request(&world, asked.id).await.state, RequestState::Refused);
        post(&world).await;
        assert!(world.provider.told.lock().expect("lock").is_empty());
        assert!(
            written(&world, &rep, number)
                .await
                .contains("no second person's leave")
        );
    });
}

#[test]
fn nobody_looks_at_what_the_owner_could_not_confirm() {
    on_both(|world| async move {
        // An email on file that was never confirmed: there is no way to ask.
        let mut document = document(&[email(EMAIL, "2019-05-01", None)]);
        document.fields.remove("receipt_code");
        world
            .desk
            .put_account(None, "A-1042", document)
            .await
            .expect("put");
        let robin = crate::common::account_named(&world, "A-1042").await.id;
        let rep = rep(&world).await;
        let number = call(&world, &rep, robin).await;
        for (kind, name) in [(RequestKind::Act, "refund"), (RequestKind::Erase, "")] {
            let asked = world
                .desk
                .ask(&rep, number, kind, name, "")
                .await
                .expect("an answer");
            assert_eq!(
                (asked.state, &*asked.rule),
                (RequestState::Refused, "no-way-to-prove")
            );
        }
    });
}
