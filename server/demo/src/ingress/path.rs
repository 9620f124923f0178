//! Paths as nginx understands them: how it reads a request's path before it compares, and how it
//! writes a changed one.

/// The path that locations are compared with: `%2f` decoded, `//` merged, dots resolved. `None` for
/// what nginx answers with 400: broken escapes, a zero byte, dots that lead out of the root.
pub(super) fn normalised(raw: &str) -> Option<Vec<u8>> {
    let decoded = decoded(raw)?;
    let (b'/', rest) = decoded.split_first()? else { return None };
    let mut kept: Vec<&[u8]> = vec![];
    let segments = rest.split(|byte| *byte == b'/');
    let mut is_folder = true;
    for segment in segments {
        is_folder = matches!(segment, b"" | b"." | b"..");
        match segment {
            b"" | b"." => {}
            b".." => {
                kept.pop()?;
            }
            name => kept.push(name),
        }
    }
    let mut path = vec![];
    for segment in &kept {
        path.push(b'/');
        path.extend_from_slice(segment);
    }
    if is_folder {
        path.push(b'/');
    }
    Some(path)
}

fn decoded(raw: &str) -> Option<Vec<u8>> {
    let mut bytes = raw.bytes();
    let mut path = Vec::with_capacity(raw.len());
    while let Some(byte) = bytes.next() {
        let byte = match byte {
            b'%' => digit(bytes.next()?)? << 4 | digit(bytes.next()?)?,
            byte => byte,
        };
        if byte == 0 {
            return None;
        }
        path.push(byte);
    }
    Some(path)
}

fn digit(byte: u8) -> Option<u8> {
    u8::try_from(char::from(byte).to_digit(16)?).ok()
}

/// A path that a rewrite has changed, as nginx sends it on (since 1.21.1 with the brackets).
pub(super) fn escaped(path: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(path.len());
    for byte in path {
        match byte {
            b' '
            | b'#'
            | b'%'
            | b'?'
            | b'"'
            | b'<'
            | b'>'
            | b'\\'
            | b'^'
            | b'`'
            | b'{'
            | b'|'
            | b'}'
            | ..=0x1f
            | 0x7f.. => {
                // Writing into a String cannot fail.
                let _ = write!(text, "%{byte:02X}");
            }
            plain => text.push(char::from(*plain)),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_as_nginx_reads_them() {
        for (raw, read) in [
            ("/", Some("/")),
            ("/a/b", Some("/a/b")),
            ("/a/../b%2fc//d", Some("/b/c/d")),
            ("/a/", Some("/a/")),
            ("/a//", Some("/a/")),
            ("/a/./", Some("/a/")),
            ("/a/..", Some("/")),
            ("/a/%2e%2e/b", Some("/b")),
            ("/a%3Fb%25c%23", Some("/a?b%c#")),
            ("/%C3%BC", Some("/ü")),
            ("/..", None),
            ("/a/%2e%2E/../b", None),
            ("/%", None),
            ("/%4", None),
            ("/%zz", None),
            ("/%00", None),
            ("*", None),
            ("", None),
        ] {
            assert_eq!(normalised(raw).as_deref(), read.map(str::as_bytes), "{raw}");
        }
    }

    #[test]
    fn a_changed_path_is_written_so_that_it_reads_the_same() {
        let every: Vec<u8> = std::iter::once(b'/').chain(1..=255).collect();
        let written = escaped(&every);
        assert!(written.is_ascii() && !written.contains([' ', '?', '#', '"']), "{written}");
        assert_eq!(normalised(&written).unwrap(), every);
        assert_eq!(escaped(b"/b/c d"), "/b/c%20d");
    }
}
