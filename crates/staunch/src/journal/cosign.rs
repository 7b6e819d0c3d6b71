//! Being a witness: another's eye on the ledger, with a key of its own.

use anyhow::{Context as _, Result, bail};
use ledger::{Consistency, Verifier, Witness, cosign::secret_text};
use std::path::{Path, PathBuf};
use words::{Clock as _, Entropy as _};

use super::read;
use crate::{
    files::{read_private, write_new, write_private},
    system::{SystemClock, SystemEntropy},
};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// The witness's secret key, as `staunch ledger witness-key` made it.
    #[arg(long, value_name = "FILE")]
    secret: PathBuf,
    /// The key of the ledger, as `staunch ledger key` prints it.
    #[arg(long, value_name = "KEY")]
    key: String,
    /// The checkpoint that this witness signed last.
    #[arg(long, value_name = "FILE", required_unless_present = "first")]
    since: Option<PathBuf>,
    /// This witness has signed nothing of this ledger yet.
    #[arg(long, conflicts_with = "since")]
    first: bool,
    /// The proof that the ledger only grew since, with the newer checkpoint in it, as `staunch ledger
    /// consistency` and the API give it.
    #[arg(long, value_name = "FILE")]
    proof: PathBuf,
    /// Where to write the signed checkpoint; may be the file of --since. Without it, to standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(clap::Args)]
pub(crate) struct Key {
    /// The file of the secret key.
    file: PathBuf,
    /// Make it, under this name: a URL without scheme, such as `witness.example/desk`.
    #[arg(long)]
    name: Option<String>,
}

pub(crate) fn key(key: &Key) -> Result<()> {
    if let Some(name) = &key.name {
        if key.file.exists() {
            bail!(
                "`{}` exists already; leave out --name to see its public key",
                key.file.display()
            );
        }
        let mut seed = [0; 32];
        SystemEntropy.fill(&mut seed);
        let text = secret_text(name, &seed)? + "\n";
        write_new(&key.file, text.as_bytes())?;
    }
    println!("{}", secret(&key.file)?.verifier_key());
    Ok(())
}

fn secret(path: &Path) -> Result<Witness> {
    let bytes =
        read_private(path).with_context(|| format!("can't read the key `{}`", path.display()))?;
    let text = std::str::from_utf8(&bytes).unwrap_or_default();
    Ok(Witness::parse(text.trim_end())?)
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let witness = secret(&options.secret)?;
    let log = Verifier::parse(options.key.trim()).context("--key")?;
    let since = match &options.since {
        Some(path) => Some(
            log.open(&read(path)?)
                .with_context(|| format!("`{}`", path.display()))?,
        ),
        None => None,
    };
    if let Some(out) = &options.out
        && out.exists()
        && options.since.as_ref() != Some(out)
    {
        bail!(
            "`{}` exists already; if it is what this witness signed last, name it with --since too",
            out.display()
        );
    }
    let proof = Consistency::parse(&read(&options.proof)?)?;
    let grown = proof
        .check(&log, since.as_ref())
        .context("not signed; if the log was rewritten, keep both files, they prove it")?;
    let at = SystemClock.now().micros().div_euclid(1_000_000);
    let note = witness.cosign(&grown, u64::try_from(at)?)?;
    match &options.out {
        Some(out) => {
            let write = if options.since.as_ref() == Some(out) {
                write_private
            } else {
                write_new
            };
            write(out, note.as_bytes())?;
            println!(
                "{}: {} entries, {} when this witness signed last; signed as {}",
                grown.checkpoint().origin,
                grown.checkpoint().size,
                grown.since(),
                witness.verifier_key()
            );
        }
        None => print!("{note}"),
    }
    Ok(())
}
