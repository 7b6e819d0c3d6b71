//! Writes every page with made-up data into a folder, to look at: `cargo run -p staunch-web
//! --example gallery -- FOLDER`, then serve the folder.

#![expect(clippy::too_many_lines, reason = "samples are lists")]

use std::{fs, path::Path, time::Duration};

use web::{
    assets,
    view::{
        Counts, Flash, Me, Place, Shell, Tone, When,
        access::{
            Asked, MadeRow, NewToken, SessionRow, SessionsPage, TokenForm, TokenRow, TokensPage,
        },
        alarms::{AlarmLine, AlarmsPage},
        calls::{LookUpPage, NewCallPage},
        ledger::{EntryRow, LedgerPage},
        mail::{MailPage, MailRow},
        notice::NoticePage,
        offer::{Offer, Verdict, Why},
        oneself::{AuthenticatorPage, NewAuthenticatorPage, PasswordPage},
        owner::{Answer, ConfirmPage, OutreachPage, RepudiatePage},
        people::{
            AnewRow, AnsweredRow, EnrolAnewPage, InvitationRow, NewInvitation, PeoplePage,
            PersonRow, StopSignInPage,
        },
        policies::{DifferenceRow, Found as FoundPolicies, PoliciesPage, RuleRow},
        reveal::RevealedPage,
        settings::{CatalogueRow, SettingGroup, SettingLine, SettingsPage},
        sign_in::{CodePage, DemoLogin, EnrolPage, SignInPage, WelcomePage},
        ticket::{
            Account, ContactRow, DeliveryNote, Escalated, FieldRow, FindAccount, Found,
            HistoryLine, Message, Proof, ReadOut, ReplyTo, RequestCard, SignalLine, Ticket,
        },
        tickets::{Filter, FilterLine, TicketList, TicketRow, TicketsPage},
        world::{
            ScoreLine, TourStep, WorldCall, WorldCallLine, WorldLine, WorldMail, WorldPage,
            WorldPerson, WorldText,
        },
    },
};
use words::{
    Channel, ContactKind, FieldClass, FieldKind, HoldLevel, MessageKind, Queue, RequestKind,
    RequestState, Role, TicketKind, TicketState, Time,
};

const COMPANY: &str = "Acme Production";

fn now() -> Time {
    Time(
        std::env::var("NOW")
            .ok()
            .and_then(|text| text.parse::<i64>().ok())
            .unwrap_or(1_795_255_440)
            * 1_000_000,
    )
}

fn ago(minutes: u64) -> When {
    When::at(now() - Duration::from_secs(minutes * 60 + 8), now())
}

fn ahead(minutes: u64) -> When {
    When::at(now() + Duration::from_secs(minutes * 60 + 8), now())
}

fn s(text: &str) -> String {
    text.to_owned()
}

fn shell(place: Place, role: Role) -> Shell {
    Shell {
        company: s(COMPANY),
        me: Me {
            name: s("Ada Reyes"),
            login: s("ada"),
            role,
        },
        counts: Counts {
            mine: 4,
            flags: 3,
            escalated: 1,
            safety: 1,
            dead_letters: 2,
            alarms: 2,
        },
        place,
        flash: None,
        demo: true,
        asked_anew: false,
    }
}

fn row(number: i64, subject: &str, channel: Channel, minutes: u64) -> TicketRow {
    TicketRow {
        number,
        subject: s(subject),
        channel,
        kind: TicketKind::Support,
        state: TicketState::Open,
        queue: Queue::Support,
        when: ago(minutes),
        unread: false,
        calling: false,
        assignee: String::new(),
        account: s("Robin Vale"),
    }
}

fn list(filter: Filter) -> TicketList {
    let counts = [4, 6, 12, 3, 1, 1, 0];
    TicketList {
        filter,
        filters: Filter::ALL
            .iter()
            .zip(counts)
            .map(|(filter, count)| FilterLine {
                filter: *filter,
                count,
            })
            .collect(),
        search: String::new(),
        rows: vec![
            TicketRow {
                calling: true,
                unread: true,
                ..row(1043, "Parcel went to the wrong address", Channel::Phone, 0)
            },
            TicketRow {
                account: s("Inge Halvorsen"),
                unread: true,
                ..row(1042, "Invoice please", Channel::Email, 9)
            },
            TicketRow {
                account: s("Tomás Iglesias"),
                state: TicketState::Waiting,
                assignee: s("Ada"),
                ..row(1041, "Can't log in since this morning", Channel::Portal, 21)
            },
            TicketRow {
                kind: TicketKind::Flag,
                account: s("Maud Okafor"),
                ..row(
                    1040,
                    "Unusual logins: five wrong passwords, then Lagos",
                    Channel::Watch,
                    62,
                )
            },
            TicketRow {
                queue: Queue::Lead,
                account: s("Wen Li"),
                assignee: s("Bo"),
                ..row(
                    1039,
                    "Says he is her husband and in a hurry",
                    Channel::Phone,
                    95,
                )
            },
            TicketRow {
                account: String::new(),
                ..row(
                    1038,
                    "Do you ship to the Faroe Islands?",
                    Channel::Email,
                    340,
                )
            },
            TicketRow {
                kind: TicketKind::Safety,
                account: s("Pat Quill"),
                ..row(
                    1037,
                    "It wasn't me: call on 20 November",
                    Channel::Watch,
                    1500,
                )
            },
            TicketRow {
                state: TicketState::Closed,
                account: s("Sol Brandt"),
                assignee: s("Ada"),
                ..row(1036, "Thanks!", Channel::Email, 4000)
            },
        ],
        before: Some(1036),
    }
}

fn message(id: u32, kind: MessageKind, author: &str, text: &str, minutes: u64) -> Message {
    Message {
        id: id.to_string(),
        kind,
        author: s(author),
        text: s(text),
        when: ago(minutes),
        tone: Tone::Neutral,
        delivery: None,
    }
}

fn account() -> Account {
    Account {
        id: s("0193"),
        external_id: s("A-1042"),
        display_name: s("Robin Vale"),
        customer_since: s("2019"),
        important: false,
        contact_points: vec![
            ContactRow {
                kind: ContactKind::Email,
                since: s("since 2019"),
                note: String::new(),
            },
            ContactRow {
                kind: ContactKind::Phone,
                since: s("since 2026"),
                note: s("new: counts from 24 November, 10:02"),
            },
        ],
        fields: vec![
            FieldRow {
                title: s("User name"),
                value: None,
                items: vec![],
            },
            FieldRow {
                title: s("Address"),
                value: None,
                items: vec![],
            },
            FieldRow {
                title: s("Birth date"),
                value: None,
                items: vec![],
            },
            FieldRow {
                title: s("Card"),
                value: None,
                items: vec![],
            },
            FieldRow {
                title: s("Orders"),
                value: None,
                items: vec![s("7001"), s("7002"), s("7003")],
            },
            FieldRow {
                title: s("Invoices"),
                value: None,
                items: vec![s("10442"), s("10443")],
            },
        ],
        hold: HoldLevel::None,
        hold_text: String::new(),
        hold_ends: String::new(),
    }
}

fn offer(
    kind: RequestKind,
    field: &str,
    title: &str,
    explains: &str,
    items: &[&str],
    verdict: Verdict,
) -> Offer {
    let short = match field {
        "parcel" => "Parcel addresses",
        "invoice" => "Invoices",
        "receipt" => "Receipts",
        "address" => "Postal address",
        "birth_date" => "Birth date",
        "card" => "Payment card",
        "user_name" => "User name",
        _ => "",
    };
    Offer {
        kind,
        field: s(field),
        title: s(title),
        short: s(short),
        explains: s(explains),
        items: items.iter().map(|item| s(item)).collect(),
        verdict,
        rule: Why {
            rule: s("The rule “deliver to the owner”."),
            sources: vec![
                s(
                    "2015: a shop’s chat support gave out a home address and phone number to someone who knew a name and a wrong address",
                ),
                s("47 CFR 64.2010(c): to the address of record"),
            ],
            changes: Vec::new(),
            stands: false,
        },
    }
}

fn offers() -> Vec<Offer> {
    let email = "goes to the registered email, on file since 2019";
    vec![
        offer(
            RequestKind::Deliver,
            "parcel",
            "Send a parcel's address",
            email,
            &["7001", "7002", "7003"],
            Verdict::Allowed,
        ),
        offer(
            RequestKind::Deliver,
            "invoice",
            "Send an invoice",
            email,
            &["10442", "10443"],
            Verdict::Allowed,
        ),
        offer(
            RequestKind::Deliver,
            "receipt",
            "Send a receipt",
            email,
            &["1", "2", "3", "4", "5", "6"],
            Verdict::Allowed,
        ),
        offer(
            RequestKind::Deliver,
            "address",
            "Send the postal address",
            email,
            &[],
            Verdict::Allowed,
        ),
        offer(
            RequestKind::Deliver,
            "birth_date",
            "Send the birth date",
            email,
            &[],
            Verdict::Allowed,
        ),
        offer(
            RequestKind::Deliver,
            "card",
            "Send the payment card",
            email,
            &[],
            Verdict::Allowed,
        ),
        offer(
            RequestKind::Reset,
            "",
            "Ask the owner to confirm a reset",
            "a mail with two buttons; nothing happens before the owner's yes",
            &[],
            Verdict::Asks,
        ),
        offer(
            RequestKind::Reveal,
            "address",
            "Tell the address",
            "",
            &[],
            Verdict::Refused {
                why: s("Nobody at the desk sees it, and nothing is proven."),
                words: s(
                    "I can't see that here, nobody on support can. What I can do is send it to the email on your account. Shall I?",
                ),
            },
        ),
        offer(
            RequestKind::Change,
            "email",
            "Change the email",
            "",
            &[],
            Verdict::Refused {
                why: s("Only the owner can, signed in to the account."),
                words: s(
                    "I'm not able to change that from here. You can do it yourself once you are signed in, under Settings.",
                ),
            },
        ),
    ]
}

fn ticket() -> Ticket {
    Ticket {
        number: 1043,
        subject: s("Parcel went to the wrong address"),
        channel: Channel::Phone,
        kind: TicketKind::Support,
        state: TicketState::Open,
        began: ago(4),
        assignee: Some(s("Ada Reyes")),
        mine: true,
        calling: true,
        proof: Proof::Unproven,
        escalated: None,
        messages: vec![
            message(
                1,
                MessageKind::Desk,
                "Staunch",
                "Call began. Number shown: hidden.",
                4,
            ),
            message(
                2,
                MessageKind::Heard,
                "The customer?",
                "I gave you a wrong address for my parcel, what have you got for me?",
                4,
            ),
            message(
                3,
                MessageKind::Desk,
                "Staunch",
                "Ada looked up an order number and opened account A-1042.",
                3,
            ),
            message(
                4,
                MessageKind::Said,
                "Ada",
                "I can't see that here, nobody on support can. What I can do is send it to the email on your account. Shall I?",
                3,
            ),
            message(
                5,
                MessageKind::Heard,
                "The customer?",
                "No, that's my old email, I can't get at it. Just tell me the street, it's right there on your screen. Is it still Mill Lane?",
                2,
            ),
            Message {
                tone: Tone::Danger,
                ..message(
                    6,
                    MessageKind::Desk,
                    "Staunch",
                    "Not possible: tell the address. Nothing was confirmed or denied.",
                    2,
                )
            },
            message(
                7,
                MessageKind::Note,
                "Ada",
                "Pushes for the street, says the email is old. Second call this week?",
                1,
            ),
            message(
                8,
                MessageKind::Desk,
                "Staunch",
                "Invoice 10442 is on its way to the registered email.",
                0,
            ),
        ],
        reply: ReplyTo::Goes(s("the registered email, on file since 2019")),
        signals: vec![],
        account: Some(account()),
        find: FindAccount::default(),
        composer: web::view::ticket::Composer::default(),
        requests: vec![
            RequestCard {
                id: s("r2"),
                title: s("Reset the password"),
                state: RequestState::Waiting,
                when: ago(1),
                until: Some(ahead(14)),
                goes: s("asked at the registered email, on file since 2019"),
                next: s(
                    "The owner got a mail with two buttons. On yes, they choose a new password themselves.",
                ),
                by_second: false,
                second: None,
                code: ReadOut::No,
                text: ReadOut::No,
                words: s(
                    "I've just sent a mail to the address on your account. Open it and press the first button, then we're done.",
                ),
                rule: Why {
                    rule: s("The rule “the owner confirms”."),
                    sources: vec![s(
                        "2023: a ten-minute call with facts from a public profile got a second factor reset",
                    )],
                    changes: vec![
                        s("the owner’s yes at the registered email"),
                        s("a receipt code, typed by the owner on a page of their own"),
                    ],
                    stands: false,
                },
                show: false,
            },
            RequestCard {
                id: s("r3"),
                title: s("Show postal address"),
                state: RequestState::Ready,
                when: ago(1),
                until: Some(ahead(4)),
                goes: s("asked at the registered email, on file since 2019"),
                next: s("The owner said yes: whoever asked can see it, until the time is over."),
                by_second: false,
                second: None,
                code: ReadOut::No,
                text: ReadOut::No,
                words: String::new(),
                rule: Why::default(),
                show: true,
            },
            RequestCard {
                id: s("r1"),
                title: s("Send invoice 10442"),
                state: RequestState::Done,
                when: ago(2),
                until: None,
                goes: s("to the registered email"),
                next: s("The mail server took it at 10:02."),
                by_second: false,
                second: None,
                code: ReadOut::No,
                text: ReadOut::No,
                words: String::new(),
                rule: Why::default(),
                show: false,
            },
        ],
        offers: offers(),
        history: vec![
            HistoryLine {
                when: ago(60 * 24 * 4),
                text: s("#981 Asked for the address by phone; refused"),
                tone: Tone::Warning,
                ticket: Some(981),
            },
            HistoryLine {
                when: ago(60 * 24 * 99),
                text: s("#702 Invoice sent"),
                tone: Tone::Neutral,
                ticket: Some(702),
            },
        ],
    }
}

fn flag() -> Ticket {
    Ticket {
        number: 1040,
        subject: s("Unusual logins: five wrong passwords, then Lagos"),
        channel: Channel::Watch,
        kind: TicketKind::Flag,
        began: ago(62),
        assignee: None,
        mine: false,
        calling: false,
        messages: vec![message(
            1,
            MessageKind::Desk,
            "Staunch",
            "The watch opened this flag.",
            62,
        )],
        signals: vec![
            SignalLine {
                when: ago(60),
                text: s("Signed in from Nigeria"),
                detail: s("Never seen for this account. Usual: United Kingdom."),
            },
            SignalLine {
                when: ago(62),
                text: s("Five wrong passwords within 2 minutes"),
                detail: s("From one address, not seen before."),
            },
        ],
        requests: vec![],
        offers: vec![
            offer(
                RequestKind::Ask,
                "",
                "Ask the owner: was this you?",
                "goes to the registered email, on file since 2019",
                &[],
                Verdict::Allowed,
            ),
            offer(
                RequestKind::Lock,
                "",
                "Lock the account",
                "",
                &[],
                Verdict::Refused {
                    why: s("Ask the owner first. Their no locks it at once."),
                    words: String::new(),
                },
            ),
        ],
        history: vec![],
        ..ticket()
    }
}

fn frozen() -> Ticket {
    Ticket {
        number: 1039,
        subject: s("Says he is her husband and in a hurry"),
        proof: Proof::Frozen { since: ago(30) },
        escalated: Some(Escalated { by: s("Bo"), when: ago(20), reason: s("Third story in five minutes"), words: s("I've asked a colleague to look at this with me. It's in good hands; please give us a little time.") }),
        mine: false,
        assignee: Some(s("Bo Lindqvist")),
        calling: false,
        account: Some(Account { hold: HoldLevel::Frozen, hold_text: s("The owner said today at 09:34 that it wasn't them."), hold_ends: s("Only the owner can end this, with a fresh confirmation."), ..account() }),
        requests: [(RequestState::Sending, "Being sent."), (RequestState::Denied, "The owner said it wasn't them. Their data is frozen."), (RequestState::Expired, "The owner didn't answer within 24 hours. You can ask again."), (RequestState::Refused, "It needs the owner."), (RequestState::Failed, "The mail server didn't take the message (it said 451 try later). We'll try again in 4 minutes.")]
            .into_iter()
            .enumerate()
            .map(|(i, (state, next))| RequestCard { id: format!("x{i}"), title: s("Reset the password"), state, when: ago(30), until: None, goes: String::new(), next: s(next), by_second: false, second: None, code: ReadOut::No, text: ReadOut::No, words: if state == RequestState::Denied { s("I can't go on with this here. A colleague looks after it now.") } else { String::new() }, rule: Why::default(), show: false })
            .collect(),
        messages: vec![
            message(1, MessageKind::Heard, "Wen Li?", "Hello,\n\nI need the invoice for my taxes by noon. The baby is crying, please hurry.\n\nWen", 60 * 26),
            Message {
                delivery: Some(DeliveryNote { tone: Tone::Good, text: s("Sent to the registered email at 09:12") }),
                ..message(2, MessageKind::Reply, "Bo", "Hello,\n\nI've sent it to the address on your account.\n\nKind regards\nBo", 60)
            },
            Message {
                delivery: Some(DeliveryNote { tone: Tone::Warning, text: s("The mail server didn't take the message (it said 451 try later). We'll try again in 4 minutes.") }),
                ..message(3, MessageKind::Reply, "Bo", "One more thing: the second page.", 50)
            },
            Message { tone: Tone::Danger, ..message(4, MessageKind::Desk, "Staunch", "The owner said it wasn't them. Their data is frozen at the desk.", 30) },
        ],
        offers: offers().into_iter().map(|o| Offer { verdict: Verdict::Refused { why: s("Frozen by the owner."), words: s("Nothing can be sent or changed on this account at the moment, by anyone here. A colleague looks after it.") }, ..o }).take(2).collect(),
        ..ticket()
    }
}

fn unknown() -> Ticket {
    Ticket {
        number: 1044,
        subject: s("Call"),
        proof: Proof::NoAccount,
        account: None,
        find: FindAccount {
            kind: s("order"),
            value: s("7001"),
            results: Some(vec![Found {
                id: s("0193"),
                external_id: s("A-1042"),
                display_name: s("Robin Vale"),
                customer_since: s("2019"),
                open_tickets: 1,
            }]),
            error: None,
        },
        messages: vec![message(
            1,
            MessageKind::Desk,
            "Staunch",
            "Call began. Number shown: hidden.",
            0,
        )],
        reply: ReplyTo::Nowhere(s(
            "There is no account yet. Find it first, then you can answer by email.",
        )),
        requests: vec![],
        offers: vec![],
        history: vec![],
        ..ticket()
    }
}

fn tickets(filter: Filter, ticket: Option<Ticket>) -> TicketsPage {
    TicketsPage {
        shell: shell(filter.place(), Role::Lead),
        list: list(filter),
        ticket,
    }
}

fn logins() -> Vec<DemoLogin> {
    [
        ("Ada Reyes", "ada", Role::Rep),
        ("Bo Lindqvist", "bo", Role::Rep),
        ("Cam Osei", "cam", Role::Rep),
        ("Lee Marsh", "lee", Role::Lead),
        ("Noor Haddad", "noor", Role::Admin),
        ("Uma Stone", "uma", Role::Auditor),
    ]
    .into_iter()
    .map(|(name, login, role)| DemoLogin {
        name: s(name),
        login: s(login),
        password: s("calm-river-lamp"),
        role,
        code: s("204 817"),
    })
    .collect()
}

fn world(fraudster: bool, call: bool) -> WorldPage {
    let mails = [
        "We sent your invoice 10442",
        "Did you ask us to reset your password?",
        "Someone contacted our support",
    ];
    WorldPage {
        company: s(COMPANY),
        flash: None,
        people: [("fraudster", "The fraudster", "knows a name and a city", true, 0), ("a-1042", "Robin Vale", "bought 2 gizmos, lives in Leeds", false, 2), ("a-1043", "Inge Halvorsen", "wants her invoice", false, 0), ("a-1044", "Maud Okafor", "signs in from London only", false, 1)]
            .into_iter()
            .map(|(key, name, about, fraudster, unread)| WorldPerson { key: s(key), name: s(name), about: s(about), external_id: String::new(), unread, fraudster })
            .collect(),
        person: s(if fraudster { "fraudster" } else { "a-1042" }),
        mailbox: if fraudster { vec![] } else { mails.iter().enumerate().map(|(i, subject)| WorldMail { id: i.to_string(), subject: s(subject), begins: s("Hello Robin, you asked us by phone on Saturday at 10:02"), when: ago(i as u64 * 30), unread: i == 0, attachments: if i == 0 { vec![s("invoice-10442.pdf")] } else { vec![] } }).collect() },
        texts: if fraudster { vec![] } else { vec![WorldText { text: s("482 913 07 confirms: reset your password. Works until 10:12 UTC. Never read this out unless you called us yourself. - Acme Production"), link: String::new(), when: ago(2) }] },
        mail: s(if fraudster { "" } else { "0" }),
        call: call.then(|| WorldCall {
            number: 1043,
            open: true,
            claims: s("Robin Vale"),
            lines: [(MessageKind::Desk, "The desk picked up."), (MessageKind::Heard, "I gave you a wrong address for my parcel, what have you got for me?"), (MessageKind::Said, "I can't see that here, nobody on support can. What I can do is send it to the email on your account. Shall I?"), (MessageKind::Heard, "That's my old email.")]
                .into_iter()
                .map(|(kind, text)| WorldLine { kind, text: s(text), when: ago(2) })
                .collect(),
            prepared: ["Hi, it's Robin Vale from Leeds.", "Is it still Mill Lane? Just say yes or no.", "Could you send me the invoice with the last four digits?", "Please, my baby is crying and the courier is here."].map(s).to_vec(),
        }),
        calls: vec![WorldCallLine { number: 1043, when: ago(4), open: true }, WorldCallLine { number: 981, when: ago(60 * 90), open: false }],
        tour: [("Be the fraudster: get Robin's address.", "Call, and ask in any way you like.", true), ("Answer the phone at the desk.", "Open the desk in a second tab and sign in as Ada.", true), ("Be Robin: read what came.", "Look at the mailbox, and press “It wasn't me”.", false), ("Make the watch bark.", "Five wrong passwords, then log in from Lagos.", false)]
            .into_iter()
            .map(|(title, text, done)| TourStep { title: s(title), text: s(text), done, href: s("/world?as=fraudster") })
            .collect(),
        score: [("The fraudster", "the address", "nothing"), ("The fraudster", "invoice 10442", "nothing: it went to Robin"), ("Robin Vale", "invoice 10442", "the invoice, in their own mailbox")]
            .into_iter()
            .map(|(who, asked, got)| ScoreLine { who: s(who), asked: s(asked), got: s(got), kept: true, when: ago(3) })
            .collect(),
        leaked: 0,
        logins: logins(),
    }
}

fn confirm(answer: Answer) -> ConfirmPage {
    ConfirmPage {
        company: s(COMPANY),
        action: s("/owner/confirm/x"),
        what: s("reset your password"),
        yes: s("reset it"),
        story: s("Someone who called us on Saturday at 10:02 asked for it in your name."),
        after_yes: s("You go on to our sign-in page and choose a new password there."),
        go_on: s("https://login.example/reset"),
        more: Vec::new(),
        lifts: false,
        tried: false,
        takes_back: true,
        locked: false,
        answer,
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args()
        .nth(1)
        .ok_or("name the folder to write to")?;
    let folder = Path::new(&folder);
    fs::create_dir_all(folder.join("assets"))?;
    for (name, asset) in assets::all() {
        fs::write(folder.join("assets").join(name), asset.bytes)?;
    }
    let write =
        |name: &str, page: &dyn askama::DynTemplate| -> Result<(), Box<dyn std::error::Error>> {
            Ok(fs::write(
                folder.join(format!("{name}.html")),
                page.dyn_render()?,
            )?)
        };
    write("tickets", &tickets(Filter::Open, None))?;
    write(
        "empty",
        &TicketsPage {
            list: TicketList {
                rows: vec![],
                ..list(Filter::Flags)
            },
            ..tickets(Filter::Flags, None)
        },
    )?;
    write("ticket", &tickets(Filter::Mine, Some(ticket())))?;
    write("flag", &tickets(Filter::Flags, Some(flag())))?;
    write("frozen", &tickets(Filter::Escalated, Some(frozen())))?;
    write("find", &tickets(Filter::Open, Some(unknown())))?;
    let proven = Proof::Confirmed {
        what: s("send invoice 10442"),
        until: ahead(12),
    };
    let flash = Some(Flash {
        undo: Some(s("/desk/tickets/1042/reopen")),
        ..Flash::good("#1042 is closed.")
    });
    let proven = tickets(
        Filter::Open,
        Some(Ticket {
            proof: proven,
            calling: false,
            ..ticket()
        }),
    );
    write(
        "proven",
        &TicketsPage {
            shell: Shell {
                flash,
                ..shell(Place::Tickets, Role::Rep)
            },
            ..proven
        },
    )?;
    write(
        "call",
        &NewCallPage {
            shell: shell(Place::Call, Role::Rep),
            subject: String::new(),
            number_shown: String::new(),
            error: None,
        },
    )?;
    write(
        "look-up",
        &LookUpPage {
            shell: shell(Place::LookUp, Role::Rep),
            find: FindAccount {
                results: Some(vec![]),
                ..FindAccount::default()
            },
            left: Some(188),
        },
    )?;
    write(
        "look-up-limit",
        &LookUpPage {
            shell: shell(Place::LookUp, Role::Rep),
            find: FindAccount {
                error: Some(s(
                    "You have reached today's limit of 200 look-ups. It opens again at midnight; a lead can help meanwhile.",
                )),
                ..FindAccount::default()
            },
            left: Some(0),
        },
    )?;
    let person = |name: &str, login: &str, role, active| PersonRow {
        id: s("1"),
        name: s(name),
        login: s(login),
        role,
        seen: Some(ago(5)),
        active,
        me: login == "noor",
        anew: (login == "lee").then(|| AnewRow {
            id: s("1"),
            by: s("Noor Haddad"),
            until: ahead(60 * 70),
        }),
        answered: ["ada", "sam"]
            .iter()
            .filter(|one| **one == login)
            .map(|one| AnsweredRow {
                by: s("Noor Haddad"),
                at: ago(60 * 30),
                refused: *one == "ada",
            })
            .collect(),
    };
    write(
        "people",
        &PeoplePage {
            shell: shell(Place::People, Role::Admin),
            people: vec![
                person("Ada Reyes", "ada", Role::Rep, true),
                person("Lee Marsh", "lee", Role::Lead, true),
                person("Noor Haddad", "noor", Role::Admin, true),
                person("Sam Ode", "sam", Role::Rep, false),
            ],
            invitations: vec![InvitationRow {
                id: s("1"),
                name: s("Kit Arlo"),
                role: Role::Rep,
                until: ahead(60 * 40),
            }],
            made: Some(NewInvitation {
                name: s("Kit Arlo"),
                link: s(
                    "https://desk.acme.example/invitation/3f9c1a7be2d84c55a0917f0c6de23b4a3f9c1a7be2d84c55a0917f0c6de23b4a",
                ),
                until: ahead(60 * 48),
            }),
            name: String::new(),
            chosen: Role::Rep,
            error: None,
            demo_code: s("204817"),
        },
    )?;
    let made = |name: &str, anew: bool| MadeRow {
        id: s("1"),
        name: s(name),
        role: Role::Rep,
        anew,
        at: ago(60),
        until: ahead(60 * 40),
    };
    write(
        "sessions",
        &SessionsPage {
            shell: shell(Place::Sessions, Role::Rep),
            sessions: [("Firefox on Linux", true), ("Chrome on Android", false)]
                .into_iter()
                .map(|(browser, current)| SessionRow {
                    id: s("1"),
                    browser: s(browser),
                    since: ago(300),
                    seen: ago(0),
                    until: ahead(400),
                    current,
                })
                .collect(),
            asked: None,
            tokens: vec![made("Nightly import", false)],
            invitations: vec![made("Kit Arlo", false), made("Lee Marsh", true)],
        },
    )?;
    write(
        "asked-anew",
        &SessionsPage {
            shell: Shell {
                asked_anew: true,
                ..shell(Place::Sessions, Role::Rep)
            },
            sessions: vec![SessionRow {
                id: s("1"),
                browser: s("Firefox on Linux"),
                since: ago(300),
                seen: ago(0),
                until: ahead(400),
                current: true,
            }],
            asked: Some(Asked {
                by: s("Noor Haddad"),
                at: ago(4),
                until: ahead(60 * 70),
            }),
            tokens: Vec::new(),
            invitations: Vec::new(),
        },
    )?;
    write(
        "enrol-anew",
        &EnrolAnewPage {
            shell: shell(Place::People, Role::Admin),
            id: s("1"),
            name: s("Lee Marsh"),
            error: None,
            demo_code: s("204817"),
        },
    )?;
    write(
        "stop-sign-in",
        &StopSignInPage {
            shell: shell(Place::People, Role::Admin),
            id: s("1"),
            name: s("Lee Marsh"),
            stop: true,
            error: None,
            demo_code: s("204817"),
        },
    )?;
    write(
        "password",
        &PasswordPage {
            shell: shell(Place::Sessions, Role::Rep),
            error: Some(s(
                "That password and code don't go together; wait for the next code and try again.",
            )),
            demo_code: String::new(),
        },
    )?;
    write(
        "authenticator",
        &AuthenticatorPage {
            shell: shell(Place::Sessions, Role::Rep),
            error: None,
            demo_code: String::new(),
        },
    )?;
    let token = |name: &str, active: bool| TokenRow {
        id: s("1"),
        name: s(name),
        role: Role::Rep,
        scopes: s("tickets, accounts and look-ups"),
        made_by: s("Noor Haddad"),
        used: active.then(|| ago(2)),
        until: ahead(60 * 24 * 12),
        active,
    };
    write(
        "tokens",
        &TokensPage {
            shell: shell(Place::Tokens, Role::Admin),
            tokens: vec![token("Nightly import", true), token("Old script", false)],
            made: Some(NewToken {
                name: s("Nightly import"),
                token: s("st_4a1f0c6de23b4a3f9c1a7be2d84c55a0917f0c6de23b"),
            }),
            form: TokenForm::default(),
            error: None,
            demo_code: String::new(),
        },
    )?;
    let mail = |kind: &str, dead: bool| MailRow {
        id: s("1"),
        kind: s(kind),
        ticket: Some(1041),
        when: ago(40),
        tries: 3,
        next: (!dead).then(|| ahead(4)),
        reason: s(if dead {
            "550 mailbox unavailable"
        } else {
            "451 try later"
        }),
    };
    write(
        "mail",
        &MailPage {
            shell: shell(Place::Mail, Role::Lead),
            dead: vec![mail("Notice", true), mail("Delivery", true)],
            waiting: vec![mail("Confirmation", false)],
            sent_today: 312,
        },
    )?;
    write(
        "revealed",
        &RevealedPage {
            company: s(COMPANY),
            what: s("Postal address"),
            value: s("14 Marzipan Crossing, Velden"),
            number: 1043,
            login: s("ada"),
            until: ahead(4),
            seconds: 248,
            mark: s("ada · #1043 · 21 Nov 2026 10:04 UTC"),
        },
    )?;
    let alarm = |n: u64, text: &str, means: &'static str, seen: bool| AlarmLine {
        id: format!("a{n}"),
        when: ago(n * 40),
        text: s(text),
        means,
        who: s("Bo Lind"),
        account: s("A-1187"),
        ticket: Some(1040 + i64::try_from(n).unwrap_or(0)),
        seen: seen.then(|| (s("Ada Reyes"), ago(n * 30))),
    };
    write(
        "alarms",
        &AlarmsPage {
            shell: shell(Place::Alarms, Role::Lead),
            alarms: vec![
                alarm(
                    0,
                    "Asked for something of a decoy",
                    "Nobody's customer has this account, so no customer can have asked for it. Talk to them soon.",
                    false,
                ),
                alarm(
                    1,
                    "Looked up a decoy",
                    "Nobody's customer has this account. They may have mistyped, or be trying names and numbers.",
                    false,
                ),
                alarm(
                    4,
                    "Wanted to see more than one person may within an hour",
                    "Nothing more was shown. Ask them what they are working on; the ledger has what they saw.",
                    true,
                ),
            ],
            before: None,
        },
    )?;
    let events = [
        "signed in",
        "ticket opened",
        "look-up",
        "account read",
        "asked",
        "permitted",
        "delivered",
        "notice sent",
    ];
    write(
        "ledger",
        &LedgerPage {
            shell: shell(Place::Ledger, Role::Auditor),
            size: 48_213,
            root: "9f2b6c01d4".repeat(7)[..64].to_owned(),
            checkpoint: s(
                "staunch/acme-production\n48210\nn2tsAdSfK2wB1J8rbAHUnytsAdSfK2wB1J8rbAHUnys=\n\n— staunch/acme-production 5vZ1cLwq0Yx2Kp8vZ1cLwq0Yx2Kp8vZ1cLw",
            ),
            checkpoint_when: Some(ago(3)),
            command: s("staunch ledger verify --data /var/lib/staunch"),
            entries: events
                .iter()
                .rev()
                .enumerate()
                .map(|(i, event)| EntryRow {
                    index: 48_212 - i as u64,
                    when: ago(i as u64),
                    event: s(event),
                    actor: s("Ada Reyes"),
                    ticket: Some(1043),
                    detail: if i == 1 {
                        s("invoice 10442 to the registered email")
                    } else {
                        String::new()
                    },
                    hash: "41be07".repeat(11)[..64].to_owned(),
                })
                .collect(),
            before: Some(48_205),
        },
    )?;
    let rule =
        |id: &str, opens, about: &str, answer, reason: &str, words: &str, source: &str| RuleRow {
            id: s(id),
            opens,
            about: s(about),
            answer,
            reason: s(reason),
            words: s(words),
            sources: vec![s(source)],
        };
    let policies = PoliciesPage {
        shell: shell(Place::Policies, Role::Admin),
        version: 3,
        shipped: false,
        when: Some(ago(60 * 26)),
        by: s("Noor Haddad"),
        sha256: s("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
        rules: vec![
            rule(
                "deliver-to-the-owner",
                true,
                "have a value sent, have a copy of everything sent",
                "",
                "",
                "",
                "the pattern: “I gave a wrong address, what have you got?”, then “just mail me the invoice”",
            ),
            rule(
                "secrets-stay",
                false,
                "have a value sent, see a value",
                "refuses",
                "This is a secret of the account. Nobody can send or see it, ever; the machine only compares it.",
                "That is something nobody here can see or send, not even a manager. It keeps you safe.",
                "2023: a password was spoken to a caller who simply said they had none, and the mails that policy required were never sent",
            ),
            rule(
                "the-owner-confirms",
                false,
                "reset the password",
                "asks the owner",
                "A reset happens only when the owner says yes at the email on file, or in another way that counts. Nothing changes until then.",
                "I've sent a message to the email on your account.",
                "2023: a ten-minute call with facts from a public profile got a second factor reset",
            ),
        ],
        text: s(
            "// Who may learn or change what, with which proofs.\n@id(\"staff-reads-masked\")\n@source(\"coinbase, robinhood\")\npermit (principal is Staunch::Staff, action in [Staunch::Action::\"lookUp\"], resource);\n",
        ),
        unusable: None,
        may_load: true,
        draft: String::new(),
        found: None,
        error: None,
        demo_code: String::new(),
    };
    write("policies", &policies)?;
    write(
        "policies-checked",
        &PoliciesPage {
            draft: s("@id(\"reveal-nothing\")\n"),
            demo_code: s("204817"),
            found: Some(FoundPolicies::Fits {
                rules: 44,
                stricter: vec![DifferenceRow {
                    what: s("See a value: refused instead of permitted, in 24 of the cases tried"),
                    rule: s("reveal-nothing"),
                    example: s(
                        "A rep asks to see a value; the ticket is open and about this account; the field is sealed (address); a proof by registered email was given less than a minute ago.",
                    ),
                }],
                wider: vec![],
            }),
            ..policies.clone()
        },
    )?;
    write(
        "policies-refused",
        &PoliciesPage {
            draft: s("@id(\"vip\")\n"),
            found: Some(FoundPolicies::Breaks {
                rule: s("vip"),
                says: s(
                    "requests are made in a ticket about that very account, and auditors make none",
                ),
                case: s(
                    "An auditor asks to freeze the account; the ticket is open and about this account.",
                ),
            }),
            ..policies
        },
    )?;
    let line = |key: &str, value: &str, source: &str| SettingLine {
        key: s(key),
        value: s(value),
        source: s(source),
    };
    write(
        "settings",
        &SettingsPage {
            shell: shell(Place::Settings, Role::Admin),
            version: s("0.1.0"),
            groups: vec![
                SettingGroup {
                    title: s("Server"),
                    lines: vec![
                        line("listen", "127.0.0.1:8080", "default"),
                        line("data", "/var/lib/staunch", "command line"),
                    ],
                },
                SettingGroup {
                    title: s("Mail"),
                    lines: vec![
                        line("mail.host", "mail.acme.example", "file"),
                        line("mail.password", "set", "environment"),
                    ],
                },
            ],
            fields: [
                (
                    "address",
                    "Address",
                    FieldKind::Address,
                    FieldClass::Sealed,
                    false,
                ),
                (
                    "display_name",
                    "Name",
                    FieldKind::Text,
                    FieldClass::Shown,
                    false,
                ),
                (
                    "receipt_code",
                    "Receipt code",
                    FieldKind::Receipt,
                    FieldClass::Secret,
                    false,
                ),
                (
                    "order",
                    "Orders",
                    FieldKind::Number,
                    FieldClass::Sealed,
                    true,
                ),
            ]
            .into_iter()
            .map(|(name, title, kind, class, found_by)| CatalogueRow {
                name: s(name),
                title: s(title),
                kind,
                class,
                found_by,
            })
            .collect(),
        },
    )?;
    write(
        "sign-in",
        &SignInPage {
            company: s(COMPANY),
            login: String::new(),
            next: String::new(),
            note: Some(s("Your session has ended. Sign in again to go on.")),
            error: None,
            demo: logins(),
        },
    )?;
    write(
        "sign-in-error",
        &SignInPage {
            company: s(COMPANY),
            login: s("ada"),
            next: String::new(),
            note: None,
            error: Some(s(
                "That name and password don't go together. Please try again.",
            )),
            demo: vec![],
        },
    )?;
    write(
        "code",
        &CodePage {
            company: s(COMPANY),
            next: String::new(),
            error: None,
            demo_code: s("204817"),
        },
    )?;
    write(
        "welcome",
        &WelcomePage {
            company: s(COMPANY),
            first: true,
            role: Role::Admin,
            invited_by: String::new(),
            anew: false,
            action: s("/set-up/x"),
            name: String::new(),
            login: String::new(),
            error: None,
        },
    )?;
    write(
        "welcome-anew",
        &WelcomePage {
            company: s(COMPANY),
            first: false,
            role: Role::Lead,
            invited_by: s("Noor Haddad"),
            anew: true,
            action: s("/invitation/x"),
            name: s("Lee Marsh"),
            login: s("lee"),
            error: None,
        },
    )?;
    let qr = qrcode::QrCode::new(
        b"otpauth://totp/Staunch:ada?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Staunch",
    )?;
    let qr_svg = qr
        .render::<qrcode::render::svg::Color>()
        .min_dimensions(196, 196)
        .build();
    write(
        "enrol",
        &EnrolPage {
            company: s(COMPANY),
            action: s("/set-up/x/code"),
            qr_svg: qr_svg.clone(),
            secret: s("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"),
            error: None,
        },
    )?;
    write(
        "new-authenticator",
        &NewAuthenticatorPage {
            shell: shell(Place::Sessions, Role::Rep),
            qr_svg,
            secret: s("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"),
            error: None,
        },
    )?;
    write("not-found", &NoticePage::not_found(COMPANY))?;
    write("too-many", &NoticePage::too_many(COMPANY, "in 4 minutes"))?;
    write("owner-confirm", &confirm(Answer::Open))?;
    write("owner-yes", &confirm(Answer::Yes))?;
    write("owner-no", &confirm(Answer::No))?;
    write("owner-over", &confirm(Answer::Over))?;
    write(
        "owner-outreach",
        &OutreachPage {
            company: s(COMPANY),
            action: s("/owner/was-this-you/x"),
            signals: vec![
                s("Five wrong passwords on Saturday at 10:02"),
                s("Signed in from Nigeria on Saturday at 10:04"),
            ],
            answer: Answer::Open,
        },
    )?;
    write(
        "owner-repudiate",
        &RepudiatePage {
            company: s(COMPANY),
            action: s("/owner/not-me/x"),
            story: s("Someone contacted our support about your account on 21 November, by phone."),
            given: s("Nothing about you was given out."),
            answer: Answer::Open,
        },
    )?;
    write("world", &world(true, true))?;
    write("world-owner", &world(false, false))?;
    Ok(())
}
