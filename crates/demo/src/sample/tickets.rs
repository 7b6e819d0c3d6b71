//! A dozen living tickets: what a maker of gizmos hears on an ordinary morning.

use words::{
    Channel::{self, Chat, Email, Phone, Portal},
    MessageKind::{self, Heard, Note, Reply, Said},
    Queue,
};

/// A ticket that waits at the desk. Nothing in it is a protected value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleTicket {
    /// Where the conversation happens.
    pub channel: Channel,
    /// What it is about.
    pub subject: &'static str,
    /// The account, as its place in what [`accounts`](super::accounts) gives, counted from 0 and
    /// below 12; none when it is about no account. An email always has one.
    pub account: Option<usize>,
    /// The messages, the oldest first.
    pub messages: Vec<SampleMessage>,
    /// The rep who has it, counted from 0 and below 3.
    pub assigned: Option<usize>,
    /// The pile it lies on.
    pub queue: Queue,
}

/// A message in a [`SampleTicket`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SampleMessage {
    /// Who speaks: heard, said, reply or note.
    pub kind: MessageKind,
    /// What is said.
    pub text: &'static str,
    /// How long ago, in minutes.
    pub minutes_ago: u32,
}

fn ticket<const N: usize>(
    channel: Channel,
    subject: &'static str,
    account: impl Into<Option<usize>>,
    assigned: impl Into<Option<usize>>,
    messages: [(MessageKind, u32, &'static str); N],
) -> SampleTicket {
    SampleTicket {
        channel,
        subject,
        account: account.into(),
        messages: messages
            .map(|(kind, minutes_ago, text)| SampleMessage {
                kind,
                text,
                minutes_ago,
            })
            .to_vec(),
        assigned: assigned.into(),
        queue: Queue::Support,
    }
}

fn for_the_lead(ticket: SampleTicket) -> SampleTicket {
    SampleTicket {
        queue: Queue::Lead,
        ..ticket
    }
}

/// The tickets, the newest first. Robin Vale, number 0, has none: the story begins with a call.
#[expect(clippy::too_many_lines, reason = "it is a list of what people wrote")]
pub fn tickets() -> Vec<SampleTicket> {
    let mut all = vec![
        ticket(
            Email,
            "My garden gizmo hums but does not turn",
            1,
            0,
            [
                (
                    Heard,
                    184,
                    "Good morning,\n\nsince the weekend my garden gizmo hums when I switch it on, but the wheel stays where it is. \
                     I have oiled it twice. Is there anything else I can try before I send it in?\n\nKind regards\nMina Okafor",
                ),
                (
                    Reply,
                    151,
                    "Good morning,\n\nthat sounds like the transport lock. Please look under the base: if the small lever points to \
                     the left, push it to the right until it clicks, then switch the gizmo on again. If it still only hums, we will \
                     send you a new drive belt.\n\nKind regards\nAcme Production",
                ),
                (
                    Heard,
                    22,
                    "The lever was on the right already. It clicks, it hums, it does not turn. I would like the belt, please.",
                ),
                (
                    Note,
                    18,
                    "Second one this week from the October batch. Asked the workshop to check the belts.",
                ),
            ],
        ),
        ticket(
            Portal,
            "Invoice for my bookkeeping",
            3,
            None,
            [(
                Heard,
                9,
                "Hello, I need the invoice for order 7035 once more, the paper one got wet. Can you send it again? No hurry, the end \
                 of the month is fine.",
            )],
        ),
        ticket(
            Phone,
            "Tracking says delivered, nothing is here",
            6,
            1,
            [
                (
                    Heard,
                    47,
                    "The tracking page says my parcel came yesterday at noon. I was at home all day and nobody rang.",
                ),
                (
                    Said,
                    46,
                    "I'm sorry about that. I'll ask the carrier where it was handed over, that takes until tomorrow.",
                ),
                (
                    Heard,
                    45,
                    "It's a present for Saturday. Will that work out?",
                ),
                (
                    Said,
                    44,
                    "If the carrier can't find it by tomorrow noon, we pack a new one the same day.",
                ),
                (
                    Note,
                    43,
                    "Carrier inquiry opened for order 7041. Call back tomorrow at noon.",
                ),
            ],
        ),
        ticket(
            Chat,
            "Which oil for the Gizmo Classic?",
            7,
            0,
            [
                (
                    Heard,
                    6,
                    "Hi! Can I use sewing-machine oil on the Classic, or does it have to be yours?",
                ),
                (
                    Said,
                    5,
                    "Hello! Any light oil without resin will do. Ours just comes with the long nozzle.",
                ),
                (
                    Heard,
                    4,
                    "Great. And how often? The manual says \"regularly\".",
                ),
                (
                    Said,
                    3,
                    "One drop on each bearing every three months; every month if it stands in the kitchen.",
                ),
                (
                    Heard,
                    2,
                    "Perfect. One more thing, the gift box was missing from my parcel (order 7040).",
                ),
            ],
        ),
        ticket(
            Email,
            "Return of an unused travel gizmo",
            4,
            2,
            [
                (
                    Heard,
                    1490,
                    "Dear Acme team,\n\nI ordered two travel gizmos, but we travel with one suitcase less now. May I send one of them \
                     back when they arrive? The order number is 7043.\n\nPaulo Montenoso",
                ),
                (
                    Reply,
                    1422,
                    "Dear customer,\n\nof course. You have 30 days from the day the parcel arrives. There is a return label in the \
                     box; leave the seal on the gizmo and we refund the full price.\n\nKind regards\nAcme Production",
                ),
                (
                    Heard,
                    312,
                    "Thank you! Do I get the delivery cost back too, or only the gizmo?",
                ),
            ],
        ),
        ticket(
            Portal,
            "Crank squeaks after a month",
            9,
            None,
            [(
                Heard,
                38,
                "The crank of my kitchen gizmo has begun to squeak, loudly enough to wake the dog. Is that normal in the first \
                 month? I can make a recording if it helps.",
            )],
        ),
        ticket(
            Chat,
            "Do you ship to the islands?",
            None,
            None,
            [
                (
                    Heard,
                    14,
                    "Do you also ship to the islands, and what does it cost? I'm not a customer yet.",
                ),
                (Heard, 12, "It would be one Gizmo Grande, the big one."),
            ],
        ),
        ticket(
            Chat,
            "I can't log in any more",
            2,
            2,
            [
                (
                    Heard,
                    74,
                    "Hello, I have forgotten my password and the \"forgot password\" mail never comes. Can you set a new one for me \
                     and write it here? I'd like to order before the sale ends.",
                ),
                (
                    Said,
                    72,
                    "I can't set a password, nobody on support can. The way in is the link in our welcome mail; it still works. \
                     Would you look for that?",
                ),
                (
                    Heard,
                    70,
                    "I'll have to search for it. Will the sale price still be there tomorrow?",
                ),
                (Said, 69, "Yes, I've kept it until the end of the week."),
                (
                    Note,
                    67,
                    "No confirmed contact point on this account, so the desk offers no reset.",
                ),
            ],
        ),
        for_the_lead(ticket(
            Phone,
            "Caller asks what a neighbour has ordered",
            None,
            1,
            [
                (
                    Heard,
                    96,
                    "I'm ringing for my neighbour, she is on holiday. What did she order, and when does it come?",
                ),
                (
                    Said,
                    95,
                    "I can't see that here, nobody on support can. She can ask us herself, by email or in her account.",
                ),
                (
                    Heard,
                    94,
                    "She asked me to. You could just tell me the day, that's nothing secret.",
                ),
                (
                    Said,
                    93,
                    "I understand. I'll hand this to my lead, who will look at what we can do.",
                ),
                (
                    Note,
                    92,
                    "Would not give the neighbour's name. Polite, but asked four times in different ways. Escalated.",
                ),
            ],
        )),
        ticket(
            Portal,
            "New phone number in my account",
            5,
            0,
            [
                (
                    Heard,
                    128,
                    "I entered my new phone number yesterday, but your page says it can't be used for confirmations yet. Did I do \
                     something wrong?",
                ),
                (
                    Said,
                    119,
                    "Nothing at all. A new number rests for three days before we rely on it, so that nobody else can slip one in. \
                     Until then we use your email.",
                ),
                (
                    Heard,
                    64,
                    "Ah, good idea. Then I'll wait. You can close this.",
                ),
            ],
        ),
        ticket(
            Email,
            "Workshop manual in large print",
            8,
            None,
            [(
                Heard,
                733,
                "Dear Sir or Madam,\n\nmy father loves his gizmo but can no longer read the small print in the workshop manual. \
                 Is there an edition in large print, or a file that we can print ourselves?\n\nWith many thanks",
            )],
        ),
        for_the_lead(ticket(
            Email,
            "Third replacement dial, still off by a minute",
            10,
            2,
            [
                (
                    Heard,
                    2950,
                    "This is the third dial you have sent me, and it still shows one minute too many. I am patient, but I am not a \
                     test bench.",
                ),
                (
                    Reply,
                    2874,
                    "Good afternoon,\n\nyou are right, and I'm sorry. I have asked our workshop to set one by hand before we send \
                     it. My lead will write to you about the cost.\n\nKind regards\nAcme Production",
                ),
                (
                    Note,
                    2870,
                    "Would like to refund the dial and send one set by hand. Please decide.",
                ),
            ],
        )),
        ticket(
            Phone,
            "Forty pocket gizmos for a school",
            11,
            1,
            [
                (
                    Heard,
                    231,
                    "We'd like forty pocket gizmos for our physics lessons. Is there a price for schools?",
                ),
                (
                    Said,
                    230,
                    "There is: fifteen per cent from twenty pieces. I'll write you an offer to the email on your account.",
                ),
                (
                    Note,
                    226,
                    "Offer needs two weeks' delivery time, stock is at 31. Ask the warehouse.",
                ),
            ],
        ),
    ];
    all.sort_by_key(|ticket| ticket.messages.last().map(|message| message.minutes_ago));
    all
}
