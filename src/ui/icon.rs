//! The icons: one set, drawn for a square of 24 with one stroke. They say nothing by themselves; what they
//! stand in has a name.

use leptos::prelude::*;

use crate::platform::IntoFirst;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyph {
    Ban,
    Bell,
    Camera,
    CameraOff,
    Chat,
    Check,
    Clock,
    Close,
    Copy,
    Door,
    Eye,
    EyeOff,
    Fill,
    Flip,
    File,
    HangUp,
    In,
    Microphone,
    MicrophoneOff,
    More,
    Out,
    Pause,
    Phone,
    Plug,
    Play,
    Photo,
    Record,
    Save,
    Screen,
    ScreenOff,
    Search,
    Send,
    Share,
    Sliders,
    Smile,
    Speaker,
    Warning,
    Window,
}

impl Glyph {
    const fn path(self) -> &'static str {
        match self {
            Self::Ban => "M12 3.5a8.5 8.5 0 1 1 0 17a8.5 8.5 0 0 1 0-17M6 6l12 12",
            Self::Bell => "M6 16.5V11a6 6 0 1 1 12 0v5.5l1.5 1.5h-15zM10 20.7a2.3 2.3 0 0 0 4 0",
            Self::Camera => {
                "M5 6.5h8a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2M15 10.8l6-3.3v9l-6-3.3"
            }
            Self::CameraOff => {
                "M8.5 6.5H13a2 2 0 0 1 2 2v2.3l6-3.3v9l-3.2-1.8M14.5 16.9a2 2 0 0 1-1.5.6H5a2 2 0 0 1-2-2v-7a2 2 \
                 0 0 1 1.6-2M3 3l18 18"
            }
            Self::Chat => {
                "M5 5h14a1.5 1.5 0 0 1 1.5 1.5v8A1.5 1.5 0 0 1 19 16h-7l-4.5 4v-4H5a1.5 1.5 0 0 1-1.5-1.5v-8A1.5 1.5 0 0 1 5 5"
            }
            Self::Check => "M5 12.5l4.5 4.5L19 7.5",
            Self::Clock => "M12 3.5a8.5 8.5 0 1 1 0 17a8.5 8.5 0 0 1 0-17M12 7.5V12l3 2",
            Self::Close => "M6 6l12 12M18 6L6 18",
            Self::Copy => {
                "M10 9h8.5a1 1 0 0 1 1 1v8.5a1 1 0 0 1-1 1H10a1 1 0 0 1-1-1V10a1 1 0 0 1 1-1M5.5 15a1 1 0 0 \
                 1-1-1V5.5a1 1 0 0 1 1-1H14a1 1 0 0 1 1 1"
            }
            Self::Door => "M12.5 4.5h-6a1 1 0 0 0-1 1v13a1 1 0 0 0 1 1h6M10 12h10M16.5 8.5L20 12l-3.5 3.5",
            Self::Eye => {
                "M2.5 12s3.5-6.5 9.5-6.5s9.5 6.5 9.5 6.5s-3.5 6.5-9.5 6.5S2.5 12 2.5 12M12 9a3 3 0 1 1 0 6a3 3 0 0 1 0-6"
            }
            Self::EyeOff => {
                "M9.9 5.7a9 9 0 0 1 2.1-.2c6 0 9.5 6.5 9.5 6.5a16 16 0 0 1-2.6 3.3M14.6 18.1a9 9 0 0 1-2.6.4C6 18.5 2.5 12 2.5 12a16 16 0 0 1 4-4.4M3 3l18 18"
            }
            Self::Fill => {
                "M4 9V5a1 1 0 0 1 1-1h4M15 4h4a1 1 0 0 1 1 1v4M20 15v4a1 1 0 0 1-1 1h-4M9 20H5a1 1 0 0 1-1-1v-4"
            }
            Self::File => {
                "M19 11.2l-7.4 7.4a4.6 4.6 0 0 1-6.5-6.5l7.8-7.8a3.1 3.1 0 0 1 4.4 4.4l-7.7 7.7a1.5 1.5 0 0 1-2.2-2.2l7-7"
            }
            Self::Flip => {
                "M4.5 10.5A7.7 7.7 0 0 1 18.6 8.3M19.5 4.3v4h-4M19.5 13.5A7.7 7.7 0 0 1 5.4 15.7M4.5 19.7v-4h4"
            }
            Self::HangUp => {
                "M3 14.6c0-3.7 4-6.1 9-6.1s9 2.4 9 6.1v1.2a1.2 1.2 0 0 1-1.4 1.2l-3.2-.6a1.2 1.2 0 0 \
                 1-1-1.2v-2.1a10.7 10.7 0 0 0-6.8 0v2.1a1.2 1.2 0 0 1-1 1.2l-3.2.6A1.2 1.2 0 0 1 3 15.8z"
            }
            Self::In => "M17.5 6.5l-11 11M6.5 9v8.5H15",
            Self::Microphone => {
                "M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3M5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21"
            }
            Self::MicrophoneOff => {
                "M9.2 5A3 3 0 0 1 15 6v4.8M14.2 13.1A3 3 0 0 1 9 11V9M5.5 11a6.5 6.5 0 0 0 10.9 4.7M18.5 \
                 11a6.5 6.5 0 0 1-.4 2.3M12 17.5V21M3 3l18 18"
            }
            Self::More => {
                "M6.5 12a1 1 0 1 1-2 0a1 1 0 0 1 2 0M13 12a1 1 0 1 1-2 0a1 1 0 0 1 2 0M19.5 12a1 1 0 1 1-2 0a1 1 0 0 1 2 0"
            }
            Self::Out => "M6.5 17.5l11-11M9 6.5h8.5V15",
            Self::Pause => "M8.5 5.5v13M15.5 5.5v13",
            Self::Phone => {
                "M6.6 3.5h2.3a1 1 0 0 1 1 .8l.8 3.4a1 1 0 0 1-.3 1L8.6 10.5a13 13 0 0 0 5 5l1.8-1.8a1 \
                 1 0 0 1 1-.3l3.4.8a1 1 0 0 1 .8 1v2.3a2 2 0 0 1-2.1 2A16.6 16.6 0 0 1 4.6 5.6a2 2 0 0 1 2-2.1z"
            }
            Self::Plug => "M9 3.5v4M15 3.5v4M6.5 7.5h11V11a5.5 5.5 0 0 1-11 0zM12 16.5v4",
            Self::Play => "M8 5.5v13l10.5-6.5z",
            Self::Photo => {
                "M4.5 7.5h3l1.5-2.5h6l1.5 2.5h3a1.5 1.5 0 0 1 1.5 1.5v9a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 \
                 18V9a1.5 1.5 0 0 1 1.5-1.5M12 9.5a3.7 3.7 0 1 1 0 7.4a3.7 3.7 0 0 1 0-7.4"
            }
            Self::Record => "M12 5.5a6.5 6.5 0 1 1 0 13a6.5 6.5 0 0 1 0-13",
            Self::Save => "M12 4v11M8 11l4 4l4-4M5 19.5h14",
            Self::Screen => {
                "M4.5 5h15a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1h-15a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1M9 20.5h6M12 14V8.5M9.5 11L12 8.5l2.5 2.5"
            }
            Self::ScreenOff => {
                "M4.5 5h15a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1h-15a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1M9 20.5h6M9.5 8.5l5 5M14.5 8.5l-5 5"
            }
            Self::Search => "M11 4.5a6.5 6.5 0 1 1 0 13a6.5 6.5 0 0 1 0-13M16 16l4.5 4.5",
            Self::Send => "M3.5 12L20.5 4.5l-4.5 15l-4.5-6zM11.5 13.5l9-9",
            Self::Share => {
                "M12 15V4M8 7.5l4-4l4 4M7 11H6a1 1 0 0 0-1 1v7a1 1 0 0 0 1 1h12a1 1 0 0 0 1-1v-7a1 1 0 0 0-1-1h-1"
            }
            Self::Sliders => "M4 7.5h8M18 7.5h2M4 16.5h2M12 16.5h8M15 5.5v4M9 14.5v4",
            Self::Smile => {
                "M12 3.5a8.5 8.5 0 1 1 0 17a8.5 8.5 0 0 1 0-17M8.5 14.2a4.2 4.2 0 0 0 7 0M9.2 9.7v.01M14.8 9.7v.01"
            }
            Self::Speaker => {
                "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a7.8 7.8 0 0 1 0 11"
            }
            Self::Warning => "M12 4L2.8 19.5h18.4zM12 10v4.5M12 17v.01",
            Self::Window => {
                "M10 18.5H4.5a1 1 0 0 1-1-1v-11a1 1 0 0 1 1-1h15a1 1 0 0 1 1 1V10M13.5 13.5h7v5h-7z"
            }
        }
    }
}

#[component]
pub fn Icon(glyph: Glyph) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
            <path d=glyph.path()/>
        </svg>
    }
    .into_first()
}
