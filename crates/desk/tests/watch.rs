//! The watch: bursts and new places open one flag, and the owner is asked.

use crate::common::{
    EMAIL, HOUR, account, ask, call, count, customer, flag, jobs, kinds, lift,
    logins::{at_home, burst, login, take, token},
    only, post, press, rep, safety, secret, state, without_canaries, written,
};
use desk::{Answer, DeskError, OwnerQuestion, letter::Letter, provider::Hook, testing::on_both};
use words::{Channel, HoldLevel, RequestKind, RequestState, Role, TicketKind, TicketState};

#[test]
fn five_failures_open_one_flag_and_later_signals_join_it() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        at_home(&world).await;
        let four: Vec<_> = (0..4)
            .map(|_| login(&world, "A-1042", "failure", "NL"))
            .collect();
        assert_eq!(take(&world, &four).await.flagged, 0);
        assert_eq!(flag(&world, robin).await, None);
        let taken = take(&world, &[login(&world, "A-1042", "failure", "NL")]).await;
        assert_eq!((taken.accepted, taken.flagged), (1, 1));
        let number = flag(&world, robin).await.expect("a flag");
        let view = world
            .desk
            .ticket(&rep, number)
            .await
            .expect("for reps to see");
        assert_eq!(
            (view.ticket.kind, view.ticket.channel),
            (TicketKind::Flag, Channel::Watch)
        );
        assert_eq!(
            view.ticket.subject,
            "Unusual logins: 5 failed logins within 10 minutes"
        );
        assert_eq!(view.signals.len(), 1);

        let taken = take(&world, &[login(&world, "A-1042", "success", "NG")]).await;
        assert_eq!(taken.flagged, 1);
        assert_eq!(flag(&world, robin).await, Some(number), "the same flag");
        let view = world.desk.ticket(&rep, number).await.expect("a ticket");
        let words: Vec<_> = view
            .signals
            .iter()
            .map(|(_, words)| words.as_str())
            .collect();
        assert_eq!(
            words,
            [
                "5 failed logins within 10 minutes",
                "a successful login right after 5 failed ones",
                "a login from Nigeria, where this account has never logged in before",
            ]
        );
        let text = written(&world, &rep, number).await;
        assert!(text.contains("Unusual: a login from Nigeria"));
        assert!(!text.contains("203.0.113.77") && !text.contains("Mozilla"));
        assert_eq!(count(&world, "signal.raised").await, 3);
        assert_eq!(
            count(&world, "ticket.opened").await,
            1,
            "an entry for the flag"
        );
    });
}

#[test]
fn an_owner_who_is_not_asked_about_a_flag_is_told_of_it_once() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        burst(&world).await;
        let number = flag(&world, robin).await.expect("a flag");
        assert!(post(&world).await.is_empty(), "there is an hour to ask");
        world.clock.pass(HOUR);
        let sent = post(&world).await;
        assert_eq!(kinds(&sent), ["notice"]);
        let Letter::Notice { contacts, .. } = &sent[0].letter else {
            panic!("a notice")
        };
        assert_eq!(contacts[0].channel, Channel::Watch);
        // Asked, they need no notice beside the question.
        world.desk.close(&rep, number).await.expect("a close");
        world.clock.pass(HOUR * 30);
        burst(&world).await;
        let number = flag(&world, robin).await.expect("another flag");
        ask(&world, &rep, number, RequestKind::Ask).await;
        assert_eq!(kinds(&post(&world).await), ["outreach"]);
        world.clock.pass(HOUR * 3);
        assert!(post(&world).await.is_empty());
    });
}

#[test]
fn unknown_accounts_and_bad_lines_are_told_and_the_rest_is_kept() {
    on_both(|world| async move {
        customer(&world).await;
        let ahead = r#"{"account":"A-1042","time":"2030-01-01T00:00:00Z","outcome":"failure"}"#;
        let lines = [
            login(&world, "A-1042", "success", "NL"),
            "not json 7K2P-QX41-9DMV-3THN".to_owned(),
            login(&world, "A-9999", "failure", "NL"),
            r#"{"account":"A-1042"}"#.to_owned(),
            ahead.to_owned(),
            login(&world, "A-1042", "failure", "NL"),
        ];
        let taken = take(&world, &lines).await;
        assert_eq!((taken.accepted, taken.unknown, taken.flagged), (2, 1, 0));
        assert_eq!(
            taken.bad.iter().map(|(line, _)| *line).collect::<Vec<_>>(),
            [2, 4, 5]
        );
        without_canaries(&format!("{taken:?}"));
        let mut tx = world.desk.store().read().await.expect("a transaction");
        let robin = tx
            .account_named("A-1042")
            .await
            .expect("a read")
            .expect("an account");
        assert_eq!(tx.logins(robin.id, 10).await.expect("logins").len(), 2);
    });
}

#[test]
fn two_batches_at_once_open_one_flag_and_lose_no_failure() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let sender = token(&world, Role::Lead, &["events"]).await;
        let lines: Vec<_> = (0..6)
            .map(|_| login(&world, "A-1042", "failure", "NL"))
            .collect();
        let batches: Vec<_> = lines
            .into_iter()
            .map(|line| {
                let (desk, me) = (world.desk.clone(), sender.clone());
                tokio::spawn(async move { desk.take_events(&me, &line).await.expect("taken") })
            })
            .collect();
        let mut flagged = 0;
        for batch in batches {
            flagged += batch.await.expect("a batch").flagged;
        }
        assert_eq!(flagged, 1);
        let mut tx = world.desk.store().read().await.expect("a transaction");
        assert_eq!(
            tx.tickets_of(robin, words::TicketId(uuid::Uuid::nil()), 10)
                .await
                .expect("tickets")
                .len(),
            1
        );
    });
}

#[test]
fn yes_closes_the_flag_and_remembers_the_place() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        at_home(&world).await;
        take(&world, &[login(&world, "A-1042", "success", "NG")]).await;
        let number = flag(&world, robin).await.expect("a flag");
        let asked = ask(&world, &rep, number, RequestKind::Ask).await;
        assert_eq!(asked.state, RequestState::Waiting);
        let sent = post(&world).await;
        let envelope = only(&sent, "outreach");
        assert_eq!((sent.len(), envelope.to.as_str()), (1, EMAIL));
        let Letter::Outreach { signals, link, .. } = &envelope.letter else {
            panic!("a question")
        };
        assert_eq!(
            signals,
            &["a login from Nigeria, where this account has never logged in before"]
        );
        assert!(link.contains("/owner/was-this-you/"));
        let page = press(&world, &secret(&envelope), Answer::Yes).await;
        assert!(matches!(page.question, OwnerQuestion::Outreach { .. }));
        assert_eq!(state(&world, &asked).await, RequestState::Done);
        let view = world.desk.ticket(&rep, number).await.expect("a ticket");
        assert_eq!(view.ticket.state, TicketState::Closed);
        assert_eq!(account(&world, robin).await.hold, HoldLevel::None);

        world.clock.pass(HOUR * 24 * 3);
        take(&world, &[login(&world, "A-1042", "success", "NG")]).await;
        assert_eq!(flag(&world, robin).await, None, "the place is remembered");
        take(&world, &[login(&world, "A-1042", "success", "BR")]).await;
        assert!(flag(&world, robin).await.is_some(), "another one is not");
        assert!(jobs(&world, "ready").await.is_empty());
    });
}

#[test]
fn a_yes_to_an_earlier_question_does_not_close_over_what_came_after() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        at_home(&world).await;
        burst(&world).await;
        let number = flag(&world, robin).await.expect("a flag");
        ask(&world, &rep, number, RequestKind::Ask).await;
        let secret = secret(&only(&post(&world).await, "outreach"));
        // While the owner thinks "yes, I mistyped it", somebody gets in.
        take(&world, &[login(&world, "A-1042", "success", "NG")]).await;
        press(&world, &secret, Answer::Yes).await;
        assert_eq!(
            flag(&world, robin).await,
            Some(number),
            "the flag stays open"
        );
        assert!(
            written(&world, &rep, number)
                .await
                .contains("More was noticed since")
        );
        // Nigeria was not in the question, so it is not remembered.
        let again = ask(&world, &rep, number, RequestKind::Ask).await;
        assert_eq!(again.state, RequestState::Waiting);
        let Letter::Outreach { signals, .. } = only(&post(&world).await, "outreach").letter else {
            panic!("a question")
        };
        assert!(signals.iter().any(|words| words.contains("Nigeria")));
    });
}

#[test]
fn no_freezes_and_locks_at_the_identity_provider() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        at_home(&world).await;
        burst(&world).await;
        take(&world, &[login(&world, "A-1042", "success", "NG")]).await;
        let number = flag(&world, robin).await.expect("a flag");
        let asked = ask(&world, &rep, number, RequestKind::Ask).await;
        let envelope = only(&post(&world).await, "outreach");
        press(&world, &secret(&envelope), Answer::No).await;
        assert_eq!(state(&world, &asked).await, RequestState::Denied);
        assert_eq!(account(&world, robin).await.hold, HoldLevel::Frozen);
        assert_eq!(kinds(&post(&world).await), ["frozen"]);
        let told = world.provider.told.lock().expect("lock").clone();
        assert_eq!(told.len(), 1);
        let hook: Hook = serde_json::from_str(&told[0].1).expect("a hook");
        assert_eq!(
            (
                hook.kind.as_str(),
                hook.data.account.as_str(),
                hook.data.ticket
            ),
            ("account.lock", "A-1042", number)
        );
        let lead = world.staff("lee", Role::Lead).await;
        let safety = safety(&world, robin).await.expect("a safety ticket");
        let story = written(&world, &lead, safety).await;
        assert!(
            story.contains("unusual logins were not theirs")
                && story.contains(&format!("Ticket #{number}")),
            "{story}"
        );
        // What the desk locked there it unlocks there, once the owner lifts the freeze.
        ask(&world, &lead, safety, RequestKind::Unlock).await;
        let envelope = only(&post(&world).await, "confirm");
        lift(&world, &secret(&envelope)).await;
        world.work().await;
        let told = world.provider.told.lock().expect("lock").clone();
        let hook: Hook = serde_json::from_str(&told[1].1).expect("a hook");
        assert_eq!((told.len(), hook.kind.as_str()), (2, "account.unlock"));
        assert_eq!(account(&world, robin).await.hold, HoldLevel::None);
    });
}

#[test]
fn only_a_flag_asks_and_only_once_at_a_time() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        assert!(matches!(
            world.desk.ask(&rep, ticket, RequestKind::Ask, "", "").await,
            Err(DeskError::Invalid(_))
        ));
        burst(&world).await;
        let number = flag(&world, robin).await.expect("a flag");
        ask(&world, &rep, number, RequestKind::Ask).await;
        let again = world.desk.ask(&rep, number, RequestKind::Ask, "", "").await;
        assert!(matches!(again, Err(DeskError::Conflict(_))), "{again:?}");
        assert_eq!(kinds(&post(&world).await), ["outreach"]);
    });
}

#[test]
fn only_leads_admins_and_tokens_made_for_it_send_login_events() {
    on_both(|world| async move {
        customer(&world).await;
        let line = login(&world, "A-1042", "failure", "NL");
        let mut turned = vec![
            token(&world, Role::Rep, &["events"]).await,
            token(&world, Role::Auditor, &["events"]).await,
            token(&world, Role::Lead, &["tickets", "accounts", "ledger"]).await,
            token(&world, Role::Admin, &["accounts"]).await,
        ];
        turned.push(rep(&world).await);
        turned.push(world.staff("ana", Role::Auditor).await);
        for me in &turned {
            let answer = world.desk.take_events(me, &line).await;
            assert!(
                matches!(answer, Err(DeskError::Forbidden(_))),
                "{:?} {:?}: {answer:?}",
                me.role,
                me.scopes
            );
        }
        for role in [Role::Lead, Role::Admin] {
            let me = token(&world, role, &["events"]).await;
            let taken = world.desk.take_events(&me, &line).await.expect("taken");
            assert_eq!(taken.accepted, 1);
        }
    });
}
