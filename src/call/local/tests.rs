//! The devices, told what happens.

use super::*;

const BOTH: Wanted = Wanted { microphone: true, camera: true, screen: false };
const NONE: Wanted = Wanted { microphone: false, camera: false, screen: false };
const SCREEN: Wanted = Wanted { screen: true, ..NONE };

fn opened(media: &mut LocalMedia, kind: DeviceKind) {
    media.handle(DeviceEvent::Opened { kind, id: Some("built-in".into()), facing: None });
}

fn open(microphone: Option<Choice>, camera: Option<Choice>) -> DeviceOp {
    DeviceOp::Open { microphone, camera, processing: Processing::default() }
}

/// Both devices are open.
fn on() -> LocalMedia {
    let mut media = LocalMedia::default();
    media.reconcile(BOTH);
    opened(&mut media, DeviceKind::Microphone);
    opened(&mut media, DeviceKind::Camera);
    media
}

fn listed(part: Part, id: &str) -> DeviceInfo {
    DeviceInfo { part, id: id.into(), label: id.into(), group: id.into() }
}

#[test]
fn both_devices_are_asked_for_in_one_question() {
    let mut media = LocalMedia::default();
    assert_eq!(media.reconcile(BOTH), [open(Some(Choice::Any), Some(Choice::Any))]);
    assert_eq!(media.reconcile(BOTH), [], "asked twice");
}

#[test]
fn a_device_that_opened_too_late_is_closed_again() {
    let mut media = LocalMedia::default();
    media.reconcile(BOTH);
    assert_eq!(media.reconcile(NONE), []);
    opened(&mut media, DeviceKind::Camera);
    assert_eq!(media.reconcile(NONE), [DeviceOp::Close(DeviceKind::Camera)]);
}

#[test]
fn a_failed_device_is_not_asked_for_again_by_itself() {
    let mut media = LocalMedia::default();
    media.reconcile(BOTH);
    media.handle(DeviceEvent::Failed { kind: DeviceKind::Camera, problem: DeviceProblem::Denied });
    assert_eq!(media.reconcile(BOTH), []);
    media.retry(DeviceKind::Camera);
    assert_eq!(media.reconcile(BOTH).len(), 1);
}

#[test]
fn choosing_another_device_opens_it() {
    let mut media = LocalMedia::default();
    media.reconcile(BOTH);
    opened(&mut media, DeviceKind::Camera);
    media.select(Part::Camera, Some("other".into()));
    assert_eq!(media.reconcile(BOTH), [open(None, Some(Choice::Device("other".into())))]);
}

#[test]
fn muted_is_told_only_of_a_microphone_that_is_there() {
    let mut media = LocalMedia::default();
    media.mute(true);
    assert_eq!(media.announced().microphone, MicrophoneState::None);
    media.reconcile(BOTH);
    opened(&mut media, DeviceKind::Microphone);
    assert_eq!(media.announced().microphone, MicrophoneState::Muted);
}

#[test]
fn whoever_is_muted_is_heard_while_the_key_is_held() {
    let mut media = LocalMedia::default();
    assert_eq!(media.press(true), None, "heard anyway");
    assert_eq!(media.press(false), None);
    assert_eq!(media.mute(true), Some(DeviceOp::Mute(true)));
    assert_eq!(media.press(true), Some(DeviceOp::Mute(false)));
    assert_eq!(media.press(true), None, "a key that repeats");
    assert_eq!(media.press(false), Some(DeviceOp::Mute(true)));
}

#[test]
fn muting_ends_what_a_held_key_began() {
    let mut media = LocalMedia::default();
    media.mute(true);
    media.press(true);
    assert_eq!(media.mute(true), Some(DeviceOp::Mute(true)));
    assert_eq!(media.press(false), None);
    assert!(media.is_silent());
}

#[test]
fn a_screen_that_was_chosen_too_late_is_not_shown() {
    let mut media = LocalMedia::default();
    assert_eq!(media.reconcile(SCREEN), [DeviceOp::ShareScreen]);
    assert_eq!(media.reconcile(SCREEN), [], "asked twice");
    assert_eq!(media.reconcile(NONE), []);
    media.handle(DeviceEvent::ScreenShared);
    assert_eq!(media.reconcile(NONE), [DeviceOp::StopScreen]);
    assert_eq!(media.announced().screen, ScreenState::Off);
}

#[test]
fn a_device_is_on_until_another_one_has_taken_its_place() {
    let mut media = on();
    let before = media.announced();
    media.select(Part::Camera, Some("other".into()));
    media.select(Part::Microphone, Some("other".into()));
    assert_eq!(media.reconcile(BOTH).len(), 1);
    assert_eq!(media.announced(), before, "the other side is told of nothing");
    assert_eq!((media.camera(), media.microphone()), (DeviceState::On, DeviceState::On));
    assert_eq!(media.reconcile(BOTH), [], "asked twice");
    opened(&mut media, DeviceKind::Camera);
    assert_eq!(media.reconcile(BOTH), []);
}

#[test]
fn a_device_that_is_turned_off_while_it_changes_is_off() {
    let mut media = on();
    media.select(Part::Camera, Some("other".into()));
    media.reconcile(BOTH);
    assert_eq!(media.reconcile(Wanted { camera: false, ..BOTH }), [DeviceOp::Close(DeviceKind::Camera)]);
    assert_eq!(media.camera(), DeviceState::Off);
    assert_eq!(media.reconcile(BOTH), [open(None, Some(Choice::Device("other".into())))]);
}

#[test]
fn a_choice_that_is_made_while_a_device_opens_is_not_lost() {
    let mut media = on();
    media.select(Part::Camera, Some("second".into()));
    media.reconcile(BOTH);
    media.select(Part::Camera, Some("third".into()));
    assert_eq!(media.reconcile(BOTH), [], "one after the other");
    opened(&mut media, DeviceKind::Camera);
    assert_eq!(media.reconcile(BOTH), [open(None, Some(Choice::Device("third".into())))]);
}

#[test]
fn a_device_that_failed_is_tried_again_when_it_is_chosen_again() {
    let mut media = on();
    media.select(Part::Camera, Some("other".into()));
    media.reconcile(BOTH);
    media.handle(DeviceEvent::Failed { kind: DeviceKind::Camera, problem: DeviceProblem::Unplugged });
    assert_eq!(media.reconcile(BOTH), []);
    media.select(Part::Camera, Some("other".into()));
    assert_eq!(media.reconcile(BOTH).len(), 1);
}

#[test]
fn what_is_done_to_the_sound_is_changed_on_a_microphone_that_runs() {
    let mut media = on();
    let raw = Processing { noise_suppression: false, ..Processing::default() };
    media.process(raw);
    let again = DeviceOp::Open { microphone: Some(Choice::Any), camera: None, processing: raw };
    assert_eq!(media.reconcile(BOTH), [again]);
    assert_eq!(media.announced().microphone, MicrophoneState::On);
    media.process(Processing::default());
    assert_eq!(media.reconcile(BOTH), [], "one after the other");
    opened(&mut media, DeviceKind::Microphone);
    assert_eq!(media.reconcile(BOTH), [open(Some(Choice::Any), None)]);
    media.process(Processing::default());
    opened(&mut media, DeviceKind::Microphone);
    assert_eq!(media.reconcile(BOTH), [], "nothing has changed");
}

#[test]
fn what_is_done_to_the_sound_opens_no_microphone() {
    let raw = Processing { echo_cancellation: false, ..Processing::default() };
    let mut media = LocalMedia::default();
    media.process(raw);
    assert_eq!(media.reconcile(NONE), []);
    media.reconcile(BOTH);
    media.handle(DeviceEvent::Failed { kind: DeviceKind::Microphone, problem: DeviceProblem::Denied });
    media.process(Processing::default());
    assert_eq!(media.reconcile(BOTH), [], "a person has said no");
}

#[test]
fn a_flip_goes_to_the_back_and_to_the_front_again() {
    let mut media = on();
    let facing = |facing| open(None, Some(Choice::Facing(facing)));
    media.flip();
    media.flip();
    assert_eq!(media.reconcile(BOTH), [facing(Facing::Back)], "pressed twice before anything was seen");
    assert_eq!(media.facing(), None, "not before it is there");
    media.handle(DeviceEvent::Opened { kind: DeviceKind::Camera, id: Some("rear".into()), facing: None });
    assert_eq!(media.facing(), Some(Facing::Back), "what was asked for, where the browser does not tell");
    assert_eq!(media.selected(Part::Camera), Some("rear"));
    media.reconcile(NONE);
    assert_eq!(media.reconcile(BOTH).len(), 1, "off and on again");
    opened(&mut media, DeviceKind::Microphone);
    media.handle(DeviceEvent::Opened { kind: DeviceKind::Camera, id: Some("rear".into()), facing: None });
    assert_eq!(media.facing(), Some(Facing::Back), "it is the same one");
    media.flip();
    assert_eq!(media.reconcile(BOTH), [facing(Facing::Front)]);
    media.handle(DeviceEvent::Opened { kind: DeviceKind::Camera, id: None, facing: Some(Facing::Front) });
    assert_eq!(media.facing(), Some(Facing::Front));
}

#[test]
fn another_camera_is_not_taken_to_look_as_the_last_one() {
    let mut media = on();
    media.flip();
    media.reconcile(BOTH);
    media.handle(DeviceEvent::Opened { kind: DeviceKind::Camera, id: Some("rear".into()), facing: None });
    media.select(Part::Camera, None);
    media.reconcile(BOTH);
    opened(&mut media, DeviceKind::Camera);
    assert_eq!(media.facing(), None);
}

#[test]
fn there_is_something_to_flip_to_where_there_are_two_cameras() {
    let one = [listed(Part::Camera, "one"), listed(Part::Microphone, "one")];
    let two = [listed(Part::Camera, "one"), listed(Part::Camera, "two")];
    assert!(can_flip(Some(Facing::Front), &two, false));
    assert!(can_flip(None, &two, true), "a phone that does not tell");
    assert!(!can_flip(None, &two, false), "a desk");
    assert!(!can_flip(Some(Facing::Front), &one, true));
}

#[test]
fn a_chosen_speaker_is_used_while_it_is_there() {
    let remembered = Remembered { speaker: Some("box".into()), ..Remembered::default() };
    let mut media = LocalMedia::new(&remembered);
    let play_on = |speaker: Option<&str>| DeviceOp::PlayOn(speaker.map(str::to_owned));
    assert_eq!(media.reconcile(NONE), [], "not known to be there");
    media.handle(DeviceEvent::Listed(vec![listed(Part::Speaker, "box"), listed(Part::Microphone, "mug")]));
    assert_eq!(media.reconcile(NONE), [play_on(Some("box"))]);
    assert_eq!(media.reconcile(NONE), [], "told twice");
    media.handle(DeviceEvent::Listed(vec![listed(Part::Microphone, "mug")]));
    assert_eq!(media.reconcile(NONE), [play_on(None)]);
    assert_eq!(media.selected(Part::Speaker), Some("box"), "the choice stands");
    media.select(Part::Speaker, Some("mug".into()));
    assert_eq!(media.reconcile(NONE), [], "what captures does not play");
    media.handle(DeviceEvent::Listed(vec![listed(Part::Speaker, "box")]));
    media.select(Part::Speaker, Some("box".into()));
    assert_eq!(media.reconcile(NONE), [play_on(Some("box"))]);
    media.select(Part::Speaker, None);
    assert_eq!(media.reconcile(NONE), [play_on(None)]);
}

#[test]
fn what_is_plugged_in_after_the_first_list_is_offered_until_it_is_answered() {
    let mut media = LocalMedia::default();
    let built_in = listed(Part::Microphone, "built-in");
    let headset = listed(Part::Microphone, "headset");
    media.handle(DeviceEvent::Listed(vec![built_in.clone(), headset.clone()]));
    assert_eq!(media.plugged(), None, "the first list");
    media.handle(DeviceEvent::Listed(vec![built_in.clone()]));
    media.handle(DeviceEvent::Listed(vec![built_in.clone(), headset.clone()]));
    assert_eq!(media.plugged(), Some("headset"));
    assert_eq!(media.take_plugged(), Some(vec![headset.clone()]));
    media.handle(DeviceEvent::Listed(vec![built_in, headset]));
    assert_eq!(media.plugged(), None, "answered once");
}

#[test]
fn a_chosen_device_that_is_back_is_offered_only_if_it_is_missed() {
    let listed =
        |ids: &[&str]| DeviceEvent::Listed(ids.iter().map(|id| listed(Part::Microphone, id)).collect());
    let mut media =
        LocalMedia::new(&Remembered { microphone: Some("headset".into()), ..Remembered::default() });
    media.handle(listed(&["built-in"]));
    media.handle(listed(&["built-in", "headset"]));
    assert_eq!(media.plugged(), None, "it is opened by itself");
    media.handle(listed(&["built-in"]));
    media.handle(DeviceEvent::Failed { kind: DeviceKind::Microphone, problem: DeviceProblem::Unplugged });
    media.handle(listed(&["built-in", "headset"]));
    assert_eq!(media.plugged(), Some("headset"));
}
