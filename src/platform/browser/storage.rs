//! What outlives a page: preferences on this device, the seat in this tab. A browser may refuse both.

use leptos::prelude::window;
use serde::{Serialize, de::DeserializeOwned};
use web_sys::Storage;

use super::js;

#[derive(Clone, Copy)]
pub struct Shelf {
    area: fn() -> Option<Storage>,
    key: &'static str,
}

/// What this device remembers between visits.
pub const PREFERENCES: Shelf = Shelf { area: || window().local_storage().ok()?, key: "tincan" };
/// The place in a room, for a reload of this tab.
pub const SEAT: Shelf = Shelf { area: || window().session_storage().ok()?, key: "tincan" };

impl Shelf {
    /// `None` when there is nothing of this kind; what cannot be read is thrown away.
    pub fn read<T: DeserializeOwned>(self) -> Option<T> {
        let text = (self.area)()?.get_item(self.key).ok()??;
        serde_json::from_str(&text).inspect_err(|_| self.clear()).ok()
    }

    pub fn is_used(self) -> bool {
        (self.area)().is_some_and(|area| matches!(area.get_item(self.key), Ok(Some(_))))
    }

    pub fn write<T: Serialize>(self, value: &T) {
        let (Some(area), Ok(text)) = ((self.area)(), serde_json::to_string(value)) else { return };
        if let Err(error) = area.set_item(self.key, &text) {
            js::debug("not kept:", &error);
        }
    }

    pub fn clear(self) {
        if let Some(area) = (self.area)() {
            let _ = area.remove_item(self.key);
        }
    }
}
