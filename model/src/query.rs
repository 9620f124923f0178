//! What the overview's address asks for: filter, sorting and grouping as a query string.
//!
//! `?q=train&state=open&owner=ada%40example.com&context=prod&mode=ingress&sort=-age&group=user`.
//! Anybody can write an address, so nothing here fails: a part that is not understood counts as
//! left out.

use form_urlencoded::Serializer;
use serde::{Deserialize, Serialize};

use crate::arrangement::{Grouping, Sort, SortKey};
use crate::endpoint::{EndpointState, Mode};
use crate::filter::Filter;

/// No text in an address needs more characters; a context's name may be that long.
const LONGEST: usize = 512;
/// The filter box takes as many.
const LONGEST_TEXT: usize = 200;

/// Which endpoints, in which order, under which headings.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Query {
    /// Which endpoints.
    pub filter: Filter,
    /// In which order.
    pub sort: Sort,
    /// Under which headings.
    pub group: Grouping,
}

impl Query {
    /// Reads a query string, without its `?`. Of a part that is there twice the last one counts.
    pub fn parse(query: &str) -> Self {
        let mut asked = Self::default();
        let Self { filter, sort, group } = &mut asked;
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "q" => filter.text = typed(&value, LONGEST_TEXT),
                "state" => {
                    let known = EndpointState::WORDS.contains(&&*value);
                    filter.state = if known { value.into_owned() } else { String::new() };
                }
                "owner" => filter.owner = typed(&value, LONGEST),
                "context" => filter.context = typed(&value, LONGEST),
                "mode" => filter.mode = Mode::parse(&value),
                "sort" => *sort = Sort::parse(&value).unwrap_or_default(),
                "group" => *group = Grouping::parse(&value).unwrap_or_default(),
                _ => {}
            }
        }
        asked
    }

    /// The query string, without a `?`; what is as by default is left out.
    pub fn query_string(&self) -> String {
        let Self { filter, sort, group } = self;
        let Filter { text: words, state, owner, context, mode } = filter;
        let mut query = Serializer::new(String::new());
        let words = typed(words, LONGEST_TEXT);
        for (name, value) in
            [("q", &words), ("state", state), ("owner", owner), ("context", context)]
        {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        if let Some(mode) = mode {
            query.append_pair("mode", mode.as_str());
        }
        if *sort != Sort::default() {
            query.append_pair("sort", &sort.word());
        }
        if *group != Grouping::default() {
            query.append_pair("group", group.as_str());
        }
        query.finish()
    }

    /// The overview's address: `/` or `/?q=train`.
    pub fn path(&self) -> String {
        match self.query_string() {
            query if query.is_empty() => "/".to_owned(),
            query => format!("/?{query}"),
        }
    }

    /// The query of a click on a column's head: sorted by it, the other way round when it is
    /// already.
    #[must_use]
    pub fn sorted_by(&self, by: SortKey) -> Self {
        let descending = self.sort.by == by && !self.sort.descending;
        Self { sort: Sort { by, descending }, ..self.clone() }
    }
}

impl From<Filter> for Query {
    fn from(filter: Filter) -> Self {
        Self { filter, ..Self::default() }
    }
}

/// A text from an address, without characters that nobody typed; blank counts as empty.
fn typed(value: &str, longest: usize) -> String {
    if value.trim().is_empty() {
        return String::new();
    }
    value.chars().filter(|c| !c.is_control()).take(longest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_address_says_what_is_asked_for() {
        let filter = Filter {
            text: "a b&c=é".to_owned(),
            state: "open".to_owned(),
            owner: "ada@example.com".to_owned(),
            context: "arn:aws:eks:eu-west-1:1:cluster/serve".to_owned(),
            mode: Some(Mode::Ingress),
        };
        let sort = Sort { by: SortKey::Age, descending: true };
        let query = Query { filter, sort, group: Grouping::User };
        assert_eq!(
            query.path(),
            "/?q=a+b%26c%3D%C3%A9&state=open&owner=ada%40example.com\
             &context=arn%3Aaws%3Aeks%3Aeu-west-1%3A1%3Acluster%2Fserve&mode=ingress&sort=-age&group=user"
        );
        assert_eq!(Query::parse(&query.query_string()), query);
        assert_eq!(Query::default().path(), "/");
        assert_eq!(Query::from(Filter::text("  ")).path(), "/");
    }

    #[test]
    fn what_is_not_understood_counts_as_left_out() {
        for odd in [
            "",
            "&&=&q",
            "state=%3Cscript%3E&mode=teleport&sort=--age&group=planet&owner=+",
            "state=open&state=nonsense",
            "sort=age2&sort=&group=",
            "q=%00%1b",
        ] {
            assert_eq!(Query::parse(odd), Query::default(), "{odd}");
        }
        assert_eq!(Query::parse("q=%ff%fe").filter.text, "\u{fffd}\u{fffd}");
        let long = Query::parse(&format!("q={0}&owner={0}", "x".repeat(9_000)));
        assert_eq!((long.filter.text.len(), long.filter.owner.len()), (LONGEST_TEXT, LONGEST));
    }

    #[test]
    fn a_second_click_turns_the_order_round() {
        let once = Query::default().sorted_by(SortKey::Age);
        assert_eq!(once.sort.word(), "age");
        let twice = once.sorted_by(SortKey::Age);
        assert_eq!(twice.sort.word(), "-age");
        assert_eq!(twice.sorted_by(SortKey::Age), once);
        assert_eq!(twice.sorted_by(SortKey::Port).sort.word(), "port");
    }

    fn queries() -> impl Strategy<Value = Query> {
        let text = || "[^\\p{Cc}\\s][^\\p{Cc}]{0,20}|";
        let state = prop::sample::select(vec![
            "",
            "ready",
            "open",
            "pending",
            "attention",
            "failed",
            "unknown",
        ]);
        let mode = prop::option::of(prop::sample::select(Mode::ALL.to_vec()));
        let sort = (prop::sample::select(SortKey::ALL.to_vec()), any::<bool>());
        let group = prop::sample::select(Grouping::ALL.to_vec());
        (text(), state, text(), text(), mode, sort, group).prop_map(
            |(text, state, owner, context, mode, (by, descending), group)| Query {
                filter: Filter { text, state: state.to_owned(), owner, context, mode },
                sort: Sort { by, descending },
                group,
            },
        )
    }

    proptest! {
        #[test]
        fn a_query_is_read_back_as_itself(query in queries()) {
            prop_assert_eq!(Query::parse(&query.query_string()), query);
        }

        #[test]
        fn whatever_is_read_is_stable(text in "\\PC{0,60}|[a-z%0-9&=+-]{0,60}|(q|owner|sort|group|mode|state)=[%a-f0-9+ -]{0,20}") {
            let read = Query::parse(&text);
            prop_assert_eq!(&Query::parse(&read.query_string()), &read);
            let plain = |c: char| c.is_ascii_alphanumeric() || "/?&=%+-._*".contains(c);
            prop_assert!(read.path().chars().all(plain));
        }

        #[test]
        fn a_query_survives_the_wire(query in queries()) {
            let bytes = postcard::to_allocvec(&query).unwrap();
            prop_assert_eq!(postcard::from_bytes::<Query>(&bytes).unwrap(), query);
        }
    }
}
