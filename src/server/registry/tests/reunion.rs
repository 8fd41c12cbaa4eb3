//! After a restart: the registry is empty, and people come back with tickets and grants.

use super::*;
use crate::protocol::{CallState, Status};

impl Story {
    /// The server starts again and knows nothing; everybody still holds what they were given.
    fn forgets_everything(&mut self) {
        self.registry = Registry::new(RoomLimits { peers: 50, call_members: 4 }, self.timeouts.clone());
        self.received.clear();
    }

    fn comes_back_with(&mut self, who: Person, grant: Option<Grant>) -> Person {
        let nickname = self.admissions[&who.connection].nickname.clone();
        let claim = Some(Claim { peer: who.peer, nickname });
        let connection = self.says_hello_with("", page(1), claim, grant);
        Person { peer: who.peer, connection }
    }

    fn comes_back_to_call(&mut self, who: Person) -> Person {
        let grant = self.grants.get(&who.peer).cloned();
        self.comes_back_with(who, grant)
    }

    fn call_of(&self, who: Person) -> Option<CallState> {
        self.admissions[&who.connection].call.clone()
    }

    fn status_of(&self, who: Person) -> Option<Status> {
        self.registry.peers().find(|(peer, ..)| *peer == who.peer).map(|(.., status)| status)
    }
}

#[test]
fn a_call_is_whole_again_when_both_are_back() {
    let (mut story, alice, bob, _) = Story::of_three();
    let id = story.connects(alice, bob, 1);
    story.forgets_everything();
    let alice = story.comes_back_to_call(alice);
    let waiting = story.call_of(alice).unwrap();
    assert_eq!((waiting.call, waiting.members.len(), &waiting.awaited[..]), (id, 1, &[bob.peer][..]));
    assert_eq!(story.status_of(alice), Some(Status::InCall), "busy before the other is back");
    let bob = story.comes_back_to_call(bob);
    let whole = story.call_of(bob).unwrap();
    assert_eq!((whole.members.len(), whole.awaited.len()), (2, 0));
    assert_eq!(story.hears(alice), [story.joined(id, bob)]);
    story.leaves(bob, id);
    assert_eq!(story.hears(alice), [ended(id, EndReason::HungUp)]);
}

#[test]
fn a_grant_makes_nobody_busy_but_its_holder() {
    let (mut story, alice, bob, _) = Story::of_three();
    story.connects(alice, bob, 1);
    story.forgets_everything();
    let bob = story.comes_back_with(bob, None);
    let alice = story.comes_back_to_call(alice);
    assert_eq!(story.status_of(alice), Some(Status::InCall));
    assert_eq!(story.status_of(bob), Some(Status::Available));
}

#[test]
fn whoever_does_not_come_back_in_time_has_left() {
    let (mut story, alice, bob, _) = Story::of_three();
    let id = story.connects(alice, bob, 1);
    story.forgets_everything();
    let alice = story.comes_back_to_call(alice);
    story.passes(story.timeouts.reunion);
    assert_eq!(story.hears(alice), [ended(id, EndReason::Gone)]);
    assert_eq!(story.status_of(alice), Some(Status::Available));
    assert_eq!(story.registry.calls().count(), 0);
}

#[test]
fn a_call_that_one_has_left_meanwhile_is_over_for_the_other() {
    let (mut story, alice, bob, _) = Story::of_three();
    let id = story.connects(alice, bob, 1);
    story.forgets_everything();
    let alice = story.comes_back_to_call(alice);
    story.leaves(alice, id);
    assert_eq!(story.hears(alice), [ended(id, EndReason::HungUp)]);
    let bob = story.comes_back_to_call(bob);
    assert_eq!(story.call_of(bob), None);
    assert_eq!(story.hears(bob), [ended(id, EndReason::HungUp)]);
    assert_eq!(story.status_of(bob), Some(Status::Available));
}

#[test]
fn a_call_made_anew_under_the_same_id_is_not_joined_by_grant() {
    let (mut story, alice, bob, carol) = Story::of_three();
    let id = story.connects(alice, bob, 1);
    story.forgets_everything();
    let (bob, carol) = (story.comes_back_with(bob, None), story.comes_back_with(carol, None));
    story.invites(bob, id, carol);
    story.accepts(carol, id);
    let alice = story.comes_back_to_call(alice);
    assert_eq!(story.call_of(alice), None);
    assert_eq!(story.status_of(alice), Some(Status::Available));
}

#[test]
fn nobody_is_rung_who_waits_for_the_other_side_of_its_call() {
    let (mut story, alice, bob, carol) = Story::of_three();
    story.connects(alice, bob, 1);
    story.forgets_everything();
    let (alice, carol) = (story.comes_back_to_call(alice), story.comes_back_with(carol, None));
    story.hears(carol);
    story.invites(carol, call(2), alice);
    assert_eq!(story.hears_refusal(carol), Some(ErrorCode::Busy));
}

#[test]
fn somebody_who_is_awaited_and_rung_is_in_the_call_once() {
    let (mut story, alice, bob, _) = Story::of_three();
    let id = story.connects(alice, bob, 1);
    story.forgets_everything();
    let (alice, bob) = (story.comes_back_to_call(alice), story.comes_back_with(bob, None));
    story.invites(alice, id, bob);
    let awaited = story.registry.calls().next().map(|state| state.awaited);
    assert_eq!(awaited, Some(Vec::new()), "whoever is rung is not waited for as well");
    story.accepts(bob, id);
    story.settle();
    assert_eq!(story.grants[&bob.peer].others, [alice.peer]);
    assert_eq!(story.grants[&alice.peer].others, [bob.peer]);
}

#[test]
fn a_call_of_three_goes_on_without_the_one_who_stays_away() {
    let (mut story, alice, bob, carol) = Story::of_three();
    let id = story.connects(alice, bob, 1);
    story.invites(alice, id, carol);
    story.accepts(carol, id);
    story.forgets_everything();
    let alice = story.comes_back_to_call(alice);
    let bob = story.comes_back_to_call(bob);
    story.hears(alice);
    story.hears(bob);
    story.passes(story.timeouts.reunion);
    let left = ServerMessage::ParticipantLeft { call: id, peer: carol.peer, reason: EndReason::Gone };
    assert_eq!(story.hears(alice), std::slice::from_ref(&left));
    assert_eq!(story.hears(bob), [left]);
    assert_eq!(story.grants[&alice.peer].others, [bob.peer]);
}

#[test]
fn somebody_who_takes_part_keeps_its_place_longer_and_only_while_the_call_lasts() {
    let (mut story, alice, bob, _) = Story::of_three();
    let id = story.connects(alice, bob, 1);
    story.says(bob, ClientMessage::Ping {});
    story.loses_socket(bob);
    story.passes(story.timeouts.grace);
    assert!(story.registry.knows(bob.peer));
    story.leaves(alice, id);
    story.passes(story.timeouts.grace);
    assert!(!story.registry.knows(bob.peer));
}

#[test]
fn a_caller_who_was_gone_when_the_call_was_accepted_does_not_keep_it_open() {
    let (mut story, alice, bob, _) = Story::of_three();
    let id = story.connects(alice, bob, 1);
    story.loses_socket(alice);
    story.passes(story.timeouts.grace);
    assert_eq!(story.hears(bob), [ended(id, EndReason::Gone)]);
}

#[test]
fn a_place_that_was_given_up_in_a_call_is_not_given_up_again_when_it_is_taken_anew() {
    let (mut story, alice, bob, _) = Story::of_three();
    story.connects(alice, bob, 1);
    story.loses_socket(bob);
    story.passes(story.timeouts.grace);
    assert!(!story.registry.knows(bob.peer));
    let bob = story.comes_back(bob, page(1));
    story.passes(story.timeouts.grace);
    assert!(story.registry.knows(bob.peer));
}
