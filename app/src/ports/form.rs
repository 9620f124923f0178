//! What a reader typed into the form of a port, as text, and what it means.

use skyports_model::{
    Cidr, Extent, Extras, Nodes, OpenMode, OtherMode, Port, PortSet, Prefix, Reach, Sources,
};

/// More than any field needs; what is longer was not typed.
const LONGEST: usize = 1_000;

/// The fields, as they stand in the form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PortForm {
    /// Ports in SkyPilot's notation.
    pub(crate) ports: String,
    /// `loadbalancer`, `ingress`, or nothing yet.
    pub(crate) mode: String,
    /// `ranges`, `internal`, or anything else for who reaches SkyPilot's ports.
    pub(crate) reach: String,
    /// Networks, one a line or with commas between.
    pub(crate) allow: String,
    /// `keep` or `own` where the app shall see its path, anything else where it is taken off.
    pub(crate) path: String,
    /// `on` where the head alone shall get requests.
    pub(crate) head: String,
    /// `on` where the ports shall close in the other mode.
    pub(crate) switch: String,
    /// Ports that were typed once more.
    pub(crate) confirm: String,
}

/// A field that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong {
    /// Its name in the form.
    pub(crate) field: &'static str,
    /// What is wrong with it.
    pub(crate) message: String,
}

impl PortForm {
    /// Reads a query string or the body of a submission; what is no field is left out.
    pub fn parse(text: &str) -> Self {
        let mut form = Self::default();
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            let field = match &*name {
                "ports" => &mut form.ports,
                "mode" => &mut form.mode,
                "reach" => &mut form.reach,
                "allow" => &mut form.allow,
                "path" => &mut form.path,
                "head" => &mut form.head,
                "switch" => &mut form.switch,
                "confirm" => &mut form.confirm,
                _ => continue,
            };
            *field = value.chars().take(LONGEST).collect();
        }
        form
    }

    /// The ports; none while nothing is typed.
    pub(crate) fn ports(&self) -> Result<Option<PortSet>, Wrong> {
        if self.ports.trim().is_empty() {
            return Ok(None);
        }
        let wrong = |message: String| Wrong { field: "ports", message };
        self.ports.parse().map(Some).map_err(|error| wrong(sentence(&error)))
    }

    /// The mode, if one is chosen.
    pub(crate) fn mode(&self) -> Option<OpenMode> {
        self.mode.parse().ok()
    }

    /// Who shall reach them; none while networks are to be named and are not.
    pub(super) fn reach(&self, mode: OpenMode) -> Result<Option<Reach>, Wrong> {
        match (mode, self.reach.as_str()) {
            (OpenMode::LoadBalancer, "internal") => Ok(Some(Reach::Internal)),
            (OpenMode::LoadBalancer, "ranges") => self.sources(),
            _ => Ok(Some(Reach::Shared)),
        }
    }

    /// What the app shall see of its path.
    pub(crate) fn prefix(&self, mode: OpenMode) -> Prefix {
        match (mode, self.path.as_str()) {
            (OpenMode::Ingress, "keep") => Prefix::Kept,
            (OpenMode::Ingress, "own") => Prefix::KeptElsewhere,
            _ => Prefix::TakenOff,
        }
    }

    /// What is asked for beyond being open.
    pub(crate) fn extras(&self, mode: OpenMode) -> Extras {
        let prefix = self.prefix(mode);
        let nodes = if self.head == "on" { Nodes::Head } else { Nodes::AsTheyAre };
        let other_mode = if self.switch == "on" { OtherMode::Closes } else { OtherMode::Stays };
        Extras { prefix, nodes, other_mode }
    }

    /// How much of the ports shall be closed.
    pub(crate) fn extent(&self, mode: OpenMode) -> Extent {
        match self.prefix(mode) {
            Prefix::TakenOff => Extent::Everything,
            Prefix::Kept | Prefix::KeptElsewhere => Extent::KeptRoute,
        }
    }

    fn sources(&self) -> Result<Option<Reach>, Wrong> {
        let wrong = |message| Wrong { field: "allow", message };
        let networks = self.allow.split([',', ' ', '\n', '\r', '\t']).filter(|it| !it.is_empty());
        let networks: Result<Vec<Cidr>, _> = networks.map(str::parse).collect();
        let networks = networks.map_err(|error| wrong(sentence(&error)))?;
        if networks.is_empty() {
            return Ok(None);
        }
        let sources = Sources::try_from(networks).map_err(|error| wrong(sentence(&error)))?;
        Ok(Some(Reach::From(sources)))
    }

    /// The ports that were typed once more.
    pub(crate) fn confirmed(&self) -> Vec<Port> {
        self.confirm.split([',', ' ']).filter_map(|port| port.trim().parse().ok()).collect()
    }
}

/// An error as a sentence of its own.
fn sentence(error: &impl std::fmt::Display) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_and_others_left() {
        let form = PortForm::parse(
            "ports=8888%2C6006-6008&mode=ingress&x=y&reach=ranges&allow=10.0.0.0%2F8",
        );
        assert_eq!(form.ports().unwrap().unwrap().to_string(), "6006-6008,8888");
        assert_eq!(form.mode(), Some(OpenMode::Ingress));
        assert_eq!(form.reach(OpenMode::Ingress), Ok(Some(Reach::Shared)), "paths have no ranges");
        let long = "1,".repeat(4_000);
        assert_eq!(PortForm::parse(&format!("ports={long}")).ports.len(), LONGEST);
    }

    #[test]
    fn repairs_are_read_for_the_mode_that_has_them() {
        let form = PortForm::parse("ports=8888&path=keep&head=on&switch=on");
        let kept =
            Extras { prefix: Prefix::Kept, nodes: Nodes::Head, other_mode: OtherMode::Closes };
        assert_eq!(form.extras(OpenMode::Ingress), kept);
        let no_path = Extras { prefix: Prefix::TakenOff, ..kept };
        assert_eq!(form.extras(OpenMode::LoadBalancer), no_path);
        assert_eq!(form.extent(OpenMode::Ingress), Extent::KeptRoute);
        assert_eq!(form.extent(OpenMode::LoadBalancer), Extent::Everything);
        let plain = PortForm::parse("ports=8888&path=strip&head=off");
        assert_eq!(plain.extras(OpenMode::Ingress), Extras::default());
    }

    #[test]
    fn nothing_typed_yet_is_no_mistake() {
        let form = PortForm::parse("reach=ranges&allow=+%0A");
        assert_eq!(form.ports(), Ok(None));
        assert_eq!(form.reach(OpenMode::LoadBalancer), Ok(None));
    }

    #[test]
    fn mistakes_name_their_field() {
        let wrong = |text: &str| {
            let form = PortForm::parse(text);
            form.ports().err().or_else(|| form.reach(OpenMode::LoadBalancer).err()).unwrap()
        };
        assert_eq!(wrong("ports=0").field, "ports");
        assert!(wrong("ports=9-8").message.starts_with("The range `9-8` runs backwards"));
        assert_eq!(wrong("ports=1&reach=ranges&allow=office").field, "allow");
        assert_eq!(wrong("ports=1&reach=ranges&allow=0.0.0.0/0").field, "allow");
    }

    #[test]
    fn networks_stand_on_lines_or_between_commas() {
        let form = PortForm::parse("reach=ranges&allow=10.0.0.0/8,%0D%0A192.0.2.7");
        let Ok(Some(Reach::From(sources))) = form.reach(OpenMode::LoadBalancer) else { panic!() };
        assert_eq!(sources.to_string(), "10.0.0.0/8, 192.0.2.7/32");
    }
}
