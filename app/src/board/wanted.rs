//! What a group and a row are to show, made from an arrangement of the overview.

use skyports_model::arrangement::{About, RowItem, Section};
use skyports_model::time::age_in_words;
use skyports_model::{
    Cluster, Endpoint, EndpointId, EndpointState, Finding, ObjectRef, Overview, Timestamp,
};

use super::{Bunch, Head, NoPorts, Ports, RowValue};
use crate::live::stale_since;

/// A section with what is known of its clusters beside its rows.
pub(super) struct Wanted<'a> {
    section: Section<'a>,
    shared: Vec<&'a Finding>,
    stale: Option<Timestamp>,
    selected: Option<&'a EndpointId>,
    /// On a page of its own a cluster tells more.
    alone: bool,
    /// The moment from which ages are told.
    now: Timestamp,
}

impl<'a> Wanted<'a> {
    /// `overview` tells since when contexts have been silent.
    pub(super) fn of(
        section: Section<'a>,
        overview: &Overview,
        selected: Option<&'a EndpointId>,
        alone: bool,
        now: Timestamp,
    ) -> Self {
        let shared = match section.about {
            About::Cluster(cluster) => shared(cluster),
            About::Context(_) | About::User(_) => vec![],
        };
        // A group is old when all of it is.
        let since: Option<Vec<_>> =
            section.rows.iter().map(|row| stale(overview, row.cluster())).collect();
        let stale = since.and_then(|since| since.into_iter().min());
        Self { section, shared, stale, selected, alone, now }
    }

    /// What tells the section from the others of its list.
    pub(super) fn key(&self) -> String {
        match self.section.about {
            About::Cluster(cluster) => cluster.id.to_string(),
            About::Context(context) => format!("context {context}"),
            About::User(user) => format!("user {}", user.unwrap_or_default()),
        }
    }

    pub(super) fn rows(&self) -> &[RowItem<'a>] {
        &self.section.rows
    }

    pub(super) fn head(&self, key: String, folded: bool) -> Option<Head> {
        let clusters = self.clusters();
        let first = *clusters.first()?;
        let mut cluster = without_endpoints(first);
        let bunch = match self.section.about {
            About::Cluster(_) => {
                cluster.findings.extend(self.shared.iter().copied().cloned());
                None
            }
            About::Context(_) | About::User(_) => {
                cluster.findings = clusters.iter().flat_map(|cluster| named(cluster)).collect();
                Some(Bunch { title: self.section.title().to_owned(), clusters: clusters.len() })
            }
        };
        let ports = clusters.iter().map(|cluster| cluster.endpoints.len()).sum();
        let objects = if self.alone { objects(first) } else { vec![] };
        Some(Head { key, cluster, bunch, ports, stale: self.stale, folded, objects })
    }

    /// The section's clusters, each once, in the order in which they are met.
    fn clusters(&self) -> Vec<&'a Cluster> {
        let mut clusters: Vec<&Cluster> = vec![];
        for row in &self.section.rows {
            let cluster = row.cluster();
            let known = matches!(self.section.about, About::Cluster(_)) && !clusters.is_empty();
            if !known && !clusters.iter().any(|other| std::ptr::eq(*other, cluster)) {
                clusters.push(cluster);
            }
        }
        clusters
    }

    /// What a row shows; `fresh`: it has just become open.
    pub(super) fn value(&self, item: &RowItem<'_>, fresh: bool) -> RowValue {
        let cluster = item.cluster();
        let tells_cluster = !matches!(self.section.about, About::Cluster(_));
        let Some((first, others)) = item.endpoints().split_first() else {
            return RowValue::NoPorts(Box::new(NoPorts {
                id: cluster.id.clone(),
                cluster: cluster.name.clone(),
                head_address: cluster.head_address.as_ref().map(ToString::to_string),
                tells_cluster,
            }));
        };
        let mut endpoint = Endpoint::clone(first);
        endpoint.warnings.retain(|warning| !self.is_shared(warning));
        RowValue::Ports(Box::new(Ports {
            endpoint,
            others: others.iter().copied().cloned().collect(),
            cluster: cluster.name.clone(),
            tells_cluster,
            fresh,
            selected: self.is_selected(item),
            told: self.now,
        }))
    }

    /// Whether a row shows all of `item`.
    pub(super) fn is_shown_by(&self, value: &RowValue, item: &RowItem<'_>) -> bool {
        match (value, item.endpoints()) {
            (RowValue::Ports(ports), _) if !self.tells_age(ports) => false,
            // Mostly nothing differs: compared without making anything.
            (RowValue::Ports(ports), [first, others @ ..]) if self.shared.is_empty() => {
                ports.endpoint == **first
                    && ports.others.iter().eq(others.iter().copied())
                    && ports.cluster == item.cluster().name
                    && ports.selected == self.is_selected(item)
            }
            (RowValue::Ports(ports), _) => match self.value(item, ports.fresh) {
                RowValue::Ports(new) => Ports { told: ports.told, ..*new } == **ports,
                RowValue::NoPorts(_) => false,
            },
            (RowValue::NoPorts(_), _) => self.value(item, false) == *value,
        }
    }

    /// Whether the age that a row tells is still right.
    fn tells_age(&self, Ports { endpoint, told, .. }: &Ports) -> bool {
        let words = |opened: Timestamp, now| age_in_words(opened.age(now));
        let same = |opened| words(opened, *told) == words(opened, self.now);
        *told == self.now || endpoint.opened.is_none_or(same)
    }

    fn is_selected(&self, item: &RowItem<'_>) -> bool {
        self.selected.is_some_and(|id| item.endpoints().iter().any(|endpoint| endpoint.id == *id))
    }

    fn is_shared(&self, warning: &Finding) -> bool {
        self.shared.iter().any(|other| same(warning, other))
    }
}

impl RowValue {
    /// Whether it is the row of `item`, as it is or as it was.
    pub(super) fn is_of(&self, item: &RowItem<'_>) -> bool {
        match (self, item.endpoints()) {
            (Self::NoPorts(row), []) => row.id == item.cluster().id,
            (Self::Ports(row), [first, others @ ..]) => {
                row.endpoint.id == first.id && row.others.is_empty() == others.is_empty()
            }
            (Self::NoPorts(_), [_, ..]) | (Self::Ports(_), []) => false,
        }
    }

    /// The state that it shows.
    pub(super) fn state(&self) -> Option<&EndpointState> {
        match self {
            Self::Ports(row) => Some(&row.endpoint.state),
            Self::NoPorts(_) => None,
        }
    }
}

/// Since when the context of a cluster has been silent.
fn stale(overview: &Overview, cluster: &Cluster) -> Option<Timestamp> {
    let context = overview.contexts.iter().find(|context| context.name == cluster.id.context);
    context.and_then(|context| stale_since(context.state))
}

/// Warnings that several ports of a cluster have alike: told once for all of them.
fn shared(cluster: &Cluster) -> Vec<&Finding> {
    let mut all = cluster.endpoints.iter().flat_map(|endpoint| &endpoint.warnings);
    let mut shared: Vec<&Finding> = vec![];
    while let Some(warning) = all.next() {
        let again = all.clone().any(|other| same(warning, other));
        if again && !shared.iter().any(|other| same(warning, other)) {
            shared.push(warning);
        }
    }
    shared
}

/// Whether two findings read alike; what they rest on may differ.
fn same(one: &Finding, other: &Finding) -> bool {
    (one.code, &one.lead, &one.detail) == (other.code, &other.lead, &other.detail)
}

/// A cluster's findings, told among those of other clusters.
fn named(cluster: &Cluster) -> impl Iterator<Item = Finding> {
    cluster.findings.iter().map(|finding| Finding {
        lead: [&cluster.name, ": ", &finding.lead].concat(),
        ..finding.clone()
    })
}

/// The objects that expose a cluster, each once.
fn objects(cluster: &Cluster) -> Vec<ObjectRef> {
    let mut objects = vec![];
    for endpoint in &cluster.endpoints {
        if !objects.contains(&endpoint.object) {
            objects.push(endpoint.object.clone());
        }
    }
    objects
}

fn without_endpoints(cluster: &Cluster) -> Cluster {
    Cluster {
        id: cluster.id.clone(),
        name: cluster.name.clone(),
        user: cluster.user.clone(),
        workspace: cluster.workspace.clone(),
        kind: cluster.kind,
        nodes: cluster.nodes,
        ready_nodes: cluster.ready_nodes,
        resources: cluster.resources.clone(),
        created: cluster.created,
        head_address: cluster.head_address.clone(),
        endpoints: vec![],
        findings: cluster.findings.clone(),
    }
}
