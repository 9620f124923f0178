//! An empty demo API for `end2end/cluster/tests/test_demo_contract.py`, which fills it by standard
//! input and compares what it says with what a real API server says.
//!
//! Prints where it listens as one JSON line, then answers each JSON line with one:
//! `{"put": OBJECT}` with the object as it is kept, `{"remove": OBJECT}` with what it was last.
//! Ends with its standard input.
#![expect(clippy::print_stdout, reason = "standard output is how it speaks to the test")]

use std::io::BufRead as _;

use serde_json::{Value, json};
use skyports_demo::api::{Api, ApiConfig, Rules, Verb};
use skyports_demo::store::{Key, Resource, Store};
use tokio_util::sync::CancellationToken;

const TOKEN: &str = "contract";
/// Small, so that a test can overflow it.
const WINDOW: usize = 64;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let store = Store::with_window(jiff::Timestamp::now, WINDOW);
    let stopping = CancellationToken::new();
    let start = async |rules| {
        let config = ApiConfig { token: TOKEN.to_owned(), store: store.clone(), rules };
        Api::start(config, stopping.clone()).await
    };
    let open = start(Rules::default()).await?;
    let refusing = start(refusing()).await?;
    let ready = json!({
        "server": format!("http://{}", open.address()),
        "refusing": format!("http://{}", refusing.address()),
        "token": TOKEN,
    });
    println!("{ready}");
    let lines = tokio::task::spawn_blocking(move || {
        for line in std::io::stdin().lock().lines() {
            println!("{}", done(&store, &line?));
        }
        std::io::Result::Ok(())
    });
    let ended = lines.await.map_err(std::io::Error::other)?;
    stopping.cancel();
    ended
}

/// All that the real server's user `nobody` may do.
fn refusing() -> Rules {
    let forbidden =
        Verb::ALL.into_iter().flat_map(|verb| Resource::ALL.map(|resource| (verb, resource)));
    Rules { user: "nobody".to_owned(), forbidden: forbidden.collect(), ..Rules::default() }
}

fn done(store: &Store, line: &str) -> Value {
    let order: Value = match serde_json::from_str(line) {
        Ok(order) => order,
        Err(error) => return json!({"error": error.to_string()}),
    };
    let answer = match (order.get("put"), order.get("remove")) {
        (Some(object), _) => store.put(object.clone()).map(Some),
        (None, Some(object)) => Key::of(object).map(|key| store.remove(&key)),
        (None, None) => return json!({"error": "neither put nor remove"}),
    };
    match answer {
        Ok(object) => json!({"object": object.as_deref()}),
        Err(error) => json!({"error": error.to_string()}),
    }
}
