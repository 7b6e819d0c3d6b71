//! How often an owner is asked and sent something, whoever wants it.

use crate::common::{
    MINUTE, ask, call, count, customer, deliver, email, jobs, kinds, letters, only, post, press,
    put, rep, secret,
};
use desk::{Answer, DeskError, testing::on_both};
use words::{Channel, RequestKind, RequestState, Role};

#[test]
fn an_owner_is_asked_three_times_and_then_not_for_hours_whoever_asks_where() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let mut asked = 0;
        let mut limited = 0;
        for n in 0..6 {
            let rep = world.staff(&format!("rep{n}"), Role::Rep).await;
            let channel = [Channel::Phone, Channel::Chat, Channel::Email][n % 3];
            let ticket = crate::common::open(&world, &rep, channel, Some(robin))
                .await
                .expect("a ticket");
            match world
                .desk
                .ask(&rep, ticket, RequestKind::Reset, "", "")
                .await
            {
                Ok(_) => {
                    asked += 1;
                    // They answer each of them, so that none waits.
                    let secret = secret(&only(&post(&world).await, "confirm"));
                    press(&world, &secret, Answer::Yes).await;
                    world.work().await;
                }
                Err(DeskError::Limited(until)) => {
                    limited += 1;
                    assert!(until > world.desk.now());
                    // Nothing half-done: no request, no letter, no entry of a challenge.
                    let view = world.desk.ticket(&rep, ticket).await.expect("a ticket");
                    assert!(view.requests.is_empty());
                    assert!(jobs(&world, "ready").await.is_empty());
                }
                other => panic!("{other:?}"),
            }
        }
        assert_eq!((asked, limited), (3, 3));
        assert_eq!(count(&world, "challenge.made").await, 3);
        world.clock.pass(MINUTE * 241);
        letters(&world);
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        assert_eq!(
            ask(&world, &rep, ticket, RequestKind::Reset).await.state,
            RequestState::Waiting,
            "one more by then"
        );
    });
}

#[test]
fn deliveries_are_limited_for_each_owner() {
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
        for n in 0..12 {
            let ticket = call(&world, &rep, robin).await;
            let sent = world
                .desk
                .ask(&rep, ticket, RequestKind::Deliver, "address", "")
                .await;
            if n < 10 {
                assert_eq!(sent.expect("sent").state, RequestState::Sending);
            } else {
                assert!(matches!(sent, Err(DeskError::Limited(_))), "{n}: {sent:?}");
                assert!(
                    world
                        .desk
                        .ticket(&rep, ticket)
                        .await
                        .expect("a ticket")
                        .requests
                        .is_empty()
                );
            }
        }
        let ticket = call(&world, &rep, other).await;
        assert_eq!(
            deliver(&world, &rep, ticket, "address", "").await.state,
            RequestState::Sending,
            "others are not touched"
        );
        assert_eq!(kinds(&post(&world).await).len(), 11);
    });
}
