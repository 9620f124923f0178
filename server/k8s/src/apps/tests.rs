//! The data file keeps its schema, row by row.

use std::collections::BTreeSet;

use super::*;

#[test]
fn the_data_file_is_read() {
    let profiles = parse(DATA).unwrap();
    assert_eq!(profiles, super::profiles());
    assert!(profiles.len() >= 30);
}

#[test]
fn every_row_keeps_the_schema() {
    let mut ids = BTreeSet::new();
    for profile in profiles() {
        let Profile { id, name, tile, stripped, kept, source, .. } = profile;
        assert!(ids.insert(id), "{id} twice");
        assert!(
            id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
            "{id}"
        );
        assert_eq!(tile.chars().count(), 2, "{id}: tile");
        assert!(!name.is_empty(), "{id}");
        let (needs, explains) = match stripped.verdict {
            Stripped::NeedsFlag => (true, true),
            Stripped::Breaks => (false, true),
            Stripped::WorksWithSlash | Stripped::ApiOnly | Stripped::Unknown => (false, false),
        };
        check_texts(id, needs, explains, stripped.flag.as_deref(), stripped.why.as_deref());
        let (needs, explains) = match kept.verdict {
            Kept::NeedsFlag => (true, true),
            Kept::Breaks => (false, true),
            Kept::Works | Kept::Unknown => (false, false),
        };
        check_texts(id, needs, explains, kept.flag.as_deref(), kept.why.as_deref());
        assert!(source.version.chars().any(|c| c.is_ascii_digit()), "{id}: version");
        assert!(!source.place.is_empty(), "{id}: where");
        check_places(profile);
    }
}

/// What is looked for and asked: somewhere, by some sign, below the app's root.
fn check_places(Profile { id, ports, also, signs, websocket, event_stream, root, .. }: &Profile) {
    let all: Vec<_> = ports.iter().chain(also).collect();
    assert!(!all.is_empty(), "{id}: no port");
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "{id}: ports");
    let Signs { title, body, location, json } = signs;
    assert!([title, body, location].iter().any(|it| !it.is_empty()) || json.is_some(), "{id}");
    assert!([title, body].iter().all(|it| it.iter().all(|mark| mark.len() > 3)), "{id}: marks");
    assert!(location.iter().all(|it| it.starts_with('/') && it.len() > 4), "{id}: location");
    let json = json.iter().chain(root).map(|json| &json.path);
    for path in json.chain(websocket).chain(event_stream) {
        assert!(!path.is_empty() && !path.starts_with('/') && !path.contains(".."), "{id}: {path}");
    }
}

#[test]
fn what_flags_leave_open_is_known() {
    for Profile { id, stripped, kept, host_flag, .. } in profiles() {
        let flags = [stripped.flag.as_ref(), kept.flag.as_ref(), host_flag.as_ref()];
        for flag in flags.into_iter().flatten() {
            let left = ["{path}", "{path_inner}", "{host}"];
            let filled = left.iter().fold(flag.clone(), |flag, it| flag.replace(it, ""));
            assert!(!filled.contains(['{', '}', '\n']), "{id}: {flag}");
        }
    }
}

#[test]
fn apps_are_recognised_by_their_answers() {
    let page = |title, body| Profile::of_page(title, body).map(|profile| profile.id.as_str());
    assert_eq!(page(Some("TensorBoard"), ""), Some("tensorboard"));
    // People choose the title of what they make with Gradio.
    assert_eq!(page(Some("MLflow"), "<script>window.gradio_config = {}"), Some("gradio"));
    assert_eq!(page(Some("Dashboard"), "<p>Dash"), None);
    let to = |place| Profile::of_location(place).map(|profile| profile.id.as_str());
    assert_eq!(to("/lab?"), Some("jupyter"));
    assert_eq!(to("/labels"), None);
    let json = of_id("open-webui").and_then(|profile| profile.signs.json.clone()).unwrap();
    assert!(json.is_in(br#"{"name": "Open WebUI", "version": "0.6"}"#));
    for other in [&br#"{"name": "Other"}"#[..], b"[]", b"{", b"", b"null"] {
        assert!(!json.is_in(other));
    }
    let all: Vec<&str> =
        possible_on(Port::new(8080).unwrap()).map(|profile| profile.id.as_str()).collect();
    assert_eq!(all[..2], ["code-server", "open-webui"]);
    assert!(all.contains(&"airflow"), "{all:?}");
}

/// A verdict has the texts that it needs, and no others.
fn check_texts(id: &str, needs: bool, explains: bool, flag: Option<&str>, why: Option<&str>) {
    assert_eq!(flag.is_some(), needs, "{id}: flag");
    assert!(flag.is_none_or(|flag| flag.contains("{path")), "{id}: flag without a path");
    assert_eq!(why.is_some(), explains, "{id}: why");
    assert!(why.is_none_or(|why| why.ends_with('.')), "{id}: why is no sentence");
}

#[test]
fn odd_rows_are_refused() {
    let row = |extra: &str| {
        format!(
            "[[app]]\nid='a'\nname='A'\ntile='Aa'\nports=[1]\n{extra}\n[app.stripped]\nverdict='breaks'\n\
             [app.kept]\nverdict='works'\n[app.source]\nversion='1'\nhow='run'\nwhere='x'\n"
        )
    };
    assert!(parse(&row("")).is_ok());
    assert!(parse(&row("colour='red'")).is_err());
    assert!(parse(&row("").replace("[1]", "[0]")).is_err());
    assert!(parse(&row("").replace("[1]", "[65536]")).is_err());
    assert!(parse(&row("").replace("'breaks'", "'maybe'")).is_err());
}

#[test]
fn the_first_row_with_a_port_is_the_guess() {
    let on = |port: i64| usual_on(Port::new(port).unwrap()).map(|profile| profile.id.as_str());
    assert_eq!(on(8888), Some("jupyter"));
    assert_eq!(on(8080), Some("code-server"));
    assert_eq!(on(12_345), None);
}

#[test]
fn flags_name_the_path() {
    let jupyter = usual_on(Port::new(8888).unwrap()).unwrap();
    assert_eq!(
        jupyter.kept.flag("/skypilot/ml/c/8888/", None).unwrap(),
        "jupyter lab --ip=0.0.0.0 --ServerApp.base_url=/skypilot/ml/c/8888/"
    );
}
