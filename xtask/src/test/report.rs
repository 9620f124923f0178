//! Runs steps one after the other and says at the end how each went.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::tally::Tally;
use crate::plane::Obstacle;

/// The steps so far.
pub(crate) struct Report {
    steps: Vec<(String, Tally, Duration)>,
    missed: Vec<String>,
    began: Instant,
}

impl Report {
    /// Nothing done yet.
    pub(crate) fn new() -> Self {
        Self { steps: Vec::new(), missed: Vec::new(), began: Instant::now() }
    }

    /// Does it now; whether nothing failed. An error is told and counts as a failure.
    pub(crate) fn step(&mut self, name: &str, work: impl FnOnce() -> Result<Tally>) -> bool {
        println!("\n── {name}");
        let began = Instant::now();
        let tally = work().unwrap_or_else(|error| {
            eprintln!("{name}: {error:#}");
            Tally::check(false)
        });
        self.steps.push((name.to_owned(), tally, began.elapsed()));
        tally.failed == 0
    }

    /// Does it where nothing stands in the way; else says at the end what was not run and why. That
    /// is a failure, but where no machine of this kind could.
    pub(crate) fn unless(
        &mut self,
        name: &str,
        obstacle: Result<Option<Obstacle>>,
        work: impl FnOnce() -> Result<Tally>,
    ) {
        match obstacle {
            Ok(None) => {
                self.step(name, work);
            }
            Ok(Some(Obstacle { why, is_of_platform })) => {
                self.missed.push(format!("{name}: {why}"));
                self.step(name, || Ok(Tally { passed: 0, failed: u64::from(!is_of_platform) }));
            }
            Err(error) => {
                self.step(name, || Err(error));
            }
        }
    }

    /// Makes something that later steps need; counts as a check.
    pub(crate) fn make<T>(&mut self, name: &str, work: impl FnOnce() -> Result<T>) -> Option<T> {
        let mut made = None;
        self.step(name, || {
            made = Some(work()?);
            Ok(Tally::check(true))
        });
        made
    }

    /// A line a step, then the sum, alone on the last line.
    pub(crate) fn finish(self) -> ExitCode {
        println!("\n── summary");
        for (name, tally, took) in &self.steps {
            let sign = match tally {
                Tally { failed: 1.., .. } => "FAILED",
                Tally { passed: 0, .. } => "not run",
                _ => "ok",
            };
            let counts = format!("{} passed, {} failed", tally.passed, tally.failed);
            println!("{sign:<7} {name:<14} {counts:<24} {:>6.1} s", took.as_secs_f64());
        }
        for missed in &self.missed {
            println!("not run {missed}");
        }
        println!("{:<47} {:>6.1} s", "", self.began.elapsed().as_secs_f64());
        let sum: Tally = self.steps.iter().map(|(_, tally, _)| *tally).sum();
        println!("{} passed, {} failed", sum.passed, sum.failed);
        if sum.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
