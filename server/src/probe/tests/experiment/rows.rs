//! Each app × what becomes of its path × flag, as it was when it was run.

use skyports_model::Route::{self, Kept, Stripped};
use skyports_model::verdict::Verdict;

use super::ingress::{App, serve};
use super::{PATH, apps, experiment, told};

/// An app that is told to be under that path.
type Told = fn(&'static str) -> apps::Relative;

async fn on(app: App, port: i64, route: Route) -> Verdict {
    let (address, _) = serve(app, route).await;
    experiment(&address.to_string(), port, route).await
}

/// The verdict in words; with its bounds held.
async fn verdict(app: App, port: i64, route: Route) -> String {
    let verdict = on(app, port, route).await;
    assert!(verdict.requests <= 30 && verdict.millis < 5_000, "{verdict:?}");
    assert!(!verdict.exchanges.is_empty());
    told(&verdict)
}

#[tokio::test]
async fn jupyter_works_where_its_path_is_kept_and_it_knows_it() {
    for has_token in [false, true] {
        let stripped = verdict(apps::jupyter("", has_token), 8888, Stripped).await;
        assert_eq!(
            stripped,
            "needs_kept_route jupyter: GET $P/: 302 Found, Location: /lab? leaves $P/"
        );
        let vain = verdict(apps::jupyter(PATH, has_token), 8888, Stripped).await;
        assert_eq!(
            vain,
            "needs_kept_route jupyter: GET $P/: 404 Not Found, the app does not see the path"
        );
        let kept = verdict(apps::jupyter(PATH, has_token), 8888, Kept).await;
        assert_eq!(kept, "works jupyter: ");
        let untold = verdict(apps::jupyter("", has_token), 8888, Kept).await;
        assert_eq!(
            untold,
            "needs_flag jupyter: GET $P/: 404 Not Found, the app sees the path and does not know it"
        );
    }
}

#[tokio::test]
async fn apps_that_name_their_files_from_where_they_are_need_the_slash() {
    let apps: [(_, _, Told); 4] = [
        ("tensorboard", 6006, apps::tensorboard),
        ("streamlit", 8501, apps::streamlit),
        ("marimo", 2718, apps::marimo),
        ("mlflow", 5000, apps::mlflow),
    ];
    for (id, port, app) in apps {
        let stripped = verdict(app("").app(), port, Stripped).await;
        assert_eq!(stripped, format!("works_with_slash {id}: "));
        let vain = verdict(app(PATH).app(), port, Stripped).await;
        assert!(
            vain.starts_with(&format!("needs_kept_route {id}: GET $P/: 404 Not Found")),
            "{vain}"
        );
        let kept = verdict(app(PATH).app(), port, Kept).await;
        assert_eq!(kept, format!("works {id}: "));
        let untold = verdict(app("").app(), port, Kept).await;
        assert!(untold.starts_with("needs_flag -: GET $P/: 404 Not Found"), "{untold}");
    }
}

#[tokio::test]
async fn the_ray_dashboard_needs_the_slash_and_cannot_be_told_a_path() {
    let stripped = verdict(apps::ray().app(), 8265, Stripped).await;
    assert_eq!(stripped, "works_with_slash ray: ");
    let kept = verdict(apps::ray().app(), 8265, Kept).await;
    assert!(kept.starts_with("needs_own_host -: GET $P/: 404 Not Found"), "{kept}");
}

#[tokio::test]
async fn gradio_looks_fine_and_does_not_work_without_its_root_path() {
    let stripped = on(apps::gradio(""), 7860, Stripped).await;
    let text = told(&stripped);
    assert!(
        text.starts_with("needs_flag gradio: GET $P/config: 200 OK, root is http://127.0.0.1:")
    );
    assert!(text.ends_with(", without $P"), "{text}");
    // Nothing is wrong with the page itself: neither its manifest nor what comes from a CDN.
    assert!(!stripped.exchanges[0].is_fault);
    let flagged = verdict(apps::gradio(PATH), 7860, Stripped).await;
    assert_eq!(flagged, "works_with_slash gradio: ");
    let kept = verdict(apps::gradio(PATH), 7860, Kept).await;
    assert_eq!(kept, "works gradio: ");
}

#[tokio::test]
async fn apps_for_the_root_of_a_host_need_one_of_their_own() {
    let text = verdict(apps::open_webui(), 8080, Stripped).await;
    assert_eq!(
        text,
        "needs_own_host open-webui: GET $P/: 200 OK, stylesheet /static/custom.css, \
         script /_app/immutable/entry/start.js lead out of $P/"
    );
}

#[tokio::test]
async fn a_refused_host_is_told_from_a_path() {
    let text = verdict(apps::mlflow_that_refuses(), 5000, Stripped).await;
    assert_eq!(
        text,
        "wrong_host mlflow: GET $P/: 403 Forbidden, the app refuses this host, not this path"
    );
}

#[tokio::test]
async fn an_api_without_a_page_works() {
    assert_eq!(verdict(apps::vllm(), 8000, Stripped).await, "works vllm: ");
    // On a port that tells nothing it is not known what that means.
    assert_eq!(verdict(apps::vllm(), 12_345, Stripped).await, "unknown -: ");
}
