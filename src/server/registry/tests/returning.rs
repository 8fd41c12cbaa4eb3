use std::slice;

use super::*;
use crate::protocol::{Availability, CLOSE_NORMAL, CLOSE_SUPERSEDED};

#[test]
fn the_newest_socket_of_a_peer_is_the_one_that_counts() {
    let (mut story, alice, bob, _) = Story::of_three();
    let again = story.comes_back(bob, page(1));
    assert_eq!(again.peer, bob.peer);
    assert_eq!(story.closed, [(bob.connection, CLOSE_SUPERSEDED)]);
    story.invites(bob, call(1), alice);
    assert_eq!(story.hears(alice), [], "the old socket is not heard");
    story.loses_socket(bob);
    story.passes(story.timeouts.grace);
    assert!(story.registry.knows(bob.peer), "its late end is of no consequence");
}

#[test]
fn coming_back_restores_name_availability_and_call() {
    let (mut story, alice, bob, _) = Story::of_three();
    story.says(bob, ClientMessage::SetAvailability { availability: Availability::Away });
    let id = story.connects(alice, bob, 1);
    story.loses_socket(bob);
    let again = story.comes_back(bob, page(1));
    let admission = &story.admissions[&again.connection];
    assert_eq!(admission.nickname.as_str(), "Bob");
    assert_eq!(admission.availability, Availability::Away);
    let call = admission.call.as_ref().unwrap();
    assert_eq!((call.call, call.members.len()), (id, 2));
    assert_eq!(story.hears(alice), [], "the other side notices nothing");
}

#[test]
fn a_reloaded_page_is_announced_to_the_others_of_its_call() {
    let (mut story, alice, bob, _) = Story::of_three();
    let id = story.connects(alice, bob, 1);
    story.loses_socket(bob);
    story.comes_back(bob, page(2));
    let ServerMessage::ParticipantJoined { peer, incarnation, call, .. } = story.hears(alice)[0] else {
        panic!()
    };
    assert_eq!((peer, incarnation, call), (bob.peer, page(2), id));
}

#[test]
fn a_reloaded_page_counts_as_the_last_to_join() {
    let (mut story, alice, bob, _) = Story::of_three();
    story.connects(alice, bob, 1);
    let order = |story: &Story| -> Vec<PeerId> {
        story.registry.calls().next().unwrap().members.iter().map(|member| member.peer).collect()
    };
    let alice = story.comes_back(alice, page(1));
    assert_eq!(order(&story), [alice.peer, bob.peer], "the same page has its old place");
    story.comes_back(alice, page(2));
    assert_eq!(order(&story), [bob.peer, alice.peer]);
}

#[test]
fn a_caller_who_reloads_is_announced_to_whom_it_rings() {
    let (mut story, alice, bob, _) = Story::of_three();
    story.invites(alice, call(1), bob);
    story.settle();
    story.comes_back(alice, page(2));
    assert!(
        matches!(story.hears(bob)[..], [ServerMessage::ParticipantJoined { peer, .. }] if peer == alice.peer)
    );
}

#[test]
fn a_call_ends_for_the_others_when_the_grace_is_over() {
    let (mut story, alice, bob, _) = Story::of_three();
    let id = story.connects(alice, bob, 1);
    story.loses_socket(bob);
    story.passes(story.timeouts.grace);
    assert_eq!(story.hears(alice), [ended(id, EndReason::Gone)]);
}

#[test]
fn whoever_says_goodbye_has_left_at_once() {
    let (mut story, alice, bob, _) = Story::of_three();
    let id = story.connects(alice, bob, 1);
    story.says(bob, ClientMessage::Goodbye {});
    assert_eq!(story.hears(alice), [ended(id, EndReason::Gone)]);
    assert_eq!(story.closed, [(bob.connection, CLOSE_NORMAL)]);
    assert!(!story.registry.knows(bob.peer));
    story.joins("Bob");
}

#[test]
fn a_call_of_three_goes_on_when_one_is_gone() {
    let (mut story, alice, bob, carol) = Story::of_three();
    let id = story.connects(alice, bob, 1);
    story.invites(alice, id, carol);
    story.accepts(carol, id);
    story.settle();
    story.loses_socket(bob);
    story.passes(story.timeouts.grace);
    let left = ServerMessage::ParticipantLeft { call: id, peer: bob.peer, reason: EndReason::Gone };
    assert_eq!(story.hears(alice), slice::from_ref(&left));
    assert_eq!(story.hears(carol), [left]);
}

#[test]
fn a_caller_who_closes_the_page_stops_ringing_soon() {
    let (mut story, alice, bob, _) = Story::of_three();
    story.invites(alice, call(1), bob);
    story.settle();
    story.says(alice, ClientMessage::Leaving {});
    story.loses_socket(alice);
    story.passes(story.timeouts.leaving_grace);
    assert_eq!(story.hears(bob), [ended(call(1), EndReason::Gone)]);
}

#[test]
fn whoever_was_away_when_the_call_ended_is_told_why() {
    let (mut story, alice, bob, _) = Story::of_three();
    story.invites(alice, call(1), bob);
    story.loses_socket(bob);
    story.says(alice, ClientMessage::Cancel { call: call(1), peer: bob.peer });
    let again = story.comes_back(bob, page(1));
    assert_eq!(story.admissions[&again.connection].call, None);
    assert_eq!(story.hears(again), [ended(call(1), EndReason::Cancelled)]);
}

#[test]
fn a_call_can_be_accepted_while_the_caller_is_away() {
    let (mut story, alice, bob, _) = Story::of_three();
    story.invites(alice, call(1), bob);
    story.loses_socket(alice);
    story.accepts(bob, call(1));
    let again = story.comes_back(alice, page(1));
    let call = story.admissions[&again.connection].call.as_ref().unwrap();
    assert!(call.members.iter().all(|member| member.joined));
}

#[test]
fn a_server_that_knows_nothing_restores_the_peer_of_a_ticket() {
    let mut story = Story::begin();
    let claim = Claim { peer: PeerId::from_random(77), nickname: Nickname::parse("Ada").unwrap() };
    let connection = story.says_hello("", page(1), Some(claim.clone()));
    let admission = &story.admissions[&connection];
    assert_eq!((admission.peer, &admission.nickname), (claim.peer, &claim.nickname));
}

#[test]
fn whoever_returns_to_a_taken_name_gets_another_and_keeps_the_id() {
    let mut story = Story::begin();
    story.joins("ada");
    let claim = Claim { peer: PeerId::from_random(77), nickname: Nickname::parse("Ada").unwrap() };
    let connection = story.says_hello("", page(1), Some(claim.clone()));
    let admission = &story.admissions[&connection];
    assert_eq!((admission.peer, admission.nickname.as_str()), (claim.peer, "Ada 2"));
}

#[test]
fn a_call_that_was_declined_in_the_callers_absence_is_not_begun_anew_by_the_same_invitation() {
    let (mut story, alice, bob, _) = Story::of_three();
    story.invites(alice, call(1), bob);
    story.loses_socket(alice);
    story.declines(bob, call(1));
    let alice = story.comes_back(alice, page(1));
    story.hears(bob);
    story.invites(alice, call(1), bob);
    assert_eq!(story.hears_refusal(alice), Some(ErrorCode::CallIdTaken));
    assert_eq!(story.hears(bob), [], "who has declined is not rung again");
    story.passes(story.timeouts.reunion);
    story.invites(alice, call(1), bob);
    assert!(matches!(story.hears(bob)[..], [ServerMessage::Invited { .. }]), "not remembered for ever");
}

#[test]
fn who_comes_back_is_recorded_with_the_connection_that_gives_way() {
    let (mut story, alice, bob, _) = Story::of_three();
    let newer = story.comes_back(alice, page(1));
    story.loses_socket(bob);
    let back = story.comes_back(bob, page(1));
    assert_eq!(
        story.journal,
        [
            Event::Returned { connection: newer.connection, instead_of: Some(alice.connection) },
            Event::Returned { connection: back.connection, instead_of: None },
        ]
    );
}
