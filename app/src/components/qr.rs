//! A text as a QR code, for a telephone's camera.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use qrcode::{Color, EcLevel, QrCode};

use crate::node::{Element, el};

/// The code of an address; none where it is too long for one.
pub(crate) fn qr(url: &str, what: &str) -> Option<Element> {
    const QUIET: usize = 4;
    let code = QrCode::with_error_correction_level(url, EcLevel::M).ok()?;
    let width = code.width();
    let dark = code.to_colors();
    let dark = dark.iter().enumerate().filter(|(_, color)| **color == Color::Dark);
    let squares = dark.map(|(at, _)| {
        let (x, y) = (at % width + QUIET, at / width + QUIET);
        format!("M{x} {y}h1v1h-1z")
    });
    let path = squares.collect::<Vec<_>>().concat();
    let side = width + 2 * QUIET;
    // On white, in the dark theme too: cameras expect it so.
    let svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {side} {side}' shape-rendering='crispEdges'>\
         <path fill='#fff' d='M0 0h{side}v{side}H0z'/><path d='{path}'/></svg>"
    );
    let data = format!("data:image/svg+xml;base64,{}", BASE64_STANDARD.encode(svg));
    Some(el("img").class("qr").attr("src", data).attr("alt", format!("QR code of {what}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_a_quiet_zone_and_too_long_a_text_has_none() {
        let html =
            format!("{:?}", qr("http://127.0.0.1:7676/s/k7Qm2f9xZt4cBv81nRwe3A", "it").unwrap());
        let data = html.split("base64,").nth(1).unwrap().split('"').next().unwrap();
        let svg = String::from_utf8(BASE64_STANDARD.decode(data).unwrap()).unwrap();
        // Version 4 has 33 modules; its first finder begins after the quiet zone.
        assert!(svg.contains("viewBox='0 0 41 41'") && svg.contains("M4 4h1v1h-1z"), "{svg}");
        assert!(qr(&"x".repeat(3_000), "it").is_none());
    }
}
