//! What follows from the state after every input: which devices are open, what is heard, what is shown.

use super::{
    Phone, Place, Time,
    active::{ActiveCall, ControlState, Stage},
    control::Control,
    effect::{DeviceOp, Effect, Notification, OnTheKeys, PairOp, Sound},
    local::{Part, Wanted},
    pair::PairId,
    view::{CallView, LocalView, ParticipantView},
};

impl Phone {
    /// Brings everything that follows from the state in line with it.
    pub(super) fn settle(&mut self, now: Time) {
        self.settle_link(now);
        self.settle_devices();
        self.settle_announcement();
        self.settle_recording(now);
        self.settle_encodings(now);
        self.settle_panes();
        self.settle_preferences();
        self.settle_sound();
        self.settle_wakefulness();
        self.settle_keys();
        self.settle_notification();
        self.settle_seat();
        self.settle_files();
    }

    fn settle_seat(&mut self) {
        let seat = self.seat();
        if self.seat != seat {
            self.seat.clone_from(&seat);
            self.emit(Effect::KeepSeat(seat));
        }
    }

    fn settle_devices(&mut self) {
        let wanted = self.wanted();
        // In a room whatever is plugged in is offered, and a chosen speaker rings.
        let is_told = wanted != Wanted::default() || self.is_inside();
        if is_told && !std::mem::replace(&mut self.listing, true) {
            self.emit(Effect::Device(DeviceOp::List));
        }
        // Somebody who talks while muted is told so.
        let measured = self.preview || (self.talks() && self.local.is_silent());
        if std::mem::replace(&mut self.measured, measured) != measured {
            self.emit(Effect::Device(DeviceOp::Measure(measured)));
        }
        for op in self.local.reconcile(wanted) {
            self.emit(Effect::Device(op));
        }
    }

    fn wanted(&self) -> Wanted {
        let microphone = self.remembered.use_microphone.unwrap_or(true);
        match &self.call {
            Some(call) if call.is_agreed() => Wanted { microphone, camera: call.camera, screen: call.screen },
            // Nobody hears what is said in there.
            _ if self.booth => Wanted { microphone: false, camera: true, screen: false },
            _ if self.preview => {
                let camera = self.remembered.use_camera.unwrap_or(true);
                Wanted { microphone, camera, screen: false }
            }
            _ => Wanted::default(),
        }
    }

    /// Tells the others what this side sends, when it has changed.
    fn settle_announcement(&mut self) {
        let state = self.local.announced();
        let Some(call) = self.call.as_mut().filter(|call| call.announced != Some(state)) else { return };
        call.announced = Some(state);
        let open = call.others.iter().filter(|other| other.control == ControlState::Open);
        let pairs: Vec<PairId> = open.filter_map(|other| other.pair_id()).collect();
        for pair in pairs {
            self.emit(Effect::Pair { pair, op: PairOp::Control(Control::State(state)) });
        }
    }

    fn talks(&self) -> bool {
        self.call.as_ref().is_some_and(|call| call.is_agreed() && call.connected_since.is_some())
    }

    /// Nobody touches a phone that shows a face.
    fn settle_wakefulness(&mut self) {
        let awake = self.call.as_ref().is_some_and(ActiveCall::is_agreed);
        if std::mem::replace(&mut self.awake, awake) != awake {
            self.emit(Effect::KeepAwake(awake));
        }
    }

    fn settle_keys(&mut self) {
        let call = self.call.as_ref().filter(|call| call.is_agreed());
        let call = call.and_then(|call| Some((call.first()?.nickname.to_string(), call.camera)));
        let keys = call.map(|(with, camera)| OnTheKeys { with, muted: self.local.is_silent(), camera });
        if self.keys != keys {
            self.keys.clone_from(&keys);
            self.emit(Effect::OnTheKeys(keys));
        }
    }

    fn settle_sound(&mut self) {
        let sound = match self.call.as_ref().map(|call| &call.stage) {
            _ if self.preferences().silent => Sound::Silence,
            Some(Stage::Incoming { .. }) => Sound::Ring,
            Some(Stage::Outgoing { ringing: true, .. }) => Sound::RingBack,
            _ => Sound::Silence,
        };
        if self.sound != sound {
            self.sound = sound;
            self.emit(Effect::Sound(sound));
        }
    }

    /// Notifications are for a person who looks elsewhere: an incoming call, then that it was missed.
    fn settle_notification(&mut self) {
        let incoming = self.call.as_ref().and_then(|call| match call.stage {
            Stage::Incoming { media, .. } => {
                call.first().map(|other| Notification::Incoming { from: other.nickname.clone(), media })
            }
            _ => None,
        });
        let rang = matches!(self.notification, Some(Notification::Incoming { .. }));
        let notification = match (incoming, &self.notification) {
            _ if self.preferences().unannounced => None,
            (Some(incoming), _) => Some(incoming),
            (None, Some(missed @ Notification::Missed { .. })) if self.hidden => Some(missed.clone()),
            (None, Some(Notification::Incoming { from, .. }))
                if rang && self.hidden && self.was_missed(from) =>
            {
                Some(Notification::Missed { from: from.clone() })
            }
            _ => None,
        };
        if self.notification != notification {
            self.notification.clone_from(&notification);
            self.emit(Effect::Notify(notification));
        }
    }

    fn was_missed(&self, from: &crate::protocol::Nickname) -> bool {
        self.missed.first().is_some_and(|missed| !missed.outgoing && missed.nickname == *from)
    }

    pub(super) fn local_view(&self) -> LocalView {
        let agreed = self.call.as_ref().filter(|call| call.is_agreed());
        LocalView {
            microphone: self.local.microphone(),
            camera: self.local.camera(),
            sharing: self.local.sharing(),
            muted: self.local.muted(),
            pressed: self.local.muted() && !self.local.is_silent(),
            use_microphone: self.remembered.use_microphone.unwrap_or(true),
            use_camera: agreed.map_or(self.remembered.use_camera.unwrap_or(true), |call| call.camera),
            preview: self.preview,
            devices: self.local.listed().to_vec(),
            selected_microphone: self.local.selected(Part::Microphone).map(str::to_owned),
            selected_camera: self.local.selected(Part::Camera).map(str::to_owned),
            selected_speaker: self.local.selected(Part::Speaker).map(str::to_owned),
            facing: self.local.facing(),
            plugged: self.local.plugged().map(str::to_owned),
        }
    }

    pub(super) fn call_view(call: &ActiveCall) -> CallView {
        let others = call.others.iter().map(|other| ParticipantView {
            peer: other.peer,
            nickname: other.nickname.clone(),
            media: other.media,
            relayed: other.relayed,
            hidden: other.pair.as_ref().is_some_and(|pair| pair.ice.relay_only),
            bars: other.bars(),
            speaks: other.is_heard_speaking(),
            pictures: other.pictures.told(),
            recording: other.recording,
        });
        CallView {
            call: call.id,
            status: call.status(),
            others: others.collect(),
            setup: call.setup,
            tap_to_hear: call.tap_to_hear,
        }
    }

    /// Whether anybody has entered, or is about to.
    #[must_use]
    pub fn is_inside(&self) -> bool {
        matches!(self.place, Place::Inside(_))
    }
}
