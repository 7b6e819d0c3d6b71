//! What a rep types is checked: no reply carries what the account holds, or what only looks like it,
//! and the check tells nobody which of the two it was.

use crate::common::{
    ADDRESS, HOUR, MINUTE, ORDER, PHONE, USER_NAME, account, call, count, customer, entries, jobs,
    kinds, only, open, post, press, put, rep, say, secret, without_canaries, written,
};
use desk::{
    Answer, DeskError, Me, Stopped,
    testing::{On, World, on_both},
    ticket::NewTicket,
};
use words::{AccountId, Channel, HoldLevel, MessageId, MessageKind, RequestKind, Role};

async fn reply(world: &World, me: &Me, ticket: i64, text: &str) -> Result<MessageId, DeskError> {
    world
        .desk
        .add_message(me, ticket, MessageKind::Reply, text)
        .await
}

/// The stop of a reply that must not leave.
async fn stopped(world: &World, me: &Me, ticket: i64, text: &str) -> Stopped {
    match reply(world, me, ticket, text).await {
        Err(DeskError::Stopped(stopped)) => stopped,
        other => panic!("{text}: {other:?}"),
    }
}

async fn attempts(world: &World, id: AccountId) -> i64 {
    account(world, id).await.attempts
}

/// What the ledger says about the stops, oldest first: what was found.
async fn found(world: &World) -> Vec<String> {
    entries(world)
        .await
        .into_iter()
        .filter(|entry| entry.kind == "message.stopped")
        .map(|entry| entry.data["found"].as_str().expect("a word").to_owned())
        .collect()
}

#[test]
fn a_rep_can_t_type_what_the_account_holds() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let before = written(&world, &rep, ticket).await;
        for text in [
            "We have 14 Marzipan Crossing, Velden as your address.",
            "It went to number fourteen, marzipan crossing.",
            "I see Marzipan Crossing here, is that right?",
            "Shall I ring plus thirty-one, two zero, five five five, zero one eight seven?",
            "Is it 31-20-555.01.87?",
            "It was paid with the Visa ending in 41 83.",
            "The card's last four are four one eight three.",
            "You wrote from robin.vale@mail.example, yes?",
            "robin dot vale at mail dot example",
            "Your birthday, 14 March 1987, is on file.",
            "born 14/03/87",
            "It waits in locker 88 at the Harbour Steps.",
        ] {
            let stopped = stopped(&world, &rep, ticket, text).await;
            without_canaries(&format!("{stopped:?}"));
        }
        assert_eq!(
            written(&world, &rep, ticket).await,
            before,
            "nothing is kept"
        );
        assert!(jobs(&world, "ready").await.is_empty(), "nothing is queued");
        assert!(kinds(&post(&world).await).is_empty(), "nothing leaves");
        for entry in entries(&world).await {
            without_canaries(&format!("{entry:?}"));
        }
    });
}

#[test]
fn harmless_replies_leave() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let harmless = [
            "Dear Robin Vale, your order 7001 left on 12 March 2026 and comes in 2 to 3 days.",
            "Invoice 10442 of 128.40 euros is on its way to the email on your account.",
            "The refund of $42.50 takes 5 to 7 working days.",
            "We open at 9 and close at 17:30. Kind regards, Rae",
        ];
        for text in harmless {
            reply(&world, &rep, ticket, text).await.expect(text);
        }
        assert_eq!(kinds(&post(&world).await), ["reply"; 4]);
        assert_eq!(attempts(&world, robin).await, 0);
        assert!(found(&world).await.is_empty());
    });
}

#[test]
fn a_guess_of_a_shape_is_stopped_alike_whether_it_is_right_or_wrong() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        for (right, wrong) in [
            (
                "It goes to 14 Marzipan Crossing, Velden.",
                "It goes to 22 Acacia Avenue, Leeds.",
            ),
            ("Is it +31 20 555 0187?", "Is it +44 7700 900123?"),
            ("The card ends in 4183.", "The card ends in 9925."),
            (
                "You wrote from robin.vale@mail.example.",
                "You wrote from someone@mail.example.",
            ),
            (
                "You were born on 14 March 1987.",
                "You were born on 3 May 1971.",
            ),
        ] {
            let right = stopped(&world, &rep, ticket, right).await;
            let wrong = stopped(&world, &rep, ticket, wrong).await;
            assert_eq!(right, wrong);
        }
        assert_eq!(found(&world).await, ["shape"; 10]);
        assert_eq!(attempts(&world, robin).await, 0, "none tells anything");
        let view = world.desk.ticket(&rep, ticket).await.expect("a ticket");
        assert!(view.before.is_empty(), "{:?}", view.before);
    });
}

#[test]
fn a_match_without_a_shape_has_the_same_words_and_adds_up() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let shape = stopped(&world, &rep, ticket, "22 Acacia Avenue, Leeds").await;
        let text = format!("Are you {USER_NAME}?");
        let value = stopped(&world, &rep, ticket, &text).await;
        assert_eq!((value.rule, &value.reason), (shape.rule, &shape.reason));
        assert_eq!((value.words, value.removable), (shape.words, false));
        assert_eq!(attempts(&world, robin).await, 1);
        // A second press of the same button is no second guess.
        assert_eq!(stopped(&world, &rep, ticket, &text).await, value);
        assert_eq!(attempts(&world, robin).await, 1);
        stopped(&world, &rep, ticket, "About your teal gizmos").await;
        assert_eq!(account(&world, robin).await.hold, HoldLevel::None);
        stopped(&world, &rep, ticket, "I see brass knobs here").await;
        assert_eq!(attempts(&world, robin).await, 3);
        assert_eq!(account(&world, robin).await.hold, HoldLevel::Careful);
        assert_eq!(
            found(&world).await,
            ["shape", "value", "value", "value", "value"]
        );
        let view = world.desk.ticket(&rep, ticket).await.expect("a ticket");
        without_canaries(&format!("{:?}", view.before));
        assert_eq!(kinds(&post(&world).await), [] as [&str; 0]);
    });
}

#[test]
fn guesses_are_limited_for_each_account_and_each_rep() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let point = crate::common::email("kit@mail.example", "2019-05-01", Some("2019-05-01"));
        let kit = put(&world, "A-2", &[point]).await;
        let (one, two) = (rep(&world).await, world.staff("ron", Role::Rep).await);
        let first = open(&world, &one, Channel::Chat, Some(robin))
            .await
            .expect("a ticket");
        let second = open(&world, &two, Channel::Email, Some(robin))
            .await
            .expect("a ticket");
        let other = open(&world, &one, Channel::Email, Some(kit))
            .await
            .expect("a ticket");
        let free = open(&world, &two, Channel::Email, Some(kit))
            .await
            .expect("a ticket");
        for n in 0..5 {
            let (me, ticket) = if n % 2 == 0 {
                (&one, first)
            } else {
                (&one, other)
            };
            stopped(&world, me, ticket, &format!("Guess {n}: {USER_NAME}?")).await;
        }
        // The rep has no more guesses, right or wrong, on any account.
        for ticket in [first, other] {
            let harmless = reply(&world, &one, ticket, "It is on its way.").await;
            assert!(
                matches!(harmless, Err(DeskError::Limited(_))),
                "{harmless:?}"
            );
        }
        reply(&world, &two, free, "It is on its way.")
            .await
            .expect("another rep");
        // Two more by another rep, and the account has none either.
        for n in 5..7 {
            stopped(&world, &two, second, &format!("Guess {n}: {USER_NAME}?")).await;
        }
        let harmless = reply(&world, &two, second, "It is on its way.").await;
        let Err(DeskError::Limited(until)) = harmless else {
            panic!("{harmless:?}");
        };
        assert!(until > world.desk.now());
        assert_eq!(count(&world, "limit.reached").await, 3);
        assert_eq!(attempts(&world, robin).await, 5);
        world.clock.pass(HOUR * 4 + MINUTE);
        reply(&world, &two, second, "It is on its way.")
            .await
            .expect("later");
    });
}

#[test]
fn a_note_may_hold_what_a_caller_claims_but_no_secret() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        // The same answer for right and wrong claims: none.
        for claim in [ADDRESS, "22 Acacia Avenue, Leeds", PHONE, USER_NAME, ORDER] {
            say(
                &world,
                &rep,
                ticket,
                MessageKind::Note,
                &format!("Claims: {claim}"),
            )
            .await;
            say(&world, &rep, ticket, MessageKind::Heard, claim).await;
        }
        assert_eq!(attempts(&world, robin).await, 0);
        let desk = &world.desk;
        for kind in [MessageKind::Note, MessageKind::Heard, MessageKind::Said] {
            for (text, left) in [
                (
                    "Read 4242 4242 4242 4242 to me.",
                    "Read [a card number was removed] to me.",
                ),
                (
                    "Their password is Sommer2026!",
                    "Their password is [a password was removed]",
                ),
            ] {
                let before = written(&world, &rep, ticket).await;
                let stop = desk.add_message(&rep, ticket, kind, text).await;
                let Err(DeskError::Stopped(stop)) = stop else {
                    panic!("{stop:?}");
                };
                assert!(stop.removable && stop.instead.is_empty());
                assert_eq!(written(&world, &rep, ticket).await, before);
                desk.add_message_without_secrets(&rep, ticket, kind, text)
                    .await
                    .expect("kept");
                assert!(
                    written(&world, &rep, ticket)
                        .await
                        .ends_with(&format!("{left}\n"))
                );
            }
        }
        // A reply is never changed.
        let text = "Your password is Sommer2026!";
        let reply = desk
            .add_message_without_secrets(&rep, ticket, MessageKind::Reply, text)
            .await;
        assert!(matches!(reply, Err(DeskError::Stopped(_))), "{reply:?}");
        assert!(found(&world).await.iter().all(|found| found == "secret"));
        assert_eq!(
            attempts(&world, robin).await,
            0,
            "no attempt on the account"
        );
    });
}

#[test]
fn subjects_first_words_and_reasons_lose_their_secrets_and_hold_nothing_up() {
    on_both(|world| async move {
        let rep = rep(&world).await;
        let new = NewTicket {
            channel: Channel::Email,
            subject: "My password is Sommer2026!".to_owned(),
            heard: Some("Charge 4242 4242 4242 4242 please.".to_owned()),
            account: None,
            mine: true,
        };
        let ticket = world.desk.open_ticket(&rep, new).await.expect("a ticket");
        let reason = "Says the code is 482913";
        world
            .desk
            .escalate(&rep, ticket, reason)
            .await
            .expect("an escalation");
        let view = world.desk.ticket(&rep, ticket).await.expect("a ticket");
        let all = format!("{view:?}");
        for secret in ["Sommer", "4242", "482913"] {
            assert!(!all.contains(secret), "{secret}: {all}");
        }
        assert_eq!(
            view.ticket.subject,
            "My password is [a password was removed]"
        );
    });
}

#[test]
fn what_the_owner_s_proof_shows_to_this_rep_now_may_be_typed_and_nothing_else() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let (one, two) = (rep(&world).await, world.staff("ron", Role::Rep).await);
        let ticket = open(&world, &one, Channel::Email, Some(robin))
            .await
            .expect("a ticket");
        let desk = &world.desk;
        let asked = desk
            .ask(&one, ticket, RequestKind::Reveal, "address", "")
            .await
            .expect("a question");
        let text = "We have 14 Marzipan Crossing, Velden on file.";
        stopped(&world, &one, ticket, text).await;
        let yes = secret(&only(&post(&world).await, "confirm"));
        press(&world, &yes, Answer::Yes).await;
        world.work().await;
        desk.reveal(&one, ticket, asked.id).await.expect("shown");
        stopped(&world, &two, ticket, text).await;
        let other = open(&world, &one, Channel::Email, Some(robin))
            .await
            .expect("a ticket");
        stopped(&world, &one, other, text).await;
        stopped(&world, &one, ticket, &format!("{text} And {PHONE}.")).await;
        stopped(&world, &one, ticket, &format!("{text} And {USER_NAME}.")).await;
        // Another's shape of the same kind is no secret to be guessed, but the parcel's is.
        stopped(
            &world,
            &one,
            ticket,
            "It waits at Locker 88, Harbour Steps.",
        )
        .await;
        reply(&world, &one, ticket, text)
            .await
            .expect("shown at this moment");
        world.clock.pass(MINUTE * 6);
        stopped(&world, &one, ticket, text).await;
    });
}

/// Numbers that repeat (splitmix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % sides as u64).expect("small")
    }

    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.roll(list.len())]
    }
}

/// A value as somebody might type it: cases, gaps and numbers in words at random.
fn retold(dice: &mut Dice, value: &str) -> String {
    const DIGITS: [&str; 10] = [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
    ];
    // Digits alone are said one by one; a number among words stays whole.
    let number = value
        .chars()
        .all(|c| c.is_ascii_digit() || " +".contains(c));
    let spoken = number && dice.roll(3) == 0;
    let gap = dice.of(&["", " ", "-", "."]);
    let case = dice.roll(3);
    let mut out = String::new();
    for c in value.chars() {
        match c {
            '+' => {}
            '0'..='9' if spoken => {
                out.push_str(DIGITS[usize::from(c as u8 - b'0')]);
                out.push(' ');
            }
            '0'..='9' if number => {
                out.push(c);
                out.push_str(gap);
            }
            ' ' if number => {}
            c => match case {
                0 => out.extend(c.to_lowercase()),
                1 => out.extend(c.to_uppercase()),
                _ => out.push(c),
            },
        }
    }
    out.trim_end_matches(['-', '.', ' ']).to_owned()
}

#[test]
fn however_a_value_is_written_no_text_with_it_leaves() {
    const PARTS: [&str; 12] = [
        crate::common::EMAIL,
        PHONE,
        "31205550187",
        USER_NAME,
        ADDRESS,
        "14 Marzipan Crossing",
        "Marzipan Crossing",
        "14 March 1987",
        "Visa ending in 4183",
        "teal gizmos with brass knobs",
        "Harbour Steps",
        "7K2P-QX41-9DMV-3THN",
    ];
    const BEFORE: [&str; 5] = [
        "",
        "Dear Robin Vale,\n\nwe have ",
        "Just to confirm: ",
        "It says ",
        "Order 7001 and ",
    ];
    const AFTER: [&str; 4] = [
        "",
        " is what I see.",
        ", is that right?",
        "\n\nKind regards\nRae",
    ];
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = open(&world, &rep, Channel::Email, Some(robin))
            .await
            .expect("a ticket");
        let mut dice = Dice(20_261_121);
        for round in 0..120 {
            let value = retold(&mut dice, PARTS[round % PARTS.len()]);
            let text = format!("{}{value}{}", dice.of(&BEFORE), dice.of(&AFTER));
            stopped(&world, &rep, ticket, &text).await;
            world.clock.pass(HOUR * 5);
        }
        let kinds = kinds(&post(&world).await);
        assert!(!kinds.contains(&"reply"), "{kinds:?}");
        assert_eq!(count(&world, "message.reply").await, 0);
    });
}

#[test]
fn everyday_replies_are_hardly_ever_stopped() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let world = World::on(On::Sqlite).await;
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = open(&world, &rep, Channel::Email, Some(robin))
            .await
            .expect("a ticket");
        let lines: Vec<&str> = include_str!("everyday.txt").lines().collect();
        let mut dice = Dice(7);
        let mut held_up = Vec::new();
        for round in 0..200 {
            let picks = [lines[round % lines.len()], dice.of(&lines), dice.of(&lines)];
            let text = format!(
                "Hello Robin Vale,\n\n{}\n\nKind regards\nRae",
                picks.join(" ")
            );
            match reply(&world, &rep, ticket, &text).await {
                Ok(_) => {}
                Err(DeskError::Stopped(_)) => held_up.push(text),
                other => panic!("{other:?}"),
            }
            world.clock.pass(MINUTE * 16);
        }
        println!("stopped: {} of 200: {held_up:#?}", held_up.len());
        // As measured, not as wished: a number, and `gift card`, `birthday` or `Addresses. The …` of the
        // sentence before or after it. These cost the rep a change of words and nothing else.
        assert!(held_up.len() <= 3, "{held_up:#?}");
    });
}

/// `cargo test -p staunch-desk --test stories checking_a_reply -- --ignored --nocapture`
#[test]
#[ignore = "a measurement"]
fn checking_a_reply_of_2000_letters_against_40_fields_takes_milliseconds() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let world = World::on(On::Sqlite).await;
        let orders: Vec<String> = (0..36)
            .map(|n| format!(r#""8{n:03}":"{n} copper kettles with walnut handles""#))
            .collect();
        let json = format!(
            r#"{{"display_name":"Robin Vale","contact_points":[{}],"fields":{{"user_name":"{USER_NAME}",
            "address":"{ADDRESS}","birth_date":"1987-03-14","card":"Visa 4183","order":{{{}}}}}}}"#,
            crate::common::email("robin.vale@mail.example", "2019-05-01", Some("2019-05-01")),
            orders.join(",")
        );
        let document =
            desk::accounts::AccountDocument::from_json(json.as_bytes()).expect("a document");
        world
            .desk
            .put_account(None, "A-1042", document)
            .await
            .expect("an account");
        let robin = crate::common::account_named(&world, "A-1042").await.id;
        let rep = rep(&world).await;
        let ticket = open(&world, &rep, Channel::Email, Some(robin))
            .await
            .expect("a ticket");
        let lines: Vec<&str> = include_str!("everyday.txt").lines().collect();
        let whole = lines.join(" ");
        let text: String = whole.chars().cycle().take(2000).collect();
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..50 {
            for (at, text) in [(0, text.as_str()), (1, "It is on its way.")] {
                let began = std::time::Instant::now();
                reply(&world, &rep, ticket, text).await.expect("sent");
                times[at].push(began.elapsed());
                world.clock.pass(HOUR);
            }
        }
        for (what, times) in ["2,000 letters", "17 letters"].iter().zip(&mut times) {
            times.sort();
            println!("{what}: median {:?}, slowest {:?}", times[25], times[49]);
        }
    });
}
