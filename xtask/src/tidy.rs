//! `cargo xtask tidy`: the rules of the house that no compiler checks.
//!
//! A rule is a function from the repository's files to sentences about what breaks it.

mod arrows;
mod codes;
mod files;
mod style;
mod tree;

use std::process::ExitCode;

use anyhow::Result;

use self::tree::Tree;
use crate::environment::Place;

/// The command of that name.
pub(crate) fn tidy(place: &Place) -> Result<ExitCode> {
    Ok(if check(place)? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Prints what breaks a rule; whether nothing does.
pub(crate) fn check(place: &Place) -> Result<bool> {
    let tree = Tree::read(&place.root)?;
    let broken: Vec<String> = [files::check, arrows::check, style::check, codes::check]
        .iter()
        .flat_map(|rule| rule(&tree))
        .collect();
    for sentence in &broken {
        println!("tidy: {sentence}");
    }
    println!("tidy: {} files, {} to mend", tree.files().count(), broken.len());
    Ok(broken.is_empty())
}
