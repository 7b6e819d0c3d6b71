//! Taking connections: at most so many at once, each with a time by which its request's head must
//! be there, so that slow callers don't hold the door.

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request},
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use std::{
    future::Future,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use tokio::{net::TcpListener, sync::Semaphore};
use tower::ServiceExt as _;

/// How many connections are open at once; further ones wait.
const CONNECTIONS: usize = 4096;
/// By when the head of a request must have come.
const HEAD: Duration = Duration::from_secs(15);

/// Answers requests until `stop`; then requests in hand may take `grace` to end. Says whether all
/// of them did.
pub(crate) async fn answer(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()>,
    grace: Duration,
) -> bool {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let open = GracefulShutdown::new();
    tokio::pin!(stop);
    loop {
        let Ok(place) = places.clone().acquire_owned().await else {
            break;
        };
        let taken = tokio::select! {
            taken = listener.accept() => taken,
            () = &mut stop => break,
        };
        let (stream, peer) = match taken {
            Ok(taken) => taken,
            Err(error) => {
                // Such as too many open files: it passes.
                tracing::warn!(%error, "a connection could not be taken");
                tokio::task::yield_now().await;
                continue;
            }
        };
        let router = router.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request
                .extensions_mut()
                .insert(ConnectInfo::<SocketAddr>(peer));
            router.clone().oneshot(request)
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD)
            .serve_connection(TokioIo::new(stream), service);
        let connection = open.watch(connection);
        tokio::spawn(async move {
            // A caller who goes away, or is too slow, is no error of ours.
            let _ = connection.await;
            drop(place);
        });
    }
    tokio::time::timeout(grace, open.shutdown()).await.is_ok()
}

/// Where a browser on this machine reaches a server that listens there: "everywhere" is no address to go
/// to.
pub(crate) fn reached(listen: SocketAddr) -> String {
    let own = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    format!("http://{}", SocketAddr::new(own, listen.port()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_to_an_address_that_can_be_opened() {
        for (listen, link) in [
            ("127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("0.0.0.0:8080", "http://127.0.0.1:8080"),
            ("[::]:443", "http://[::1]:443"),
            ("192.0.2.7:80", "http://192.0.2.7:80"),
        ] {
            assert_eq!(reached(listen.parse().expect("an address")), link);
        }
    }
}
