//! What streets are called, and the abbreviations of it.

/// How sure a word makes that a street is meant.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Way {
    /// Means other things as well: `hill`, `way`, `row`, `close`.
    Weak,
    /// `street`, `road`, `avenue`, `strasse`.
    Strong,
}

/// The words for ways with the one form they are compared by, in order.
const WAYS: [(&str, &str, Way); 106] = [
    ("alley", "aly", Way::Weak),
    ("allee", "allee", Way::Strong),
    ("aly", "aly", Way::Weak),
    ("av", "av", Way::Weak),
    ("ave", "av", Way::Strong),
    ("avenida", "av", Way::Strong),
    ("avenue", "av", Way::Strong),
    ("bank", "bank", Way::Weak),
    ("blvd", "blvd", Way::Strong),
    ("boulevard", "blvd", Way::Strong),
    ("brae", "bra", Way::Weak),
    ("calle", "calle", Way::Strong),
    ("camino", "camino", Way::Weak),
    ("chaussee", "chaussee", Way::Strong),
    ("chemin", "chemin", Way::Strong),
    ("circle", "cir", Way::Weak),
    ("cir", "cir", Way::Weak),
    ("cl", "cl", Way::Weak),
    ("close", "cl", Way::Weak),
    ("court", "ct", Way::Weak),
    ("cove", "cove", Way::Weak),
    ("cres", "cres", Way::Weak),
    ("crescent", "cres", Way::Strong),
    ("croft", "croft", Way::Weak),
    ("cross", "cross", Way::Weak),
    ("crossing", "crossing", Way::Weak),
    ("ct", "ct", Way::Weak),
    ("dale", "dale", Way::Weak),
    ("damm", "damm", Way::Weak),
    ("dr", "dr", Way::Weak),
    ("drive", "dr", Way::Weak),
    ("end", "end", Way::Weak),
    ("fields", "fields", Way::Weak),
    ("freeway", "fwy", Way::Strong),
    ("gardens", "gdns", Way::Weak),
    ("gasse", "gasse", Way::Strong),
    ("gate", "gate", Way::Weak),
    ("gdns", "gdns", Way::Weak),
    ("gr", "gr", Way::Weak),
    ("green", "green", Way::Weak),
    ("grove", "gr", Way::Weak),
    ("heights", "hts", Way::Weak),
    ("highway", "hwy", Way::Strong),
    ("hill", "hill", Way::Weak),
    ("hof", "hof", Way::Weak),
    ("hts", "hts", Way::Weak),
    ("hwy", "hwy", Way::Strong),
    ("laan", "laan", Way::Weak),
    ("lane", "ln", Way::Strong),
    ("ln", "ln", Way::Strong),
    ("loop", "loop", Way::Weak),
    ("markt", "markt", Way::Weak),
    ("mews", "mews", Way::Weak),
    ("parade", "pde", Way::Weak),
    ("park", "park", Way::Weak),
    ("parkway", "pkwy", Way::Strong),
    ("paseo", "paseo", Way::Weak),
    ("passage", "psge", Way::Weak),
    ("path", "path", Way::Weak),
    ("piazza", "pl", Way::Strong),
    ("pike", "pike", Way::Weak),
    ("pkwy", "pkwy", Way::Strong),
    ("pl", "pl", Way::Weak),
    ("place", "pl", Way::Weak),
    ("platz", "pl", Way::Weak),
    ("plaza", "pl", Way::Weak),
    ("plein", "plein", Way::Weak),
    ("quay", "quay", Way::Weak),
    ("rd", "rd", Way::Strong),
    ("ring", "ring", Way::Weak),
    ("rise", "rise", Way::Weak),
    ("road", "rd", Way::Strong),
    ("route", "rte", Way::Weak),
    ("row", "row", Way::Weak),
    ("rua", "rua", Way::Strong),
    ("rue", "ru", Way::Strong),
    ("sq", "sq", Way::Weak),
    ("square", "sq", Way::Weak),
    ("st", "st", Way::Weak),
    ("stairs", "steps", Way::Weak),
    ("steig", "steig", Way::Weak),
    ("steps", "steps", Way::Weak),
    ("str", "st", Way::Strong),
    ("straat", "st", Way::Strong),
    ("strasse", "st", Way::Strong),
    ("street", "st", Way::Strong),
    ("ter", "ter", Way::Weak),
    ("terrace", "ter", Way::Strong),
    ("trail", "trl", Way::Weak),
    ("trl", "trl", Way::Weak),
    ("turnpike", "tpke", Way::Weak),
    ("ufer", "ufer", Way::Weak),
    ("ul", "ul", Way::Weak),
    ("ulica", "ul", Way::Strong),
    ("utca", "utca", Way::Strong),
    ("vale", "vale", Way::Weak),
    ("via", "via", Way::Weak),
    ("viale", "viale", Way::Strong),
    ("view", "vw", Way::Weak),
    ("villas", "villas", Way::Weak),
    ("walk", "walk", Way::Weak),
    ("way", "way", Way::Weak),
    ("weg", "weg", Way::Weak),
    ("wharf", "wharf", Way::Weak),
    ("wood", "wood", Way::Weak),
    ("yard", "yd", Way::Weak),
];

/// Endings of streets in one word, and what is compared in their place.
const ENDINGS: [(&str, &str); 22] = [
    ("strasse", "st"),
    ("straat", "st"),
    ("street", "st"),
    ("allee", "allee"),
    ("gasse", "gasse"),
    ("platz", "pl"),
    ("damm", "damm"),
    ("ufer", "ufer"),
    ("weg", "weg"),
    ("str", "st"),
    ("braut", "braut"),
    ("gade", "gade"),
    ("gata", "gata"),
    ("gatan", "gatan"),
    ("katu", "katu"),
    ("kuja", "kuja"),
    ("laan", "laan"),
    ("utca", "utca"),
    ("vagen", "vagen"),
    ("vegen", "vegen"),
    ("veien", "veien"),
    ("vej", "vej"),
];

/// Names of streets that every town has: they tell nothing without their number.
const EVERYWHERE: [&str; 8] = [
    "bahnhofst",
    "dorfst",
    "gartenst",
    "hauptst",
    "kirchst",
    "kirchweg",
    "marktpl",
    "schulst",
];

/// What kind of way a word names, if it does.
pub(crate) fn way(word: &str) -> Option<Way> {
    WAYS.iter()
        .find(|(name, ..)| *name == word)
        .map(|(.., way)| *way)
}

/// Whether a word is the name of a street in one word: `lindenstrasse`, `ziegelgasse`.
pub(crate) fn is_whole(word: &str) -> bool {
    ENDINGS
        .iter()
        .any(|(end, _)| word.strip_suffix(end).is_some_and(|stem| stem.len() >= 3))
}

/// Whether a word leads the name of a street: `rue de Rivoli`.
pub(crate) fn leads(word: &str) -> bool {
    matches!(
        word,
        "avenida"
            | "calle"
            | "chemin"
            | "piazza"
            | "rua"
            | "rue"
            | "ul"
            | "ulica"
            | "via"
            | "viale"
    )
}

/// Whether towns have a street of that name (compared form) by the dozen.
pub(crate) fn is_everywhere(key: &str) -> bool {
    EVERYWHERE.contains(&key)
}

/// The one form in which a word is compared: `street`, `st` and `strasse` are the same, and so
/// are `mueller` and `muller`.
pub(crate) fn canonical(word: &str) -> String {
    if let Some((_, short, _)) = WAYS.iter().find(|(name, ..)| *name == word) {
        return (*short).to_owned();
    }
    if word.len() < 3 {
        return word.to_owned();
    }
    for (end, short) in ENDINGS {
        if let Some(stem) = word.strip_suffix(end).filter(|stem| stem.len() >= 3) {
            return umlauts(stem) + short;
        }
    }
    umlauts(word)
}

fn umlauts(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    let mut before = ' ';
    for c in word.chars() {
        if !(c == 'e' && matches!(before, 'a' | 'o' | 'u')) {
            out.push(c);
        }
        before = c;
    }
    out
}

/// What parts of a house are called; the number after one is not the house's.
pub(crate) fn is_unit(word: &str) -> bool {
    matches!(
        word,
        "apartment"
            | "apt"
            | "block"
            | "building"
            | "etage"
            | "flat"
            | "floor"
            | "level"
            | "room"
            | "stock"
            | "suite"
            | "ste"
            | "tower"
            | "unit"
            | "wohnung"
            | "whg"
            | "zimmer"
            | "top"
    )
}

/// Words inside the names of streets that may come and go.
pub(crate) fn is_loose(word: &str) -> bool {
    word.chars().count() == 1
        || matches!(
            word,
            "am" | "an"
                | "auf"
                | "bis"
                | "de"
                | "del"
                | "dem"
                | "den"
                | "der"
                | "des"
                | "di"
                | "du"
                | "east"
                | "el"
                | "im"
                | "in"
                | "la"
                | "las"
                | "le"
                | "les"
                | "los"
                | "ne"
                | "no"
                | "north"
                | "nr"
                | "number"
                | "nummer"
                | "nw"
                | "of"
                | "se"
                | "south"
                | "sw"
                | "the"
                | "van"
                | "von"
                | "west"
                | "zum"
                | "zur"
        )
}

/// The states and territories of the USA, as they stand before a ZIP code.
pub(crate) fn is_state(word: &str) -> bool {
    const STATES: &str = "al ak az ar ca co ct de fl ga hi id il in ia ks ky la me md ma mi mn ms mo mt ne nv nh nj nm ny nc nd oh ok or pa ri sc sd tn tx ut vt va wa wv wi wy dc pr vi gu ap aa ae";
    word.len() == 2 && STATES.split(' ').any(|state| state == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_street_is_the_same_however_it_is_shortened() {
        for (a, b) in [
            ("street", "st"),
            ("strasse", "str"),
            ("lindenstrasse", "lindenstr"),
            ("avenue", "ave"),
            ("road", "rd"),
            ("mueller", "muller"),
        ] {
            assert_eq!(canonical(a), canonical(b));
        }
        assert_ne!(canonical("lane"), canonical("road"));
    }

    #[test]
    fn each_way_stands_in_the_list_once() {
        for (at, (name, ..)) in WAYS.iter().enumerate() {
            assert!(
                WAYS[at + 1..].iter().all(|(other, ..)| other != name),
                "{name}"
            );
        }
    }
}
