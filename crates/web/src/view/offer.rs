//! What can be asked for in a ticket, as the panel beside it shows it.

use words::RequestKind;

/// Something that can be asked for, and what the gate says to it now.
#[derive(Clone, Debug)]
pub struct Offer {
    /// What: posted as `kind`.
    pub kind: RequestKind,
    /// Which field of the catalogue: posted as `field`; empty for requests without one.
    pub field: String,
    /// What it does, as a rep would say it: `Send an invoice`, `Ask the owner to confirm a reset`.
    pub title: String,
    /// The same among others of its kind: `Invoices`, `Postal address`; empty for requests without
    /// a field.
    pub short: String,
    /// What would happen: `goes to the registered email, on file since 2019`.
    pub explains: String,
    /// The items to choose from: posted as `item`; empty for a plain field.
    pub items: Vec<String>,
    /// What the gate says.
    pub verdict: Verdict,
    /// The rule behind it and what would change it, under "why?".
    pub rule: Why,
}

/// Why something is answered as it is, and what would change that.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Why {
    /// The rule, as people read it: `The rule “secrets stay”.`; empty if none is known.
    pub rule: String,
    /// The incidents and clauses behind it, each in words.
    pub sources: Vec<String>,
    /// What would change it, each in words.
    pub changes: Vec<String>,
    /// Whether nothing would.
    pub stands: bool,
}

impl Offer {
    pub(crate) fn refused(&self) -> bool {
        self.verdict.refuses()
    }

    pub(super) fn icon(&self) -> &'static str {
        match self.kind {
            RequestKind::Deliver => "send",
            RequestKind::Reveal => "eye",
            RequestKind::Reset => "key-round",
            RequestKind::Change => "pencil",
            RequestKind::Reenrol => "smartphone",
            RequestKind::Lock => "lock",
            RequestKind::Unlock => "lock-open",
            RequestKind::Act => "zap",
            RequestKind::Erase => "eraser",
            RequestKind::Export => "file-down",
            RequestKind::Ask => "message-circle-question-mark",
        }
    }
}

/// What the gate says to an offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It can be done at once.
    Allowed,
    /// It can be done once the owner confirms; asking is the act.
    Asks,
    /// It can't.
    Refused {
        /// Why, for the rep.
        why: String,
        /// The words to say.
        words: String,
    },
}

impl Verdict {
    pub(crate) fn refuses(&self) -> bool {
        matches!(self, Self::Refused { .. })
    }
}

/// How many things have a key: 1 to 9.
const KEYS: usize = 9;

/// Something that can be done, and its key.
pub struct Allow<'a> {
    /// The key, 1 to 9, if there is one left for it.
    pub key: Option<usize>,
    /// What.
    pub offer: &'a Offer,
}

/// What can be done, as the panel shows it. Keys count through these from top to bottom.
#[derive(Default)]
pub struct Allowed<'a> {
    /// What the ticket is for.
    pub first: Vec<Allow<'a>>,
    /// What is sent, with a choice of items.
    pub choices: Vec<Allow<'a>>,
    /// What is sent without a choice.
    pub plain: Vec<Allow<'a>>,
    /// Everything else.
    pub rest: Vec<Allow<'a>>,
    /// What the owner is asked for seldom, or means much. No key leads there.
    pub seldom: Vec<Allow<'a>>,
    /// What the owner can be asked to let a rep see. No key leads there: sending is quicker.
    pub shows: Vec<&'a Offer>,
}

impl<'a> Allowed<'a> {
    /// What can be done, in the order of the panel and with its keys: what this ticket is for comes
    /// first, then what is sent, then the rest. Where there are more than keys, the last plain
    /// details go without one.
    pub(super) fn of(offers: &'a [Offer]) -> Self {
        let mut allowed = Self::default();
        for offer in offers.iter().filter(|offer| !offer.refused()) {
            if offer.kind == RequestKind::Reveal {
                allowed.shows.push(offer);
                continue;
            }
            let place = match offer.kind {
                RequestKind::Ask | RequestKind::Unlock => &mut allowed.first,
                RequestKind::Act
                | RequestKind::Change
                | RequestKind::Reenrol
                | RequestKind::Erase
                | RequestKind::Export => &mut allowed.seldom,
                RequestKind::Deliver if offer.items.is_empty() => &mut allowed.plain,
                RequestKind::Deliver => &mut allowed.choices,
                _ => &mut allowed.rest,
            };
            place.push(Allow { key: None, offer });
        }
        // What stops everything stands last.
        allowed
            .rest
            .sort_by_key(|allow| allow.offer.kind == RequestKind::Lock);
        let others = allowed.first.len() + allowed.choices.len() + allowed.rest.len();
        let plain = allowed.plain.iter_mut().take(KEYS.saturating_sub(others));
        let others = allowed.first.iter_mut().chain(&mut allowed.choices);
        let keyed = others.chain(plain).chain(&mut allowed.rest);
        for (key, allow) in (1..=KEYS).zip(keyed) {
            allow.key = Some(key);
        }
        allowed
    }

    fn sends(&self) -> impl Iterator<Item = &'a Offer> {
        self.choices
            .iter()
            .chain(&self.plain)
            .map(|allow| allow.offer)
    }

    /// Where all that is sent goes: the same place, said once.
    pub(super) fn goes(&self) -> &'a str {
        self.sends().next().map_or("", |offer| &offer.explains)
    }

    /// The rules behind what is sent, each once.
    pub(super) fn rules(&self) -> Vec<&'a Why> {
        let mut rules: Vec<&Why> = Vec::new();
        for offer in self.sends() {
            if !rules.contains(&&offer.rule) {
                rules.push(&offer.rule);
            }
        }
        rules
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(kind: RequestKind, field: &str, items: &[&str]) -> Offer {
        Offer {
            kind,
            field: field.to_owned(),
            title: format!("Send the {field}"),
            short: field.to_owned(),
            explains: String::new(),
            items: items.iter().map(|&item| item.to_owned()).collect(),
            verdict: Verdict::Allowed,
            rule: Why::default(),
        }
    }

    fn keys(allowed: &[Allow<'_>]) -> Vec<Option<usize>> {
        allowed.iter().map(|allow| allow.key).collect()
    }

    #[test]
    fn keys_count_from_top_to_bottom_and_what_stops_everything_is_last() {
        let offers = [
            offer(RequestKind::Deliver, "address", &[]),
            offer(RequestKind::Lock, "", &[]),
            offer(RequestKind::Deliver, "invoice", &["1", "2"]),
            offer(RequestKind::Reset, "", &[]),
            offer(RequestKind::Ask, "", &[]),
        ];
        let allowed = Allowed::of(&offers);
        assert_eq!(keys(&allowed.first), [Some(1)]);
        assert_eq!(keys(&allowed.choices), [Some(2)]);
        assert_eq!(keys(&allowed.plain), [Some(3)]);
        assert_eq!(keys(&allowed.rest), [Some(4), Some(5)]);
        let last = allowed.rest.last().expect("the last");
        assert_eq!(last.offer.kind, RequestKind::Lock);
    }

    #[test]
    fn where_there_are_more_than_keys_plain_details_go_without() {
        let mut offers = vec![
            offer(RequestKind::Ask, "", &[]),
            offer(RequestKind::Reset, "", &[]),
            offer(RequestKind::Lock, "", &[]),
        ];
        offers.extend((0..8).map(|n| offer(RequestKind::Deliver, &format!("f{n}"), &[])));
        let allowed = Allowed::of(&offers);
        assert_eq!(keys(&allowed.plain)[5..], [Some(7), None, None]);
        assert_eq!(keys(&allowed.rest), [Some(8), Some(9)]);
    }

    #[test]
    fn what_is_refused_has_no_key() {
        let refused = Offer {
            verdict: Verdict::Refused {
                why: String::new(),
                words: String::new(),
            },
            ..offer(RequestKind::Change, "", &[])
        };
        assert!(Allowed::of(&[refused]).rest.is_empty());
    }
}
