//! The other side: their picture, or who they are while there is none.

use leptos::{html, prelude::*};

use super::{
    avatar::Avatar,
    live::{live, memo},
};
use crate::{
    call::{
        control::CameraState,
        input::Action,
        view::{CallView, ParticipantView},
    },
    platform::{IntoFresh, StreamKey},
    protocol::PeerId,
    session::Session,
};

#[component]
pub fn RemotePane(other: ParticipantView) -> impl IntoView {
    let session = expect_context::<Session>();
    let ParticipantView { peer, nickname, .. } = other;
    let video = NodeRef::<html::Video>::new();
    if let Some(platform) = session.platform() {
        platform.attach(StreamKey::RemoteCamera(peer), video);
        // Not while the connection is made: whoever waits for a face has no time for this.
        let seen =
            memo(move || session.call.with(|call| call.as_ref().is_some_and(|call| call.setup.is_some())));
        Effect::new(move |_| {
            if seen.get() {
                platform.watch_size(video, move |size| session.act(Action::Show { peer, size }));
            }
        });
    }
    let camera = memo(move || session.call.with(|call| camera(call.as_ref(), peer)));
    let speaks = memo(move || {
        session.call.with(|call| participant(call.as_ref(), peer).is_some_and(|other| other.speaks))
    });
    let name = nickname.to_string();
    let tall = RwSignal::new(false);
    let measure = move |_| {
        if let Some(video) = video.get_untracked() {
            tall.set(video.video_height() > video.video_width());
        }
    };
    view! {
        <div
            class="remote"
            data-camera=live(move || if camera.get() == CameraState::On { "on" } else { "off" })
            data-speaks=live(move || if speaks.get() { "yes" } else { "no" })
        >
            <video
                data-testid="remote-video"
                aria-label=format!("Picture of {name}")
                data-shape=live(move || if tall.get() { "tall" } else { "wide" })
                autoplay
                playsinline
                node_ref=video
                on:resize=measure
            ></video>
            <Avatar name/>
        </div>
    }
    .into_fresh()
}

fn camera(call: Option<&CallView>, peer: PeerId) -> CameraState {
    participant(call, peer).map(|other| other.media.camera).unwrap_or_default()
}

fn participant(call: Option<&CallView>, peer: PeerId) -> Option<&ParticipantView> {
    call?.others.iter().find(|other| other.peer == peer)
}
