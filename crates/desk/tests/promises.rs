//! The words that a rep is given promise no letter that has nowhere to go.

use crate::common::{EMAIL, call, customer, email, lead, open, put, rep};
use desk::{
    Me, Verdict,
    testing::{World, on_both},
};
use words::Channel;

/// All words for the caller that the desk has for a ticket, the offers' and those of escalating it.
async fn words(world: &World, me: &Me, ticket: i64) -> Vec<String> {
    let view = world.desk.ticket(me, ticket).await.expect("a ticket");
    let offered = view
        .offers
        .into_iter()
        .filter_map(|offer| match offer.verdict {
            Verdict::Refused { words, .. } => Some(words),
            _ => None,
        });
    let mut all: Vec<String> = offered.collect();
    let escalated = world.desk.escalate(me, ticket, "odd").await;
    all.push(escalated.expect("with the lead").words.to_owned());
    all
}

#[test]
fn without_a_contact_point_or_an_account_no_words_promise_a_letter() {
    on_both(|world| async move {
        let (rep, lead) = (rep(&world).await, lead(&world).await);
        let unconfirmed = email("kim@mail.example", "2019-05-01", None);
        let mut tickets = Vec::new();
        for (id, points) in [("A-1", vec![]), ("A-2", vec![unconfirmed])] {
            let account = put(&world, id, &points).await;
            tickets.push(call(&world, &rep, account).await);
        }
        for ticket in tickets {
            let said = words(&world, &lead, ticket).await;
            assert!(said.len() > 3, "{said:?}");
            for words in said {
                assert!(!words.contains("email on"), "{words}");
                assert!(!words.contains("write to"), "{words}");
            }
        }
        let nobody = open(&world, &rep, Channel::Chat, None)
            .await
            .expect("a ticket");
        let said = words(&world, &lead, nobody).await;
        assert_eq!(
            said,
            [
                "I've asked a colleague to look at this with me. It's in good hands; please give us a little time."
            ]
        );
    });
}

#[test]
fn with_a_confirmed_email_on_file_the_words_offer_it() {
    on_both(|world| async move {
        let rep = rep(&world).await;
        let robin = customer(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let said = words(&world, &rep, ticket).await;
        let offers = said
            .iter()
            .filter(|words| words.contains("the email on your account"));
        assert!(offers.count() > 1, "{said:?}");
        assert!(!said.concat().contains(EMAIL));
    });
}
