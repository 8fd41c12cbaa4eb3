//! The facade to what only a browser can do. One API, two implementations: [`browser`] in the page, [`inert`]
//! for server-side rendering and native tests, where nothing ever happens.

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(not(feature = "hydrate"))]
mod inert;

#[cfg(feature = "hydrate")]
pub use browser::{Erased, Examiner, IntoFirst, IntoFresh, Performer, Photo, Platform};
#[cfg(not(feature = "hydrate"))]
pub use inert::{Erased, Examiner, IntoFirst, IntoFresh, Performer, Photo, Platform};

use crate::protocol::PeerId;

/// A stream that a video element can show. The platform keeps the browser's handles; the rest of the front end
/// knows streams by this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StreamKey {
    LocalCamera,
    LocalScreen,
    /// The own camera, as the doctor sees it.
    Examined,
    RemoteCamera(PeerId),
    RemoteScreen(PeerId),
}

/// A picture that was taken. It is there for as long as its [`Photo`] lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shot {
    /// An address of the page's own.
    pub url: String,
    /// As a file.
    pub name: String,
    pub width: u32,
    pub height: u32,
}

/// What the browser lets notifications do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NotificationPermission {
    /// This browser has none, or the page is not in a secure context.
    #[default]
    Unsupported,
    NotAsked,
    Granted,
    Denied,
}
