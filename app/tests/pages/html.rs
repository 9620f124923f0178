//! Reads documents as far as these tests need it.

#![expect(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::expect_used,
    reason = "a test that meets what it does not expect should end"
)]

use skyports_app::page::{self, Assets, PageEnv, Theme};
use skyports_model::{Query, Step};

use crate::samples;

/// What the server would give.
pub(crate) fn env() -> PageEnv {
    let path = |name: &str| format!("/pkg/{name}");
    PageEnv {
        assets: Some(Assets {
            js: path("app.js"),
            wasm: path("app.wasm"),
            first: "body { margin: 0 }".into(),
            css: path("app.css"),
            font: path("font.woff2"),
            icons: path("icons.woff2"),
        }),
        is_still: false,
        build: "b1".to_owned(),
        theme: Theme::System,
        now: samples::NOW,
        demo: None,
        apps: samples::apps(),
        reader: None,
        has_writes: true,
    }
}

/// Every page with everything on it.
pub(crate) fn all_pages() -> Vec<(&'static str, String)> {
    let (everything, env) = (samples::everything(), env());
    let id = everything.clusters[0].id.clone();
    let next = [Step::command("Look", "skyports list")];
    vec![
        ("overview", page::overview(&everything, &Query::default(), &env)),
        ("stale", page::overview(&samples::stale(), &Query::default(), &env)),
        ("forbidden", page::overview(&samples::forbidden(), &Query::default(), &env)),
        ("cluster", page::cluster(&everything, &id, &env)),
        (
            "endpoint",
            page::endpoint(
                &everything,
                &everything.clusters[0].endpoints[0].id,
                &Query::default(),
                &env,
            ),
        ),
        ("contexts", page::contexts(&samples::stale(), &env)),
        ("error", page::error(&env, 404, "Not found", "There is no such page.", &next)),
        ("broken", page::broken(&env, "7f3c-91ab")),
        ("login", page::login(&env, false)),
        ("login-failed", page::login(&env, true)),
    ]
}

/// A start tag, or an end tag with `/` before its name.
#[derive(Debug)]
pub(crate) struct Tag {
    pub(crate) name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// Its name and the names of its attributes.
    pub(crate) fn shape(&self) -> String {
        let names: Vec<&str> = self.attributes.iter().map(|(name, _)| name.as_str()).collect();
        format!("{} {}", self.name, names.join(" "))
    }
}

/// All tags of a document, read as the HTML standard's tokenizer would read such simple ones.
pub(crate) fn tags(page: &str) -> Vec<Tag> {
    let mut tags = vec![];
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if let Some(comment) =
            rest.strip_prefix("!>").or_else(|| rest.strip_prefix("!DOCTYPE html>"))
        {
            rest = comment;
            continue;
        }
        let end = rest.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(rest.len());
        let mut tag = Tag { name: rest[..end].to_owned(), attributes: vec![] };
        rest = rest[end..].trim_start();
        while !rest.starts_with('>') && !rest.is_empty() {
            let end = rest
                .find(|c: char| c.is_whitespace() || c == '=' || c == '>')
                .unwrap_or(rest.len());
            let name = rest[..end].to_owned();
            rest = &rest[end..];
            let mut value = "";
            if let Some(quoted) = rest.strip_prefix("=\"") {
                let end = quoted.find('"').expect("a closed attribute");
                (value, rest) = quoted.split_at(end);
                rest = &rest[1..];
            }
            tag.attributes.push((name, decoded(value)));
            rest = rest.trim_start();
        }
        tags.push(tag);
    }
    tags
}

/// Every address that the document links to.
pub(crate) fn links(page: &str) -> Vec<String> {
    tags(page)
        .iter()
        .filter(|tag| tag.name == "a")
        .filter_map(|tag| tag.attribute("href").map(str::to_owned))
        .collect()
}

/// What a reader sees of the body: blocks on lines of their own, cells apart, links in brackets.
pub(crate) fn seen(page: &str) -> String {
    let body = page.split_once("<main").map_or(page, |(_, body)| body);
    let body = body.split_once("</main>").map_or(body, |(body, _)| body);
    let mut text = String::new();
    let mut hidden = false;
    // Parts of a URL stand together.
    let mut in_url = false;
    for piece in body.split('<').skip(1) {
        let (tag, words) = piece.split_once('>').unwrap_or((piece, ""));
        let name = tag.split(' ').next().unwrap_or_default();
        hidden = (hidden || tag.starts_with("section hidden")) && name != "/section";
        if hidden {
            continue;
        }
        in_url = (in_url && name != "/div") || tag.contains("class=\"url-line\"");
        match name {
            "tr" | "h1" | "h2" | "section" | "form" | "nav" | "dl" | "dt" | "pre" | "label"
            | "button"
                if !tag.contains("data-copy") =>
            {
                text.push('\n');
            }
            "td" | "th" | "dd" => text.push_str(" | "),
            "span" | "time" if in_url => {}
            "p" | "div" | "span" | "time" | "details" | "summary" | "li" | "option" | "footer" => {
                text.push(' ');
            }
            "a" if tag.contains("target=\"_blank\"") => text.push('['),
            "/a" if text.ends_with(" (opens in a new tab)") => {
                text.truncate(text.len() - " (opens in a new tab)".len());
                text.push(']');
            }
            _ => {}
        }
        if tag.contains("data-copy") {
            text.push_str(" (copy)");
        }
        text.push_str(&decoded(words));
    }
    let lines = text.lines().map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        words.join(" ").trim_start_matches("| ").trim_end_matches(" |").to_owned()
    });
    lines.filter(|line| !line.is_empty() && line != "|").collect::<Vec<_>>().join("\n")
}

fn decoded(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#x27;", "'")
        .replace("&amp;", "&")
}
