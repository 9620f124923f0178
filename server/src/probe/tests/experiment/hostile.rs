//! R-28 and S-07 for experiments: bounded in time, requests and memory, and never led elsewhere.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use skyports_model::Route::Stripped;
use skyports_model::verdict::Verdict;
use skyports_model::{Route, VerdictKind as Kind};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::time::Instant;

use super::super::super::experiment::Subject;
use super::super::{Names, Prober, Rules};
use super::ingress::{Asked, Reply, serve};
use super::{PATH, experiment, under_a_path};
use skyports_model::Timestamp;

/// What an experiment may take: its ten seconds, and what a loaded machine adds.
const LONGEST: Duration = Duration::from_secs(14);
/// What one may read of each answer, and what is on its way in buffers, for each of its requests.
const MOST: usize = 30 * (2 << 20);

async fn timed(authority: &str) -> Verdict {
    let started = Instant::now();
    let verdict = experiment(authority, 8888, Stripped).await;
    assert!(started.elapsed() < LONGEST, "{verdict:?} after {:?}", started.elapsed());
    assert!(verdict.requests <= 30, "{verdict:?}");
    verdict
}

async fn of_app(app: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Verdict {
    let (address, _) = serve(Arc::new(app), Stripped).await;
    timed(&address.to_string()).await
}

/// A server that answers everything with that head, then that piece for ever; and how much it got
/// rid of.
async fn endless(head: &'static [u8], piece: &'static [u8]) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let written = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&written);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let counted = Arc::clone(&counted);
            tokio::spawn(async move {
                let _ = stream.read(&mut [0; 4096]).await;
                let mut next = head;
                while stream.write_all(next).await.is_ok() {
                    counted.fetch_add(next.len(), Ordering::Relaxed);
                    next = piece;
                }
            });
        }
    });
    (address, written)
}

#[tokio::test]
async fn endless_bodies_are_read_for_their_beginning() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>On</title>\
                 <script src=a.js></script><script src=b.js></script>";
    let (address, written) = endless(head, &[b'<'; 4096]).await;
    let verdict = timed(&address).await;
    assert!(verdict.requests > 0);
    assert!(written.load(Ordering::Relaxed) < MOST, "{written:?}");
}

#[tokio::test]
async fn endless_headers_are_given_up() {
    let (address, written) = endless(b"HTTP/1.1 200 OK\r\nX: ", &[b'x'; 4096]).await;
    assert_eq!(timed(&address).await.kind, Kind::Unreachable);
    assert!(written.load(Ordering::Relaxed) < MOST, "{written:?}");
}

#[tokio::test]
async fn what_is_packed_stays_packed() {
    // Nobody asked for it, and nothing here unpacks: to the parser it is noise.
    let mut bomb = flate2::write::GzEncoder::new(vec![], flate2::Compression::best());
    std::io::Write::write_all(&mut bomb, &vec![b'<'; 50 << 20]).unwrap();
    let bomb = bomb.finish().unwrap();
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n";
    let head = format!("{head}Content-Length: {}\r\n\r\n", bomb.len());
    let answer: &'static [u8] = [head.as_bytes(), &bomb].concat().leak();
    let (address, _) = endless(answer, b" ").await;
    assert!(timed(&address).await.exchanges.iter().all(|exchange| !exchange.is_fault));
}

#[tokio::test]
async fn redirects_are_followed_three_times_and_not_in_circles() {
    let verdict = of_app(|asked| {
        let number: u32 = asked.path.trim_matches('/').parse().unwrap_or(0);
        Reply::to(302, format!("{PATH}/{}", number + 1))
    })
    .await;
    assert_eq!(verdict.kind, Kind::Unknown, "{verdict:?}");
    assert!(verdict.requests < 20, "{verdict:?}");
    let verdict = of_app(|asked| {
        let to = if asked.path == "/" { "/again" } else { "/" };
        Reply::to(302, format!("{PATH}{to}"))
    })
    .await;
    assert_eq!(verdict.kind, Kind::NeedsOwnHost, "{verdict:?}");
    assert!(verdict.evidence().unwrap().contains("leads back"), "{verdict:?}");
}

#[tokio::test]
async fn nobody_goes_where_answers_lead() {
    let (inner, visits) = serve(Arc::new(|_: &Asked| Reply::page("secret")), Stripped).await;
    let to = format!("http://{inner}{PATH}/");
    let page = format!(
        "<base href={to}><script src={to}a.js></script><script src=//{inner}{PATH}/b.js></script>\
         <script src='{PATH}/../../c.js'></script><script src='{PATH}/%2e%2e/d.js'></script>"
    );
    let verdict = of_app(move |_| Reply::page(&page)).await;
    assert!(verdict.requests > 0);
    let verdict = of_app(move |_| Reply::to(302, to.clone())).await;
    assert_eq!(verdict.kind, Kind::Unknown);
    assert!(visits.lock().unwrap().is_empty());
}

#[tokio::test]
async fn deep_and_wide_pages_are_read_in_time() {
    let nested = "<div>".repeat(100_000);
    let wide: String = std::iter::once("<div".to_owned())
        .chain((0..100_000).map(|at| format!(" a{at}=b")))
        .collect();
    for page in [nested, wide, "<a href='".repeat(50_000), "<!--".repeat(60_000)] {
        let verdict = of_app(move |_| Reply::page(&page)).await;
        assert!(verdict.millis < 5_000, "{verdict:?}");
    }
}

#[tokio::test]
async fn what_answers_say_is_told_in_few_plain_characters() {
    let verdict = of_app(|asked| {
        let noise = "\u{202e}\u{7}".repeat(20_000);
        match asked.path.as_str() {
            "/" => {
                Reply::page(&format!("<title>{noise}x</title><script src='/{noise}.js'></script>"))
            }
            _ => Reply::page("").status(404),
        }
    })
    .await;
    for exchange in &verdict.exchanges {
        let text = exchange.to_string();
        assert!(text.chars().count() < 600 && !text.chars().any(char::is_control), "{text:?}");
    }
}

#[tokio::test]
async fn nobody_listens_or_may_be_asked() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let verdict = timed(&address).await;
    assert_eq!(verdict.kind, Kind::Unreachable);
    assert!(verdict.evidence().unwrap().contains("connection refused"), "{verdict:?}");
    let subject = Subject::of(&under_a_path("metadata.example", 8888, Route::Stripped)).unwrap();
    let names = Names::answering(&[&["169.254.169.254"]]);
    let prober = Prober::new(Rules::default(), names);
    let verdict = prober.experiment(&subject, Timestamp(1)).await;
    assert_eq!((verdict.kind, verdict.requests), (Kind::Unreachable, 0));
}

#[tokio::test]
async fn a_name_is_looked_up_once() {
    let names = Names::answering(&[&["203.0.113.9"], &["127.0.0.1"]]);
    let subject = Subject::of(&under_a_path("lb.example", 8888, Route::Stripped)).unwrap();
    let prober = Prober::new(Rules::default(), names.clone());
    let _ = tokio::time::timeout(LONGEST, prober.experiment(&subject, Timestamp(1))).await;
    assert_eq!(names.asked(), 1);
}
