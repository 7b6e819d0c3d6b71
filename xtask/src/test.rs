//! Every check and test, from a fresh machine.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::command::{cargo, counted, loud, program};
use crate::install::{Needs, install};
use crate::postgres::Cluster;
use crate::report::Report;
use crate::tally::Tally;
use crate::torment;

const BROWSER: &str = "tests/browser";
const SMTP: &str = "tests/smtp";
const WEB: &str = "crates/web";
/// The country data that the tests of the watch read, below the root.
const COUNTRIES: &str =
    "crates/web/node_modules/@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb";

/// One part of a test run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Fmt,
    Clippy,
    Unit,
    Browser,
    Postgres,
}

impl Step {
    /// The steps of a run without `--only`.
    pub(crate) const WHOLE_RUN: [Self; 4] = [Self::Fmt, Self::Clippy, Self::Unit, Self::Browser];

    /// Reads `fmt,unit`.
    pub(crate) fn parse_list(list: &str) -> Result<Vec<Self>> {
        list.split(',')
            .map(|name| match name.trim() {
                "fmt" => Ok(Self::Fmt),
                "clippy" => Ok(Self::Clippy),
                "unit" => Ok(Self::Unit),
                "browser" => Ok(Self::Browser),
                "postgres" => Ok(Self::Postgres),
                unknown => bail!(
                    "`{unknown}` is no step; the steps are fmt, clippy, unit, browser, postgres"
                ),
            })
            .collect()
    }
}

/// Installs what is missing and runs the steps; `false` when something failed.
pub(crate) fn test(root: &Path, steps: &[Step]) -> bool {
    let has = |step| steps.contains(&step);
    let mut report = Report::new();
    let mut packages = Vec::new();
    if has(Step::Clippy) || has(Step::Unit) || has(Step::Browser) {
        packages.push(WEB);
    }
    if has(Step::Unit) {
        packages.push(SMTP);
    }
    if has(Step::Browser) {
        packages.push(BROWSER);
    }
    let needs = Needs {
        rustfmt: has(Step::Fmt),
        clippy: has(Step::Clippy),
        postgres: has(Step::Unit) || has(Step::Postgres),
        chromium: has(Step::Browser),
        cvc5: has(Step::Unit),
        packages,
    };
    install(root, &needs, &mut report);

    if has(Step::Fmt) {
        report.step("fmt: cargo fmt --all --check", |_| {
            loud(cargo(root).args(["fmt", "--all", "--check"]))
        });
    }
    if has(Step::Clippy) {
        report.step("clippy: cargo clippy --workspace --all-targets", |_| {
            let words = [
                "clippy",
                "--workspace",
                "--all-targets",
                // What turns guards off is only in the tormentor's own tests, and is linted with the rest.
                "--features",
                "staunch-torment/sabotage",
                "--",
                "-D",
                "warnings",
            ];
            loud(cargo(root).args(words))
        });
    }
    if has(Step::Unit) || has(Step::Postgres) {
        let cluster = report.step("postgres: start a throw-away cluster", |_| Cluster::start());
        if has(Step::Postgres)
            && let Some(cluster) = &cluster
        {
            report.step("postgres: ask for its version", |_| cluster.print_version());
        }
        if has(Step::Unit) {
            report.step("unit: cargo test --workspace", |tally| {
                unit(root, cluster.as_ref(), tally)
            });
            report.step(
                "unit: take guards away (cargo test --features sabotage)",
                |tally| torment::few_sabotages(root, tally),
            );
        }
        if let Some(cluster) = cluster {
            report.step("postgres: stop and remove it", |_| cluster.stop());
        }
    }
    if has(Step::Browser) {
        browser(root, &mut report, "browser: playwright test", &[], &[]);
    }
    report.finish()
}

/// Makes the pictures of the pages; `false` when something failed.
pub(crate) fn pictures(root: &Path) -> bool {
    let mut report = Report::new();
    let needs = Needs {
        chromium: true,
        packages: vec![WEB, BROWSER],
        ..Needs::default()
    };
    install(root, &needs, &mut report);
    let name = "pictures: playwright test --grep @picture";
    let settings = [("STAUNCH_PICTURES", "1")];
    browser(root, &mut report, name, &["--grep", "@picture"], &settings);
    report.finish()
}

fn unit(root: &Path, cluster: Option<&Cluster>, tally: &mut Tally) -> Result<()> {
    let mut command = cargo(root);
    command
        .args([
            "test",
            "--workspace",
            "--no-fail-fast",
            "--",
            "--show-output",
        ])
        .env("RUST_BACKTRACE", "1");
    // Never another database than our own.
    match cluster {
        Some(cluster) => command.env("STAUNCH_TEST_POSTGRES", cluster.url()),
        None => command.env_remove("STAUNCH_TEST_POSTGRES"),
    };
    let countries = root.join(COUNTRIES);
    if countries.is_file() {
        command.env("STAUNCH_COUNTRY_MMDB", countries);
    }
    counted(&mut command, tally)
}

fn browser(root: &Path, report: &mut Report, name: &str, words: &[&str], env: &[(&str, &str)]) {
    let folder = root.join(BROWSER);
    // As the tests build it: alone, it would have its dependencies built anew with fewer features.
    let built = report.step("browser: cargo test --workspace --no-run", |_| {
        loud(cargo(root).args(["test", "--workspace", "--no-run"]))?;
        binary(root)
    });
    report.step("browser: check the types (tsc)", |_| {
        loud(installed("tsc", &folder).arg("--noEmit"))
    });
    report.step(name, |tally| {
        let binary = built.context("there is no server to test: it didn't build")?;
        counted(
            installed("playwright", &folder)
                .arg("test")
                .args(words)
                .env("STAUNCH_BIN", binary)
                .envs(env.iter().copied()),
            tally,
        )
    });
}

/// A program that npm installed into the folder.
fn installed(name: &str, folder: &Path) -> Command {
    program(folder.join("node_modules/.bin").join(name), folder)
}

/// The server that cargo built.
fn binary(root: &Path) -> Result<PathBuf> {
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    let binary = root.join(target).join("debug/staunch");
    if !binary.is_file() {
        bail!("{} wasn't built", binary.display());
    }
    Ok(binary)
}
