//! The server: it introduces people to each other, and forgets them.

pub mod names;
pub mod registry;
pub mod sentences;
