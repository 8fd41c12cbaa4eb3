//! What is on the screen: one component a file, each a noun. A component reads the signals of the
//! [`Session`], says what a person asked for, and decides nothing.

mod aside;
mod availability;
mod avatar;
mod blocked_people;
mod booth;
mod call_controls;
mod call_notices;
mod call_photo;
mod call_screen;
mod call_status;
mod chat;
mod check;
mod check_words;
mod choices;
mod contact_list;
mod contact_row;
mod copy_button;
mod device_picker;
mod device_trouble;
mod document;
mod ended;
mod entrance;
mod file_words;
mod files;
mod float;
mod focus;
mod history;
mod icon;
mod incoming_call;
mod invitation;
mod level_meter;
mod line;
mod links;
mod live;
mod logo;
mod missed_calls;
mod new_device;
mod nickname_field;
mod not_found;
mod notices;
mod plot;
mod preview;
mod prompt;
mod qr;
mod quality;
mod recording;
mod remote_pane;
mod report;
mod room;
mod room_code_form;
mod rooms;
mod route;
mod screen_pane;
mod screens;
mod self_pane;
mod settings;
mod shortcuts;
mod title;
pub mod words;

use leptos::prelude::*;

pub use document::shell;
pub use rooms::Rooms;
pub use route::{BOOTH, CHECK, Route};
pub use screens::Screens;

use crate::{session::Session, settings::Settings};

/// The path that was asked for. The server provides it as a context; in a browser there is none, and the
/// page's address says it.
#[derive(Clone, Debug)]
pub struct RequestPath(pub String);

#[component]
pub fn App() -> impl IntoView {
    let session = match use_context::<RequestPath>() {
        Some(path) => Session::still(path.0, &use_context::<Settings>().unwrap_or_default()),
        None => Session::live(),
    };
    provide_context(session);
    view! { <Screens/> }
}
