//! The demo from outside, with nothing but its kubeconfig: what its API says is served is opened.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests may panic, too"
)]

mod visitor;
mod writes;

use hyper::StatusCode;
use serde_json::json;
use skyports_demo::Which;

use self::visitor::Visitor;

const JUPYTER: &str = "/skypilot/ml-team/jupyter-dev-3b7e02f4/8888";
const TENSORBOARD: &str = "/skypilot/ml-team/experiments-9c1d7e60/6006";
const STREAMLIT: &str = "/skypilot/ml-team/sd-demo-5f2a91cd/8501";
const GRADIO: &str = "/skypilot/ml-team/sd-demo-5f2a91cd/7860";
const VLLM: &str = "/skypilot/ml-team/sd-demo-5f2a91cd/8000";

#[tokio::test]
async fn jupyter_breaks_under_its_path_and_works_at_its_load_balancer() {
    let demo = Visitor::to(Which::Default).await;
    let ingress = demo.ingress().await;
    let redirected = ingress.get(&format!("{JUPYTER}/")).await;
    assert_eq!((redirected.status, redirected.location()), (StatusCode::FOUND, "/lab?"));
    assert_eq!(ingress.get("/lab?").await.status, StatusCode::NOT_FOUND);
    // A white page: its script is looked for at the root.
    let page = ingress.get(&format!("{JUPYTER}/lab")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.script(), "/static/lab/main.js");
    assert_eq!(ingress.get(page.script()).await.status, StatusCode::NOT_FOUND);

    let balancer = demo.balancer("ml-team", "notebooks-3b7e02f4--skypilot-lb", 8888).await;
    assert_eq!(balancer.get("/").await.location(), "/lab?");
    let page = balancer.get("/lab?").await;
    assert!(page.text.contains("Demo stand-in for JupyterLab"), "{}", page.text);
    assert_eq!(balancer.get(page.script()).await.status, StatusCode::OK);
    demo.leave();
}

#[tokio::test]
async fn tensorboard_works_with_the_slash_and_not_without() {
    let demo = Visitor::to(Which::Default).await;
    let ingress = demo.ingress().await;
    let page = ingress.get(TENSORBOARD).await;
    assert_eq!((page.status, page.script()), (StatusCode::OK, "index.js"));
    // Where a browser looks for it from either address.
    let beside = |address: &str| address.rsplit_once('/').unwrap().0.to_owned() + "/index.js";
    let without = ingress.get(&beside(TENSORBOARD)).await;
    assert_eq!(without.status, StatusCode::NOT_FOUND);
    let with = ingress.get(&beside(&format!("{TENSORBOARD}/"))).await;
    assert_eq!(with.status, StatusCode::OK);
    assert_eq!(with.header("content-type"), "text/javascript; charset=utf-8");
    assert_eq!(with.header("server"), "", "ingress-nginx takes the header off");
    demo.leave();
}

#[tokio::test]
async fn gradios_page_is_right_and_its_button_posts_to_the_root() {
    let demo = Visitor::to(Which::Default).await;
    let ingress = demo.ingress().await;
    let page = ingress.get(&format!("{GRADIO}/")).await;
    let script = ingress.get(&format!("{GRADIO}/{}", page.script())).await;
    assert_eq!((page.status, script.status), (StatusCode::OK, StatusCode::OK));
    let config = ingress.get(&format!("{GRADIO}/config")).await.json();
    assert_eq!(config["root"], format!("http://{}", ingress.host()));
    let join = "/gradio_api/queue/join";
    assert_eq!(ingress.post(join, "{}".into()).await.status, StatusCode::NOT_FOUND);
    let under = format!("{GRADIO}{join}");
    assert_eq!(ingress.post(&under, "{}".into()).await.json(), json!({ "event_id": "1" }));
    let events = ingress.get(&format!("{GRADIO}/gradio_api/queue/data?session_hash=a")).await;
    assert!(events.text.contains("Hello a"), "{}", events.text);
    demo.leave();
}

#[tokio::test]
async fn a_body_of_one_mebibyte_passes_and_one_byte_more_does_not() {
    let demo = Visitor::to(Which::Default).await;
    let ingress = demo.ingress().await;
    let completions = format!("{VLLM}/v1/completions");
    let passed = ingress.post(&completions, vec![b' '; 1 << 20]).await;
    assert_eq!(passed.status, StatusCode::OK);
    let refused = ingress.post(&completions, vec![b' '; (1 << 20) + 1]).await;
    assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
    demo.leave();
}

#[tokio::test]
async fn a_websocket_passes_the_ingress() {
    let demo = Visitor::to(Which::Default).await;
    let ingress = demo.ingress().await;
    let heard = ingress.first_websocket_message(&format!("{STREAMLIT}/_stcore/stream")).await;
    assert!(heard.starts_with("Connected"), "{heard}");
    demo.leave();
}

#[tokio::test]
async fn requests_to_three_nodes_fail_in_part() {
    let demo = Visitor::to(Which::Default).await;
    let balancer = demo.balancer("ml-team", "llama-train-5f2a91cd--skypilot-lb", 6006).await;
    let mut answered = 0;
    for _ in 0..9 {
        answered += usize::from(balancer.try_get("/").await.is_ok());
    }
    assert_eq!(answered, 3, "the head answers, its two workers do not");
    demo.leave();
}

#[tokio::test]
async fn what_is_missing_is_answered_by_the_controller() {
    let demo = Visitor::to(Which::Default).await;
    let ingress = demo.ingress().await;
    for (path, status) in [
        ("/", StatusCode::NOT_FOUND),
        // The path is missing.
        ("/skypilot/default/grid-search-9c1d7e60/8501/", StatusCode::NOT_FOUND),
        // The Service is missing.
        ("/skypilot/default/ablation-9c1d7e60/8265/", StatusCode::SERVICE_UNAVAILABLE),
        // As 0.5 wrote it, without the namespace.
        ("/skypilot/bert-eval-3b7e/5000/health", StatusCode::OK),
        (&format!("{VLLM}/"), StatusCode::NOT_FOUND),
        (&format!("{VLLM}/v1/models"), StatusCode::OK),
        (&format!("{VLLM}1/v1/models"), StatusCode::NOT_FOUND),
    ] {
        assert_eq!(ingress.get(path).await.status, status, "{path}");
    }
    demo.leave();
}

#[tokio::test]
async fn a_young_service_becomes_open_while_one_looks() {
    let demo = Visitor::to(Which::Default).await;
    let name = "hello-gradio-5f2a91cd--skypilot-lb";
    assert_eq!(demo.address("ml-team", name).await, None);
    let balancer = demo.balancer("ml-team", name, 7860).await;
    assert!(balancer.get("/").await.text.contains("Demo stand-in for Gradio"));
    demo.leave();
}

#[tokio::test]
async fn nothing_answers_any_more_when_it_is_over() {
    let demo = Visitor::to(Which::All).await;
    let ingress = demo.ingress().await;
    let balancer = demo.balancer("default", "serve-qwen-9c1d7e60--skypilot-lb", 8000).await;
    assert_eq!(balancer.get("/health").await.status, StatusCode::OK);
    let api = demo.api("demo-cloud");
    demo.leave();
    for place in [ingress, balancer, api] {
        place.is_closed().await;
    }
}
