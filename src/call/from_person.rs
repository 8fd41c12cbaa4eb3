//! What a person asks for.

use super::{
    Phone, Place, Time, Wish,
    active::{ActiveCall, Other, Stage},
    contacts::is_blocked,
    effect::{Effect, Seat},
    input::Action,
    local::{DeviceInfo, DeviceKind, Part},
    pair::{Pair, PairId},
    status::Ended,
};
use crate::protocol::{Availability, CallId, ClientMessage, Media, PeerId, Room};

/// How many blocked nicknames a device remembers; the oldest gives way.
const BLOCKED_MOST: usize = 200;

impl Phone {
    pub(super) fn person_asks(&mut self, action: Action, now: Time) {
        match action {
            Action::ChooseDevices { microphone, camera } => self.choose_devices(microphone, camera),
            Action::SelectDevice { part, id } => self.select_device(part, id),
            Action::UsePlugged(used) => self.use_plugged(used),
            Action::Preview(on) => self.show_preview(on),
            Action::Booth(inside) => self.go_to_booth(inside),
            Action::Enter { room, nickname } => self.enter(room, nickname, now),
            Action::LeaveRoom => self.leave_room(now),
            Action::SetAvailability(availability) => self.set_availability(availability),
            Action::Call { peer, call, media, relay_only } => {
                self.place_call(peer, call, media, relay_only, now);
            }
            Action::Accept { media } => self.accept(media, now),
            Action::Decline => self.decline(now),
            Action::HangUp => self.hang_up(now),
            Action::DismissEnded => self.dismiss_ended(),
            Action::DismissMissed { id } => self.missed.retain(|missed| missed.id != id),
            Action::Mute(muted) => self.mute(muted),
            Action::PressToTalk(pressed) => self.press_to_talk(pressed),
            Action::Camera(on) => self.turn_camera(on),
            Action::FlipCamera => self.local.flip(),
            Action::ShareScreen(on) => self.share_screen(on),
            Action::Block(peer) => self.block(peer),
            Action::Unblock(nickname) => self.unblock(&nickname),
            Action::Write(text) => self.write(&text, now),
            Action::Typing => self.type_on(now),
            Action::ShowChat(shown) => self.show_chat(shown),
            Action::OfferFiles(picked) => self.offer_files(picked),
            Action::File { id, wish } => self.wish_of_file(id, wish),
            Action::TakePicture { of } => self.take_picture(of),
            Action::Record(on) => self.record(on, now),
            Action::Leftover { id, wish } => self.wish_of_leftover(id, wish),
            Action::DismissRecordingNote => self.put_recording_note_away(),
            Action::Show { peer, size } => _ = self.with_other(peer, |other| other.shown = Some(size)),
            Action::Prefer(preferences) => self.prefer(preferences),
            Action::KeepHistory(keep) => self.keep_history(keep),
            Action::ClearHistory => self.clear_history(),
            Action::RetryDevices => self.retry_devices(),
            Action::TapToHear => self.emit(Effect::Play),
        }
    }

    fn choose_devices(&mut self, microphone: bool, camera: bool) {
        self.remembered.use_microphone = Some(microphone);
        self.remembered.use_camera = Some(camera);
        self.show_preview(true);
        self.remember();
    }

    fn select_device(&mut self, part: Part, id: Option<String>) {
        match part {
            Part::Microphone => self.remembered.microphone.clone_from(&id),
            Part::Camera => self.remembered.camera.clone_from(&id),
            Part::Speaker => self.remembered.speaker.clone_from(&id),
        }
        // One that was chosen elsewhere than from the list may not be in it yet.
        self.listing &= id.as_ref().is_none_or(|id| self.local.listed().iter().any(|known| known.id == *id));
        self.local.select(part, id);
        self.remember();
    }

    fn use_plugged(&mut self, used: bool) {
        let devices = self.local.take_plugged().filter(|_| used).unwrap_or_default();
        for DeviceInfo { part, id, .. } in devices {
            self.select_device(part, Some(id));
        }
    }

    fn show_preview(&mut self, on: bool) {
        self.preview = on;
        self.local.retry(DeviceKind::Microphone);
        self.local.retry(DeviceKind::Camera);
    }

    fn go_to_booth(&mut self, inside: bool) {
        self.booth = inside;
        self.local.retry(DeviceKind::Camera);
    }

    fn enter(&mut self, room: Room, nickname: String, now: Time) {
        if !matches!(self.place, Place::Outside { .. }) {
            return;
        }
        self.remembered.nickname.clone_from(&nickname);
        self.remember();
        self.go_in(Wish { room, nickname, ticket: None, grant: None }, now);
    }

    /// The page was loaded again in the tab that has a place in a room.
    pub(super) fn resume(&mut self, seat: Seat, now: Time) {
        if matches!(self.place, Place::Outside { .. }) {
            let Seat { room, nickname, ticket, grant, standing, .. } = seat;
            self.stood = standing;
            self.go_in(Wish { room, nickname, ticket: Some(ticket), grant }, now);
        }
    }

    fn go_in(&mut self, wish: Wish, now: Time) {
        self.place = Place::Entering { wish, hello: None };
        let steps = self.link.open(now, &self.timeouts);
        self.walk(steps);
    }

    fn leave_room(&mut self, now: Time) {
        self.hang_up(now);
        self.call = None;
        self.send_if_online(ClientMessage::Goodbye {});
        self.go_outside(None);
    }

    fn set_availability(&mut self, availability: Availability) {
        if let Place::Inside(inside) = &mut self.place {
            inside.me.availability = availability;
            self.send_if_online(ClientMessage::SetAvailability { availability });
        }
    }

    /// Calling somebody who rings here is accepting.
    fn place_call(&mut self, peer: PeerId, call: CallId, media: Media, relay_only: bool, now: Time) {
        match &self.call {
            Some(current) if matches!(current.stage, Stage::Incoming { .. }) => {
                if current.other(peer).is_some() {
                    self.accept(media, now);
                }
                return;
            }
            Some(current) if !current.is_over() => return,
            _ => {}
        }
        let (Some(me), Some(nickname)) = (self.me(), self.contacts.nickname(peer).cloned()) else { return };
        if !self.link.is_online() {
            return;
        }
        self.missed.retain(|missed| missed.peer != peer);
        let invite = self.send(ClientMessage::Invite { call, peer, media });
        let give_up_at = now + self.timeouts.ring + self.timeouts.pong;
        let stage = Stage::Outgoing { media, invite, ringing: false, give_up_at };
        let mut other = Other::new(peer, nickname);
        let id = PairId { call, peer, generation: 0 };
        let (pair, outs) = Pair::offering(id, me, self.ice_for(relay_only));
        other.pair = Some(pair);
        other.next_generation = 1;
        let placed = ActiveCall::new(call, stage, vec![other], self.camera_for(media));
        self.begin(ActiveCall { relay_only, ..placed });
        self.perform(id, outs);
    }

    /// The camera goes on when both the call and the person's way in are with video.
    pub(super) fn camera_for(&self, media: Media) -> bool {
        media == Media::Video && self.remembered.use_camera.unwrap_or(true)
    }

    fn accept(&mut self, media: Media, now: Time) {
        let camera = self.camera_for(media);
        let Some(Stage::Incoming { .. }) = self.call.as_ref().map(|call| &call.stage) else { return };
        let Some(id) = self.call.as_ref().map(|call| call.id) else { return };
        let accept = self.link.is_online().then(|| self.send(ClientMessage::Accept { call: id, media }));
        if let Some(call) = &mut self.call {
            call.stage = Stage::Accepting { accept, media };
            call.camera = camera;
            call.answered_at = Some(now);
        }
        self.open_anew_if_outdated();
        self.retry_devices();
        self.agreed(now);
    }

    fn decline(&mut self, now: Time) {
        if let Some(Stage::Incoming { .. }) = self.call.as_ref().map(|call| &call.stage) {
            self.hang_up(now);
        }
    }

    /// Ends whatever there is, in the way its stage asks for.
    pub(super) fn hang_up(&mut self, now: Time) {
        let Some(call) = &self.call else { return };
        let id = call.id;
        match call.stage {
            Stage::Ended { .. } => return,
            Stage::Incoming { .. } => self.send_if_online(ClientMessage::Decline { call: id }),
            Stage::Outgoing { .. } | Stage::Accepting { .. } | Stage::Joined => {
                self.send_if_online(ClientMessage::Leave { call: id });
            }
        }
        self.say_goodbye(now);
        self.end_call(Ended::Here, now);
    }

    fn dismiss_ended(&mut self) {
        if self.call.as_ref().is_some_and(ActiveCall::is_over) {
            self.call = None;
        }
    }

    /// Unmuting somebody who came in just to listen opens the microphone.
    fn mute(&mut self, muted: bool) {
        if !muted {
            self.remembered.use_microphone = Some(true);
            self.local.retry(DeviceKind::Microphone);
        }
        if let Some(op) = self.local.mute(muted) {
            self.emit(Effect::Device(op));
        }
    }

    fn press_to_talk(&mut self, pressed: bool) {
        if let Some(op) = self.local.press(pressed) {
            self.emit(Effect::Device(op));
        }
    }

    fn share_screen(&mut self, on: bool) {
        if let Some(call) = &mut self.call {
            call.screen = on;
        }
    }

    fn turn_camera(&mut self, on: bool) {
        self.local.retry(DeviceKind::Camera);
        if let Some(call) = &mut self.call {
            call.camera = on;
        }
    }

    fn block(&mut self, peer: PeerId) {
        let Some(nickname) = self.contacts.nickname(peer) else { return };
        if is_blocked(&self.remembered.blocked, nickname) {
            return;
        }
        self.remembered.blocked.push(nickname.to_string());
        if self.remembered.blocked.len() > BLOCKED_MOST {
            self.remembered.blocked.remove(0);
        }
        self.contacts.touch();
        self.remember();
    }

    fn unblock(&mut self, nickname: &str) {
        self.remembered.blocked.retain(|blocked| blocked != nickname);
        self.contacts.touch();
        self.remember();
    }

    pub(super) fn remember(&mut self) {
        self.emit(Effect::Remember(self.remembered.clone()));
    }

    /// A call is a fresh wish: a device that failed before is tried again.
    pub(super) fn retry_devices(&mut self) {
        self.local.retry(DeviceKind::Microphone);
        self.local.retry(DeviceKind::Camera);
    }
}
