//! What pages are made of: a file a component, its twin of the same name in `style/`.
//!
//! A component is a function from what it shows to a view, without signals of its own: what
//! changes is read by the caller, in one effect a row. Components that the browser may create
//! (all but those of `shell` and `alone`) hold no element that is wholly static: Leptos would
//! make it through `innerHTML`, which Trusted Types forbid. So static text is written `{"…"}`.

pub(crate) mod alone;
pub(crate) mod app_select;
pub(crate) mod app_tile;
pub(crate) mod chain;
pub(crate) mod check_card;
pub(crate) mod cluster_group;
pub(crate) mod code_block;
pub(crate) mod context_card;
pub(crate) mod contexts_menu;
pub(crate) mod copy_button;
pub(crate) mod copy_menu;
pub(crate) mod demo_banner;
pub(crate) mod described;
pub(crate) mod dialog;
pub(crate) mod empty_state;
pub(crate) mod endpoint_drawer;
pub(crate) mod endpoint_facts;
pub(crate) mod endpoint_filters;
pub(crate) mod endpoint_reasons;
pub(crate) mod endpoint_row;
pub(crate) mod endpoint_table;
pub(crate) mod endpoint_url;
pub(crate) mod event_list;
pub(crate) mod facts;
pub(crate) mod finding;
pub(crate) mod fix_list;
pub(crate) mod fold;
pub(crate) mod guest_card;
pub(crate) mod icon;
pub(crate) mod keyboard_sheet;
pub(crate) mod leftovers_dialog;
pub(crate) mod live_indicator;
pub(crate) mod logged_out;
pub(crate) mod make_permanent;
pub(crate) mod no_open_ports;
pub(crate) mod note;
pub(crate) mod palette;
pub(crate) mod plan_preview;
pub(crate) mod port_dialog;
pub(crate) mod port_range_row;
pub(crate) mod qr;
pub(crate) mod reach;
pub(crate) mod reader_strip;
pub(crate) mod row_finding;
pub(crate) mod share_dialog;
pub(crate) mod shell;
pub(crate) mod skeleton;
pub(crate) mod status_badge;
pub(crate) mod status_tally;
pub(crate) mod toaster;
