use std::time::Duration;

use super::*;

/// One side, its page and its thread to the other.
struct Side {
    page: Incarnation,
    chat: Chat,
    thread: Thread,
    name: Nickname,
}

impl Side {
    fn new(page: u64, other: &str) -> Self {
        let (page, name) = (Incarnation::from_random(page), Nickname::parse(other).unwrap());
        Self { page, chat: Chat::default(), thread: Thread::default(), name }
    }

    fn hears(&mut self, message: ChatMessage) -> Vec<ChatMessage> {
        let hearing = Hearing {
            chat: &mut self.chat,
            own_page: self.page,
            name: &self.name,
            now: Time::ZERO,
            timeouts: &Timeouts::default(),
        };
        let answers = self.thread.hear(hearing, message);
        self.chat.delivered(std::iter::once(&self.thread));
        answers
    }

    fn writes(&mut self, text: &str) -> Vec<ChatMessage> {
        assert!(self.chat.write(text, Time::ZERO), "{text:.20}");
        self.thread.newest(&self.chat).into_iter().collect()
    }

    fn reads(&self) -> Vec<String> {
        self.view()
            .lines
            .iter()
            .filter(|line| line.from.is_some())
            .map(|line| line.text.to_string())
            .collect()
    }

    fn view(&self) -> ChatView {
        self.chat.view(std::iter::once((&self.name, &self.thread)))
    }
}

/// Everything that is said goes over, and what is answered, until nothing is said any more.
fn carry(to: &mut Side, back: &mut Side, messages: Vec<ChatMessage>) {
    for message in messages {
        let answers = to.hears(message);
        carry(back, to, answers);
    }
}

fn connect(alice: &mut Side, bob: &mut Side) {
    let (hers, his) = (alice.thread.open(alice.page), bob.thread.open(bob.page));
    carry(bob, alice, vec![hers]);
    carry(alice, bob, vec![his]);
}

fn pair() -> (Side, Side) {
    let (mut alice, mut bob) = (Side::new(1, "Bob"), Side::new(2, "Alice"));
    connect(&mut alice, &mut bob);
    (alice, bob)
}

#[test]
fn a_text_arrives_and_is_said_to_have_arrived() {
    let (mut alice, mut bob) = pair();
    let said = alice.writes("hello");
    assert!(!alice.view().lines[0].delivered);
    carry(&mut bob, &mut alice, said);
    assert_eq!(bob.reads(), ["hello"]);
    assert!(alice.view().lines[0].delivered);
    assert_eq!((bob.view().unread, alice.view().unread), (1, 0));
}

#[test]
fn what_was_lost_with_a_channel_is_said_on_the_next_one_and_what_was_not_is_not() {
    let (mut alice, mut bob) = pair();
    let first = alice.writes("one");
    // It arrives, and the word of it is lost.
    bob.hears(first[0].clone());
    alice.writes("two, lost");
    alice.thread.close();
    bob.thread.close();
    alice.writes("three, while there is no channel");
    connect(&mut alice, &mut bob);
    assert_eq!(bob.reads(), ["one", "two, lost", "three, while there is no channel"]);
    assert!(alice.view().lines.iter().all(|line| line.delivered));
}

#[test]
fn the_same_text_twice_counts_once() {
    let (mut alice, mut bob) = pair();
    let said = alice.writes("hello");
    bob.hears(said[0].clone());
    assert_eq!(bob.hears(said[0].clone()), [ChatMessage::Received { count: 1 }]);
    assert_eq!(bob.reads(), ["hello"]);
}

#[test]
fn a_page_that_is_loaded_anew_is_heard_from_its_first_text() {
    let (mut alice, mut bob) = pair();
    let said = alice.writes("before");
    carry(&mut bob, &mut alice, said);
    let mut alice = Side::new(3, "Bob");
    alice.writes("after");
    connect(&mut alice, &mut bob);
    assert_eq!(bob.reads(), ["before", "after"]);
    let said = bob.writes("welcome back");
    carry(&mut alice, &mut bob, said);
    assert_eq!(alice.reads(), ["welcome back"]);
    assert!(bob.view().lines.iter().all(|line| line.delivered));
}

#[test]
fn nothing_is_said_before_the_other_side_has_said_how_far_it_has_heard() {
    let mut alice = Side::new(1, "Bob");
    alice.thread.open(alice.page);
    assert_eq!(alice.writes("early"), []);
    assert_eq!(alice.thread.typing(Time::ZERO, &Timeouts::default()), None);
    assert_eq!(alice.hears(ChatMessage::Text { number: 0, text: "x".into() }), [], "who is that?");
}

#[test]
fn a_writer_is_bounded_and_nothing_is_lost_by_it() {
    let mut alice = Side::new(1, "Bob");
    for number in 0..OUTBOX_MOST {
        alice.writes(&number.to_string());
    }
    assert!(alice.view().full && !alice.chat.write("one too many", Time::ZERO));
    let mut bob = Side::new(2, "Alice");
    connect(&mut alice, &mut bob);
    assert_eq!(bob.reads().len(), OUTBOX_MOST);
    assert!(!alice.view().full);
}

#[test]
fn a_flood_pushes_out_the_oldest_and_a_long_text_is_cut() {
    let (_, mut bob) = pair();
    for number in 0..2_000 {
        bob.hears(ChatMessage::Text { number, text: "x".repeat(50_000) });
    }
    let lines = bob.view().lines;
    assert_eq!(lines.len(), LINES_MOST);
    assert!(lines.iter().all(|line| line.text.chars().count() == TEXT_MOST));
}

#[test]
fn nobody_has_received_what_was_not_written() {
    let (mut alice, _) = pair();
    alice.hears(ChatMessage::Received { count: u32::MAX });
    alice.writes("hello");
    assert!(!alice.view().lines[0].delivered);
}

#[test]
fn a_text_number_at_the_end_of_all_numbers_does_no_harm() {
    let (_, mut bob) = pair();
    bob.hears(ChatMessage::Text { number: u32::MAX, text: "last".into() });
    bob.hears(ChatMessage::Text { number: u32::MAX, text: "again".into() });
    assert!(bob.reads().len() <= 2);
}

#[test]
fn what_is_empty_or_too_long_is_not_taken() {
    let mut alice = Side::new(1, "Bob");
    for text in ["", "  \n ", &"x".repeat(TEXT_MOST + 1)] {
        assert!(!alice.chat.write(text, Time::ZERO), "{text:.20}");
    }
    assert!(alice.chat.write("  two\nlines \n", Time::ZERO));
    assert_eq!(&*alice.view().lines[0].text, "  two\nlines");
}

#[test]
fn typing_is_said_now_and_then_and_ends_by_itself() {
    let (mut alice, mut bob) = pair();
    let timeouts = Timeouts::default();
    assert_eq!(alice.thread.typing(Time::ZERO, &timeouts), Some(ChatMessage::Typing {}));
    assert_eq!(alice.thread.typing(Duration::from_millis(100), &timeouts), None);
    alice.writes("hello");
    assert_eq!(alice.thread.typing(Time::ZERO, &timeouts), Some(ChatMessage::Typing {}), "another text");
    bob.hears(ChatMessage::Typing {});
    assert_eq!(bob.view().typing.len(), 1);
    assert!(!bob.thread.tick(timeouts.typing - Duration::from_millis(1)));
    assert!(bob.thread.tick(timeouts.typing));
    assert_eq!(bob.view().typing.len(), 0);
}

#[test]
fn whoever_looks_at_the_chat_has_read_it() {
    let (mut alice, mut bob) = pair();
    let said = alice.writes("hello");
    carry(&mut bob, &mut alice, said);
    bob.chat.show(true);
    assert_eq!(bob.view().unread, 0);
    let said = alice.writes("again");
    carry(&mut bob, &mut alice, said);
    assert_eq!(bob.view().unread, 0);
}
