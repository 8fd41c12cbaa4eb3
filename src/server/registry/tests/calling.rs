use std::slice;

use super::*;
use crate::protocol::{Availability, Status};

#[test]
fn an_invitation_rings_there_and_says_so_here() {
    let (mut story, alice, bob, _) = Story::of_three();
    story.invites(alice, call(1), bob);
    let invited = ServerMessage::Invited {
        call: call(1),
        from: alice.peer,
        media: Media::Video,
        participants: vec![alice.peer],
    };
    assert_eq!(story.hears(bob), [invited]);
    assert_eq!(story.hears(alice), [ServerMessage::Ringing { call: call(1), peer: bob.peer }]);
}

#[test]
fn the_same_invitation_again_is_no_second_one() {
    let (mut story, alice, bob, _) = Story::of_three();
    story.invites(alice, call(1), bob);
    story.settle();
    story.invites(alice, call(1), bob);
    assert_eq!(story.hears(alice), [ServerMessage::Ringing { call: call(1), peer: bob.peer }]);
    assert_eq!(story.hears(bob), []);
}

#[test]
fn accepting_connects_both_and_each_hears_of_the_other() {
    let (mut story, alice, bob, _) = Story::of_three();
    story.invites(alice, call(1), bob);
    story.settle();
    story.accepts(bob, call(1));
    let (a, b) = (story.joined(call(1), alice), story.joined(call(1), bob));
    assert_eq!(story.hears(alice), slice::from_ref(&b));
    assert_eq!(story.hears(bob), [a, b]);
}

#[test]
fn accepting_twice_is_accepting_once() {
    let (mut story, alice, bob, _) = Story::of_three();
    let id = story.connects(alice, bob, 1);
    story.accepts(bob, id);
    assert_eq!(story.hears(alice), []);
    assert_eq!(story.hears_refusal(bob), None);
}

#[test]
fn declining_ends_it_for_both() {
    let (mut story, alice, bob, _) = Story::of_three();
    story.invites(alice, call(1), bob);
    story.settle();
    story.declines(bob, call(1));
    for person in [alice, bob] {
        assert_eq!(story.hears(person), [ended(call(1), EndReason::Declined)]);
    }
    assert_eq!(story.registry.calls().count(), 0);
}

#[test]
fn cancelling_ends_it_for_both() {
    let (mut story, alice, bob, _) = Story::of_three();
    story.invites(alice, call(1), bob);
    story.settle();
    story.says(alice, ClientMessage::Cancel { call: call(1), peer: bob.peer });
    for person in [alice, bob] {
        assert_eq!(story.hears(person), [ended(call(1), EndReason::Cancelled)]);
    }
}

#[test]
fn a_cancel_that_comes_after_the_accept_hangs_up() {
    let (mut story, alice, bob, _) = Story::of_three();
    let id = story.connects(alice, bob, 1);
    story.says(alice, ClientMessage::Cancel { call: id, peer: bob.peer });
    for person in [alice, bob] {
        assert_eq!(story.hears(person), [ended(id, EndReason::HungUp)]);
    }
}

#[test]
fn a_caller_who_leaves_while_it_rings_has_cancelled() {
    let (mut story, alice, bob, _) = Story::of_three();
    story.invites(alice, call(1), bob);
    story.settle();
    story.leaves(alice, call(1));
    for person in [alice, bob] {
        assert_eq!(story.hears(person), [ended(call(1), EndReason::Cancelled)]);
    }
}

#[test]
fn nobody_answers_and_it_ends_for_both_in_the_same_moment() {
    let (mut story, alice, bob, _) = Story::of_three();
    story.invites(alice, call(1), bob);
    story.settle();
    assert_eq!(
        story.registry.next_deadline(),
        Some(story.now + story.timeouts.ring - story.timeouts.presence_tick)
    );
    story.passes(story.timeouts.ring);
    for person in [alice, bob] {
        assert_eq!(story.hears(person), [ended(call(1), EndReason::NoAnswer)]);
    }
}

#[test]
fn an_accept_after_the_ringing_is_over_comes_too_late_even_before_the_tick() {
    let (mut story, alice, bob, _) = Story::of_three();
    story.invites(alice, call(1), bob);
    story.now += story.timeouts.ring;
    story.accepts(bob, call(1));
    assert_eq!(story.hears_refusal(bob), Some(ErrorCode::UnknownCall));
    assert!(story.hears(alice).contains(&ended(call(1), EndReason::NoAnswer)));
}

#[test]
fn hanging_up_ends_it_for_both() {
    let (mut story, alice, bob, _) = Story::of_three();
    let id = story.connects(alice, bob, 1);
    story.leaves(bob, id);
    for person in [alice, bob] {
        assert_eq!(story.hears(person), [ended(id, EndReason::HungUp)]);
    }
}

#[test]
fn whoever_rings_or_is_rung_or_talks_is_busy() {
    let (mut story, alice, bob, carol) = Story::of_three();
    let dave = story.joins("Dave");
    story.invites(alice, call(1), bob);
    for busy in [alice, bob] {
        story.invites(carol, call(2), busy);
        assert_eq!(story.hears_refusal(carol), Some(ErrorCode::Busy));
    }
    story.accepts(bob, call(1));
    story.invites(dave, call(3), alice);
    assert_eq!(story.hears_refusal(dave), Some(ErrorCode::Busy));
    assert_eq!(story.registry.calls().count(), 1, "a refused invitation opens no call");
}

#[test]
fn a_refused_invitation_says_why() {
    let (mut story, alice, bob, carol) = Story::of_three();
    story.invites(alice, call(1), alice);
    assert_eq!(story.hears_refusal(alice), Some(ErrorCode::Yourself));

    let nobody = Person { peer: PeerId::from_random(1), connection: ConnectionId(999) };
    story.invites(alice, call(1), nobody);
    assert_eq!(story.hears_refusal(alice), Some(ErrorCode::UnknownPeer));

    story.loses_socket(bob);
    story.invites(alice, call(1), bob);
    assert_eq!(story.hears_refusal(alice), Some(ErrorCode::Offline));

    let availability = Availability::DoNotDisturb;
    story.says(carol, ClientMessage::SetAvailability { availability });
    story.invites(alice, call(1), carol);
    assert_eq!(story.hears_refusal(alice), Some(ErrorCode::DoNotDisturb));
}

#[test]
fn whoever_is_in_a_call_or_rung_cannot_open_another() {
    let (mut story, alice, bob, carol) = Story::of_three();
    story.invites(alice, call(1), bob);
    for person in [alice, bob] {
        story.invites(person, call(2), carol);
        assert_eq!(story.hears_refusal(person), Some(ErrorCode::AlreadyInCall));
    }
}

#[test]
fn a_call_id_belongs_to_who_had_it_first() {
    let (mut story, alice, bob, carol) = Story::of_three();
    let dave = story.joins("Dave");
    story.invites(alice, call(1), bob);
    story.invites(carol, call(1), dave);
    assert_eq!(story.hears_refusal(carol), Some(ErrorCode::CallIdTaken));
    assert_eq!(story.hears(dave), []);
}

#[test]
fn somebody_elses_call_is_nobodys_business() {
    let (mut story, alice, bob, carol) = Story::of_three();
    story.invites(alice, call(1), bob);
    story.settle();
    story.accepts(carol, call(1));
    story.declines(carol, call(1));
    story.leaves(carol, call(1));
    story.says(carol, ClientMessage::Cancel { call: call(1), peer: bob.peer });
    story.signals(carol, call(1), bob, "an answer");
    let heard = story.hears(carol);
    assert_eq!(heard.len(), 5);
    assert!(heard.iter().all(|message| code(message) == Some(ErrorCode::UnknownCall)), "{heard:?}");
    assert_eq!(story.hears(alice), []);
    assert_eq!(story.hears(bob), []);
}

#[test]
fn declined_twice_a_caller_waits() {
    let (mut story, alice, bob, carol) = Story::of_three();
    for number in 1..=2 {
        story.invites(alice, call(number), bob);
        story.declines(bob, call(number));
    }
    story.settle();
    story.invites(alice, call(3), bob);
    assert_eq!(story.hears_refusal(alice), Some(ErrorCode::DeclinedRecently));
    story.invites(carol, call(4), bob);
    assert_eq!(story.hears_refusal(carol), None, "others may call");
    story.declines(bob, call(4));

    story.passes(story.timeouts.declined_wait);
    story.invites(alice, call(5), bob);
    assert_eq!(story.hears_refusal(alice), None, "the wait is over");
}

#[test]
fn whoever_declined_and_calls_back_may_be_called_again() {
    let (mut story, alice, bob, _) = Story::of_three();
    for number in 1..=2 {
        story.invites(alice, call(number), bob);
        story.declines(bob, call(number));
    }
    let id = story.connects(bob, alice, 3);
    story.leaves(bob, id);
    story.settle();
    story.invites(alice, call(4), bob);
    assert_eq!(story.hears_refusal(alice), None);
}

#[test]
fn a_third_person_is_an_invitation_from_inside() {
    let (mut story, alice, bob, carol) = Story::of_three();
    let id = story.connects(alice, bob, 1);
    story.invites(bob, id, carol);
    let participants = vec![alice.peer, bob.peer];
    let invited = ServerMessage::Invited { call: id, from: bob.peer, media: Media::Video, participants };
    assert_eq!(story.hears(carol), [invited]);
    story.settle();
    story.accepts(carol, id);
    let [a, b, c] = [alice, bob, carol].map(|person| story.joined(id, person));
    assert_eq!(story.hears(carol), [a, b, c.clone()]);
    assert_eq!(story.hears(alice), slice::from_ref(&c));
    assert_eq!(story.hears(bob), [c]);
}

#[test]
fn a_call_of_three_goes_on_when_one_leaves() {
    let (mut story, alice, bob, carol) = Story::of_three();
    let id = story.connects(alice, bob, 1);
    story.invites(bob, id, carol);
    story.accepts(carol, id);
    story.settle();
    story.leaves(alice, id);
    let left = ServerMessage::ParticipantLeft { call: id, peer: alice.peer, reason: EndReason::HungUp };
    assert_eq!(story.hears(alice), [ended(id, EndReason::HungUp)]);
    assert_eq!(story.hears(bob), slice::from_ref(&left));
    assert_eq!(story.hears(carol), [left]);
}

#[test]
fn a_call_goes_on_when_a_further_person_declines() {
    let (mut story, alice, bob, carol) = Story::of_three();
    let id = story.connects(alice, bob, 1);
    story.invites(bob, id, carol);
    story.settle();
    story.declines(carol, id);
    let reason = EndReason::Declined;
    let over = ServerMessage::InvitationEnded { call: id, peer: carol.peer, reason };
    assert_eq!(story.hears(alice), slice::from_ref(&over));
    assert_eq!(story.hears(bob), [over]);
    assert_eq!(story.hears(carol), [ended(id, reason)]);
}

#[test]
fn whom_a_leaver_still_rings_is_rung_no_more() {
    let (mut story, alice, bob, carol) = Story::of_three();
    let id = story.connects(alice, bob, 1);
    story.invites(bob, id, carol);
    story.settle();
    story.leaves(bob, id);
    assert_eq!(story.hears(carol), [ended(id, EndReason::Cancelled)]);
    assert_eq!(story.hears(alice), [ended(id, EndReason::HungUp)]);
    assert_eq!(story.registry.calls().count(), 0);
    story.passes(story.timeouts.ring);
    assert_eq!(story.hears(carol), [], "nothing rings out later");
}

#[test]
fn a_call_has_as_many_members_as_it_may() {
    let (mut story, alice, bob, carol) = Story::of_three();
    let (dave, eve) = (story.joins("Dave"), story.joins("Eve"));
    let id = story.connects(alice, bob, 1);
    story.invites(alice, id, carol);
    story.invites(alice, id, dave);
    story.settle();
    story.invites(alice, id, eve);
    assert_eq!(story.hears_refusal(alice), Some(ErrorCode::CallFull));
}

#[test]
fn the_status_of_everybody_follows_the_call() {
    let (mut story, alice, bob, carol) = Story::of_three();
    let status = |story: &Story, who: Person| story.registry.status(who.peer);
    story.invites(alice, call(1), bob);
    assert_eq!(
        [alice, bob, carol].map(|who| status(&story, who)),
        [Status::Ringing, Status::Ringing, Status::Available]
    );
    story.accepts(bob, call(1));
    assert_eq!([alice, bob].map(|who| status(&story, who)), [Status::InCall; 2]);
    story.says(alice, ClientMessage::SetAvailability { availability: Availability::Away });
    assert_eq!(status(&story, alice), Status::InCall);
    story.leaves(bob, call(1));
    assert_eq!([alice, bob].map(|who| status(&story, who)), [Status::Away, Status::Available]);
}

#[test]
fn leaving_while_it_rings_is_declining_that_costs_the_caller_nothing() {
    let (mut story, alice, bob, _) = Story::of_three();
    for number in 1..=3 {
        story.invites(alice, call(number), bob);
        story.hears(alice);
        story.leaves(bob, call(number));
        let ended = ServerMessage::CallEnded { call: call(number), reason: EndReason::Declined };
        assert_eq!(story.hears(alice), [ended]);
    }
}

#[test]
fn a_call_is_recorded_with_numbers_and_nobodys_name() {
    let (mut story, alice, bob, _) = Story::of_three();
    let id = call(1);
    story.invites(alice, id, bob);
    story.accepts(bob, id);
    story.passes(Duration::from_secs(90));
    story.leaves(alice, id);
    story.invites(alice, call(2), bob);
    story.declines(bob, call(2));
    let (caller, callee) = (Some(alice.connection), Some(bob.connection));
    let talked = Some(Duration::from_secs(90));
    assert_eq!(
        story.journal,
        [
            Event::Rings { call: id, caller, callee },
            Event::Joined { call: id, connection: callee },
            Event::Ended { call: id, reason: EndReason::HungUp, lasted: talked },
            Event::Rings { call: call(2), caller, callee },
            Event::Ended { call: call(2), reason: EndReason::Declined, lasted: None },
        ]
    );
}
