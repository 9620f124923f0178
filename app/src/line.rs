//! The line to the server's event stream: one connection for all pages of a browser.
//!
//! Over HTTP/1.1 a browser allows six connections a host, so eight pages with a stream each would
//! leave none to load anything. The page that holds a lock has the stream and passes on what it
//! hears; the others listen to it, and the next one in the queue takes over when it goes. Where
//! the browser has no locks (plain http from another machine), each page has a stream of its own.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::set_timeout;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::js_sys::{Function, Promise, Reflect};
use web_sys::{BroadcastChannel, Event, EventSource, MessageEvent};

use crate::browser::window;

const ADDRESS: &str = "/api/v1/events?encoding=postcard";

/// The name of lock and channel. A channel is of one origin, so of one server.
const NAME: &str = "skyports-events";

/// The kinds of events that the server sends.
const KINDS: [&str; 3] = ["hello", "change", "resync"];

/// What a page asks the one that has the stream.
const WHO: &str = "who";

/// What it answers, or says by itself, when the stream is away.
pub(crate) const BROKEN: &str = "broken";

/// How long a page waits for an answer before it opens a stream of its own: the one that holds the
/// lock may sleep.
const PATIENCE: Duration = Duration::from_secs(3);

/// What is heard on the line.
#[derive(Debug)]
pub(crate) enum Heard {
    /// An event of the stream: its kind and its data.
    Event(String, String),
    /// The stream broke; `true` when the server refused it, so that the browser gives up.
    Broken(bool),
    /// Another page wants to know where the stream is: answer by [`Line::pass_on`].
    Asked,
}

/// The line of one page.
#[derive(Clone)]
pub(crate) struct Line(Rc<Parts>);

struct Parts {
    hear: Box<dyn Fn(Heard)>,
    wanted: Cell<bool>,
    /// Whether a request for the lock is in the queue.
    queued: Cell<bool>,
    /// Whether anything was heard since the line was opened.
    answered: Cell<bool>,
    source: RefCell<Option<EventSource>>,
    channel: RefCell<Option<BroadcastChannel>>,
    /// Gives the lock back.
    release: RefCell<Option<Function>>,
    /// The handler of both, made once.
    listener: RefCell<Option<Function>>,
}

impl Line {
    /// A closed line; what comes over it goes to `hear`.
    pub(crate) fn new(hear: impl Fn(Heard) + 'static) -> Self {
        Self(Rc::new(Parts {
            hear: Box::new(hear),
            wanted: Cell::new(false),
            queued: Cell::new(false),
            answered: Cell::new(false),
            source: RefCell::new(None),
            channel: RefCell::new(None),
            release: RefCell::new(None),
            listener: RefCell::new(None),
        }))
    }

    /// Whether something is expected to come over it.
    pub(crate) fn is_open(&self) -> bool {
        self.0.wanted.get()
    }

    /// Opens it, unless it is open.
    pub(crate) fn open(&self) {
        if self.0.wanted.replace(true) {
            return;
        }
        let Some(locks) = locks() else {
            self.connect();
            return;
        };
        self.0.answered.set(false);
        if let Ok(channel) = BroadcastChannel::new(NAME) {
            channel.set_onmessage(Some(&self.listener()));
            let _ = channel.post_message(&WHO.into());
            self.0.channel.replace(Some(channel));
        }
        self.queue(&locks);
        let this = self.clone();
        let alone = move || {
            if this.0.wanted.get() && !this.0.answered.get() {
                this.connect();
            }
        };
        set_timeout(alone, PATIENCE);
    }

    /// Closes it; another page takes the stream over.
    pub(crate) fn close(&self) {
        let Parts { wanted, source, channel, release, .. } = &*self.0;
        wanted.set(false);
        if let Some(source) = source.take() {
            source.close();
        }
        if let Some(channel) = channel.take() {
            channel.close();
        }
        if let Some(release) = release.take() {
            let _ = release.call0(&JsValue::UNDEFINED);
        }
    }

    /// Tells the other pages something, if this one has the stream.
    pub(crate) fn pass_on(&self, kind: &str, data: &str) {
        let Parts { source, channel, .. } = &*self.0;
        if let (true, Some(channel)) = (source.borrow().is_some(), &*channel.borrow()) {
            let _ = channel.post_message(&[kind, " ", data].concat().into());
        }
    }

    /// Waits for the lock, and has the stream as long as it holds it.
    fn queue(&self, locks: &JsValue) {
        if self.0.queued.replace(true) {
            return;
        }
        let this = self.clone();
        let granted: Closure<dyn FnMut() -> JsValue> = Closure::new(move || this.granted());
        let granted = granted.into_js_value();
        if let Ok(request) = Reflect::get(locks, &"request".into())
            && let Ok(request) = request.dyn_into::<Function>()
        {
            let _ = request.call2(locks, &NAME.into(), &granted);
        }
    }

    /// The lock is held until the promise that this gives is kept.
    fn granted(&self) -> JsValue {
        self.0.queued.set(false);
        if !self.0.wanted.get() {
            return JsValue::UNDEFINED;
        }
        self.connect();
        let promise = Promise::new(&mut |done, _| {
            self.0.release.replace(Some(done));
        });
        promise.into()
    }

    fn connect(&self) {
        if self.0.source.borrow().is_some() {
            return;
        }
        let Ok(source) = EventSource::new(ADDRESS) else { return };
        let listener = self.listener();
        for kind in KINDS.into_iter().chain(["error"]) {
            let _ = source.add_event_listener_with_callback(kind, &listener);
        }
        self.0.source.replace(Some(source));
    }

    fn listener(&self) -> Function {
        let this = self.clone();
        let make = || {
            let closure: Closure<dyn FnMut(Event)> = Closure::new(move |event| this.hear(&event));
            closure.into_js_value().unchecked_into()
        };
        self.0.listener.borrow_mut().get_or_insert_with(make).clone()
    }

    fn hear(&self, event: &Event) {
        let data = event.dyn_ref::<MessageEvent>().and_then(|message| message.data().as_string());
        let data = data.unwrap_or_default();
        // Whatever else it is, it is a sign of life of the stream.
        if data != WHO {
            self.0.answered.set(true);
        }
        match event.type_().as_str() {
            // From another page; one that has a stream of its own hears it there.
            "message" if data == WHO => {
                if self.0.source.borrow().is_some() {
                    (self.0.hear)(Heard::Asked);
                }
            }
            "message" if self.0.source.borrow().is_some() => {}
            "message" => {
                let (kind, data) = data.split_once(' ').unwrap_or((&data, ""));
                if kind == BROKEN {
                    (self.0.hear)(Heard::Broken(false));
                } else {
                    (self.0.hear)(Heard::Event(kind.to_owned(), data.to_owned()));
                }
            }
            "error" => {
                self.pass_on(BROKEN, "");
                let is_refused = self
                    .0
                    .source
                    .borrow()
                    .as_ref()
                    .is_some_and(|source| source.ready_state() == EventSource::CLOSED);
                (self.0.hear)(Heard::Broken(is_refused));
            }
            kind => {
                self.pass_on(kind, &data);
                (self.0.hear)(Heard::Event(kind.to_owned(), data));
            }
        }
    }
}

fn locks() -> Option<JsValue> {
    let navigator = window()?.navigator();
    Reflect::get(&navigator, &"locks".into()).ok().filter(JsValue::is_object)
}
