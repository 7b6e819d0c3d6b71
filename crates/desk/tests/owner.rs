//! What the owner's links do: a reset, "It wasn't me", and the lifting of a freeze.

use crate::common::{
    EMAIL, HOUR, account, ask, call, count, customer, deliver, email, entries, jobs, kinds, lead,
    letters, notice_secret, only, post, press, put, rep, request, safety, secret, state, step,
    take_away, without_canaries, written,
};
use desk::{
    Answer, DeskError, OwnerQuestion, Standing,
    letter::{CarrierError, Letter},
    provider::Hook,
    testing::{World, on_both},
};
use words::{AccountId, Channel, HoldLevel, ProofKind, Queue, RequestKind, RequestState, Time};

/// The told hooks: ids and what they say.
fn told(world: &World) -> Vec<(String, Hook)> {
    let told = world.provider.told.lock().expect("lock");
    told.iter()
        .map(|(id, body)| (id.clone(), serde_json::from_str(body).expect("a hook")))
        .collect()
}

#[test]
fn a_reset_goes_on_at_the_identity_provider_once_the_owner_says_yes() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let asked = ask(&world, &rep, ticket, RequestKind::Reset).await;
        assert_eq!(asked.state, RequestState::Waiting);
        let sent = post(&world).await;
        let envelope = only(&sent, "confirm");
        assert_eq!((sent.len(), envelope.to.as_str()), (1, EMAIL));
        let Letter::Confirm {
            what,
            channel,
            at,
            expires,
            link,
            ..
        } = &envelope.letter
        else {
            panic!("a question")
        };
        assert_eq!((*what, *channel), (RequestKind::Reset, Channel::Phone));
        assert!((HOUR * 24..HOUR * 25).contains(&at.until(*expires)));
        assert!(link.contains("/owner/confirm/"));

        // Opening the link, as often as scanners like, changes nothing.
        let secret = secret(&envelope);
        assert_eq!(secret.len(), 43);
        let size = world.desk.ledger_size().await.expect("a size");
        for _ in 0..3 {
            let page = world.desk.owner_page(&secret).await.expect("a page");
            assert!(matches!(
                page.question,
                OwnerQuestion::Confirm {
                    what: RequestKind::Reset,
                    ..
                }
            ));
            assert_eq!((page.answer, page.over, page.stopped), (None, false, false));
        }
        assert_eq!(world.desk.ledger_size().await.expect("a size"), size);
        assert_eq!(state(&world, &asked).await, RequestState::Waiting);
        assert!(jobs(&world, "ready").await.is_empty());

        let page = press(&world, &secret, Answer::Yes).await;
        assert_eq!((page.answer, page.over), (Some(Answer::Yes), false));
        assert_eq!(state(&world, &asked).await, RequestState::Sending);
        world.work().await;
        let hooks = told(&world);
        assert_eq!(hooks.len(), 1);
        let hook = &hooks[0].1;
        assert_eq!(hook.kind, "reset.confirmed");
        assert_eq!(
            (hook.data.account.as_str(), hook.data.ticket),
            ("A-1042", ticket)
        );
        assert_eq!(hook.data.reference, asked.id.to_string());
        assert!(Time::parse(&hook.timestamp).is_ok());
        without_canaries(&format!("{hook:?}"));
        assert_eq!(state(&world, &asked).await, RequestState::Done);
        let view = world.desk.ticket(&rep, ticket).await.expect("a ticket");
        assert!(
            matches!(view.standing, Standing::Confirmed { ref what, .. } if what == "password reset")
        );

        // A second yes changes nothing.
        let size = world.desk.ledger_size().await.expect("a size");
        let page = press(&world, &secret, Answer::Yes).await;
        assert_eq!(page.answer, Some(Answer::Yes));
        world.work().await;
        assert_eq!(world.desk.ledger_size().await.expect("a size"), size);
        assert_eq!(told(&world).len(), 1);
        assert_eq!(account(&world, robin).await.hold, HoldLevel::None);
        // A no after it freezes, and no yes follows that.
        for answer in [Answer::No, Answer::Yes] {
            let page = press(&world, &secret, answer).await;
            assert_eq!(page.answer, Some(Answer::No));
        }
        assert_eq!(account(&world, robin).await.hold, HoldLevel::Frozen);
        assert_eq!(state(&world, &asked).await, RequestState::Done);
        assert_eq!(count(&world, "challenge.answered").await, 2);
        // Somebody may have chosen a password by then.
        world.work().await;
        assert_eq!(told(&world).last().expect("a hook").1.kind, "account.lock");
        let page = world.desk.owner_page(&secret).await.expect("a page");
        assert!(page.locked && !page.takes_back);
    });
}

#[test]
fn two_presses_at_once_count_once() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        ask(&world, &rep, ticket, RequestKind::Reset).await;
        let secret = secret(&only(&post(&world).await, "confirm"));
        let (one, two, three) = tokio::join!(
            world.desk.answer(&secret, Answer::Yes),
            world.desk.answer(&secret, Answer::Yes),
            world.desk.answer(&secret, Answer::Yes),
        );
        for page in [one, two, three] {
            assert_eq!(page.expect("a page").answer, Some(Answer::Yes));
        }
        world.work().await;
        assert_eq!(told(&world).len(), 1);
        assert_eq!(count(&world, "challenge.answered").await, 1);
    });
}

#[test]
fn no_freezes_the_account_and_tells_the_whole_story() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let lead = lead(&world).await;
        let older = call(&world, &rep, robin).await;
        world.desk.close(&rep, older).await.expect("a close");
        post(&world).await;
        let ticket = call(&world, &rep, robin).await;
        deliver(&world, &rep, ticket, "invoice", "10442").await;
        let refused = deliver(&world, &rep, ticket, "receipt_code", "10442").await;
        assert_eq!(refused.state, RequestState::Refused);
        let asked = ask(&world, &rep, ticket, RequestKind::Reset).await;
        let sent = post(&world).await;
        let sending = deliver(&world, &rep, ticket, "address", "").await;
        let page = press(&world, &secret(&only(&sent, "confirm")), Answer::No).await;
        assert_eq!(page.answer, Some(Answer::No));

        assert_eq!(state(&world, &asked).await, RequestState::Denied);
        assert_eq!(account(&world, robin).await.hold, HoldLevel::Frozen);
        let sent = post(&world).await;
        assert_eq!(kinds(&sent), ["frozen"], "and nothing that was on its way");
        assert_eq!(sent[0].to.as_str(), EMAIL);
        assert_eq!(state(&world, &sending).await, RequestState::Refused);
        assert!(told(&world).is_empty());

        let number = safety(&world, robin).await.expect("a safety ticket");
        let view = world
            .desk
            .ticket(&lead, number)
            .await
            .expect("leads see it");
        assert_eq!(view.ticket.queue, Queue::Safety);
        let story = written(&world, &lead, number).await;
        for part in [
            "not theirs",
            &format!("Ticket #{ticket} (phone"),
            "password reset: denied",
            "receipt code 10442: refused",
            "Sent to the registered email because of it: invoice 10442",
            &format!("#{older}"),
        ] {
            assert!(story.contains(part), "{part} in {story}");
        }
        without_canaries(&story);
        assert_eq!(
            account(&world, robin).await.attempts,
            2,
            "the refused one and the denied one"
        );
        let view = world.desk.ticket(&rep, ticket).await.expect("a ticket");
        assert!(matches!(view.standing, Standing::Frozen { .. }));
        assert!(view.account.expect("an account").hold_reason.is_some());
    });
}

#[test]
fn a_freeze_ends_what_waits_in_other_tickets() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let notice = notice_secret(&world, &rep, robin).await;
        let ticket = call(&world, &rep, robin).await;
        let asked = ask(&world, &rep, ticket, RequestKind::Reset).await;
        let yes = secret(&only(&post(&world).await, "confirm"));
        press(&world, &notice, Answer::No).await;
        assert_eq!(state(&world, &asked).await, RequestState::Refused);
        assert!(
            written(&world, &rep, ticket)
                .await
                .contains("Over: password reset. The account is frozen.")
        );
        // Whoever has the other mail gets nowhere with it.
        let page = press(&world, &yes, Answer::Yes).await;
        assert!(page.over && page.answer.is_none());
        world.work().await;
        assert!(told(&world).is_empty());
    });
}

#[test]
fn a_freeze_stops_a_reset_that_the_identity_provider_has_not_heard_of_yet() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let notice = notice_secret(&world, &rep, robin).await;
        let ticket = call(&world, &rep, robin).await;
        let asked = ask(&world, &rep, ticket, RequestKind::Reset).await;
        press(
            &world,
            &secret(&only(&post(&world).await, "confirm")),
            Answer::Yes,
        )
        .await;
        world
            .provider
            .failures
            .lock()
            .expect("lock")
            .push(CarrierError::Later("closed".to_owned()));
        world.work().await;
        press(&world, &notice, Answer::No).await;
        world.clock.pass(HOUR);
        world.work().await;
        assert!(told(&world).is_empty());
        assert_eq!(state(&world, &asked).await, RequestState::Refused);
        assert_eq!(count(&world, "hook.withheld").await, 1);
        assert!(jobs(&world, "ready").await.is_empty());
    });
}

#[test]
fn a_link_is_over_after_a_day() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let asked = ask(&world, &rep, ticket, RequestKind::Reset).await;
        let secret = secret(&only(&post(&world).await, "confirm"));
        world.clock.pass(HOUR * 23);
        assert!(!world.desk.owner_page(&secret).await.expect("a page").over);
        world.clock.pass(HOUR);
        // Over by the clock already, before anybody swept.
        let size = world.desk.ledger_size().await.expect("a size");
        for answer in [Answer::Yes, Answer::No] {
            let page = press(&world, &secret, answer).await;
            assert!(page.over && page.answer.is_none());
        }
        assert_eq!(world.desk.ledger_size().await.expect("a size"), size);
        world.work().await;
        assert_eq!(state(&world, &asked).await, RequestState::Expired);
        assert!(told(&world).is_empty());
        assert!(
            written(&world, &rep, ticket)
                .await
                .contains("No answer in time: password reset.")
        );
        assert_eq!(count(&world, "request.expired").await, 1);
        // Then it can be asked again.
        assert_eq!(
            ask(&world, &rep, ticket, RequestKind::Reset).await.state,
            RequestState::Waiting
        );
    });
}

#[test]
fn a_notices_link_confirms_nothing() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let asked = ask(&world, &rep, ticket, RequestKind::Reset).await;
        world.desk.end_call(&rep, ticket).await.expect("an end");
        let sent = post(&world).await;
        let notice = secret(&only(&sent, "notice"));
        assert_ne!(notice, secret(&only(&sent, "confirm")));
        let page = press(&world, &notice, Answer::Yes).await;
        assert!(matches!(
            page.question,
            OwnerQuestion::Repudiate {
                channel: Channel::Phone,
                ..
            }
        ));
        assert_eq!(page.answer, None);
        world.work().await;
        assert_eq!(state(&world, &asked).await, RequestState::Waiting);
        assert!(told(&world).is_empty());
        assert_eq!(account(&world, robin).await.hold, HoldLevel::None);
        for wrong in ["", "x", &notice[..42], &format!("{notice}A")] {
            assert!(matches!(
                world.desk.owner_page(wrong).await,
                Err(DeskError::NotFound)
            ));
            assert!(matches!(
                world.desk.answer(wrong, Answer::Yes).await,
                Err(DeskError::NotFound)
            ));
        }
    });
}

#[test]
fn a_yes_from_a_contact_point_that_was_removed_counts_for_nothing() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let asked = ask(&world, &rep, ticket, RequestKind::Reset).await;
        let secret = secret(&only(&post(&world).await, "confirm"));
        take_away(&world, robin).await;
        let page = press(&world, &secret, Answer::Yes).await;
        assert!(page.stopped);
        assert_eq!(state(&world, &asked).await, RequestState::Refused);
        world.work().await;
        assert!(told(&world).is_empty());
    });
}

#[test]
fn a_hook_that_fails_is_told_again_under_the_same_id_and_can_be_sent_once_more_when_given_up() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let lead = lead(&world).await;
        let ticket = call(&world, &rep, robin).await;
        // Another reset in the same ticket, answered and done, must stay as it is.
        let first = ask(&world, &rep, ticket, RequestKind::Reset).await;
        press(
            &world,
            &secret(&only(&post(&world).await, "confirm")),
            Answer::Yes,
        )
        .await;
        world.work().await;
        assert_eq!(told(&world).len(), 1);
        let asked = ask(&world, &rep, ticket, RequestKind::Reset).await;
        let secret = secret(&only(&post(&world).await, "confirm"));
        let closed = || CarrierError::Later("the identity provider answered 503".to_owned());
        *world.provider.failures.lock().expect("lock") = (0..10).map(|_| closed()).collect();
        press(&world, &secret, Answer::Yes).await;
        let id = jobs(&world, "ready").await[0].id;
        for _ in 0..9 {
            world.work().await;
            assert_eq!(state(&world, &asked).await, RequestState::Sending);
            world.clock.pass(HOUR * 8);
        }
        world.work().await;
        let dead = world.desk.jobs(&lead, "dead").await.expect("jobs");
        assert_eq!((dead.len(), dead[0].id, dead[0].tries), (1, id, 10));
        assert_eq!(state(&world, &asked).await, RequestState::Failed);
        assert!(
            written(&world, &rep, ticket)
                .await
                .contains("could not be told: the identity provider answered 503")
        );

        world.desk.resend(&lead, id).await.expect("a second life");
        assert_eq!(state(&world, &asked).await, RequestState::Sending);
        world.work().await;
        let told = told(&world);
        assert_eq!(told.len(), 2);
        assert_eq!(told[1].0, id.to_string());
        assert_eq!(told[1].1.data.reference, asked.id.to_string());
        assert_eq!(state(&world, &asked).await, RequestState::Done);
        assert_eq!(state(&world, &first).await, RequestState::Done);
    });
}

#[test]
fn it_was_not_me_works_from_a_notice_and_from_a_delivery() {
    on_both(|world| async move {
        let rep = rep(&world).await;
        let lead = lead(&world).await;
        for kind in ["notice", "delivery", "reply"] {
            let name = format!("A-{kind}");
            let robin = put(
                &world,
                &name,
                &[email(EMAIL, "2019-05-01", Some("2019-05-01"))],
            )
            .await;
            let ticket = call(&world, &rep, robin).await;
            deliver(&world, &rep, ticket, "address", "").await;
            crate::common::say(
                &world,
                &rep,
                ticket,
                words::MessageKind::Reply,
                "It is on its way.",
            )
            .await;
            world.work().await;
            world.desk.end_call(&rep, ticket).await.expect("an end");
            let sent = post(&world).await;
            let envelope = only(&sent, kind);
            let secret = secret(&envelope);
            let page = world.desk.owner_page(&secret).await.expect("a page");
            assert!(matches!(page.question, OwnerQuestion::Repudiate { .. }));
            assert_eq!(page.sent, ["postal address"]);
            let page = press(&world, &secret, Answer::No).await;
            assert_eq!(page.answer, Some(Answer::No));
            assert_eq!(
                account(&world, robin).await.hold,
                HoldLevel::Frozen,
                "{kind}"
            );
            let number = safety(&world, robin).await.expect("a safety ticket");
            let story = written(&world, &lead, number).await;
            assert!(
                story.contains("Sent to the registered email because of it: postal address."),
                "{story}"
            );
            assert_eq!(kinds(&post(&world).await), ["frozen"]);
            // A second "It wasn't me" adds to the story and doesn't write again.
            assert_eq!(
                press(&world, &secret, Answer::No).await.answer,
                Some(Answer::No)
            );
            assert!(post(&world).await.is_empty());
        }
    });
}

async fn frozen(world: &World) -> (AccountId, i64) {
    let robin = customer(world).await;
    let rep = rep(world).await;
    let secret = notice_secret(world, &rep, robin).await;
    press(world, &secret, Answer::No).await;
    letters(world);
    (robin, safety(world, robin).await.expect("a safety ticket"))
}

#[test]
fn only_the_owner_lifts_a_freeze() {
    on_both(|world| async move {
        let (robin, number) = frozen(&world).await;
        let rep = world.staff("rolf", words::Role::Rep).await;
        let lead = lead(&world).await;
        post(&world).await;

        // A rep's wish goes to the lead.
        let own = call(&world, &rep, robin).await;
        let asked = ask(&world, &rep, own, RequestKind::Unlock).await;
        assert_eq!(
            (asked.state, &*asked.rule),
            (RequestState::Refused, "leads-ask-for-a-thaw")
        );
        let view = world.desk.ticket(&rep, own).await.expect("theirs still");
        assert_eq!(view.ticket.queue, Queue::Lead);
        assert!(view.ticket.escalated.is_some());
        assert!(post(&world).await.is_empty());

        // A lead's asks the owner.
        let asked = ask(&world, &lead, number, RequestKind::Unlock).await;
        assert_eq!(asked.state, RequestState::Waiting);
        assert_eq!(account(&world, robin).await.hold, HoldLevel::Frozen);
        let sent = post(&world).await;
        let envelope = only(&sent, "confirm");
        assert_eq!(envelope.to.as_str(), EMAIL);
        let Letter::Confirm { what, .. } = envelope.letter else {
            panic!("a question")
        };
        assert_eq!(what, RequestKind::Unlock);
        let secret = secret(&envelope);
        press(&world, &secret, Answer::Yes).await;

        // One proof isn't enough.
        assert_eq!(account(&world, robin).await.hold, HoldLevel::Frozen);
        assert_eq!(state(&world, &asked).await, RequestState::Waiting);
        let page = world.desk.owner_page(&secret).await.expect("a page");
        assert_eq!(page.more, [ProofKind::Receipt]);
        let page = step(&world, &secret, " 7k2p qx41 9dmv 3thn ")
            .await
            .expect("a page");
        assert!(!page.tried && page.more.is_empty() && !page.stopped);

        assert_eq!(account(&world, robin).await.hold, HoldLevel::None);
        assert_eq!(state(&world, &asked).await, RequestState::Done);
        let mut tx = world.desk.store().read().await.expect("a transaction");
        let holds = tx.holds(robin).await.expect("holds");
        assert!(holds.len() == 1 && holds[0].lifted_at.is_some());
        drop(tx);
        assert_eq!(count(&world, "hold.lifted").await, 1);
        world.work().await;
        assert!(
            told(&world).is_empty(),
            "the desk locked nothing there, so it unlocks nothing"
        );
        let again = call(&world, &lead, robin).await;
        assert_eq!(
            deliver(&world, &lead, again, "address", "").await.state,
            RequestState::Sending
        );
    });
}

#[test]
fn the_owners_no_to_lifting_leaves_the_freeze() {
    on_both(|world| async move {
        let (robin, number) = frozen(&world).await;
        let lead = lead(&world).await;
        let asked = ask(&world, &lead, number, RequestKind::Unlock).await;
        press(
            &world,
            &secret(&only(&post(&world).await, "confirm")),
            Answer::No,
        )
        .await;
        assert_eq!(state(&world, &asked).await, RequestState::Denied);
        assert_eq!(account(&world, robin).await.hold, HoldLevel::Frozen);
        assert_eq!(
            safety(&world, robin).await,
            Some(number),
            "one safety ticket"
        );
        assert!(post(&world).await.is_empty(), "they know that it is frozen");
        assert_eq!(account(&world, robin).await.attempts, 2);
    });
}

#[test]
fn a_freeze_by_support_says_so() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let lead = lead(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let asked = ask(&world, &rep, ticket, RequestKind::Lock).await;
        assert_eq!(asked.state, RequestState::Done);
        assert_eq!(account(&world, robin).await.hold, HoldLevel::Frozen);
        assert_eq!(
            account(&world, robin).await.attempts,
            0,
            "the owner repudiated nothing"
        );
        let raised = entries(&world)
            .await
            .into_iter()
            .find(|e| e.kind == "hold.raised")
            .expect("an entry");
        assert_eq!(raised.actor, format!("staff:{}", rep.id));
        let number = safety(&world, robin).await.expect("a safety ticket");
        let view = world.desk.ticket(&lead, number).await.expect("a ticket");
        assert_eq!(view.ticket.subject, "Frozen by support");
        assert_eq!(request(&world, asked.id).await.kind, RequestKind::Lock);
    });
}

#[test]
fn an_address_that_came_in_during_a_freeze_does_not_lift_it() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let lead = world.staff("lena", words::Role::Lead).await;
        let number = call(&world, &lead, robin).await;
        ask(&world, &lead, number, RequestKind::Lock).await;
        assert_eq!(account(&world, robin).await.hold, HoldLevel::Frozen);

        // A put during the freeze neither adds nor removes a contact point.
        let mut tx = world.desk.store().read().await.expect("a transaction");
        let row = tx.account(robin).await.expect("found").expect("there");
        let before: Vec<_> = points(&mut tx, robin).await;
        drop(tx);
        let other = desk::accounts::AccountDocument::from_json(
            br#"{"display_name":"Robin","contact_points":[{"kind":"email","value":"thief@quickmail.example.com","confirmed_at":"2019-05-01"}]}"#,
        )
        .expect("a document");
        world
            .desk
            .put_account(None, &row.external_id, other)
            .await
            .expect("put");
        world.clock.pass(std::time::Duration::from_hours(80));
        let mut tx = world.desk.store().read().await.expect("a transaction");
        assert_eq!(points(&mut tx, robin).await, before);
        drop(tx);

        // And the question of lifting it goes to the owner's own address.
        let number = call(&world, &lead, robin).await;
        post(&world).await;
        ask(&world, &lead, number, RequestKind::Unlock).await;
        for envelope in post(&world).await {
            assert_eq!(envelope.to.as_str(), EMAIL);
        }
    });
}

async fn points(tx: &mut store::Tx, account: words::AccountId) -> Vec<words::ContactPointId> {
    let rows = tx.contact_points(account).await.expect("points");
    rows.into_iter().map(|row| row.id).collect()
}
