use super::*;

/// Both call each other; `first` arrives first. Gives the call that won.
fn both_call(first: u128, second: u128) -> (Story, Person, Person) {
    let (mut story, alice, bob, _) = Story::of_three();
    story.invites(alice, call(first), bob);
    story.settle();
    story.says(bob, ClientMessage::Invite { call: call(second), peer: alice.peer, media: Media::Voice });
    (story, alice, bob)
}

#[test]
fn two_who_call_each_other_are_connected_whatever_the_order() {
    for (first, second) in [(1, 2), (2, 1)] {
        let (mut story, alice, bob) = both_call(first, second);
        let superseded = ended(call(2), EndReason::Superseded { by: call(1) });
        let (a, b) = (story.joined(call(1), alice), story.joined(call(1), bob));
        for person in [alice, bob] {
            let heard = story.hears(person);
            assert!(heard.contains(&superseded), "{heard:?}");
            assert_eq!(heard.last(), Some(if first == 1 { &b } else { &a }), "{first} came first");
        }
        let calls: Vec<_> = story.registry.calls().collect();
        assert_eq!(calls.len(), 1);
        assert!(calls[0].members.iter().all(|member| member.joined));
    }
}

#[test]
fn each_keeps_the_media_they_asked_for() {
    for (first, second) in [(1, 2), (2, 1)] {
        let (story, alice, bob) = both_call(first, second);
        let members = story.registry.calls().next().unwrap().members;
        let media = |who: Person| members.iter().find(|member| member.peer == who.peer).unwrap().media;
        assert_eq!((media(alice), media(bob)), (Media::Video, Media::Voice));
    }
}

#[test]
fn the_winners_caller_was_there_first_and_so_makes_the_offer() {
    for (first, second) in [(1, 2), (2, 1)] {
        let (story, alice, bob) = both_call(first, second);
        let earliest = if first == 1 { alice } else { bob };
        assert_eq!(story.registry.calls().next().unwrap().members[0].peer, earliest.peer);
    }
}

#[test]
fn nothing_of_the_losing_call_rings_later() {
    for (first, second) in [(1, 2), (2, 1)] {
        let (mut story, alice, bob) = both_call(first, second);
        story.settle();
        story.passes(story.timeouts.ring);
        assert_eq!((story.hears(alice), story.hears(bob)), (vec![], vec![]));
    }
}

#[test]
fn calling_a_third_person_while_being_rung_is_not_glare() {
    let (mut story, alice, bob, carol) = Story::of_three();
    let id = story.connects(alice, carol, 5);
    story.invites(carol, id, bob);
    story.settle();
    story.invites(bob, call(1), alice);
    assert_eq!(story.hears_refusal(bob), Some(ErrorCode::AlreadyInCall));
    story.invites(bob, call(1), carol);
    assert_eq!(story.hears_refusal(bob), Some(ErrorCode::AlreadyInCall), "in a call of more than two");
}

#[test]
fn a_known_id_does_not_win() {
    let (mut story, alice, bob, carol) = Story::of_three();
    let dave = story.joins("Dave");
    story.invites(carol, call(1), dave);
    story.invites(alice, call(2), bob);
    story.invites(bob, call(1), alice);
    assert_eq!(story.hears_refusal(bob), Some(ErrorCode::CallIdTaken));
}
