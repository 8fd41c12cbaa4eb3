//! The page itself: whether it is seen, its address, its clock.

use std::{cell::RefCell, rc::Rc, time::Duration};

use js_sys::Date;
use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::Event;

use super::{
    Dispatch, js,
    listener::{EventListener, Timer},
};
use crate::{
    call::{
        Time,
        input::{Input, PageEvent},
        preferences::Theme,
    },
    settings::Settings,
};

/// Tells what happens to the page, and at once when nobody sees it. `pagehide` is told from inside its handler: what is sent then still goes
/// out.
pub fn listen(dispatch: &Dispatch) -> [EventListener; 4] {
    let tell = |read: fn(&Event) -> Option<PageEvent>| {
        let dispatch = dispatch.clone();
        move |event: Event| {
            if let Some(event) = read(&event) {
                dispatch(Input::Page(event));
            }
        }
    };
    if document().hidden() {
        let dispatch = dispatch.clone();
        spawn_local(async move { dispatch(Input::Page(PageEvent::Hidden)) });
    }
    [
        EventListener::new(&document(), "visibilitychange", tell(|_| Some(visibility()))),
        EventListener::new(&window(), "online", tell(|_| Some(PageEvent::Online))),
        EventListener::new(&window(), "pagehide", tell(|_| Some(PageEvent::Leaving))),
        EventListener::new(&window(), "pageshow", tell(restored)),
    ]
}

fn visibility() -> PageEvent {
    if document().hidden() { PageEvent::Hidden } else { PageEvent::Visible }
}

/// A page that the browser had frozen and brings back.
fn restored(event: &Event) -> Option<PageEvent> {
    js::get(event, "persisted").is_truthy().then_some(PageEvent::Visible)
}

/// The first thing a person does with the page, which lets it be heard.
pub fn on_first_gesture(callback: impl Fn() + 'static) -> [EventListener; 3] {
    let callback = Rc::new(callback);
    ["pointerup", "click", "keydown"].map(|name| {
        let callback = callback.clone();
        EventListener::new(&document(), name, move |_| callback())
    })
}

pub fn has_gesture() -> bool {
    js::get(&js::get(&window().navigator(), "userActivation"), "hasBeenActive").is_truthy()
}

pub fn now() -> Time {
    let millis = window().performance().map(|performance| performance.now()).unwrap_or_default();
    Duration::from_micros((millis * 1000.0) as u64)
}

/// Kept in the browser's own list, where tests and curious people find it.
pub fn measure(name: &str, from: Time, to: Time) {
    let millis = |time: Time| JsValue::from_f64(time.as_micros() as f64 / 1000.0);
    let span = js::object(&[("start", millis(from)), ("end", millis(to))]);
    let performance = js::get(&window(), "performance");
    let _ = js::call(&performance, "measure", &[name.into(), span]);
}

/// Whether what points is as coarse as a finger.
pub fn is_touched() -> bool {
    let query = js::call(&window(), "matchMedia", &["(pointer: coarse)".into()]);
    query.is_ok_and(|query| js::get(&query, "matches").is_truthy())
}

pub fn can_fill_screen() -> bool {
    js::get(&document(), "fullscreenEnabled").is_truthy()
}

/// Fullscreen API, section 3.
pub fn toggle_full_screen(element: &web_sys::Element) {
    let filled = js::get(&document(), "fullscreenElement").is_truthy();
    let operation = if filled {
        js::call(&document(), "exitFullscreen", &[])
    } else {
        js::call(element, "requestFullscreen", &[])
    };
    js::ignore(operation.map(JsCast::unchecked_into));
}

/// The phone's one timer.
#[derive(Default)]
pub struct Alarm {
    set: RefCell<Option<Timer>>,
}

impl Alarm {
    /// Sets it anew even for the same time: of a page that nobody looks at, Chromium calls a timer that was set by a
    /// timer, and that by a timer and so on, only once a minute. One that is set when a message comes is no link of such a chain.
    pub fn set(self: &Rc<Self>, deadline: Option<Time>, dispatch: &Dispatch) {
        let timer = deadline.map(|deadline| {
            let (alarm, dispatch) = (Rc::downgrade(self), dispatch.clone());
            Timer::once(deadline.saturating_sub(now()), move || {
                let Some(alarm) = alarm.upgrade() else { return };
                drop(alarm.set.take());
                if now() < deadline {
                    alarm.set(Some(deadline), &dispatch);
                } else {
                    dispatch(Input::Tick);
                }
            })
        });
        drop(self.set.replace(timer));
    }
}

pub fn settings() -> Settings {
    let text = document().get_element_by_id("settings").and_then(|element| element.text_content());
    text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

pub fn path() -> String {
    window().location().pathname().unwrap_or_default()
}

pub fn set_path(path: &str) {
    if let Ok(history) = window().history() {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(path));
    }
}

pub fn random() -> u128 {
    let mut bytes = [0; 16];
    if let Ok(crypto) = window().crypto() {
        let _ = crypto.get_random_values_with_u8_array(&mut bytes);
    }
    u128::from_le_bytes(bytes)
}

pub fn can_share() -> bool {
    js::has(&window().navigator(), "share")
}

pub fn share(title: &str, url: &str) {
    let what = js::object(&[("title", title.into()), ("url", url.into())]);
    let shared = js::call(&window().navigator(), "share", &[what]);
    js::ignore(shared.map(JsCast::unchecked_into));
}

pub async fn reaches_server() -> bool {
    let options = js::object(&[("cache", "no-store".into())]);
    let answer = js::call(&window(), "fetch", &["/healthz".into(), options]).map(JsCast::unchecked_into);
    js::settled(answer).await.is_ok_and(|answer| js::get(&answer, "ok").is_truthy())
}

/// Hours and minutes.
pub fn clock(at: Time) -> String {
    let moment = Date::now() - now().saturating_sub(at).as_secs_f64() * 1000.0;
    let options = js::object(&[("hour", "2-digit".into()), ("minute", "2-digit".into())]);
    let date = Date::new(&moment.into());
    let time = js::call(&date, "toLocaleTimeString", &[JsValue::UNDEFINED, options]);
    time.ok().and_then(|time| time.as_string()).unwrap_or_default()
}

/// On the clock that a person may set, and that goes on while the machine sleeps.
pub fn loaded_at() -> Duration {
    Duration::from_millis(Date::now() as u64).saturating_sub(now())
}

/// Hours and minutes, and the day unless it is today.
pub fn moment(at: u64) -> String {
    let date = Date::new(&JsValue::from_f64(at as f64 * 1000.0));
    let mut fields = vec![("hour", "2-digit".into()), ("minute", "2-digit".into())];
    if date.to_date_string() != Date::new_0().to_date_string() {
        fields.extend([("month", "short".into()), ("day", "numeric".into())]);
    }
    let text = js::call(&date, "toLocaleString", &[JsValue::UNDEFINED, js::object(&fields)]);
    text.ok().and_then(|text| text.as_string()).unwrap_or_default()
}

/// Has a use for Space and Enter of its own; a checkbox has one for Space alone.
const BUSY: &str = "button, a, select, summary, dialog, textarea";
const BUSY_WITH_SPACE: &str = "button, a, select, summary, dialog, textarea, input";

/// Space and Enter, where nothing else wants them.
pub fn on_shutter(press: impl Fn() + 'static) -> EventListener {
    EventListener::new(&document(), "keydown", move |event| {
        let key = js::get(&event, "key").as_string().unwrap_or_default();
        let busy = match key.as_str() {
            "Enter" => BUSY,
            " " => BUSY_WITH_SPACE,
            _ => return,
        };
        let held =
            ["repeat", "altKey", "ctrlKey", "metaKey"].iter().any(|name| js::get(&event, name).is_truthy());
        let target = js::get(&event, "target");
        let taken = js::call(&target, "closest", &[busy.into()]).is_ok_and(|taken| !taken.is_null());
        if !held && !taken && !event.default_prevented() {
            // Space would scroll the page.
            event.prevent_default();
            press();
        }
    })
}

/// The style sheet follows it; the page's head does the same before there is anything to see.
pub fn set_theme(theme: Theme) {
    let Some(root) = document().document_element() else { return };
    let result = match theme {
        Theme::System => root.remove_attribute("data-theme"),
        Theme::Light => root.set_attribute("data-theme", "light"),
        Theme::Dark => root.set_attribute("data-theme", "dark"),
    };
    if let Err(error) = result {
        js::debug("no theme:", &error);
    }
}
