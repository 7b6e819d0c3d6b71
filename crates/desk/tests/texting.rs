//! The registered phone as a proof, by text message: what it proves, and what it doesn't.

use crate::common::{
    EMAIL, HOUR, MINUTE, PHONE, account, ask, call, customer, email, entries, lead, notice_secret,
    only, open, post, press, put, rep, safety, secret, state, without_canaries,
};
use desk::{
    Answer, CodeView, DeskError, Me,
    letter::CarrierError,
    testing::{On, TestTexts, World, postgres_server},
    text::{Text, TextEnvelope},
};
use std::{future::Future, sync::Arc};
use words::{
    Channel, ContactKind, HoldLevel, ProofKind, RequestId, RequestKind, RequestState, Role,
};

pub(crate) type Phones = Arc<TestTexts>;

/// Runs a story on both engines, with text messages set up.
pub(crate) fn with_texts<F, Fut>(story: F)
where
    F: Fn(World, Phones) -> Fut,
    Fut: Future<Output = ()>,
{
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let engines = postgres_server().map(|_| On::Postgres);
        for engine in std::iter::once(On::Sqlite).chain(engines) {
            let phones = Phones::default();
            story(World::texting(engine, phones.clone()).await, phones).await;
        }
    });
}

/// Takes the text messages that went so far.
pub(crate) fn texts(phones: &Phones) -> Vec<TextEnvelope> {
    std::mem::take(&mut *phones.sent.lock().expect("lock"))
}

/// The code in the one text message that went.
fn code_in(phones: &Phones) -> String {
    let sent = texts(phones);
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].to.as_str(), PHONE);
    match &sent[0].text {
        Text::Code { code, .. } => code.to_string(),
        _ => panic!("a code"),
    }
}

async fn send(world: &World, phones: &Phones, me: &Me, ticket: i64, request: RequestId) -> String {
    world
        .desk
        .send_text_code(me, ticket, request)
        .await
        .expect("sent");
    world.work().await;
    code_in(phones)
}

async fn take(world: &World, me: &Me, ticket: i64, request: RequestId, code: &str) -> bool {
    world
        .desk
        .take_code(me, ticket, request, code)
        .await
        .expect("an answer")
}

fn other(code: &str) -> String {
    let digit = if code.starts_with('1') { '2' } else { '1' };
    format!("{digit}{}", &code[1..])
}

async fn card(world: &World, me: &Me, ticket: i64, request: RequestId) -> (CodeView, CodeView) {
    let view = world.desk.ticket(me, ticket).await.expect("a ticket");
    let card = view.requests.iter().find(|card| card.row.id == request);
    let card = card.expect("a card");
    (card.code, card.text)
}

fn phone(number: &str, since: &str) -> String {
    format!(
        r#"{{"kind":"phone","value":"{number}","registered_at":"{since}","confirmed_at":"{since}"}}"#
    )
}

/// A customer whose only contact point is a phone.
pub(crate) async fn phone_only(world: &World) -> words::AccountId {
    put(world, "A-2001", &[phone(PHONE, "2019-05-01")]).await
}

#[test]
fn a_caller_reads_out_the_code_from_the_phone_and_the_reset_goes_on() {
    with_texts(|world, phones| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let asked = ask(&world, &rep, ticket, RequestKind::Reset).await;
        // The question went by mail, where there is one, and nothing to the phone yet.
        let mails = post(&world).await;
        assert_eq!(only(&mails, "confirm").to.as_str(), EMAIL);
        assert!(texts(&phones).is_empty());
        assert_eq!(
            card(&world, &rep, ticket, asked.id).await,
            (CodeView::Can, CodeView::Can)
        );

        let code = send(&world, &phones, &rep, ticket, asked.id).await;
        assert!(code.len() == 8 && code.bytes().all(|digit| digit.is_ascii_digit()));
        let (mailed, texted) = card(&world, &rep, ticket, asked.id).await;
        assert!(matches!(texted, CodeView::Sent(_)) && mailed == CodeView::Can);
        let spoken = format!(" {} {}-{}", &code[..3], &code[3..6], &code[6..]);
        assert!(take(&world, &rep, ticket, asked.id, &spoken).await);
        assert_eq!(state(&world, &asked).await, RequestState::Sending);
        world.work().await;
        assert_eq!(state(&world, &asked).await, RequestState::Done);
        assert_eq!(world.provider.told.lock().expect("lock").len(), 1);
        assert_eq!(account(&world, robin).await.attempts, 0);

        // Once.
        let again = world.desk.take_code(&rep, ticket, asked.id, &code).await;
        assert!(matches!(again, Err(DeskError::Conflict(_))), "{again:?}");

        // It was a proof by phone, and neither it nor the number stands anywhere.
        let entries = entries(&world).await;
        let given: Vec<_> = entries.iter().filter(|e| e.kind == "proof.given").collect();
        assert_eq!(given.len(), 1);
        assert!(format!("{given:?}").contains("phone"));
        let view = world.desk.ticket(&rep, ticket).await.expect("a ticket");
        let lead = lead(&world).await;
        let out = world.desk.outgoing(&lead).await.expect("jobs");
        let all = format!("{entries:?}{view:?}{out:?}");
        assert!(!all.contains(&code) && !all.contains(&spoken));
        without_canaries(&all);
    });
}

#[test]
fn what_a_text_message_says_names_the_request_and_fits_in_one() {
    with_texts(|world, phones| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let asked = ask(&world, &rep, ticket, RequestKind::Reset).await;
        world
            .desk
            .send_text_code(&rep, ticket, asked.id)
            .await
            .expect("sent");
        world.work().await;
        let sent = texts(&phones);
        let Text::Code { what, expires, .. } = &sent[0].text else {
            panic!("a code")
        };
        assert_eq!(*what, RequestKind::Reset);
        assert!(world.desk.now().until(*expires) <= MINUTE * 10);
        assert_eq!(sent[0].company, "Acme Production");
    });
}

#[test]
fn a_code_that_does_not_work_never_says_why_and_counts() {
    with_texts(|world, phones| async move {
        let robin = customer(&world).await;
        let mina = put(
            &world,
            "A-1043",
            &[
                email("mina@mail.example", "2019-05-01", Some("2019-05-01")),
                phone("+31 20 555 0143", "2019-05-01"),
            ],
        )
        .await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let asked = ask(&world, &rep, ticket, RequestKind::Reset).await;
        // None was sent; then a wrong one, and another request's and account's.
        assert!(!take(&world, &rep, ticket, asked.id, "00000000").await);
        let code = send(&world, &phones, &rep, ticket, asked.id).await;
        assert!(!take(&world, &rep, ticket, asked.id, &other(&code)).await);
        let theirs = call(&world, &rep, mina).await;
        let reset = ask(&world, &rep, theirs, RequestKind::Reset).await;
        world
            .desk
            .send_text_code(&rep, theirs, reset.id)
            .await
            .expect("sent");
        world.work().await;
        texts(&phones);
        assert!(!take(&world, &rep, theirs, reset.id, &code).await);
        let elsewhere = world.desk.take_code(&rep, theirs, asked.id, &code).await;
        assert!(matches!(elsewhere, Err(DeskError::NotFound)));
        assert_eq!(account(&world, robin).await.attempts, 2);
        assert_eq!(account(&world, mina).await.attempts, 1);

        // Too late.
        world.clock.pass(MINUTE * 10);
        assert!(!take(&world, &rep, ticket, asked.id, &code).await);
        assert_eq!(account(&world, robin).await.hold, HoldLevel::Careful);
        assert_eq!(state(&world, &asked).await, RequestState::Waiting);

        // Tries are counted over both ways, all reps and tickets: a fifth is the last.
        let lead = lead(&world).await;
        let fifth = world.desk.take_code(&lead, ticket, asked.id, "1").await;
        assert!(matches!(fifth, Ok(false)), "{fifth:?}");
        let _ = world.desk.take_code(&lead, ticket, asked.id, "2").await;
        let over = world.desk.take_code(&lead, ticket, asked.id, &code).await;
        assert!(matches!(over, Err(DeskError::Limited(_))), "{over:?}");
    });
}

#[test]
fn three_tries_end_a_code_and_a_newer_one_ends_the_one_before() {
    with_texts(|world, phones| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let asked = ask(&world, &rep, ticket, RequestKind::Reset).await;
        let first = send(&world, &phones, &rep, ticket, asked.id).await;
        let second = send(&world, &phones, &rep, ticket, asked.id).await;
        assert!(!take(&world, &rep, ticket, asked.id, &first).await);
        for _ in 0..2 {
            assert!(!take(&world, &rep, ticket, asked.id, &other(&second)).await);
        }
        assert!(!take(&world, &rep, ticket, asked.id, &second).await);
        assert_eq!(state(&world, &asked).await, RequestState::Waiting);
        // Asked three times, with the mail: that is enough for a while.
        let more = world.desk.send_text_code(&rep, ticket, asked.id).await;
        assert!(matches!(more, Err(DeskError::Limited(_))), "{more:?}");
    });
}

#[test]
fn a_number_that_came_yesterday_proves_nothing() {
    with_texts(|world, phones| async move {
        // The attacker's: put on the accounts yesterday, by whatever talked somebody into it.
        const NEW: &str = "+31 20 555 0199";
        let mailed = || email(EMAIL, "2019-05-01", Some("2019-05-01"));
        let robin = customer(&world).await;
        let mina = put(&world, "A-1043", &[mailed()]).await;
        world.clock.pass(HOUR);
        put(&world, "A-1042", &[mailed(), phone(NEW, "2026-11-21")]).await;
        put(&world, "A-1043", &[mailed(), phone(NEW, "2026-11-21")]).await;
        world.clock.pass(HOUR * 24);
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, mina).await;
        let asked = ask(&world, &rep, ticket, RequestKind::Reset).await;
        assert_eq!(
            card(&world, &rep, ticket, asked.id).await,
            (CodeView::Can, CodeView::No)
        );
        let sent = world.desk.send_text_code(&rep, ticket, asked.id).await;
        assert!(matches!(sent, Err(DeskError::Conflict(_))), "{sent:?}");

        // Where there was one before, it is the one before that is asked, and never the new one.
        let ticket = call(&world, &rep, robin).await;
        let asked = ask(&world, &rep, ticket, RequestKind::Reset).await;
        let sent = world.desk.send_text_code(&rep, ticket, asked.id).await;
        assert!(matches!(sent, Ok(()) | Err(DeskError::Conflict(_))));
        world.work().await;
        assert!(texts(&phones).iter().all(|text| text.to.as_str() != NEW));
        assert_eq!(state(&world, &asked).await, RequestState::Waiting);
    });
}

#[test]
fn a_phone_that_is_gone_when_the_code_comes_back_proves_nothing() {
    with_texts(|world, phones| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let asked = ask(&world, &rep, ticket, RequestKind::Reset).await;
        let code = send(&world, &phones, &rep, ticket, asked.id).await;
        let mut tx = world.desk.store().begin().await.expect("a transaction");
        for point in tx.contact_points(robin).await.expect("points") {
            if point.kind == ContactKind::Phone {
                tx.remove_contact_point(point.id, world.desk.now())
                    .await
                    .expect("a write");
            }
        }
        tx.commit().await.expect("a commit");
        let _ = world.desk.take_code(&rep, ticket, asked.id, &code).await;
        assert_eq!(state(&world, &asked).await, RequestState::Waiting);
        world.work().await;
        assert!(world.provider.told.lock().expect("lock").is_empty());
    });
}

#[test]
fn a_code_needs_somebody_on_the_phone_and_a_member_of_staff_who_may_act() {
    with_texts(|world, phones| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = open(&world, &rep, Channel::Email, Some(robin))
            .await
            .expect("a ticket");
        let asked = ask(&world, &rep, ticket, RequestKind::Reset).await;
        let sent = world.desk.send_text_code(&rep, ticket, asked.id).await;
        assert!(matches!(sent, Err(DeskError::Conflict(_))), "{sent:?}");

        let auditor = world.staff("ash", Role::Auditor).await;
        let sent = world.desk.send_text_code(&auditor, ticket, asked.id).await;
        assert!(matches!(sent, Err(DeskError::Forbidden(_))), "{sent:?}");
        world.work().await;
        assert!(texts(&phones).is_empty());
    });
}

#[test]
fn without_a_service_the_phone_is_no_way() {
    desk::testing::on_both(|world| async move {
        let robin = customer(&world).await;
        let nobody = phone_only(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let asked = ask(&world, &rep, ticket, RequestKind::Reset).await;
        assert_eq!(
            card(&world, &rep, ticket, asked.id).await,
            (CodeView::Can, CodeView::No)
        );
        let sent = world.desk.send_text_code(&rep, ticket, asked.id).await;
        assert!(matches!(sent, Err(DeskError::Conflict(_))), "{sent:?}");
        let ticket = call(&world, &rep, nobody).await;
        let asked = world
            .desk
            .ask(&rep, ticket, RequestKind::Deliver, "address", "")
            .await
            .expect("an answer");
        assert_eq!(asked.state, RequestState::Refused);
    });
}

#[test]
fn a_hold_is_lifted_by_the_mail_and_the_phone_together() {
    with_texts(|world, phones| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let lead = lead(&world).await;
        let not_me = notice_secret(&world, &rep, robin).await;
        press(&world, &not_me, Answer::No).await;
        post(&world).await;
        world.clock.pass(HOUR * 8);
        let number = safety(&world, robin).await.expect("a safety ticket");
        let asked = ask(&world, &lead, number, RequestKind::Unlock).await;
        let link = secret(&only(&post(&world).await, "confirm"));

        // Before the yes there is no step, and so no text message.
        let early = world.desk.owner_text(&link).await;
        assert!(matches!(early, Err(DeskError::Conflict(_))), "{early:?}");
        press(&world, &link, Answer::Yes).await;
        let page = world.desk.owner_page(&link).await.expect("a page");
        assert!(page.more.contains(&ProofKind::Phone) && !page.texted);
        assert_eq!(account(&world, robin).await.hold, HoldLevel::Frozen);

        let page = world.desk.owner_text(&link).await.expect("a page");
        assert!(page.texted);
        world.work().await;
        let code = code_in(&phones);
        let step = |code: String| {
            let (desk, link) = (world.desk.clone(), link.clone());
            async move { desk.owner_step(&link, ProofKind::Phone, &code).await }
        };
        let wrong = step(other(&code)).await.expect("a page");
        assert!(wrong.tried);
        assert_eq!(account(&world, robin).await.hold, HoldLevel::Frozen);
        let right = step(code.clone()).await.expect("a page");
        assert!(!right.tried && right.more.is_empty());
        assert_eq!(account(&world, robin).await.hold, HoldLevel::None);
        assert_eq!(state(&world, &asked).await, RequestState::Done);
        let again = step(code).await;
        assert!(matches!(again, Err(DeskError::Conflict(_))), "{again:?}");
    });
}

#[test]
fn the_phone_alone_does_not_lift_a_hold() {
    with_texts(|world, phones| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        ask(&world, &rep, ticket, RequestKind::Lock).await;
        post(&world).await;
        let lead = lead(&world).await;
        let ticket = call(&world, &lead, robin).await;
        let asked = ask(&world, &lead, ticket, RequestKind::Unlock).await;
        let code = send(&world, &phones, &lead, ticket, asked.id).await;
        assert!(take(&world, &lead, ticket, asked.id, &code).await);
        assert_eq!(state(&world, &asked).await, RequestState::Waiting);
        assert_eq!(account(&world, robin).await.hold, HoldLevel::Frozen);
        // The yes by mail is the other kind, and completes it.
        let link = secret(&only(&post(&world).await, "confirm"));
        press(&world, &link, Answer::Yes).await;
        assert_eq!(account(&world, robin).await.hold, HoldLevel::None);
    });
}

#[test]
fn an_account_with_only_a_phone_is_asked_and_told_there() {
    with_texts(|world, phones| async move {
        let robin = phone_only(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let asked = ask(&world, &rep, ticket, RequestKind::Reset).await;
        assert_eq!(asked.state, RequestState::Waiting);
        assert!(asked.words.contains("phone"), "{}", asked.words);
        assert!(post(&world).await.is_empty(), "there is no mailbox");
        let sent = texts(&phones);
        let Text::Confirm { what, link, .. } = &sent[0].text else {
            panic!("a question")
        };
        assert_eq!((sent.len(), *what), (1, RequestKind::Reset));
        assert!(link.starts_with("https://desk.example/owner/confirm/"));

        // The code that is read out does it without the link.
        let code = send(&world, &phones, &rep, ticket, asked.id).await;
        assert!(take(&world, &rep, ticket, asked.id, &code).await);
        world.work().await;
        assert_eq!(state(&world, &asked).await, RequestState::Done);

        // And the contact is told, with a link that freezes.
        world.desk.end_call(&rep, ticket).await.expect("an end");
        world.work().await;
        let sent = texts(&phones);
        let Text::Notice { contacts, link, .. } = &sent[0].text else {
            panic!("a notice")
        };
        assert_eq!((sent.len(), *contacts), (1, 1));
        let not_me = link.rsplit('/').next().expect("a secret");
        press(&world, not_me, Answer::No).await;
        assert_eq!(account(&world, robin).await.hold, HoldLevel::Frozen);
        world.work().await;
        assert!(matches!(texts(&phones)[0].text, Text::Frozen));

        // No value ever goes to a phone.
        world.clock.pass(HOUR * 24);
        let other = put(&world, "A-2002", &[phone("+31 20 555 0144", "2019-05-01")]).await;
        let ticket = call(&world, &rep, other).await;
        let asked = world
            .desk
            .ask(&rep, ticket, RequestKind::Deliver, "address", "")
            .await
            .expect("an answer");
        assert_eq!(asked.state, RequestState::Refused);
        world.work().await;
        assert!(texts(&phones).is_empty());
    });
}

#[test]
fn a_code_by_email_is_not_offered_where_the_owner_was_asked_by_text_message() {
    with_texts(|world, phones| async move {
        let robin = phone_only(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let asked = ask(&world, &rep, ticket, RequestKind::Reset).await;
        world.work().await;
        texts(&phones);
        assert_eq!(
            card(&world, &rep, ticket, asked.id).await,
            (CodeView::No, CodeView::Can)
        );
        let said = world.desk.send_code(&rep, ticket, asked.id).await;
        assert!(matches!(said, Err(DeskError::Conflict(_))), "{said:?}");
        // It was none of the owner's questions.
        for _ in 0..2 {
            send(&world, &phones, &rep, ticket, asked.id).await;
        }
    });
}

#[test]
fn a_no_in_the_mail_freezes_after_a_code_from_the_phone_was_talked_out_of_the_owner() {
    with_texts(|world, phones| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let asked = ask(&world, &rep, ticket, RequestKind::Reset).await;
        let link = secret(&only(&post(&world).await, "confirm"));
        let code = send(&world, &phones, &rep, ticket, asked.id).await;
        // The provider is down, so it is still on its way.
        let down = CarrierError::Later("it answered 503".to_owned());
        *world.provider.failures.lock().expect("lock") = vec![down];
        assert!(take(&world, &rep, ticket, asked.id, &code).await);
        world.work().await;
        assert_eq!(state(&world, &asked).await, RequestState::Sending);
        let page = world.desk.owner_page(&link).await.expect("a page");
        assert!(page.over && page.takes_back);
        // A yes does nothing there.
        press(&world, &link, Answer::Yes).await;
        assert_eq!(account(&world, robin).await.hold, HoldLevel::None);
        press(&world, &link, Answer::No).await;
        assert_eq!(account(&world, robin).await.hold, HoldLevel::Frozen);
        assert_eq!(state(&world, &asked).await, RequestState::Denied);
        world.clock.pass(HOUR * 10);
        world.work().await;
        let heard = world.provider.told.lock().expect("lock").clone();
        assert!(!heard.is_empty());
        assert!(heard.iter().all(|(_, body)| body.contains("account.lock")));
    });
}

#[test]
fn two_leads_lift_a_hold_where_the_owner_hears_of_it_by_text_message() {
    with_texts(|world, phones| async move {
        let robin = phone_only(&world).await;
        let (lead, other) = (lead(&world).await, world.staff("lou", Role::Lead).await);
        let ticket = call(&world, &lead, robin).await;
        ask(&world, &lead, ticket, RequestKind::Lock).await;
        world.work().await;
        texts(&phones);
        let asked = ask(&world, &lead, ticket, RequestKind::Unlock).await;
        assert_eq!(asked.state, RequestState::Waiting, "{asked:?}");
        let agreed = world.desk.agree(&other, ticket, asked.id).await;
        agreed.expect("agreed");
        world.work().await;
        let sent = texts(&phones);
        assert!(
            sent.iter()
                .any(|one| matches!(one.text, Text::Planned { .. })),
            "{}",
            sent.len()
        );
        world.clock.pass(HOUR * 23);
        world.work().await;
        assert_eq!(account(&world, robin).await.hold, HoldLevel::Frozen);
        world.clock.pass(HOUR * 2);
        world.work().await;
        assert_eq!(account(&world, robin).await.hold, HoldLevel::None);
    });
}

#[test]
fn the_yes_on_the_page_of_a_text_message_is_a_proof_by_phone() {
    with_texts(|world, phones| async move {
        let robin = phone_only(&world).await;
        let rep = rep(&world).await;
        let ticket = open(&world, &rep, Channel::Email, Some(robin))
            .await
            .expect("a ticket");
        let asked = ask(&world, &rep, ticket, RequestKind::Reset).await;
        world.work().await;
        let Text::Confirm { link, .. } = &texts(&phones)[0].text else {
            panic!("a question")
        };
        press(
            &world,
            link.rsplit('/').next().expect("a secret"),
            Answer::Yes,
        )
        .await;
        world.work().await;
        assert_eq!(state(&world, &asked).await, RequestState::Done);
        let given = format!("{:?}", entries(&world).await);
        assert!(given.contains("\"phone\"") || given.contains("phone"));
    });
}

#[test]
fn a_service_that_is_down_is_tried_again_and_what_is_given_up_can_be_sent_again() {
    with_texts(|world, phones| async move {
        let robin = customer(&world).await;
        let (rep, lead) = (rep(&world).await, lead(&world).await);
        let ticket = call(&world, &rep, robin).await;
        let asked = ask(&world, &rep, ticket, RequestKind::Reset).await;
        post(&world).await;
        let down = || CarrierError::Later("the text message service said 503".to_owned());
        phones.failures.lock().expect("lock").push(down());
        world
            .desk
            .send_text_code(&rep, ticket, asked.id)
            .await
            .expect("queued");
        world.work().await;
        assert!(texts(&phones).is_empty());
        world.clock.pass(MINUTE);
        world.work().await;
        let code = code_in(&phones);

        // One that the service won't ever take lies with what was given up, and says nothing of it.
        let never = CarrierError::Never("it can't send to the number on the account".to_owned());
        phones.failures.lock().expect("lock").push(never);
        world
            .desk
            .send_text_code(&rep, ticket, asked.id)
            .await
            .expect("queued");
        world.work().await;
        let out = world.desk.outgoing(&lead).await.expect("jobs");
        assert_eq!((out.dead.len(), out.dead[0].0.kind.as_str()), (1, "text"));
        assert_eq!(out.dead[0].1, Some(ticket));
        without_canaries(&format!("{out:?}"));
        let dead = out.dead[0].0.id;
        assert!(
            world.desk.resend(&rep, dead).await.is_err(),
            "a lead does that"
        );
        world.desk.resend(&lead, dead).await.expect("again");
        world.work().await;
        let second = code_in(&phones);
        assert!(!take(&world, &rep, ticket, asked.id, &code).await);
        assert!(take(&world, &rep, ticket, asked.id, &second).await);
    });
}

#[test]
fn a_text_message_that_comes_too_late_is_not_sent() {
    with_texts(|world, phones| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let asked = ask(&world, &rep, ticket, RequestKind::Reset).await;
        let down = || CarrierError::Later("the text message service said 503".to_owned());
        phones
            .failures
            .lock()
            .expect("lock")
            .extend([down(), down(), down(), down()]);
        world
            .desk
            .send_text_code(&rep, ticket, asked.id)
            .await
            .expect("queued");
        world.work().await;
        world.clock.pass(HOUR);
        phones.failures.lock().expect("lock").clear();
        world.work().await;
        assert!(texts(&phones).is_empty(), "its ten minutes are over");
    });
}

#[test]
fn a_freeze_stops_a_code_that_is_on_its_way() {
    with_texts(|world, phones| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let asked = ask(&world, &rep, ticket, RequestKind::Reset).await;
        let link = secret(&only(&post(&world).await, "confirm"));
        let code = send(&world, &phones, &rep, ticket, asked.id).await;
        press(&world, &link, Answer::No).await;
        let late = world.desk.take_code(&rep, ticket, asked.id, &code).await;
        assert!(late.is_err(), "{late:?}");
        assert_eq!(account(&world, robin).await.hold, HoldLevel::Frozen);
        world.work().await;
        assert!(
            world
                .provider
                .told
                .lock()
                .expect("lock")
                .iter()
                .all(|(_, body)| !body.contains("reset.confirmed"))
        );
    });
}
