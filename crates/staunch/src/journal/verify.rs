//! `staunch ledger verify`: a database, an exported ledger, an account record, a proof of
//! consistency, or a checkpoint.

use anyhow::{Context as _, Result, anyhow, bail};
use ledger::{Borne, Consistency, Entry, Evidence, Seen, Verifier, WitnessKey};
use std::{
    fs::File,
    io::{BufRead, BufReader, Read as _},
    path::{Path, PathBuf},
};
use words::Time;

use super::{read, verifier};
use crate::{config::Loaded, keys::Folder, serve::open_store};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// A file instead of a data folder: an exported ledger, an account record, a proof that the
    /// ledger only grew, or a checkpoint.
    file: Option<PathBuf>,
    /// The data folder.
    #[arg(long, value_name = "DIR", env = "STAUNCH_DATA")]
    data: Option<PathBuf>,
    /// The key you trust, as `staunch ledger key` prints it; for a file.
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// A checkpoint that you kept, as a file; may be given several times.
    #[arg(long, visible_alias = "since", value_name = "FILE")]
    checkpoint: Vec<PathBuf>,
    /// The proof that leads from a checkpoint to another; may be given several times. For a whole
    /// ledger none is needed.
    #[arg(long, value_name = "FILE")]
    proof: Vec<PathBuf>,
    /// A witness's public key: it must have signed one of the checkpoints; may be given several times.
    #[arg(long, value_name = "KEY")]
    witness: Vec<String>,
    /// Print the entries of an account record.
    #[arg(long)]
    list: bool,
    /// The settings file.
    #[arg(long, value_name = "FILE", env = "STAUNCH_CONFIG")]
    config: Option<PathBuf>,
}

pub(crate) async fn run(options: Options) -> Result<()> {
    let mut evidence = Evidence::default();
    for path in &options.checkpoint {
        evidence.kept.push(read(path)?);
    }
    for path in &options.proof {
        let proof = Consistency::parse(&read(path)?);
        evidence
            .proofs
            .push(proof.with_context(|| format!("`{}`", path.display()))?);
    }
    for key in &options.witness {
        evidence
            .witnesses
            .push(WitnessKey::parse(key.trim()).context("--witness")?);
    }
    let key = options
        .key
        .as_deref()
        .map(|key| Verifier::parse(key.trim()));
    let key = key.transpose().context("--key")?;
    match (&options.file, &options.data) {
        // Where the data folder stands in the environment, a file is what was meant.
        (Some(path), _) => file(path, key.as_ref(), evidence, options.list),
        (None, Some(data)) => database(data, options.config.as_deref(), evidence).await,
        (None, None) => bail!("name a file, or a data folder with --data"),
    }
}

async fn database(data: &Path, config: Option<&Path>, mut evidence: Evidence) -> Result<()> {
    whole(&evidence)?;
    let folder = Folder::existing(data)?;
    let key = verifier(&folder)?;
    let store = open_store(&Loaded::load(config, Some(data))?.settings, &folder).await?;
    if folder.checkpoint().exists() {
        evidence.kept.push(read(&folder.checkpoint())?);
    }
    let report = desk::journal::verify(&store, &key, &evidence.kept).await?;
    println!("{report}{}", witnessed(&evidence.seen(&key, [])?));
    store.close().await;
    Ok(())
}

/// What a file is.
enum Kind {
    Ledger,
    Record,
    Proof,
    Checkpoint,
}

fn file(path: &Path, key: Option<&Verifier>, evidence: Evidence, list: bool) -> Result<()> {
    let open = || File::open(path).with_context(|| format!("can't read `{}`", path.display()));
    let mut input = BufReader::new(open()?);
    let kind = kind(input.fill_buf()?);
    let brought = evidence.kept.len() + evidence.proofs.len() + evidence.witnesses.len() > 0;
    let needed = || key.ok_or_else(|| anyhow!("add --key, the key that the ledger signs with"));
    if brought {
        needed()?;
    }
    match kind {
        Kind::Ledger => {
            whole(&evidence)?;
            let kept = key.map(|key| evidence.open(key)).transpose()?;
            let report = ledger::verify_export_against(input, key, &kept.unwrap_or_default())?;
            let seen = key.map(|key| evidence.seen(key, [])).transpose()?;
            println!("{report}{}", witnessed(&seen.unwrap_or_default()));
        }
        Kind::Record => {
            let each = |index, entry: &Entry| {
                if list {
                    println!("{}", row(index, entry));
                }
            };
            let report = ledger::verify_record(input, key, each)?;
            let borne = match key {
                Some(key) if brought => evidence.bear(key, &report.header.checkpoint)?,
                _ => Borne::default(),
            };
            println!(
                "{report}{borne}{}; made {}",
                witnessed(&borne.seen),
                Time(report.made)
            );
        }
        Kind::Proof => {
            let mut text = String::new();
            input.read_to_string(&mut text)?;
            let proof = Consistency::parse(&text)?;
            if evidence.kept.is_empty() && proof.old > 0 {
                bail!(
                    "add --since, the checkpoint of {} entries that you kept",
                    proof.old
                );
            }
            let note = proof.note.clone();
            signed(needed()?, &note, proof, evidence)?;
        }
        Kind::Checkpoint => {
            let note = read(path)?;
            let key = needed()?;
            let borne = evidence.bear(key, &note)?;
            tell(key, &note, &borne)?;
        }
    }
    Ok(())
}

fn signed(key: &Verifier, note: &str, proof: Consistency, mut evidence: Evidence) -> Result<()> {
    if proof.old == 0 {
        proof.check(key, None)?;
    }
    evidence.proofs.push(proof);
    let borne = evidence.bear(key, note)?;
    tell(key, note, &borne)
}

fn tell(key: &Verifier, note: &str, borne: &Borne) -> Result<()> {
    let checkpoint = key.open(note)?;
    println!(
        "{}: the checkpoint of {} entries is signed with the trusted key{borne}{}",
        checkpoint.origin,
        checkpoint.size,
        witnessed(&borne.seen)
    );
    Ok(())
}

/// What the witnesses have signed, and when.
fn witnessed(seen: &[Seen]) -> String {
    let said: Vec<String> = seen
        .iter()
        .map(|one| {
            let at = i64::try_from(one.at).unwrap_or(i64::MAX);
            let at = Time(at.saturating_mul(1_000_000));
            let (witness, size) = (&one.witness, one.size);
            format!("; the witness {witness} has signed it with {size} entries, at {at}")
        })
        .collect();
    said.concat()
}

fn whole(evidence: &Evidence) -> Result<()> {
    if evidence.proofs.is_empty() {
        Ok(())
    } else {
        bail!("a whole ledger proves itself; leave out --proof")
    }
}

fn kind(start: &[u8]) -> Kind {
    let record = format!("{{\"format\":\"{}", ledger::record::RECORD_FORMAT);
    // The version's number is judged by whoever reads it.
    let record = record.trim_end_matches(|c: char| c.is_ascii_digit());
    if start.starts_with(record.as_bytes()) {
        Kind::Record
    } else if start.starts_with(b"{") {
        Kind::Ledger
    } else if start.starts_with(b"old ") {
        Kind::Proof
    } else {
        Kind::Checkpoint
    }
}

/// An entry for people: which it is, when, what, who, in which ticket, and what else it says.
fn row(index: u64, entry: &Entry) -> String {
    let nth = entry.nth.unwrap_or_default();
    let ticket = entry
        .ticket
        .map_or(String::new(), |ticket| format!("  #{ticket}"));
    let data = entry.data.iter().map(|(key, value)| match value.as_str() {
        Some(text) => format!("  {key}={text}"),
        None => format!("  {key}={value}"),
    });
    format!(
        "{nth}  (entry {index})  {}  {}  {}{ticket}{}",
        Time(entry.at),
        entry.kind,
        entry.actor,
        data.collect::<String>()
    )
}
