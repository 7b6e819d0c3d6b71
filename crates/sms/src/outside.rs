//! One address outside, and the only way to it: no redirects, no proxies, no address inside the
//! operator's own network (unless that is meant), no endless answers.

use std::{error::Error, fmt, io, net::SocketAddr, sync::Arc, time::Duration};

use desk::letter::CarrierError;
use reqwest::{
    Certificate, Client, RequestBuilder, Response, Url,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect::Policy,
};

use crate::{
    address::is_public,
    settings::{Reach, SettingsError},
};

/// The most that is read of an answer, in bytes.
const LARGEST: usize = 16 * 1024;

/// A way to one address.
pub(crate) struct Outside {
    client: Client,
    url: Url,
}

/// What came back.
pub(crate) struct Answer {
    /// The status.
    pub status: u16,
    /// The body; nothing of one that is too large.
    pub body: Vec<u8>,
}

impl Outside {
    /// Checks the address and makes the way; nothing is connected yet. `setting` names the address
    /// in errors.
    pub(crate) fn new(
        url: &str,
        setting: &'static str,
        reach: &Reach,
    ) -> Result<Self, SettingsError> {
        let url = Url::parse(url).map_err(|_| SettingsError::Url { setting })?;
        let plain = url.username().is_empty()
            && url.password().is_none()
            && url.fragment().is_none()
            && url.query().is_none()
            && url.has_host();
        let clear = url.scheme() == "http" && reach.allow_private && is_local(&url);
        if !plain || !(url.scheme() == "https" || clear) {
            return Err(SettingsError::Url { setting });
        }
        if !reach.allow_private && ip(&url).is_some_and(|ip| !is_public(ip)) {
            return Err(SettingsError::Private { setting });
        }
        if !(1..=120).contains(&reach.timeout_seconds) {
            return Err(SettingsError::Timeout);
        }
        let mut builder = Client::builder()
            .timeout(Duration::from_secs(reach.timeout_seconds))
            .redirect(Policy::none())
            .no_proxy()
            .referer(false)
            .https_only(!clear)
            .user_agent("staunch");
        if !reach.allow_private {
            builder = builder.dns_resolver(Arc::new(PublicOnly));
        }
        if let Some(path) = &reach.ca_file {
            let pem = std::fs::read(path).map_err(|error| SettingsError::File {
                setting: "ca_file",
                why: error.kind(),
            })?;
            let trusted = Certificate::from_pem_bundle(&pem)
                .ok()
                .filter(|all| !all.is_empty())
                .ok_or(SettingsError::Certificate)?;
            builder = builder.tls_certs_merge(trusted);
        }
        let client = builder.build().map_err(|_| SettingsError::Certificate)?;
        Ok(Self { client, url })
    }

    /// A POST to the address, or to a path below it.
    pub(crate) fn post(&self, below: &[&str]) -> RequestBuilder {
        let mut url = self.url.clone();
        if !below.is_empty()
            && let Ok(mut path) = url.path_segments_mut()
        {
            path.pop_if_empty().extend(below);
        }
        self.client.post(url)
    }

    /// Sends, and waits for the whole answer. `who` names the other side, such as `the text message
    /// service`.
    pub(crate) async fn send(
        &self,
        request: RequestBuilder,
        who: &str,
    ) -> Result<Answer, CarrierError> {
        let mut answer = request
            .send()
            .await
            .map_err(|error| CarrierError::Later(broken(&error, who)))?;
        let status = answer.status().as_u16();
        // Whether it was taken is in the status; a body that breaks off must not send it twice.
        let body = read(&mut answer).await.unwrap_or_default();
        Ok(Answer { status, body })
    }
}

async fn read(answer: &mut Response) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(part) = answer.chunk().await.ok()? {
        body.extend_from_slice(&part);
        if body.len() > LARGEST {
            return None;
        }
    }
    Some(body)
}

/// A request that failed, in words that hold no address and nothing of the request.
fn broken(error: &reqwest::Error, who: &str) -> String {
    if error.is_timeout() {
        return format!("{who} did not answer in time");
    }
    let mut cause = error.source();
    while let Some(now) = cause {
        if now.is::<PrivateError>() {
            return format!(
                "the name of {who} leads to an address inside this network; set allow_private if that is meant"
            );
        }
        match now.downcast_ref::<rustls::Error>() {
            Some(rustls::Error::InvalidCertificate(_)) => {
                return format!("the certificate of {who} is not trusted");
            }
            Some(_) => return format!("{who} and we found no common way to encrypt"),
            None => {}
        }
        cause = match now.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            // What an I/O error wraps stands beside its sources, not among them.
            Some(inner) => Some(inner),
            None => now.source(),
        };
    }
    if error.is_connect() {
        format!("{who} could not be reached")
    } else {
        format!("the connection to {who} broke")
    }
}

/// True for a name or address of this very machine.
fn is_local(url: &Url) -> bool {
    url.host_str() == Some("localhost") || ip(url).is_some_and(|ip| ip.is_loopback())
}

fn ip(url: &Url) -> Option<std::net::IpAddr> {
    let host = url.host_str()?;
    host.trim_start_matches('[')
        .trim_end_matches(']')
        .parse()
        .ok()
}

/// Looks names up and keeps the public addresses: those are what is connected to, so that a name
/// can't lead elsewhere between the look-up and the connection.
struct PublicOnly;

/// All addresses of a name are inside.
#[derive(Debug)]
struct PrivateError;

impl fmt::Display for PrivateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name leads to no public address")
    }
}

impl Error for PrivateError {}

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|at| is_public(at.ip())).collect();
            if public.is_empty() {
                return Err(PrivateError.into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}
