//! Keeps a page current: the event stream, whole overviews, clocks, and when the page is hidden.
//!
//! What to do about news is decided in [`crate::live`]; here it is carried out.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use skyports_model::Overview;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::js_sys::Function;
use web_sys::{Event, PageTransitionEvent};

use crate::api::list_clusters;
use crate::behaviour::palette;
use crate::board::{Board, Pace, set_if_new};
use crate::browser::{self, announce, window};
use crate::components::endpoint_filters::{read_controls, write_controls};
use crate::dashboard::DashboardError;
use crate::line::{BROKEN, Heard, Line};
use crate::live::{Currency, Live, News, Todo};
use crate::panel::{self, Panel};
use crate::state::{PageState, View};

/// Between an attempt that failed and the next one.
const PAUSE: Duration = Duration::from_secs(5);

/// A hidden page follows the stream for that long.
const HIDDEN: Duration = Duration::from_mins(1);
/// Whoever has typed nothing for so long has typed it all.
const TYPED: Duration = Duration::from_millis(250);

/// Between two pictures: one a frame, however many changes arrive.
const FRAME: f64 = 16.0;

/// News that took so long to read, in milliseconds, are shown in the next frame, not in this one.
const LONG: f64 = 3.0;

/// Rows that would move wait for so long, in milliseconds, while somebody points at the table.
const HOLD: f64 = 4_000.0;

/// Between two looks at whether somebody still does.
const GLANCE: Duration = Duration::from_millis(250);

/// More state changes than that in a second are told as a number.
const MOST_TOLD: usize = 3;

/// Keeps `board` current from now on.
pub(crate) fn follow(board: Board, panel: Panel, state: &PageState<Arc<Overview>>) {
    let live = Live::starting(Overview::clone(&state.overview), state.build.clone());
    let follower = Follower(Rc::new(Parts {
        board,
        panel,
        view: state.view.clone(),
        live: RefCell::new(live),
        line: OnceCell::new(),
        to_tell: RefCell::new(vec![]),
        is_due: Cell::new(false),
        is_asking: Cell::new(false),
        is_glancing: Cell::new(false),
        shown_at: Cell::new(0.0),
        held_since: Cell::new(None),
    }));
    let known = follower.clone();
    palette::search_in(move |look| look(known.0.live.borrow().overview()));
    follower.listen_to_page();
    follower.begin_asking();
    follower.begin_ticking();
    follower.line().open();
    follower.load();
}

#[derive(Clone)]
struct Follower(Rc<Parts>);

struct Parts {
    board: Board,
    panel: Panel,
    view: View,
    live: RefCell<Live>,
    line: OnceCell<Line>,
    /// State changes that have not been announced yet.
    to_tell: RefCell<Vec<String>>,
    /// Whether what the reader asked for is not all shown yet.
    is_asking: Cell<bool>,
    /// Whether a picture will be shown soon.
    is_due: Cell<bool>,
    /// Whether a look is due at whether somebody still points at the table.
    is_glancing: Cell<bool>,
    /// When the last picture was shown, or when there was other work for a whole frame.
    shown_at: Cell<f64>,
    /// Since when rows wait to move.
    held_since: Cell<Option<f64>>,
}

impl Follower {
    fn hear(&self, news: News) {
        let build =
            if let News::Hello { build, .. } = &news { build.clone() } else { String::new() };
        let todo = self.0.live.borrow_mut().hear(news);
        for todo in todo {
            match todo {
                Todo::Show => self.show_soon(),
                Todo::Load => self.load(),
                Todo::LoadLater => {
                    let this = self.clone();
                    set_timeout(move || this.load(), PAUSE);
                }
                Todo::Reload => browser::reload_for(&build),
                Todo::Rest => self.line().close(),
            }
        }
    }

    /// Shows what is known, at once or, if that has just been done, in the next frame.
    fn show_soon(&self) {
        if browser::milliseconds() - self.0.shown_at.get() >= FRAME {
            self.show(Pace::frame(self.is_held()));
        } else {
            self.show_in_next_frame();
        }
    }

    fn show_in_next_frame(&self) {
        if !self.0.is_due.replace(true) {
            let this = self.clone();
            // Not as an animation frame: a page that is hidden has none.
            let show = move || {
                this.0.is_due.set(false);
                this.show(Pace::frame(this.is_held()));
            };
            set_timeout(show, Duration::from_millis(16));
        }
    }

    /// Shows what was held back as soon as nobody points at it.
    fn show_when_left(&self) {
        if !self.0.is_glancing.replace(true) {
            let this = self.clone();
            let glance = move || {
                this.0.is_glancing.set(false);
                if this.is_held() {
                    this.show_when_left();
                } else {
                    this.show(Pace::frame(false));
                }
            };
            set_timeout(glance, GLANCE);
        }
    }

    /// Whether rows must keep their places now.
    fn is_held(&self) -> bool {
        let waited = self.0.held_since.get().map(|since| browser::milliseconds() - since);
        // What the reader asks for never waits.
        !self.0.is_asking.get()
            && waited.is_none_or(|waited| waited < HOLD)
            && browser::is_attended(".endpoints")
    }

    /// Shows what is known now.
    fn show(&self, pace: Pace) {
        let Parts { board, panel, view, live, to_tell, is_asking, shown_at, held_since, .. } =
            &*self.0;
        let live = live.borrow();
        panel.show(live.overview());
        let shown = board.show(live.overview(), view, pace);
        is_asking.set(shown.unfinished && (pace.is_asked() || is_asking.get()));
        to_tell.borrow_mut().extend(shown.said);
        set_if_new(board.currency, live.currency(browser::now()));
        let now = browser::milliseconds();
        shown_at.set(now);
        if !shown.held {
            held_since.set(None);
        } else if held_since.get().is_none() {
            held_since.set(Some(now));
        }
        if shown.unfinished {
            self.show_in_next_frame();
        }
        if shown.held {
            self.show_when_left();
        }
    }

    fn load(&self) {
        let this = self.clone();
        spawn_local(async move {
            this.hear(match list_clusters().await {
                Ok(overview) => News::Loaded(overview),
                Err(error) if error.code == DashboardError::NOT_LOGGED_IN => {
                    News::LoggedOut(browser::now())
                }
                Err(_) => News::NotLoaded,
            });
        });
    }

    fn line(&self) -> Line {
        let this = self.clone();
        self.0.line.get_or_init(|| Line::new(move |heard| this.hear_line(heard))).clone()
    }

    /// Opens the stream again and catches up.
    fn reopen(&self) {
        if !self.line().is_open() {
            self.line().open();
            self.hear(News::Resync);
        }
    }

    fn hear_line(&self, heard: Heard) {
        match heard {
            Heard::Event(kind, data) => {
                let began = browser::milliseconds();
                let news = news(&kind, &data).unwrap_or(News::Resync);
                let now = browser::milliseconds();
                if now - began >= LONG {
                    self.0.shown_at.set(now);
                }
                self.hear(news);
            }
            Heard::Asked => self.answer(),
            Heard::Broken(is_refused) => {
                self.hear(News::Lost(browser::now()));
                if is_refused {
                    self.line().close();
                    // Why, an event stream does not tell; the answer to this does.
                    self.load();
                    let this = self.clone();
                    let again = move || {
                        if !matches!(this.currency(), Currency::LoggedOut(_)) {
                            this.line().open();
                        }
                    };
                    set_timeout(again, PAUSE);
                }
            }
        }
    }

    /// Tells a page that has just come where the stream is.
    fn answer(&self) {
        let hello = self.0.live.borrow().hello();
        match hello {
            Some(hello) => self.line().pass_on("hello", &hello),
            // It will be told when it begins.
            None if self.currency() == Currency::Connecting => {}
            None => self.line().pass_on(BROKEN, ""),
        }
    }

    fn currency(&self) -> Currency {
        self.0.live.borrow().currency(browser::now())
    }

    fn listen_to_page(&self) {
        let this = self.clone();
        let listener = function(move |event| this.page_changed(&event));
        let Some(window) = window() else { return };
        for kind in ["visibilitychange", "pagehide", "pageshow"] {
            // The first bubbles up from the document.
            let _ = window.add_event_listener_with_callback(kind, &listener);
        }
    }

    fn page_changed(&self, event: &Event) {
        let hidden = || browser::document().is_some_and(|document| document.hidden());
        match event.type_().as_str() {
            // A page that is kept for the way back may hold no stream.
            "pagehide" => self.rest(),
            "pageshow" => {
                if event
                    .dyn_ref::<PageTransitionEvent>()
                    .is_some_and(PageTransitionEvent::persisted)
                {
                    self.reopen();
                }
            }
            _ if hidden() => {
                let this = self.clone();
                let rest = move || {
                    if hidden() {
                        this.rest();
                    }
                };
                set_timeout(rest, HIDDEN);
            }
            _ => self.reopen(),
        }
    }

    fn rest(&self) {
        self.line().close();
        self.hear(News::Closed);
    }

    /// Follows what the reader asks for, beginning with what the browser may have kept.
    fn begin_asking(&self) {
        let board = self.0.board;
        if matches!(self.0.view, View::Overview { .. }) {
            board.set_me(browser::remembered(browser::OWNER));
            read_controls(board);
        }
        let this = self.clone();
        Effect::new(move |before: Option<(String, Option<TimeoutHandle>)>| {
            let query = board.query.get();
            let text = query.filter.text.clone();
            let later = before.and_then(|(last, later)| {
                later.inspect(TimeoutHandle::clear);
                write_controls(&query);
                let this = this.clone();
                let tell = move || panel::tell_address(&board, &this.0.view);
                // A new address costs a browser more than a key does, and some take few a second.
                if last != text {
                    return set_timeout_with_handle(tell, TYPED).ok();
                }
                tell();
                None
            });
            this.show(Pace::asked());
            (text, later)
        });
        let this = self.clone();
        Effect::new(move |before: Option<()>| {
            board.panel.track();
            if before.is_some() {
                this.show(Pace::frame(this.is_held()));
            }
        });
    }

    fn begin_ticking(&self) {
        let this = self.clone();
        let tick = move || {
            let now = browser::now();
            let Parts { board, live, to_tell, .. } = &*this.0;
            if board.tick(now) {
                this.show_soon();
            }
            set_if_new(board.currency, live.borrow().currency(now));
            let told = std::mem::take(&mut *to_tell.borrow_mut());
            if told.len() > MOST_TOLD {
                announce(&format!("{} endpoints changed their state", told.len()));
            } else if !told.is_empty() {
                announce(&told.join(". "));
            }
        };
        // Lives as long as the page.
        let _ = set_interval_with_handle(tick, Duration::from_secs(1));
    }
}

/// The news that an event of the stream brings; `None` when it cannot be read.
fn news(kind: &str, data: &str) -> Option<News> {
    match kind {
        "hello" => {
            let (build, revision) = data.split_once(' ')?;
            Some(News::Hello { build: build.to_owned(), revision: revision.parse().ok()? })
        }
        "change" => Some(News::Change(postcard::from_bytes(&browser::from_base64(data)?).ok()?)),
        _ => Some(News::Resync),
    }
}

/// A handler that lives as long as the page.
fn function(handler: impl FnMut(Event) + 'static) -> Function {
    let closure: Closure<dyn FnMut(Event)> = Closure::new(handler);
    let value: JsValue = closure.into_js_value();
    value.unchecked_into()
}
