use super::*;
use crate::protocol::{Availability, Presence, Status};

impl Story {
    /// The announcements somebody has received since the last look.
    fn announcements(&mut self, who: Person) -> Vec<Presence> {
        let received = self.received.get_mut(&who.connection).map(std::mem::take).unwrap_or_default();
        let presence =
            |message| if let ServerMessage::Presence(presence) = message { Some(presence) } else { None };
        received.into_iter().filter_map(presence).collect()
    }

    fn fills_up(&mut self) -> Vec<Person> {
        (0..50).map(|number| self.joins(&format!("Guest {number}"))).collect()
    }

    fn ticks(&mut self) {
        self.passes(self.timeouts.presence_tick);
    }
}

#[test]
fn many_changes_in_a_moment_are_one_announcement() {
    let mut story = Story::begin();
    let alice = story.joins("Alice");
    let others: Vec<Person> = (0..20).map(|number| story.joins(&format!("Guest {number}"))).collect();
    story.says(others[3], ClientMessage::SetAvailability { availability: Availability::Away });
    assert_eq!(story.announcements(alice), []);
    story.ticks();
    let announcements = story.announcements(alice);
    assert_eq!(announcements.len(), 1);
    assert_eq!(announcements[0].joined.len(), 21);
    assert_eq!(announcements[0].status, [(others[3].peer, Status::Away)].into());
}

#[test]
fn a_newcomer_knows_everybody_from_welcome_and_next_announcement() {
    let mut story = Story::begin();
    let alice = story.joins("Alice");
    story.ticks();
    let bob = story.joins("Bob");
    let carol = story.joins("Carol");
    story.ticks();
    let known: Vec<PeerId> = story.admissions[&carol.connection].contacts.joined.keys().copied().collect();
    assert_eq!(known, [alice.peer]);
    let told: Vec<PeerId> = story.announcements(carol)[0].joined.keys().copied().collect();
    assert_eq!(told, [bob.peer, carol.peer]);
}

#[test]
fn a_large_room_comes_in_portions() {
    let mut story = Story::begin();
    story.registry.limits.peers = 400;
    let people: Vec<Person> = (0..300).map(|number| story.joins(&format!("Guest {number}"))).collect();
    story.ticks();
    let sizes: Vec<usize> =
        story.announcements(people[0]).iter().map(|presence| presence.joined.len()).collect();
    assert_eq!(sizes, [128, 128, 44]);
    let last = story.joins("Last");
    assert_eq!(story.admissions[&last.connection].contacts.joined.len(), 32);
    let sizes: Vec<usize> = story.announcements(last).iter().map(|presence| presence.joined.len()).collect();
    assert_eq!(sizes, [128, 128, 12]);
}

#[test]
fn all_who_come_in_at_once_are_told_of_a_large_room_in_the_same_words() {
    let mut story = Story::begin();
    story.registry.limits.peers = 400;
    let people: Vec<Person> = (0..300).map(|number| story.joins(&format!("Guest {number}"))).collect();
    story.settle();
    let newcomer = story.joins("Newcomer");
    let returned = [people[0], people[299]].map(|person| story.comes_back(person, page(1)));
    let told = story.announcements(newcomer);
    assert_eq!(told.len(), 3);
    for person in returned {
        assert!(!story.admissions[&person.connection].contacts.joined.contains_key(&person.peer));
        assert_eq!(story.announcements(person), told);
    }
}

#[test]
fn whoever_comes_and_goes_in_a_moment_was_never_there() {
    let mut story = Story::begin();
    let alice = story.joins("Alice");
    story.settle();
    let bob = story.joins("Bob");
    story.registry.forget(bob.peer);
    story.ticks();
    assert_eq!(story.announcements(alice), []);
    assert!(story.registry.next_deadline().is_none());
}

#[test]
fn whoever_goes_and_comes_back_in_a_moment_is_there() {
    let (mut story, alice, bob, _) = Story::of_three();
    story.registry.forget(bob.peer);
    story.comes_back(bob, page(2));
    story.ticks();
    let announcement = story.announcements(alice).remove(0);
    assert!(announcement.joined.contains_key(&bob.peer) && announcement.left.is_empty());

    story.registry.forget(bob.peer);
    story.comes_back(bob, page(3));
    story.registry.forget(bob.peer);
    story.ticks();
    assert_eq!(story.announcements(alice).remove(0).left, [bob.peer], "the others knew the first stay");
}

#[test]
fn whoever_comes_in_before_an_announcement_is_told_the_room_as_it_was() {
    let (mut story, alice, bob, carol) = Story::of_three();
    let contacts = |story: &Story, who: Person| story.admissions[&who.connection].contacts.clone();
    let dave = story.joins("Dave");
    story.says(alice, ClientMessage::SetAvailability { availability: Availability::Away });
    story.says(bob, ClientMessage::Goodbye {});
    let erin = story.joins("Erin");
    assert_eq!(contacts(&story, erin), contacts(&story, dave));
    story.ticks();
    let announcement = story.announcements(erin).remove(0);
    assert_eq!(announcement.status, [(alice.peer, Status::Away)].into());
    assert_eq!(announcement.left, [bob.peer]);
    let frank = story.joins("Frank");
    let known: Vec<PeerId> = contacts(&story, frank).joined.into_keys().collect();
    assert_eq!(known, [alice, carol, dave, erin].map(|person| person.peer));
}

#[test]
fn a_lost_socket_is_no_change() {
    let (mut story, alice, bob, _) = Story::of_three();
    story.loses_socket(bob);
    story.passes(Duration::from_secs(1));
    story.comes_back(bob, page(1));
    story.ticks();
    assert_eq!(story.announcements(alice), []);
}

#[test]
fn after_the_grace_a_lost_peer_has_left() {
    let (mut story, alice, bob, _) = Story::of_three();
    story.loses_socket(bob);
    story.passes(story.timeouts.grace);
    story.ticks();
    assert_eq!(story.announcements(alice).remove(0).left, [bob.peer]);
    assert!(!story.registry.knows(bob.peer));
}

#[test]
fn a_page_that_said_it_leaves_has_a_short_grace() {
    let (mut story, alice, bob, _) = Story::of_three();
    story.says(bob, ClientMessage::Leaving {});
    story.loses_socket(bob);
    story.passes(story.timeouts.leaving_grace);
    story.ticks();
    assert_eq!(story.announcements(alice).remove(0).left, [bob.peer]);
}

#[test]
fn a_page_that_said_it_leaves_and_stayed_has_the_whole_grace() {
    let (mut story, _, bob, _) = Story::of_three();
    story.says(bob, ClientMessage::Leaving {});
    story.says(bob, ClientMessage::Ping {});
    story.loses_socket(bob);
    story.passes(story.timeouts.leaving_grace);
    assert!(story.registry.knows(bob.peer));
}

#[test]
fn nobody_is_rung_by_a_stranger() {
    let (mut story, alice, ..) = Story::of_three();
    let dave = story.joins("Dave");
    story.invites(dave, call(1), alice);
    let received = &story.received[&alice.connection];
    let ServerMessage::Presence(presence) = &received[0] else { panic!("{received:?}") };
    assert!(presence.joined.contains_key(&dave.peer));
    assert_eq!(presence.status.get(&dave.peer), Some(&Status::Ringing));
    assert!(matches!(received[1], ServerMessage::Invited { .. }));
}

#[test]
fn names_that_look_alike_are_taken_and_a_free_one_is_offered() {
    let mut story = Story::begin();
    story.joins("Ada");
    story.joins("ada 2");
    let connection = story.says_hello("\u{410}DA", page(1), None);
    let ServerMessage::Error { code, suggestion, .. } = story.refusal(connection) else { panic!() };
    assert_eq!(code, ErrorCode::NicknameTaken);
    assert_eq!(suggestion.unwrap().as_str(), "\u{410}DA 3");
}

#[test]
fn a_name_is_free_again_when_its_owner_has_left() {
    let mut story = Story::begin();
    let ada = story.joins("Ada");
    story.registry.forget(ada.peer);
    story.joins("ada");
}

#[test]
fn what_is_no_name_is_refused_in_words() {
    let mut story = Story::begin();
    for typed in ["", "  ", "\u{301}", "a\u{202e}b", &"x".repeat(33)] {
        let connection = story.says_hello(typed, page(1), None);
        assert_eq!(code(&story.refusal(connection)), Some(ErrorCode::NicknameInvalid), "{typed:?}");
    }
    story.joins("<script>");
}

#[test]
fn a_full_room_lets_nobody_in_but_those_who_return() {
    let mut story = Story::begin();
    let people = story.fills_up();
    let connection = story.says_hello("One more", page(1), None);
    assert_eq!(code(&story.refusal(connection)), Some(ErrorCode::RoomFull));
    story.loses_socket(people[0]);
    story.comes_back(people[0], page(1));
}

#[test]
fn a_person_appears_within_200_ms() {
    let mut story = Story::begin();
    let alice = story.joins("Alice");
    story.settle();
    let bob = story.joins("Bob");
    story.passes(Duration::from_millis(200));
    let presence = story.received.get_mut(&alice.connection).and_then(Vec::pop);
    let Some(ServerMessage::Presence(presence)) = presence else { panic!("{presence:?}") };
    assert!(presence.joined.contains_key(&bob.peer));
}

#[test]
fn in_a_full_room_those_in_grace_give_way_the_first_lost_first() {
    let mut story = Story::begin();
    let people = story.fills_up();
    let [first, second, third, ..] = people[..] else { panic!("nobody came") };
    for lost in [second, first] {
        story.loses_socket(lost);
        story.passes(Duration::from_secs(1));
    }
    story.joins("Alice");
    assert!(!story.registry.knows(second.peer) && story.registry.knows(first.peer));
    story.joins("Bob");
    assert!(!story.registry.knows(first.peer) && story.registry.knows(third.peer));
    let connection = story.says_hello("Carol", page(1), None);
    assert_eq!(code(&story.refusal(connection)), Some(ErrorCode::RoomFull));
}

#[test]
fn in_a_full_room_a_call_keeps_those_who_are_lost() {
    let mut story = Story::begin();
    let people = story.fills_up();
    story.connects(people[0], people[1], 1);
    story.loses_socket(people[0]);
    let connection = story.says_hello("Alice", page(1), None);
    assert_eq!(code(&story.refusal(connection)), Some(ErrorCode::RoomFull));
    assert!(story.registry.knows(people[0].peer));
}

#[test]
fn whoever_gave_way_comes_back_as_the_same_peer_when_there_is_room() {
    let mut story = Story::begin();
    let people = story.fills_up();
    story.loses_socket(people[0]);
    let alice = story.joins("Alice");
    story.says(alice, ClientMessage::Goodbye {});
    assert_eq!(story.comes_back(people[0], page(1)).peer, people[0].peer);
}
