//! The secret of a guest link: 128 random bits, written as 22 letters, digits, `-` and `_`.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use skyports_model::share::LinkHash;

const BYTES: usize = 16;

/// A secret. Whoever holds it opens the link, so it is shown once, and never written into a log.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; BYTES]);

impl Secret {
    /// A new one.
    ///
    /// # Errors
    /// Where the system gives no random bytes.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; BYTES];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// Reads what an address ends in; `None` for what no secret looks like.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        Some(Self(bytes.try_into().ok()?))
    }

    /// The letters that an address ends in.
    pub fn reveal(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.0)
    }

    /// What is kept of it. To look a link up by its hash tells a guesser nothing: what is compared
    /// is not what was sent.
    pub fn hash(&self) -> Option<LinkHash> {
        use std::fmt::Write as _;
        let digits = Sha256::digest(self.0).iter().fold(String::new(), |mut digits, byte| {
            // Writing to a text cannot fail.
            let _ = write!(digits, "{byte:02x}");
            digits
        });
        digits.try_into().ok()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_secret_comes_back_from_its_letters_and_is_never_shown() {
        let secret = Secret::random().unwrap();
        let letters = secret.reveal();
        assert_eq!(letters.len(), 22);
        assert_eq!(Secret::parse(&letters), Some(secret.clone()));
        assert!(!format!("{secret:?}").contains(&letters));
        assert_ne!(Secret::random().unwrap().reveal(), letters);
    }

    proptest! {
        #[test]
        fn a_flipped_bit_is_another_link(bit in 0_usize..128) {
            let Secret(mut bytes) = Secret::random().unwrap();
            let hash = Secret(bytes).hash();
            bytes[bit / 8] ^= 1 << (bit % 8);
            prop_assert_ne!(Secret(bytes).hash(), hash);
        }

        #[test]
        fn one_link_has_one_address(text in "[A-Za-z0-9_=+/-]{20,24}|\\PC{0,40}") {
            if let Some(secret) = Secret::parse(&text) {
                prop_assert_eq!(secret.reveal(), text);
            }
        }
    }
}
