//! One GET over a connection: what its head says, and the title in what little is read of its body.

use std::pin::pin;

use http::header::{self, HeaderMap, HeaderName};
use http::{Request as HttpRequest, Response};
use http_body_util::{BodyExt as _, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Duration, Instant, timeout};

use super::outcome::{Answer, Outcome, millis, told};
use super::target::Request;

/// Who asks, so that whoever reads a log can tell.
pub(super) const USER_AGENT: &str = concat!("skyports-check/", env!("CARGO_PKG_VERSION"));
/// Longer heads are given up.
pub(super) const LARGEST_HEAD: usize = 32 << 10;
pub(super) const MOST_HEADERS: usize = 256;
/// Read of a body, for its title.
const LARGEST_BODY: usize = 256 << 10;
/// How apps refuse to be asked by a name, in lower case: `MLflow` 3.17 and Starlette, Vite 6, Django,
/// Jupyter.
const HOST_REFUSED: [&[u8]; 4] = [
    b"invalid host header",
    b"blocked request. this host",
    b"invalid http_host header",
    b"blocking request with non-local 'host'",
];
/// A body that comes slowly is left: the answer itself is known.
const BODY: Duration = Duration::from_secs(1);

/// Asks, and tells what answered.
pub(super) async fn get<S>(stream: S, request: &Request, started: Instant) -> Outcome
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut builder = http1::Builder::new();
    builder.max_buf_size(LARGEST_HEAD).max_headers(MOST_HEADERS);
    let (sender, connection) = match builder.handshake(TokioIo::new(stream)).await {
        Ok(both) => both,
        Err(error) => return failed(&error),
    };
    let mut talk = pin!(talk(sender, request, started));
    // The connection moves the bytes; once it has ended, what it brought can still be read.
    let mut connection = pin!(connection);
    let told = tokio::select! {
        told = &mut talk => match told {
            // Why it ended says more than that it did.
            Err(error) if error.is_canceled() => Err(connection.await.err().unwrap_or(error)),
            told => told,
        },
        ended = &mut connection => talk.await.map_err(|error| ended.err().unwrap_or(error)),
    };
    told.unwrap_or_else(|error| failed(&error))
}

async fn talk(
    mut sender: SendRequest<Empty<Bytes>>,
    Request { authority, path, mark, .. }: &Request,
    started: Instant,
) -> hyper::Result<Outcome> {
    let request = HttpRequest::get(path.as_str())
        .header(header::HOST, authority.as_str())
        .header(header::USER_AGENT, USER_AGENT)
        .header(header::ACCEPT, "text/html, */*;q=0.5")
        .header(header::ACCEPT_ENCODING, "identity")
        .header(header::CONNECTION, "close")
        .body(Empty::new());
    // An `ExternalUrl` has nothing that a request could not hold.
    let Ok(request) = request else { return Ok(Outcome::Forbidden("its URL is no request")) };
    let response = sender.send_request(request).await?;
    let millis = millis(started.elapsed());
    Ok(Outcome::Answered(answer(response, *mark, millis).await))
}

async fn answer(response: Response<Incoming>, mark: Option<&[u8]>, millis: u32) -> Answer {
    let (head, body) = response.into_parts();
    let status = head.status.as_u16();
    let text = |name: HeaderName| text(&head.headers, name);
    let is_page = text(header::CONTENT_TYPE).is_none_or(|kind| kind.contains("html"));
    let is_read = is_page || is_refusal(status) || mark.is_some();
    let page = if is_read { beginning(body).await.0 } else { vec![] };
    let title = title(&page);
    let is_of_nginx = is_of_nginx(status, title.as_deref(), &page);
    Answer {
        status,
        server: text(header::SERVER),
        location: text(header::LOCATION).filter(|_| head.status.is_redirection()),
        title,
        is_of_nginx,
        refuses_host: refuses_host(status, &page),
        is_marked: mark.is_some_and(|mark| find(&page, mark).is_some()),
        millis,
    }
}

/// Whether that is one of nginx's own pages.
pub(super) fn is_of_nginx(status: u16, title: Option<&str>, page: &[u8]) -> bool {
    title.is_some_and(|title| title.starts_with(&status.to_string()))
        && find(page, b"nginx").is_some()
}

/// Whether the app refuses the name by which it was asked.
pub(super) fn refuses_host(status: u16, page: &[u8]) -> bool {
    is_refusal(status) && HOST_REFUSED.iter().any(|word| find(page, word).is_some())
}

/// Of a refusal the words tell what is refused, in whatever form they come.
pub(super) fn is_refusal(status: u16) -> bool {
    matches!(status, 400 | 403 | 421)
}

pub(super) fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    let value = headers.get(name)?;
    Some(told(String::from_utf8_lossy(value.as_bytes()))).filter(|text| !text.is_empty())
}

/// What comes of a body within its time, and whether that is all of it.
pub(super) async fn beginning(mut body: Incoming) -> (Vec<u8>, bool) {
    let mut page = Vec::new();
    let read = async {
        loop {
            match body.frame().await {
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        let room = LARGEST_BODY.saturating_sub(page.len());
                        page.extend(data.iter().take(room));
                    }
                }
                Some(Err(_)) => return false,
                None => return true,
            }
            if page.len() >= LARGEST_BODY {
                return false;
            }
        }
    };
    // What came until then is what there is.
    let is_whole = timeout(BODY, read).await.unwrap_or(false);
    (page, is_whole)
}

/// The text of the first `<title>`.
fn title(page: &[u8]) -> Option<String> {
    let (_, rest) = page.split_at_checked(find(page, b"<title")?)?;
    let (_, rest) = rest.split_at_checked(find(rest, b">")? + 1)?;
    let (title, _) = rest.split_at_checked(find(rest, b"</title")?)?;
    Some(told(String::from_utf8_lossy(title))).filter(|title| !title.is_empty())
}

/// Where a word in lower case stands, whatever the case there.
fn find(text: &[u8], word: &[u8]) -> Option<usize> {
    text.windows(word.len()).position(|part| part.eq_ignore_ascii_case(word))
}

pub(super) fn failed(error: &hyper::Error) -> Outcome {
    let source = std::error::Error::source(error).map(ToString::to_string);
    let what = told(source.unwrap_or_else(|| error.to_string()));
    // Who speaks before being asked, as SSH does; hyper has no question for it.
    let spoke_first = what.contains("unexpected message");
    if error.is_parse() || spoke_first { Outcome::NotHttp(what) } else { Outcome::Ended(what) }
}
