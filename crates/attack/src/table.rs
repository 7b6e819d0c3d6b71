//! The table that a person reads.

use std::fmt::Write as _;

use crate::{
    outcome::Outcome,
    report::{Report, Verdict},
    scenario::{Kind, Scenario},
};

/// Whether colours may be used, and how wide a line may be.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Colours, for a terminal alone.
    pub colours: bool,
    /// Letters in a line.
    pub width: usize,
}

impl Style {
    fn paint(self, code: &str, text: &str) -> String {
        if self.colours {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    fn good(self, text: &str) -> String {
        self.paint("32", text)
    }

    fn bad(self, text: &str) -> String {
        self.paint("1;31", text)
    }

    fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }
}

/// A text in lines of at most `width` letters; control characters are shown, not sent to the
/// terminal.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let clean: String = text
        .chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect();
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in clean.split_whitespace() {
        let mut word: Vec<char> = word.chars().collect();
        loop {
            let used = line.chars().count();
            let room = width.saturating_sub(used + usize::from(used > 0));
            if word.len() <= room {
                if used > 0 {
                    line.push(' ');
                }
                line.extend(word);
                break;
            }
            if used > 0 {
                lines.push(std::mem::take(&mut line));
                continue;
            }
            // Longer than a whole line.
            let rest = word.split_off(width.max(1).min(word.len()));
            lines.push(word.into_iter().collect());
            word = rest;
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// What a scenario is, before it is played.
pub fn shown(scenario: &Scenario, style: Style) -> String {
    let mut out = String::new();
    let mut line = |text: String| {
        for part in wrap(&text, style.width) {
            let _ = writeln!(out, "{part}");
        }
    };
    line(format!("{}: {}", scenario.name, scenario.title));
    match scenario.kind {
        Kind::Attack => {
            line(format!(
                "{}, {}. It got: {}.",
                scenario.source, scenario.date, scenario.got
            ));
            let rules: Vec<String> = scenario.rules.iter().map(u8::to_string).collect();
            line(format!("Stopped by the rules {}.", rules.join(", ")));
        }
        Kind::Twin => line(format!("The honest twin of {}.", scenario.incident)),
    }
    line(channel(
        &scenario.happened_on,
        &scenario.played_on,
        scenario.stand_in.as_deref(),
    ));
    if !scenario.knows.is_empty() {
        let knows: Vec<&str> = scenario.knows.iter().map(String::as_str).collect();
        line(format!("Known beforehand: {}.", knows.join(", ")));
    }
    if let Some(note) = &scenario.note {
        line(format!("Note: {note}"));
    }
    for (step, number) in scenario.steps.iter().zip(1..) {
        let says = step
            .says
            .as_ref()
            .map_or(String::new(), |says| format!(" “{says}”"));
        let does = if step.words == "hear" {
            String::new()
        } else {
            format!("  → {}", step.words)
        };
        let times = if step.times > 1 {
            format!(" (× {})", step.times)
        } else {
            String::new()
        };
        line(format!("{number:>3}  {}:{says}{does}{times}", step.who));
    }
    out
}

fn channel(happened: &str, played: &str, stand_in: Option<&str>) -> String {
    match stand_in {
        None => format!("Channel: {happened}."),
        Some(why) => format!("Channel: {happened}; played on {played} as a stand-in: {why}."),
    }
}

/// How it went: a table of step, what the desk did, what was given away; and the verdict.
pub fn report(report: &Report, style: Style) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "\n{}  {}",
        style.paint("1", &report.name),
        report.title
    );
    let channel = channel(
        &report.happened_on,
        &report.played_on,
        report.stand_in.as_deref(),
    );
    for part in wrap(&channel, style.width) {
        let _ = writeln!(out, "{}", style.dim(&part));
    }
    for part in report.note.iter().flat_map(|note| wrap(note, style.width)) {
        let _ = writeln!(out, "{}", style.dim(&part));
    }
    let room = style.width.saturating_sub(5 + 2 + 2);
    let (given, half) = (16, room.saturating_sub(16) / 2);
    let row = |cells: [&str; 3], number: &str, bad: bool| {
        let columns = [(cells[0], half), (cells[1], half), (cells[2], given)];
        let columns = columns.map(|(text, width)| (wrap(text, width), width));
        let height = columns
            .iter()
            .map(|(lines, _)| lines.len())
            .max()
            .unwrap_or(1);
        let mut text = String::new();
        for at in 0..height {
            let _ = write!(text, "{:>3}  ", if at == 0 { number } else { "" });
            for (index, (lines, width)) in columns.iter().enumerate() {
                let line = lines.get(at).map_or("", String::as_str);
                if index == 2 {
                    let line = if bad {
                        style.bad(line)
                    } else {
                        style.good(line)
                    };
                    let _ = write!(text, "{line}");
                } else {
                    let _ = write!(text, "{line:<width$}  ");
                }
            }
            text.truncate(text.trim_end().len());
            text.push('\n');
        }
        text
    };
    let heads = ["who and what", "the desk", "given away"];
    out.push_str(&row(heads, "", false));
    for step in &report.steps {
        let mut tried = step.who.clone();
        if let Some(says) = &step.says {
            let _ = write!(tried, ": “{says}”");
        }
        if !step.tried.is_empty() {
            let _ = write!(tried, " → {}", step.tried);
        }
        if step.times > 1 {
            let _ = write!(tried, " (× {})", step.times);
        }
        let given = if step.given.is_empty() {
            "nothing".to_owned()
        } else {
            let all: Vec<&str> = step.given.iter().map(|one| one.what.as_str()).collect();
            all.join(", ")
        };
        let desk = if step.expected || step.outcome == Outcome::Unplayed {
            step.desk.clone()
        } else {
            format!("{} [unexpected: {}]", step.desk, step.outcome.as_str())
        };
        let bad = !step.given.is_empty();
        out.push_str(&row([&tried, &desk, &given], &step.number.to_string(), bad));
    }
    for part in wrap(&report.why(), style.width) {
        let line = match report.verdict {
            Verdict::Passed => style.good(&part),
            Verdict::Failed => style.bad(&part),
            Verdict::NotJudged => part,
        };
        let _ = writeln!(out, "{line}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_inside_long_ones() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij k", 4), ["abcd", "efgh", "ij k"]);
        assert_eq!(wrap("", 4), [""]);
    }

    #[test]
    fn what_the_server_says_can_t_steer_the_terminal() {
        assert_eq!(wrap("a\u{1b}[31mb", 20), ["a\u{fffd}[31mb"]);
    }
}
