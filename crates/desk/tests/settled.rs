//! After the owner's yes: what they were asked about is settled, what is new raises a flag of its own.

use crate::common::{
    ask, customer, flag,
    logins::{at_home, burst, login, take},
    only, post, press, rep, secret,
};
use desk::{
    Answer, Me,
    letter::Letter,
    testing::{World, on_both},
};
use words::RequestKind;

/// Asks the owner about the open flag, lets them say yes, and returns the flag's number.
async fn settle(world: &World, rep: &Me, account: words::AccountId) -> i64 {
    let number = flag(world, account).await.expect("a flag");
    ask(world, rep, number, RequestKind::Ask).await;
    let envelope = only(&post(world).await, "outreach");
    press(world, &secret(&envelope), Answer::Yes).await;
    assert_eq!(flag(world, account).await, None, "the flag is closed");
    number
}

/// What was unusual, as a flag shows it.
async fn unusual(world: &World, me: &Me, number: i64) -> Vec<String> {
    let view = world.desk.ticket(me, number).await.expect("a ticket");
    view.signals.into_iter().map(|(_, words)| words).collect()
}

#[test]
fn after_the_owners_yes_the_login_that_follows_the_burst_raises_no_flag() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        at_home(&world).await;
        burst(&world).await;
        settle(&world, &rep, robin).await;
        let taken = take(&world, &[login(&world, "A-1042", "success", "NL")]).await;
        assert_eq!((taken.accepted, taken.flagged), (1, 0));
        take(&world, &[login(&world, "A-1042", "failure", "NL")]).await;
        take(&world, &[login(&world, "A-1042", "success", "NL")]).await;
        assert_eq!(flag(&world, robin).await, None, "it was theirs, they said");
    });
}

#[test]
fn five_new_failures_after_the_yes_raise_a_flag_that_shows_only_them() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        at_home(&world).await;
        burst(&world).await;
        take(&world, &[login(&world, "A-1042", "failure", "NL")]).await;
        let first = settle(&world, &rep, robin).await;
        let four: Vec<_> = (0..4)
            .map(|_| login(&world, "A-1042", "failure", "NL"))
            .collect();
        assert_eq!(take(&world, &four).await.flagged, 0);
        assert_eq!(
            take(&world, &[login(&world, "A-1042", "failure", "NL")])
                .await
                .flagged,
            1
        );
        let second = flag(&world, robin).await.expect("a new flag");
        assert_ne!(second, first);
        let burst = "5 failed logins within 10 minutes";
        assert_eq!(unusual(&world, &rep, second).await, [burst]);
        assert_eq!(unusual(&world, &rep, first).await, [burst]);
    });
}

#[test]
fn a_country_never_seen_raises_a_flag_right_after_a_settled_burst_and_shows_only_itself() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        at_home(&world).await;
        burst(&world).await;
        let first = settle(&world, &rep, robin).await;
        take(&world, &[login(&world, "A-1042", "success", "NG")]).await;
        let second = flag(&world, robin).await.expect("a new flag");
        let lagos = "a login from Nigeria, where this account has never logged in before";
        assert_eq!(unusual(&world, &rep, second).await, [lagos]);
        assert_eq!(
            unusual(&world, &rep, first).await,
            ["5 failed logins within 10 minutes"],
            "and the old flag keeps its own"
        );
        // The owner is asked about that alone.
        ask(&world, &rep, second, RequestKind::Ask).await;
        let Letter::Outreach { signals, .. } = only(&post(&world).await, "outreach").letter else {
            panic!("a question")
        };
        assert_eq!(signals, [lagos]);
    });
}

#[test]
fn a_yes_to_a_place_alone_settles_no_failures() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        at_home(&world).await;
        take(&world, &[login(&world, "A-1042", "success", "NG")]).await;
        let four: Vec<_> = (0..4)
            .map(|_| login(&world, "A-1042", "failure", "NL"))
            .collect();
        take(&world, &four).await;
        settle(&world, &rep, robin).await;
        take(&world, &[login(&world, "A-1042", "failure", "NL")]).await;
        assert!(
            flag(&world, robin).await.is_some(),
            "nobody asked about them"
        );
    });
}
