//! What a person has set for this device, besides names and devices.

use serde::{Deserialize, Deserializer, Serialize};

use super::{Phone, effect::Effect, history::Maybe};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    pub theme: Theme,
    /// Calls do not ring aloud.
    pub silent: bool,
    /// No notification is shown, even where the browser would.
    pub unannounced: bool,
    /// The own picture is sent small.
    pub data_saver: bool,
    /// No path but through a relay: the other side does not learn this person's address.
    pub relay_only: bool,
    pub processing: Processing,
}

/// What the browser does to the microphone's sound (constrainable properties, W3C Media Capture and Streams).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Processing {
    pub noise_suppression: bool,
    pub echo_cancellation: bool,
    pub automatic_gain: bool,
}

impl Default for Processing {
    /// As most voices are heard best.
    fn default() -> Self {
        Self { noise_suppression: true, echo_cancellation: true, automatic_gain: true }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    Light,
    Dark,
}

/// What is broken is as if it had never been set.
pub fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Preferences, D::Error> {
    Ok(Maybe::deserialize(deserializer)?.it().unwrap_or_default())
}

impl Phone {
    #[must_use]
    pub fn preferences(&self) -> Preferences {
        self.remembered.preferences
    }

    pub(super) fn prefer(&mut self, preferences: Preferences) {
        self.remembered.preferences = preferences;
        self.local.process(preferences.processing);
        self.remember();
    }

    /// The browser knows them from the first input on.
    pub(super) fn settle_preferences(&mut self) {
        let preferences = self.preferences();
        if self.applied.replace(preferences) != Some(preferences) {
            self.emit(Effect::Prefer(preferences));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::effect::Remembered;

    #[test]
    fn what_is_set_is_read_again() {
        let preferences = Preferences { theme: Theme::Dark, data_saver: true, ..Preferences::default() };
        let kept = Remembered { preferences, ..Remembered::default() };
        let text = serde_json::to_string(&kept).unwrap();
        assert_eq!(serde_json::from_str::<Remembered>(&text).unwrap(), kept);
    }

    #[test]
    fn what_an_older_version_has_not_set_is_as_it_comes() {
        let read: Remembered = serde_json::from_str(r#"{"preferences":{"theme":"dark"}}"#).unwrap();
        assert_eq!(read.preferences, Preferences { theme: Theme::Dark, ..Preferences::default() });
        let text = r#"{"preferences":{"processing":{"noise_suppression":false}}}"#;
        let read: Remembered = serde_json::from_str(text).unwrap();
        let processing = Processing { noise_suppression: false, ..Processing::default() };
        assert_eq!(read.preferences.processing, processing);
        assert!(processing.echo_cancellation && processing.automatic_gain, "on unless switched off");
    }

    #[test]
    fn broken_preferences_cost_nothing_else() {
        for broken in ["null", "7", "[]", r#"{"theme":"pink"}"#, r#"{"silent":"yes"}"#] {
            let text = format!(r#"{{"nickname":"Ada","preferences":{broken}}}"#);
            let read: Remembered = serde_json::from_str(&text).unwrap();
            assert_eq!(
                (read.nickname.as_str(), read.preferences),
                ("Ada", Preferences::default()),
                "{broken}"
            );
        }
    }

    #[test]
    fn what_a_newer_version_has_set_besides_is_left_alone() {
        let text = r#"{"preferences":{"theme":"light","holograms":true}}"#;
        let read: Remembered = serde_json::from_str(text).unwrap();
        assert_eq!(read.preferences.theme, Theme::Light);
    }
}
