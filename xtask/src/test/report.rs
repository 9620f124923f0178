//! Does steps, one after the other or beside others, and says at the end how each went.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::tally::Tally;
use crate::plane::Obstacle;

/// A step that was done.
pub(crate) struct Step {
    name: &'static str,
    tally: Tally,
    took: Duration,
    /// Why it was not done.
    missed: Option<String>,
    /// What is shown of it when it is added to a report.
    said: String,
}

impl Step {
    /// Does it; what is to be said of it is kept. An error is told and counts as a failure.
    pub(crate) fn run(name: &'static str, work: impl FnOnce() -> Result<(Tally, String)>) -> Self {
        let began = Instant::now();
        let (tally, said) =
            work().unwrap_or_else(|error| (Tally::check(false), format!("{name}: {error:#}\n")));
        Self { name, tally, took: began.elapsed(), missed: None, said }
    }

    /// One that was not done because of an obstacle. That is a failure, but where no machine of this
    /// kind could.
    pub(crate) fn missed(name: &'static str, Obstacle { why, is_of_platform }: &Obstacle) -> Self {
        let tally = Tally { passed: 0, failed: u64::from(!*is_of_platform) };
        let missed = Some(format!("{name}: {why}"));
        Self { name, tally, took: Duration::ZERO, missed, said: String::new() }
    }
}

/// The steps so far.
pub(crate) struct Report {
    steps: Vec<Step>,
    began: Instant,
}

impl Report {
    /// Nothing done yet.
    pub(crate) fn new() -> Self {
        Self { steps: Vec::new(), began: Instant::now() }
    }

    /// Does it now; whether nothing failed. An error is told and counts as a failure.
    pub(crate) fn step(
        &mut self,
        name: &'static str,
        work: impl FnOnce() -> Result<Tally>,
    ) -> bool {
        println!("\n── {name}");
        let step = Step::run(name, || Ok((work()?, String::new())));
        eprint!("{}", step.said);
        let failed = step.tally.failed;
        self.steps.push(step);
        failed == 0
    }

    /// Shows what was done beside the others.
    pub(crate) fn add(&mut self, step: Step) {
        println!("\n── {}\n{}", step.name, step.said);
        self.steps.push(step);
    }

    /// Makes something that later steps need; counts as a check.
    pub(crate) fn make<T>(
        &mut self,
        name: &'static str,
        work: impl FnOnce() -> Result<T>,
    ) -> Option<T> {
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
        for Step { name, tally, took, .. } in &self.steps {
            let sign = match tally {
                Tally { failed: 1.., .. } => "FAILED",
                Tally { passed: 0, .. } => "not run",
                _ => "ok",
            };
            let counts = format!("{} passed, {} failed", tally.passed, tally.failed);
            println!("{sign:<7} {name:<14} {counts:<24} {:>6.1} s", took.as_secs_f64());
        }
        for missed in self.steps.iter().filter_map(|step| step.missed.as_ref()) {
            println!("not run {missed}");
        }
        println!("{:<47} {:>6.1} s", "", self.began.elapsed().as_secs_f64());
        let sum: Tally = self.steps.iter().map(|step| step.tally).sum();
        println!("{} passed, {} failed", sum.passed, sum.failed);
        if sum.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
