//! Somebody who has the kubeconfig of a demo and an HTTP client, and nothing else.

use std::collections::BTreeMap;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use skyports_demo::{Config, Demo, Which};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

/// How much faster than a real one the cloud is here.
const PACE: f32 = 10.0;
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Visitor {
    kubeconfig: Value,
    stopping: CancellationToken,
}

/// A place where HTTP is spoken.
pub(crate) struct Place {
    host: String,
    token: Option<String>,
}

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    headers: BTreeMap<String, String>,
    pub(crate) text: String,
}

impl Visitor {
    pub(crate) async fn to(contexts: Which) -> Self {
        let stopping = CancellationToken::new();
        let config = Config { contexts, pace: PACE };
        let demo = Demo::start(config, stopping.clone()).await.unwrap();
        Self { kubeconfig: serde_json::from_str(demo.kubeconfig()).unwrap(), stopping }
    }

    /// Ends the demo.
    pub(crate) fn leave(self) {
        self.stopping.cancel();
    }

    /// A context's API.
    pub(crate) fn api(&self, context: &str) -> Place {
        let entry = |list: &str| {
            let all = self.kubeconfig[list].as_array().unwrap();
            all.iter().find(|it| it["name"] == context).unwrap().clone()
        };
        let server = entry("clusters")["cluster"]["server"].as_str().unwrap().to_owned();
        let token = entry("users")["user"]["token"].as_str().unwrap().to_owned();
        let host = server.strip_prefix("http://").unwrap().to_owned();
        Place { host, token: Some(token) }
    }

    async fn service(&self, namespace: &str, name: &str) -> Value {
        let path = format!("/api/v1/namespaces/{namespace}/services/{name}");
        let answer = self.api("demo-cloud").get(&path).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()
    }

    /// The ingress controller, where `SkyPilot` looks for it.
    pub(crate) async fn ingress(&self) -> Place {
        let service = self.service("ingress-nginx", "ingress-nginx-controller").await;
        let port = &service["spec"]["ports"][0];
        assert_eq!(port["name"], "http");
        Place { host: format!("localhost:{}", port["nodePort"]), token: None }
    }

    /// The address of a load balancer, if it has one now.
    pub(crate) async fn address(&self, namespace: &str, name: &str) -> Option<String> {
        let service = self.service(namespace, name).await;
        service["status"]["loadBalancer"]["ingress"][0]["ip"].as_str().map(str::to_owned)
    }

    /// The port of a load balancer that leads to an app's, as soon as it has an address.
    pub(crate) async fn balancer(&self, namespace: &str, name: &str, target: u16) -> Place {
        let ip = async {
            loop {
                match self.address(namespace, name).await {
                    Some(ip) => return ip,
                    None => sleep(Duration::from_millis(50)).await,
                }
            }
        };
        let ip = timeout(PATIENCE, ip).await.expect("an address");
        let service = self.service(namespace, name).await;
        let ports = service["spec"]["ports"].as_array().unwrap();
        let port = ports.iter().find(|port| port["targetPort"] == target).unwrap();
        Place { host: format!("{ip}:{}", port["port"]), token: None }
    }

    /// A port of a load balancer that has an address, by its name.
    pub(crate) async fn port(&self, namespace: &str, name: &str, port: &str) -> Place {
        let service = self.service(namespace, name).await;
        let ip = service["status"]["loadBalancer"]["ingress"][0]["ip"].as_str().unwrap();
        let ports = service["spec"]["ports"].as_array().unwrap();
        let port = ports.iter().find(|it| it["name"] == port).unwrap();
        Place { host: format!("{ip}:{}", port["port"]), token: None }
    }
}

impl Place {
    /// Whether somebody listens there soon.
    pub(crate) async fn accepts(&self) -> bool {
        let accepted = async {
            while TcpStream::connect(&self.host).await.is_err() {
                sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(PATIENCE, accepted).await.is_ok()
    }

    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.try_get(path).await.unwrap()
    }

    pub(crate) async fn try_get(&self, path: &str) -> Result<Answer, hyper::Error> {
        let request = self.request(Method::GET, path).body(Full::default()).unwrap();
        Answer::read(self.send(request).await?).await
    }

    pub(crate) async fn post(&self, path: &str, body: Vec<u8>) -> Answer {
        let request = self.request(Method::POST, path).body(Full::new(Bytes::from(body))).unwrap();
        Answer::read(self.send(request).await.unwrap()).await.unwrap()
    }

    /// Asks with a body of a type.
    pub(crate) async fn send_json(
        &self,
        (method, media_type): (Method, &str),
        path: &str,
        body: &Value,
    ) -> Answer {
        let request = self.request(method, path).header("content-type", media_type);
        let request = request.body(Full::new(Bytes::from(body.to_string()))).unwrap();
        Answer::read(self.send(request).await.unwrap()).await.unwrap()
    }

    /// The first message of a WebSocket's server, which must be short.
    pub(crate) async fn first_websocket_message(&self, path: &str) -> String {
        let request = self
            .request(Method::GET, path)
            .header("connection", "Upgrade")
            .header("upgrade", "websocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
            .body(Full::default())
            .unwrap();
        let mut answer = self.send(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::SWITCHING_PROTOCOLS);
        // RFC 6455, 1.3.
        let accept = &answer.headers()["sec-websocket-accept"];
        assert_eq!(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        let mut socket = TokioIo::new(hyper::upgrade::on(&mut answer).await.unwrap());
        let mut head = [0; 2];
        socket.read_exact(&mut head).await.unwrap();
        assert_eq!(head[0], 0x81, "a whole text");
        let mut text = vec![0; usize::from(head[1])];
        socket.read_exact(&mut text).await.unwrap();
        String::from_utf8(text).unwrap()
    }

    /// Waits until nobody listens any more.
    pub(crate) async fn is_closed(&self) {
        let closed = async {
            while TcpStream::connect(&self.host).await.is_ok() {
                sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(PATIENCE, closed).await.expect(&self.host);
    }

    fn request(&self, method: Method, path: &str) -> hyper::http::request::Builder {
        let request = Request::builder().method(method).uri(path).header("host", &self.host);
        match &self.token {
            Some(token) => request.header("authorization", format!("Bearer {token}")),
            None => request,
        }
    }

    async fn send(
        &self,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<hyper::body::Incoming>, hyper::Error> {
        let stream = TcpStream::connect(&self.host).await.unwrap();
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection.with_upgrades());
        sender.send_request(request).await
    }
}

impl Answer {
    async fn read(answer: Response<hyper::body::Incoming>) -> Result<Self, hyper::Error> {
        let (parts, body) = answer.into_parts();
        let text = String::from_utf8(body.collect().await?.to_bytes().to_vec()).unwrap();
        let header = |(name, value): (&hyper::header::HeaderName, &hyper::header::HeaderValue)| {
            (name.to_string(), value.to_str().unwrap().to_owned())
        };
        let headers = parts.headers.iter().map(header).collect();
        Ok(Self { status: parts.status, headers, text })
    }

    /// A header's value; empty where there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub(crate) fn location(&self) -> &str {
        self.header("location")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    /// Where the page looks for its script.
    pub(crate) fn script(&self) -> &str {
        let (_, rest) = self.text.split_once("<script src=\"").unwrap();
        rest.split_once('"').unwrap().0
    }
}
