//! A provider on this machine, which writes down what it gets and answers what it is told.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use desk::text::{Text, TextEnvelope};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;
use words::{Clock, RequestKind, Time};
use zeroize::Zeroizing;

pub(crate) const PHONE: &str = "+1 202-555-0142";
pub(crate) const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
pub(crate) const SERVICE: &str = "MG0123456789abcdef0123456789abcdef";
pub(crate) const TOKEN: &str = "made-up-auth-token";
pub(crate) const HOOK_SECRET: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
pub(crate) const LINK: &str =
    "https://desk.example/owner/not-me/0123456789abcdefghijABCDEFGHIJ_-0123456789a";

/// A clock that stands still.
pub(crate) struct Still;

impl Clock for Still {
    fn now(&self) -> Time {
        time("2026-11-21T10:02:00Z")
    }
}

pub(crate) fn time(text: &str) -> Time {
    Time::parse(text).expect("a time")
}

pub(crate) fn code() -> Text {
    Text::Code {
        code: Zeroizing::new("48291307".to_owned()),
        what: RequestKind::Deliver,
        item: Some("invoice 10442".to_owned()),
        expires: time("2026-11-21T10:12:00Z"),
    }
}

pub(crate) fn envelope() -> TextEnvelope {
    TextEnvelope {
        to: Zeroizing::new(PHONE.to_owned()),
        id: "0195-text-1".to_owned(),
        company: "Acme Production".to_owned(),
        text: code(),
    }
}

/// How the provider answers.
#[derive(Clone)]
pub(crate) enum Reply {
    /// With a status, further header lines and a body.
    With(u16, String, String),
    /// Takes the request and says nothing.
    Silence,
    /// Begins an answer and never ends it.
    Unending,
    /// Closes the connection instead.
    Hang,
}

impl Reply {
    pub(crate) fn status(status: u16) -> Self {
        Self::With(status, String::new(), String::new())
    }

    pub(crate) fn json(status: u16, body: &str) -> Self {
        let header = "content-type: application/json\r\n".to_owned();
        Self::With(status, header, body.to_owned())
    }
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub line: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
            .unwrap_or_default()
    }
}

/// The provider.
pub(crate) struct Server {
    pub port: u16,
    seen: Arc<Mutex<Vec<Request>>>,
    /// Connections, whether or not a request came over them.
    connections: Arc<Mutex<usize>>,
    /// The certificate of a server with TLS, as PEM.
    pub certificate: String,
}

impl Server {
    pub(crate) async fn start(reply: Reply) -> Self {
        Self::serve(reply, None).await
    }

    /// One with TLS, for `localhost`.
    pub(crate) async fn start_tls(reply: Reply) -> Self {
        let signed =
            rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        let key =
            rustls::pki_types::PrivateKeyDer::Pkcs8(signed.signing_key.serialize_der().into());
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![signed.cert.der().clone()], key)
            .expect("a certificate");
        let mut server = Self::serve(reply, Some(TlsAcceptor::from(Arc::new(config)))).await;
        server.certificate = signed.cert.pem();
        server
    }

    async fn serve(reply: Reply, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let connections = Arc::new(Mutex::new(0));
        let (book, count) = (Arc::clone(&seen), Arc::clone(&connections));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                *count.lock().expect("a count") += 1;
                let (reply, book, tls) = (reply.clone(), Arc::clone(&book), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => talk(stream, &reply, &book).await,
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                talk(stream, &reply, &book).await;
                            }
                        }
                    }
                });
            }
        });
        Self {
            port,
            seen,
            connections,
            certificate: String::new(),
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What came so far.
    pub(crate) fn seen(&self) -> Vec<Request> {
        self.seen.lock().expect("a list").clone()
    }

    /// The one request that came.
    pub(crate) fn only(&self) -> Request {
        let mut seen = self.seen();
        assert_eq!(seen.len(), 1, "{seen:?}");
        seen.remove(0)
    }

    pub(crate) fn connections(&self) -> usize {
        *self.connections.lock().expect("a count")
    }
}

async fn talk(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    reply: &Reply,
    book: &Mutex<Vec<Request>>,
) {
    let mut bytes = Vec::new();
    let (head, length) = loop {
        if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
            return;
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, _)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .filter_map(|line| line.split_once(':'))
                .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                .map_or(0, |(_, length)| length.trim().parse().expect("a length"));
            break (head.to_owned(), length);
        }
    };
    while bytes.len() < head.len() + 4 + length {
        if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
            return;
        }
    }
    let mut lines = head.lines();
    let request = Request {
        line: lines.next().unwrap_or_default().to_owned(),
        headers: lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        body: String::from_utf8_lossy(&bytes[head.len() + 4..]).into_owned(),
    };
    book.lock().expect("a list").push(request);
    let answer = match reply {
        Reply::With(status, headers, body) => format!(
            "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n{body}",
            body.len()
        ),
        Reply::Unending => "HTTP/1.1 200 X\r\ncontent-length: 100\r\n\r\nabc".to_owned(),
        Reply::Hang => return,
        Reply::Silence => String::new(),
    };
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.flush().await;
    if matches!(reply, Reply::Silence | Reply::Unending) {
        std::future::pending::<()>().await;
    }
    let _ = tokio::time::timeout(Duration::from_secs(5), stream.shutdown()).await;
}
