//! One peer connection to one other participant: perfect negotiation (W3C WebRTC, section 10.7), with the
//! rules that keep it sound when messages arrive twice, late or out of order.
//!
//! **At most one description operation is under way on a connection; everything else waits as plain data.**

use std::collections::BTreeSet;

use super::{
    effect::PairOp,
    input::PathState,
    signal::{Body, Candidate, Signal},
};
use crate::protocol::{CallId, IceServer, Incarnation, PeerId};

/// One peer connection. A new generation is a new connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PairId {
    pub call: CallId,
    pub peer: PeerId,
    pub generation: u32,
}
