//! The dialog that shares an endpoint: links for teammates, and guest links for anybody else. Drawn by
//! the server like the dialogs of `ports`, and shown by the same program.

use skyports_model::share::{GuestLink, Label, Lifetime, LinkHash};
use skyports_model::{Cluster, Code, Endpoint, EndpointId, Mode, Overview, Port, Scheme};

use crate::components::share_dialog::{Pane, ShareDialog, share_dialog};
use crate::dashboard::{Dashboard, DashboardError};
use crate::ports::Drawn;
use crate::reach::Reach;

/// More than any field needs; what is longer was not typed.
const LONGEST: usize = 1_000;

/// What a reader typed into the form, as text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShareForm {
    /// The endpoint's port.
    pub(crate) port: String,
    /// Its mode.
    pub(crate) mode: String,
    /// For whom the link is.
    pub(crate) label: String,
    /// How many hours it works.
    pub(crate) hours: String,
    /// The hash of the link to revoke, or `all`.
    pub(crate) revoke: String,
}

impl ShareForm {
    /// Reads a query string or the body of a submission; what is no field is left out.
    pub fn parse(text: &str) -> Self {
        let mut form = Self::default();
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            let field = match &*name {
                "port" => &mut form.port,
                "mode" => &mut form.mode,
                "label" => &mut form.label,
                "hours" => &mut form.hours,
                "revoke" => &mut form.revoke,
                _ => continue,
            };
            *field = value.chars().take(LONGEST).collect();
        }
        form
    }

    /// The endpoint of a cluster that it is about.
    fn endpoint<'a>(&self, cluster: &'a Cluster) -> Option<&'a Endpoint> {
        let (port, mode): (Port, Mode) = (self.port.parse().ok()?, Mode::parse(&self.mode)?);
        cluster.endpoints.iter().find(|it| it.port() == port && it.mode() == mode)
    }

    /// How long the link is to work.
    pub(crate) fn lifetime(&self) -> Option<Lifetime> {
        if self.hours.is_empty() { Some(Lifetime::default()) } else { self.hours.parse().ok() }
    }
}

/// The cluster whose endpoint an address shares: `/c/…/share`.
pub(crate) fn place<'a>(overview: &'a Overview, address: &str) -> Option<&'a Cluster> {
    let path = address.strip_suffix("/share")?;
    overview.clusters.iter().find(|cluster| cluster.id.path() == path)
}

/// Draws the form as it is filled in; `submit` makes or revokes a link first.
pub async fn answer(
    dashboard: &dyn Dashboard,
    cluster: &Cluster,
    form: &ShareForm,
    submit: bool,
) -> Result<Drawn, DashboardError> {
    let endpoint = form.endpoint(cluster).ok_or_else(|| closed(&cluster.name))?;
    let id = &endpoint.id;
    let place = dashboard.place();
    let draw = |pane: Pane<'_>, links: &Result<Vec<GuestLink>, DashboardError>| {
        let dialog = ShareDialog { cluster, endpoint, form, place: &place, links, pane };
        Drawn { element: share_dialog(&dialog, dashboard.overview().as_of), done: None }
    };
    let wanted = match form.revoke.as_str() {
        "" => None,
        "all" => Some(None),
        hash => Some(Some(hash.parse::<LinkHash>().map_err(|_| no_link())?)),
    };
    match (wanted, submit) {
        (None, false) => {
            let links = dashboard.links(id.clone()).await;
            Ok(draw(Pane::Form, &links))
        }
        (None, true) => {
            let Some(lifetime) = form.lifetime() else {
                return Ok(draw(Pane::Form, &dashboard.links(id.clone()).await));
            };
            let made = dashboard.share(id.clone(), Label::from(form.label.clone()), lifetime).await;
            let links = dashboard.links(id.clone()).await;
            Ok(match made {
                Ok(made) => draw(Pane::Made(&made), &links),
                Err(error) => draw(Pane::Failed(&error), &links),
            })
        }
        (Some(which), false) => {
            let links = dashboard.links(id.clone()).await;
            Ok(draw(Pane::Revoking(which.as_ref()), &links))
        }
        (Some(which), true) => {
            let revoked = dashboard.revoke(id.clone(), which).await;
            let links = dashboard.links(id.clone()).await;
            Ok(match revoked {
                Ok(count) => draw(Pane::Revoked(count), &links),
                Err(error) => draw(Pane::Failed(&error), &links),
            })
        }
    }
}

/// What is pasted into a chat: the link with a line of context.
pub(crate) fn for_chat(cluster: &Cluster, endpoint: &Endpoint, url: &str, needs: &str) -> String {
    let app = endpoint.app.as_ref().map_or("port", |app| app.name.as_str());
    let name = plain(&format!("{app} {} of {}", endpoint.port(), cluster.name));
    format!("[{name}]({url}): {} on {}. {needs}", endpoint.mode().label(), plain(&cluster.name))
}

/// Text that Markdown takes as it is.
fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '.')).collect()
}

/// What a visitor should know of an endpoint's address, best known first.
pub(crate) fn cautions(endpoint: &Endpoint) -> Vec<(&'static str, &'static str)> {
    let mut cautions = vec![];
    match Reach::of(endpoint) {
        Some(Reach::Private) => cautions
            .push(("This address is private:", "you need the team’s network (VPN) to reach it.")),
        Some(Reach::Cluster) => cautions.push((
            "This address is a pod’s:",
            "it is reached inside the Kubernetes cluster only.",
        )),
        Some(Reach::Machine) => cautions.push((
            "This address leads back to your own machine:",
            "it works for who made it only.",
        )),
        Some(Reach::Public | Reach::NotTold) | None => {}
    }
    let breaks = [Code::SubpathBreaksApp, Code::SubpathNeedsFlag];
    if endpoint.warnings.iter().any(|warning| breaks.contains(&warning.code)) {
        cautions.push((
            "The app may not work at this address:",
            "it stands under a path that it does not know. Tell who shared it.",
        ));
    }
    let is_plain = endpoint.urls.first().is_some_and(|url| url.scheme() == Scheme::Http);
    if is_plain {
        cautions.push(("Not encrypted (http).", "Do not type passwords that you use elsewhere."));
    }
    cautions
}

/// The address of the dialog that shares an endpoint.
pub(crate) fn address(EndpointId { cluster, port, mode }: &EndpointId) -> String {
    format!("{}/share?port={port}&mode={mode}", cluster.path())
}

fn closed(cluster: &str) -> DashboardError {
    DashboardError {
        code: "no_such_endpoint".to_owned(),
        message: format!("This port of {cluster} is not open (any more)."),
        next: vec![],
    }
}

fn no_link() -> DashboardError {
    DashboardError {
        code: "no_such_link".to_owned(),
        message: "There is no such guest link.".to_owned(),
        next: vec![],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_and_others_left() {
        let form = ShareForm::parse("port=8888&mode=ingress&label=Ana+%28review%29&hours=8&x=y");
        assert_eq!(
            (form.label.as_str(), form.lifetime().map(Lifetime::hours)),
            ("Ana (review)", Some(8))
        );
        assert_eq!(ShareForm::parse("").lifetime(), Some(Lifetime::default()));
        assert_eq!(ShareForm::parse("hours=9999").lifetime(), None);
    }

    #[test]
    fn markdown_is_not_broken_by_a_name() {
        assert_eq!(plain("a](javascript:x) `b`"), "ajavascriptx b");
    }
}
