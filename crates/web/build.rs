//! Makes what the browser loads: bundles scripts and styles with esbuild, cuts the icon sprite from
//! the icon library, names each file by its content, and writes a table of them for `assets.rs`.

use std::{
    collections::hash_map::DefaultHasher,
    env,
    fmt::Write as _,
    fs,
    hash::Hasher,
    io,
    path::{Path, PathBuf},
    process::Command,
};

/// What esbuild starts from; each becomes one file.
const ENTRIES: [&str; 6] = [
    "theme.ts",
    "desk.ts",
    "world.ts",
    "desk.css",
    "owner.css",
    "world.css",
];

fn main() {
    for path in ["build.rs", "package.json", "package-lock.json", "assets"] {
        println!("cargo::rerun-if-changed={path}");
    }
    if let Err(reason) = build() {
        println!("cargo::error={reason}");
        std::process::exit(1);
    }
}

fn build() -> Result<(), String> {
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(|e| e.to_string())?);
    let out = PathBuf::from(env::var("OUT_DIR").map_err(|e| e.to_string())?);
    let modules = install(&here, &out.join("npm"))
        .map_err(|e| format!("the desk's pages need Node and npm: {e}"))?;
    let countries = "@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb";
    fs::copy(modules.join(countries), out.join("countries.mmdb"))
        .map_err(|e| format!("the country file is missing from its package: {e}"))?;
    let made = out.join("assets");
    let _ = fs::remove_dir_all(&made);
    fs::create_dir_all(&made).map_err(|e| e.to_string())?;
    bundle(&here.join("assets"), &modules, &made).map_err(|e| format!("esbuild failed: {e}"))?;
    sprite(
        &here.join("assets/icons.txt"),
        &modules.join("lucide-static/icons"),
        &made,
    )
    .map_err(|e| format!("the icon sprite can't be made: {e}"))?;
    table(&made, &out.join("assets.rs")).map_err(|e| e.to_string())
}

/// Installs what `package-lock.json` names, unless that was done before; returns `node_modules`.
fn install(here: &Path, into: &Path) -> io::Result<PathBuf> {
    let modules = into.join("node_modules");
    let lock = fs::read(here.join("package-lock.json"))?;
    let stamp = into.join("installed.json");
    if fs::read(&stamp).is_ok_and(|done| done == lock) {
        return Ok(modules);
    }
    fs::create_dir_all(into)?;
    fs::copy(here.join("package.json"), into.join("package.json"))?;
    fs::write(into.join("package-lock.json"), &lock)?;
    run(Command::new("npm")
        .args([
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--loglevel=error",
        ])
        .current_dir(into))?;
    fs::write(stamp, lock)?;
    Ok(modules)
}

fn bundle(from: &Path, modules: &Path, into: &Path) -> io::Result<()> {
    run(Command::new(modules.join(".bin/esbuild"))
        .args(ENTRIES)
        .args([
            "--bundle",
            "--minify",
            "--charset=utf8",
            "--legal-comments=none",
            "--log-level=warning",
        ])
        .args([
            "--format=iife",
            "--target=chrome123,firefox121,safari17.5",
            "--entry-names=[name]-[hash]",
        ])
        .arg(format!("--outdir={}", into.display()))
        .env("NODE_PATH", modules)
        .current_dir(from))
}

/// One SVG file with a symbol for each icon that is used.
fn sprite(list: &Path, icons: &Path, into: &Path) -> io::Result<()> {
    let mut svg = String::from(r#"<svg xmlns="http://www.w3.org/2000/svg">"#);
    for name in fs::read_to_string(list)?
        .lines()
        .map(str::trim)
        .filter(|name| !name.is_empty())
    {
        let icon = fs::read_to_string(icons.join(format!("{name}.svg")))
            .map_err(|e| io::Error::other(format!("icon `{name}`: {e}")))?;
        let drawing = icon
            .split_once("<svg")
            .and_then(|(_, rest)| rest.split_once('>'))
            .and_then(|(_, rest)| rest.split_once("</svg>"))
            .map(|(drawing, _)| drawing.split_whitespace().collect::<Vec<_>>().join(" "))
            .ok_or_else(|| io::Error::other(format!("icon `{name}` is not an SVG drawing")))?;
        let _ = write!(
            svg,
            r#"<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">{drawing}</symbol>"#
        );
    }
    let mark = fs::read_to_string(list.with_file_name("mark.svg"))?;
    named(into, "mark", &mark)?;
    svg += &mark
        .trim()
        .replacen(
            "<svg xmlns=\"http://www.w3.org/2000/svg\"",
            "<symbol id=\"mark\"",
            1,
        )
        .replace("</svg>", "</symbol>");
    svg += "</svg>";
    named(into, "icons", &svg)
}

/// Writes an SVG file under a name that tells its content apart.
fn named(into: &Path, stem: &str, svg: &str) -> io::Result<()> {
    let mut hasher = DefaultHasher::new();
    hasher.write(svg.as_bytes());
    fs::write(
        into.join(format!("{stem}-{:016x}.svg", hasher.finish())),
        svg,
    )
}

/// The table: a constant with the address of each file, and all files with their bytes.
fn table(made: &Path, into: &Path) -> io::Result<()> {
    let mut files: Vec<PathBuf> = fs::read_dir(made)?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<_>>()?;
    files.sort();
    let mut constants = String::new();
    let mut rows = String::new();
    for file in files {
        let name = file
            .file_name()
            .and_then(|name| name.to_str())
            .ok_or_else(|| io::Error::other("a file without a name"))?;
        let (stem, rest) = name
            .split_once('-')
            .ok_or_else(|| io::Error::other("a file without a hash"))?;
        let (kind, media_type) = match rest.rsplit_once('.') {
            Some((_, "js")) => ("JS", "text/javascript; charset=utf-8"),
            Some((_, "css")) => ("CSS", "text/css; charset=utf-8"),
            _ => ("SVG", "image/svg+xml"),
        };
        let _ = write!(
            constants,
            "/// The address of `{stem}`.\npub const {}_{kind}: &str = \"/assets/{name}\";\n",
            stem.to_uppercase()
        );
        let _ = writeln!(
            rows,
            "    (\"{name}\", Asset {{ bytes: include_bytes!({:?}), media_type: \"{media_type}\" }}),",
            file.display().to_string()
        );
    }
    fs::write(
        into,
        format!("{constants}\nstatic FILES: &[(&str, Asset)] = &[\n{rows}];\n"),
    )
}

fn run(command: &mut Command) -> io::Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let done = command
        .output()
        .map_err(|e| io::Error::other(format!("`{name}` can't be started: {e}")))?;
    if done.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&done.stderr);
    let first = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("npm warn"))
        .collect::<Vec<_>>();
    Err(io::Error::other(format!(
        "`{name}` says: {}",
        first.join(" / ")
    )))
}
