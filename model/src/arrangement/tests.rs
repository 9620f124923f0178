//! How overviews are arranged.

use proptest::prelude::*;

use super::*;
use crate::cluster::ClusterKind;
use crate::filter::Filter;
use crate::testing::{cluster, overviews};

/// `train` of ada with an open 8888 and a pending 6006, `eval` of bob without ports, a controller.
fn three() -> Overview {
    let mut overview = Overview::default();
    overview.clusters.push(cluster("train", &[(6006, false), (8888, true)]));
    let mut eval = cluster("eval", &[]);
    eval.user = Some("bob".to_owned());
    let mut jobs = cluster("a-jobs-controller", &[(80, true)]);
    jobs.kind = ClusterKind::JobsController;
    jobs.user = None;
    overview.clusters.extend([eval, jobs]);
    overview.sort();
    overview
}

/// Each section as `title: ports ports`, controllers with a `*`.
fn told(overview: &Overview, query: &str) -> Vec<String> {
    let told_row = |row: &RowItem<'_>| match row {
        RowItem::NoPorts { cluster } => format!("({})", cluster.name),
        RowItem::Port { .. } | RowItem::Range { .. } => row.ports(),
    };
    let told = |section: Section<'_>| {
        let star = if section.is_of_controllers { "*" } else { "" };
        let rows: Vec<String> = section.rows.iter().map(told_row).collect();
        format!("{star}{}: {}", section.title(), rows.join(" "))
    };
    arrange(overview, &Query::parse(query)).sections.into_iter().map(told).collect()
}

#[test]
fn a_section_a_cluster_is_the_default() {
    assert_eq!(told(&three(), ""), ["eval: (eval)", "train: 6006 8888", "*a-jobs-controller: 80"]);
    assert_eq!(told(&three(), "q=eval"), ["eval: (eval)"]);
    assert_eq!(told(&three(), "state=open"), ["train: 8888", "*a-jobs-controller: 80"]);
    assert!(told(&three(), "q=nothing").is_empty());
}

#[test]
fn counts_are_of_every_state() {
    let tally = |query| arrange(&three(), &Query::parse(query)).tally;
    assert_eq!(tally("q=train&state=open"), [0, 1, 1, 0, 0, 0]);
    assert_eq!(tally("q=8888"), [0, 1, 0, 0, 0, 0]);
    assert_eq!(tally("owner=bob"), [0; 6]);
}

#[test]
fn contexts_and_users_are_sections_too() {
    assert_eq!(told(&three(), "group=context"), ["prod: 6006 8888 (eval)", "*prod: 80"]);
    assert_eq!(
        told(&three(), "group=user"),
        ["ada@example.com: 6006 8888", "bob: (eval)", "*No owner recorded: 80"]
    );
}

#[test]
fn those_whose_owner_nobody_recorded_come_last() {
    let mut overview = three();
    overview.clusters[0].user = None;
    for query in ["group=user", "group=user&sort=-name"] {
        assert_eq!(
            told(&overview, query)[..2],
            ["ada@example.com: 6006 8888", "No owner recorded: (eval)"],
            "{query}"
        );
    }
}

#[test]
fn rows_are_sorted_and_sections_follow_their_first_row() {
    let mut overview = three();
    overview.clusters.push(cluster("zebra", &[(7000, false)]));
    overview.sort();
    let users = |query| told(&overview, query)[..3].to_vec();
    assert_eq!(users("sort=-name"), ["zebra: 7000", "train: 6006 8888", "eval: (eval)"]);
    assert_eq!(users("sort=port"), ["train: 6006 8888", "zebra: 7000", "eval: (eval)"]);
    assert_eq!(users("sort=-port"), ["train: 8888 6006", "zebra: 7000", "eval: (eval)"]);
    assert_eq!(users("sort=status"), ["train: 6006 8888", "zebra: 7000", "eval: (eval)"]);
    assert_eq!(users("sort=-status"), ["train: 8888 6006", "zebra: 7000", "eval: (eval)"]);
    let all = |query| told(&overview, query)[0].clone();
    assert_eq!(all("group=context&sort=port"), "prod: 6006 7000 8888 (eval)");
    assert_eq!(all("group=context&sort=-name"), "prod: 7000 6006 8888 (eval)");
}

#[test]
fn what_has_no_age_comes_last_both_ways() {
    let mut overview = three();
    overview.clusters = vec![cluster("train", &[(1, true), (2, true), (4, true)])];
    overview.clusters[0].endpoints[0].opened = Some(Timestamp(100));
    overview.clusters[0].endpoints[2].opened = Some(Timestamp(200));
    assert_eq!(told(&overview, "sort=age"), ["train: 4 1 2"]);
    assert_eq!(told(&overview, "sort=-age"), ["train: 1 4 2"]);
}

#[test]
fn five_neighbours_that_are_alike_are_one_row() {
    let ports = |numbers: &[u16]| {
        let mut overview = Overview::default();
        let ports: Vec<_> = numbers.iter().map(|number| (*number, true)).collect();
        overview.clusters.push(cluster("train", &ports));
        overview
    };
    assert_eq!(told(&ports(&[1, 2, 3, 4]), ""), ["train: 1 2 3 4"]);
    assert_eq!(told(&ports(&[1, 2, 3, 4, 5]), ""), ["train: 1–5"]);
    assert_eq!(told(&ports(&[1, 2, 3, 4, 6, 7]), ""), ["train: 1 2 3 4 6 7"]);
    let twenty: Vec<u16> = (30_001..=30_020).chain([8888]).collect();
    assert_eq!(told(&ports(&twenty), ""), ["train: 8888 30001–30020"]);
    assert_eq!(told(&ports(&twenty), "sort=-port"), ["train: 30001–30020 8888"]);
    assert_eq!(told(&ports(&[65_531, 65_532, 65_533, 65_534, 65_535]), ""), ["train: 65531–65535"]);
}

#[test]
fn one_that_differs_keeps_its_own_row() {
    let mut overview = Overview::default();
    let ports: Vec<_> = (1..=12).map(|number| (number, number != 6)).collect();
    overview.clusters.push(cluster("train", &ports));
    assert_eq!(told(&overview, ""), ["train: 1–5 6 7–12"]);
    let differ: [fn(&mut Endpoint); 4] = [
        |endpoint| endpoint.id.mode = Mode::Ingress,
        |endpoint| endpoint.addresses = vec!["198.51.100.1:3".to_owned()],
        |endpoint| endpoint.urls.clear(),
        |endpoint| endpoint.owner = crate::endpoint::Owner::Other,
    ];
    for change in differ {
        let mut overview = overview.clone();
        change(&mut overview.clusters[0].endpoints[2]);
        assert_eq!(told(&overview, ""), ["train: 1 2 3 4 5 6 7–12"]);
    }
}

#[test]
fn menus_offer_what_there_is() {
    let overview = three();
    let choices = Choices::of(&overview);
    assert_eq!(choices.owners, ["ada@example.com", "bob"]);
    assert_eq!(choices.modes, [Mode::LoadBalancer]);
}

proptest! {
    #[test]
    fn every_endpoint_that_the_filter_shows_has_one_place(
        overview in overviews(),
        by in prop::sample::select(SortKey::ALL.to_vec()),
        descending in any::<bool>(),
        group in prop::sample::select(Grouping::ALL.to_vec()),
        text in "|a|1|8",
    ) {
        let query = Query { filter: Filter::text(text), sort: Sort { by, descending }, group };
        let Arrangement { sections, tally } = arrange(&overview, &query);
        let mut arranged: Vec<_> = sections
            .iter()
            .flat_map(|section| &section.rows)
            .flat_map(|row| row.endpoints().iter().map(|endpoint| &endpoint.id))
            .collect();
        arranged.sort();
        let mut shown: Vec<_> = overview
            .endpoints()
            .filter(|(cluster, endpoint)| query.filter.shows(cluster, endpoint))
            .map(|(_, endpoint)| &endpoint.id)
            .collect();
        shown.sort();
        prop_assert_eq!(tally.iter().sum::<usize>(), shown.len());
        prop_assert_eq!(arranged, shown);
        prop_assert!(sections.iter().all(|section| !section.rows.is_empty()));
    }
}
