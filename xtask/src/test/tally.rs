//! Counts what test runners say they ran.

use std::iter::Sum;

/// Tests that passed and that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl Tally {
    /// A check that is one test by itself.
    pub(crate) fn check(holds: bool) -> Self {
        Self { passed: u64::from(holds), failed: u64::from(!holds) }
    }

    /// A runner that ends badly has failed, whatever it counted; so has one that ran nothing.
    pub(crate) fn after(self, ended_well: bool) -> Self {
        let ran_nothing = self == Self::default();
        let silent_failure = self.failed == 0 && (!ended_well || ran_nothing);
        Self { failed: self.failed + u64::from(silent_failure), ..self }
    }
}

impl Sum for Tally {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |a, b| Self {
            passed: a.passed + b.passed,
            failed: a.failed + b.failed,
        })
    }
}

/// `test result: ok. 3 passed; 1 failed; …`, once a test binary.
pub(crate) fn of_cargo(output: &str) -> Tally {
    output
        .lines()
        .filter(|line| line.starts_with("test result: "))
        .map(|line| before(line, "passed", "failed"))
        .sum()
}

/// `=== 1 failed, 40 passed in 80.10s ===`, and `2 errors` for fixtures that failed.
pub(crate) fn of_pytest(output: &str) -> Tally {
    let closes = |line: &&str| line.starts_with("==") && line.contains(" in ");
    let line = output.lines().rev().find(closes).unwrap_or_default();
    let Tally { passed, failed } = before(line, "passed", "failed");
    Tally { passed, failed: failed + number_before(line, "error") + number_before(line, "errors") }
}

/// `ℹ pass 12` and `ℹ fail 0`; a cancelled test has failed.
pub(crate) fn of_node(output: &str) -> Tally {
    let count = |word: &str| {
        let last = output
            .lines()
            .rev()
            .find_map(|line| line.strip_prefix("ℹ ")?.strip_prefix(word)?.trim().parse().ok());
        last.unwrap_or(0)
    };
    Tally { passed: count("pass "), failed: count("fail ") + count("cancelled ") }
}

fn before(line: &str, passed: &str, failed: &str) -> Tally {
    Tally { passed: number_before(line, passed), failed: number_before(line, failed) }
}

/// The number in front of a word.
fn number_before(line: &str, word: &str) -> u64 {
    let words: Vec<&str> = line
        .split(|c: char| c.is_whitespace() || ",;=".contains(c))
        .filter(|it| !it.is_empty())
        .collect();
    let found = words.windows(2).find_map(|pair| match pair {
        [number, its] if *its == word => number.parse().ok(),
        _ => None,
    });
    found.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(passed: u64, failed: u64) -> Tally {
        Tally { passed, failed }
    }

    #[test]
    fn each_runner_is_understood() {
        let cargo = "running 3 tests\ntest result: ok. 3 passed; 0 failed; 0 ignored; finished in 0.1s\n\n\
                     test result: FAILED. 5 passed; 2 failed; 0 ignored; finished in 0.1s\n";
        assert_eq!(of_cargo(cargo), tally(8, 2));
        assert_eq!(
            of_pytest("x\n====== 1 failed, 40 passed, 2 errors in 80.10s (0:01:20) ======\n"),
            tally(40, 3)
        );
        assert_eq!(
            of_pytest("=================== 7 passed in 3.20s ====================\n"),
            tally(7, 0)
        );
        assert_eq!(
            of_node("✔ a\nℹ tests 13\nℹ pass 12\nℹ fail 1\nℹ cancelled 0\nℹ skipped 0\n"),
            tally(12, 1)
        );
    }

    #[test]
    fn a_runner_that_breaks_or_runs_nothing_has_failed() {
        assert_eq!(tally(3, 0).after(true), tally(3, 0));
        assert_eq!(tally(3, 0).after(false), tally(3, 1));
        assert_eq!(tally(3, 2).after(false), tally(3, 2));
        assert_eq!(of_cargo("").after(true), tally(0, 1));
    }
}
