//! The dear tests: against a real control plane, on a real data plane, and in a real browser.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::background::Background;
use super::report::Step;
use super::tally::{self, Tally};
use super::{Extent, runner};
use crate::environment::Place;
use crate::plane::Obstacle;
use crate::{browser, plane, process};

/// How the cluster tests are spread: each process has a control plane of its own, and most of what
/// they do is waiting. A module stays together, since it shares what it has made.
const SIDE_BY_SIDE: &str = "--numprocesses=2 --dist=loadfile --durations=25";

/// What they test, and with what.
pub(crate) struct Dear<'a> {
    place: &'a Place,
    web: &'a Path,
    extent: Extent,
    chromium: PathBuf,
    packages: PathBuf,
    obstacle: Option<Obstacle>,
}

impl<'a> Dear<'a> {
    /// With the browser and the packages that are missing installed; `web` are the page's files.
    pub(crate) fn find(place: &'a Place, web: &'a Path, extent: Extent) -> Result<Self> {
        let (chromium, packages) = (browser::chromium()?, browser::packages(place)?);
        Ok(Self { place, web, extent, chromium, packages, obstacle: plane::obstacle(place)? })
    }

    /// Those on the rig's servers, one step after the other.
    pub(crate) fn on_servers(&self) -> [Step; 2] {
        let cluster = self.beside("cluster", "test", SIDE_BY_SIDE);
        let data_plane = match &self.obstacle {
            Some(obstacle) => Step::missed("data plane", obstacle),
            None => self.beside("data plane", "test-plane", "plane"),
        };
        [cluster, data_plane]
    }

    /// Those in the browser.
    pub(crate) fn in_browser(&self) -> Result<Tally> {
        let mut node = self.command("node".into());
        node.args(["--test", "--test-concurrency=1", "--test-reporter=spec"]);
        node.args(browser::specs(&self.place.root)?);
        node.env("SKYPORTS_NODE", &self.packages);
        runner(&mut node, tally::of_node)
    }

    fn beside(&self, name: &'static str, script: &str, arguments: &str) -> Step {
        Step::run(name, || {
            let mut command = self.command(self.place.root.join("end2end/cluster").join(script));
            command.args(arguments.split_whitespace());
            let work = Background::start(self.place, &name.replace(' ', "-"), &command)?;
            let (status, said) = work.wait()?;
            Ok((tally::of_pytest(&said).after(status.success()), said))
        })
    }

    fn command(&self, program: PathBuf) -> Command {
        let mut command = process::command(program);
        command.current_dir(&self.place.root).env("SKYPORTS_CACHE", &self.place.cache);
        self.extent.tell(&mut command);
        command
            .env("SKYPORTS_BIN", self.place.target.join("debug/skyports"))
            .env("SKYPORTS_DEMO_API", self.place.target.join("debug/examples/contract"))
            .env("SKYPORTS_MANIFESTS", self.place.target.join("debug/examples/manifests"))
            .env("SKYPORTS_WEB_DIR", self.web)
            .env("SKYPORTS_CHROMIUM", &self.chromium);
        command
    }
}
