//! The carrier against a real mail server (`tests/smtp`), over real TLS.

mod common;

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::Stdio,
};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use common::{OWNER, clock, document, envelope, reply, settings};
use desk::letter::{Carrier, CarrierError};
use mail::{SmtpCarrier, SmtpSettings};
use mail_parser::MessageParser;
use serde_json::Value;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

const USER: &str = "desk@acme.example";
const PASSWORD: &str = "correct horse";

struct Server {
    child: Child,
    said: Lines<BufReader<ChildStdout>>,
    port: u64,
    folder: TempDir,
}

/// Starts the server, or says why this test is skipped.
async fn start(mode: &str, extra: &[&str]) -> Option<Server> {
    start_as("localhost", mode, extra).await
}

/// As [`start`], with a certificate for `name`.
async fn start_as(name: &str, mode: &str, extra: &[&str]) -> Option<Server> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/smtp");
    let node = Command::new("node").arg("--version").output().await;
    if node.is_err() || !home.join("node_modules/smtp-server").is_dir() {
        // Straight to the output: a passing test's `println!` would be swallowed.
        let words = "skipped: run `cargo xtask test`, which installs node and the test mail server";
        writeln!(std::io::stdout(), "{words}").expect("prints");
        return None;
    }
    let signed = rcgen::generate_simple_self_signed([name.into()]).expect("a certificate");
    let folder = tempfile::tempdir().expect("a folder");
    let (key, cert) = (
        folder.path().join("key.pem"),
        folder.path().join("cert.pem"),
    );
    std::fs::write(&key, signed.signing_key.serialize_pem()).expect("writes");
    std::fs::write(&cert, signed.cert.pem()).expect("writes");
    let mut child = Command::new("node")
        .arg(home.join("server.js"))
        .args(["--mode", mode, "--user", USER, "--password", PASSWORD])
        .arg("--key")
        .arg(&key)
        .arg("--cert")
        .arg(&cert)
        .args(extra)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("node starts");
    let mut said = BufReader::new(child.stdout.take().expect("its output")).lines();
    let first = said
        .next_line()
        .await
        .expect("reads")
        .expect("a first line");
    let first: Value = serde_json::from_str(&first).expect("JSON");
    let port = first["listening"].as_u64().expect("a port");
    Some(Server {
        child,
        said,
        port,
        folder,
    })
}

impl Server {
    fn certificate(&self) -> PathBuf {
        self.folder.path().join("cert.pem")
    }

    fn settings(&self, tls: &str) -> SmtpSettings {
        settings(&format!(
            "host = \"localhost\"\nport = {}\ntls = \"{tls}\"\nuser = \"{USER}\"\npassword = \"{PASSWORD}\"\n\
             ca_file = \"{}\"\nfrom = \"support@acme.example\"\ntimeout_seconds = 20\nhello_name = \"desk.example\"",
            self.port,
            self.certificate().display()
        ))
    }

    /// Ends the server and returns everything it saw.
    async fn seen(mut self) -> Vec<Value> {
        drop(self.child.stdin.take());
        let mut all = Vec::new();
        while let Some(line) = self.said.next_line().await.expect("reads") {
            all.push(serde_json::from_str(&line).expect("JSON"));
        }
        self.child.wait().await.expect("ends");
        all
    }
}

fn events<'a>(seen: &'a [Value], event: &str) -> Vec<&'a Value> {
    seen.iter().filter(|line| line["event"] == event).collect()
}

fn carrier(settings: &SmtpSettings) -> SmtpCarrier {
    SmtpCarrier::new(settings, clock()).expect("settings")
}

async fn delivers(mode: &str) {
    let Some(server) = start(mode, &[]).await else {
        return;
    };
    let carrier = carrier(&server.settings(mode));
    carrier.check().await.expect("well");
    let pdf: Vec<u8> = (0..=255).cycle().take(70_000).collect();
    carrier
        .carry(&envelope(document(&pdf)))
        .await
        .expect("carried");
    carrier
        .carry(&envelope(reply("Grüße\n.\nfrom us")))
        .await
        .expect("carried");
    let seen = server.seen().await;
    assert_eq!(events(&seen, "auth").len(), 1, "one connection for all");
    let mails: Vec<_> = seen
        .iter()
        .filter(|line| line["data"].is_string())
        .collect();
    assert_eq!(mails.len(), 2);
    for mail in &mails {
        assert_eq!(mail["secure"], true);
        assert_eq!(mail["from"], "support@acme.example");
        assert_eq!(mail["to"], serde_json::json!([OWNER]));
    }
    let bytes = |mail: &Value| {
        BASE64_STANDARD
            .decode(mail["data"].as_str().expect("text"))
            .expect("base64")
    };
    let first = bytes(mails[0]);
    let first = MessageParser::new().parse(&first).expect("a message");
    assert_eq!(first.attachment(0).expect("attached").contents(), pdf);
    let second = bytes(mails[1]);
    let second = MessageParser::new().parse(&second).expect("a message");
    assert!(
        second
            .body_text(0)
            .expect("text")
            .replace("\r\n", "\n")
            .contains("Grüße\n.\nfrom us")
    );
}

#[tokio::test]
async fn starttls_with_a_sign_in_delivers() {
    delivers("starttls").await;
}

#[tokio::test]
async fn tls_from_the_first_byte_delivers() {
    delivers("tls").await;
}

#[tokio::test]
async fn a_wrong_password_is_later_and_nothing_is_sent() {
    let Some(server) = start("starttls", &[]).await else {
        return;
    };
    let mut settings = server.settings("starttls");
    let file = server.folder.path().join("password");
    std::fs::write(&file, "wrong\n").expect("writes");
    settings.password = None;
    settings.password_file = Some(file.clone());
    let told = carrier(&settings).carry(&envelope(reply("Hello"))).await;
    assert_eq!(
        told,
        Err(CarrierError::Later(
            "the mail server refused our sign-in: the mail server said 535 Invalid login for"
                .into()
        ))
    );
    std::fs::write(&file, format!("{PASSWORD}\n")).expect("writes");
    carrier(&settings)
        .check()
        .await
        .expect("the right password in a file does");
    let seen = server.seen().await;
    assert_eq!(events(&seen, "auth").len(), 2);
    assert!(events(&seen, "mail").is_empty());
}

#[tokio::test]
async fn an_untrusted_certificate_is_later_and_nothing_is_sent() {
    for mode in ["starttls", "tls"] {
        let Some(server) = start(mode, &[]).await else {
            return;
        };
        let mut settings = server.settings(mode);
        settings.ca_file = None;
        assert_eq!(
            carrier(&settings).carry(&envelope(reply("Hello"))).await,
            Err(CarrierError::Later(
                "the mail server's certificate is not trusted: nobody this machine trusts has \
                 signed it; if it is your own, set ca_file"
                    .into()
            ))
        );
        assert_eq!(server.seen().await, Vec::<Value>::new());
    }
}

#[tokio::test]
async fn a_certificate_for_another_name_is_later_and_nothing_is_sent() {
    let Some(server) = start_as("other.example", "tls", &[]).await else {
        return;
    };
    assert_eq!(
        carrier(&server.settings("tls"))
            .carry(&envelope(reply("Hello")))
            .await,
        Err(CarrierError::Later(
            "the mail server's certificate is not trusted: it is for another name than host".into()
        ))
    );
    assert_eq!(server.seen().await, Vec::<Value>::new());
}

#[tokio::test]
async fn temporary_and_final_refusals_differ_and_name_nobody() {
    let later = |words: &str| CarrierError::Later(format!("the mail server said {words}"));
    let never = |words: &str| CarrierError::Never(format!("the mail server said {words}"));
    for (answer, at, expected) in [
        ("451", "rcpt", later("451 4.2.0 is busy, try later")),
        ("451", "data", later("451 4.2.0 is busy, try later")),
        ("550", "rcpt", never("550 5.1.1 user unknown")),
        ("550", "data", never("550 5.1.1 user unknown")),
    ] {
        let Some(server) = start("starttls", &["--answer", answer, "--at", at]).await else {
            return;
        };
        let carrier = carrier(&server.settings("starttls"));
        let told = carrier.carry(&envelope(reply("Hello"))).await;
        assert!(!format!("{told:?}").contains("robin") && !format!("{told:?}").contains('@'));
        assert_eq!(told, Err(expected));
        assert!(
            server
                .seen()
                .await
                .iter()
                .all(|line| line["data"].is_null())
        );
    }
}
