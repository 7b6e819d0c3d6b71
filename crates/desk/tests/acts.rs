//! The company's own actions, and another second factor: asked for by a rep, confirmed by the owner,
//! done by the company's systems.

use crate::common::{
    EMAIL, HOUR, RECEIPT, account, ask, call, count, customer, kinds, link, only, post, press, rep,
    secret, state, step, without_canaries,
};
use desk::{
    Answer, DeskError, OwnerQuestion, Verdict,
    letter::{CarrierError, Letter},
    testing::on_both,
};
use words::{HoldLevel, PlanKind, ProofKind, RequestKind, RequestState};

#[test]
fn an_action_is_told_to_the_companys_system_once_the_owner_said_yes() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let number = call(&world, &rep, robin).await;
        let view = world.desk.ticket(&rep, number).await.expect("a ticket");
        let offer = view
            .offers
            .iter()
            .find(|offer| offer.field == "cancel_order")
            .expect("an offer");
        assert_eq!(
            (offer.kind, offer.title.as_str(), &offer.verdict),
            (
                RequestKind::Act,
                "Ask the owner to confirm: cancellation of the newest order",
                &Verdict::Asks
            )
        );
        let asked = world
            .desk
            .ask(&rep, number, RequestKind::Act, "cancel_order", "")
            .await
            .expect("an answer");
        assert_eq!((asked.state, asked.second), (RequestState::Waiting, false));
        let question = only(&post(&world).await, "confirm");
        let Letter::Confirm { what, item, .. } = &question.letter else {
            panic!("a question")
        };
        assert_eq!(
            (*what, item.as_deref()),
            (RequestKind::Act, Some("cancellation of the newest order"))
        );
        // The first try fails; the second carries the same id, so that nothing is done twice.
        *world.provider.failures.lock().expect("lock") =
            vec![CarrierError::Later("it answered 503".to_owned())];
        press(&world, &secret(&question), Answer::Yes).await;
        post(&world).await;
        assert_eq!(state(&world, &asked).await, RequestState::Sending);
        world.clock.pass(HOUR);
        post(&world).await;
        assert_eq!(state(&world, &asked).await, RequestState::Done);
        press(&world, &secret(&question), Answer::Yes).await;
        post(&world).await;
        let told = world.provider.told.lock().expect("lock").clone();
        assert_eq!(told.len(), 1, "once");
        let body: serde_json::Value = serde_json::from_str(&told[0].1).expect("JSON");
        assert_eq!(body["type"], "action.confirmed");
        assert_eq!(body["data"]["action"], "cancel_order");
        assert_eq!(body["data"]["reference"], asked.id.to_string());
        without_canaries(&told[0].1);
        assert!(!told[0].1.contains("Robin"));
    });
}

#[test]
fn an_action_that_the_catalogue_does_not_have_is_not_asked_about() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let number = call(&world, &rep, robin).await;
        for name in ["", "transfer_everything", "invoice"] {
            let tried = world
                .desk
                .ask(&rep, number, RequestKind::Act, name, "")
                .await;
            assert!(matches!(tried, Err(DeskError::Invalid(_))), "{tried:?}");
        }
        assert!(post(&world).await.is_empty());
    });
}

#[test]
fn an_action_waits_for_the_owner_even_if_the_rep_asks_twice() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let number = call(&world, &rep, robin).await;
        let cancel = async || {
            world
                .desk
                .ask(&rep, number, RequestKind::Act, "cancel_order", "")
                .await
        };
        cancel().await.expect("an answer");
        let again = cancel().await;
        assert!(matches!(again, Err(DeskError::Conflict(_))), "{again:?}");
        assert_eq!(kinds(&post(&world).await), ["confirm"]);
        // Nothing was done, and nobody was told anything.
        world.clock.pass(HOUR * 25);
        post(&world).await;
        assert!(world.provider.told.lock().expect("lock").is_empty());
    });
}

#[test]
fn a_freeze_after_the_yes_stops_an_action_that_was_not_told_yet() {
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
        press(&world, &question, Answer::Yes).await;
        ask(&world, &rep, number, RequestKind::Lock).await;
        post(&world).await;
        assert_eq!(state(&world, &asked).await, RequestState::Refused);
        assert!(world.provider.told.lock().expect("lock").is_empty());
    });
}

#[test]
fn another_second_step_takes_two_proofs_and_three_days_that_the_owner_hears_of() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let number = call(&world, &rep, robin).await;
        let asked = ask(&world, &rep, number, RequestKind::Reenrol).await;
        assert_eq!(asked.state, RequestState::Waiting);
        let question = secret(&only(&post(&world).await, "confirm"));
        press(&world, &question, Answer::Yes).await;
        assert_eq!(
            state(&world, &asked).await,
            RequestState::Waiting,
            "one proof is not enough"
        );
        let page = world.desk.owner_page(&question).await.expect("a page");
        assert_eq!(page.more, [ProofKind::Receipt]);
        step(&world, &question, RECEIPT).await.expect("a page");
        assert_eq!(state(&world, &asked).await, RequestState::Cooling);
        let told = only(&post(&world).await, "planned");
        let Letter::Planned { what, .. } = &told.letter else {
            panic!("a letter about what is planned")
        };
        assert_eq!((*what, told.to.as_str()), (PlanKind::Factor, EMAIL));
        assert!(link(&told.letter).contains("/owner/stop/"));

        world.clock.pass(HOUR * 71);
        post(&world).await;
        assert!(world.provider.told.lock().expect("lock").is_empty());
        world.clock.pass(HOUR);
        post(&world).await;
        post(&world).await;
        assert_eq!(state(&world, &asked).await, RequestState::Done);
        let hooks = world.provider.told.lock().expect("lock").clone();
        assert_eq!(hooks.len(), 1);
        let body: serde_json::Value = serde_json::from_str(&hooks[0].1).expect("JSON");
        assert_eq!(body["type"], "factor.reset");
        assert_eq!(body["data"]["reference"], asked.id.to_string());
        assert!(body["data"].get("action").is_none());
    });
}

#[test]
fn the_owner_stops_another_second_step_at_an_old_contact_point() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let number = call(&world, &rep, robin).await;
        let asked = ask(&world, &rep, number, RequestKind::Reenrol).await;
        let question = secret(&only(&post(&world).await, "confirm"));
        press(&world, &question, Answer::Yes).await;
        step(&world, &question, RECEIPT).await.expect("a page");
        let told = secret(&only(&post(&world).await, "planned"));
        let page = world.desk.owner_page(&told).await.expect("a page");
        assert!(matches!(page.question, OwnerQuestion::Cancel { .. }));
        press(&world, &told, Answer::No).await;
        assert_eq!(state(&world, &asked).await, RequestState::Denied);
        assert_eq!(account(&world, robin).await.hold, HoldLevel::Frozen);
        world.clock.pass(HOUR * 100);
        post(&world).await;
        assert!(world.provider.told.lock().expect("lock").is_empty());
        assert_eq!(count(&world, "change.done").await, 0);
    });
}
