//! Whether an app lets whoever comes run programs: for each app that can, one GET that tells, and
//! what its answers mean.
//!
//! An answer counts only when it carries a mark of that very app: whatever else is on the port is
//! not accused. Nothing but a GET is ever sent.

use super::outcome::{Answer, Outcome};

/// Where to knock at an app, and how it is given a login.
#[derive(Debug, PartialEq, Eq)]
pub struct Door {
    /// The app's profile.
    app: &'static str,
    /// The app's name for people.
    pub name: &'static str,
    /// Where to ask, below the endpoint's own path.
    pub(super) path: &'static str,
    /// In lower case, what the answer of an open app holds.
    pub(super) mark: &'static [u8],
    /// How it is given a login: an imperative.
    pub login: &'static str,
}

/// Who is let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// Whoever comes.
    Anybody,
    /// Who logs in.
    WithLogin,
    /// The answer does not tell.
    NotTold,
}

/// `jupyter_server` 2.21 sends `/lab` to `/login` unless its token is empty; Ray 2.60 has no login
/// unless `RAY_AUTH_MODE` is set; code-server 4 sends `/` to `./login`; marimo 0.25 to `/auth/login`.
const DOORS: [Door; 4] = [
    Door {
        app: "jupyter",
        name: "JupyterLab",
        path: "lab",
        mark: b"jupyter-config-data",
        login: "Or start it with a token: without `--IdentityProvider.token=''` it makes one",
    },
    Door {
        app: "ray",
        name: "Ray’s dashboard",
        path: "api/version",
        mark: b"ray_version",
        login: "Or start Ray with `RAY_AUTH_MODE=token`",
    },
    Door {
        app: "code-server",
        name: "code-server",
        path: "",
        mark: b"vscode-workbench-web-configuration",
        login: "Or start it with `--auth password`",
    },
    Door {
        app: "marimo",
        name: "marimo",
        path: "",
        mark: b"<marimo-",
        login: "Or start it with `--token`",
    },
];

impl Door {
    /// The door of an app, by its profile's id; `None` for apps that run nobody's programs.
    pub fn of(app: &str) -> Option<&'static Self> {
        DOORS.iter().find(|door| door.app == app)
    }
}

impl Entry {
    /// What an answer at a door means.
    pub(super) fn of(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Answered(answer) if answer.status == 200 && answer.is_marked => Self::Anybody,
            Outcome::Answered(answer) if asks_for_login(answer) => Self::WithLogin,
            _ => Self::NotTold,
        }
    }
}

/// Whether an answer asks for a login, whichever app gives it.
pub fn asks_for_login(answer: &Answer) -> bool {
    let names_one = |text: &Option<String>| {
        let text = text.as_deref().unwrap_or_default().to_ascii_lowercase();
        ["login", "log in", "sign in", "signin", "sign-in", "oauth"]
            .iter()
            .any(|it| text.contains(it))
    };
    answer.status == 401 || names_one(&answer.location) || names_one(&answer.title)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, location: Option<&str>, is_marked: bool) -> Outcome {
        let location = location.map(str::to_owned);
        Outcome::Answered(Answer { status, location, is_marked, ..Answer::default() })
    }

    #[test]
    fn only_a_marked_answer_says_that_anybody_comes_in() {
        for (outcome, entry) in [
            (answer(200, None, true), Entry::Anybody),
            // Some other app that answers everything.
            (answer(200, None, false), Entry::NotTold),
            (answer(302, Some("/login?next=%2Flab"), false), Entry::WithLogin),
            (answer(401, None, true), Entry::WithLogin),
            (answer(404, None, true), Entry::NotTold),
            (answer(302, Some("/lab/tree"), false), Entry::NotTold),
            (Outcome::Refused, Entry::NotTold),
        ] {
            assert_eq!(Entry::of(&outcome), entry, "{outcome:?}");
        }
    }

    #[test]
    fn apps_that_run_nobodys_programs_have_no_door() {
        assert_eq!(Door::of("tensorboard"), None);
        assert!(DOORS.iter().all(|door| door.mark.iter().all(|byte| !byte.is_ascii_uppercase())));
    }
}
