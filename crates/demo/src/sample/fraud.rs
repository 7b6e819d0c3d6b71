//! The fraudster of the guided tour, and the honest twin who sounds just like him.

use super::cast::ROBINS_TOWN;

/// Somebody who would like to be Robin Vale for an afternoon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fraudster {
    /// His own name, which he never says.
    pub name: &'static str,
    /// The mailbox he wants everything sent to.
    pub mailbox: &'static str,
    /// The phone he calls from.
    pub phone: &'static str,
    /// What he knows about Robin Vale, as label and value; the address is false.
    pub facts: Vec<(&'static str, &'static str)>,
    /// What he says, in order.
    pub lines: Vec<&'static str>,
}

/// The fraudster.
pub fn fraudster() -> Fraudster {
    Fraudster {
        name: "Dex Harrowgate",
        mailbox: "robin.vale.home@quickmail.example.com",
        phone: "+44 7700 900099",
        facts: vec![
            ("name", "Robin Vale"),
            ("town", ROBINS_TOWN),
            (
                "address (false: a hotel nearby)",
                "Grand Thimble Hotel, 1 Station Square, Thimbleford",
            ),
            (
                "seen on social media",
                "a photo of a brass gizmo, \"more to come!\"",
            ),
        ],
        lines: vec![
            "Hello, Robin Vale here. I've ordered one of your brass gizmos and I think I gave you a wrong address.",
            "I must have put in the hotel: Grand Thimble Hotel, 1 Station Square, Thimbleford. That's wrong, isn't it?",
            "Could you double-check it for me? What have you got there?",
            "Just read back what you have, and I'll tell you if it's right.",
            "Only the street, then. Or just the house number. You can see it, can't you?",
            "The parcel is urgent, it's a birthday present. Where did you send it?",
            "Sorry about the noise, that's the baby. She hasn't slept in two days and neither have I. Please, can we be quick?",
            "You know what, just mail me the invoice. I have a new address: robin.vale.home at quickmail.example.com.",
            "The old mailbox is full, I can't get in there any more. Put the new one on my account, will you?",
            "Which card did I pay with? Just the last four digits, so I know which one to look at.",
            "And what phone number have you got for me? If it ends in 17, that's the old one.",
            "Then reset my password, please, and tell me the new one. I'm at the computer right now.",
            "The code never comes. Can't you skip that once? Your colleague did it for me last week.",
            "You are the first one who makes trouble over this. I've been a customer for years.",
            "Let me talk to your manager.",
            "So you are the manager? Good. Just confirm my address, then we're done and nobody has to complain.",
        ],
    }
}

/// What the honest twin says, in order: the real Robin Vale in the same hurry with the same baby,
/// who is glad of an answer that goes to the account.
pub fn twin() -> Vec<&'static str> {
    vec![
        "Hello, Robin Vale here. I've ordered a brass gizmo from you, and I'm not sure I gave the right address.",
        "Could you tell me where the parcel goes? I move about between home and the workshop.",
        "You can't see it either? Oh. Well, that's rather good, actually.",
        "To the email on my account? Yes please, I can read mail right here.",
        "Sorry about the noise, that's the baby. She hasn't slept in two days.",
        "There it is. It goes to the workshop, that's right.",
        "While I have you: I need the invoice for that order too, my bookkeeper is waiting.",
        "A mail asks whether it was me. Yes, one click. And there is the invoice.",
        "I've got a new phone number as well. Where do I change that?",
        "In my account, and the old one is told first. Fine, I'll do that tonight.",
        "That was quick. Thank you, goodbye!",
    ]
}
