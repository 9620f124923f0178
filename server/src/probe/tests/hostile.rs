//! whatever the other side does, a check ends in time and reads little.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::super::outcome::{Outcome, Step};
use super::{answer, check};

/// What a check may take: its five seconds, and what a loaded machine adds.
const LONGEST: Duration = Duration::from_secs(7);
/// What may be on its way in two sockets' buffers once nobody reads any more.
const MOST: usize = 16 << 20;

/// A server that behaves so once; how many bytes it got rid of is told when it ends.
async fn once<F>(
    behave: impl FnOnce(TcpStream) -> F + Send + 'static,
) -> (SocketAddr, oneshot::Receiver<usize>)
where
    F: Future<Output = usize> + Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, written) = oneshot::channel();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let _ = tell.send(behave(stream).await);
    });
    (address, written)
}

/// Writes that again and again until the other side has gone.
async fn flood(mut stream: TcpStream, head: &'static [u8], piece: &'static [u8]) -> usize {
    let mut request = [0; 1024];
    let _ = stream.read(&mut request).await;
    let mut written = 0;
    let mut next = head;
    while stream.write_all(next).await.is_ok() {
        written += next.len();
        next = piece;
    }
    written
}

async fn timed(address: SocketAddr) -> Outcome {
    let started = Instant::now();
    let outcome = check(&format!("http://{address}/")).await;
    assert!(started.elapsed() < LONGEST, "{outcome:?} after {:?}", started.elapsed());
    outcome
}

#[tokio::test]
async fn who_accepts_and_never_answers_is_left() {
    let (address, gone) = once(|mut stream| async move {
        let mut request = vec![];
        stream.read_to_end(&mut request).await.unwrap_or(0)
    })
    .await;
    assert_eq!(timed(address).await, Outcome::TimedOut(Step::Answer));
    // The connection is closed, too.
    assert!(tokio::time::timeout(LONGEST, gone).await.is_ok());
}

#[tokio::test]
async fn an_endless_body_is_read_for_its_beginning() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>On and on</title>";
    let (address, written) = once(|stream| flood(stream, head, &[b'x'; 4096])).await;
    let answer = answer(timed(address).await);
    assert_eq!((answer.status, answer.title.as_deref()), (200, Some("On and on")));
    assert!(tokio::time::timeout(LONGEST, written).await.unwrap().unwrap() < MOST);
}

#[tokio::test]
async fn a_body_that_drips_does_not_hold_the_answer() {
    let (address, _) = once(|mut stream| async move {
        let _ = stream.read(&mut [0; 1024]).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n").await;
        while stream.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        0
    })
    .await;
    assert_eq!(answer(timed(address).await).status, 200);
}

#[tokio::test]
async fn who_speaks_first_speaks_no_http() {
    let (address, _) = once(|mut stream| async move {
        let _ = stream.write_all(b"SSH-2.0-OpenSSH_9.6\r\n").await;
        stream.read_to_end(&mut vec![]).await.unwrap_or(0)
    })
    .await;
    let outcome = timed(address).await;
    assert!(matches!(outcome, Outcome::NotHttp(_)), "{outcome:?}");
}

#[tokio::test]
async fn a_million_headers_are_not_read() {
    let head = b"HTTP/1.1 200 OK\r\n";
    let (address, written) = once(|stream| flood(stream, head, b"X-Header: 1\r\n")).await;
    let outcome = timed(address).await;
    assert!(matches!(outcome, Outcome::NotHttp(_)), "{outcome:?}");
    assert!(tokio::time::timeout(LONGEST, written).await.unwrap().unwrap() < MOST);
}

#[tokio::test]
async fn one_endless_header_is_not_read() {
    let head = b"HTTP/1.1 200 OK\r\nX: ";
    let (address, written) = once(|stream| flood(stream, head, &[b'x'; 4096])).await;
    let outcome = timed(address).await;
    assert!(matches!(outcome, Outcome::NotHttp(_)), "{outcome:?}");
    assert!(tokio::time::timeout(LONGEST, written).await.unwrap().unwrap() < MOST);
}

#[tokio::test]
async fn garbage_for_tls_is_a_failed_handshake() {
    let (address, _) = once(|stream| flood(stream, b"\x16\x03\x01\xff\xff", &[0xff; 4096])).await;
    let started = Instant::now();
    let outcome = check(&format!("https://{address}/")).await;
    assert!(matches!(outcome, Outcome::TlsFailed(_)), "{outcome:?}");
    assert!(started.elapsed() < LONGEST);
}
