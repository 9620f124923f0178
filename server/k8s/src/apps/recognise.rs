//! Which app an answer is from: titles, marks in a text, places that it redirects to, fields of
//! JSON. Knows nothing of how the answer was had.

use serde::Deserialize;

use super::{Profile, profiles};

/// How an app's answers look. One sign is enough.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signs {
    /// Titles of its pages, whole.
    #[serde(default)]
    pub title: Vec<String>,
    /// Marks in the text of its pages.
    #[serde(default)]
    pub body: Vec<String>,
    /// How the places begin to which its root redirects, as it spells them.
    #[serde(default)]
    pub location: Vec<String>,
    /// An answer that only this app gives.
    pub json: Option<Json>,
}

/// A field of a JSON answer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Json {
    /// Where it is asked for, below the app's root.
    pub path: String,
    /// The field, at the top of the answer.
    pub field: String,
    /// Its value; any will do where there is none.
    pub is: Option<String>,
}

impl Json {
    /// The field's value as text.
    pub fn value(&self, body: &[u8]) -> Option<String> {
        let answer: serde_json::Value = serde_json::from_slice(body).ok()?;
        let value = answer.get(&self.field)?;
        Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    }

    /// Whether an answer has the field, and with its value.
    pub fn is_in(&self, body: &[u8]) -> bool {
        let value = self.value(body);
        value.is_some_and(|value| self.is.as_ref().is_none_or(|is| *is == value))
    }
}

impl Profile {
    /// The app whose page that is.
    pub fn of_page(title: Option<&str>, body: &str) -> Option<&'static Self> {
        let has = |mark: &String| body.contains(mark.as_str());
        let by_mark = || profiles().iter().find(|profile| profile.signs.body.iter().any(has));
        let is = |profile: &&Profile| profile.signs.title.iter().any(|it| Some(&**it) == title);
        // Many apps let people choose the title, and none of them chooses its marks.
        by_mark().or_else(|| profiles().iter().find(is))
    }

    /// The app whose root redirects to that place.
    pub fn of_location(location: &str) -> Option<&'static Self> {
        let begins = |it: &String| location.starts_with(it.as_str());
        profiles().iter().find(|profile| profile.signs.location.iter().any(begins))
    }
}
