//! Decoys look like any other account, and whoever touches one is noticed.

use crate::common::{
    EMAIL, account_named, ask, call, count, customer, document, email, entries, kinds, lead, open,
    post, put, rep,
};
use desk::{
    Me,
    testing::{World, on_both},
};
use std::collections::BTreeSet;
use words::{AlarmKind, Channel, RequestKind, Role};

/// Some ordinary accounts between whose numbers there is room, and one decoy; their numbers.
async fn some(world: &World) -> (String, String) {
    customer(world).await;
    for number in [1001, 1300, 1900] {
        let at = email(
            &format!("c{number}@mail.example"),
            "2020-02-03",
            Some("2020-02-03"),
        );
        put(world, &format!("A-{number}"), &[at]).await;
    }
    let made = world.desk.make_decoys(1, &["A-1042".to_owned()]).await;
    ("A-1042".to_owned(), made.expect("made")[0].clone())
}

async fn alarms(world: &World, me: &Me) -> Vec<AlarmKind> {
    let rows = world.desk.alarms(me, None, 100).await.expect("alarms");
    rows.iter().rev().map(|row| row.kind).collect()
}

/// What a rep is told, without what tells one account from another.
fn alike(text: &str, external_id: &str, name: &str) -> String {
    let text = text.replace(external_id, "ID").replace(name, "NAME");
    let mut out = String::new();
    let mut digits = false;
    for c in text.chars() {
        if c.is_ascii_digit() {
            if !digits {
                out.push('#');
            }
            digits = true;
        } else {
            digits = false;
            out.push(c);
        }
    }
    out
}

#[test]
fn a_decoy_answers_a_rep_as_any_other_account_does() {
    on_both(|world| async move {
        let (ordinary, decoy) = some(&world).await;
        let rep = rep(&world).await;
        let mut told = Vec::new();
        for id in [&ordinary, &decoy] {
            let row = account_named(&world, id).await;
            let name = row.display_name.clone();
            let mut said = Vec::new();
            let found = world.desk.look_up(&rep, "external_id", id).await;
            let found = found.expect("an answer");
            assert_eq!(found.len(), 1);
            said.push(format!(
                "{} {:?}",
                found[0].external_id, found[0].open_tickets
            ));
            let view = world.desk.read_account(&rep, id).await.expect("an account");
            assert_eq!(view.contact_points.len(), 2);
            said.push(format!(
                "{:?} {:?} {:?}",
                view.hold,
                // Two of one day stand in any order.
                view.contact_points
                    .iter()
                    .map(|p| (p.kind, p.confirmed, p.counts_from))
                    .collect::<BTreeSet<_>>(),
                view.fields
                    .iter()
                    .map(|f| (&f.name, f.class, &f.value, f.items.len()))
                    .collect::<Vec<_>>(),
            ));
            let ticket = call(&world, &rep, row.id).await;
            for (kind, field) in [
                (RequestKind::Deliver, "address"),
                (RequestKind::Reveal, "birth_date"),
                (RequestKind::Deliver, "password_changed"),
                (RequestKind::Reset, ""),
                (RequestKind::Change, ""),
                (RequestKind::Lock, ""),
            ] {
                let asked = world.desk.ask(&rep, ticket, kind, field, "").await;
                let asked = asked.expect("an answer");
                said.push(format!(
                    "{kind} {:?} {} {}",
                    asked.state, asked.rule, asked.words
                ));
            }
            world.work().await;
            let view = world.desk.ticket(&rep, ticket).await.expect("a ticket");
            let lines = view.messages.iter().map(|m| m.text.clone());
            said.extend(lines);
            said.extend(view.requests.iter().map(|r| format!("{:?}", r.row.state)));
            said.extend(
                view.offers
                    .iter()
                    .map(|o| format!("{} {:?}", o.title, o.verdict)),
            );
            said.extend(view.before.iter().map(|b| b.text.clone()));
            told.push(alike(&said.join("\n"), id, &name));
        }
        assert_eq!(told[0], told[1]);
    });
}

#[test]
fn a_decoy_is_unlike_its_model_in_all_but_its_shape() {
    on_both(|world| async move {
        let (ordinary, decoy) = some(&world).await;
        let (a, b) = (
            account_named(&world, &ordinary).await,
            account_named(&world, &decoy).await,
        );
        assert!(b.decoy && !a.decoy);
        assert!(decoy.starts_with("A-") && decoy.len() == 6, "{decoy}");
        assert!(("A-1001".."A-1900").contains(&decoy.as_str()), "{decoy}");
        let apart = b.created_at.micros() - a.created_at.micros();
        assert!(
            (0..2_000_000).contains(&apart),
            "it came in beside it: {apart}"
        );
        let rep = rep(&world).await;
        let view = world
            .desk
            .read_account(&rep, &decoy)
            .await
            .expect("an account");
        let items = |name: &str| {
            let found = view.fields.iter().find(|field| field.name == name);
            found.expect("a field").items.clone()
        };
        assert_eq!(items("order"), items("parcel"), "one order, one parcel");
        assert_ne!(items("order"), ["7001"]);
        // Nobody's order leads to it by chance.
        let found = world.desk.look_up(&rep, "order", "7001").await;
        assert!(found.expect("found").iter().all(|f| f.external_id != decoy));
    });
}

#[test]
fn whoever_finds_opens_or_asks_for_a_decoy_raises_an_alarm_at_once() {
    on_both(|world| async move {
        let (ordinary, decoy) = some(&world).await;
        let (rep, lead) = (rep(&world).await, lead(&world).await);
        let row = account_named(&world, &ordinary).await;
        let ticket = call(&world, &rep, row.id).await;
        ask(&world, &rep, ticket, RequestKind::Reset).await;
        world
            .desk
            .look_up(&rep, "external_id", &ordinary)
            .await
            .expect("found");
        world
            .desk
            .read_account(&rep, &ordinary)
            .await
            .expect("read");
        assert!(alarms(&world, &lead).await.is_empty());

        world
            .desk
            .look_up(&rep, "external_id", &decoy)
            .await
            .expect("found");
        assert_eq!(alarms(&world, &lead).await, [AlarmKind::DecoyFound]);
        let row = account_named(&world, &decoy).await;
        let ticket = open(&world, &rep, Channel::Chat, Some(row.id))
            .await
            .expect("open");
        assert_eq!(
            alarms(&world, &lead).await,
            [AlarmKind::DecoyFound, AlarmKind::DecoyOpened]
        );
        // The page of that ticket is the same opening.
        world.desk.ticket(&rep, ticket).await.expect("a ticket");
        ask(&world, &rep, ticket, RequestKind::Reset).await;
        ask(&world, &rep, ticket, RequestKind::Change).await;
        assert_eq!(
            alarms(&world, &lead).await,
            [
                AlarmKind::DecoyFound,
                AlarmKind::DecoyOpened,
                AlarmKind::DecoyAsked
            ]
        );
        assert_eq!(count(&world, "alarm.raised").await, 3);
        let auditor = world.staff("aud", Role::Auditor).await;
        assert_eq!(alarms(&world, &auditor).await.len(), 3);

        // Nobody is shown an alarm about themselves, or it would tell what a decoy is.
        world
            .desk
            .look_up(&lead, "external_id", &decoy)
            .await
            .expect("found");
        assert_eq!(alarms(&world, &lead).await.len(), 3);
        assert_eq!(alarms(&world, &auditor).await.len(), 4);
        let rows = world.desk.alarms(&auditor, None, 1).await.expect("alarms");
        assert!(matches!(
            world.desk.see_alarm(&lead, rows[0].id).await,
            Err(desk::DeskError::NotFound)
        ));
        let line = &world.desk.decoys().await.expect("decoys")[0];
        assert_eq!(
            (line.external_id.as_str(), line.alarms),
            (decoy.as_str(), 4)
        );
    });
}

#[test]
fn no_letter_ever_leaves_for_a_decoy_and_the_ledger_says_so() {
    on_both(|world| async move {
        let (_, decoy) = some(&world).await;
        let rep = rep(&world).await;
        let row = account_named(&world, &decoy).await;
        let ticket = call(&world, &rep, row.id).await;
        let kind = RequestKind::Deliver;
        world
            .desk
            .ask(&rep, ticket, kind, "address", "")
            .await
            .expect("asked");
        ask(&world, &rep, ticket, RequestKind::Reset).await;
        world.desk.end_call(&rep, ticket).await.expect("an end");
        let sent = post(&world).await;
        assert!(sent.is_empty(), "{:?}", kinds(&sent));
        let entries = entries(&world).await;
        let gone = entries.iter().filter(|e| e.kind == "disclosure.delivered");
        assert!(gone.clone().count() == 1 && gone.clone().all(|e| e.data["decoy"] == true));
        assert!(world.provider.told.lock().expect("lock").is_empty());
    });
}

#[test]
fn what_the_company_sends_under_a_decoys_name_is_somebodys_account() {
    on_both(|world| async move {
        let (_, decoy) = some(&world).await;
        let known = document(&[email(EMAIL, "2019-05-01", Some("2019-05-01"))]);
        let put = world.desk.put_account(None, &decoy, known).await;
        assert_eq!(put.expect("put"), desk::accounts::Put::Changed);
        assert!(!account_named(&world, &decoy).await.decoy);
        assert_eq!(count(&world, "decoy.ended").await, 1);
        assert!(world.desk.decoys().await.expect("decoys").is_empty());
    });
}

#[test]
fn too_many_look_ups_raise_one_alarm() {
    on_both(|world| async move {
        customer(&world).await;
        let (rep, lead) = (rep(&world).await, lead(&world).await);
        for n in 0..33 {
            let _ = world.desk.look_up(&rep, "order", &format!("9{n}")).await;
        }
        assert_eq!(alarms(&world, &lead).await, [AlarmKind::LookUpLimit]);
    });
}
