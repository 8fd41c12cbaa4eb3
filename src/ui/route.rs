//! Which page an address means.

use crate::protocol::{Room, RoomCode, RoomCodeError};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    Home,
    /// An invitation, `/r/CODE`, or what is left of one.
    Room(Result<RoomCode, RoomCodeError>),
    /// The photo booth, which needs nobody else.
    Booth,
    NotFound,
}

/// The path of the photo booth.
pub const BOOTH: &str = "/booth";

impl Route {
    #[must_use]
    pub fn parse(path: &str) -> Self {
        let path = path.trim_end_matches('/');
        match path.strip_prefix("/r/") {
            Some(code) if !code.contains('/') => Self::Room(RoomCode::parse(&code.replace("%20", ""))),
            None if path.is_empty() => Self::Home,
            None if path == BOOTH => Self::Booth,
            _ => Self::NotFound,
        }
    }

    /// Whether a page with this address may show this room. A room is not left for the photo booth.
    #[must_use]
    pub fn leads_to(&self, room: &Room) -> bool {
        match (self, room) {
            (Self::Home, Room::Lobby) | (Self::Booth, _) => true,
            (Self::Room(Ok(code)), Room::Private(own)) => code == own,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_home() {
        assert_eq!(Route::parse("/"), Route::Home);
        assert_eq!(Route::parse(""), Route::Home);
    }

    #[test]
    fn an_invitation_is_read_as_forgivingly_as_a_typed_code() {
        let code = RoomCode::parse("k7qm-0xpd-1wzt").unwrap();
        for path in ["/r/k7qm-0xpd-1wzt", "/r/K7QM0XPD1WZT/", "/r/k7qm%200xpd%201wzt"] {
            assert_eq!(Route::parse(path), Route::Room(Ok(code)), "{path}");
        }
    }

    #[test]
    fn a_broken_invitation_says_what_is_wrong_with_it() {
        assert_eq!(Route::parse("/r/k7qm"), Route::Room(Err(RoomCodeError::Length(4))));
    }

    #[test]
    fn the_photo_booth_has_an_address() {
        assert_eq!(Route::parse(BOOTH), Route::Booth);
        assert_eq!(Route::parse("/booth/"), Route::Booth);
    }

    #[test]
    fn an_address_leads_to_one_room_and_the_photo_booth_to_any() {
        let [own, other] = ["k7qm-0xpd-1wzt", "k7qm-0xpd-1wza"].map(|code| RoomCode::parse(code).unwrap());
        let leads = |path: &str| {
            [Room::Lobby, Room::Private(own), Room::Private(other)]
                .map(|room| Route::parse(path).leads_to(&room))
        };
        assert_eq!(leads("/"), [true, false, false]);
        assert_eq!(leads("/r/k7qm-0xpd-1wzt"), [false, true, false]);
        assert_eq!(leads("/r/k7qm"), [false; 3]);
        assert_eq!(leads(BOOTH), [true; 3]);
    }

    #[test]
    fn anything_else_is_nowhere() {
        for path in ["/r", "/rooms", "/r/a/b", "/booth/1", "/booths", "/favicon.ico"] {
            assert_eq!(Route::parse(path), Route::NotFound, "{path}");
        }
    }
}
