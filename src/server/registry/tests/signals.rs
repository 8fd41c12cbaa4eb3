use super::*;

impl Story {
    /// The words somebody was told by signal.
    fn words(&mut self, who: Person) -> Vec<String> {
        let words = |message: ServerMessage| {
            if let ServerMessage::Signal { payload, .. } = message { payload.read().ok() } else { None }
        };
        self.hears(who).into_iter().filter_map(words).collect()
    }
}

#[test]
fn a_signal_names_its_sender_and_is_not_changed() {
    let (mut story, alice, bob, _) = Story::of_three();
    let id = story.connects(alice, bob, 1);
    let payload: Payload = serde_json::from_str(r#"{"b" : [1,  2.50]}"#).unwrap();
    story.says(bob, ClientMessage::Signal { call: id, to: alice.peer, payload: payload.clone() });
    assert_eq!(story.hears(alice), [ServerMessage::Signal { call: id, from: bob.peer, payload }]);
}

#[test]
fn the_callers_offer_travels_while_it_rings_and_the_callee_says_nothing() {
    let (mut story, alice, bob, _) = Story::of_three();
    story.invites(alice, call(1), bob);
    story.signals(alice, call(1), bob, "offer");
    assert_eq!(story.words(bob), ["offer"]);
    story.settle();
    story.signals(bob, call(1), alice, "answer");
    assert_eq!(story.hears_refusal(bob), Some(ErrorCode::NotAccepted));
    assert_eq!(story.hears(alice), []);
    story.accepts(bob, call(1));
    story.signals(bob, call(1), alice, "answer");
    assert_eq!(story.words(alice), ["answer"]);
}

#[test]
fn signals_reach_only_members_of_the_call() {
    let (mut story, alice, bob, carol) = Story::of_three();
    let id = story.connects(alice, bob, 1);
    story.signals(alice, id, carol, "hello");
    assert_eq!(story.hears_refusal(alice), Some(ErrorCode::UnknownCall));
    story.signals(alice, id, alice, "hello");
    assert_eq!(story.hears_refusal(alice), Some(ErrorCode::Yourself));
    assert_eq!(story.hears(carol), []);
}

#[test]
fn what_was_said_while_the_socket_was_lost_is_not_lost() {
    let (mut story, alice, bob, _) = Story::of_three();
    let id = story.connects(alice, bob, 1);
    story.signals(alice, id, bob, "before");
    story.loses_socket(bob);
    story.signals(alice, id, bob, "one");
    story.signals(alice, id, bob, "two");
    let again = story.comes_back(bob, page(1));
    assert_eq!(story.words(again), ["one", "two"]);
    story.loses_socket(again);
    let again = story.comes_back(again, page(1));
    assert_eq!(story.words(again), Vec::<String>::new(), "nothing twice");
}

#[test]
fn what_went_into_a_dead_socket_while_it_rang_is_said_on_the_next_one() {
    let (mut story, alice, bob, _) = Story::of_three();
    story.invites(alice, call(1), bob);
    story.signals(alice, call(1), bob, "offer");
    // Nobody knows yet that his socket is dead.
    story.loses_socket(bob);
    let again = story.comes_back(bob, page(1));
    assert_eq!(story.words(again), ["offer"]);
    story.accepts(again, call(1));
    story.loses_socket(again);
    let again = story.comes_back(again, page(1));
    assert_eq!(story.words(again), Vec::<String>::new(), "the page has it");
}

#[test]
fn what_is_kept_is_bounded_and_the_oldest_goes_first() {
    let (mut story, alice, bob, _) = Story::of_three();
    let id = story.connects(alice, bob, 1);
    story.loses_socket(bob);
    (0..100).for_each(|number| story.signals(alice, id, bob, &number.to_string()));
    let again = story.comes_back(bob, page(1));
    let words = story.words(again);
    assert_eq!((words.len(), words.last().map(String::as_str)), (64, Some("99")));

    story.loses_socket(again);
    let long = "x".repeat(60_000);
    (0..5).for_each(|_| story.signals(alice, id, bob, &long));
    let again = story.comes_back(again, page(1));
    assert_eq!(story.words(again).len(), 2);
}

#[test]
fn a_page_loaded_again_while_it_rings_gets_the_offer_again() {
    let (mut story, alice, bob, _) = Story::of_three();
    story.invites(alice, call(1), bob);
    story.signals(alice, call(1), bob, "offer");
    let again = story.comes_back(bob, page(2));
    assert!(story.admissions[&again.connection].call.is_some());
    assert_eq!(story.words(again), ["offer"]);
}

#[test]
fn a_page_loaded_again_in_a_call_gets_nothing_that_was_meant_for_the_old_one() {
    let (mut story, alice, bob, _) = Story::of_three();
    let id = story.connects(alice, bob, 1);
    story.loses_socket(bob);
    story.signals(alice, id, bob, "restart");
    let again = story.comes_back(bob, page(2));
    assert_eq!(story.words(again), Vec::<String>::new());
}

#[test]
fn what_a_page_said_that_is_no_more_is_not_kept() {
    let (mut story, alice, bob, _) = Story::of_three();
    story.invites(alice, call(1), bob);
    story.signals(alice, call(1), bob, "old offer");
    let alice = story.comes_back(alice, page(2));
    story.signals(alice, call(1), bob, "new offer");
    let again = story.comes_back(bob, page(2));
    assert_eq!(story.words(again), ["new offer"]);
}

#[test]
fn a_call_that_stands_is_counted_once_for_each_participant_and_for_nobody_else() {
    let (mut story, alice, bob, carol) = Story::of_three();
    let set_up = ClientMessage::SetUp { call: call(1), milliseconds: 412, relayed: true };
    story.invites(alice, call(1), bob);
    story.says(bob, set_up.clone());
    assert_eq!(story.hears_refusal(bob), Some(ErrorCode::NotAccepted));
    story.accepts(bob, call(1));
    story.journal.clear();
    for who in [alice, bob, bob, alice] {
        story.says(who, set_up.clone());
    }
    assert_eq!(story.journal, [Event::SetUp { took: Duration::from_millis(412), relayed: true }; 2]);
    story.says(carol, set_up);
    assert_eq!(story.hears_refusal(carol), Some(ErrorCode::UnknownCall));
}
