//! Letters look like the rest of the product: mail clients know no variables, so the colours stand
//! in the template itself, and here it is seen to that they are the tokens'.

const LETTER: &str = include_str!("../templates/letter.html");
const TOKENS: &str = include_str!("../../web/assets/tokens.css");

/// The pair of a token: in light, in dark.
fn token(name: &str) -> (&'static str, &'static str) {
    let line = TOKENS
        .lines()
        .find_map(|line| {
            line.trim()
                .strip_prefix(name)?
                .strip_prefix(": light-dark(")
        })
        .unwrap_or_else(|| panic!("no token {name}"));
    let pair = line.trim_end_matches(");");
    pair.split_once(", ").expect("two colours")
}

fn colours(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('#')
        .filter_map(|(at, _)| text.get(at..at + 7))
        .filter(|colour| colour[1..].bytes().all(|b| b.is_ascii_hexdigit()))
}

#[test]
fn every_colour_of_a_letter_is_one_of_the_tokens() {
    let mut seen = 0;
    for colour in colours(LETTER) {
        seen += 1;
        assert!(TOKENS.contains(colour), "{colour} is no token's colour");
    }
    assert!(seen > 10, "the colours were not found");
}

#[test]
fn a_button_has_the_accent_in_light_and_in_dark() {
    let (light, dark) = token("--accent");
    let (on_light, on_dark) = token("--on-accent");
    assert!(LETTER.contains(&format!("background:{light};color:{on_light}")));
    assert!(LETTER.contains(&format!(
        ".button {{ background: {dark} !important; color: {on_dark} !important; }}"
    )));
}
