//! A reset by a payment receipt alone, where nobody can be reached: on the requester's own page, and a
//! day later.

use desk::{
    Answer, DeskError, Me,
    recover::{ReceiptMails, Recovery, RecoveryPage, RecoveryWay, Shown},
    testing::{World, on_both},
};
use receipt::{ReceiptError, ReceiptMail};
use std::sync::{Arc, Mutex};
use words::{AccountId, RequestId, RequestKind, RequestState, Time};

use crate::common::{
    EMAIL, HOUR, MINUTE, RECEIPT, account, account_named, ask, call, count, customer, document,
    email, entries, kinds, only, post, press, put, rep, request, secret, without_canaries, written,
};

const HERE: &str = "192.0.2.7";

/// Robin Vale, whose email was never confirmed.
async fn unreachable(world: &World) -> AccountId {
    put(world, "A-1042", &[email(EMAIL, "2019-05-01", None)]).await
}

/// A ticket in which a page for a receipt was given.
async fn page(world: &World, robin: AccountId) -> (Me, i64, RequestId, RecoveryWay) {
    let rep = rep(world).await;
    let ticket = call(world, &rep, robin).await;
    let asked = ask(world, &rep, ticket, RequestKind::Reset).await;
    assert_eq!(asked.state, RequestState::Waiting, "{asked:?}");
    assert!(!asked.second, "it waits for a receipt and for nobody here");
    let way = world
        .desk
        .give_page(&rep, ticket, asked.id)
        .await
        .expect("a page");
    (rep, ticket, asked.id, way)
}

async fn show(world: &World, way: &RecoveryWay, code: &str) -> Result<RecoveryPage, DeskError> {
    let shown = Shown::Code(code.to_owned().into());
    world.desk.show_receipt(HERE, &way.code, shown).await
}

async fn stands(world: &World, way: &RecoveryWay) -> Recovery {
    let page = world.desk.recovery_page(HERE, &way.code).await;
    page.expect("a page").state
}

fn resets(world: &World) -> usize {
    world.provider.told.lock().expect("lock").len()
}

#[test]
fn a_receipt_alone_resets_a_day_later_where_nobody_can_be_reached() {
    on_both(|world| async move {
        let robin = unreachable(&world).await;
        let (rep, ticket, asked, way) = page(&world, robin).await;
        assert!(way.address.ends_with("/recover"));
        assert_eq!(stands(&world, &way).await, Recovery::Open { mails: false });
        // What the rep gives says nothing of the account.
        without_canaries(&format!("{way:?}"));
        assert!(!format!("{way:?}").contains("A-1042"));

        let page = show(&world, &way, &RECEIPT.to_lowercase())
            .await
            .expect("a page");
        assert!(
            matches!(page.state, Recovery::Waits(_)) && !page.tried,
            "{page:?}"
        );
        post(&world).await;
        assert_eq!(resets(&world), 0, "not yet");
        world.clock.pass(HOUR * 23);
        post(&world).await;
        assert_eq!(resets(&world), 0, "not yet");
        assert_eq!(request(&world, asked).await.state, RequestState::Waiting);
        world.clock.pass(MINUTE * 61);
        post(&world).await;
        assert_eq!(resets(&world), 1);
        assert_eq!(request(&world, asked).await.state, RequestState::Done);
        assert_eq!(stands(&world, &way).await, Recovery::Done);
        without_canaries(&written(&world, &rep, ticket).await);
        without_canaries(&format!("{:?}", entries(&world).await));

        // Once more the same receipt is none.
        world.clock.pass(HOUR);
        let again = ask(&world, &rep, ticket, RequestKind::Reset).await;
        let way = world.desk.give_page(&rep, ticket, again.id).await;
        let page = show(&world, &way.expect("a page"), RECEIPT)
            .await
            .expect("a page");
        assert!(page.tried);
    });
}

#[test]
fn an_account_that_can_be_reached_gets_no_page_and_a_rep_types_no_receipt() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let asked = ask(&world, &rep, ticket, RequestKind::Reset).await;
        let way = world.desk.give_page(&rep, ticket, asked.id).await;
        assert!(matches!(way, Err(DeskError::Conflict(_))), "{way:?}");
        assert_eq!(kinds(&post(&world).await), ["confirm"]);
    });
}

#[test]
fn who_has_no_receipt_that_counts_gets_no_page() {
    on_both(|world| async move {
        // Eight letters can be guessed; they are kept, and are no proof.
        let mut weak = document(&[email(EMAIL, "2019-05-01", None)]);
        weak.fields.remove("receipt_code");
        let short = document(&[email(EMAIL, "2019-05-01", None)]);
        let text =
            r#"{"display_name":"Robin Vale","fields":{"receipt_code":{"10442":"7K2P-QX41"}}}"#;
        let mut other =
            desk::accounts::AccountDocument::from_json(text.as_bytes()).expect("a document");
        other.contact_points = short.contact_points;
        for (name, document) in [("A-1", weak), ("A-2", other)] {
            world
                .desk
                .put_account(None, name, document)
                .await
                .expect("put");
            let id = account_named(&world, name).await.id;
            let rep = world.staff(name, words::Role::Rep).await;
            let ticket = call(&world, &rep, id).await;
            let asked = ask(&world, &rep, ticket, RequestKind::Reset).await;
            assert_eq!(
                (asked.state, &*asked.rule),
                (RequestState::Refused, "no-way-to-prove")
            );
        }
    });
}

#[test]
fn a_contact_point_that_came_into_effect_meanwhile_ends_it_and_the_owner_hears_there() {
    on_both(|world| async move {
        let robin = unreachable(&world).await;
        let (_, _, asked, way) = page(&world, robin).await;
        show(&world, &way, RECEIPT).await.expect("a page");
        // The company's own system confirms the owner's email; it cools off for a day.
        put(
            &world,
            "A-1042",
            &[email(EMAIL, "2019-05-01", Some("2026-11-21"))],
        )
        .await;
        // It cools off, and the receipt alone is not enough any more.
        world.clock.pass(HOUR * 23);
        post(&world).await;
        assert_eq!(request(&world, asked).await.state, RequestState::Waiting);
        world.clock.pass(HOUR * 2);
        post(&world).await;
        assert_eq!(resets(&world), 0);
        assert_eq!(request(&world, asked).await.state, RequestState::Refused);
        assert_eq!(stands(&world, &way).await, Recovery::Over);
        // Once it is in effect, the owner hears there of what was tried.
        world.clock.pass(HOUR * 49);
        let rep = world.staff("kit", words::Role::Rep).await;
        let ticket = call(&world, &rep, robin).await;
        world.desk.end_call(&rep, ticket).await.expect("an end");
        let told = only(&post(&world).await, "notice");
        press(&world, &secret(&told), Answer::No).await;
        assert_eq!(account(&world, robin).await.hold, words::HoldLevel::Frozen);
    });
}

#[test]
fn no_lead_agrees_to_it_or_declines_it_as_it_waits_for_nobody_here() {
    on_both(|world| async move {
        let robin = unreachable(&world).await;
        let (_, ticket, asked, way) = page(&world, robin).await;
        let lead = world.staff("lee", words::Role::Lead).await;
        for shown in [false, true] {
            if shown {
                show(&world, &way, RECEIPT).await.expect("a page");
            }
            let view = world.desk.ticket(&lead, ticket).await.expect("a ticket");
            assert!(!view.requests[0].second);
            let agreed = world.desk.agree(&lead, ticket, asked).await;
            assert!(matches!(agreed, Err(DeskError::Conflict(_))), "{agreed:?}");
            let why = desk::Decline::Odd;
            let declined = world.desk.decline(&lead, ticket, asked, why).await;
            assert!(
                matches!(declined, Err(DeskError::Conflict(_))),
                "{declined:?}"
            );
            assert_eq!(request(&world, asked).await.state, RequestState::Waiting);
        }
        world.clock.pass(HOUR * 25);
        post(&world).await;
        assert_eq!(resets(&world), 1);
    });
}

#[test]
fn a_freeze_ends_it() {
    on_both(|world| async move {
        let robin = unreachable(&world).await;
        let (rep, ticket, asked, way) = page(&world, robin).await;
        show(&world, &way, RECEIPT).await.expect("a page");
        ask(&world, &rep, ticket, RequestKind::Lock).await;
        assert_eq!(stands(&world, &way).await, Recovery::Over);
        world.clock.pass(HOUR * 30);
        post(&world).await;
        assert_eq!(resets(&world), 0);
        assert_eq!(request(&world, asked).await.state, RequestState::Refused);
    });
}

#[test]
fn a_wrong_receipt_tells_nothing_and_three_end_the_page_whatever_comes_then() {
    on_both(|world| async move {
        let robin = unreachable(&world).await;
        let (_, _, _, way) = page(&world, robin).await;
        let mut seen = Vec::new();
        for wrong in ["7K2P-QX41-9DMV-3THM", "10442"] {
            let page = show(&world, &way, wrong).await.expect("a page");
            assert!(page.tried);
            seen.push(format!("{page:?}"));
        }
        seen.dedup();
        assert_eq!(seen.len(), 1);
        assert_eq!(account(&world, robin).await.attempts, 2);
        assert_eq!(count(&world, "proof.failed").await, 2);
        let page = show(&world, &way, "nonsense").await.expect("a page");
        assert_eq!((page.state, page.tried), (Recovery::Over, true));
        // Held with care now: the right one looks no different from a wrong one.
        let right = show(&world, &way, RECEIPT).await.expect("a page");
        let wrong = show(&world, &way, "nonsense").await.expect("a page");
        assert_eq!((right, wrong.state), (wrong, Recovery::Over));
        assert_eq!(count(&world, "proof.given").await, 0);
    });
}

#[test]
fn tries_on_one_account_are_limited_over_all_pages_and_sources() {
    on_both(|world| async move {
        // A set of policies might not raise a hold so soon; the allowance is the same.
        let robin = unreachable(&world).await;
        let (rep, ticket, asked, way) = page(&world, robin).await;
        for n in 0..2 {
            let source = format!("192.0.2.{n}");
            let shown = Shown::Code("nonsense".to_owned().into());
            let page = world.desk.show_receipt(&source, &way.code, shown).await;
            assert!(page.expect("a page").tried);
        }
        // A newer page ends the one before, and starts nothing anew.
        let newer = world
            .desk
            .give_page(&rep, ticket, asked)
            .await
            .expect("a page");
        assert_eq!(stands(&world, &way).await, Recovery::Over);
        let page = show(&world, &newer, "nonsense").await.expect("a page");
        assert!(page.tried);
        assert_eq!(account(&world, robin).await.attempts, 3);
    });
}

#[test]
fn whoever_guesses_at_pages_is_stopped() {
    on_both(|world| async move {
        let robin = unreachable(&world).await;
        let (_, _, _, way) = page(&world, robin).await;
        let mut last = None;
        for n in 0..61 {
            let guess = format!("AAAAA-AAA{n:02}");
            last = Some(world.desk.recovery_page(HERE, &guess).await);
        }
        assert!(matches!(last, Some(Err(DeskError::Limited(_)))), "{last:?}");
        // From elsewhere the page is there, however it is typed.
        let typed = way.code.to_lowercase().replace('-', " ");
        let page = world.desk.recovery_page("192.0.2.8", &typed).await;
        assert!(page.is_ok(), "{page:?}");
        world.clock.pass(HOUR * 24 * 15);
        let page = world.desk.recovery_page("192.0.2.8", &way.code).await;
        assert!(matches!(page, Err(DeskError::NotFound)), "{page:?}");
    });
}

#[test]
fn a_receipt_that_came_after_the_ticket_is_none() {
    on_both(|world| async move {
        let points = [email(EMAIL, "2019-05-01", None)];
        let robin = unreachable(&world).await;
        let (_, _, _, way) = page(&world, robin).await;
        let mut changed = document(&points);
        let text = r#"{"display_name":"Robin Vale","fields":{"receipt_code":{"10442":"7K2P-QX41-9DMV-3THN","10443":"9999-QX41-9DMV-3THN"}}}"#;
        let more = desk::accounts::AccountDocument::from_json(text.as_bytes()).expect("a document");
        changed.fields.extend(more.fields);
        world
            .desk
            .put_account(None, "A-1042", changed)
            .await
            .expect("put");
        let late = show(&world, &way, "9999-QX41-9DMV-3THN")
            .await
            .expect("a page");
        assert!(late.tried, "it came after the ticket");
        let there = show(&world, &way, RECEIPT).await.expect("a page");
        assert!(!there.tried, "it was there before");
    });
}

/// Says what a mail is, instead of its signature.
struct Mails(Mutex<Vec<Result<ReceiptMail, ReceiptError>>>);

#[async_trait::async_trait]
impl ReceiptMails for Mails {
    async fn check(&self, _: &[u8], _: Time) -> Result<ReceiptMail, ReceiptError> {
        self.0.lock().expect("lock").remove(0)
    }
}

fn dated(text: &str) -> Time {
    Time::parse(text).expect("a time")
}

#[test]
fn the_original_receipt_mail_counts_if_its_recipient_and_transaction_are_the_accounts() {
    on_both(|mut world| async move {
        let before = dated("2026-11-01");
        let mail = |to, number, at, mark| Ok(ReceiptMail::unchecked(to, &[number], at, mark));
        let mails = vec![
            Err(ReceiptError::Signature),
            Err(ReceiptError::KeyUnknown),
            mail("mallory@elsewhere.example", "10442", before, 1),
            mail(EMAIL, "10442", before, 2),
            mail(EMAIL, "10442", before, 2),
        ];
        Arc::get_mut(&mut world.desk)
            .expect("the only one")
            .take_receipt_mails(Arc::new(Mails(Mutex::new(mails))));
        let robin = unreachable(&world).await;
        let (rep, ticket, _, way) = page(&world, robin).await;
        assert_eq!(stands(&world, &way).await, Recovery::Open { mails: true });
        let show = async |way: &RecoveryWay| {
            let shown = Shown::Mail(b"a mail".to_vec());
            world.desk.show_receipt(HERE, &way.code, shown).await
        };
        assert!(show(&way).await.expect("a page").tried, "no signature");
        let ours = show(&way).await;
        assert!(
            matches!(ours, Err(DeskError::Conflict(_))),
            "not their fault"
        );
        assert!(show(&way).await.expect("a page").tried, "another recipient");
        assert_eq!(account(&world, robin).await.attempts, 2);
        let taken = show(&way).await.expect("a page");
        assert!(matches!(taken.state, Recovery::Waits(_)) && !taken.tried);
        world.clock.pass(HOUR * 25);
        post(&world).await;
        assert_eq!(resets(&world), 1);

        // Neither the mail nor the code of the same receipt serves again.
        let again = ask(&world, &rep, ticket, RequestKind::Reset).await;
        let way = world
            .desk
            .give_page(&rep, ticket, again.id)
            .await
            .expect("a page");
        let code = Shown::Code(RECEIPT.to_owned().into());
        let page = world.desk.show_receipt(HERE, &way.code, code).await;
        assert!(page.expect("a page").tried);
        assert_eq!(count(&world, "proof.given").await, 1);
    });
}

#[test]
fn a_mail_of_another_transaction_or_from_after_the_ticket_or_too_large_is_none() {
    on_both(|mut world| async move {
        let before = dated("2026-11-01");
        let mails = vec![
            Ok(ReceiptMail::unchecked(EMAIL, &["99999"], before, 1)),
            Ok(ReceiptMail::unchecked(
                EMAIL,
                &["10442"],
                dated("2026-12-24"),
                2,
            )),
        ];
        Arc::get_mut(&mut world.desk)
            .expect("the only one")
            .take_receipt_mails(Arc::new(Mails(Mutex::new(mails))));
        let robin = unreachable(&world).await;
        let (_, _, _, way) = page(&world, robin).await;
        for raw in [vec![0; 10], vec![0; 10], vec![0; 1024 * 1024 + 1]] {
            let shown = Shown::Mail(raw);
            let page = world.desk.show_receipt(HERE, &way.code, shown).await;
            assert!(page.expect("a page").tried);
        }
        assert_eq!(count(&world, "proof.given").await, 0);
        assert_eq!(count(&world, "proof.failed").await, 3);
    });
}
