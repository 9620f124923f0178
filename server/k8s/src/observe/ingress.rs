//! Endpoints of Ingresses: one a path, at the path that the object holds, never a rebuilt one.

use std::collections::BTreeSet;

use skyports_model::{
    Endpoint, EndpointId, EndpointState, ExternalUrl, FutureUrl, Host, Mode, ObjectKind, ObjectRef,
    Owner, Port, Reason, Route as Towards, Scheme,
};

use super::advice::{self, Under};
use super::controller::{self, Front, Reach};
use super::drift;
use super::world::{self, Crew, World};
use crate::names::{self, Role};
use crate::objects::{IngressFacts, Key, Route, RouteHost, ServiceFacts};
use crate::ports::speaks_no_http;
use crate::wire;

/// The seconds in which SkyPilot, which writes the Services first, gets to writing the Ingress.
const BETWEEN_WRITES: i64 = 10;

/// Every endpoint that a path exposes, and one for each of SkyPilot's Services without a path.
pub(super) fn endpoints(world: &World<'_>) -> Vec<Endpoint> {
    let exposing = || world.objects.ingresses.iter().filter(|(_, ingress)| !ingress.only_redirects);
    let ours = kept_by_us(world);
    // Paths that some Ingress leaves as they are: it wins over SkyPilot's, which takes them off.
    let kept: BTreeSet<(&str, &str)> = exposing()
        .filter(|(_, ingress)| !ingress.strips_path)
        .flat_map(|(key, ingress)| ingress.routes.iter().map(move |route| (key, route)))
        .filter_map(|(key, route)| Some((key.namespace.as_str(), route.path.as_deref()?)))
        .collect();
    let mut endpoints = vec![];
    for (key, ingress) in exposing() {
        let Some(object) = world::object(ObjectKind::Ingress, key) else { continue };
        let paths = Paths { world, key, ingress, object };
        let block = paths.without_class();
        for route in &ingress.routes {
            let Some(crew) = world.crew_of_route(key, ingress, route) else { continue };
            // What SkyPilot made for the port is still there, and gets no request.
            if paths.is_skypilots() && ours.contains(&id(crew, route.port)) {
                continue;
            }
            let is_kept =
                route.path.as_deref().is_some_and(|path| kept.contains(&(&key.namespace, path)));
            endpoints.push(paths.endpoint(crew, route, block.as_ref(), is_kept));
        }
    }
    let lost = services_without_path(world);
    endpoints.extend(lost.into_iter().filter(|endpoint| !ours.contains(&endpoint.id)));
    endpoints
}

/// The endpoints for which a route of ours keeps the path: its expression is longer than SkyPilot's,
/// so that nginx tries it first.
fn kept_by_us(world: &World<'_>) -> BTreeSet<EndpointId> {
    let ours = world.objects.ingresses.iter().filter(|(_, it)| {
        it.identity.ours && !it.strips_path && !it.only_redirects && it.identity.deleting.is_none()
    });
    let routes = ours.flat_map(|(key, it)| it.routes.iter().map(move |route| (key, it, route)));
    let ids = routes.filter_map(|(key, ingress, route)| {
        Some(id(world.crew_of_route(key, ingress, route)?, route.port))
    });
    ids.collect()
}

fn id(crew: &Crew<'_>, port: Port) -> EndpointId {
    EndpointId { cluster: crew.id.clone(), port, mode: Mode::Ingress }
}

/// One Ingress.
struct Paths<'w, 'a> {
    world: &'w World<'a>,
    key: &'w Key,
    ingress: &'w IngressFacts,
    object: ObjectRef,
}

impl Paths<'_, '_> {
    fn endpoint(
        &self,
        crew: &Crew<'_>,
        route: &Route,
        block: Option<&EndpointState>,
        is_kept: bool,
    ) -> Endpoint {
        let reach = match block.cloned().or_else(|| self.without_service(route)) {
            Some(state) => Reach::Blocked(state),
            None => controller::reach(self.world, self.ingress, &self.object),
        };
        let (state, fronts) = match reach {
            Reach::Through(fronts) => {
                (crew.state(self.world, self.ingress.identity.created), fronts)
            }
            Reach::Blocked(state) => (state, vec![]),
        };
        let urls = links(&fronts, route);
        let host = urls.first().map(|url| url.host().clone());
        let [first_scheme, _] = schemes(route);
        let path =
            route.path.as_deref().filter(|_| fronts.is_empty() && !speaks_no_http(route.port));
        let future =
            path.map(|path| FutureUrl { scheme: first_scheme, port: None, path: path.to_owned() });
        Endpoint {
            id: id(crew, route.port),
            state,
            urls,
            addresses: fronts.iter().filter_map(address).collect(),
            future,
            owner: self.owner_of(route),
            object: self.object.clone(),
            route: self.towards(route),
            opened: self.ingress.identity.created,
            warnings: self.warnings(crew, route, is_kept, host.as_ref()),
            app: advice::guess(route.port),
        }
    }

    fn warnings(
        &self,
        crew: &Crew<'_>,
        route: &Route,
        is_kept: bool,
        host: Option<&Host>,
    ) -> Vec<skyports_model::Finding> {
        let id = id(crew, route.port);
        let backend = route.backend.as_deref().and_then(|name| {
            let key = Key { namespace: self.key.namespace.clone(), name: name.to_owned() };
            Some((
                self.world.service(&key.namespace, &key.name)?,
                world::object(ObjectKind::Service, &key)?,
            ))
        });
        let routing = backend
            .and_then(|(service, object)| advice::multi_node(crew, service, &object, id.clone()));
        let path = route.path.as_deref();
        let subpath = path.and_then(|path| {
            let under = Under { id: &id, path, is_kept, owner: self.owner(), host };
            advice::subpath(self.world, crew, under)
        });
        subpath.into_iter().chain(routing).collect()
    }

    fn towards(&self, route: &Route) -> Towards {
        match route.path.as_deref() {
            Some("/") => Towards::Root,
            Some(_) | None if self.ingress.strips_path => Towards::Stripped,
            Some(_) | None => Towards::Kept,
        }
    }

    /// Whether it has the name of SkyPilot's; with our label it was made here in SkyPilot's place.
    fn is_skypilots(&self) -> bool {
        self.key.name.contains("-skypilot-ingress")
    }

    /// Whose Ingress it is.
    fn owner(&self) -> Owner {
        if self.ingress.identity.ours {
            Owner::Skyports
        } else if self.is_skypilots() {
            Owner::SkyPilot
        } else {
            Owner::Other
        }
    }

    /// Who opened the port: a path of ours in `SkyPilot`'s Ingress leads to a Service of ours.
    fn owner_of(&self, route: &Route) -> Owner {
        let backend = route.backend.as_deref();
        let service = backend.and_then(|name| self.world.service(&self.key.namespace, name));
        match service {
            Some(service) if service.identity.ours => Owner::Skyports,
            Some(_) | None => self.owner(),
        }
    }

    /// The state when no `IngressClass` stands behind the Ingress. An address in its status proves
    /// that somebody serves it all the same.
    fn without_class(&self) -> Option<EndpointState> {
        let Self { world, ingress, .. } = self;
        if !world.scope.sees_classes || ingress.annotated_class || !ingress.addresses.is_empty() {
            return None;
        }
        let classes = &world.objects.classes;
        let found = match &ingress.class {
            Some(class) => classes.keys().any(|key| key.name == **class),
            None => classes.values().any(|class| class.is_default),
        };
        let reason = Reason::NoIngressClass {
            class: ingress.class.as_deref().map(str::to_owned),
            existing: classes.keys().map(|key| key.name.clone()).collect(),
        };
        (!found).then(|| EndpointState::Attention { reason: world.told(&reason) })
    }

    /// The state when the path leads to a Service that is not there. Only Services whose names are
    /// SkyPilot's are looked for: others are not kept.
    fn without_service(&self, route: &Route) -> Option<EndpointState> {
        let name = route.backend.as_deref().filter(|name| names::service(name).is_some())?;
        let listed = self.world.objects.has_listed::<wire::Service>();
        if !listed || self.world.service(&self.key.namespace, name).is_some() {
            return None;
        }
        let reason = Reason::IngressServiceMissing {
            ingress: self.object.clone(),
            service: name.to_owned(),
        };
        Some(EndpointState::Attention { reason: self.world.told(&reason) })
    }
}

/// The links of a path, the plain ones of each address first: behind a certificate that nobody
/// chose, a browser warns. Where the Ingress has a certificate, it is the other way round.
fn links(fronts: &[Front], route: &Route) -> Vec<ExternalUrl> {
    let Some(path) = route.path.as_deref().filter(|_| !speaks_no_http(route.port)) else {
        return vec![];
    };
    let mut links = vec![];
    for front in fronts {
        let host = match &route.host {
            RouteHost::Any => &front.host,
            RouteHost::Named(host) => host,
            RouteHost::Unlinkable => continue,
        };
        for scheme in schemes(route) {
            let Some(port) = front.port(scheme) else { continue };
            let link = ExternalUrl::new(scheme, host.clone(), Some(port), path).ok();
            links.extend(link.filter(|link| !links.contains(link)));
        }
    }
    links
}

fn schemes(route: &Route) -> [Scheme; 2] {
    if route.tls { [Scheme::Https, Scheme::Http] } else { [Scheme::Http, Scheme::Https] }
}

fn address(front: &Front) -> Option<String> {
    let port = front.port(Scheme::Http).or_else(|| front.port(Scheme::Https))?;
    Some(format!("{}:{port}", front.host))
}

/// SkyPilot's Services for ports that no path of any Ingress leads to. `sky status --endpoints`
/// prints a URL for these too: it looks at the controller alone.
fn services_without_path(world: &World<'_>) -> Vec<Endpoint> {
    if !world.objects.has_listed::<wire::Ingress>() {
        return vec![];
    }
    let led_to: BTreeSet<(&str, &str)> = world
        .objects
        .ingresses
        .iter()
        .flat_map(|(key, ingress)| ingress.routes.iter().map(move |route| (key, route)))
        .filter_map(|(key, route)| Some((key.namespace.as_str(), route.backend.as_deref()?)))
        .collect();
    let services = world.objects.services.iter();
    let lost =
        services.filter(|(key, _)| !led_to.contains(&(key.namespace.as_str(), key.name.as_str())));
    lost.filter_map(|(key, service)| without_path(world, key, service)).collect()
}

fn without_path(world: &World<'_>, key: &Key, service: &ServiceFacts) -> Option<Endpoint> {
    let named = names::service(&key.name)?;
    let Role::Backend(port) = named.role else { return None };
    let crew = world.crew_of_service(key, service)?;
    let object = world::object(ObjectKind::Service, key)?;
    let ingress = names::ingress_of_backend(&key.name, named.cluster, port);
    let ingress = Key { namespace: key.namespace.clone(), name: ingress };
    let created = service.identity.created;
    let is_young = !world.clock.is_older(created, BETWEEN_WRITES);
    if service.identity.ours && !is_young {
        let id = id(crew, port);
        let shared = world::object(ObjectKind::Ingress, &ingress)?;
        let writer = world.objects.ingresses.get(&ingress).and_then(|it| it.writer.as_ref());
        return Some(drift::dropped(world, id, shared, writer));
    }
    let reason = Reason::IngressPathMissing {
        service: object.clone(),
        ingress_exists: world.objects.ingresses.contains_key(&ingress),
        ingress: ingress.name,
    };
    let reason = world.told(&reason);
    let state = if is_young {
        EndpointState::Pending { since: created.unwrap_or_default(), reason }
    } else {
        EndpointState::Attention { reason }
    };
    Some(Endpoint {
        id: id(crew, port),
        state,
        urls: vec![],
        addresses: vec![],
        future: None,
        owner: if service.identity.ours { Owner::Skyports } else { Owner::SkyPilot },
        object,
        route: Towards::Stripped,
        opened: created,
        warnings: vec![],
        app: advice::guess(port),
    })
}
