//! A copy of everything: only after the owner's yes, only to the registered email, and never a secret.

use crate::common::{
    ADDRESS, BIRTH_DATE, CANARIES, CARD, EMAIL, HOUR, ORDER, PARCEL, PASSWORD_CHANGED, PDF, PHONE,
    RECEIPT, USER_NAME, ask, call, customer, deliver, entries, kinds, only, post, press, rep, say,
    secret, state, without_canaries,
};
use desk::{
    Answer, Verdict,
    letter::{Attached, Content, Envelope, Letter},
    testing::{World, on_both},
};
use words::{AccountId, MessageKind, RequestKind, RequestState};

fn files(envelope: &Envelope) -> (Vec<Attached>, Vec<String>) {
    let Letter::Delivery {
        content: Content::Copy { files, left_out },
        ..
    } = &envelope.letter
    else {
        panic!("a copy")
    };
    (files.clone(), left_out.clone())
}

fn texts(files: &[Attached]) -> (String, serde_json::Value) {
    let text = |name: &str| {
        let file = files
            .iter()
            .find(|file| file.file_name == name)
            .expect("a file");
        String::from_utf8(file.bytes.to_vec()).expect("text")
    };
    let json = text("everything.json");
    (
        text("everything.html"),
        serde_json::from_str(&json).expect("JSON"),
    )
}

async fn robins(world: &World) -> (AccountId, desk::Me, i64) {
    let robin = customer(world).await;
    let rep = rep(world).await;
    let number = call(world, &rep, robin).await;
    (robin, rep, number)
}

#[test]
fn a_copy_of_everything_goes_to_the_registered_email_after_the_owners_yes() {
    on_both(|world| async move {
        let (_, rep, number) = robins(&world).await;
        say(
            &world,
            &rep,
            number,
            MessageKind::Heard,
            "I'd like to know <what> you have",
        )
        .await;
        say(
            &world,
            &rep,
            number,
            MessageKind::Note,
            "sounds like a nice person",
        )
        .await;
        deliver(&world, &rep, number, "invoice", "10442").await;
        only(&post(&world).await, "delivery");
        let asked = ask(&world, &rep, number, RequestKind::Export).await;
        assert_eq!((asked.state, asked.second), (RequestState::Waiting, false));
        let question = only(&post(&world).await, "confirm");
        assert_eq!(question.to.as_str(), EMAIL);
        press(&world, &secret(&question), Answer::Yes).await;
        let copy = only(&post(&world).await, "delivery");
        assert_eq!(copy.to.as_str(), EMAIL);
        assert_eq!(state(&world, &asked).await, RequestState::Done);

        let (files, left_out) = files(&copy);
        assert_eq!(left_out, Vec::<String>::new());
        let (html, json) = texts(&files);
        let told = json.to_string();
        for value in [
            USER_NAME, ADDRESS, BIRTH_DATE, CARD, ORDER, PARCEL, EMAIL, PHONE,
        ] {
            assert!(told.contains(value), "{value} in the JSON");
            assert!(html.contains(value), "{value} in the page");
        }
        for secret in [RECEIPT, PASSWORD_CHANGED] {
            assert!(!told.contains(secret) && !html.contains(secret), "{secret}");
        }
        assert!(html.contains("&lt;what&gt;") && !html.contains("<what>"));
        assert!(!html.contains("http"), "nothing remote");
        assert!(!told.contains("nice person"), "notes stay among colleagues");
        assert_eq!(json["given_out"][0]["what"], "invoice 10442");
        assert_eq!(json["tickets"][0]["number"], number);
        let pdf = files
            .iter()
            .find(|file| file.file_name == "invoice-10442.pdf")
            .expect("a document");
        assert_eq!(pdf.bytes.as_slice(), PDF);
    });
}

#[test]
fn whoever_works_at_the_desk_sees_nothing_of_it() {
    on_both(|world| async move {
        let (_, rep, number) = robins(&world).await;
        let view = world.desk.ticket(&rep, number).await.expect("a ticket");
        let offer = view
            .offers
            .iter()
            .find(|offer| offer.kind == RequestKind::Export)
            .expect("an offer");
        assert_eq!(
            (offer.title.as_str(), &offer.verdict),
            ("Send the owner a copy of everything", &Verdict::Asks)
        );
        ask(&world, &rep, number, RequestKind::Export).await;
        let question = only(&post(&world).await, "confirm");
        press(&world, &secret(&question), Answer::Yes).await;
        post(&world).await;
        let view = world.desk.ticket(&rep, number).await.expect("a ticket");
        without_canaries(&format!("{view:?}"));
        for entry in entries(&world).await {
            let body = format!("{entry:?}");
            for canary in CANARIES {
                assert!(!body.contains(canary), "{canary} in {body}");
            }
        }
    });
}

#[test]
fn without_a_yes_nothing_leaves_and_a_no_freezes() {
    on_both(|world| async move {
        let (_, rep, number) = robins(&world).await;
        let asked = ask(&world, &rep, number, RequestKind::Export).await;
        let question = secret(&only(&post(&world).await, "confirm"));
        world.clock.pass(HOUR);
        assert!(!kinds(&post(&world).await).contains(&"delivery"));
        press(&world, &question, Answer::No).await;
        assert_eq!(state(&world, &asked).await, RequestState::Denied);
        assert!(!kinds(&post(&world).await).contains(&"delivery"));
    });
}

#[test]
fn a_freeze_between_the_yes_and_the_sending_holds_the_copy_back() {
    on_both(|world| async move {
        let (_, rep, number) = robins(&world).await;
        let asked = ask(&world, &rep, number, RequestKind::Export).await;
        let question = secret(&only(&post(&world).await, "confirm"));
        press(&world, &question, Answer::Yes).await;
        ask(&world, &rep, number, RequestKind::Lock).await;
        assert!(!kinds(&post(&world).await).contains(&"delivery"));
        assert_eq!(state(&world, &asked).await, RequestState::Refused);
    });
}

/// Two documents that don't fit into one mail together.
#[test]
fn what_does_not_fit_into_a_mail_is_named_and_the_rest_comes() {
    on_both(|world| async move {
        use base64::{Engine as _, engine::general_purpose::STANDARD};
        let large = STANDARD.encode(vec![b'x'; 9 * 1024 * 1024]);
        let file = |name: &str| {
            format!(
                r#"{{"file_name":"{name}.pdf","media_type":"application/pdf","base64":"{large}"}}"#
            )
        };
        let text = format!(
            r#"{{"display_name":"Robin Vale","contact_points":[{{"kind":"email","value":"{EMAIL}","registered_at":"2019-05-01","confirmed_at":"2019-05-01"}}],
               "fields":{{"invoice":{{"1":{},"2":{}}}}}}}"#,
            file("one"),
            file("two")
        );
        let document =
            desk::accounts::AccountDocument::from_json(text.as_bytes()).expect("a document");
        world
            .desk
            .put_account(None, "A-1042", document)
            .await
            .expect("put");
        let robin = crate::common::account_named(&world, "A-1042").await.id;
        let rep = rep(&world).await;
        let number = call(&world, &rep, robin).await;
        ask(&world, &rep, number, RequestKind::Export).await;
        let question = secret(&only(&post(&world).await, "confirm"));
        press(&world, &question, Answer::Yes).await;
        let (files, left_out) = files(&only(&post(&world).await, "delivery"));
        assert_eq!(files.len(), 3, "two texts and one of the documents");
        assert_eq!(left_out, ["invoice 2"]);
        let total: usize = files.iter().map(|file| file.bytes.len()).sum();
        assert!(total <= 15 * 1024 * 1024);
        assert!(texts(&files).0.contains("too large to come along"));
    });
}
