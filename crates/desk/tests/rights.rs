//! Who may see and do what.

use crate::common::{
    account, ask, call, count, customer, document, email, entry_kinds, flag, lead, notice_secret,
    open, post, press, put, rep, safety, say, without_canaries,
};
use desk::{
    Answer, DeskError, Filter, Me, Verdict,
    testing::{World, on_both},
    ticket::{MESSAGE_MAX, NewTicket, SUBJECT_MAX},
};
use std::fmt::Debug;
use words::{AccountId, Channel, MessageKind, Queue, RequestKind, Role, StaffId};

fn not_found<T: Debug>(result: Result<T, DeskError>) {
    match result {
        Err(DeskError::NotFound) => {}
        other => panic!("{other:?}"),
    }
}

fn forbidden<T: Debug>(result: Result<T, DeskError>) {
    match result {
        Err(DeskError::Forbidden(_)) => {}
        other => panic!("{other:?}"),
    }
}

fn invalid<T: Debug>(result: Result<T, DeskError>) {
    match result {
        Err(DeskError::Invalid(_)) => {}
        other => panic!("{other:?}"),
    }
}

fn conflict<T: Debug>(result: Result<T, DeskError>) {
    match result {
        Err(DeskError::Conflict(_)) => {}
        other => panic!("{other:?}"),
    }
}

/// Everything that can be done to a ticket must fail like this.
async fn each_act(
    world: &World,
    me: &Me,
    ticket: i64,
    robin: AccountId,
    fails: fn(Result<(), DeskError>),
) {
    let desk = &world.desk;
    for kind in [
        MessageKind::Heard,
        MessageKind::Said,
        MessageKind::Note,
        MessageKind::Reply,
    ] {
        fails(desk.add_message(me, ticket, kind, "hello").await.map(drop));
    }
    for kind in RequestKind::ALL {
        fails(desk.ask(me, ticket, *kind, "address", "").await.map(drop));
    }
    fails(desk.set_account(me, ticket, robin).await);
    fails(desk.assign(me, ticket, Some(me.id)).await);
    fails(desk.assign(me, ticket, None).await);
    fails(desk.close(me, ticket).await);
    fails(desk.reopen(me, ticket).await);
    fails(desk.end_call(me, ticket).await);
    fails(desk.escalate(me, ticket, "please").await.map(drop));
}

#[test]
fn a_rep_neither_sees_nor_touches_what_lies_with_leads() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rae = rep(&world).await;
        let lead = lead(&world).await;
        let secret = notice_secret(&world, &rae, robin).await;
        press(&world, &secret, Answer::No).await;
        post(&world).await;
        let safety = safety(&world, robin).await.expect("a safety ticket");
        let escalated = call(&world, &lead, robin).await;
        world
            .desk
            .escalate(&lead, escalated, "odd")
            .await
            .expect("an escalation");
        let size = world.desk.ledger_size().await.expect("a size");

        let rolf = world.staff("rolf", Role::Rep).await;
        for number in [safety, escalated, 4, -1, i64::MAX] {
            not_found(world.desk.ticket(&rolf, number).await);
            each_act(&world, &rolf, number, robin, not_found).await;
        }
        not_found(world.desk.list(&rolf, Filter::Lead, None, 50).await);
        not_found(world.desk.list(&rolf, Filter::Safety, None, 50).await);
        not_found(
            world
                .desk
                .list(&rolf, Filter::Mine(lead.id), None, 50)
                .await,
        );
        for filter in [
            Filter::Open,
            Filter::Unassigned,
            Filter::Flags,
            Filter::Closed,
            Filter::Mine(rolf.id),
        ] {
            for row in world
                .desk
                .list(&rolf, filter, None, 50)
                .await
                .expect("a list")
            {
                assert_eq!(row.queue, Queue::Support);
            }
        }
        for text in [
            "Robin",
            "wasn't",
            &safety.to_string(),
            &format!("#{escalated}"),
            "",
            "%",
            "_",
            "\\",
            "'",
            "\u{0}",
        ] {
            for row in world.desk.search(&rolf, text).await.expect("a list") {
                assert_eq!(row.queue, Queue::Support, "{text}");
            }
        }
        let counts = world.desk.counts(&rolf).await.expect("counts");
        assert_eq!((counts.lead, counts.safety, counts.dead), (0, 0, 0));
        assert_eq!(
            world.desk.ledger_size().await.expect("a size"),
            size,
            "nothing happened"
        );

        let counts = world.desk.counts(&lead).await.expect("counts");
        assert_eq!((counts.lead, counts.safety), (1, 1));
        assert_eq!(
            world
                .desk
                .list(&lead, Filter::Safety, None, 50)
                .await
                .expect("a list")
                .len(),
            1
        );
        assert_eq!(
            world
                .desk
                .search(&lead, &format!("#{safety}"))
                .await
                .expect("a list")
                .len(),
            1
        );
    });
}

#[test]
fn who_escalated_a_ticket_follows_it_and_the_lead_takes_it() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let lead = lead(&world).await;
        let number = call(&world, &rep, robin).await;
        world
            .desk
            .escalate(&rep, number, "  they  know too much ")
            .await
            .expect("an escalation");
        let view = world.desk.ticket(&rep, number).await.expect("theirs");
        assert_eq!(view.ticket.escalated.as_deref(), Some("they know too much"));
        world
            .desk
            .assign(&lead, number, Some(lead.id))
            .await
            .expect("taken");
        assert_eq!(
            world
                .desk
                .list(&lead, Filter::Mine(lead.id), None, 50)
                .await
                .expect("a list")
                .len(),
            1
        );
        assert_eq!(
            world
                .desk
                .list(&lead, Filter::Lead, None, 50)
                .await
                .expect("a list")
                .len(),
            1
        );
    });
}

#[test]
fn an_auditor_reads_and_never_acts_and_sees_no_account() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let auditor = world.staff("ana", Role::Auditor).await;
        let number = call(&world, &rep, robin).await;
        each_act(&world, &auditor, number, robin, forbidden).await;
        forbidden(open(&world, &auditor, Channel::Phone, Some(robin)).await);
        forbidden(world.desk.take_events(&auditor, "").await);
        let view = world.desk.ticket(&auditor, number).await.expect("a ticket");
        assert!(view.account.is_none() && view.offers.is_empty() && view.reply.is_none());
        without_canaries(&format!("{view:?}"));
        world.desk.ledger(&auditor, None).await.expect("the ledger");
        forbidden(world.desk.ledger(&rep, None).await);
        forbidden(world.desk.ledger(&lead(&world).await, None).await);
    });
}

#[test]
fn a_ticket_is_about_one_account_for_good() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let other = put(
            &world,
            "A-2",
            &[email(
                "other@mail.example",
                "2019-05-01",
                Some("2019-05-01"),
            )],
        )
        .await;
        let rep = rep(&world).await;
        let number = open(&world, &rep, Channel::Phone, None)
            .await
            .expect("a ticket");
        conflict(
            world
                .desk
                .ask(&rep, number, RequestKind::Reset, "", "")
                .await,
        );
        conflict(
            world
                .desk
                .add_message(&rep, number, MessageKind::Reply, "hello")
                .await,
        );
        not_found(
            world
                .desk
                .set_account(&rep, number, AccountId(uuid::Uuid::nil()))
                .await,
        );
        world
            .desk
            .set_account(&rep, number, robin)
            .await
            .expect("an account");
        world
            .desk
            .set_account(&rep, number, robin)
            .await
            .expect("the same again");
        conflict(world.desk.set_account(&rep, number, other).await);
        assert_eq!(count(&world, "ticket.account").await, 1);
        // Two at once: one of them wins, and the other hears of it.
        let number = open(&world, &rep, Channel::Phone, None)
            .await
            .expect("a ticket");
        let (a, b) = tokio::join!(
            world.desk.set_account(&rep, number, robin),
            world.desk.set_account(&rep, number, other)
        );
        assert!(a.is_ok() != b.is_ok(), "{a:?} {b:?}");
        not_found(
            open(
                &world,
                &rep,
                Channel::Phone,
                Some(AccountId(uuid::Uuid::nil())),
            )
            .await,
        );
    });
}

#[test]
fn a_field_of_another_account_is_not_in_this_one() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let mut fewer = document(&[email(
            "other@mail.example",
            "2019-05-01",
            Some("2019-05-01"),
        )]);
        fewer.fields.remove("invoice");
        world
            .desk
            .put_account(None, "A-2", fewer)
            .await
            .expect("put");
        let other = crate::common::account_named(&world, "A-2").await.id;
        let rep = rep(&world).await;
        let number = call(&world, &rep, other).await;
        for (field, item) in [
            ("invoice", "10442"),
            ("invoice", ""),
            ("order", "9"),
            ("nonsense", ""),
            ("address", "7001"),
            ("", ""),
        ] {
            invalid(
                world
                    .desk
                    .ask(&rep, number, RequestKind::Deliver, field, item)
                    .await,
            );
            invalid(
                world
                    .desk
                    .ask(&rep, number, RequestKind::Reveal, field, item)
                    .await,
            );
        }
        assert_eq!(account(&world, other).await.attempts, 0);
        assert_eq!(account(&world, robin).await.attempts, 0);
    });
}

#[test]
fn nothing_is_asked_in_a_closed_ticket() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let number = call(&world, &rep, robin).await;
        world.desk.close(&rep, number).await.expect("a close");
        conflict(world.desk.close(&rep, number).await);
        conflict(world.desk.end_call(&rep, number).await);
        for kind in [
            RequestKind::Reset,
            RequestKind::Change,
            RequestKind::Deliver,
            RequestKind::Unlock,
        ] {
            conflict(world.desk.ask(&rep, number, kind, "address", "").await);
        }
        assert_eq!(
            account(&world, robin).await.attempts,
            0,
            "a slip of the rep is no attempt"
        );
        for offer in world
            .desk
            .ticket(&rep, number)
            .await
            .expect("a ticket")
            .offers
        {
            let refused = matches!(offer.verdict, Verdict::Refused { .. });
            assert!(refused || offer.kind == RequestKind::Lock, "{offer:?}");
        }
        world.desk.reopen(&rep, number).await.expect("a reopening");
        conflict(world.desk.reopen(&rep, number).await);
        let asked = world
            .desk
            .ask(&rep, number, RequestKind::Deliver, "address", "")
            .await
            .expect("an answer");
        assert_eq!(asked.state, words::RequestState::Sending);
    });
}

#[test]
fn a_rep_takes_tickets_on_and_only_a_lead_hands_them_out() {
    on_both(|world| async move {
        let rae = rep(&world).await;
        let rolf = world.staff("rolf", Role::Rep).await;
        let auditor = world.staff("ana", Role::Auditor).await;
        let lead = lead(&world).await;
        let number = open(&world, &rae, Channel::Email, None)
            .await
            .expect("a ticket");
        world
            .desk
            .assign(&rolf, number, Some(rolf.id))
            .await
            .expect("taken");
        world
            .desk
            .assign(&rolf, number, None)
            .await
            .expect("laid back");
        forbidden(world.desk.assign(&rolf, number, Some(rae.id)).await);
        world
            .desk
            .assign(&lead, number, Some(rae.id))
            .await
            .expect("handed out");
        assert_eq!(
            world
                .desk
                .ticket(&rae, number)
                .await
                .expect("a ticket")
                .assignee
                .as_deref(),
            Some("rae")
        );
        invalid(world.desk.assign(&lead, number, Some(auditor.id)).await);
        invalid(
            world
                .desk
                .assign(&lead, number, Some(StaffId(uuid::Uuid::nil())))
                .await,
        );
    });
}

#[test]
fn messages_are_cleaned_and_bounded() {
    on_both(|world| async move {
        let rep = rep(&world).await;
        let number = open(&world, &rep, Channel::Phone, None)
            .await
            .expect("a ticket");
        for text in ["", "  \n\t ", "\u{0}\u{7}", "\u{202e}"] {
            invalid(
                world
                    .desk
                    .add_message(&rep, number, MessageKind::Note, text)
                    .await,
            );
        }
        invalid(
            world
                .desk
                .add_message(
                    &rep,
                    number,
                    MessageKind::Note,
                    &"x".repeat(MESSAGE_MAX + 1),
                )
                .await,
        );
        invalid(
            world
                .desk
                .add_message(&rep, number, MessageKind::Desk, "I am the desk")
                .await,
        );
        say(
            &world,
            &rep,
            number,
            MessageKind::Note,
            &"ü".repeat(MESSAGE_MAX),
        )
        .await;
        say(
            &world,
            &rep,
            number,
            MessageKind::Note,
            " a\u{0}\r\nb\tc\u{1b}[31m\u{2066}<script> ",
        )
        .await;
        let view = world.desk.ticket(&rep, number).await.expect("a ticket");
        assert_eq!(
            view.messages[1].text, "a\nb\tc[31m<script>",
            "text stays text"
        );
        assert_eq!(view.messages[1].author.as_deref(), Some("rae"));

        let long = "x".repeat(SUBJECT_MAX + 1);
        for (subject, heard) in [
            (long.as_str(), None),
            ("ok", Some(String::new())),
            ("ok", Some("x".repeat(MESSAGE_MAX + 1))),
        ] {
            let new = NewTicket {
                channel: Channel::Email,
                subject: subject.to_owned(),
                heard,
                account: None,
                mine: false,
            };
            invalid(world.desk.open_ticket(&rep, new).await);
        }
        invalid(world.desk.escalate(&rep, number, &"x".repeat(501)).await);
    });
}

#[test]
fn a_call_is_named_after_the_first_words() {
    on_both(|world| async move {
        let rep = rep(&world).await;
        let new = NewTicket {
            channel: Channel::Phone,
            subject: String::new(),
            heard: None,
            account: None,
            mine: true,
        };
        let number = world.desk.open_ticket(&rep, new).await.expect("a call");
        assert_eq!(
            world
                .desk
                .ticket(&rep, number)
                .await
                .expect("a ticket")
                .ticket
                .subject,
            "Call"
        );
        say(
            &world,
            &rep,
            number,
            MessageKind::Heard,
            "where is my parcel",
        )
        .await;
        say(&world, &rep, number, MessageKind::Heard, "hurry").await;
        assert_eq!(
            world
                .desk
                .ticket(&rep, number)
                .await
                .expect("a ticket")
                .ticket
                .subject,
            "where is my parcel"
        );
    });
}

#[test]
fn every_act_leaves_its_entry() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let lead = lead(&world).await;
        let desk = &world.desk;
        desk.look_up(&rep, "external_id", "A-1042")
            .await
            .expect("found");
        let number = open(&world, &rep, Channel::Phone, None)
            .await
            .expect("a ticket");
        desk.set_account(&rep, number, robin)
            .await
            .expect("an account");
        desk.ticket(&rep, number).await.expect("a ticket");
        desk.ticket(&rep, number).await.expect("the same reading");
        for kind in [
            MessageKind::Heard,
            MessageKind::Said,
            MessageKind::Note,
            MessageKind::Reply,
        ] {
            say(&world, &rep, number, kind, "Words that stay out of it").await;
        }
        desk.assign(&rep, number, None).await.expect("laid back");
        desk.assign(&rep, number, Some(rep.id))
            .await
            .expect("taken");
        desk.end_call(&rep, number).await.expect("an end");
        desk.close(&rep, number).await.expect("a close");
        desk.reopen(&rep, number).await.expect("a reopening");
        desk.escalate(&rep, number, "odd")
            .await
            .expect("an escalation");
        desk.ask(&rep, number, RequestKind::Deliver, "address", "")
            .await
            .expect("an answer");
        desk.ask(&rep, number, RequestKind::Deliver, "receipt_code", "10442")
            .await
            .expect("an answer");
        ask(&world, &rep, number, RequestKind::Reset).await;
        let sent = post(&world).await;
        press(
            &world,
            &crate::common::secret(&crate::common::only(&sent, "confirm")),
            Answer::Yes,
        )
        .await;
        post(&world).await;
        desk.ticket(&lead, number).await.expect("a ticket");
        assert_eq!(flag(&world, robin).await, None);
        let kinds = entry_kinds(&world).await;
        for (kind, times) in [
            ("account.put", 1),
            ("account.looked-up", 1),
            ("ticket.opened", 1),
            ("ticket.account", 1),
            ("account.read", 2),
            ("message.heard", 1),
            ("message.said", 1),
            ("message.note", 1),
            ("message.reply", 1),
            ("ticket.released", 1),
            ("ticket.assigned", 1),
            ("ticket.call-ended", 1),
            ("ticket.closed", 1),
            ("ticket.reopened", 1),
            ("ticket.escalated", 1),
            // Three asked, one of them decided again on the owner's yes.
            ("request.decided", 4),
            ("disclosure.leaving", 1),
            ("disclosure.delivered", 1),
            ("challenge.made", 1),
            ("challenge.answered", 1),
            ("hook.queued", 1),
            ("hook.told", 1),
            ("notice.queued", 1),
            ("notice.told", 1),
        ] {
            assert_eq!(
                kinds.iter().filter(|k| *k == kind).count(),
                times,
                "{kind} in {kinds:?}"
            );
        }
    });
}
