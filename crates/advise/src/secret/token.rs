//! Tokens, keys and cookies: known beginnings, known names, and long runs that are too mixed for
//! words.

use std::ops::Range;

use super::{Secret, SecretKind};

/// Beginnings that issuers give their tokens so that they can be found, and how many letters,
/// digits, `-` and `_` follow at least.
const BEGINNINGS: [(&str, usize); 40] = [
    ("AGE-SECRET-KEY-1", 40),
    ("AIza", 30),
    ("AKIA", 16),
    ("ASIA", 16),
    ("EAAC", 30),
    ("SG.", 20),
    ("dop_v1_", 30),
    ("dp.pt.", 30),
    ("ghp_", 20),
    ("gho_", 20),
    ("ghu_", 20),
    ("ghs_", 20),
    ("ghr_", 20),
    ("github_pat_", 20),
    ("glpat-", 16),
    ("glsa_", 20),
    ("hf_", 20),
    ("hvs.", 20),
    ("lin_api_", 20),
    ("npm_", 20),
    ("pat-", 20),
    ("pypi-", 20),
    ("rk_live_", 10),
    ("rk_test_", 10),
    ("shpat_", 20),
    ("shpss_", 20),
    ("sk-", 20),
    ("sk_live_", 10),
    ("sk_test_", 10),
    ("sq0atp-", 20),
    ("sq0csp-", 20),
    ("tskey-", 16),
    ("whsec_", 20),
    ("xapp-", 16),
    ("xoxa-", 10),
    ("xoxb-", 10),
    ("xoxe-", 10),
    ("xoxp-", 10),
    ("xoxr-", 10),
    ("xoxs-", 10),
];

pub(super) fn find(text: &str) -> Vec<Secret> {
    let mut out = private_keys(text);
    let mut announced = None;
    for chunk in chunks(text) {
        let word = &text[chunk.clone()];
        let opaque = announced.filter(|_| is_opaque(word));
        let secret = named(word, chunk.start)
            .or_else(|| {
                let end = chunk.start + word.trim_end_matches(['.', '!', '?', ':']).len();
                opaque.map(|kind| Secret {
                    kind,
                    range: chunk.start..end,
                })
            })
            .or_else(|| by_form(word, chunk.start));
        announced = announces(word, announced.is_none() || secret.is_none());
        out.extend(secret);
    }
    out
}

/// From the first line of each private key to its last, or to the first line that isn't of it.
fn private_keys(text: &str) -> Vec<Secret> {
    const BEGIN: &str = "-----BEGIN ";
    let mut out = Vec::new();
    let mut from = 0;
    while let Some(found) = text[from..].find(BEGIN) {
        let start = from + found;
        from = start + BEGIN.len();
        let title_end = text[from..].find("-----").filter(|at| *at <= 60);
        let Some(title_end) = title_end.map(|at| from + at) else {
            continue;
        };
        if !text[from..title_end].contains("PRIVATE KEY") {
            continue;
        }
        let body = title_end + 5;
        let of_key =
            |c: char| c.is_ascii_alphanumeric() || c.is_whitespace() || "+/=:,-\\\"".contains(c);
        let length = text[body..]
            .find(|c| !of_key(c))
            .unwrap_or(text.len() - body);
        let region = &text[body..body + length];
        let end = match region.find("-----END") {
            Some(end) => {
                let rest = &region[end + 8..];
                let last = rest
                    .find("-----")
                    .filter(|at| *at <= 60)
                    .map_or(0, |at| at + 5);
                body + end + 8 + last
            }
            None => body + region.trim_end().len(),
        };
        out.push(Secret {
            kind: SecretKind::PrivateKey,
            range: start..end,
        });
        from = end;
    }
    out
}

/// The runs of ASCII without blanks, quotes, brackets and commas.
fn chunks(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let splits = |c: char| {
        !c.is_ascii()
            || c.is_ascii_whitespace()
            || c.is_ascii_control()
            || "\"'`<>()[]{},;|".contains(c)
    };
    let base = text.as_ptr() as usize;
    text.split(splits)
        .filter(|chunk| !chunk.is_empty())
        .map(move |chunk| {
            let start = chunk.as_ptr() as usize - base;
            start..start + chunk.len()
        })
}

/// What the chunk after this one is, if this one says so: `Bearer`, `api_key:`, `Cookie:`.
fn announces(word: &str, fresh: bool) -> Option<SecretKind> {
    let small = word.to_ascii_lowercase();
    let name = small.trim_end_matches([':', '=']);
    match name {
        "bearer" => Some(SecretKind::Token),
        _ if name.len() < small.len() && fresh => named_kind(name),
        _ => None,
    }
}

/// What the value of a name is.
fn named_kind(name: &str) -> Option<SecretKind> {
    let name = name.rsplit(['?', '&', '/']).next().unwrap_or(name);
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    match plain.as_str() {
        "session" | "sessionid" | "sid" | "sess" | "phpsessid" | "jsessionid"
        | "aspnetsessionid" | "connectsid" | "laravelsession" | "railssession" | "hostsession"
        | "securesession" | "cookie" | "setcookie" | "xsrftoken" | "csrftoken" => {
            Some(SecretKind::Cookie)
        }
        "password" | "passwd" | "pwd" | "passwort" => Some(SecretKind::Password),
        "token" | "accesstoken" | "refreshtoken" | "idtoken" | "authtoken" | "apitoken"
        | "apikey" | "xapikey" | "clientsecret" | "secret" | "secretkey" | "accesskey"
        | "secretaccesskey" | "awssecretaccesskey" | "privatekey" | "apisecret"
        | "authorization" | "sig" | "signature" | "authkey" | "magic" | "invite" => {
            Some(SecretKind::Token)
        }
        _ => None,
    }
}

/// `sessionid=…`, `https://…?token=…`, `https://user:password@host`.
fn named(word: &str, start: usize) -> Option<Secret> {
    if let Some((scheme, rest)) = word.split_once("://")
        && let Some((user, _)) = rest
            .split('/')
            .next()
            .and_then(|host| host.rsplit_once('@'))
        && let Some((name, password)) = user.split_once(':')
        && password.len() >= 3
    {
        let from = start + scheme.len() + 3 + name.len() + 1;
        return Some(Secret {
            kind: SecretKind::Password,
            range: from..from + password.len(),
        });
    }
    let mut at = 0;
    for pair in word.split('&') {
        if let Some((name, value)) = pair.split_once('=')
            && let Some(kind) = named_kind(&name.to_ascii_lowercase())
            && (is_opaque(value) || (kind == SecretKind::Password && value.len() >= 4))
        {
            let from = start + at + name.len() + 1;
            return Some(Secret {
                kind,
                range: from..from + value.len(),
            });
        }
        at += pair.len() + 1;
    }
    None
}

/// A value that is no word: eight letters or more with a digit among them, or very mixed.
fn is_opaque(value: &str) -> bool {
    let value = value.trim_end_matches(['.', '!', '?', ':']);
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    value.len() >= 8
        && !value.contains("://")
        && letters >= 2
        && (digits >= 2 || turns(value) * 3 >= value.len())
}

fn by_form(word: &str, start: usize) -> Option<Secret> {
    let token = |range: Range<usize>| Secret {
        kind: SecretKind::Token,
        range: start + range.start..start + range.end,
    };
    if let Some(range) = jwt(word) {
        return Some(token(range));
    }
    let is_inner = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    for (beginning, least) in BEGINNINGS {
        if let Some(at) = word.find(beginning)
            && (at == 0 || !word.as_bytes()[at - 1].is_ascii_alphanumeric())
        {
            let rest = &word[at + beginning.len()..];
            let length = rest.bytes().take_while(|b| is_inner(*b)).count();
            let body = rest[..length].trim_end_matches('.');
            let is_word = !body.bytes().any(|b| b.is_ascii_digit()) && turns(body) * 4 < body.len();
            if body.len() >= least && !is_word {
                return Some(token(at..at + beginning.len() + body.len()));
            }
        }
    }
    let run = longest_run(word)?;
    is_random(&word[run.clone()]).then(|| token(run))
}

/// Three or five parts of base64url with dots between, the first a JSON object.
fn jwt(word: &str) -> Option<Range<usize>> {
    let at = word.find("eyJ")?;
    let is_inner = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let length = word[at..].bytes().take_while(|b| is_inner(*b)).count();
    let body = word[at..at + length].trim_end_matches('.');
    let parts = body.split('.').filter(|part| part.len() >= 8).count();
    (parts >= 2 && body.len() >= 30).then(|| at..at + body.len())
}

/// The longest run of base64 letters.
fn longest_run(word: &str) -> Option<Range<usize>> {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '-' | '_' | '=');
    let mut at = 0;
    let mut best: Option<Range<usize>> = None;
    for run in word.split(|c| !is_letter(c)) {
        if best.as_ref().is_none_or(|best| run.len() > best.len()) {
            best = Some(at..at + run.len());
        }
        at += run.len() + 1;
    }
    best
}

/// Whether a run is too mixed for words, at 3.5 bits of entropy a letter or more: hexadecimal of
/// 32 digits and more, or 24 letters and more, of which half turn from small to capital to digit,
/// or a quarter do and three groups of digits stand among them.
fn is_random(run: &str) -> bool {
    let plain: String = run.chars().filter(char::is_ascii_alphanumeric).collect();
    let hex = run.bytes().all(|b| b.is_ascii_hexdigit());
    let digits = run.bytes().filter(u8::is_ascii_digit).count();
    let letters = run.bytes().filter(u8::is_ascii_alphabetic).count();
    if hex {
        return run.len() >= 32 && digits >= 4 && letters >= 4 && entropy(run) >= 2.8;
    }
    let groups = plain
        .split(|c: char| !c.is_ascii_digit())
        .filter(|group| !group.is_empty());
    let turns = turns(&plain);
    run.len() >= 24
        && digits >= 2
        && letters >= 8
        && !is_uuid(run)
        && (turns * 2 >= plain.len() || (turns * 4 >= plain.len() && groups.count() >= 3))
        && entropy(run) >= 3.5
}

fn is_uuid(run: &str) -> bool {
    let lengths: Vec<usize> = run.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12]
}

/// How often the kind of letter changes: small, capital, digit, sign.
fn turns(run: &str) -> usize {
    let kind = |b: &u8| match b {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    };
    run.as_bytes()
        .windows(2)
        .filter(|pair| kind(&pair[0]) != kind(&pair[1]))
        .count()
}

/// Shannon's entropy, in bits a letter.
fn entropy(run: &str) -> f64 {
    let mut counts = [0_u32; 128];
    for b in run.bytes() {
        counts[usize::from(b & 127)] += 1;
    }
    let length = f64::from(u32::try_from(run.len()).unwrap_or(u32::MAX));
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| {
            let share = f64::from(*count) / length;
            -share * share.log2()
        })
        .sum()
}
