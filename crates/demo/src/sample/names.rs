//! Invented people, streets and towns, and the ways to reach them: addresses at domains reserved
//! for examples (RFC 2606) and phone numbers reserved for fiction.

use super::rng::Rng;

/// Given and family names, one row per part of the world. Family names are rare or made up, so
/// that a combination hardly ever is somebody known.
const CULTURES: [(&[&str], &[&str]); 9] = [
    (
        &[
            "Alder", "Bryony", "Cressida", "Edwin", "Hazel", "Imogen", "Jasper", "Maud", "Perrin",
            "Rowan", "Tamsin", "Wilf",
        ],
        &[
            "Ashgrove",
            "Birchwell",
            "Cobbleton",
            "Dunmarsh",
            "Fernhollow",
            "Hartsorrel",
            "Larkmoor",
            "Millwether",
            "Oakshaw",
            "Quillby",
            "Thornbeck",
            "Wrenfold",
        ],
    ),
    (
        &[
            "Astrid", "Björn", "Dagny", "Eskil", "Freja", "Håkon", "Ingrid", "Kåre", "Liv",
            "Sølvi", "Torsten", "Ylva",
        ],
        &[
            "Aspelöv",
            "Björkhage",
            "Dalström",
            "Ekenäs",
            "Fjordvik",
            "Granhaug",
            "Hjortås",
            "Kvistgård",
            "Lundmyr",
            "Nyhavn",
            "Sandhult",
            "Vinterdal",
        ],
    ),
    (
        &[
            "Anneliese",
            "Bastian",
            "Elke",
            "Falk",
            "Gesine",
            "Jörg",
            "Käthe",
            "Lennart",
            "Ruprecht",
            "Silke",
            "Uwe",
            "Wiebke",
        ],
        &[
            "Apfelbaum",
            "Birkenhof",
            "Dachsler",
            "Eichgrüber",
            "Fuchshuber",
            "Hagedornbach",
            "Kieselmann",
            "Lindenthaler",
            "Mühlbrück",
            "Rübenkamp",
            "Steinfurter",
            "Weidenhöfer",
        ],
    ),
    (
        &[
            "Aurélie",
            "Bastien",
            "Clémence",
            "Éloi",
            "Fabienne",
            "Gaël",
            "Honorine",
            "Ludovic",
            "Maëlle",
            "Noé",
            "Solène",
            "Thibault",
        ],
        &[
            "Aubépin",
            "Beauchêne",
            "Clairval",
            "Desormières",
            "Fontaubert",
            "Grandpré",
            "Laverdière",
            "Montauzier",
            "Pervanche",
            "Rochemaure",
            "Sauvignac",
            "Vertbois",
        ],
    ),
    (
        &[
            "Abril", "Benício", "Catarina", "Dácio", "Elvira", "Fermín", "Graça", "Íñigo", "Luzia",
            "Nuño", "Rocío", "Xoán",
        ],
        &[
            "Alcarreña",
            "Boavida",
            "Campoverde",
            "Duranzo",
            "Espinhal",
            "Fontecoba",
            "Granadilla",
            "Montenoso",
            "Oliveirinha",
            "Peñalver",
            "Ribadeza",
            "Valdeflores",
        ],
    ),
    (
        &[
            "Abeni", "Chidi", "Dayo", "Efua", "Ifeoma", "Jelani", "Kwabena", "Makena", "Nkechi",
            "Sefu", "Thandeka", "Zola",
        ],
        &[
            "Abimboye",
            "Chukwunta",
            "Dlamezi",
            "Ekwensa",
            "Gathoro",
            "Kamauri",
            "Mensahene",
            "Nyaromba",
            "Okwuosa",
            "Owusane",
            "Sithebela",
            "Wanjohiri",
        ],
    ),
    (
        &[
            "Aarav", "Bhavna", "Devika", "Farhan", "Ishani", "Kabir", "Leela", "Nandini", "Omkar",
            "Rukmini", "Sanjit", "Yasmin",
        ],
        &[
            "Adhvarekar",
            "Bhaskarani",
            "Chandavar",
            "Devrukar",
            "Gopalani",
            "Jhaverani",
            "Kulathil",
            "Madhavankar",
            "Nilakantan",
            "Rangoli",
            "Sundaresh",
            "Varkhande",
        ],
    ),
    (
        &[
            "Akiho", "Bao", "Chiyo", "Daichi", "Eun-ji", "Haruka", "Jun-ho", "Linh", "Mei", "Ren",
            "Tuan", "Xiulan",
        ],
        &[
            "Aokubo",
            "Dang-Hai",
            "Fujimine",
            "Hoshikawa",
            "Kazemori",
            "Lianghe",
            "Minazuki",
            "Namgoong",
            "Oyamada",
            "Shirabe",
            "Trinhvan",
            "Yukimura",
        ],
    ),
    (
        &[
            "Amina", "Bahram", "Dalal", "Emre", "Farida", "Idris", "Leyla", "Nader", "Parisa",
            "Samir", "Tarek", "Zeynep",
        ],
        &[
            "Abutaleb",
            "Bahariyan",
            "Çinaroglu",
            "Darvishan",
            "Elmaskaya",
            "Haddadine",
            "Jawharia",
            "Karimzad",
            "Naqqashi",
            "Qasemabad",
            "Rahbarani",
            "Zaytouni",
        ],
    ),
];

/// A display name: mostly both halves from one part of the world, as families are.
pub(super) fn person(rng: &mut Rng) -> String {
    let (given, family) = rng.pick(&CULTURES);
    let family = if rng.chance(25) {
        rng.pick(&CULTURES).1
    } else {
        family
    };
    format!("{} {}", rng.pick(given), rng.pick(family))
}

/// A name as it stands in an address: lower case, letters without their marks, dots for gaps.
pub(super) fn handle(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars().flat_map(char::to_lowercase) {
        match c {
            'a'..='z' | '0'..='9' => out.push(c),
            ' ' | '-' => out.push('.'),
            'à' | 'á' | 'â' | 'ã' => out.push('a'),
            'ä' | 'æ' => out.push_str("ae"),
            'å' => out.push_str("aa"),
            'ç' => out.push('c'),
            'è' | 'é' | 'ê' | 'ë' => out.push('e'),
            'í' | 'ï' => out.push('i'),
            'ñ' => out.push('n'),
            'ó' | 'ô' | 'õ' => out.push('o'),
            'ö' | 'ø' => out.push_str("oe"),
            'ú' => out.push('u'),
            'ü' => out.push_str("ue"),
            _ => {}
        }
    }
    out
}

/// Where the customers have their mailboxes.
const MAILBOXES: [&str; 9] = [
    "mail.example.com",
    "inbox.example.com",
    "home.example.com",
    "mail.example.net",
    "post.example.net",
    "letters.example.net",
    "mail.example.org",
    "post.example.org",
    "family.example.org",
];

/// A domain for a customer's email.
pub(super) fn mailbox(rng: &mut Rng) -> &'static str {
    rng.pick(&MAILBOXES)
}

/// Area codes of which the numbers 555-0100 to 555-0199 are set aside for fiction; without 202 and
/// 303, which are the cast's.
const AREAS: [u16; 118] = [
    201, 203, 205, 206, 207, 208, 209, 210, 212, 213, 214, 215, 216, 217, 218, 219, 224, 225, 228,
    229, 231, 234, 239, 240, 248, 251, 252, 253, 254, 256, 260, 262, 267, 269, 270, 276, 281, 301,
    302, 304, 305, 307, 308, 309, 310, 312, 313, 314, 315, 316, 317, 318, 319, 320, 321, 323, 325,
    330, 334, 336, 337, 339, 347, 351, 352, 360, 361, 386, 401, 402, 404, 405, 406, 407, 408, 409,
    410, 412, 413, 414, 415, 417, 419, 423, 425, 430, 432, 434, 435, 440, 443, 469, 478, 479, 480,
    484, 501, 502, 503, 504, 505, 507, 508, 509, 510, 512, 513, 515, 516, 517, 518, 520, 530, 540,
    541, 551, 559, 561,
];

/// The phone number of account `n`: for one in two, as long as they last, one of the UK's mobile
/// numbers for fiction, else an American one. Of these there are 11,800 before they come round
/// again. 07700 900000 to 900099 are the cast's.
pub(super) fn phone(n: u64) -> String {
    if let Some(slot @ 0..900) = (n / 2).checked_sub(500)
        && n.is_multiple_of(2)
    {
        return format!("+44 7700 900{:03}", slot * 7 % 900 + 100);
    }
    let slot = n.wrapping_mul(7919) % 11_800;
    let area = AREAS[usize::try_from(slot / 100).unwrap_or(0) % AREAS.len()];
    format!("+1 {area} 555 01{:02}", slot % 100)
}

const STREETS: [&str; 36] = [
    "Almanac",
    "Anvil",
    "Barometer",
    "Bellows",
    "Bobbin",
    "Brass Button",
    "Candlewick",
    "Clockmaker",
    "Compass",
    "Copperkettle",
    "Cuckoo",
    "Dandelion",
    "Dovetail",
    "Featherdown",
    "Flywheel",
    "Gingerbread",
    "Halfpenny",
    "Hobnail",
    "Inkwell",
    "Kettledrum",
    "Lamplighter",
    "Marmalade",
    "Needle",
    "Otter",
    "Pendulum",
    "Pepperpot",
    "Quicksilver",
    "Ratchet",
    "Saltcellar",
    "Spyglass",
    "Sundial",
    "Tinderbox",
    "Umbrella",
    "Weathercock",
    "Whistle",
    "Yardarm",
];
const WAYS: [&str; 9] = [
    "Row", "Street", "Lane", "Yard", "Terrace", "Hill", "Walk", "Crescent", "Steps",
];
const TOWNS: [&str; 24] = [
    "Axle", "Bobbin", "Button", "Cog", "Crank", "Dial", "Flange", "Gasket", "Hinge", "Kettle",
    "Lever", "Mangle", "Pinion", "Pulley", "Rivet", "Spanner", "Spindle", "Spool", "Sprocket",
    "Thimble", "Toggle", "Treadle", "Washer", "Widget",
];
const ENDS: [&str; 12] = [
    "bury", "by", "combe", "field", "ford", "ham", "haven", "mouth", "stead", "thorpe", "wick",
    "worth",
];
/// Letters of the second half of a postcode.
const LETTERS: &[u8; 20] = b"ABDEFGHJLNPQRSTUWXYZ";

/// A town that is on no map, with a postcode in the area ZZ, which no post office serves.
pub(super) fn town(rng: &mut Rng) -> String {
    let (a, b) = (char::from(rng.pick(LETTERS)), char::from(rng.pick(LETTERS)));
    let before = if rng.chance(20) {
        rng.pick(&["Great ", "Little ", "Upper ", "Old "])
    } else {
        ""
    };
    let (stem, end) = (rng.pick(&TOWNS), rng.pick(&ENDS));
    format!(
        "{before}{stem}{end} ZZ{} {}{a}{b}",
        rng.between(5, 98),
        rng.between(1, 9)
    )
}

/// A postal address in `town`, its lines parted by a comma and a space.
pub(super) fn address(rng: &mut Rng, town: &str) -> String {
    let flat = if rng.chance(18) {
        format!("Flat {}, ", rng.between(1, 24))
    } else {
        String::new()
    };
    let (street, way) = (rng.pick(&STREETS), rng.pick(&WAYS));
    format!("{flat}{} {street} {way}, {town}", rng.between(1, 189))
}

/// A receipt code: four groups of four in Crockford's base 32 (no I, L, O or U), 80 bits.
pub(super) fn receipt_code(rng: &mut Rng) -> String {
    let mut code = String::with_capacity(19);
    for n in 0..16 {
        if n > 0 && n % 4 == 0 {
            code.push('-');
        }
        code.push(char::from(rng.pick(b"0123456789ABCDEFGHJKMNPQRSTVWXYZ")));
    }
    code
}
