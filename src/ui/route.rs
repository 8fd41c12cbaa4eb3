//! Which page an address means.

use crate::protocol::{RoomCode, RoomCodeError};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    Home,
    /// An invitation, `/r/CODE`, or what is left of one.
    Room(Result<RoomCode, RoomCodeError>),
    NotFound,
}

impl Route {
    #[must_use]
    pub fn parse(path: &str) -> Self {
        let path = path.trim_end_matches('/');
        match path.strip_prefix("/r/") {
            Some(code) if !code.contains('/') => Self::Room(RoomCode::parse(&code.replace("%20", ""))),
            None if path.is_empty() => Self::Home,
            _ => Self::NotFound,
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
    fn anything_else_is_nowhere() {
        for path in ["/r", "/rooms", "/r/a/b", "/favicon.ico"] {
            assert_eq!(Route::parse(path), Route::NotFound, "{path}");
        }
    }
}
