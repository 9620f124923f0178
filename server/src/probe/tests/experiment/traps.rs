//! What is easily taken for a fault, or for none.

use std::sync::Arc;

use skyports_model::Route::{Kept, Stripped};
use skyports_model::VerdictKind as Kind;

use super::ingress::{App, Asked, Reply, serve};
use super::{PATH, apps, experiment, told};

async fn verdict(app: App, port: i64) -> (Kind, String) {
    let (address, _) = serve(app, Stripped).await;
    let verdict = experiment(&address.to_string(), port, Stripped).await;
    (verdict.kind, told(&verdict))
}

fn always(reply: Reply) -> App {
    Arc::new(move |_: &Asked| reply.clone())
}

/// A page, and files of these answers.
fn with_file(page: &'static str, file: Reply) -> App {
    Arc::new(move |asked: &Asked| match asked.path.as_str() {
        "/" => Reply::page(page),
        _ => file.clone(),
    })
}

#[tokio::test]
async fn an_experiment_asks_under_the_path_alone_and_gives_nothing_away() {
    let (address, visits) = serve(apps::jupyter("", false), Stripped).await;
    let verdict = experiment(&address.to_string(), 8888, Stripped).await;
    let visits = visits.lock().unwrap();
    assert_eq!(visits.len(), usize::try_from(verdict.requests).unwrap());
    for visit in visits.iter() {
        assert!(visit.starts_with(PATH), "{visit}");
        assert!(visit.contains("skyports-check/") && visit.contains("identity"), "{visit}");
        for never in ["cookie", "authorization", "referer"] {
            assert!(!visit.to_ascii_lowercase().contains(never), "{visit}");
        }
    }
    assert!(!format!("{verdict:?}").contains("<title>"));
}

#[tokio::test]
async fn the_app_is_known_without_the_header_that_ingress_nginx_hides() {
    // None of these answers has a header `Server`.
    let (_, text) = verdict(apps::jupyter(PATH, false), 9_999).await;
    assert!(text.starts_with("needs_kept_route jupyter"), "{text}");
    // Nor is an app what its port says.
    let (_, text) = verdict(apps::tensorboard("").app(), 8888).await;
    assert_eq!(text, "works_with_slash tensorboard: ");
}

#[tokio::test]
async fn redirects_that_lose_the_s_are_no_fault_where_the_slash_is_there() {
    // What the bare path answers leads to the same by another port, which stands for a scheme.
    let app = apps::Relative {
        adds_slash: |_| Reply::to(307, format!("http://127.0.0.1:1{PATH}/")),
        ..apps::streamlit(PATH)
    };
    let (address, _) = serve(app.app(), Kept).await;
    let verdict = experiment(&address.to_string(), 8501, Kept).await;
    assert_eq!(told(&verdict), "works_with_slash streamlit: ");
    let note = verdict.exchanges.last().and_then(|exchange| exchange.note.clone()).unwrap();
    assert!(note.starts_with("Location: http://127.0.0.1:1/"), "{note}");
}

#[tokio::test]
async fn pages_of_the_controller_are_not_the_apps() {
    let nginx = |status: u16, reason: &str| {
        Reply::page(&format!("<title>{status} {reason}</title><center>nginx/1.22</center>"))
            .status(status)
    };
    let plain = |status, text| Reply { kind: "text/plain", ..Reply::page(text).status(status) };
    for (reply, expected) in [
        (nginx(404, "Not Found"), Kind::Unreachable),
        (nginx(502, "Bad Gateway"), Kind::Unreachable),
        (nginx(504, "Gateway Time-out"), Kind::Unreachable),
        (nginx(413, "Request Entity Too Large"), Kind::Unknown),
        (plain(404, "default backend - 404"), Kind::Unreachable),
        (plain(502, "Bad Gateway"), Kind::Unreachable),
        // As the app itself says.
        (plain(404, "404 page not found\n"), Kind::Unknown),
        (plain(502, "my model is loading"), Kind::Unknown),
        (plain(401, ""), Kind::Unknown),
    ] {
        let (kind, text) = verdict(always(reply.clone()), 8888).await;
        assert_eq!(kind, expected, "{reply:?}: {text}");
    }
}

#[tokio::test]
async fn hosts_are_refused_in_other_words_too() {
    for (status, text) in [
        (403, "Blocked request. This host (\"x\") is not allowed."),
        (403, "Blocking request with non-local 'Host' x"),
        (400, "Invalid HTTP_HOST header: 'x'."),
    ] {
        let (kind, told) = verdict(always(Reply::page(text).status(status)), 8000).await;
        assert_eq!(kind, Kind::WrongHost, "{told}");
    }
}

#[tokio::test]
async fn a_login_elsewhere_is_no_fault_and_a_host_of_the_cluster_is_one() {
    let to = |place: &str| always(Reply::to(302, place.to_owned()));
    assert_eq!(verdict(to("https://login.example/oauth"), 3000).await.0, Kind::Unknown);
    assert_eq!(verdict(to("http://localhost:3000/login"), 3000).await.0, Kind::NeedsOwnHost);
    assert_eq!(verdict(to("http://train.ml.svc:3000/"), 3000).await.0, Kind::NeedsOwnHost);
    assert_eq!(verdict(to("/auth-sign-in?appUri=%2F"), 8787).await.0, Kind::NeedsFlag);
}

#[tokio::test]
async fn files_that_do_not_come_make_a_white_page() {
    let page = "<title>Mine</title><script src=app.js></script><link rel=stylesheet href=app.css>";
    let missing = with_file(page, Reply::json("{}").status(404));
    let (kind, text) = verdict(missing, 3000).await;
    assert_eq!(kind, Kind::NeedsOwnHost);
    assert!(text.contains("GET $P/app.js: 404 Not Found, a script of the page"), "{text}");
    // Apps with one page answer it for whatever they do not know.
    let (kind, text) = verdict(with_file(page, Reply::page(page)), 3000).await;
    assert_eq!(kind, Kind::NeedsOwnHost);
    assert!(text.contains("a page came in place of a script"), "{text}");
    // Files for those who have logged in are no fault.
    let (kind, _) = verdict(with_file(page, Reply::json("{}").status(401)), 3000).await;
    assert_eq!(kind, Kind::WorksWithSlash);
    // Where some nodes do not listen, paths are not the matter.
    let nginx = Reply::page("<title>502 Bad Gateway</title><center>nginx</center>").status(502);
    assert_eq!(verdict(with_file(page, nginx), 3000).await.0, Kind::Unreachable);
}

#[tokio::test]
async fn what_does_not_matter_may_lead_out_of_the_path() {
    let page = "<title>Mine</title><link rel=manifest href=/manifest.json><link rel=icon href=/i.ico>\
                <img src=/logo.png><a href=/>home</a><script src=https://cdn.example/x.js></script>\
                <link rel=preload as=font href=/f.woff2>";
    assert_eq!(verdict(always(Reply::page(page)), 3000).await.0, Kind::Works);
    let based = "<base href=/><script src=app.js></script>";
    assert_eq!(verdict(always(Reply::page(based)), 3000).await.0, Kind::NeedsOwnHost);
    let form = "<form method=post action=/login><input name=password></form>";
    assert_eq!(verdict(always(Reply::page(form)), 3000).await.0, Kind::NeedsOwnHost);
}

#[tokio::test]
async fn a_websocket_counts_as_far_as_it_tells_something() {
    let with_socket = |status: u16| -> App {
        Arc::new(move |asked: &Asked| match (asked.upgrades, asked.path.as_str()) {
            (true, _) => Reply::page("").status(status),
            (false, "/") => Reply::page("<title>Streamlit</title>"),
            (false, _) => Reply::file("text/javascript"),
        })
    };
    for (status, expected) in [
        (101, Kind::Works),
        (400, Kind::Works),
        (401, Kind::Works),
        (403, Kind::Works),
        (502, Kind::NeedsOwnHost),
        // Another version may have it elsewhere.
        (404, Kind::Unknown),
    ] {
        let (kind, text) = verdict(with_socket(status), 8501).await;
        assert_eq!(kind, expected, "{status}: {text}");
    }
}
