//! Whatever text a cluster, a kubeconfig or an address brings, the document keeps its shape.

use std::sync::Arc;

use crate::html::{self, env, tags};
use crate::samples::{Shape, ago, at, cluster, context, context_name, endpoint, finding, overview};
use skyports_app::page;
use skyports_model::{
    AppGuess, ClusterId, Code, Confidence, ContextState, EndpointId, ExternalUrl, Filter,
    FutureUrl, Mode, Namespace, Overview, Query, Scheme, Step,
};

const PAYLOADS: [&str; 60] = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "\"><script>alert(1)</script>",
    "'><script>alert(1)</script>",
    "\" onmouseover=\"alert(1)",
    "' onmouseover='alert(1)",
    "\" autofocus onfocus=alert(1) x=\"",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "\tjava\nscript:alert(1)",
    "java\0script:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD4=",
    "vbscript:msgbox(1)",
    "//evil.example/",
    "https://evil.example/",
    "http://evil.example@good.example/",
    "label | javascript:alert(1)",
    "<a href=javascript:alert(1)>x</a>",
    "<a href=\"https://evil.example\">x</a>",
    "<iframe src=javascript:alert(1)>",
    "<object data=javascript:alert(1)>",
    "<embed src=javascript:alert(1)>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>*{display:none}</style>",
    "<form action=//evil.example><button>x</button></form>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<template><img src=x onerror=alert(1)></template>",
    "<leptos-island data-component=\"x\">",
    "</leptos-island>",
    "</tbody></table><h1>x",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</pre></code></details>",
    "<!--",
    "-->",
    "<!-- --!><img src=x onerror=alert(1)>",
    "<![CDATA[x]]>",
    "<!>",
    "<?xml version=\"1.0\"?>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#x3c;script&#x3e;",
    "&quot; onclick=alert(1)",
    "\u{202e}txt.exe",
    "\u{feff}<script>",
    "\u{2028}alert(1)\u{2029}",
    "`<script>alert(1)</script>`",
    "` onclick=alert(1) `x",
    "${alert(1)} {{alert(1)}} #{alert(1)}",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "\\u003cscript\\u003e",
    "+ADw-script+AD4-",
    "a\r\nSet-Cookie: x=1\r\n\r\n<script>",
    "<<script>script>alert(1)<</script>/script>",
];

/// An overview with `text` in every field that holds text.
fn infected(text: &str) -> Arc<Overview> {
    let own = || text.to_owned();
    let told = |code| {
        let mut told =
            finding(code, text, text, text, vec![Step::advice(text), Step::command(text, text)]);
        told.evidence = Some(own());
        told
    };
    let shapes = vec![
        (1, Mode::LoadBalancer, at("203.0.113.7", 8888)),
        (2, Mode::LoadBalancer, Shape::Attention(told(Code::LoadBalancerError))),
        (
            3,
            Mode::Ingress,
            Shape::Warned("http://10.0.0.1/x/".to_owned(), told(Code::MultiNodeRouting)),
        ),
        (4, Mode::PodIp, Shape::Address("10.0.0.1:4")),
        (5, Mode::Ingress, Shape::Pending(9)),
    ];
    // Context names hold any character but control characters; the parser refuses the others.
    let name = text.replace(char::is_control, "");
    let mut infected = cluster(&name, "ml", "train", shapes);
    infected.name = own();
    infected.user = Some(own());
    infected.workspace = Some(own());
    infected.resources.cpu = Some(own());
    infected.resources.memory = Some(own());
    infected.resources.accelerator = Some(own());
    infected.findings = vec![told(Code::UnreadableObject)];
    for endpoint in &mut infected.endpoints {
        endpoint.object.name = own();
        for address in &mut endpoint.addresses {
            // Not a host for anybody, so that the column of reach stays the same.
            *address = format!("!{text}");
        }
        endpoint.app =
            Some(AppGuess { id: own(), name: own(), tile: own(), confidence: Confidence::Guess });
        if let Some(future) = &mut endpoint.future {
            let path = format!("/x/{}/", text.replace('/', ""));
            *future = FutureUrl { scheme: Scheme::Http, port: None, path };
        }
    }
    let mut stale =
        context(&name, ContextState::Stale { since: ago(100) }, vec![told(Code::Stale)]);
    stale.namespace = Some(own());
    overview(vec![stale], vec![infected])
}

/// The same with so many clusters that a page leaves some of them to its program.
#[expect(clippy::unwrap_used, reason = "the names are known to parse")]
fn infected_and_long(text: &str) -> Arc<Overview> {
    let one = infected(text);
    let clusters = one.clusters.iter().cycle().take(12).zip(1..).map(|(cluster, number)| {
        let mut cluster = cluster.clone();
        cluster.id.namespace = Namespace::parse(&format!("ml-{number:02}")).unwrap();
        for endpoint in &mut cluster.endpoints {
            endpoint.id.cluster = cluster.id.clone();
        }
        cluster
    });
    overview(one.contexts.clone(), clusters.collect())
}

#[expect(clippy::indexing_slicing, reason = "infected overviews have one cluster")]
fn id(overview: &Overview) -> ClusterId {
    overview.clusters[0].id.clone()
}

#[expect(clippy::indexing_slicing, reason = "infected overviews have one cluster")]
fn endpoint_id(overview: &Overview) -> EndpointId {
    overview.clusters[0].endpoints[0].id.clone()
}

fn pages(text: &str) -> Vec<String> {
    let overview = infected(text);
    let id = id(&overview);
    let filter = |text: &str, state: &str| {
        Query::from(Filter {
            state: state.to_owned(),
            owner: text.to_owned(),
            context: text.to_owned(),
            ..Filter::text(text)
        })
    };
    let next = [Step::command(text, text)];
    vec![
        page::overview(&overview, &filter("", ""), &env()),
        page::overview(&infected_and_long(text), &filter("", ""), &env()),
        page::overview(&overview, &filter(&format!("no{text}thing"), ""), &env()),
        page::overview(&overview, &filter("", text), &env()),
        page::cluster(&overview, &id, &env()),
        page::endpoint(&overview, &endpoint_id(&overview), &filter("", ""), &env()),
        page::contexts(&overview, &env()),
        page::error(&env(), 500, text, text, &next),
    ]
}

/// Elements with the names of their attributes; backticks may make code of anything.
fn shape(page: &str) -> Vec<String> {
    tags(page)
        .iter()
        .filter(|tag| tag.name != "code" && tag.name != "/code")
        .map(html::Tag::shape)
        .collect()
}

#[test]
fn no_text_changes_the_shape_of_a_document() {
    let plain: Vec<_> = pages("x").iter().map(|page| shape(page)).collect();
    for payload in PAYLOADS {
        for (page, plain) in pages(payload).iter().zip(&plain) {
            let odd = shape(page);
            let first = odd.iter().zip(plain).find(|(odd, plain)| odd != plain);
            assert_eq!(first, None, "{payload:?}");
            assert_eq!(odd.len(), plain.len(), "{payload:?}");
        }
    }
}

/// To a browser that runs scripts a `noscript` is text, up to the first thing that looks like its end:
/// wherever that stands, in an attribute, too.
#[test]
fn no_text_ends_what_is_for_browsers_without_scripts() {
    for payload in PAYLOADS {
        let page = page::overview(&infected_and_long(payload), &Query::default(), &env());
        let low = page.to_ascii_lowercase();
        let (begins, ends) = (low.matches("<noscript").count(), low.matches("</noscript").count());
        // What the page says to all of them, the rows.
        assert_eq!((begins, ends), (2, 2), "{payload:?}");
        let (_, rest) = page.split_once("<noscript><div").unwrap();
        let (rest, _) = rest.split_once("</noscript").unwrap();
        assert!(rest.matches("<tbody").count() > 4, "{payload:?}");
        assert!(!rest.contains("<!--") && !rest.contains("<script"), "{payload:?}");
        for page in pages(payload) {
            let low = page.to_ascii_lowercase();
            let (begins, ends) = (low.matches("<noscript"), low.matches("</noscript"));
            assert_eq!(begins.count(), ends.count(), "{payload:?}");
        }
    }
}

#[test]
fn no_text_becomes_a_link() {
    for payload in PAYLOADS {
        for page in pages(payload) {
            for tag in tags(&page).iter().filter(|tag| tag.name != "link") {
                for name in ["href", "src", "action", "formaction"] {
                    let Some(value) = tag.attribute(name) else { continue };
                    let own = value.starts_with('#')
                        || (value.starts_with('/') && !value.starts_with("//"));
                    assert!(own || ExternalUrl::parse(value).is_ok(), "{payload:?}: {value}");
                    assert!(!value.contains("evil.example/") || own, "{payload:?}: {value}");
                }
            }
        }
    }
}

#[test]
fn no_text_becomes_an_external_url() {
    for payload in PAYLOADS.into_iter().filter(|payload| *payload != "https://evil.example/") {
        assert!(ExternalUrl::parse(payload).is_err(), "{payload:?}");
    }
    // Samples reach the page through the same type, so this is what a cluster could bring.
    let id = id(&infected("x"));
    let made = endpoint(&id, 1, Mode::LoadBalancer, at("203.0.113.7", 1));
    assert!(made.urls.iter().all(|url| url.to_string().starts_with("http://")));
    assert!(context_name("a\"b").slug().chars().all(|c| c.is_ascii_alphanumeric() || c == '-'));
}
