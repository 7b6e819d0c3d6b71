//! What each letter says. The words are fixed; only times, the account's own labels and values,
//! and a rep's reply are filled in, and all of them as text.

use askama::Template;
use words::{Channel, PlanKind, RequestKind, Time};
use zeroize::Zeroizing;

use desk::letter::{Contact, Content, Letter};

/// A letter in words. Both parts say the same and each is complete by itself; they may hold a
/// value of the account and are wiped from memory when dropped.
pub struct Rendered {
    /// The subject line: fixed words, and the ticket's number on a reply.
    pub subject: String,
    /// The plain text part, lines ending in `\n`.
    pub text: Zeroizing<String>,
    /// The HTML part: one column, inline styles, nothing remote.
    pub html: Zeroizing<String>,
}

/// One piece of a letter, in reading order.
enum Block {
    /// A paragraph of ours.
    Text(String),
    /// A list of short lines.
    List(Vec<String>),
    /// A value of the account, made to stand out.
    Value(Zeroizing<String>),
    /// A rep's own words, line breaks kept.
    Words(Zeroizing<String>),
    /// A link to one of the owner's pages.
    Button { label: &'static str, link: String },
}

#[derive(Template)]
#[template(path = "letter.txt", escape = "none")]
struct AsText<'a> {
    company: &'a str,
    foot: &'a str,
    why: &'a str,
    title: &'a str,
    blocks: &'a [Block],
}

#[derive(Template)]
#[template(path = "letter.html")]
struct AsHtml<'a> {
    company: &'a str,
    foot: &'a str,
    why: &'a str,
    subject: &'a str,
    title: &'a str,
    blocks: &'a [Block],
}

/// What we never do, at the foot of every letter.
const NEVER: &str = "We never ask for codes or passwords.";
/// The same under a code, which is asked for in a call that the owner made.
const NEVER_BY_PHONE: &str = "We never ask for passwords, and we never call you for a code.";

/// What a letter consists of before it is laid out.
struct Draft {
    foot: &'static str,
    subject: String,
    title: String,
    blocks: Vec<Block>,
}

/// Puts a letter into words. `company` is the name it goes by, such as `Acme Production`.
///
/// # Errors
/// [`askama::Error`] when a template can't be filled in; with these templates that doesn't happen.
pub fn render(letter: &Letter, company: &str) -> Result<Rendered, askama::Error> {
    let company = line(company);
    let Draft {
        foot,
        subject,
        title,
        blocks,
    } = draft(letter);
    let why = match letter {
        Letter::Address { .. } => "Because somebody gave us this address as their own.".to_owned(),
        _ => format!("Because this address is on your account at {company}."),
    };
    let text = AsText {
        company: &company,
        foot,
        why: &why,
        title: &title,
        blocks: &blocks,
    }
    .render()?;
    let html = AsHtml {
        company: &company,
        foot,
        why: &why,
        subject: &subject,
        title: &title,
        blocks: &blocks,
    }
    .render()?;
    Ok(Rendered {
        subject,
        text: Zeroizing::new(text),
        html: Zeroizing::new(html),
    })
}

fn draft(letter: &Letter) -> Draft {
    match letter {
        Letter::Confirm {
            what,
            item,
            channel,
            at,
            expires,
            link,
        } => confirm(*what, item.as_deref(), *channel, *at, *expires, link),
        Letter::Delivery {
            what,
            content,
            channel,
            at,
            link,
        } => delivery(&line(what), content, *channel, *at, link),
        Letter::Notice { contacts, link } => notice(contacts, link),
        Letter::Outreach {
            signals,
            at,
            expires,
            link,
        } => outreach(signals, *at, *expires, link),
        Letter::Reply { number, text, link } => reply(*number, text, link),
        Letter::Frozen { at } => frozen(*at),
        Letter::Erasing { at } => erasing(*at),
        Letter::Code {
            code,
            what,
            item,
            at,
            expires,
            link,
        } => self::code(code, *what, item.as_deref(), *at, *expires, link),
        Letter::Address { expires, link } => address(*expires, link),
        Letter::Planned {
            what,
            channel,
            at,
            effective,
            link,
        } => planned(*what, *channel, *at, *effective, link),
    }
}

/// It goes to an address that nobody has answered at yet: not a word about an account.
fn address(expires: Time, link: &str) -> Draft {
    Draft {
        foot: NEVER,
        subject: "Is this address yours?".into(),
        title: "Is this address yours?".into(),
        blocks: vec![
            text("Somebody gave us this address as their own. If that was you, confirm it:"),
            button("Confirm this address", link),
            text(
                "The link opens a page with one button. Opening the page changes nothing, only the \
                 button does.",
            ),
            text(format!(
                "If it wasn't you, there is nothing to do: without the button this address is not used. \
                 The link works until {}.",
                moment(expires)
            )),
        ],
    }
}

fn planned(what: PlanKind, channel: Channel, at: Time, effective: Time, link: &str) -> Draft {
    let (title, then) = match what {
        PlanKind::Point => (
            "An email address or phone number on your account is going to change",
            "The new one counts from then on. Until then everything goes to the old ones.",
        ),
        PlanKind::Field => (
            "Something that we keep about you is going to change",
            "Until then the old one stays.",
        ),
        PlanKind::Factor => (
            "The second step of your sign-in is going to be set up anew",
            "Until then nothing changes.",
        ),
        PlanKind::Erase => (
            "Everything that we keep about you is going to be erased",
            "After that it can't be brought back.",
        ),
        PlanKind::Saved => (
            "You are going to have new recovery codes",
            "From then on each of them can be one of two proofs that it is you, and those before don't count any more. If you didn't just make them, stop it.",
        ),
        PlanKind::Thaw => (
            "The hold on your account is going to be lifted",
            "Two people at our support agreed to it. After that our support can send you things again.",
        ),
    };
    let how = match what {
        PlanKind::Thaw => format!("This happens on {}. {then}", moment(effective)),
        PlanKind::Point if channel == Channel::Api => format!(
            "This happens on {}. It came from our own systems on {}. {then}",
            moment(effective),
            moment(at)
        ),
        _ => format!(
            "This happens on {}. {} asked for it; it was confirmed on {}. {then}",
            moment(effective),
            who(channel),
            moment(at)
        ),
    };
    let choice = match what {
        PlanKind::Thaw => "If you want that, there is nothing to do. If you don't, stop it:",
        _ => "If this was you, there is nothing to do. If it wasn't, stop it:",
    };
    Draft {
        foot: NEVER,
        subject: title.into(),
        title: title.into(),
        blocks: vec![
            text(how),
            text(choice),
            button("Stop it", link),
            text(
                "The link opens a page with one button. Opening the page changes nothing, only the \
                 button does: it stops this and freezes your account's data at our support desk at once.",
            ),
        ],
    }
}

fn code(
    code: &str,
    what: RequestKind,
    item: Option<&str>,
    at: Time,
    expires: Time,
    link: &str,
) -> Draft {
    let mut blocks = vec![
        text("Here is the code for the call that you are in with us:"),
        Block::Value(grouped(code)),
        text(format!(
            "It approves one thing: that we {}. That was asked for on {}. The code works once, \
             until {}.",
            approved(what, item),
            moment(at),
            moment(expires)
        )),
        text(
            "Never read it out unless you called us yourself. We never call you and ask for it, and \
             nobody else needs it.",
        ),
    ];
    blocks.extend(wasnt_me(
        "If you aren't on the phone with us, keep it to yourself and tell us:",
        link,
    ));
    Draft {
        foot: NEVER_BY_PHONE,
        subject: "A code for your call with our support".into(),
        title: "Your code".into(),
        blocks,
    }
}

/// Three digits, three, and two: read at a glance.
fn grouped(code: &str) -> Zeroizing<String> {
    let mut out = Zeroizing::new(String::with_capacity(code.len() + 2));
    for (n, digit) in code.chars().filter(char::is_ascii_digit).enumerate() {
        if n == 3 || n == 6 {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

/// What a code approves, after "that we": the question without its asking.
fn approved(what: RequestKind, item: Option<&str>) -> String {
    match (what, item) {
        (RequestKind::Deliver, Some(item)) => format!("send you {}", line(item)),
        (RequestKind::Act, Some(item)) => format!("do this for you: {}", line(item)),
        (RequestKind::Change, Some(item)) => format!("make this change: {}", line(item)),
        (RequestKind::Reveal, Some(item)) => {
            format!("let the person you talk with see {}", line(item))
        }
        _ => question(what)
            .trim_start_matches("Did you ask us to ")
            .trim_end_matches('?')
            .to_owned(),
    }
}

fn confirm(
    what: RequestKind,
    item: Option<&str>,
    channel: Channel,
    at: Time,
    expires: Time,
    link: &str,
) -> Draft {
    let question = match (what, item) {
        (RequestKind::Deliver, Some(item)) => {
            format!("Did you ask us to send you this: {}?", line(item))
        }
        (RequestKind::Act, Some(item)) => format!("Did you ask us for this: {}?", line(item)),
        (RequestKind::Change, Some(item)) => {
            format!("Did you ask us for this: {}?", line(item))
        }
        (RequestKind::Reveal, Some(item)) => {
            format!(
                "May the person on our support see this for five minutes: your {}?",
                line(item)
            )
        }
        _ => question(what).to_owned(),
    };
    let asked = match what {
        RequestKind::Ask => "said they were you",
        _ => "asked for it in your name",
    };
    let mut blocks = vec![text(format!("{} on {} {asked}.", who(channel), moment(at)))];
    if let (RequestKind::Reveal, Some(item)) = (what, item) {
        blocks.push(text(format!(
            "If you say yes, the person on our support who asked can see your {} for five minutes, \
             and nothing else. We write to you about it afterwards.",
            line(item)
        )));
    }
    blocks.extend(after_yes(what).map(text));
    blocks.extend([
        button("Answer yes or no", link),
        text(
            "The link opens a page with two buttons: Yes, that was me, and No, it wasn't me. \
                 Opening the page changes nothing, only a button does. No freezes your account's \
                 data at our support desk at once.",
        ),
        text("If you do nothing, nothing happens."),
        text(format!("The link works until {}.", moment(expires))),
    ]);
    Draft {
        foot: NEVER,
        subject: question.clone(),
        title: question,
        blocks,
    }
}

/// What a yes leads to, where that is more than what it says.
fn after_yes(what: RequestKind) -> Option<&'static str> {
    match what {
        RequestKind::Reenrol => Some(
            "After your yes and one more step on the same page, it happens some days later. Until \
             then you can stop it.",
        ),
        RequestKind::Erase => Some(
            "After your yes and one more step on the same page, it happens some days later. Until \
             then you can stop it; after that it can't be brought back.",
        ),
        RequestKind::Change => Some(
            "After your yes and one more step on the same page you type the new one there. It counts \
             some days later, and until then you can stop it.",
        ),
        RequestKind::Unlock => Some("After your yes there is one more step."),
        RequestKind::Export => Some("After your yes it comes to this address, and to no other."),
        _ => None,
    }
}

fn delivery(what: &str, content: &Content, channel: Channel, at: Time, link: &str) -> Draft {
    let mut blocks = match content {
        Content::Text(value) => vec![Block::Value(lines(value))],
        Content::Document { file_name, .. } => vec![text(format!(
            "It is attached to this mail: {}.",
            file_label(file_name)
        ))],
        Content::Copy { left_out, .. } => copied(left_out),
    };
    blocks.push(text(format!(
        "{} on {} asked for it. We send such things only to an address that is on your account; \
         we tell them to nobody who asks.",
        who(channel),
        moment(at)
    )));
    blocks.extend(wasnt_me(
        "If this was you, there is nothing to do. If it wasn't, tell us:",
        link,
    ));
    Draft {
        foot: NEVER,
        subject: "What was asked for from your account".into(),
        title: format!("Your {what}"),
        blocks,
    }
}

fn copied(left_out: &[String]) -> Vec<Block> {
    let mut blocks = vec![text(
        "Everything that our support keeps about you is attached: everything.html to read, \
         everything.json for another program, and your documents. Please keep it to yourself.",
    )];
    if !left_out.is_empty() {
        blocks.push(text(
            "These are too large to come along; ask us for each by itself:",
        ));
        blocks.push(Block::List(left_out.iter().map(|s| line(s)).collect()));
    }
    blocks
}

fn notice(contacts: &[Contact], link: &str) -> Draft {
    let by_the_desk = contacts.iter().all(|c| c.channel == Channel::Watch);
    let mut blocks = match contacts {
        [one] => vec![text(format!("{} {}", contacted(one), given(one)))],
        many => vec![
            text(format!(
                "Our support was contacted about your account {} times:",
                many.len()
            )),
            Block::List(
                many.iter()
                    .map(|c| format!("{}: {}", capital(&when_and_how(c)), uncapital(&given(c))))
                    .collect(),
            ),
        ],
    };
    blocks.extend(wasnt_me(
        "If this was you, there is nothing to do. If it wasn't, tell us:",
        link,
    ));
    let subject = if by_the_desk && !contacts.is_empty() {
        "Our support looked at your account"
    } else {
        "Someone contacted our support about your account"
    };
    Draft {
        foot: NEVER,
        subject: subject.into(),
        title: "About your account".into(),
        blocks,
    }
}

fn outreach(signals: &[String], at: Time, expires: Time, link: &str) -> Draft {
    Draft {
        foot: NEVER,
        subject: "Was this you?".into(),
        title: "Was this you?".into(),
        blocks: vec![
            text(format!(
                "On {} something on your account was not as usual:",
                moment(at)
            )),
            Block::List(signals.iter().map(|s| line(s)).collect()),
            button("Answer yes or no", link),
            text(
                "The link opens a page with two buttons: Yes, that was me, and No, it wasn't me. \
                 Opening the page changes nothing, only a button does. With Yes we remember it; \
                 with No we protect your account at once.",
            ),
            text(format!("The link works until {}.", moment(expires))),
        ],
    }
}

fn reply(number: i64, words: &str, link: &str) -> Draft {
    let mut blocks = vec![Block::Words(lines(words))];
    blocks.extend(wasnt_me(
        "If you didn't contact us about this, tell us:",
        link,
    ));
    Draft {
        foot: NEVER,
        subject: format!("An answer from our support (#{number})"),
        title: "Our answer".into(),
        blocks,
    }
}

fn erasing(at: Time) -> Draft {
    Draft {
        foot: NEVER,
        subject: "Everything that we kept about you is being erased".into(),
        title: "This is our last letter".into(),
        blocks: vec![
            text(format!(
                "You confirmed it on {}, and the time in which you could stop it is over. Right \
                 after this letter, everything that our support kept about you is erased: your \
                 details, your addresses, and what was said.",
                moment(at)
            )),
            text(
                "It can't be brought back, not even by us. What stays is a record without your \
                 name that shows that it was done as you wished.",
            ),
            text("We wish you well."),
        ],
    }
}

fn frozen(at: Time) -> Draft {
    Draft {
        foot: NEVER,
        subject: "Your account's data is frozen at our support desk".into(),
        title: "Your account's data is frozen".into(),
        blocks: vec![
            text(format!(
                "Since {} nobody at our support can send, show or change anything of your \
                 account. Nothing is lost. The freeze is at our support alone, not at your sign-in.",
                moment(at)
            )),
            text(
                "To end this, contact our support in any way you like and ask for it. We then \
                 send a question to an address on your account: your Yes there, and one more step \
                 on its page, end it. If you can't take that step, two people at our support can \
                 end it together; you hear of it a day before and can say no.",
            ),
        ],
    }
}

/// The question of a [`Letter::Confirm`], which is its subject too.
fn question(what: RequestKind) -> &'static str {
    match what {
        RequestKind::Deliver => "Did you ask us to send you something from your account?",
        RequestKind::Reveal => "Did you ask us to look at something in your account with you?",
        RequestKind::Reset => "Did you ask us to reset your password?",
        RequestKind::Change => "Did you ask us to change an email address or phone number?",
        RequestKind::Reenrol => "Did you ask us to set up your second sign-in step anew?",
        RequestKind::Lock => "Did you ask us to lock your account?",
        RequestKind::Unlock => "Did you ask us to lift the hold on your account?",
        RequestKind::Act => "Did you ask us to do something for you, such as a refund?",
        RequestKind::Ask => "Did you contact our support?",
        RequestKind::Erase => "Did you ask us to erase everything that we keep about you?",
        RequestKind::Export => "Did you ask us for a copy of everything that we keep about you?",
    }
}

fn who(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "Someone who wrote to us by email",
        Channel::Chat => "Someone who chatted with us",
        Channel::Phone => "Someone who called us",
        Channel::Portal => "Someone who wrote to us from inside your account",
        Channel::Api => "Someone who contacted us through another service",
        Channel::Watch => "Our support, looking into unusual logins",
    }
}

fn contacted(contact: &Contact) -> String {
    match contact.channel {
        Channel::Watch => format!(
            "Our support looked at your account on {}.",
            when_and_how(contact)
        ),
        _ => format!(
            "Someone contacted our support about your account on {}.",
            when_and_how(contact)
        ),
    }
}

fn when_and_how(contact: &Contact) -> String {
    let how = match contact.channel {
        Channel::Email => "by email",
        Channel::Chat => "by chat",
        Channel::Phone => "by phone",
        Channel::Portal => "from inside your account",
        Channel::Api => "through another service",
        Channel::Watch => "because of unusual logins",
    };
    format!("{}, {how}", contact.at.format("%-d %B"))
}

/// What left because of a contact, what is about to, and what may have arrived.
fn given(contact: &Contact) -> String {
    let said = [
        things(&contact.sent).map(|what| format!("We sent {what} to this address.")),
        things(&contact.elsewhere)
            .map(|what| format!("We sent {what} to another address on your account.")),
        things(&contact.leaving)
            .map(|what| format!("We are about to send {what} to an address on your account.")),
        things(&contact.shown).map(|what| {
            format!("After a yes at an address on your account, we showed {what} to the person on support.")
        }),
        things(&contact.unsure).map(|what| {
            format!("We tried to send {what} to an address on your account; it may have arrived.")
        }),
    ];
    let said: Vec<String> = said.into_iter().flatten().collect();
    if said.is_empty() {
        "Nothing about you was given out.".into()
    } else {
        said.join(" ")
    }
}

/// "your address and your order 7001".
fn things(labels: &[String]) -> Option<String> {
    let things: Vec<String> = labels.iter().map(|s| format!("your {}", line(s))).collect();
    match things.split_last()? {
        (only, []) => Some(only.clone()),
        (last, rest) => Some(format!("{} and {last}", rest.join(", "))),
    }
}

/// The closing lines of every letter that can be disowned.
fn wasnt_me(lead: &str, link: &str) -> [Block; 3] {
    [
        text(lead),
        button("It wasn't me", link),
        text(
            "The link opens a page with one button. Opening the page changes nothing; the button \
             freezes your account's data at our support desk at once.",
        ),
    ]
}

fn moment(at: Time) -> String {
    at.format("%A %-d %B at %H:%M (UTC)")
}

fn text(words: impl Into<String>) -> Block {
    Block::Text(words.into())
}

fn button(label: &'static str, link: &str) -> Block {
    Block::Button {
        label,
        link: line(link),
    }
}

fn capital(text: &str) -> String {
    let mut rest = text.chars();
    rest.next()
        .map(|first| first.to_uppercase().chain(rest).collect())
        .unwrap_or_default()
}

fn uncapital(text: &str) -> String {
    let mut rest = text.chars();
    rest.next()
        .map(|first| first.to_lowercase().chain(rest).collect())
        .unwrap_or_default()
}

/// The name an attachment goes by: no folders, no control characters, never empty.
pub(crate) fn file_label(name: &str) -> String {
    let name = line(name);
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    let name: String = name.chars().take(120).collect();
    if name.trim_matches('.').is_empty() {
        "document".into()
    } else {
        name
    }
}

/// One line of text: control characters and direction marks gone, line breaks turned to spaces.
pub(crate) fn line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| visible(*c))
        .collect()
}

/// Text of several lines: as [`line`], but line breaks and tabs stay.
fn lines(text: &str) -> Zeroizing<String> {
    let mut out = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = text.trim_end().chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\r' => {
                rest.next_if_eq(&'\n');
                out.push('\n');
            }
            '\n' | '\t' => out.push(c),
            c if visible(c) => out.push(c),
            _ => {}
        }
    }
    out
}

/// False for control characters and for marks that turn the reading direction around.
fn visible(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
