//! A picture of the other side of a call. Whoever is in it is told.

use leptos::prelude::*;

use super::{
    icon::{Glyph, Icon},
    live::{live, memo},
    words,
};
use crate::{
    call::{
        control::CameraState,
        input::Action,
        status::CallStatus,
        view::{CallView, ParticipantView},
    },
    look::Look,
    platform::{IntoFresh, Photo, Shot, StreamKey},
    session::Session,
};

/// The last picture that was taken, until it is put away.
#[derive(Clone, Copy)]
pub struct Album {
    kept: RwSignal<Option<Kept>>,
    photo: StoredValue<Option<Photo>, LocalStorage>,
}

#[derive(Clone, Debug, PartialEq)]
struct Kept {
    of: String,
    shot: Shot,
}

impl Album {
    #[must_use]
    pub fn new() -> Self {
        Self { kept: RwSignal::new(None), photo: StoredValue::new_local(None) }
    }

    /// What the button does, and the key P. It is told before it is done: nobody is in a picture and does not know.
    pub fn take(self, session: Session) {
        let (Some(platform), Some(ParticipantView { peer, nickname, .. })) =
            (session.platform(), untrack(|| session.call.with(|call| in_view(call.as_ref()))))
        else {
            return;
        };
        session.act(Action::TakePicture { of: peer });
        platform.photograph(StreamKey::RemoteCamera(peer), Look::Plain, false, move |photo| {
            self.keep(nickname.to_string(), photo);
        });
    }

    fn keep(self, of: String, photo: Option<Photo>) {
        if let Some(photo) = photo {
            let kept = Kept { of, shot: photo.0.clone() };
            // The screen first: the earlier picture must not be shown when it is gone.
            if self.kept.try_set(Some(kept)).is_none() {
                self.photo.set_value(Some(photo));
            }
        }
    }

    fn put_away(self) {
        self.kept.set(None);
        self.photo.set_value(None);
    }
}

/// Whoever can be seen now.
fn in_view(call: Option<&CallView>) -> Option<ParticipantView> {
    let call = call.filter(|call| matches!(call.status, CallStatus::Connected { .. }))?;
    call.others.iter().find(|other| other.media.camera == CameraState::On).cloned()
}

#[component]
pub fn PhotoButton(album: Album) -> impl IntoView {
    let session = expect_context::<Session>();
    let seen = memo(move || session.call.with(|call| in_view(call.as_ref()).is_some()));
    view! {
        <button
            type="button"
            class="button"
            title="Take a picture of the other side (P)"
            disabled=live(move || !seen.get())
            on:click=move |_| album.take(session)
        >
            <Icon glyph=Glyph::Photo/>
            "Take a picture"
        </button>
    }
    .into_fresh()
}

/// The picture, and what to do with it.
#[component]
pub fn LastPhoto(album: Album) -> impl IntoView {
    let session = expect_context::<Session>();
    view! {
        <p class="visually-hidden" role="status">
            {live(move || album.kept.get().map(|kept| words::picture_of(&kept.of)).unwrap_or_default())}
        </p>
        {live(move || album.kept.get().map(|Kept { of, shot }| {
            let Shot { url, width, height, .. } = shot.clone();
            let save = move |_| {
                if let Some(platform) = session.platform() {
                    platform.save_picture(&shot);
                }
            };
            view! {
                <section class="last-photo" aria-label="Your picture of the call">
                    <img src=url alt=format!("{of}, as taken just now") width=width height=height/>
                    <p>{words::picture_of(&of)}</p>
                    <button type="button" class="button" on:click=save>
                        <Icon glyph=Glyph::Save/>
                        "Save picture"
                    </button>
                    <button
                        type="button"
                        class="round round--quiet"
                        aria-label="Throw the picture away"
                        on:click=move |_| album.put_away()
                    >
                        <Icon glyph=Glyph::Close/>
                    </button>
                </section>
            }
            .into_fresh()
        }))}
    }
    .into_fresh()
}

/// That others have taken one.
#[component]
pub fn PictureTaken() -> impl IntoView {
    let session = expect_context::<Session>();
    let told = memo(move || session.call.with(|call| told(call.as_ref())));
    view! {
        <div class="taken" role="status">
            {live(move || told.get().map(|words| view! {
                <p class="badge"><Icon glyph=Glyph::Photo/>{words}</p>
            }.into_fresh()))}
        </div>
    }
    .into_fresh()
}

fn told(call: Option<&CallView>) -> Option<String> {
    let other = call?.others.iter().find(|other| other.pictures > 0)?;
    Some(words::picture_taken(other.nickname.as_str(), other.pictures))
}
