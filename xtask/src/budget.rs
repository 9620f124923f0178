//! How many bytes a first visit loads, and what is allowed.

use std::fs;
use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::web::WebFolder;

/// For WASM and its glue, as brotli sends them.
const ALLOWED: u64 = 150_000;
/// What we would like.
const STRETCH: u64 = 110_000;

/// What the files weigh; whether that is allowed.
pub(crate) struct Weight {
    /// A sentence with the numbers.
    pub(crate) text: String,
    /// Whether WASM and glue are within the budget.
    pub(crate) within: bool,
}

/// Weighs a release web folder.
pub(crate) fn weigh(web: &WebFolder) -> Result<Weight> {
    let sent = |kind: &str| -> Result<u64> {
        let name =
            web.manifest.name(kind).with_context(|| format!("the manifest lists no {kind}"))?;
        let pkg = web.path.join("pkg");
        let small = pkg.join(format!("{name}.br"));
        let path = if small.exists() { small } else { pkg.join(name) };
        Ok(fs::metadata(&path).with_context(|| path.display().to_string())?.len())
    };
    let (wasm, js) = (sent("wasm")?, sent("js")?);
    let sum = wasm + js;
    let text = format!(
        "wasm {} + js {} = {} kB brotli (at most {}, wished {}); css {}, font {}",
        kilobytes(wasm),
        kilobytes(js),
        kilobytes(sum),
        kilobytes(ALLOWED),
        kilobytes(STRETCH),
        kilobytes(sent("css")?),
        kilobytes(sent("font")?),
    );
    Ok(Weight { text, within: sum <= ALLOWED })
}

/// The command of that name.
pub(crate) fn print(web: &WebFolder) -> Result<ExitCode> {
    let weight = weigh(web)?;
    println!("{}", weight.text);
    Ok(if weight.within { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Thousands of bytes with one decimal.
fn kilobytes(bytes: u64) -> String {
    let tenths = (bytes + 50) / 100;
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kilobytes_are_rounded_to_tenths() {
        assert_eq!(kilobytes(150_000), "150.0");
        assert_eq!(kilobytes(95_149), "95.1");
        assert_eq!(kilobytes(49), "0.0");
        assert_eq!(kilobytes(99_950), "100.0");
    }
}
