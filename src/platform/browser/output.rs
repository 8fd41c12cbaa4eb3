//! Where sound comes out (W3C Audio Output Devices API).

use std::{cell::RefCell, rc::Rc};

use wasm_bindgen::{JsCast, JsValue};

use super::js;

/// Leads all that is heard to one speaker.
#[derive(Default)]
pub struct Output {
    /// Empty for the browser's default, as the browser itself has it.
    speaker: RefCell<String>,
    players: RefCell<Vec<JsValue>>,
}

impl Output {
    /// From now on, what plays already and what will.
    pub fn choose(&self, speaker: Option<String>) {
        self.speaker.replace(speaker.unwrap_or_default());
        self.players.borrow().iter().for_each(|player| self.lead(player));
    }

    /// A media element or an audio context is heard there for as long as what this gives lives.
    pub fn take(self: &Rc<Self>, player: &JsValue) -> Led {
        if !self.speaker.borrow().is_empty() {
            self.lead(player);
        }
        self.players.borrow_mut().push(player.clone());
        Led { output: self.clone(), player: player.clone() }
    }

    /// A speaker that is gone meanwhile is no error: the next list of devices says so.
    fn lead(&self, player: &JsValue) {
        // Not every browser can do this with an audio context.
        if js::has(player, "setSinkId") {
            let led = js::call(player, "setSinkId", &[self.speaker.borrow().as_str().into()]);
            js::ignore(led.map(JsCast::unchecked_into));
        }
    }
}

pub struct Led {
    output: Rc<Output>,
    player: JsValue,
}

impl Drop for Led {
    fn drop(&mut self) {
        self.output.players.borrow_mut().retain(|player| player != &self.player);
    }
}

/// Whether this browser lets a page choose a speaker at all.
pub fn is_choosable() -> bool {
    let element = js::get(&js_sys::global(), "HTMLMediaElement");
    js::has(&js::get(&element, "prototype"), "setSinkId")
}

/// Has the person choose a speaker, where the browser tells a page of none before it has asked. Only right after a
/// click; `None` when it was not answered with one.
pub fn ask() -> impl Future<Output = Option<String>> {
    let devices = super::capture::devices().map(JsValue::from).unwrap_or_default();
    let asked = js::call(&devices, "selectAudioOutput", &[]).map(JsCast::unchecked_into);
    async move { js::get(&js::settled(asked).await.ok()?, "deviceId").as_string() }
}

pub fn can_ask() -> bool {
    is_choosable() && super::capture::devices().is_some_and(|devices| js::has(&devices, "selectAudioOutput"))
}
