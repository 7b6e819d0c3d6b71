//! The listener, driven by the real carrier, by lettre, and by hand.

mod common;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use common::{OWNER, Tray, clock, confirm, document, envelope, reply, settings};
use desk::letter::{Carrier, CarrierError};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor, address::Envelope as Route};
use mail::{Limits, Listener, Received, Refusal, SettingsError, SmtpCarrier};
use mail_parser::MessageParser;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{mpsc, oneshot},
    task::JoinHandle,
};
use words::RequestKind;

struct House {
    at: SocketAddr,
    taken: mpsc::UnboundedReceiver<Received>,
    stop: oneshot::Sender<()>,
    served: JoinHandle<()>,
}

async fn open(answer: Result<(), Refusal>, limits: Limits) -> House {
    let (tell, taken) = mpsc::unbounded_channel();
    let (stop, stopped) = oneshot::channel();
    let socket = TcpListener::bind("127.0.0.1:0").await.expect("binds");
    let at = socket.local_addr().expect("an address");
    let inbox = Arc::new(Tray {
        taken: tell,
        answer,
    });
    let listener = Listener::new("mx.example", inbox, limits);
    let served = tokio::spawn(listener.serve(socket, async {
        let _ = stopped.await;
    }));
    House {
        at,
        taken,
        stop,
        served,
    }
}

fn carrier(at: SocketAddr) -> SmtpCarrier {
    let settings = settings(&format!(
        "host = \"127.0.0.1\"\nport = {}\ntls = \"none\"\nfrom = \"support@acme.example\"",
        at.port()
    ));
    SmtpCarrier::new(&settings, clock()).expect("settings")
}

/// A conversation by hand.
struct Hand(TcpStream);

impl Hand {
    async fn call(house: &House) -> Self {
        let mut hand = Self(TcpStream::connect(house.at).await.expect("connects"));
        assert!(hand.heard().await.starts_with("220 mx.example"));
        hand
    }

    /// Sends the bytes and returns the next reply.
    async fn say(&mut self, bytes: &[u8]) -> String {
        self.0.write_all(bytes).await.expect("writes");
        self.heard().await
    }

    async fn heard(&mut self) -> String {
        let mut reply = Vec::new();
        loop {
            let byte = self.0.read_u8().await.expect("a reply");
            reply.push(byte);
            if reply.ends_with(b"\r\n") {
                let line = reply.rsplit(|b| *b == b'\n').nth(1).expect("a line");
                if line.get(3) != Some(&b'-') {
                    return String::from_utf8(reply).expect("text");
                }
            }
        }
    }

    async fn ended(&mut self) -> bool {
        self.0.read(&mut [0]).await.is_ok_and(|read| read == 0)
    }
}

const BEGIN: &[u8] =
    b"EHLO c.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n";

async fn begun(house: &House) -> Hand {
    let mut hand = Hand::call(house).await;
    hand.say(BEGIN).await;
    for code in ["250", "250", "354"] {
        assert!(hand.heard().await.starts_with(code));
    }
    hand
}

#[tokio::test]
async fn a_carried_letter_arrives_whole() {
    let mut house = open(Ok(()), Limits::default()).await;
    let carrier = carrier(house.at);
    carrier.check().await.expect("well");
    let pdf: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    carrier
        .carry(&envelope(document(&pdf)))
        .await
        .expect("carried");
    carrier
        .carry(&envelope(reply("one\n.\n..two\n")))
        .await
        .expect("carried");

    let first = house.taken.recv().await.expect("taken");
    assert_eq!(
        (first.from.as_str(), first.to.as_slice()),
        ("support@acme.example", &[OWNER.to_owned()][..])
    );
    let mail = MessageParser::new().parse(&first.data).expect("a message");
    assert_eq!(mail.attachment(0).expect("attached").contents(), pdf);
    let second = house.taken.recv().await.expect("taken");
    let mail = MessageParser::new().parse(&second.data).expect("a message");
    assert!(
        mail.body_text(0)
            .expect("text")
            .replace("\r\n", "\n")
            .contains("one\n.\n..two\n")
    );
}

#[tokio::test]
async fn refusals_come_back_as_later_and_never_without_the_address() {
    for (refusal, expected) in [
        (
            Refusal::Later(format!("{OWNER} is busy\r\ntry later")),
            CarrierError::Later("the mail server said 451 4.3.0 is busy try later".into()),
        ),
        (
            Refusal::Never(format!("no <{OWNER}> here")),
            CarrierError::Never("the mail server said 550 5.7.1 no here".into()),
        ),
    ] {
        let house = open(Err(refusal), Limits::default()).await;
        let told = carrier(house.at)
            .carry(&envelope(confirm(RequestKind::Reset)))
            .await;
        assert_eq!(told, Err(expected));
    }
}

#[tokio::test]
async fn nobody_listening_is_later() {
    let socket = TcpListener::bind("127.0.0.1:0").await.expect("binds");
    let at = socket.local_addr().expect("an address");
    drop(socket);
    assert_eq!(
        carrier(at).check().await,
        Err(CarrierError::Later(
            "the mail server refused the connection".into()
        ))
    );
}

#[tokio::test]
async fn a_server_that_never_answers_is_later_and_its_connection_is_not_used_again() {
    let socket = TcpListener::bind("127.0.0.1:0").await.expect("binds");
    let port = socket.local_addr().expect("an address").port();
    // Takes everything up to DATA's end, then says nothing more; counts the connections.
    let (count, mut counted) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = socket.accept().await {
            count.send(()).expect("the test listens");
            tokio::spawn(async move {
                let mut buffer = vec![0; 65536];
                stream.write_all(b"220 x\r\n").await.expect("writes");
                while let Ok(read) = stream.read(&mut buffer).await {
                    let reply: &[u8] = match buffer[..read].get(..4) {
                        None => return,
                        Some(b"DATA") => b"354 go on\r\n",
                        Some(b"EHLO" | b"MAIL" | b"RCPT" | b"NOOP") => b"250 x\r\n",
                        Some(_) => b"",
                    };
                    stream.write_all(reply).await.expect("writes");
                }
            });
        }
    });
    let settings = settings(&format!(
        "host = \"localhost\"\nport = {port}\ntls = \"none\"\nfrom = \"support@acme.example\"\ntimeout_seconds = 1"
    ));
    let carrier = SmtpCarrier::new(&settings, clock()).expect("settings");
    let silence = CarrierError::Unsure("the mail server did not answer in time".into());
    for _ in 0..2 {
        assert_eq!(
            carrier.carry(&envelope(reply("Hello"))).await,
            Err(silence.clone())
        );
        counted.recv().await.expect("a connection of its own");
    }
}

#[tokio::test]
async fn a_server_without_starttls_gets_nothing() {
    let mut house = open(Ok(()), Limits::default()).await;
    let settings = settings(&format!(
        "host = \"127.0.0.1\"\nport = {}\nfrom = \"support@acme.example\"\nuser = \"u\"\npassword = \"p\"",
        house.at.port()
    ));
    let carrier = SmtpCarrier::new(&settings, clock()).expect("settings");
    assert_eq!(
        carrier.carry(&envelope(reply("Hello"))).await,
        Err(CarrierError::Later(
            "the mail server does not offer STARTTLS; nothing was sent in clear".into()
        ))
    );
    assert!(house.taken.try_recv().is_err());
}

#[tokio::test]
async fn lettre_can_send_to_many_at_once() {
    let mut house = open(Ok(()), Limits::default()).await;
    let transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("127.0.0.1")
        .port(house.at.port())
        .build();
    let to = |a: &str| a.parse().expect("an address");
    let route = Route::new(None, vec![to("a@d.example"), to("b@d.example")]).expect("a route");
    transport
        .send_raw(&route, b"Subject: x\r\n\r\n.dot\r\n")
        .await
        .expect("sent");
    let taken = house.taken.recv().await.expect("taken");
    assert_eq!(taken.from, "");
    assert_eq!(taken.to, ["a@d.example", "b@d.example"]);
    assert_eq!(taken.data, b"Subject: x\r\n\r\n.dot\r\n\r\n");
}

#[tokio::test]
async fn commands_in_one_packet_or_in_single_bytes_are_the_same() {
    let mut house = open(Ok(()), Limits::default()).await;
    let mut hand = begun(&house).await;
    assert!(
        hand.say(b"one\r\n.\r\nQUIT\r\n")
            .await
            .starts_with("250 2.0.0")
    );
    assert!(hand.heard().await.starts_with("221"));
    assert!(hand.ended().await);
    assert_eq!(house.taken.recv().await.expect("taken").data, b"one\r\n");

    let mut hand = Hand::call(&house).await;
    hand.0.set_nodelay(true).expect("no delay");
    for byte in [BEGIN, b"..two\r\n.\r\n"].concat() {
        hand.0.write_all(&[byte]).await.expect("writes");
    }
    for code in ["250", "250", "250", "354", "250"] {
        assert!(hand.heard().await.starts_with(code));
    }
    assert_eq!(house.taken.recv().await.expect("taken").data, b".two\r\n");
}

#[tokio::test]
async fn an_empty_message_ends_at_once() {
    let mut house = open(Ok(()), Limits::default()).await;
    let mut hand = begun(&house).await;
    assert!(hand.say(b".\r\n").await.starts_with("250"));
    assert_eq!(house.taken.recv().await.expect("taken").data, b"");
}

#[tokio::test]
async fn only_a_true_line_with_a_dot_ends_a_message() {
    let mut house = open(Ok(()), Limits::default()).await;
    let mut hand = begun(&house).await;
    let smuggled: &[u8] = b"a\n.\nMAIL FROM:<x@y.example>\r\nb\n.\r\nc\r\n.\nd\r.\r\ne\r\n";
    hand.0.write_all(smuggled).await.expect("writes");
    assert!(hand.say(b".\r\n").await.starts_with("250 2.0.0"));
    let taken = house.taken.recv().await.expect("taken");
    assert!(taken.data.starts_with(b"a\n.\nMAIL") && taken.data.ends_with(b"e\r\n"));
    assert!(house.taken.try_recv().is_err());
}

#[tokio::test]
async fn order_is_kept() {
    let house = open(Ok(()), Limits::default()).await;
    let mut hand = Hand::call(&house).await;
    for (said, code) in [
        ("MAIL FROM:<a@b.example>", "503"),
        ("HELO c.example", "250"),
        ("RCPT TO:<c@d.example>", "503"),
        ("DATA", "503"),
        ("MAIL FROM:<a@b.example>", "250"),
        ("MAIL FROM:<a@b.example>", "503"),
        ("RCPT TO:<>", "501"),
        ("RCPT TO:<nobody>", "501"),
        ("RSET", "250"),
        ("RCPT TO:<c@d.example>", "503"),
        ("NOOP", "250"),
        ("VRFY c", "252"),
        ("STARTTLS", "502"),
        ("AUTH PLAIN AGEAYg==", "502"),
        ("HELLO", "500"),
    ] {
        let reply = hand.say(format!("{said}\r\n").as_bytes()).await;
        assert!(reply.starts_with(code), "{said}: {reply}");
    }
}

#[tokio::test]
async fn a_message_that_is_too_large_is_refused_and_the_next_is_taken() {
    let limits = Limits {
        message_bytes: 10_000,
        ..Limits::default()
    };
    let mut house = open(Ok(()), limits).await;
    let mut hand = Hand::call(&house).await;
    assert!(
        hand.say(b"EHLO c.example\r\n")
            .await
            .contains("250-SIZE 10000\r\n")
    );
    assert!(
        hand.say(b"MAIL FROM:<a@b.example> SIZE=10001\r\n")
            .await
            .starts_with("552")
    );
    for (size, code) in [(20_000, "552"), (10_001, "552"), (9_000, "250 2.0.0")] {
        for said in ["MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>", "DATA"] {
            hand.say(format!("{said}\r\n").as_bytes()).await;
        }
        let mut message = vec![b'x'; size - 2];
        message.extend_from_slice(b"\r\n.\r\n");
        assert!(hand.say(&message).await.starts_with(code), "{size}");
    }
    assert_eq!(house.taken.recv().await.expect("taken").data.len(), 9_000);
    assert!(house.taken.try_recv().is_err());
}

#[tokio::test]
async fn limits_hold() {
    let limits = Limits {
        recipients: 1,
        connections: 1,
        mistakes: 2,
        ..Limits::default()
    };
    let house = open(Ok(()), limits).await;
    let mut hand = Hand::call(&house).await;
    let mut second = Hand(TcpStream::connect(house.at).await.expect("connects"));
    assert!(second.heard().await.starts_with("421"));
    hand.say(b"EHLO c.example\r\n").await;
    hand.say(b"MAIL FROM:<a@b.example>\r\n").await;
    assert!(
        hand.say(b"RCPT TO:<c@d.example>\r\n")
            .await
            .starts_with("250")
    );
    assert!(
        hand.say(b"RCPT TO:<e@d.example>\r\n")
            .await
            .starts_with("452")
    );
    let long = [vec![b'x'; 9000], b"\r\n".to_vec()].concat();
    assert!(hand.say(&long).await.starts_with("500 5.5.6"));
    assert!(hand.say(b"NOOP\r\n").await.starts_with("250"));
    assert!(hand.say(b"WHAT\r\n").await.starts_with("500"));
    assert!(hand.say(b"WHAT\r\n").await.starts_with("500"));
    assert!(hand.heard().await.starts_with("421"));
    assert!(hand.ended().await);

    // The place is free again once the first session's task has ended.
    loop {
        let mut hand = Hand(TcpStream::connect(house.at).await.expect("connects"));
        if hand.heard().await.starts_with("220") {
            break;
        }
    }
}

#[tokio::test]
async fn a_silent_connection_is_ended() {
    let limits = Limits {
        idle: Duration::from_millis(100),
        ..Limits::default()
    };
    let house = open(Ok(()), limits).await;
    let mut hand = Hand::call(&house).await;
    assert!(hand.heard().await.starts_with("421 4.4.2"));
    assert!(hand.ended().await);
}

#[tokio::test]
async fn a_stop_lets_a_message_in_flight_finish() {
    let mut house = open(Ok(()), Limits::default()).await;
    let mut idle = Hand::call(&house).await;
    let mut hand = begun(&house).await;
    hand.0.write_all(b"half").await.expect("writes");
    house.stop.send(()).expect("stops");
    assert!(idle.heard().await.starts_with("421 4.3.2"));
    assert!(hand.say(b" and half\r\n.\r\n").await.starts_with("250"));
    assert!(hand.heard().await.starts_with("421 4.3.2"));
    house.served.await.expect("ended");
    assert_eq!(
        house.taken.recv().await.expect("taken").data,
        b"half and half\r\n"
    );
}

#[test]
fn settings_are_checked_with_words_that_help() {
    let refused = |toml: &str| {
        let toml = format!("from = \"support@acme.example\"\n{toml}");
        SmtpCarrier::new(&settings(&toml), clock())
            .expect_err("refused")
            .to_string()
    };
    assert!(
        refused("host = \"mx.example\"\ntls = \"none\"")
            .contains("only for a mail server on this machine")
    );
    assert!(
        refused("host = \"10.0.0.1\"\ntls = \"none\"")
            .contains("only for a mail server on this machine")
    );
    assert!(refused("host = \" \"").contains("host is empty"));
    assert!(refused("host = \"x\"\nuser = \"u\"").contains("go together"));
    assert!(refused("host = \"x\"\npassword = \"p\"").contains("go together"));
    assert!(
        refused("host = \"x\"\nuser = \"u\"\npassword = \"p\"\npassword_file = \"/p\"")
            .contains("keep one")
    );
    assert!(refused("host = \"x\"\nca_file = \"/does/not/exist\"").contains("ca_file"));
    assert!(refused("host = \"x\"\nca_file = \"Cargo.toml\"").contains("no usable certificate"));
    assert!(
        refused("host = \"x\"\nreply_to = \"nobody\"").contains("reply_to is not an email address")
    );
    assert!(refused("host = \"x\"\ntimeout_seconds = 0").contains("timeout_seconds"));
    assert!(refused("host = \"x\"\nhello_name = \"a b\"").contains("hello_name"));
    for host in ["localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]"] {
        let fine = settings(&format!(
            "host = \"{host}\"\ntls = \"none\"\nfrom = \"a@b.example\""
        ));
        assert!(SmtpCarrier::new(&fine, clock()).is_ok(), "{host}");
    }
    let unknown =
        toml::from_str::<mail::SmtpSettings>("host = \"x\"\nfrom = \"a@b.example\"\nhots = 1");
    assert!(unknown.expect_err("unknown").to_string().contains("hots"));
    assert!(matches!(
        SmtpCarrier::new(&settings("host = \"x\"\nfrom = \"nobody\""), clock()),
        Err(SettingsError::Address { setting: "from" })
    ));
}

#[test]
fn passwords_are_never_printed() {
    let settings = settings(
        "host = \"localhost\"\nfrom = \"a@b.example\"\nuser = \"u\"\npassword = \"open sesame\"",
    );
    let carrier = SmtpCarrier::new(&settings, clock()).expect("settings");
    let printed = format!("{settings:?} {carrier:?} {carrier:#?}");
    assert!(printed.contains("localhost") && !printed.contains("sesame"));
}
