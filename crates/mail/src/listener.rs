//! Receives mail by SMTP (RFC 5321): commands in, complete messages out to an [`Inbox`].
//!
//! A message ends only at CR LF `.` CR LF; a lone line feed never ends one, so nothing can be
//! smuggled behind a message's end. There is no relaying here: what an inbox takes is its own.

use std::{fmt, io, sync::Arc, time::Duration};

use smtp_proto::{
    Error as Fault, Request,
    request::receiver::{DataReceiver, DummyDataReceiver, DummyLineReceiver, RequestReceiver},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    task::JoinSet,
    time::timeout,
};

use crate::render::line;

/// One message as it came in.
#[derive(Clone, PartialEq, Eq)]
pub struct Received {
    /// The envelope's sender; empty for a bounce.
    pub from: String,
    /// The envelope's recipients, in order.
    pub to: Vec<String>,
    /// The message as sent, headers and body, dots unstuffed, lines ending in CR LF.
    pub data: Vec<u8>,
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Received")
            .field("recipients", &self.to.len())
            .field("bytes", &self.data.len())
            .finish_non_exhaustive()
    }
}

/// Why a message is not taken. The text is told to the sending server, in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Try again later (451).
    Later(String),
    /// Don't try again (550).
    Never(String),
}

/// Takes complete messages.
#[async_trait::async_trait]
pub trait Inbox: Send + Sync {
    /// Takes one message. The sender hears "taken" only after this returns, so a message must be
    /// safe by then.
    ///
    /// # Errors
    /// [`Refusal`], which is passed on to the sender.
    async fn take(&self, received: Received) -> Result<(), Refusal>;
}

/// How much a listener bears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The largest message, in bytes; advertised and enforced.
    pub message_bytes: usize,
    /// The most recipients of one message.
    pub recipients: usize,
    /// The most connections at a time; others are told to come later.
    pub connections: usize,
    /// The most mistakes in one connection before it is ended.
    pub mistakes: usize,
    /// How long a connection may be silent.
    pub idle: Duration,
    /// How long messages in flight may take to finish after a stop.
    pub grace: Duration,
}

impl Default for Limits {
    /// 20 MiB, 50 recipients, 64 connections, 10 mistakes, five minutes of silence, ten seconds of
    /// grace.
    fn default() -> Self {
        Self {
            message_bytes: 20 * 1024 * 1024,
            recipients: 50,
            connections: 64,
            mistakes: 10,
            idle: Duration::from_mins(5),
            grace: Duration::from_secs(10),
        }
    }
}

/// A mail server that receives.
pub struct Listener {
    name: Arc<str>,
    inbox: Arc<dyn Inbox>,
    limits: Limits,
}

impl Listener {
    /// A listener that calls itself `name` (a host name) and gives what it receives to `inbox`.
    pub fn new(name: &str, inbox: Arc<dyn Inbox>, limits: Limits) -> Self {
        Self {
            name: line(name).replace(' ', "-").into(),
            inbox,
            limits,
        }
    }

    /// Receives on `socket` until `stop` is done; then takes no new connection, lets messages in
    /// flight finish within the grace time, and ends the rest.
    pub async fn serve(self, socket: TcpListener, stop: impl Future<Output = ()> + Send) {
        let (tell, told) = watch::channel(false);
        let room = Arc::new(Semaphore::new(self.limits.connections));
        let mut sessions = JoinSet::new();
        tokio::pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => break,
                Some(_) = sessions.join_next() => {}
                accepted = socket.accept() => match accepted {
                    Ok((stream, _)) => {
                        let room = room.clone().try_acquire_owned().ok();
                        let session = Session::new(stream, &self);
                        let told = told.clone();
                        sessions.spawn(async move {
                            if let Err(error) = session.run(room.is_some(), told).await {
                                tracing::debug!(kind = ?error.kind(), "mail connection ended");
                            }
                            drop(room);
                        });
                    }
                    Err(error) => {
                        tracing::warn!(kind = ?error.kind(), "can't accept mail connections");
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    }
                },
            }
        }
        drop(socket);
        let _ = tell.send(true);
        let all = async { while sessions.join_next().await.is_some() {} };
        if timeout(self.limits.grace, all).await.is_err() {
            tracing::warn!("mail connections were cut at the stop");
        }
        sessions.shutdown().await;
    }
}

/// What the next bytes are.
enum Mode {
    Commands,
    /// The rest of a line that was too long.
    LongLine(DummyLineReceiver),
    Data(DataReceiver, Vec<u8>),
    /// The rest of a message that was too large.
    LargeData(DummyDataReceiver),
}

/// What to do after a command.
enum Next {
    Go,
    Data,
    End,
}

struct Session {
    stream: TcpStream,
    name: Arc<str>,
    inbox: Arc<dyn Inbox>,
    limits: Limits,
    greeted: bool,
    from: Option<String>,
    to: Vec<String>,
    mistakes: usize,
}

impl Session {
    fn new(stream: TcpStream, listener: &Listener) -> Self {
        Self {
            stream,
            name: listener.name.clone(),
            inbox: listener.inbox.clone(),
            limits: listener.limits,
            greeted: false,
            from: None,
            to: Vec::new(),
            mistakes: 0,
        }
    }

    async fn run(mut self, room: bool, mut told: watch::Receiver<bool>) -> io::Result<()> {
        if !room {
            return self.say("421 4.7.0 Too many connections, try later").await;
        }
        self.say(&format!("220 {} ESMTP", self.name)).await?;
        let mut buffer = vec![0; 4096];
        let mut commands = RequestReceiver::default();
        let mut mode = Mode::Commands;
        loop {
            let in_message = matches!(mode, Mode::Data(..));
            let read = tokio::select! {
                () = stopped(&mut told), if !in_message => {
                    return self.say("421 4.3.2 Stopping, try later").await;
                }
                read = timeout(self.limits.idle, self.stream.read(&mut buffer)) => read,
            };
            let Ok(read) = read else {
                return self.say("421 4.4.2 Too long silent").await;
            };
            let read = read?;
            if read == 0 {
                return Ok(());
            }
            let mut bytes = buffer[..read].iter();
            while !bytes.as_slice().is_empty() {
                mode = match mode {
                    Mode::Commands => match commands.ingest(&mut bytes).map(Request::into_owned) {
                        Ok(request) => match self.obey(request).await? {
                            Next::Go => Mode::Commands,
                            Next::Data => Mode::Data(data_receiver(), Vec::new()),
                            Next::End => return Ok(()),
                        },
                        Err(Fault::NeedsMoreData { .. }) => {
                            mode = Mode::Commands;
                            break;
                        }
                        Err(Fault::ResponseTooLong) => Mode::LongLine(DummyLineReceiver::default()),
                        Err(fault) => {
                            self.mistake(&fault_reply(&fault)).await?;
                            Mode::Commands
                        }
                    },
                    Mode::LongLine(mut skip) => {
                        if skip.ingest(&mut bytes) {
                            self.mistake("500 5.5.6 Line too long").await?;
                            Mode::Commands
                        } else {
                            Mode::LongLine(skip)
                        }
                    }
                    Mode::Data(mut receiver, mut data) => {
                        if receiver.ingest(&mut bytes, &mut data) {
                            self.hand_over(data).await?;
                            Mode::Commands
                        } else if data.len() > self.limits.message_bytes {
                            Mode::LargeData(DummyDataReceiver::new_data(&receiver))
                        } else {
                            Mode::Data(receiver, data)
                        }
                    }
                    Mode::LargeData(mut skip) => {
                        if skip.ingest(&mut bytes) {
                            self.forget();
                            self.say("552 5.3.4 Message too large").await?;
                            Mode::Commands
                        } else {
                            Mode::LargeData(skip)
                        }
                    }
                };
                if self.mistakes > self.limits.mistakes {
                    return self.say("421 4.7.0 Too many mistakes").await;
                }
            }
        }
    }

    async fn obey(&mut self, request: Request<String>) -> io::Result<Next> {
        match request {
            Request::Ehlo { .. } => {
                self.greeted = true;
                self.forget();
                let reply = format!(
                    "250-{}\r\n250-PIPELINING\r\n250-SIZE {}\r\n250-8BITMIME\r\n\
                     250-SMTPUTF8\r\n250 ENHANCEDSTATUSCODES",
                    self.name, self.limits.message_bytes
                );
                self.say(&reply).await?;
            }
            Request::Helo { .. } => {
                self.greeted = true;
                self.forget();
                self.say(&format!("250 {}", self.name)).await?;
            }
            Request::Mail { .. } if !self.greeted => {
                self.mistake("503 5.5.1 Say EHLO first").await?;
            }
            Request::Mail { .. } if self.from.is_some() => {
                self.mistake("503 5.5.1 One message at a time").await?;
            }
            Request::Mail { from } if from.size > self.limits.message_bytes => {
                self.say("552 5.3.4 Message too large").await?;
            }
            Request::Mail { from } => {
                self.from = Some(from.address);
                self.say("250 2.1.0 Sender noted").await?;
            }
            Request::Rcpt { .. } if self.from.is_none() => {
                self.mistake("503 5.5.1 Say MAIL first").await?;
            }
            Request::Rcpt { to } if to.address.is_empty() => {
                self.mistake("501 5.1.3 Not an address").await?;
            }
            Request::Rcpt { .. } if self.to.len() >= self.limits.recipients => {
                self.say("452 4.5.3 Too many recipients").await?;
            }
            Request::Rcpt { to } => {
                self.to.push(to.address);
                self.say("250 2.1.5 Recipient noted").await?;
            }
            Request::Data if self.to.is_empty() => {
                self.mistake("503 5.5.1 Say MAIL and RCPT first").await?;
            }
            Request::Data => {
                self.say("354 Go on, end with a dot on its own line")
                    .await?;
                return Ok(Next::Data);
            }
            Request::Rset => {
                self.forget();
                self.say("250 2.0.0 Forgotten").await?;
            }
            Request::Noop { .. } => self.say("250 2.0.0 Well").await?,
            Request::Vrfy { .. } => self.say("252 2.5.2 Not told; send and see").await?,
            Request::Quit => {
                self.say("221 2.0.0 Goodbye").await?;
                return Ok(Next::End);
            }
            // What follows BDAT is not commands, so the connection can't go on.
            Request::Bdat { .. } => {
                self.say("502 5.5.1 Not offered").await?;
                return Ok(Next::End);
            }
            _ => self.mistake("502 5.5.1 Not offered").await?,
        }
        Ok(Next::Go)
    }

    async fn hand_over(&mut self, data: Vec<u8>) -> io::Result<()> {
        let received = Received {
            from: self.from.take().unwrap_or_default(),
            to: std::mem::take(&mut self.to),
            data,
        };
        if received.data.len() > self.limits.message_bytes {
            return self.say("552 5.3.4 Message too large").await;
        }
        match self.inbox.take(received).await {
            Ok(()) => self.say("250 2.0.0 Taken").await,
            Err(Refusal::Later(why)) => self.say(&format!("451 4.3.0 {}", one_line(&why))).await,
            Err(Refusal::Never(why)) => self.say(&format!("550 5.7.1 {}", one_line(&why))).await,
        }
    }

    fn forget(&mut self) {
        self.from = None;
        self.to.clear();
    }

    async fn mistake(&mut self, reply: &str) -> io::Result<()> {
        self.mistakes += 1;
        self.say(reply).await
    }

    async fn say(&mut self, reply: &str) -> io::Result<()> {
        let reply = format!("{reply}\r\n");
        timeout(self.limits.idle, self.stream.write_all(reply.as_bytes()))
            .await
            .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
    }
}

async fn stopped(told: &mut watch::Receiver<bool>) {
    // An error means that the listener itself is gone: a stop as well.
    let _ = told.wait_for(|stop| *stop).await;
}

/// A receiver that knows that DATA's own line has just ended, so that a dot on the first line is
/// seen too.
fn data_receiver() -> DataReceiver {
    let mut receiver = DataReceiver::new();
    receiver.ingest(&mut b"\r\n".iter(), &mut Vec::new());
    receiver
}

fn fault_reply(fault: &Fault) -> String {
    match fault {
        Fault::InvalidSenderAddress => "501 5.1.7 Not an address".into(),
        Fault::InvalidRecipientAddress => "501 5.1.3 Not an address".into(),
        Fault::SyntaxError { syntax } => format!("501 5.5.4 Write it like: {syntax}"),
        Fault::InvalidParameter { param } => format!("501 5.5.4 Wrong parameter {param}"),
        Fault::UnsupportedParameter { .. } => "555 5.5.4 Parameter not offered".into(),
        _ => "500 5.5.1 Command not known".into(),
    }
}

fn one_line(text: &str) -> String {
    line(text).chars().take(200).collect()
}
