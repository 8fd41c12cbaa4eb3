//! The devices: when they are open, and what happens when others are plugged in.

use super::*;

#[test]
fn devices_are_closed_when_the_call_is_over() {
    let mut alice = Alice::in_call();
    for kind in [DeviceKind::Microphone, DeviceKind::Camera] {
        alice.does(Input::Device(DeviceEvent::Opened { kind, id: None, facing: None }));
    }
    let effects = alice.wants(Action::HangUp);
    for kind in [DeviceKind::Microphone, DeviceKind::Camera] {
        assert!(effects.contains(&Effect::Device(DeviceOp::Close(kind))), "{kind:?} is left open");
    }
}

#[test]
fn the_level_is_measured_for_the_preview_alone() {
    let mut alice = Alice::inside();
    let measures = |effects: &[Effect], on| effects.contains(&Effect::Device(DeviceOp::Measure(on)));
    assert!(measures(&alice.wants(Action::Preview(true)), true));
    assert!(measures(&alice.is_rung(), false));
    assert!(!measures(&alice.wants(Action::Accept { media: Media::Video }), true));
}

#[test]
fn the_other_side_is_told_of_mute_and_camera() {
    let mut alice = Alice::in_call();
    let told = |effects: &[Effect]| {
        operations(effects)
            .iter()
            .find_map(|op| if let PairOp::Control(Control::State(state)) = op { Some(*state) } else { None })
    };
    let opened = alice.does(Input::Device(DeviceEvent::Opened {
        kind: DeviceKind::Microphone,
        id: None,
        facing: None,
    }));
    assert_eq!(told(&opened), Some(MediaState { microphone: MicrophoneState::On, ..MediaState::default() }));
    let muted = alice.wants(Action::Mute(true));
    assert_eq!(told(&muted).map(|state| state.microphone), Some(MicrophoneState::Muted));
}

#[test]
fn the_booth_opens_the_camera_alone_and_closes_it_again() {
    let mut alice = Alice::outside();
    let effects = alice.wants(Action::Booth(true));
    let open = DeviceOp::Open {
        microphone: None,
        camera: Some(effect::Choice::Any),
        processing: Processing::default(),
    };
    assert!(effects.contains(&Effect::Device(open)), "{effects:?}");
    alice.does(Input::Device(DeviceEvent::Opened { kind: DeviceKind::Camera, id: None, facing: None }));
    let effects = alice.wants(Action::Booth(false));
    assert!(effects.contains(&Effect::Device(DeviceOp::Close(DeviceKind::Camera))), "{effects:?}");
}

fn headset(part: Part) -> DeviceInfo {
    DeviceInfo { part, id: "headset".into(), label: "Headset".into(), group: "headset".into() }
}

fn built_in(part: Part) -> DeviceInfo {
    DeviceInfo { part, id: "built-in".into(), label: "Built-in".into(), group: String::new() }
}

/// The browser knows the built-in devices, and then a headset, too.
fn plugs_in_a_headset(alice: &mut Alice) -> Option<String> {
    let before = vec![built_in(Part::Microphone), built_in(Part::Speaker)];
    let now = [before.clone(), vec![headset(Part::Microphone), headset(Part::Speaker)]].concat();
    alice.does(Input::Device(DeviceEvent::Listed(before)));
    alice.does(Input::Device(DeviceEvent::Listed(now)));
    alice.phone.view().local.plugged
}

#[test]
fn a_headset_is_offered_in_the_room_and_in_a_call_but_not_before() {
    assert_eq!(plugs_in_a_headset(&mut Alice::outside()), None);
    assert_eq!(plugs_in_a_headset(&mut Alice::inside()).as_deref(), Some("Headset"));
    assert_eq!(plugs_in_a_headset(&mut Alice::in_call()).as_deref(), Some("Headset"));
}

#[test]
fn a_headset_that_is_wanted_is_used_for_all_that_it_can_and_remembered() {
    let mut alice = Alice::in_call();
    let kind = DeviceKind::Microphone;
    alice.does(Input::Device(DeviceEvent::Opened { kind, id: Some("built-in".into()), facing: None }));
    plugs_in_a_headset(&mut alice);
    let effects = alice.wants(Action::UsePlugged(true));
    let open = DeviceOp::Open {
        microphone: Some(effect::Choice::Device("headset".into())),
        camera: None,
        processing: Processing::default(),
    };
    for op in [open, DeviceOp::PlayOn(Some("headset".into()))] {
        assert!(effects.contains(&Effect::Device(op.clone())), "{op:?} is not in {effects:?}");
    }
    let remembered = alice.phone.remembered();
    assert_eq!(remembered.microphone.as_deref(), Some("headset"));
    assert_eq!(remembered.speaker.as_deref(), Some("headset"));
    assert_eq!(alice.phone.view().local.plugged, None);
}

#[test]
fn a_headset_that_is_not_wanted_changes_nothing() {
    let mut alice = Alice::in_call();
    plugs_in_a_headset(&mut alice);
    assert_eq!(alice.wants(Action::UsePlugged(false)), []);
    assert_eq!(alice.phone.view().local.plugged, None);
    assert_eq!(alice.wants(Action::UsePlugged(true)), [], "it is offered no more");
}

#[test]
fn changing_devices_in_a_call_says_nothing_to_the_other_side() {
    let mut alice = Alice::in_call();
    for kind in [DeviceKind::Microphone, DeviceKind::Camera] {
        alice.does(Input::Device(DeviceEvent::Opened { kind, id: None, facing: None }));
    }
    for part in [Part::Microphone, Part::Camera] {
        let effects = alice.wants(Action::SelectDevice { part, id: Some("other".into()) });
        assert!(operations(&effects).is_empty(), "{part:?}");
    }
    assert!(operations(&alice.wants(Action::FlipCamera)).is_empty());
    let kind = DeviceKind::Camera;
    let event = DeviceEvent::Opened { kind, id: Some("other".into()), facing: None };
    assert!(operations(&alice.does(Input::Device(event))).is_empty());
}

#[test]
fn the_browser_is_asked_for_its_devices_once_somebody_is_in_a_room() {
    let lists = |effects: &[Effect]| effects.contains(&Effect::Device(DeviceOp::List));
    let mut alice = Alice::outside();
    assert!(!lists(&alice.wants(Action::Enter { room: Room::Lobby, nickname: "Alice".into() })));
    alice.socket(SocketEvent::Opened);
    assert!(lists(&alice.hears(welcome(1))));
    assert!(!lists(&alice.wants(Action::Preview(true))), "asked twice");
}
