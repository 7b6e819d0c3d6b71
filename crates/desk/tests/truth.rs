//! What is said to have been sent was sent: in notices, on the owner's pages, in safety tickets and in
//! the words for a rep.

use crate::common::{
    EMAIL, MINUTE, account, call, customer, deliver, email, kinds, lead, letters, notice_secret,
    only, post, press, put, rep, request, safety, say, secret, state, written,
};
use desk::{
    Answer, Desk, Me, Parts,
    letter::{Carrier, CarrierError, Contact, Envelope, Letter},
    settings::DeskSettings,
    testing::{TestEntropy, World, on_both},
};
use std::sync::Arc;
use words::{AccountId, HoldLevel, MessageKind, RequestState};

const OTHER: &str = "robin.second@mail.example";

fn told(envelope: &Envelope) -> Contact {
    match &envelope.letter {
        Letter::Notice { contacts, .. } if contacts.len() == 1 => contacts[0].clone(),
        _ => panic!("a notice of one contact"),
    }
}

/// The mail server is busy the next `times` times.
fn busy(world: &World, times: usize) {
    let busy = CarrierError::Later("451 busy".to_owned());
    let mut failures = world.mail.failures.lock().expect("lock");
    failures.extend(vec![busy; times]);
}

/// A ticket with a delivery that waits in the queue, and the "It wasn't me" link of a reply in it.
async fn on_its_way(world: &World, rep: &Me, robin: AccountId) -> (i64, desk::Asked, String) {
    let number = call(world, rep, robin).await;
    say(world, rep, number, MessageKind::Reply, "It follows.").await;
    let link = secret(&only(&post(world).await, "reply"));
    let asked = deliver(world, rep, number, "invoice", "10442").await;
    assert_eq!(asked.state, RequestState::Sending);
    (number, asked, link)
}

#[test]
fn a_notice_does_not_say_that_something_was_sent_while_it_is_on_its_way() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let number = call(&world, &rep, robin).await;
        deliver(&world, &rep, number, "invoice", "10442").await;
        busy(&world, 1);
        assert!(post(&world).await.is_empty());
        world.desk.end_call(&rep, number).await.expect("an end");
        let contact = told(&only(&post(&world).await, "notice"));
        assert_eq!(contact.leaving, ["invoice 10442"]);
        assert!(contact.sent.is_empty() && contact.elsewhere.is_empty());
    });
}

#[test]
fn a_notice_that_goes_late_tells_what_left_by_then() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let number = call(&world, &rep, robin).await;
        deliver(&world, &rep, number, "invoice", "10442").await;
        deliver(&world, &rep, number, "card", "").await;
        world.desk.end_call(&rep, number).await.expect("an end");
        // Nothing goes at first, the notice neither; then all of it, the deliveries before it.
        busy(&world, 3);
        assert!(post(&world).await.is_empty());
        world.clock.pass(MINUTE);
        let sent = post(&world).await;
        let contact = told(&only(&sent, "notice"));
        let gone = sent
            .iter()
            .filter(|e| matches!(e.letter, Letter::Delivery { .. }));
        assert_eq!(gone.count(), 2, "{:?}", kinds(&sent));
        assert_eq!(contact.sent, ["invoice 10442", "payment card"]);
        assert!(contact.leaving.is_empty());
    });
}

#[test]
fn what_was_held_back_is_in_no_notice_and_not_on_the_owners_page() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let no = notice_secret(&world, &rep, robin).await;
        let (number, asked, link) = on_its_way(&world, &rep, robin).await;
        let page = world.desk.owner_page(&link).await.expect("a page");
        assert!(page.sent.is_empty());
        assert_eq!(page.leaving, ["invoice 10442"]);
        press(&world, &no, Answer::No).await;
        post(&world).await;
        assert_eq!(state(&world, &asked).await, RequestState::Refused);
        let page = world.desk.owner_page(&link).await.expect("a page");
        assert!(page.sent.is_empty() && page.leaving.is_empty());
        world.desk.end_call(&rep, number).await.expect("an end");
        world.clock.pass(MINUTE * 61);
        let contact = told(&only(&post(&world).await, "notice"));
        assert!(contact.sent.is_empty());
        assert!(contact.elsewhere.is_empty() && contact.leaving.is_empty());
    });
}

#[test]
fn the_words_for_the_rep_follow_what_became_of_it() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let (_, asked, link) = on_its_way(&world, &rep, robin).await;
        assert!(asked.words.contains("sent invoice 10442"));
        press(&world, &link, Answer::No).await;
        post(&world).await;
        let row = request(&world, asked.id).await;
        assert_eq!(row.state, RequestState::Refused);
        assert_eq!(row.rule, "frozen-by-the-owner");
        assert!(
            !row.words.is_empty() && !row.words.contains("I've"),
            "{}",
            row.words
        );
    });
}

#[test]
fn a_safety_ticket_tells_what_was_about_to_leave_and_that_it_was_held_back() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let (rep, lead) = (rep(&world).await, lead(&world).await);
        let (number, _, link) = on_its_way(&world, &rep, robin).await;
        press(&world, &link, Answer::No).await;
        let safety = safety(&world, robin).await.expect("a safety ticket");
        let story = written(&world, &lead, safety).await;
        assert!(
            story
                .contains("About to leave for the registered email at that moment: invoice 10442.")
        );
        assert!(!story.contains("Nothing was sent") && !story.contains("Sent to the registered"));
        assert_eq!(kinds(&post(&world).await), ["frozen"]);
        let story = written(&world, &lead, safety).await;
        let end = format!("Invoice 10442 of ticket #{number} was held back: it was not sent.");
        assert!(story.contains(&end), "{story}");
    });
}

#[test]
fn a_safety_ticket_tells_what_was_sent_and_what_was_not() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let (rep, lead) = (rep(&world).await, lead(&world).await);
        let number = call(&world, &rep, robin).await;
        deliver(&world, &rep, number, "card", "").await;
        let link = secret(&only(&post(&world).await, "delivery"));
        deliver(&world, &rep, number, "invoice", "10442").await;
        press(&world, &link, Answer::No).await;
        let safety = safety(&world, robin).await.expect("a safety ticket");
        let story = written(&world, &lead, safety).await;
        assert!(story.contains("Sent to the registered email because of it: payment card.\n"));
        assert!(
            story
                .contains("About to leave for the registered email at that moment: invoice 10442.")
        );
    });
}

/// The next letter is handed over and the mail server's answer is lost.
fn lost(world: &World) {
    let lost = CarrierError::Unsure("the mail server closed the connection".to_owned());
    world.mail.failures.lock().expect("lock").push(lost);
}

#[test]
fn what_may_have_arrived_is_told_so_even_after_a_freeze_held_its_next_try_back() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let (rep, lead) = (rep(&world).await, lead(&world).await);
        let (number, asked, link) = on_its_way(&world, &rep, robin).await;
        lost(&world);
        assert!(post(&world).await.is_empty());
        let page = world.desk.owner_page(&link).await.expect("a page");
        assert!(page.sent.is_empty() && page.leaving.is_empty());
        assert_eq!(page.unsure, ["invoice 10442"]);
        press(&world, &link, Answer::No).await;
        world.clock.pass(MINUTE * 2);
        post(&world).await;
        assert_eq!(state(&world, &asked).await, RequestState::Refused);
        let page = world.desk.owner_page(&link).await.expect("a page");
        assert_eq!(page.unsure, ["invoice 10442"]);
        let safety = safety(&world, robin).await.expect("a safety ticket");
        let story = written(&world, &lead, safety).await;
        let first = "Handed over for the registered email; it may have arrived: invoice 10442.";
        let end = format!(
            "Invoice 10442 of ticket #{number} was held back, but an earlier try may have reached the registered email"
        );
        assert!(story.contains(first) && story.contains(&end), "{story}");
        assert!(!story.contains("Nothing was sent"), "{story}");
        world.desk.end_call(&rep, number).await.expect("an end");
        world.clock.pass(MINUTE * 61);
        let contact = told(&only(&post(&world).await, "notice"));
        assert_eq!(contact.unsure, ["invoice 10442"]);
        assert!(contact.sent.is_empty() && contact.elsewhere.is_empty());
    });
}

#[test]
fn what_the_mail_server_refused_has_not_left() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let (_, asked, link) = on_its_way(&world, &rep, robin).await;
        busy(&world, 1);
        assert!(post(&world).await.is_empty());
        assert_eq!(request(&world, asked.id).await.left_at, None);
        let page = world.desk.owner_page(&link).await.expect("a page");
        assert!(page.unsure.is_empty());
        assert_eq!(page.leaving, ["invoice 10442"]);
    });
}

#[test]
fn an_answer_that_was_lost_once_is_not_forgotten_when_the_next_try_is_refused() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let (_, _, link) = on_its_way(&world, &rep, robin).await;
        lost(&world);
        assert!(post(&world).await.is_empty());
        busy(&world, 1);
        world.clock.pass(MINUTE * 2);
        assert!(post(&world).await.is_empty());
        let page = world.desk.owner_page(&link).await.expect("a page");
        assert_eq!(page.unsure, ["invoice 10442"]);
    });
}

#[test]
fn a_delivery_that_was_given_up_after_a_lost_answer_may_have_arrived() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let (number, asked, link) = on_its_way(&world, &rep, robin).await;
        lost(&world);
        let never = CarrierError::Never("550 no".to_owned());
        assert!(post(&world).await.is_empty());
        world.mail.failures.lock().expect("lock").push(never);
        world.clock.pass(MINUTE * 2);
        assert!(post(&world).await.is_empty());
        assert_eq!(state(&world, &asked).await, RequestState::Failed);
        let page = world.desk.owner_page(&link).await.expect("a page");
        assert_eq!(page.unsure, ["invoice 10442"]);
        let story = written(&world, &rep, number).await;
        assert!(
            story.contains("may have reached the owner all the same"),
            "{story}"
        );
    });
}

/// A mail server that the owner's "It wasn't me" overtakes: it comes while the letter is taken.
struct Meanwhile {
    desk: Arc<Desk>,
    link: String,
}

#[async_trait::async_trait]
impl Carrier for Meanwhile {
    async fn carry(&self, envelope: &Envelope) -> Result<(), CarrierError> {
        if matches!(envelope.letter, Letter::Delivery { .. }) {
            let page = self.desk.answer(&self.link, Answer::No).await;
            page.expect("a page");
        }
        Ok(())
    }
}

/// A second node on the same database and keys, with that mail server.
fn node(world: &World, carrier: Meanwhile) -> Desk {
    let entropy = TestEntropy::new(7);
    let master = vault::MasterKey::generate(&entropy);
    Desk::new(Parts {
        store: world.desk.store().clone(),
        vault: vault::Vault::new(&master).expect("keys"),
        gate: gate::Gate::shipped().expect("policies"),
        signer: ::ledger::Signer::from_seed("staunch.example/test", &[7; 32]).expect("a signer"),
        clock: world.clock.clone(),
        entropy: Arc::new(TestEntropy::new(1107)),
        carrier: Arc::new(carrier),
        texts: None,
        provider: world.provider.clone(),
        catalogue: desk::catalogue::Catalogue::shipped(),
        places: None,
        rules: ::watch::Rules::default(),
        witness: Box::new(|_| ()),
        settings: DeskSettings::default(),
    })
}

#[test]
fn a_safety_ticket_tells_that_something_had_left_already() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let (rep, lead) = (rep(&world).await, lead(&world).await);
        let (number, asked, link) = on_its_way(&world, &rep, robin).await;
        let desk = world.desk.clone();
        let node = node(&world, Meanwhile { desk, link });
        node.work_one().await.expect("work");
        assert_eq!(account(&world, robin).await.hold, HoldLevel::Frozen);
        assert_eq!(state(&world, &asked).await, RequestState::Done, "it went");
        let safety = safety(&world, robin).await.expect("a safety ticket");
        let story = written(&world, &lead, safety).await;
        let end = format!(
            "Invoice 10442 of ticket #{number} had left already: it was sent to the registered email."
        );
        assert!(story.contains(&end), "{story}");
    });
}

#[test]
fn each_address_is_told_what_went_to_it_and_what_went_to_another() {
    on_both(|world| async move {
        let points = [
            email(EMAIL, "2019-05-01", Some("2019-05-01")),
            email(OTHER, "2021-05-01", Some("2021-05-01")),
        ];
        let robin = put(&world, "A-1042", &points).await;
        let rep = rep(&world).await;
        let number = call(&world, &rep, robin).await;
        deliver(&world, &rep, number, "invoice", "10442").await;
        post(&world).await;
        world.desk.end_call(&rep, number).await.expect("an end");
        world.work().await;
        let sent = letters(&world);
        assert_eq!(kinds(&sent), ["notice", "notice"]);
        for envelope in &sent {
            let contact = told(envelope);
            let (here, there) = if envelope.to.as_str() == EMAIL {
                (contact.sent, contact.elsewhere)
            } else {
                (contact.elsewhere, contact.sent)
            };
            assert_eq!(here, ["invoice 10442"]);
            assert!(there.is_empty());
        }
    });
}
