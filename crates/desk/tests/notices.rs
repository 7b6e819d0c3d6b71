//! The owner hears of every contact: in time, gathered, in fixed words, and of none twice.

use crate::common::{
    EMAIL, HOUR, MINUTE, call, count, customer, deliver, email, kinds, lead, letters, only, open,
    post, press, put, rep, safety, say, secret, without_canaries, written,
};
use desk::{
    Answer, DeskError, Me,
    letter::{Contact, Envelope, Letter},
    testing::{World, on_both},
    ticket::NewTicket,
};
use words::{AccountId, Channel, MessageKind};

fn contacts(envelope: &Envelope) -> Vec<Contact> {
    match &envelope.letter {
        Letter::Notice { contacts, .. } => contacts.clone(),
        _ => panic!("not a notice"),
    }
}

/// Contacts that were told, over some letters.
fn all(letters: &[Envelope]) -> Vec<Contact> {
    letters.iter().flat_map(contacts).collect()
}

async fn short_call(world: &World, me: &Me, account: AccountId) -> i64 {
    let number = call(world, me, account).await;
    world.desk.end_call(me, number).await.expect("an end");
    number
}

#[test]
fn the_owner_is_told_when_the_call_ends() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let number = call(&world, &rep, robin).await;
        say(
            &world,
            &rep,
            number,
            MessageKind::Heard,
            "SECRET-WORDS of the caller",
        )
        .await;
        world.clock.pass(MINUTE * 7);
        assert!(post(&world).await.is_empty(), "not yet");
        deliver(&world, &rep, number, "invoice", "10442").await;
        post(&world).await;
        world.desk.end_call(&rep, number).await.expect("an end");
        let sent = post(&world).await;
        assert_eq!(kinds(&sent), ["notice"]);
        assert_eq!(sent[0].to.as_str(), EMAIL);
        let told = contacts(&sent[0]);
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].channel, Channel::Phone);
        assert_eq!(told[0].sent, ["invoice 10442"]);
        assert!(
            told[0].at.until(world.desk.now()) >= MINUTE * 7,
            "when it began"
        );
        let text = format!("{told:?}");
        without_canaries(&text);
        assert!(
            !text.contains("SECRET-WORDS") && !text.contains("About my order"),
            "none of their words"
        );
        world.clock.pass(HOUR * 3);
        assert!(post(&world).await.is_empty(), "once");
        assert_eq!(
            (
                count(&world, "notice.queued").await,
                count(&world, "notice.told").await
            ),
            (1, 1)
        );
    });
}

#[test]
fn a_long_call_is_told_after_an_hour() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let number = call(&world, &rep, robin).await;
        world.clock.pass(MINUTE * 59);
        assert!(post(&world).await.is_empty());
        world.clock.pass(MINUTE);
        assert_eq!(kinds(&post(&world).await), ["notice"]);
        world.clock.pass(MINUTE * 90);
        world.desk.end_call(&rep, number).await.expect("an end");
        assert!(post(&world).await.is_empty(), "they know of it");
    });
}

#[test]
fn every_channel_is_told_also_when_the_account_was_found_late() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        for channel in [
            Channel::Email,
            Channel::Chat,
            Channel::Portal,
            Channel::Api,
            Channel::Phone,
        ] {
            let number = open(&world, &rep, channel, None).await.expect("a ticket");
            world.desk.close(&rep, number).await.expect("a close");
            assert!(post(&world).await.is_empty(), "nobody to tell");
            // Over before it was known whom it was about: told at once, not in an hour.
            world
                .desk
                .set_account(&rep, number, robin)
                .await
                .expect("an account");
            let told = all(&post(&world).await);
            assert_eq!(told.len(), 1, "{channel}");
            assert_eq!(told[0].channel, channel);
            world.clock.pass(HOUR * 24);
        }
    });
}

#[test]
fn nobody_opens_a_ticket_in_the_name_of_the_watch_to_stay_unheard() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let refused = open(&world, &rep, Channel::Watch, Some(robin)).await;
        assert!(matches!(refused, Err(DeskError::Invalid(_))), "{refused:?}");
    });
}

#[test]
fn notices_are_gathered_put_off_and_not_lost() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let start = world.desk.now();
        let mut numbers = 0usize;
        let mut told = Vec::new();
        let mut times = Vec::new();
        // A call every quarter of an hour for more than a day, then a quiet one.
        for minute in (0..60 * 60).step_by(15) {
            if minute < 30 * 60 {
                short_call(&world, &rep, robin).await;
                numbers += 1;
            }
            let sent = post(&world).await;
            assert!(sent.len() <= 1);
            if !sent.is_empty() {
                times.push(world.desk.now());
                told.extend(all(&sent));
            }
            world.clock.pass(MINUTE * 15);
        }
        assert_eq!(told.len(), numbers, "every contact is told in the end");
        let mut when: Vec<_> = told.iter().map(|contact| contact.at).collect();
        when.sort();
        when.dedup();
        assert_eq!(when.len(), numbers, "and none twice");
        for pair in times.windows(2) {
            assert!(pair[0].until(pair[1]) >= HOUR, "one an hour");
        }
        for five in times.windows(5) {
            assert!(five[0].until(five[4]) >= HOUR * 24, "four a day");
        }
        assert!(start.until(times[0]) < MINUTE, "the first at once");
    });
}

#[test]
fn a_reopened_ticket_is_told_again_but_is_no_way_around_the_limit() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let number = open(&world, &rep, Channel::Chat, Some(robin))
            .await
            .expect("a ticket");
        world.desk.close(&rep, number).await.expect("a close");
        assert_eq!(kinds(&post(&world).await), ["notice"]);
        // Opening and closing it over and over floods nobody.
        for _ in 0..5 {
            world.desk.reopen(&rep, number).await.expect("a reopening");
            world.desk.close(&rep, number).await.expect("a close");
            assert!(post(&world).await.is_empty());
            world.clock.pass(MINUTE);
        }
        world.clock.pass(HOUR);
        assert_eq!(all(&post(&world).await).len(), 1);
        world.clock.pass(HOUR * 48);
        world.desk.reopen(&rep, number).await.expect("a reopening");
        assert!(post(&world).await.is_empty());
        world.clock.pass(HOUR);
        assert_eq!(
            kinds(&post(&world).await),
            ["notice"],
            "an hour after it began anew"
        );
    });
}

#[test]
fn escalating_a_closed_ticket_opens_it_not_unheard() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let number = open(&world, &rep, Channel::Chat, Some(robin))
            .await
            .expect("a ticket");
        world.desk.close(&rep, number).await.expect("a close");
        assert_eq!(kinds(&post(&world).await), ["notice"]);
        world.clock.pass(HOUR * 48);
        world
            .desk
            .escalate(&rep, number, "they are back")
            .await
            .expect("an escalation");
        world.clock.pass(HOUR);
        assert_eq!(kinds(&post(&world).await), ["notice"]);
    });
}

#[test]
fn a_second_conversation_in_an_old_ticket_is_a_contact_too() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let number = short_call(&world, &rep, robin).await;
        assert_eq!(kinds(&post(&world).await), ["notice"]);
        // Notes that are tidied up right after the call are the same contact.
        say(
            &world,
            &rep,
            number,
            MessageKind::Heard,
            "wanted the invoice",
        )
        .await;
        world.clock.pass(HOUR * 2);
        assert!(post(&world).await.is_empty());
        // Two months later the same caller, in the same ticket.
        world.clock.pass(HOUR * 24 * 60);
        say(&world, &rep, number, MessageKind::Heard, "me again").await;
        say(&world, &rep, number, MessageKind::Heard, "the same trick").await;
        world.clock.pass(HOUR);
        assert_eq!(all(&post(&world).await).len(), 1);
    });
}

#[test]
fn the_owner_is_told_at_every_confirmed_email_and_nowhere_else() {
    on_both(|world| async move {
        let rep = rep(&world).await;
        let robin = put(
            &world,
            "A-1042",
            &[
                email(EMAIL, "2019-05-01", Some("2019-05-01")),
                email("second@mail.example", "2020-05-01", Some("2020-05-01")),
                email("unconfirmed@mail.example", "2020-05-01", None),
            ],
        )
        .await;
        short_call(&world, &rep, robin).await;
        let sent = post(&world).await;
        let mut to: Vec<_> = sent
            .iter()
            .map(|envelope| envelope.to.to_string())
            .collect();
        to.sort();
        assert_eq!(to, [EMAIL, "second@mail.example"]);
        assert_ne!(
            crate::common::secret(&sent[0]),
            crate::common::secret(&sent[1]),
            "a link each"
        );
    });
}

#[test]
fn an_account_without_a_place_is_noted_and_not_tried_for_ever() {
    on_both(|world| async move {
        let rep = rep(&world).await;
        let robin = put(&world, "A-1", &[]).await;
        short_call(&world, &rep, robin).await;
        assert!(post(&world).await.is_empty());
        assert_eq!(count(&world, "notice.unreachable").await, 1);
        world.clock.pass(HOUR * 30);
        post(&world).await;
        assert_eq!(count(&world, "notice.unreachable").await, 1);
    });
}

#[test]
fn a_ticket_without_an_account_tells_nobody() {
    on_both(|world| async move {
        let rep = rep(&world).await;
        let new = NewTicket {
            channel: Channel::Email,
            subject: String::new(),
            heard: Some("Hello\u{0} there".to_owned()),
            account: None,
            mine: false,
        };
        let number = world.desk.open_ticket(&rep, new).await.expect("a ticket");
        assert_eq!(
            world
                .desk
                .ticket(&rep, number)
                .await
                .expect("a ticket")
                .ticket
                .subject,
            "Hello there"
        );
        world.clock.pass(HOUR * 30);
        assert!(post(&world).await.is_empty());
    });
}

#[test]
fn an_import_of_new_accounts_mails_nobody() {
    on_both(|world| async move {
        for n in 0..20 {
            put(
                &world,
                &format!("A-{n}"),
                &[email(
                    &format!("c{n}@mail.example"),
                    "2019-05-01",
                    Some("2019-05-01"),
                )],
            )
            .await;
        }
        world.clock.pass(HOUR * 100);
        world.work().await;
        assert!(letters(&world).is_empty());
        assert!(
            crate::common::jobs(&world, "done").await.is_empty(),
            "nothing was even queued"
        );
    });
}

#[test]
fn two_workers_tell_the_owner_once() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        short_call(&world, &rep, robin).await;
        let (a, b, c) = tokio::join!(
            world.desk.work_all(),
            world.desk.work_all(),
            world.desk.work_all()
        );
        a.and(b).and(c).expect("work");
        let sent = post(&world).await;
        only(&sent, "notice");
    });
}

#[test]
fn the_page_of_a_gathered_notice_says_what_every_contact_led_to() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        // The first is told at once; the next two wait and are told together.
        short_call(&world, &rep, robin).await;
        post(&world).await;
        let quiet = short_call(&world, &rep, robin).await;
        let ticket = call(&world, &rep, robin).await;
        deliver(&world, &rep, ticket, "address", "").await;
        world.desk.end_call(&rep, ticket).await.expect("an end");
        world.clock.pass(HOUR * 2);
        let sent = post(&world).await;
        let notice = only(&sent, "notice");
        assert_eq!(contacts(&notice).len(), 2);
        let page = world
            .desk
            .owner_page(&secret(&notice))
            .await
            .expect("a page");
        assert_eq!(page.sent, ["postal address"]);
        press(&world, &secret(&notice), Answer::No).await;
        let safety = safety(&world, robin).await.expect("a safety ticket");
        let story = written(&world, &lead(&world).await, safety).await;
        assert!(
            story.contains(&format!("#{quiet}")) || story.contains(&format!("#{ticket}")),
            "{story}"
        );
        assert!(
            story.contains("sent or about to leave because of it: postal address")
                || story.contains("Sent to the registered email because of it: postal address"),
            "{story}"
        );
    });
}
