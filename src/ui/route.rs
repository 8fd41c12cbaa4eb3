//! Which page an address means.

use crate::protocol::{Room, RoomCode, RoomCodeError};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    Home,
    /// An invitation, `/r/CODE`, or what is left of one.
    Room(Result<RoomCode, RoomCodeError>),
    /// The photo booth, which needs nobody else.
    Booth,
    /// The doctor, who needs nobody else either.
    Check,
    NotFound,
}

/// The path of the photo booth.
pub const BOOTH: &str = "/booth";
/// The path of the doctor.
pub const CHECK: &str = "/check";

impl Route {
    #[must_use]
    pub fn parse(path: &str) -> Self {
        let path = path.trim_end_matches('/');
        match path.strip_prefix("/r/") {
            Some(code) if !code.contains('/') => Self::Room(RoomCode::parse(&code.replace("%20", ""))),
            None if path.is_empty() => Self::Home,
            None if path == BOOTH => Self::Booth,
            None if path == CHECK => Self::Check,
            _ => Self::NotFound,
        }
    }

    /// Whether this page is one beside the rooms: none is left for it.
    #[must_use]
    pub fn is_aside(&self) -> bool {
        matches!(self, Self::Booth | Self::Check)
    }

    /// Whether a page with this address may show this room.
    #[must_use]
    pub fn leads_to(&self, room: &Room) -> bool {
        match (self, room) {
            (Self::Home, Room::Lobby) | (Self::Booth | Self::Check, _) => true,
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
    fn the_pages_beside_the_rooms_have_addresses() {
        assert_eq!(Route::parse(BOOTH), Route::Booth);
        assert_eq!(Route::parse("/booth/"), Route::Booth);
        assert_eq!(Route::parse(CHECK), Route::Check);
    }

    #[test]
    fn an_address_leads_to_one_room_and_a_page_beside_them_to_any() {
        let [own, other] = ["k7qm-0xpd-1wzt", "k7qm-0xpd-1wza"].map(|code| RoomCode::parse(code).unwrap());
        let leads = |path: &str| {
            [Room::Lobby, Room::Private(own), Room::Private(other)]
                .map(|room| Route::parse(path).leads_to(&room))
        };
        assert_eq!(leads("/"), [true, false, false]);
        assert_eq!(leads("/r/k7qm-0xpd-1wzt"), [false, true, false]);
        assert_eq!(leads("/r/k7qm"), [false; 3]);
        assert_eq!(leads(BOOTH), [true; 3]);
        assert_eq!(leads(CHECK), [true; 3]);
    }

    #[test]
    fn anything_else_is_nowhere() {
        for path in ["/r", "/rooms", "/r/a/b", "/booth/1", "/booths", "/checks", "/favicon.ico"] {
            assert_eq!(Route::parse(path), Route::NotFound, "{path}");
        }
    }
}
