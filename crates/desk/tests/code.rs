//! A code for a caller who is on the phone: what it proves, and what it doesn't.

use crate::common::{
    EMAIL, HOUR, MINUTE, account, ask, call, count, customer, deliver, entries, kinds, lead,
    notice_secret, only, open, post, press, rep, safety, secret, state, step, without_canaries,
    written,
};
use desk::{
    Answer, CodeView, DeskError, Me,
    letter::{CarrierError, Envelope, Letter},
    testing::{World, on_both},
};
use words::{Channel, HoldLevel, ProofKind, RequestId, RequestKind, RequestState};

/// The code in the one letter that carries one.
fn code_in(sent: &[Envelope]) -> String {
    match only(sent, "code").letter {
        Letter::Code { code, .. } => code.to_string(),
        _ => panic!("a code"),
    }
}

/// Sends a code and takes it out of the mail.
async fn send(world: &World, me: &Me, ticket: i64, request: RequestId) -> String {
    world
        .desk
        .send_code(me, ticket, request)
        .await
        .expect("sent");
    code_in(&post(world).await)
}

async fn take(
    world: &World,
    me: &Me,
    ticket: i64,
    request: RequestId,
    code: &str,
) -> Result<bool, DeskError> {
    world.desk.take_code(me, ticket, request, code).await
}

/// Another code than this one.
fn other(code: &str) -> String {
    let digit = if code.starts_with('1') { '2' } else { '1' };
    format!("{digit}{}", &code[1..])
}

async fn card(world: &World, me: &Me, ticket: i64, request: RequestId) -> CodeView {
    let view = world.desk.ticket(me, ticket).await.expect("a ticket");
    let card = view.requests.iter().find(|card| card.row.id == request);
    card.expect("a card").code
}

#[test]
fn a_caller_reads_out_the_code_and_the_reset_goes_on() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let asked = ask(&world, &rep, ticket, RequestKind::Reset).await;
        let link = secret(&only(&post(&world).await, "confirm"));
        assert_eq!(card(&world, &rep, ticket, asked.id).await, CodeView::Can);

        world
            .desk
            .send_code(&rep, ticket, asked.id)
            .await
            .expect("sent");
        let sent = post(&world).await;
        let envelope = only(&sent, "code");
        assert_eq!((sent.len(), envelope.to.as_str()), (1, EMAIL));
        let Letter::Code { what, expires, .. } = &envelope.letter else {
            panic!("a code")
        };
        assert_eq!(*what, RequestKind::Reset);
        assert!(world.desk.now().until(*expires) <= MINUTE * 10);
        let code = code_in(&sent);
        assert!(code.len() == 8 && code.bytes().all(|digit| digit.is_ascii_digit()));
        assert_eq!(
            card(&world, &rep, ticket, asked.id).await,
            CodeView::Sent(*expires)
        );

        let read_out = format!(" {} {}-{} ", &code[..3], &code[3..6], &code[6..]);
        let right = take(&world, &rep, ticket, asked.id, &read_out).await;
        assert!(right.expect("taken"));
        assert_eq!(state(&world, &asked).await, RequestState::Sending);
        world.work().await;
        assert_eq!(state(&world, &asked).await, RequestState::Done);
        assert_eq!(world.provider.told.lock().expect("lock").len(), 1);
        assert_eq!(account(&world, robin).await.attempts, 0);

        // Once: not for the same again, and the link is answered too.
        let again = take(&world, &rep, ticket, asked.id, &code).await;
        assert!(matches!(again, Err(DeskError::Conflict(_))), "{again:?}");
        let page = world.desk.owner_page(&link).await.expect("a page");
        assert_eq!(page.answer, Some(Answer::Yes));
        assert_eq!(card(&world, &rep, ticket, asked.id).await, CodeView::No);

        // The letter is the only place where it ever stood.
        let view = world.desk.ticket(&rep, ticket).await.expect("a ticket");
        assert!(!format!("{view:?}").contains(&code));
        assert!(!format!("{:?}", entries(&world).await).contains(&code));
        without_canaries(&format!("{view:?}"));
        // And it can be disowned from there.
        press(&world, &secret(&envelope), Answer::No).await;
        assert_eq!(account(&world, robin).await.hold, HoldLevel::Frozen);
    });
}

#[test]
fn a_code_that_does_not_work_never_says_why_and_counts() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let asked = ask(&world, &rep, ticket, RequestKind::Reset).await;
        post(&world).await;
        // None was sent.
        let none = take(&world, &rep, ticket, asked.id, "00000000").await;
        assert!(!none.expect("an answer"));
        // Wrong, and not even a code.
        let code = send(&world, &rep, ticket, asked.id).await;
        for wrong in [other(&code), code[..7].to_owned()] {
            let answer = take(&world, &rep, ticket, asked.id, &wrong).await;
            assert!(!answer.expect("an answer"));
        }
        assert_eq!(account(&world, robin).await.attempts, 3);
        assert_eq!(account(&world, robin).await.hold, HoldLevel::Careful);
        assert_eq!(count(&world, "proof.failed").await, 3);
        // Too late.
        world.clock.pass(MINUTE * 10);
        let late = take(&world, &rep, ticket, asked.id, &code).await;
        assert!(!late.expect("an answer"));
        assert_eq!(state(&world, &asked).await, RequestState::Waiting);
        let said = written(&world, &rep, ticket).await;
        assert_eq!(said.matches("didn't work").count(), 4);
    });
}

#[test]
fn tries_are_counted_for_the_account_over_reps_and_tickets() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let colleague = world.staff("rolf", words::Role::Rep).await;
        let ticket = call(&world, &rep, robin).await;
        let asked = ask(&world, &rep, ticket, RequestKind::Reset).await;
        post(&world).await;
        let code = send(&world, &rep, ticket, asked.id).await;
        for _ in 0..3 {
            let wrong = take(&world, &rep, ticket, asked.id, &other(&code)).await;
            assert!(!wrong.expect("an answer"));
        }
        // Three tries end a code; the right one doesn't work any more.
        let fourth = take(&world, &rep, ticket, asked.id, &code).await;
        assert!(!fourth.expect("an answer"));
        assert_eq!(card(&world, &rep, ticket, asked.id).await, CodeView::Can);
        // Another rep, another ticket: one try is left for the account, and then none.
        let second = call(&world, &colleague, robin).await;
        let more = deliver(&world, &colleague, second, "invoice", "10442").await;
        assert_eq!(more.state, RequestState::Waiting, "careful by now");
        let fifth = take(&world, &colleague, second, more.id, &code).await;
        assert!(!fifth.expect("an answer"));
        for (ticket, request) in [(ticket, asked.id), (second, more.id)] {
            let none = take(&world, &colleague, ticket, request, &code).await;
            assert!(matches!(none, Err(DeskError::Limited(_))), "{none:?}");
        }
        // The owner is not asked without end either.
        let flood = world.desk.send_code(&rep, second, more.id).await;
        assert!(matches!(flood, Err(DeskError::Limited(_))), "{flood:?}");
        assert_eq!(count(&world, "limit.reached").await, 3);
    });
}

#[test]
fn a_code_is_for_one_request_in_one_call() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        for _ in 0..3 {
            deliver(&world, &rep, ticket, "receipt_code", "10442").await;
        }
        let first = ask(&world, &rep, ticket, RequestKind::Reset).await;
        let second = deliver(&world, &rep, ticket, "invoice", "10442").await;
        assert_eq!(second.state, RequestState::Waiting);
        post(&world).await;
        let code = send(&world, &rep, ticket, first.id).await;
        let crossed = take(&world, &rep, ticket, second.id, &code).await;
        assert!(!crossed.expect("an answer"));
        assert_eq!(state(&world, &second).await, RequestState::Waiting);

        // Not by way of another ticket, nor in one that nobody calls in.
        let elsewhere = call(&world, &rep, robin).await;
        let missing = take(&world, &rep, elsewhere, first.id, &code).await;
        assert!(matches!(missing, Err(DeskError::NotFound)), "{missing:?}");
        let mail = open(&world, &rep, Channel::Email, Some(robin)).await;
        let mail = mail.expect("a ticket");
        let missing = world.desk.send_code(&rep, mail, first.id).await;
        assert!(matches!(missing, Err(DeskError::NotFound)), "{missing:?}");
        world.clock.pass(HOUR * 25);
        world.work().await;
        let asked = ask(&world, &lead(&world).await, mail, RequestKind::Reset).await;
        let written = world.desk.send_code(&rep, mail, asked.id).await;
        assert!(
            matches!(written, Err(DeskError::Conflict(_))),
            "{written:?}"
        );
    });
}

#[test]
fn a_code_ends_with_its_call_and_its_request() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let not_me = notice_secret(&world, &rep, robin).await;
        let ticket = call(&world, &rep, robin).await;
        let asked = ask(&world, &rep, ticket, RequestKind::Reset).await;
        post(&world).await;
        let code = send(&world, &rep, ticket, asked.id).await;
        world.desk.end_call(&rep, ticket).await.expect("an end");
        let over = take(&world, &rep, ticket, asked.id, &code).await;
        assert!(matches!(over, Err(DeskError::Conflict(_))), "{over:?}");
        assert_eq!(card(&world, &rep, ticket, asked.id).await, CodeView::No);
        let over = world.desk.send_code(&rep, ticket, asked.id).await;
        assert!(matches!(over, Err(DeskError::Conflict(_))), "{over:?}");

        // A freeze ends the request, and with it a code that is on its way.
        world.clock.pass(HOUR * 25);
        world.work().await;
        let ticket = call(&world, &rep, robin).await;
        let asked = ask(&world, &rep, ticket, RequestKind::Reset).await;
        post(&world).await;
        world
            .desk
            .send_code(&rep, ticket, asked.id)
            .await
            .expect("sent");
        press(&world, &not_me, Answer::No).await;
        assert_eq!(kinds(&post(&world).await), ["frozen"]);
        assert_eq!(state(&world, &asked).await, RequestState::Refused);
        let over = take(&world, &rep, ticket, asked.id, &code).await;
        assert!(matches!(over, Err(DeskError::Conflict(_))), "{over:?}");
    });
}

#[test]
fn a_code_that_comes_too_late_or_was_replaced_stays_here() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let asked = ask(&world, &rep, ticket, RequestKind::Reset).await;
        post(&world).await;
        let down = || CarrierError::Later("the mail server answered 451".to_owned());
        world.mail.failures.lock().expect("lock").push(down());
        let send = world.desk.send_code(&rep, ticket, asked.id);
        send.await.expect("queued");
        assert!(post(&world).await.is_empty());
        // A second one is asked for: only that is sent, and only that works.
        let newer = self::send(&world, &rep, ticket, asked.id).await;
        world.clock.pass(MINUTE);
        assert!(post(&world).await.is_empty());
        assert_eq!(count(&world, "mail.withheld").await, 1);
        let right = take(&world, &rep, ticket, asked.id, &newer).await;
        assert!(right.expect("taken"));

        world.clock.pass(HOUR * 13);
        let ticket = call(&world, &rep, robin).await;
        let asked = ask(&world, &rep, ticket, RequestKind::Reset).await;
        post(&world).await;
        {
            let mut failures = world.mail.failures.lock().expect("lock");
            failures.extend([down(), down(), down()]);
        }
        let send = world.desk.send_code(&rep, ticket, asked.id);
        send.await.expect("queued");
        for _ in 0..4 {
            assert!(post(&world).await.is_empty());
            world.clock.pass(MINUTE * 5);
        }
        assert_eq!(count(&world, "mail.withheld").await, 2);
        assert_eq!(state(&world, &asked).await, RequestState::Waiting);
    });
}

#[test]
fn a_code_is_one_proof_and_a_hold_needs_two() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let lead = lead(&world).await;
        let not_me = notice_secret(&world, &rep, robin).await;
        press(&world, &not_me, Answer::No).await;
        assert!(safety(&world, robin).await.is_some());
        let ticket = call(&world, &lead, robin).await;
        let asked = ask(&world, &lead, ticket, RequestKind::Unlock).await;
        let link = secret(&only(&post(&world).await, "confirm"));
        let code = send(&world, &lead, ticket, asked.id).await;
        let right = take(&world, &lead, ticket, asked.id, &code).await;
        assert!(right.expect("taken"));
        assert_eq!(account(&world, robin).await.hold, HoldLevel::Frozen);
        assert_eq!(state(&world, &asked).await, RequestState::Waiting);
        // A second code is the same kind of proof: there is none to send.
        let second = world.desk.send_code(&lead, ticket, asked.id).await;
        assert!(matches!(second, Err(DeskError::Conflict(_))), "{second:?}");
        // The second step is the owner's, on the page of the first mail.
        let page = world.desk.owner_page(&link).await.expect("a page");
        assert_eq!(page.more, [ProofKind::Receipt]);
        step(&world, &link, crate::common::RECEIPT)
            .await
            .expect("a page");
        assert_eq!(account(&world, robin).await.hold, HoldLevel::None);
    });
}

#[test]
fn an_owner_whose_code_was_talked_out_of_them_stops_it_by_the_no_in_the_mail() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let (rep, lead) = (rep(&world).await, lead(&world).await);
        for kind in [RequestKind::Reset, RequestKind::Reenrol] {
            let ticket = call(&world, &rep, robin).await;
            let asked = ask(&world, &rep, ticket, kind).await;
            let link = secret(&only(&post(&world).await, "confirm"));
            let code = send(&world, &rep, ticket, asked.id).await;
            let right = take(&world, &rep, ticket, asked.id, &code).await;
            assert!(right.expect("taken"));
            let page = press(&world, &link, Answer::No).await;
            assert_eq!(page.answer, Some(Answer::No));
            assert_eq!(account(&world, robin).await.hold, HoldLevel::Frozen);
            world.work().await;
            // Nothing of it goes on, and a step that comes late finds nothing.
            let heard = world.provider.told.lock().expect("lock").clone();
            let lock = kind == RequestKind::Reset;
            assert_eq!(heard.len(), usize::from(lock), "{heard:?}");
            assert!(heard.iter().all(|(_, body)| body.contains("account.lock")));
            let late = step(&world, &link, crate::common::RECEIPT).await;
            assert!(matches!(late, Err(DeskError::Conflict(_))), "{late:?}");
            let now = state(&world, &asked).await;
            assert!(
                matches!(now, RequestState::Denied | RequestState::Refused),
                "{kind}: {now}"
            );
            let number = safety(&world, robin).await.expect("a safety ticket");
            let story = written(&world, &lead, number).await;
            assert!(story.contains("after a yes: it wasn't me"), "{story}");
            if kind == RequestKind::Reenrol {
                break;
            }
            // Lifted by two proofs, for the second round.
            world.clock.pass(HOUR * 5);
            ask(&world, &lead, number, RequestKind::Unlock).await;
            let lifting = secret(&only(&post(&world).await, "confirm"));
            crate::common::lift(&world, &lifting).await;
            world.clock.pass(HOUR * 5);
            post(&world).await;
            world.provider.told.lock().expect("lock").clear();
        }
    });
}
