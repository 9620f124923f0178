//! The HTTP face without a browser: who is let in, what is refused, what every answer carries.
//! Names begin with the promise of `SECURITY.md` that they prove.
#![expect(clippy::unwrap_used, clippy::as_conversions, reason = "helpers of tests may panic, too")]

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use http::{HeaderMap, Method, Request, Response, StatusCode, header};
use skyports::cluster::contexts::Wanted;
use skyports::dashboard::live::Live;
use skyports::web::assets::WebFiles;
use skyports::web::gate::Gate;
use skyports::web::host::AllowedHosts;
use skyports::web::listen;
use skyports::web::router::{Shared, router};
use skyports::web::session::Sessions;
use skyports_model::ContextName;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

const HOST: &str = "127.0.0.1:7676";

/// A server that shows one context whose entry cannot be used: no Kubernetes is needed to refuse.
struct TestServer {
    router: Router,
    code: String,
    cookie: String,
    stopping: CancellationToken,
}

impl TestServer {
    async fn start() -> Self {
        // Server functions need it; another test may have been first.
        let _ = any_spawner::Executor::init_tokio();
        let name = ContextName::parse("prod").unwrap();
        let mut live = Live::start(vec![Wanted { name, target: Err("no such user".to_owned()) }]);
        live.settled().await;
        let sessions = Sessions::with_login(7676).unwrap();
        let code = sessions.login_code().unwrap().to_owned();
        let hosts = AllowedHosts::of(HOST.parse().unwrap());
        let stopping = CancellationToken::new();
        let router = router(Shared::new(
            live,
            WebFiles::load(None).unwrap(),
            Gate::Sessions(sessions),
            hosts,
            stopping.clone(),
        ));
        let mut server = Self { router, code, cookie: String::new(), stopping };
        let login = Request::post("/login")
            .header(header::HOST, HOST)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(format!("code={}", server.code)))
            .unwrap();
        let answer = server.send(login).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap();
        cookie.split(';').next().unwrap().clone_into(&mut server.cookie);
        server
    }

    async fn send(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// Sends a request with exactly these headers beside `Host`.
    async fn ask(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Response<Body> {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, HOST);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.code)
    }
}

async fn text(response: Response<Body>) -> String {
    String::from_utf8(to_bytes(response.into_body(), 1 << 20).await.unwrap().to_vec()).unwrap()
}

const PAGES: [&str; 7] = [
    "/",
    "/?q=x",
    "/contexts",
    "/c/prod/ml/train",
    "/c/prod/ml/train/8888",
    "/go/train",
    "/nowhere",
];
const DATA: [&str; 2] = ["/api/v1/overview", "/api/v1/events"];
const OPEN: [&str; 4] = ["/healthz", "/readyz", "/favicon.ico", "/pkg/none.js"];

#[tokio::test]
async fn s01_a_foreign_page_moves_nothing() {
    let server = TestServer::start().await;
    let cookie = ("cookie", server.cookie.as_str());
    let foreign: [&[(&str, &str)]; 8] = [
        &[],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "null")],
        &[("origin", "http://evil.test")],
        &[("origin", "http://127.0.0.1:7677")],
        &[("origin", "http://evil.test"), ("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "none, same-origin")],
    ];
    let bodies = [
        "application/x-www-form-urlencoded",
        "text/plain",
        "multipart/form-data",
        "application/x-postcard",
    ];
    for path in ["/login", "/api/fn/list_clusters", "/", "/api/v1/overview", "/anything/else"] {
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            for headers in foreign {
                for body in bodies {
                    let mut headers = headers.to_vec();
                    headers.extend([cookie, ("content-type", body)]);
                    let answer = server.ask(method.clone(), path, &headers).await;
                    assert_eq!(
                        answer.status(),
                        StatusCode::FORBIDDEN,
                        "{method} {path} {headers:?}"
                    );
                }
            }
        }
    }
}

#[tokio::test]
async fn s01_our_own_page_and_scripts_are_heard() {
    let server = TestServer::start().await;
    let bearer = server.bearer();
    let path = "/api/fn/list_clusters";
    let own: [&[(&str, &str)]; 3] = [
        &[("cookie", &server.cookie), ("sec-fetch-site", "same-origin")],
        &[("cookie", &server.cookie), ("origin", "http://127.0.0.1:7676")],
        &[("authorization", &bearer)],
    ];
    for headers in own {
        let mut headers = headers.to_vec();
        headers.push(("content-type", "application/x-postcard"));
        assert_eq!(
            server.ask(Method::POST, path, &headers).await.status(),
            StatusCode::OK,
            "{headers:?}"
        );
    }
    let without_login =
        [("sec-fetch-site", "same-origin"), ("content-type", "application/x-postcard")];
    assert_eq!(
        server.ask(Method::POST, path, &without_login).await.status(),
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn s02_requests_for_other_hosts_are_refused() {
    let server = TestServer::start().await;
    // Kubernetes asks for health by an address, and learns nothing but that.
    let told = |path: &&&str| !path.ends_with('z');
    for path in PAGES.iter().chain(&DATA).chain(&OPEN).filter(told) {
        for host in ["evil.test:7676", "evil.test", "127.0.0.1", "localhost.:7676"] {
            let request = Request::get(*path)
                .header(header::HOST, host)
                .header(header::COOKIE, &server.cookie)
                .body(Body::empty())
                .unwrap();
            assert_eq!(server.send(request).await.status(), StatusCode::FORBIDDEN, "{path} {host}");
        }
        let nameless = Request::get(*path).body(Body::empty()).unwrap();
        assert_eq!(server.send(nameless).await.status(), StatusCode::FORBIDDEN, "{path}");
    }
}

#[tokio::test]
async fn s03_without_a_login_nothing_is_shown() {
    let server = TestServer::start().await;
    let other_port = server.cookie.replace("skyports_7676", "skyports_7677");
    for headers in
        [&[] as &[(&str, &str)], &[("cookie", &other_port)], &[("authorization", "Bearer x")]]
    {
        for path in PAGES {
            let answer = server.ask(Method::GET, path, headers).await;
            assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{path}");
            let page = text(answer).await;
            assert!(page.contains("name=\"code\"") && !page.contains("prod"), "{path}: {page}");
        }
        for path in DATA {
            let answer = server.ask(Method::GET, path, headers).await;
            assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{path}");
            assert!(text(answer).await.contains("not_logged_in"));
        }
        for path in OPEN {
            assert_ne!(
                server.ask(Method::GET, path, headers).await.status(),
                StatusCode::UNAUTHORIZED,
                "{path}"
            );
        }
    }
    let page = text(server.ask(Method::GET, "/", &[("cookie", &server.cookie)]).await).await;
    assert!(page.contains("prod"), "{page}");
    assert!(
        !page.contains(&server.code) && !page.contains(server.cookie.split_once('=').unwrap().1)
    );
}

#[tokio::test]
async fn a_wrong_code_gets_the_form_again_and_no_cookie() {
    let server = TestServer::start().await;
    let request = Request::post("/login")
        .header(header::HOST, HOST)
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from("code=wrong"))
        .unwrap();
    let answer = server.send(request).await;
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    assert!(!answer.headers().contains_key(header::SET_COOKIE));
}

fn assert_guarded(headers: &HeaderMap, what: &str) {
    let value = |name: &str| headers.get(name).map_or("", |v| v.to_str().unwrap()).to_owned();
    let policy = value("content-security-policy");
    for part in
        ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "trusted-types 'none'"]
    {
        assert!(policy.contains(part), "{what}: {policy}");
    }
    assert!(
        !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"),
        "{what}: {policy}"
    );
    for (name, expected) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("x-frame-options", "DENY"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(value(name), expected, "{what}: {name}");
    }
    assert!(!headers.contains_key("access-control-allow-origin"), "{what}");
}

#[tokio::test]
async fn s21_every_answer_carries_the_headers_errors_too() {
    let server = TestServer::start().await;
    let cookie = ("cookie", server.cookie.as_str());
    for path in PAGES.iter().chain(&DATA).chain(&OPEN) {
        for headers in [&[cookie] as &[_], &[]] {
            let answer = server.ask(Method::GET, path, headers).await;
            assert_guarded(answer.headers(), &format!("{path} {}", answer.status()));
        }
    }
    let refused = server.ask(Method::POST, "/", &[cookie]).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    assert_guarded(refused.headers(), "foreign");
    let wrong_method =
        server.ask(Method::DELETE, "/", &[cookie, ("sec-fetch-site", "same-origin")]).await;
    assert_eq!(wrong_method.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_guarded(wrong_method.headers(), "method");
    let large = Request::post("/login")
        .header(header::HOST, HOST)
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from("code=".to_owned() + &"x".repeat(1 << 20)))
        .unwrap();
    let large = server.send(large).await;
    assert_eq!(large.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_guarded(large.headers(), "large");
}

#[tokio::test]
async fn s16_no_query_sends_anybody_elsewhere() {
    let server = TestServer::start().await;
    let cookie = [("cookie", server.cookie.as_str())];
    for path in PAGES {
        for query in [
            "next=//evil.test",
            "redirect=http://evil.test",
            "url=http://evil.test",
            "__path=//evil.test",
        ] {
            let joint = if path.contains('?') { '&' } else { '?' };
            let answer = server.ask(Method::GET, &format!("{path}{joint}{query}"), &cookie).await;
            assert!(!answer.status().is_redirection(), "{path} {query}");
        }
    }
}

#[tokio::test]
async fn the_stream_says_hello_and_ends_when_the_server_stops() {
    let server = TestServer::start().await;
    let answer = server.ask(Method::GET, "/api/v1/events", &[("cookie", &server.cookie)]).await;
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/event-stream");
    server.stopping.cancel();
    let all = tokio::time::timeout(Duration::from_secs(5), text(answer)).await.unwrap();
    assert!(all.starts_with("event: hello\n"), "{all}");
}

#[tokio::test]
async fn a_browser_has_a_bounded_number_of_streams() {
    let server = TestServer::start().await;
    let cookie = [("cookie", server.cookie.as_str())];
    let mut open = Vec::new();
    for _ in 0..32 {
        let answer = server.ask(Method::GET, "/api/v1/events", &cookie).await;
        assert_eq!(answer.status(), StatusCode::OK);
        open.push(answer);
    }
    let one_more = server.ask(Method::GET, "/api/v1/events", &cookie).await;
    assert_eq!(one_more.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(one_more.headers()[header::RETRY_AFTER], "5");
    open.pop();
    assert_eq!(server.ask(Method::GET, "/api/v1/events", &cookie).await.status(), StatusCode::OK);
}

async fn listening() -> (SocketAddr, TestServer) {
    let server = TestServer::start().await;
    let (listener, _) = listen::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(listen::serve(listener, server.router.clone(), server.stopping.clone()));
    (address, server)
}

#[tokio::test]
async fn a_connection_without_a_request_is_cut_off() {
    let (address, _server) = listening().await;
    let beginnings: [&[u8]; 4] = [b"", b"G", b"PRI ", b"GET / HTTP/1.1\r\nHost: 127.0"];
    let cut = beginnings.map(|beginning| async move {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(beginning).await.unwrap();
        let mut rest = Vec::new();
        let begun = tokio::time::Instant::now();
        let end = stream.read_to_end(&mut rest);
        let end = tokio::time::timeout(Duration::from_secs(20), end).await;
        assert!(end.is_ok(), "{beginning:?} is still open after 20 s");
        begun.elapsed()
    });
    let elapsed = futures::future::join_all(cut).await;
    let last = elapsed.last().unwrap();
    assert!(*last > Duration::from_secs(8), "cut off after {last:?}");
}

#[tokio::test]
async fn the_next_free_port_is_taken() {
    let (first, moved) = listen::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    assert!(!moved);
    let (second, moved) = listen::bind(first.local_addr().unwrap()).await.unwrap();
    assert!(moved);
    assert_ne!(first.local_addr().unwrap(), second.local_addr().unwrap());
}
