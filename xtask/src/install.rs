//! Installing what a run needs and the machine lacks.

use std::io::IsTerminal;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::command::{in_path, program, quiet, succeeds};
use crate::postgres;
use crate::report::Report;

/// Where the browser tests' configuration looks for Chromium.
const CHROMIUM: &str = "/usr/bin/chromium";

/// What a run needs beside cargo itself.
#[derive(Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says yes or no to one thing"
)]
pub(crate) struct Needs {
    pub(crate) rustfmt: bool,
    pub(crate) clippy: bool,
    pub(crate) postgres: bool,
    pub(crate) chromium: bool,
    /// The solver that proves policies.
    pub(crate) cvc5: bool,
    /// Folders with a package.json, below the root; one that isn't there is left out.
    pub(crate) packages: Vec<&'static str>,
}

/// Installs what is missing, one step for each; what can't be installed is a failed step.
pub(crate) fn install(root: &Path, needs: &Needs, report: &mut Report) {
    for (needed, tool, component) in [
        (needs.rustfmt, "cargo-fmt", "rustfmt"),
        (needs.clippy, "cargo-clippy", "clippy"),
    ] {
        if needed && !succeeds(program(tool, root).arg("--version")) {
            report.step(&format!("install: {component} (rustup)"), |_| {
                quiet(program("rustup", root).args(["component", "add", component]))
            });
        }
    }

    let mut apt: Vec<(&str, &[&str])> = Vec::new();
    if needs.postgres && postgres::programs().is_none() {
        apt.push(("postgresql", &["postgresql"]));
    }
    if needs.cvc5 && in_path("cvc5").is_none() {
        apt.push(("cvc5", &["cvc5"]));
    }
    if needs.chromium && !Path::new(CHROMIUM).exists() {
        // Without a font the pages are empty boxes.
        apt.push(("chromium", &["chromium", "fonts-liberation"]));
    }
    if !apt.is_empty() {
        report.step("install: package lists (apt)", |_| {
            quiet(apt_get(root)?.arg("update"))
        });
    }
    for (name, packages) in apt {
        report.step(&format!("install: {name} (apt)"), |_| {
            apt_get(root)
                .and_then(|mut apt_get| {
                    let words = ["install", "--yes", "--no-install-recommends"];
                    quiet(apt_get.args(words).args(packages))
                })
                .with_context(|| format!("{name} is missing"))
        });
    }

    for &folder in &needs.packages {
        let folder_path = root.join(folder);
        if !folder_path.join("package.json").is_file() || is_installed(&folder_path) {
            continue;
        }
        report.step(&format!("install: {folder} (npm)"), |_| {
            if in_path("node").is_none() || in_path("npm").is_none() {
                bail!("node and npm are missing: install Node 20 or later");
            }
            quiet(
                program("npm", &folder_path)
                    .args(["ci", "--no-audit", "--no-fund"])
                    .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"),
            )
        });
    }
}

/// Whether npm has installed what the lock file asks for: npm writes its own list last, so it is the newest.
fn is_installed(folder: &Path) -> bool {
    let changed = |name: &str| {
        folder
            .join(name)
            .metadata()
            .and_then(|file| file.modified())
    };
    let Ok(installed) = changed("node_modules/.package-lock.json") else {
        return false;
    };
    ["package.json", "package-lock.json"]
        .iter()
        .all(|name| changed(name).is_ok_and(|asked| asked <= installed))
}

/// `apt-get`, as root or through sudo.
fn apt_get(root: &Path) -> Result<Command> {
    if in_path("apt-get").is_none() {
        bail!("there is no apt-get here to install it with: install it by hand");
    }
    let mut command = if is_root() {
        program("env", root)
    } else if in_path("sudo").is_some() {
        let mut sudo = program("sudo", root);
        if !std::io::stdin().is_terminal() {
            sudo.arg("--non-interactive");
        }
        sudo.arg("env");
        sudo
    } else {
        bail!("installing needs root, and there is no sudo here: install it by hand");
    };
    command.args([
        "DEBIAN_FRONTEND=noninteractive",
        "apt-get",
        "--quiet",
        "--option=DPkg::Lock::Timeout=300",
    ]);
    Ok(command)
}

/// Whether this process may do everything.
pub(crate) fn is_root() -> bool {
    Path::new("/proc/self")
        .metadata()
        .is_ok_and(|process| process.uid() == 0)
}
