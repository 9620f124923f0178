//! Who reaches a server and what that asks of them: the whole matrix of flags, decided before anything
//! is listened on. What is not said to be safe here is refused.

use thiserror::Error;

use super::args::ServeArgs;
use super::sign_in::{NoSignIn, SignIn};

/// Who may look, and what they may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exposure {
    /// This machine alone; the browser logs in with a code.
    Code,
    /// This machine alone, without a login.
    NoLogin,
    /// Readers with a signed token; each sees what Kubernetes lets them list.
    SignedIn {
        /// What is asked of the token.
        sign_in: Box<SignIn>,
        /// Whether they may write, as themselves.
        writes: bool,
        /// Which of their groups are named with them then.
        groups: Vec<String>,
    },
    /// Everybody who reaches it, everything; nothing is written.
    Everybody,
}

impl Exposure {
    /// Whether forms and functions that write are there at all.
    pub fn has_writes(&self) -> bool {
        match self {
            Self::Code | Self::NoLogin => true,
            Self::SignedIn { writes, .. } => *writes,
            Self::Everybody => false,
        }
    }

    /// The groups that are named with a reader who writes, where they are theirs.
    pub fn write_groups(&self) -> &[String] {
        match self {
            Self::SignedIn { groups, .. } => groups,
            Self::Code | Self::NoLogin | Self::Everybody => &[],
        }
    }
}

/// Why a server does not start.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NotExposed {
    /// Others would see everything, and nobody said so.
    #[error("{0} is reachable from other machines, and nothing says who may look")]
    Unguarded(std::net::SocketAddr),
    /// Without it any name would do, and so any web page could read this one by a name of its own.
    #[error("{0} is reachable from other machines, and no --public-url says under which name")]
    Nameless(std::net::SocketAddr),
    /// Two flags that exclude each other.
    #[error("{0} and {1} exclude each other")]
    Both(&'static str, &'static str),
    /// Nobody would be there as whom to write.
    #[error("--write-as-user needs readers who sign in")]
    NobodyToWriteAs,
    /// Groups to write as, and nobody writes.
    #[error("--write-as-group needs --write-as-user")]
    NothingToWrite,
    /// No way to sign in.
    #[error(transparent)]
    SignIn(#[from] NoSignIn),
}

impl NotExposed {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unguarded(_) => {
                "listen on 127.0.0.1 and reach it by `ssh -L 7676:127.0.0.1:7676 HOST`; or put a proxy \
                 in front that signs readers in, and pass --sign-in-issuer, --sign-in-audience and \
                 --sign-in-keys (docs/deploy.md)"
            }
            Self::Nameless(_) => "pass --public-url https://HOST, as readers type it",
            Self::Both(..) => "leave one of them out",
            Self::NobodyToWriteAs => {
                "pass --sign-in-issuer, --sign-in-audience and --sign-in-keys, or leave it out"
            }
            Self::NothingToWrite => "pass --write-as-user, too, or leave it out",
            Self::SignIn(_) => "docs/deploy.md shows them for usual proxies",
        }
    }
}

/// What the flags ask for.
///
/// # Errors
/// Where it would be dangerous, or contradicts itself.
pub fn exposure(args: &ServeArgs) -> Result<Exposure, NotExposed> {
    let sign_in = args.sign_in.clone().parsed()?;
    let everybody = args.dangerously_show_to_everybody;
    refuse_contradictions(args, sign_in.is_some())?;
    let is_local = args.listen.ip().is_loopback();
    if !is_local && sign_in.is_none() && !everybody {
        return Err(NotExposed::Unguarded(args.listen));
    }
    if !is_local && args.public_url.is_none() {
        return Err(NotExposed::Nameless(args.listen));
    }
    Ok(match sign_in {
        Some(sign_in) => {
            let (writes, groups) = (args.write_as_user, write_groups(args).cloned().collect());
            Exposure::SignedIn { sign_in: Box::new(sign_in), writes, groups }
        }
        None if everybody => Exposure::Everybody,
        None if args.no_login => Exposure::NoLogin,
        None => Exposure::Code,
    })
}

/// The groups that are named; a variable that is empty names none.
fn write_groups(args: &ServeArgs) -> impl Iterator<Item = &String> {
    args.write_as_groups.iter().filter(|group| !group.is_empty())
}

fn refuse_contradictions(args: &ServeArgs, signs_in: bool) -> Result<(), NotExposed> {
    const SIGN_IN: &str = "--sign-in-issuer";
    const NO_LOGIN: &str = "--no-login";
    const EVERYBODY: &str = "--dangerously-show-to-everybody";
    const WRITE: &str = "--write-as-user";
    let everybody = args.dangerously_show_to_everybody;
    for (both, one, other) in [
        (args.no_login && signs_in, NO_LOGIN, SIGN_IN),
        (args.no_login && everybody, NO_LOGIN, EVERYBODY),
        (everybody && signs_in, EVERYBODY, SIGN_IN),
        (everybody && args.write_as_user, EVERYBODY, WRITE),
        (args.read_only && args.write_as_user, "--read-only", WRITE),
        // The demo's API server knows nobody.
        (args.demo && signs_in, "--demo", SIGN_IN),
    ] {
        if both {
            return Err(NotExposed::Both(one, other));
        }
    }
    if args.write_as_user && !signs_in {
        return Err(NotExposed::NobodyToWriteAs);
    }
    if write_groups(args).next().is_some() && !args.write_as_user {
        return Err(NotExposed::NothingToWrite);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    const LOCAL: [&str; 1] = ["--listen=127.0.0.1:0"];
    const ABROAD: [&str; 1] = ["--listen=0.0.0.0:0"];
    const NAMED: [&str; 2] = ["--listen=0.0.0.0:0", "--public-url=https://ports.example.com"];
    const SIGN_IN: [&str; 3] = [
        "--sign-in-issuer=https://id.example.com",
        "--sign-in-audience=skyports",
        "--sign-in-keys=/keys.json",
    ];

    fn of(flags: &[&[&str]]) -> Result<Exposure, NotExposed> {
        let words = std::iter::once("serve").chain(flags.iter().copied().flatten().copied());
        exposure(&ServeArgs::parse_from(words))
    }

    /// Every combination of the flags that matter, and what it comes to, told once more by rules of
    /// its own: what is dangerous never starts.
    #[test]
    fn the_whole_matrix() {
        let places: [&[&str]; 3] = [&LOCAL, &ABROAD, &NAMED];
        let (mut started, mut refused) = (0, 0);
        for (place, bits) in
            (0..places.len()).flat_map(|place| (0_u8..64).map(move |it| (place, it)))
        {
            let is = |bit: u8| bits & (1 << bit) != 0;
            let (signs_in, everybody, no_login) = (is(0), is(1), is(2));
            let (write, read_only, demo) = (is(3), is(4), is(5));
            let mut flags: Vec<&[&str]> = places.get(place).copied().into_iter().collect();
            let all: [(bool, &[&str]); 6] = [
                (signs_in, &SIGN_IN),
                (everybody, &["--dangerously-show-to-everybody"]),
                (no_login, &["--no-login"]),
                (write, &["--write-as-user"]),
                (read_only, &["--read-only"]),
                (demo, &["--demo"]),
            ];
            flags.extend(all.into_iter().filter_map(|(is, flags)| is.then_some(flags)));
            let got = of(&flags);
            match &got {
                Ok(exposure) => {
                    started += 1;
                    let (is_local, is_named) = (place == 0, place != 1);
                    assert!(is_local || is_named, "{flags:?}");
                    assert!(is_local || signs_in || everybody, "{flags:?}: {got:?}");
                    assert!(!no_login || (is_local && !signs_in && !everybody), "{flags:?}");
                    assert_eq!(write, matches!(exposure, Exposure::SignedIn { writes: true, .. }));
                    assert!(!write || (signs_in && !read_only), "{flags:?}");
                    assert_eq!(everybody, *exposure == Exposure::Everybody, "{flags:?}");
                    assert_eq!(signs_in, matches!(exposure, Exposure::SignedIn { .. }));
                    assert!(!exposure.has_writes() || is_local || write, "{flags:?}");
                }
                Err(error) => {
                    refused += 1;
                    assert!(!error.hint().is_empty());
                    let is_usual = place == 0 && bits & !0b11_0000 == 0;
                    assert!(!is_usual, "{flags:?}: {error}");
                }
            }
        }
        assert_eq!((started, refused), (22, 170));
    }

    #[test]
    fn refusals_say_what_is_wrong() {
        let told = |flags: &[&[&str]]| of(flags).unwrap_err().to_string();
        assert!(told(&[&ABROAD]).starts_with("0.0.0.0:0 is reachable from other machines"));
        assert!(told(&[&ABROAD, &SIGN_IN]).contains("--public-url"));
        assert!(told(&[&NAMED, &SIGN_IN[..2]]).contains("--sign-in-keys must be given too"));
        assert!(told(&[&LOCAL, &["--write-as-user"]]).contains("sign in"));
        assert!(
            told(&[&LOCAL, &SIGN_IN, &["--write-as-group=oidc:ml"]]).contains("--write-as-user")
        );
        assert!(of(&[&LOCAL, &["--write-as-group="]]).is_ok(), "a variable that is empty");
        let http = ["--sign-in-keys=http://id.example.com/keys"];
        assert!(told(&[&NAMED, &SIGN_IN[..2], &http]).contains("neither an https URL"));
    }
}
