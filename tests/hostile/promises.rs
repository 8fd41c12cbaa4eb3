//! What a registry promises about its room, after every input.

use std::{collections::BTreeSet, time::Duration};

use tincan::{
    protocol::{CallState, PeerId, Status},
    server::{
        names::{Skeleton, normalise},
        registry::{Registry, RoomLimits},
    },
};

/// A call needs two; those count who are awaited after a restart.
const MEMBERS_LEAST: usize = 2;

pub fn are_kept(registry: &Registry, limits: RoomLimits, now: Duration) {
    calls_are_sound(registry, limits, now);
    nobody_looks_like_somebody_else(registry);
}

/// All but the names, which take long to compare.
pub fn calls_are_sound(registry: &Registry, limits: RoomLimits, now: Duration) {
    let peers: BTreeSet<PeerId> = registry.peers().map(|(peer, ..)| peer).collect();
    let calls: Vec<CallState> = registry.calls().collect();

    assert!(peers.len() <= limits.peers, "the room is too full");
    assert_eq!(registry.is_empty(), peers.is_empty());

    let mut busy = BTreeSet::new();
    for CallState { call, members, awaited } in &calls {
        assert!(members.len() + awaited.len() >= MEMBERS_LEAST, "{call} goes on with too few");
        assert!(members.len() <= limits.call_members, "{call} has too many members");
        let joined = |peer| members.iter().any(|member| member.peer == peer && member.joined);
        let nobody = awaited.is_empty() && !members.iter().any(|member| member.joined);
        assert!(!nobody, "nobody has joined {call}");
        for member in members {
            assert!(peers.contains(&member.peer), "{} is in a call and not in the room", member.peer);
            assert!(busy.insert(member.peer), "{} is in two calls, or twice in one", member.peer);
            assert!(member.joined || member.invited_by.is_some_and(joined), "nobody rings {}", member.peer);
        }
        for (peer, _, status) in registry.peers().filter(|(peer, ..)| members.iter().any(|m| m.peer == *peer))
        {
            let participants = members.iter().filter(|member| member.joined).count() + awaited.len();
            let talks = joined(peer) && participants > 1;
            assert_eq!(status, if talks { Status::InCall } else { Status::Ringing });
        }
    }
    for (peer, _, status) in registry.peers().filter(|(peer, ..)| !busy.contains(peer)) {
        assert!(!matches!(status, Status::InCall | Status::Ringing), "{peer} is in no call and {status:?}");
    }

    assert!(registry.next_deadline().is_none_or(|at| at > now), "what was due has not happened");
}

fn nobody_looks_like_somebody_else(registry: &Registry) {
    let mut names = BTreeSet::new();
    for (peer, nickname, _) in registry.peers() {
        assert_eq!(normalise(nickname.as_str()).as_ref(), Ok(nickname), "{peer} is not called so");
        for skeleton in BTreeSet::from(Skeleton::of(nickname)) {
            assert!(names.insert(skeleton), "{nickname} is there twice");
        }
    }
}
