//! Answers to requests, put together and signed.

use stun_types::{
    attribute::{ErrorCode, Nonce, Realm},
    message::{
        IntegrityAlgorithm, IntegrityKey, Message, MessageClass, MessageType, MessageWriteVec, Method,
        StunWriteError, TransactionId,
    },
    prelude::{AttributeWrite, MessageWrite, MessageWriteExt},
};

use super::{Client, Effect};
use crate::server::relay::credentials::REALM;

/// Nothing in here is the client's but its transaction id, so all of it can be written; were it not so, there
/// would be no answer.
pub struct Answer(Result<MessageWriteVec, StunWriteError>);

impl Answer {
    pub fn success(request: &Message<'_>) -> Self {
        Self::of(MessageClass::Success, request.method(), request.transaction_id())
    }

    pub fn of(class: MessageClass, method: Method, transaction: TransactionId) -> Self {
        let kind = MessageType::from_class_method(class, method);
        Self(Ok(Message::builder(kind, transaction, MessageWriteVec::with_capacity(128))))
    }

    /// `code` is one of [`ErrorCode`].
    pub fn error(request: &Message<'_>, code: u16) -> Self {
        Self::of(MessageClass::Error, request.method(), request.transaction_id()).refusing(code)
    }

    pub fn refusing(self, code: u16) -> Self {
        match ErrorCode::builder(code).build() {
            Ok(error) => self.with(&error),
            Err(error) => Self(Err(error)),
        }
    }

    pub fn with(self, attribute: &dyn AttributeWrite) -> Self {
        Self(self.0.and_then(|mut message| message.add_attribute(attribute).map(|()| message)))
    }

    /// What the next request has to be signed with (RFC 8489, section 9.2.4).
    pub fn challenging(self, nonce: &str) -> Self {
        match (Realm::new(REALM), Nonce::new(nonce)) {
            (Ok(realm), Ok(nonce)) => self.with(&realm).with(&nonce),
            (Err(error), _) | (_, Err(error)) => Self(Err(error)),
        }
    }

    pub fn signed(self, key: &IntegrityKey) -> Self {
        let sign = |mut message: MessageWriteVec| {
            message.add_message_integrity_with_key(key, IntegrityAlgorithm::Sha1).map(|()| message)
        };
        Self(self.0.and_then(sign))
    }

    pub fn bytes(self) -> Option<Vec<u8>> {
        self.0.ok().map(MessageWrite::finish)
    }

    pub fn to(self, client: Client) -> Option<Effect<'static>> {
        self.bytes().map(|bytes| Effect::ToClient { client, bytes })
    }
}
