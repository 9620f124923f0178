//! The prober against name servers that lie and servers that mean harm: S-05 to S-08, R-28.

mod experiment;
mod hostile;
mod names;
mod rules;
mod servers;
mod verdicts;

use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures::future::BoxFuture;
use skyports_model::{ClusterId, Endpoint, ExternalUrl};

use super::Prober;
use super::outcome::{Answer, Outcome};
use super::resolve::Resolve;
use super::rules::Rules;
use super::target::Target;
use crate::dashboard::testing;

/// A name server with an answer for each question; the last one is repeated.
#[derive(Default)]
struct Names {
    answers: Mutex<Vec<Vec<IpAddr>>>,
    asked: AtomicUsize,
}

impl Names {
    fn answering(answers: &[&[&str]]) -> Arc<Self> {
        let ips = |texts: &&[&str]| texts.iter().map(|ip| ip.parse().unwrap()).collect();
        let answers = answers.iter().rev().map(ips).collect();
        Arc::new(Self { answers: Mutex::new(answers), asked: AtomicUsize::new(0) })
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Resolve for Names {
    fn resolve(&self, _: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let mut answers = self.answers.lock().unwrap();
        let answer = if answers.len() > 1 { answers.pop() } else { answers.last().cloned() };
        Box::pin(async move { answer.ok_or_else(|| io::ErrorKind::NotFound.into()) })
    }
}

fn cluster() -> ClusterId {
    testing::cluster("prod", "ml", "train", "train-2ea4").id
}

/// An endpoint with that URL, or else that address.
fn endpoint(at: &str) -> Endpoint {
    let mut endpoint = testing::open_port(&cluster(), 8888, &[]);
    match ExternalUrl::parse(at) {
        Ok(url) => endpoint.urls = vec![url],
        Err(_) => endpoint.addresses = vec![at.to_owned()],
    }
    endpoint
}

fn target(at: &str) -> Target {
    Target::of(&endpoint(at)).unwrap()
}

/// Checks an endpoint on this machine, where that is allowed.
async fn check(at: &str) -> Outcome {
    Prober::new(Rules::default(), Names::answering(&[])).check(&target(at)).await
}

fn answer(outcome: Outcome) -> Answer {
    match outcome {
        Outcome::Answered(answer) => answer,
        other => panic!("no answer: {other:?}"),
    }
}
