//! System notifications, for a person who looks elsewhere.

use std::cell::RefCell;

use leptos::prelude::{document, window};
use wasm_bindgen::JsCast;
use web_sys::{Notification as Web, NotificationOptions, NotificationPermission as WebPermission};

use super::{js, listener::EventListener};
use crate::{call::effect::Notification, platform::NotificationPermission, protocol::Media};

/// At most one notification. Dropped, it is closed.
#[derive(Default)]
pub struct Notifier {
    shown: RefCell<Option<Shown>>,
}

struct Shown {
    web: Web,
    _click: EventListener,
}

impl Drop for Shown {
    fn drop(&mut self) {
        self.web.close();
    }
}

impl Notifier {
    pub fn notify(&self, notification: Option<&Notification>) {
        drop(self.shown.take());
        if document().hidden() && permission() == NotificationPermission::Granted {
            self.shown.replace(notification.and_then(Shown::new));
        }
    }
}

impl Shown {
    /// Some browsers for telephones have the name but show none.
    fn new(notification: &Notification) -> Option<Self> {
        let (title, body) = words(notification);
        let options = NotificationOptions::new();
        options.set_body(body);
        options.set_tag("tincan");
        let web = Web::new_with_options(&title, &options).ok()?;
        let click = EventListener::new(&web, "click", |_| {
            let _ = window().focus();
        });
        Some(Self { web, _click: click })
    }
}

fn words(notification: &Notification) -> (String, &'static str) {
    match notification {
        Notification::Incoming { from, media } => {
            let body = match media {
                Media::Video => "A video call. Click to answer.",
                Media::Voice => "A voice call. Click to answer.",
            };
            ([from.as_str(), " is calling"].concat(), body)
        }
        Notification::Missed { from } => (["You missed a call from ", from.as_str()].concat(), ""),
    }
}

pub fn permission() -> NotificationPermission {
    if !js::has(&window(), "Notification") || !window().is_secure_context() {
        return NotificationPermission::Unsupported;
    }
    match Web::permission() {
        WebPermission::Granted => NotificationPermission::Granted,
        WebPermission::Denied => NotificationPermission::Denied,
        _ => NotificationPermission::NotAsked,
    }
}

pub async fn ask() -> NotificationPermission {
    if permission() == NotificationPermission::NotAsked {
        let _ = js::settled(Web::request_permission().map(JsCast::unchecked_into)).await;
    }
    permission()
}
