//! S-07 and S-08: nothing leads a check elsewhere; and what it tells of servers that mean well.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};

use super::super::Prober;
use super::super::outcome::Outcome;
use super::super::rules::Rules;
use super::{Names, answer, check, target};

/// What a server was asked.
type Visits = Arc<Mutex<Vec<String>>>;

async fn bound() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

async fn reply<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, text: &str, visits: &Visits) {
    let mut request = vec![0; 4096];
    let read = stream.read(&mut request).await.unwrap_or(0);
    visits.lock().unwrap().push(String::from_utf8_lossy(&request[..read]).into_owned());
    let _ = stream.write_all(text.as_bytes()).await;
    let _ = stream.shutdown().await;
}

/// A server that answers everything with that text.
async fn server(text: &str) -> (SocketAddr, Visits) {
    let ((listener, address), visits) = (bound().await, Visits::default());
    let (seen, text) = (Arc::clone(&visits), text.to_owned());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            reply(stream, &text, &seen).await;
        }
    });
    (address, visits)
}

fn page(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len())
}

#[tokio::test]
async fn a_redirect_is_told_and_not_followed() {
    let (inner, visits) = server(&page("200 OK", "", "secret")).await;
    let (outer, _) =
        server(&page("302 Found", &format!("Location: http://{inner}/\r\n"), "")).await;
    let answer = answer(check(&format!("http://{outer}/")).await);
    assert_eq!((answer.status, answer.location), (302, Some(format!("http://{inner}/"))));
    assert!(visits.lock().unwrap().is_empty());
}

#[tokio::test]
async fn an_answer_leaves_facts_and_nothing_of_its_text() {
    let body = "<html><TITLE lang=en>Jupyter\n\u{202e}Lab</title>token=hunter2";
    let headers = "Server: TornadoServer/6\r\nContent-Type: text/html\r\nSet-Cookie: a=b\r\n";
    let (address, visits) = server(&page("200 OK", headers, body)).await;
    let answer = answer(check(&format!("http://{address}/lab/")).await);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.title.as_deref(), Some("Jupyter Lab"));
    assert_eq!(answer.server.as_deref(), Some("TornadoServer/6"));
    assert!(!format!("{answer:?}").contains("hunter2"));
    let visits = visits.lock().unwrap();
    let [request] = visits.as_slice() else { panic!("{visits:?}") };
    let request = request.to_ascii_lowercase();
    assert!(request.starts_with("get /lab/ http/1.1\r\n"), "{request}");
    assert!(request.contains(&format!("host: {address}\r\n")), "{request}");
    assert!(request.contains("user-agent: skyports-check/"), "{request}");
    for never in ["cookie", "authorization", "referer"] {
        assert!(!request.contains(never), "{request}");
    }
}

#[tokio::test]
async fn pages_of_nginx_itself_are_known() {
    let body = "<html><head><title>503 Service Temporarily Unavailable</title></head>\
                <body><center>nginx</center></body></html>";
    let of_nginx = page("503 Service Temporarily Unavailable", "", body);
    let of_an_app = page("503 Service Unavailable", "", "<title>Loading the model</title>nginx");
    for (text, expected) in [(of_nginx, true), (of_an_app, false)] {
        let (address, _) = server(&text).await;
        assert_eq!(answer(check(&format!("http://{address}/")).await).is_of_nginx, expected);
    }
}

#[tokio::test]
async fn what_is_no_http_is_told_apart_from_nobody() {
    let (address, _) = server("-ERR unknown command 'GET'\r\n").await;
    assert!(matches!(check(&format!("http://{address}/")).await, Outcome::NotHttp(_)));
    let (address, _) = server("").await;
    assert!(matches!(check(&format!("http://{address}/")).await, Outcome::Ended(_)));
    // Nobody listens where somebody just did.
    let (listener, address) = bound().await;
    drop(listener);
    assert_eq!(check(&format!("http://{address}/")).await, Outcome::Refused);
}

#[tokio::test]
async fn a_refused_host_is_told_from_other_refusals() {
    let words = "Invalid Host header - possible DNS rebinding attack detected";
    for (status, body, expected) in [
        ("403 Forbidden", words, true),
        ("403 Forbidden", "Log in first", false),
        ("200 OK", words, false),
    ] {
        let (address, _) = server(&page(status, "Content-Type: text/plain\r\n", body)).await;
        assert_eq!(answer(check(&format!("http://{address}/")).await).refuses_host, expected);
    }
}

#[tokio::test]
async fn each_step_of_a_check_has_its_time() {
    let (address, _) = server(&page("200 OK", "", "")).await;
    let at = target(&format!("http://{address}/"));
    let (outcome, trace) = Prober::new(Rules::default(), Names::answering(&[])).traced(&at).await;
    let total = answer(outcome).millis;
    let steps = trace.connect.unwrap() + trace.answer.unwrap();
    assert!(steps.abs_diff(total) <= 1, "{trace:?}, {total} ms in all");
    assert_eq!((trace.name, trace.tls), (None, None));
    assert_eq!((trace.connections, trace.refused), (1, 0));
    assert_eq!(trace.addresses, [address.ip()]);
}

#[tokio::test]
async fn every_refused_connection_is_counted() {
    let (listener, address) = bound().await;
    drop(listener);
    let at = target(&format!("http://{address}/"));
    let (_, trace) = Prober::new(Rules::default(), Names::answering(&[])).traced(&at).await;
    assert_eq!((trace.connections, trace.refused), (3, 3));
    assert_eq!((trace.connect, trace.answer), (None, None));
}

/// A certificate that nobody has signed, for `lb.example`.
fn acceptor() -> TlsAcceptor {
    let der = |text: &str| BASE64_STANDARD.decode(text.replace('\n', "")).unwrap();
    let certificate = CertificateDer::from(der(include_str!("certificate.b64")));
    let key = PrivatePkcs8KeyDer::from(der(include_str!("key.b64")));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key.into())
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

#[tokio::test]
async fn a_certificate_that_nobody_signed_is_no_reason_not_to_ask() {
    let ((listener, address), acceptor) = (bound().await, acceptor());
    let visits = Visits::default();
    let seen = Arc::clone(&visits);
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let stream = acceptor.accept(stream).await.unwrap();
        reply(stream, &page("401 Unauthorized", "", ""), &seen).await;
    });
    assert_eq!(answer(check(&format!("https://{address}/")).await).status, 401);
    assert_eq!(visits.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn plain_http_where_tls_is_expected_fails_as_such() {
    let (address, _) = server(&page("400 Bad Request", "", "")).await;
    assert!(matches!(check(&format!("https://{address}/")).await, Outcome::TlsFailed(_)));
}
