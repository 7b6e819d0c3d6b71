//! Where keys come from, and which are taken.

use std::{net::SocketAddr, sync::Arc};

use mail_auth::hickory_resolver::proto::{
    op::{Message, MessageType, ResponseCode},
    rr::{RData, Record, RecordType, rdata::TXT},
};
use receipt::{
    DnsKeys, KeySource, KeyUnknownError, PinnedKeys, ReceiptError, SettingsError, Verifier,
};
use tokio::net::UdpSocket;

use crate::support::{Mail, Signing, ed25519, keys, now, rsa, settings};

const NAME: &str = "june._domainkey.acme.example";

async fn with(source: Arc<dyn KeySource>, mail: Mail) -> Result<(), ReceiptError> {
    let verifier = Verifier::new(&settings(), source).expect("a verifier");
    let checked = verifier.check(mail.text().as_bytes(), now()).await;
    checked.map(|_| ())
}

#[tokio::test]
async fn a_key_that_was_taken_back_or_is_meant_for_something_else_is_refused() {
    let good = rsa().record();
    let p = good.split_once("p=").expect("a key").1;
    let records = [
        "v=DKIM1; k=rsa; p=".to_owned(),
        "v=DKIM1; k=rsa".to_owned(),
        format!("v=DKIM2; k=rsa; p={p}"),
        format!("k=rsa; v=DKIM1; p={p}"),
        format!("v=DKIM1; k=ed25519; p={p}"),
        format!("v=DKIM1; k=dsa; p={p}"),
        format!("v=DKIM1; h=sha1; p={p}"),
        format!("v=DKIM1; s=tlsrpt; p={p}"),
        format!("v=DKIM1; t=y; p={p}"),
        format!("v=DKIM1; t=s:y; p={p}"),
        format!("v=DKIM1; p={p}; p={p}"),
        "not a record".to_owned(),
        ed25519().record(),
    ];
    for record in records {
        let error = with(keys(&[(NAME, record.clone())]), Mail::receipt().signed()).await;
        assert_eq!(error, Err(ReceiptError::Key), "{record}");
    }
    let fine = [
        format!("v=DKIM1; p={p}"),
        format!("p={p}"),
        format!("v=DKIM1; h=sha1:sha256; s=*; t=s; k=rsa; n=note; p={p};"),
        format!("v=DKIM1; s=email; p={p}"),
    ];
    for record in fine {
        let checked = with(keys(&[(NAME, record.clone())]), Mail::receipt().signed()).await;
        assert_eq!(checked, Ok(()), "{record}");
    }
}

#[tokio::test]
async fn a_key_for_the_domain_alone_does_not_sign_for_one_below() {
    let record = rsa().record() + "; t=s";
    let signing = Signing {
        more: "; i=@shop.acme.example".to_owned(),
        ..Signing::usual()
    };
    let mail = signing.sign(Mail::receipt());
    let strict = with(keys(&[(NAME, record)]), mail.clone()).await;
    assert_eq!(strict, Err(ReceiptError::Key));
    let loose = with(keys(&[(NAME, rsa().record())]), mail).await;
    assert_eq!(loose, Ok(()));
}

#[tokio::test]
async fn a_key_of_1024_bits_is_too_short() {
    // The example key of RFC 6376, C.2: its private half is published.
    let record = "v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB";
    let error = with(keys(&[(NAME, record.to_owned())]), Mail::receipt().signed()).await;
    assert_eq!(error, Err(ReceiptError::WeakKey));
}

#[tokio::test]
async fn no_key_and_two_keys_under_one_name_are_no_key() {
    struct Two;
    #[async_trait::async_trait]
    impl KeySource for Two {
        async fn records(&self, _: &str) -> Result<Vec<String>, KeyUnknownError> {
            Ok(vec![rsa().record(), rsa().record()])
        }
    }
    let mail = || Mail::receipt().signed();
    assert_eq!(with(keys(&[]), mail()).await, Err(ReceiptError::Key));
    assert_eq!(with(Arc::new(Two), mail()).await, Err(ReceiptError::Key));
}

#[tokio::test]
async fn keys_that_cannot_be_asked_for_are_not_the_mails_fault() {
    struct Silent;
    #[async_trait::async_trait]
    impl KeySource for Silent {
        async fn records(&self, _: &str) -> Result<Vec<String>, KeyUnknownError> {
            Err(KeyUnknownError)
        }
    }
    let error = with(Arc::new(Silent), Mail::receipt().signed()).await;
    assert_eq!(error, Err(ReceiptError::KeyUnknown));
    assert!(ReceiptError::KeyUnknown.is_ours());
    assert!(!ReceiptError::Signature.is_ours());
}

#[tokio::test]
async fn only_the_companys_keys_are_asked_for() {
    struct Watched(std::sync::Mutex<Vec<String>>);
    #[async_trait::async_trait]
    impl KeySource for Watched {
        async fn records(&self, name: &str) -> Result<Vec<String>, KeyUnknownError> {
            self.0.lock().expect("a list").push(name.to_owned());
            Ok(vec![rsa().record()])
        }
    }
    let foreign = Signing {
        domain: "elsewhere.example",
        ..Signing::usual()
    };
    let mail = foreign.sign(Mail::receipt().signed());
    let source = Arc::new(Watched(std::sync::Mutex::default()));
    assert_eq!(with(Arc::clone(&source) as _, mail).await, Ok(()));
    assert_eq!(*source.0.lock().expect("a list"), [NAME]);
}

#[test]
fn a_file_of_keys_is_read_line_by_line() {
    let text = format!("# June\n\n{NAME}. {}\n", rsa().record());
    assert!(PinnedKeys::parse(&text).is_ok());
    for (line, text) in [
        (1, "nonsense"),
        (2, "# x\nacme.example v=DKIM1; p=x"),
        (1, "june._domainkey.acme.example"),
        (2, "a._domainkey.b.example v\na._domainkey.b.example v"),
    ] {
        let error = PinnedKeys::parse(text).expect_err("refused");
        assert_eq!(error, SettingsError::KeyLine { line });
    }
}

/// A name server on this machine that knows one record and answers `code` to
/// everything else.
async fn name_server(record: String, code: ResponseCode) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a socket");
    let address = socket.local_addr().expect("an address");
    tokio::spawn(async move {
        let mut buffer = [0; 1500];
        while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
            let Ok(mut message) = Message::from_vec(&buffer[..length]) else {
                continue;
            };
            message.metadata.message_type = MessageType::Response;
            let Some(query) = message.queries.first().cloned() else {
                continue;
            };
            if query.name().to_ascii() == format!("{NAME}.")
                && query.query_type() == RecordType::TXT
            {
                // A string of a TXT record has 255 bytes at the most; a key needs several.
                let strings = record.as_bytes().chunks(200);
                let strings = strings.map(|part| String::from_utf8_lossy(part).into_owned());
                let data = RData::TXT(TXT::new(strings.collect()));
                message.add_answer(Record::from_rdata(query.name().clone(), 60, data));
            } else {
                message.metadata.response_code = code;
            }
            let bytes = message.to_vec().expect("an answer");
            socket.send_to(&bytes, from).await.expect("sent");
        }
    });
    address
}

#[tokio::test]
async fn keys_are_found_in_the_dns() {
    let server = name_server(rsa().record(), ResponseCode::NXDomain).await;
    let keys = Arc::new(DnsKeys::at(&[server]).expect("a resolver"));
    assert_eq!(
        with(Arc::clone(&keys) as _, Mail::receipt().signed()).await,
        Ok(())
    );
    assert_eq!(
        keys.records("other._domainkey.acme.example").await,
        Ok(Vec::new())
    );
}

#[tokio::test]
async fn a_name_server_in_trouble_is_not_the_mails_fault() {
    let server = name_server(rsa().record(), ResponseCode::ServFail).await;
    let keys = DnsKeys::at(&[server]).expect("a resolver");
    assert_eq!(
        keys.records("other._domainkey.acme.example").await,
        Err(KeyUnknownError)
    );
}
