//! What has been plugged in: how two lists of devices differ.

use super::{DeviceInfo, Part};

/// Names that Chromium has for whatever the system uses now: no devices of their own.
const VIRTUAL: [&str; 2] = ["default", "communications"];

/// One thing that was plugged in, and is not used yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plugged {
    /// What it can be used as; never empty.
    devices: Vec<DeviceInfo>,
}

impl Plugged {
    /// What is on offer after the list has changed: the newest thing, as long as it is there. `chosen` are the devices
    /// that are used as it is.
    #[must_use]
    pub fn after(
        offered: Option<Self>,
        before: &[DeviceInfo],
        now: &[DeviceInfo],
        chosen: impl Fn(&DeviceInfo) -> bool,
    ) -> Option<Self> {
        let mut still = offered.map(|offered| offered.devices).unwrap_or_default();
        still.retain(|device| now.iter().any(|there| there.is(device)) && !chosen(device));
        let mut new = newcomers(before, now, &still);
        new.retain(|device| !chosen(device));
        let Some(newest) = new.last().cloned() else { return Self::of(still) };
        still.extend(new);
        // Not everything of one thing comes at once.
        still.retain(|device| device.is_one_with(&newest));
        Self::of(still)
    }

    fn of(devices: Vec<DeviceInfo>) -> Option<Self> {
        (!devices.is_empty()).then_some(Self { devices })
    }

    /// The browser's name for it: that of what people would call it by.
    #[must_use]
    pub fn name(&self) -> &str {
        let by = |part| self.devices.iter().find(move |device| device.part == part);
        let named = [Part::Camera, Part::Microphone, Part::Speaker].into_iter().find_map(by);
        named.map_or("", |device| &device.label)
    }

    /// One of each part at most.
    #[must_use]
    pub fn into_devices(self) -> Vec<DeviceInfo> {
        let mut devices = self.devices;
        devices.sort_by_key(|device| device.part);
        devices.dedup_by_key(|device| device.part);
        devices
    }
}

/// Those that are there now and were not before. What only has a name since the person allowed it was there before.
fn newcomers(before: &[DeviceInfo], now: &[DeviceInfo], offered: &[DeviceInfo]) -> Vec<DeviceInfo> {
    let captures = |device: &&DeviceInfo| device.part != Part::Speaker && is_new(device, before, now);
    let mut new: Vec<DeviceInfo> = now.iter().filter(captures).cloned().collect();
    let plays = |device: &&DeviceInfo| {
        let comes_with = new.iter().chain(offered).any(|other| other.is_one_with(device));
        device.part == Part::Speaker
            && is_new(device, before, now)
            && (comes_with || (was_told(device, before) && !is_told_late(device, before)))
    };
    let speakers: Vec<DeviceInfo> = now.iter().filter(plays).cloned().collect();
    new.extend(speakers);
    new
}

fn is_new(device: &DeviceInfo, before: &[DeviceInfo], now: &[DeviceInfo]) -> bool {
    let alike = |list: &[DeviceInfo]| {
        list.iter().filter(|other| other.part == device.part && other.label == device.label).count()
    };
    device.is_named()
        && !VIRTUAL.contains(&device.id.as_str())
        && !before.iter().any(|other| other.is(device))
        // A browser may give all of them other ids.
        && alike(now) > alike(before)
        && before.iter().all(|other| other.part != device.part || other.is_named())
}

/// Whether the browser told of speakers before: it does not before a microphone is allowed.
fn was_told(speaker: &DeviceInfo, before: &[DeviceInfo]) -> bool {
    before.iter().any(|other| other.part == speaker.part && other.is_named())
}

/// Whether its microphone was there before: Firefox tells of a speaker when the microphone of the same thing is opened.
fn is_told_late(speaker: &DeviceInfo, before: &[DeviceInfo]) -> bool {
    let its = |other: &DeviceInfo| other.part == Part::Microphone && other.is_one_with(speaker);
    before.iter().any(its)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(part: Part, id: &str, group: &str) -> DeviceInfo {
        let label = if id.is_empty() { String::new() } else { format!("The {id}") };
        DeviceInfo { part, id: id.into(), label, group: group.into() }
    }

    fn microphone(id: &str) -> DeviceInfo {
        device(Part::Microphone, id, id)
    }

    fn camera(id: &str) -> DeviceInfo {
        device(Part::Camera, id, id)
    }

    fn speaker(id: &str) -> DeviceInfo {
        device(Part::Speaker, id, id)
    }

    fn offer(before: &[DeviceInfo], now: &[DeviceInfo]) -> Option<Plugged> {
        Plugged::after(None, before, now, |_| false)
    }

    fn name(offer: Option<&Plugged>) -> Option<&str> {
        offer.map(Plugged::name)
    }

    #[test]
    fn what_was_not_there_before_is_offered() {
        let before = [microphone("built-in"), camera("built-in"), speaker("built-in")];
        for new in [microphone("headset"), camera("webcam"), speaker("box")] {
            let now = [before.as_slice(), std::slice::from_ref(&new)].concat();
            assert_eq!(name(offer(&before, &now).as_ref()), Some(new.label.as_str()));
        }
        assert_eq!(offer(&before, &before), None);
        assert_eq!(offer(&before, &before[..1]), None, "what is gone is nothing new");
        assert_eq!(
            name(offer(&[], &[camera("webcam")]).as_ref()),
            Some("The webcam"),
            "the first one of all"
        );
    }

    #[test]
    fn a_device_without_a_name_is_not_offered() {
        let nameless = DeviceInfo { label: String::new(), ..microphone("headset") };
        assert_eq!(offer(&[microphone("built-in")], &[microphone("built-in"), nameless]), None);
    }

    #[test]
    fn a_device_whose_name_is_only_told_now_is_not_offered() {
        let before = [device(Part::Microphone, "", ""), device(Part::Camera, "", "")];
        let now = [
            microphone("built-in"),
            microphone("headset"),
            device(Part::Camera, "", ""),
            speaker("built-in"),
        ];
        assert_eq!(offer(&before, &now), None);
        let later = [microphone("built-in"), microphone("headset"), camera("webcam"), speaker("built-in")];
        assert_eq!(offer(&now, &later), None);
    }

    #[test]
    fn a_speaker_that_is_told_with_its_microphone_was_there() {
        let before = [microphone("built-in"), microphone("headset"), speaker("built-in")];
        let now = [before.as_slice(), &[speaker("headset")]].concat();
        assert_eq!(offer(&before, &now), None);
    }

    #[test]
    fn the_systems_own_choice_is_no_device() {
        let before = [microphone("built-in")];
        let now = [microphone("built-in"), microphone("default"), microphone("communications")];
        assert_eq!(offer(&before, &now), None);
    }

    #[test]
    fn devices_under_other_ids_are_not_new() {
        let renamed = DeviceInfo { id: "other".into(), ..camera("webcam") };
        assert_eq!(offer(&[camera("webcam")], std::slice::from_ref(&renamed)), None);
        let twin = offer(&[camera("webcam")], &[camera("webcam"), renamed]);
        assert_eq!(name(twin.as_ref()), Some("The webcam"), "a second one of the same make");
    }

    #[test]
    fn what_is_gone_again_is_not_offered_any_more() {
        let (before, with) = ([microphone("built-in")], [microphone("built-in"), microphone("headset")]);
        let offered = offer(&before, &with);
        assert_eq!(Plugged::after(offered.clone(), &with, &with, |_| false), offered, "nothing has changed");
        assert_eq!(Plugged::after(offered, &with, &before, |_| false), None);
    }

    #[test]
    fn a_headset_is_one_thing() {
        let before = [microphone("built-in"), speaker("built-in")];
        let half = [before.as_slice(), &[microphone("headset")]].concat();
        let whole = [half.as_slice(), &[speaker("headset")]].concat();
        let at_once = offer(&before, &whole);
        assert_eq!(at_once.clone().map(|offer| offer.into_devices().len()), Some(2));
        assert_eq!(name(at_once.as_ref()), Some("The headset"));
        let first = offer(&before, &half);
        assert_eq!(
            Plugged::after(first, &half, &whole, |_| false).map(|offer| offer.into_devices().len()),
            Some(2)
        );
    }

    #[test]
    fn the_newest_thing_is_offered() {
        let first = [camera("built-in"), camera("webcam")];
        let then = [first.as_slice(), &[camera("better")]].concat();
        let offered = Plugged::after(offer(&first[..1], &first), &first, &then, |_| false);
        assert_eq!(name(offered.as_ref()), Some("The better"));
        assert_eq!(offered.map(|offer| offer.into_devices().len()), Some(1));
    }

    #[test]
    fn what_is_chosen_already_is_not_offered() {
        let now = [microphone("built-in"), microphone("headset")];
        assert_eq!(Plugged::after(None, &now[..1], &now, |device| device.id == "headset"), None);
        let offered = offer(&now[..1], &now);
        assert_eq!(
            Plugged::after(offered, &now, &now, |device| device.id == "headset"),
            None,
            "chosen meanwhile"
        );
    }
}
