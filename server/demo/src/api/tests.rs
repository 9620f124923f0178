//! The API as a client meets it that speaks plain HTTP: what it refuses, bounds and never says.
//! What it says is held by `end2end/cluster/tests/test_demo_contract.py`, beside a real one.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::*;

const SOON: Duration = Duration::from_secs(10);
/// Longer than any answer takes here.
const A_WHILE: Duration = Duration::from_millis(300);

struct Running {
    store: Store,
    address: SocketAddr,
    stopping: CancellationToken,
}

async fn served(rules: Rules, window: usize) -> Running {
    let store = Store::with_window(|| "2026-11-24T12:00:00Z".parse().unwrap(), window);
    let stopping = CancellationToken::new();
    let config = ApiConfig { token: "t".to_owned(), store: store.clone(), rules };
    let api = Api::start(config, stopping.clone()).await.unwrap();
    Running { store, address: api.address(), stopping }
}

impl Running {
    /// A connection that has asked for a path.
    async fn asked(&self, path: &str, headers: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let head =
            format!("GET {path} HTTP/1.1\r\nHost: demo\r\nConnection: close\r\n{headers}\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        stream
    }

    /// All of an answer.
    async fn answer(&self, path: &str, headers: &str) -> String {
        rest(self.asked(path, headers).await).await
    }

    async fn status(&self, path: &str) -> u16 {
        let answer = self.answer(path, KNOWN).await;
        answer.split(' ').nth(1).unwrap().parse().unwrap()
    }
}

const KNOWN: &str = "Authorization: Bearer t\r\n";

async fn rest(mut stream: TcpStream) -> String {
    let mut text = Vec::new();
    timeout(SOON, stream.read_to_end(&mut text)).await.unwrap().unwrap();
    String::from_utf8(text).unwrap()
}

/// What has come so far, at least something.
async fn some(stream: &mut TcpStream) -> String {
    let mut text = vec![0; 64 * 1024];
    let length = timeout(SOON, stream.read(&mut text)).await.unwrap().unwrap();
    text.truncate(length);
    String::from_utf8(text).unwrap()
}

fn secret(name: &str, size: usize) -> Value {
    let metadata = json!({"name": name, "namespace": "ml"});
    let data = json!({"a": "x".repeat(size)});
    json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data})
}

#[tokio::test]
async fn only_who_shows_the_token_is_answered() {
    let served = served(Rules::default(), 8).await;
    for headers in ["", "Authorization: Bearer x\r\n", "Authorization: Basic t\r\n"] {
        let answer = served.answer("/version", headers).await;
        assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
        assert!(answer.contains("\"reason\":\"Unauthorized\""), "{answer}");
    }
    assert_eq!(served.status("/version").await, 200);
}

#[tokio::test]
async fn what_the_rules_forbid_is_forbidden_and_nothing_else() {
    let forbidden = vec![(Verb::List, Resource::Pods), (Verb::Watch, Resource::Pods)];
    let served = served(Rules { forbidden, ..Rules::default() }, 8).await;
    assert_eq!(served.status("/api/v1/pods").await, 403);
    assert_eq!(served.status("/api/v1/namespaces/ml/pods?watch=1").await, 403);
    assert_eq!(served.status("/api/v1/services").await, 200);
    assert_eq!(served.status("/api/v1/namespaces/ml/pods/x").await, 404);
}

#[tokio::test]
async fn who_may_see_one_namespace_sees_no_other() {
    let only_namespace = Some("ml".to_owned());
    let served = served(Rules { only_namespace, ..Rules::default() }, 8).await;
    assert_eq!(served.status("/api/v1/namespaces/ml/pods").await, 200);
    for path in ["/api/v1/namespaces/other/pods", "/api/v1/pods", "/api/v1/nodes"] {
        assert_eq!(served.status(path).await, 403, "{path}");
    }
}

#[tokio::test]
async fn a_server_that_falls_silent_accepts_and_never_answers() {
    let silent_after = Some(Duration::from_millis(500));
    let served = served(Rules { silent_after, ..Rules::default() }, 8).await;
    served.store.put(secret("before", 1)).unwrap();
    let mut watch = served.asked("/api/v1/secrets?watch=1", KNOWN).await;
    let mut heard = String::new();
    while !heard.contains("ADDED") {
        heard += &some(&mut watch).await;
    }
    tokio::time::sleep(Duration::from_millis(600)).await;
    served.store.put(secret("after", 1)).unwrap();
    let mut late = served.asked("/api/v1/secrets", KNOWN).await;
    for stream in [&mut watch, &mut late] {
        let mut text = [0; 64];
        assert!(timeout(A_WHILE, stream.read(&mut text)).await.is_err(), "{text:?}");
    }
}

#[tokio::test]
async fn a_reader_that_is_too_slow_is_cut_off_at_the_end_of_an_event() {
    let served = served(Rules::default(), 2).await;
    let mut watch = served.asked("/api/v1/secrets?watch=1&resourceVersion=1", KNOWN).await;
    some(&mut watch).await;
    for number in 0..40 {
        served.store.put(secret(&format!("s{number}"), 1 << 20)).unwrap();
        tokio::task::yield_now().await;
    }
    let heard = rest(watch).await;
    let told = heard.matches("\"type\":\"ADDED\"").count();
    assert!(told < 40, "{told}");
    assert!(heard.ends_with("\r\n0\r\n\r\n"), "the body ends as it should");
    // Asking again from there says why.
    let again = served.answer("/api/v1/secrets?watch=1&resourceVersion=2", KNOWN).await;
    assert!(again.contains("\"type\":\"ERROR\"") && again.contains("\"code\":410"), "{again}");
}

#[tokio::test]
async fn watches_and_heads_are_bounded() {
    let served = served(Rules::default(), 8).await;
    let mut open = vec![];
    let refused = loop {
        let mut watch = served.asked("/api/v1/pods?watch=1", KNOWN).await;
        let heard = some(&mut watch).await;
        if !heard.starts_with("HTTP/1.1 200 ") {
            break heard;
        }
        open.push(watch);
        assert!(open.len() < 1_000, "there is no bound");
    };
    assert!(refused.starts_with("HTTP/1.1 429 "), "{refused}");
    // Lists go on, and a place that was left is free again.
    assert_eq!(served.status("/api/v1/pods").await, 200);
    drop(open);
    let again = async {
        while !some(&mut served.asked("/api/v1/pods?watch=1", KNOWN).await).await.contains(" 200 ")
        {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(SOON, again).await.unwrap();
    let long = format!("X-Long: {}\r\n", "x".repeat(100_000));
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    // The server may have hung up before all of it is written.
    let _ = stream
        .write_all(format!("GET /version HTTP/1.1\r\nHost: d\r\n{KNOWN}{long}").as_bytes())
        .await;
    let mut heard = vec![];
    let _ = timeout(SOON, stream.read_to_end(&mut heard)).await.unwrap();
    assert!(!String::from_utf8_lossy(&heard).contains(" 200 "));
}

#[tokio::test]
async fn a_server_that_is_told_to_stop_ends_its_watches() {
    let served = served(Rules::default(), 8).await;
    let mut watch = served.asked("/api/v1/pods?watch=1", KNOWN).await;
    some(&mut watch).await;
    served.stopping.cancel();
    rest(watch).await;
    let gone = async {
        while TcpStream::connect(served.address).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(SOON, gone).await.unwrap();
}
