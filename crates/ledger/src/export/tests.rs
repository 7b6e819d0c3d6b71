use super::*;
use crate::checkpoint::Signer;
use crate::entry::Entry;
use crate::tree::Frontier;

fn signer() -> Signer {
    Signer::from_seed("desk.example/ledger", &[5; 32]).expect("a good seed")
}

fn verifier() -> Verifier {
    Verifier::parse(&signer().verifier_key()).expect("its own key")
}

/// A log of 12 entries by this signer, with checkpoints at 5 and 10.
fn log(signer: &Signer) -> (Header, Vec<Row>) {
    let mut frontier = Frontier::new();
    let mut notes = Vec::new();
    let mut rows = Vec::new();
    for n in 0..12 {
        let entry = Entry::new(n, "ticket.note", "system").with("text", "“a\nb” é");
        rows.push(Row::append(&mut frontier, &entry));
        if [5, 10].contains(&frontier.size()) {
            let checkpoint = signer.checkpoint(frontier.size(), frontier.root());
            notes.push(signer.sign(&checkpoint).expect("its own log"));
        }
    }
    let verifier = Verifier::parse(&signer.verifier_key()).expect("its own key");
    (Header::new(&verifier, notes), rows)
}

fn write(header: &Header, rows: &[Row]) -> String {
    let mut writer = ExportWriter::new(Vec::new(), header).expect("written");
    for row in rows {
        writer.row(row).expect("written");
    }
    String::from_utf8(writer.finish().expect("flushed")).expect("UTF-8")
}

fn export() -> String {
    let (header, rows) = log(&signer());
    write(&header, &rows)
}

fn error(text: &str) -> String {
    verify_export(text.as_bytes(), Some(&verifier()))
        .expect_err("tampered with")
        .to_string()
}

/// The export without its line `n`, counted from 0.
fn without_line(n: usize) -> String {
    let export = export();
    let lines = export.split_inclusive('\n').enumerate();
    lines
        .filter(|(at, _)| *at != n)
        .map(|(_, line)| line)
        .collect()
}

#[test]
fn what_is_written_is_read_back() {
    let (header, rows) = log(&signer());
    let export = write(&header, &rows);
    let reader = ExportReader::new(export.as_bytes()).expect("an export");
    assert_eq!(reader.header(), &header);
    let read: Result<Vec<Row>, _> = reader.collect();
    assert_eq!(read.expect("rows"), rows);
    assert_eq!(export.lines().count(), 13);
    assert!(export.starts_with(
        r#"{"format":"staunch-ledger/1","origin":"desk.example/ledger","vkey":"desk.example/ledger+"#
    ));
    assert!(
        export
            .lines()
            .nth(1)
            .is_some_and(|line| line.starts_with(r#"{"index":0,"body":"{\"#))
    );
}

#[test]
fn an_untouched_export_is_whole() {
    let report = verify_export(export().as_bytes(), Some(&verifier())).expect("whole");
    assert_eq!(report.key, KeySource::Trusted);
    assert_eq!((report.report.entries, report.report.covered), (12, 10));
    assert_eq!(
        report.to_string(),
        "desk.example/ledger: 12 entries fit together; signed checkpoints cover the first 10, \
         nothing signed covers the 2 after them; checked with the trusted key"
    );
}

#[test]
fn without_a_trusted_key_the_report_says_that_the_key_came_from_the_file() {
    let report = verify_export(export().as_bytes(), None).expect("whole");
    assert_eq!(report.key, KeySource::File);
    assert!(report.to_string().ends_with(
        "the key came from the file itself, so this shows that the file fits together, \
         not who wrote it"
    ));
}

#[test]
fn a_file_signed_anew_with_another_key_passes_only_without_the_trusted_key() {
    let forger = Signer::from_seed("desk.example/ledger", &[6; 32]).expect("a good seed");
    let (header, rows) = log(&forger);
    let export = write(&header, &rows);
    verify_export(export.as_bytes(), None).expect("it fits together");
    assert_eq!(
        error(&export),
        "checkpoint 1 in the header can't be relied on: the checkpoint is not signed by this key"
    );
}

#[test]
fn an_export_of_another_log_is_refused() {
    let other = Signer::from_seed("other.example/ledger", &[5; 32]).expect("a good seed");
    let (header, rows) = log(&other);
    let export = write(&header, &rows);
    assert_eq!(
        error(&export),
        "the export is of another log than the trusted key"
    );
    let renamed = Header {
        origin: "desk.example/ledger".to_owned(),
        ..header
    };
    let outcome = verify_export(write(&renamed, &rows).as_bytes(), None);
    assert!(
        matches!(outcome, Err(ExportError::Key(CheckpointError::Origin))),
        "{outcome:?}"
    );
}

#[test]
fn a_changed_line_is_named() {
    let changed = export().replacen(r#"\"at\":7"#, r#"\"at\":8"#, 1);
    assert_eq!(
        error(&changed),
        "entry 7 was changed: its body does not match its hash"
    );
}

#[test]
fn a_removed_line_is_named() {
    assert_eq!(error(&without_line(1 + 4)), "entry 4 is missing");
}

#[test]
fn swapped_lines_are_named() {
    let export = export();
    let mut lines: Vec<&str> = export.split_inclusive('\n').collect();
    lines.swap(1 + 8, 1 + 9);
    assert_eq!(
        error(&lines.concat()),
        "entry 9 stands where entry 8 belongs"
    );
}

#[test]
fn a_file_cut_off_between_lines_is_named() {
    let export = export();
    let cut: String = export.split_inclusive('\n').take(1 + 7).collect();
    assert_eq!(
        error(&cut),
        "entry 7 is missing: the log ends there, but a signed checkpoint covers 10 entries"
    );
}

#[test]
fn a_file_cut_off_within_a_line_is_named() {
    let export = export();
    let cut: String = export.split_inclusive('\n').take(1 + 7).collect();
    let cut = &cut[..cut.len() - 40];
    assert_eq!(
        error(cut),
        "entry 6 can't be read: line 8 is not a whole row"
    );
}

#[test]
fn a_gap_before_an_unreadable_line_is_named_first() {
    let cut: String = without_line(1 + 6)
        .split_inclusive('\n')
        .take(1 + 7)
        .collect();
    assert_eq!(error(&format!("{cut}oops\n")), "entry 6 is missing");
}

#[test]
fn a_cut_that_takes_its_checkpoints_along_is_caught_by_one_kept_elsewhere() {
    let (mut header, rows) = log(&signer());
    let kept = verifier().open(&header.checkpoints[1]).expect("signed");
    header.checkpoints.truncate(1);
    let cut = write(&header, &rows[..7]);
    verify_export(cut.as_bytes(), Some(&verifier())).expect("it fits together");
    let outcome = verify_export_against(cut.as_bytes(), Some(&verifier()), &[kept]);
    let Err(ExportError::Fault(fault)) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(fault, Fault::Truncated { first: 7, size: 10 });
}

#[test]
fn an_appended_row_that_does_not_fit_is_named() {
    let (header, mut rows) = log(&signer());
    rows.push(Row {
        index: 12,
        ..rows[11].clone()
    });
    assert_eq!(
        error(&write(&header, &rows)),
        "entry 12 was changed: it does not lead to its recorded root \
         (an earlier change is possible only from entry 10 on, if roots were rewritten too)"
    );
}

#[test]
fn what_is_no_export_is_refused() {
    let outcome = |text: &str| ExportReader::new(text.as_bytes()).err();
    assert!(matches!(outcome(""), Some(ExportError::Header)));
    assert!(matches!(outcome("{}\n"), Some(ExportError::Header)));
    assert!(matches!(
        outcome(&without_line(0)),
        Some(ExportError::Header)
    ));
    let newer = export().replace("staunch-ledger/1", "staunch-ledger/2");
    assert!(matches!(outcome(&newer), Some(ExportError::Format)));
}

#[test]
fn every_line_must_be_a_row() {
    for line in [
        "",
        "{}",
        "null",
        r#"{"index":12,"body":"","leaf":"00","root":"00"}"#,
    ] {
        let text = error(&format!("{}{line}\n", export()));
        assert_eq!(
            text, "entry 12 can't be read: line 14 is not a whole row",
            "{line}"
        );
    }
}

#[test]
fn a_line_without_end_is_not_read_into_memory() {
    let endless = io::BufReader::new(io::repeat(b'x'));
    assert!(matches!(
        ExportReader::new(endless),
        Err(ExportError::Long { line: 1 })
    ));
}
