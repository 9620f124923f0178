//! How the page calls server functions: one `fetch` with bytes in and bytes out.
//!
//! `server_fn`'s own client for browsers can also stream, open sockets and send forms; none of that
//! is used here, and all of it would be in the browser's program.

use std::future::Future;

use bytes::Bytes;
use futures::sink::Drain;
use futures::stream::Empty;
use futures::{Sink, Stream};
use http::Method;
use js_sys::Uint8Array;
use send_wrapper::SendWrapper;
use server_fn::client::Client;
use server_fn::error::{FromServerFnError, IntoAppError as _, ServerFnErrorErr};
use server_fn::request::ClientReq;
use server_fn::response::ClientRes;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, RequestInit, Response};

use crate::browser::window;

/// The client that server functions name.
pub struct Fetch;

/// A call that is to be sent.
#[derive(Debug)]
pub struct Call {
    path: String,
    accepts: String,
    content_type: String,
    body: Bytes,
}

/// What came back, read to its end.
#[derive(Debug)]
pub struct Answer {
    status: u16,
    body: Bytes,
}

impl<E: FromServerFnError> Client<E> for Fetch {
    type Request = Call;
    type Response = Answer;

    fn send(call: Call) -> impl Future<Output = Result<Answer, E>> + Send {
        // The browser has one thread for it.
        SendWrapper::new(async move {
            fetch(call).await.map_err(|error| {
                let text = error.dyn_ref::<js_sys::Error>().map(js_sys::Error::message);
                let text = text.map_or_else(String::new, String::from);
                ServerFnErrorErr::Request(text).into_app_error()
            })
        })
    }

    #[expect(clippy::manual_async_fn, reason = "the types stand in the signature")]
    fn open_websocket(
        _path: &str,
    ) -> impl Future<
        Output = Result<
            (
                impl Stream<Item = Result<Bytes, Bytes>> + Send + 'static,
                impl Sink<Bytes> + Send + 'static,
            ),
            E,
        >,
    > + Send {
        async { unsupported::<(Empty<Result<Bytes, Bytes>>, Drain<Bytes>), E>() }
    }

    fn spawn(_future: impl Future<Output = ()> + Send + 'static) {}
}

async fn fetch(call: Call) -> Result<Answer, JsValue> {
    let Call { path, accepts, content_type, body } = call;
    let window = window().ok_or(JsValue::NULL)?;
    let headers = Headers::new()?;
    headers.set("accept", &accepts)?;
    headers.set("content-type", &content_type)?;
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_headers_headers(&headers);
    init.set_body(&Uint8Array::new_from_slice(&body));
    let response = JsFuture::from(window.fetch_with_str_and_init(&path, &init)).await?;
    let response: Response = response.dyn_into()?;
    let body = Uint8Array::new(&JsFuture::from(response.array_buffer()?).await?).to_vec();
    Ok(Answer { status: response.status(), body: body.into() })
}

fn unsupported<T, E: FromServerFnError>() -> Result<T, E> {
    Err(ServerFnErrorErr::UnsupportedRequestMethod(String::new()).into_app_error())
}

impl<E: FromServerFnError> ClientReq<E> for Call {
    type FormData = ();

    fn try_new_req_bytes(
        path: &str,
        content_type: &str,
        accepts: &str,
        body: Bytes,
        method: Method,
    ) -> Result<Self, E> {
        if method != Method::POST {
            return unsupported();
        }
        let [path, accepts, content_type] = [path, accepts, content_type].map(str::to_owned);
        Ok(Self { path, accepts, content_type, body })
    }

    fn try_new_req_query(_: &str, _: &str, _: &str, _: &str, _: Method) -> Result<Self, E> {
        unsupported()
    }

    fn try_new_req_text(_: &str, _: &str, _: &str, _: String, _: Method) -> Result<Self, E> {
        unsupported()
    }

    fn try_new_req_form_data(_: &str, _: &str, _: &str, (): (), _: Method) -> Result<Self, E> {
        unsupported()
    }

    fn try_new_req_multipart(_: &str, _: &str, (): (), _: Method) -> Result<Self, E> {
        unsupported()
    }

    fn try_new_req_streaming(
        _: &str,
        _: &str,
        _: &str,
        _: impl Stream<Item = Bytes> + Send + 'static,
        _: Method,
    ) -> Result<Self, E> {
        unsupported()
    }
}

impl<E: FromServerFnError> ClientRes<E> for Answer {
    async fn try_into_string(self) -> Result<String, E> {
        unsupported()
    }

    async fn try_into_bytes(self) -> Result<Bytes, E> {
        Ok(self.body)
    }

    fn try_into_stream(
        self,
    ) -> Result<impl Stream<Item = Result<Bytes, Bytes>> + Send + Sync + 'static, E> {
        unsupported::<Empty<_>, E>()
    }

    fn status(&self) -> u16 {
        self.status
    }

    fn status_text(&self) -> String {
        String::new()
    }

    /// Our server functions send nobody elsewhere.
    fn location(&self) -> String {
        String::new()
    }

    fn has_redirect(&self) -> bool {
        false
    }
}
