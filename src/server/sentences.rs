//! What the server says to people when it refuses something: what happened, and what to do.

use crate::protocol::{ErrorCode, Nickname, NicknameError, ServerMessage};

/// Why something was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    Plain(ErrorCode),
    NicknameInvalid(NicknameError),
    NicknameTaken { suggestion: Option<Nickname> },
}

impl From<ErrorCode> for Refusal {
    fn from(code: ErrorCode) -> Self {
        Self::Plain(code)
    }
}

impl From<NicknameError> for Refusal {
    fn from(error: NicknameError) -> Self {
        Self::NicknameInvalid(error)
    }
}

impl From<Refusal> for ServerMessage {
    fn from(refusal: Refusal) -> Self {
        let (code, sentence, suggestion) = match refusal {
            Refusal::Plain(code) => (code, sentence(code).into(), None),
            Refusal::NicknameInvalid(error) => (ErrorCode::NicknameInvalid, error.to_string(), None),
            Refusal::NicknameTaken { suggestion } => {
                (ErrorCode::NicknameTaken, sentence(ErrorCode::NicknameTaken).into(), suggestion)
            }
        };
        Self::Error { code, sentence, suggestion }
    }
}

#[must_use]
pub const fn sentence(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::BadMessage => "That message is not part of the protocol.",
        ErrorCode::Binary => "Binary messages are not part of the protocol: send JSON as text.",
        ErrorCode::TooDeep => "That message is nested too deeply.",
        ErrorCode::TooManyMessages => "Too many messages in a short time. This one was dropped: slow down.",
        ErrorCode::HelloFirst => "Say hello first.",
        ErrorCode::HelloTwice => "This connection has said hello already.",
        ErrorCode::Outdated => "This page is of another version than the server. Please reload it.",
        ErrorCode::NicknameInvalid => "That name cannot be used. Please choose another one.",
        ErrorCode::NicknameTaken => "Somebody here has that name, or one that looks like it.",
        ErrorCode::LobbyClosed => "There is no lobby here. Please join with a room's code, or start a room.",
        ErrorCode::RoomFull => "This room is full. Please try again when somebody has left.",
        ErrorCode::TooManyRooms => "This server has no place for another room now. Please try again later.",
        ErrorCode::TooManyConnections => {
            "Too many connections from your network. Please close a tab or try again later."
        }
        ErrorCode::UnknownPeer => "That person is not here any more.",
        ErrorCode::Offline => "That person's connection is lost. They may be back in a moment.",
        ErrorCode::Busy => "That person is in a call, or about to be.",
        ErrorCode::DoNotDisturb => "That person does not want to be disturbed now.",
        ErrorCode::DeclinedRecently => "They declined twice. Please wait a minute before you call again.",
        ErrorCode::Yourself => "You cannot call yourself.",
        ErrorCode::AlreadyInCall => "You are in a call already. Please end it first.",
        ErrorCode::CallIdTaken => "There is a call with that id already. Choose a random one.",
        ErrorCode::UnknownCall => "That call is over.",
        ErrorCode::NotAccepted => "Accept the call first.",
        ErrorCode::CallFull => "This call has as many people in it as it may.",
    }
}
