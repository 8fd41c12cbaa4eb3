use super::{view::FileStage, *};

const SIZE: u64 = WINDOW / 2;

/// Two people, and what their browsers would do.
struct Two {
    ada: Side,
    ben: Side,
}

#[derive(Default)]
struct Side {
    post: Post,
    page: u64,
    next_id: u32,
    /// What it says, until the other one hears it.
    said: VecDeque<FileMessage>,
    /// Everything else that it asks for.
    asked: Vec<Out>,
}

impl Side {
    fn put(&mut self, outs: Vec<Out>) {
        for out in outs {
            match out {
                Out::Say(message) => self.said.push_back(message),
                other => self.asked.push(other),
            }
        }
    }

    fn id(&self, name: &str) -> u32 {
        self.post.items.iter().find(|item| item.name.as_str() == name).expect("the file is known").id
    }

    fn wishes(&mut self, name: &str, wish: FileWish) {
        let outs = self.post.wish(self.id(name), wish);
        self.put(outs);
    }

    fn happens(&mut self, name: &str, event: FileEvent) {
        let outs = self.post.happened(self.id(name), event, Time::ZERO);
        self.put(outs);
    }

    fn hears(&mut self, message: FileMessage) {
        let outs = self.post.hear(message, &mut self.next_id, Time::ZERO);
        self.put(outs);
    }

    fn stage(&self, name: &str) -> FileStage {
        let nickname = Nickname::parse("Other").unwrap();
        let view = self.post.view(&nickname).find(|file| file.name.as_str() == name);
        view.expect("the file is shown").stage
    }

    fn asks(&self, wanted: impl Fn(&Out) -> bool) -> bool {
        self.asked.iter().any(wanted)
    }
}

fn digest(byte: u8) -> Sha256 {
    Sha256([byte; 32])
}

fn picked(file: u32, name: &str, size: u64) -> Picked {
    Picked { file, name: name.into(), size, preview: None }
}

const fn over(here: bool, why: Reason) -> FileStage {
    FileStage::Over { here, why }
}

impl Two {
    fn connected() -> Self {
        let mut two =
            Self { ada: Side { page: 1, ..Side::default() }, ben: Side { page: 2, ..Side::default() } };
        two.connect();
        two
    }

    fn connect(&mut self) {
        for side in [&mut self.ada, &mut self.ben] {
            side.said.clear();
            let hello = side.post.open(Incarnation::from_random(side.page));
            side.put(vec![hello]);
        }
        self.talk();
    }

    fn disconnect(&mut self) {
        for side in [&mut self.ada, &mut self.ben] {
            side.post.close();
            side.said.clear();
            side.asked.clear();
        }
    }

    /// Until everything that was said is heard.
    fn talk(&mut self) {
        loop {
            if let Some(message) = self.ada.said.pop_front() {
                self.ben.hears(message);
            } else if let Some(message) = self.ben.said.pop_front() {
                self.ada.hears(message);
            } else {
                return;
            }
        }
    }

    /// Ada offers a file.
    fn offered(&mut self, file: u32, name: &str, size: u64) {
        let outs = self.ada.post.offer(file + 1_000, picked(file, name, size));
        self.ada.put(outs);
        self.talk();
    }

    /// Ada offers a file, and Ben takes it.
    fn taken(&mut self, file: u32, name: &str, size: u64) {
        self.offered(file, name, size);
        self.ben.wishes(name, FileWish::Accept);
        self.ben.happens(name, FileEvent::Ready);
        self.talk();
    }

    fn stored(&mut self, name: &str, bytes: u64) {
        self.ben.happens(name, FileEvent::Stored { bytes });
        self.talk();
    }

    /// All of it is sent and stored.
    fn whole(&mut self, file: u32, name: &str, size: u64) {
        self.stored(name, size);
        let outs = self.ada.post.sent(file, digest(7));
        self.ada.put(outs);
        self.ben.happens(name, FileEvent::Whole { sha256: digest(7) });
        self.talk();
    }

    fn stages(&self, name: &str) -> (FileStage, FileStage) {
        (self.ada.stage(name), self.ben.stage(name))
    }
}

#[test]
fn a_file_goes_from_the_offer_to_the_person() {
    let mut two = Two::connected();
    two.offered(0, "a.txt", SIZE);
    assert_eq!(two.stages("a.txt"), (FileStage::Offered, FileStage::Offered));
    two.ben.wishes("a.txt", FileWish::Accept);
    let id = two.ben.id("a.txt");
    assert_eq!(two.ben.asked, [Out::File(FileOp::Receive { id, size: SIZE })]);
    two.ben.happens("a.txt", FileEvent::Ready);
    assert!(two.ben.asks(|out| *out == Out::Op(PairOp::TakeFile { id, file: 0, from: 0 })));
    two.talk();
    let begun =
        [Out::Op(PairOp::SendFile { file: 0, from: 0 }), Out::Op(PairOp::AllowFile { file: 0, until: SIZE })];
    assert_eq!(two.ada.asked, begun);
    two.whole(0, "a.txt", SIZE);
    assert_eq!(two.stages("a.txt"), (FileStage::Checking, FileStage::Checking));
    assert!(two.ben.asks(|out| matches!(out, Out::File(FileOp::Save { .. }))));
    two.ben.happens("a.txt", FileEvent::Saved { chosen: false });
    two.talk();
    assert_eq!(two.stages("a.txt"), (FileStage::Done, FileStage::Done));
    assert_eq!(two.ada.post.keeps().count(), 0, "the sender keeps nothing");
}

#[test]
fn no_more_is_sent_than_a_window_beyond_what_is_stored() {
    let mut two = Two::connected();
    let size = WINDOW + 5_000;
    two.taken(0, "a", size);
    two.stored("a", 1_000);
    let until =
        |out: &Out| if let Out::Op(PairOp::AllowFile { until, .. }) = out { Some(*until) } else { None };
    let allowed: Vec<u64> = two.ada.asked.iter().filter_map(until).collect();
    assert_eq!(allowed, [WINDOW, WINDOW + 1_000]);
    two.stored("a", WINDOW - 5);
    assert_eq!(two.ada.asked.iter().filter_map(until).next_back(), Some(size));
}

#[test]
fn an_empty_file_is_a_file() {
    let mut two = Two::connected();
    two.taken(0, "nothing", 0);
    two.whole(0, "nothing", 0);
    two.ben.happens("nothing", FileEvent::Saved { chosen: false });
    two.talk();
    assert_eq!(two.stages("nothing"), (FileStage::Done, FileStage::Done));
}

#[test]
fn what_is_declined_is_never_sent() {
    let mut two = Two::connected();
    two.offered(0, "a", SIZE);
    two.ben.wishes("a", FileWish::Decline);
    two.talk();
    assert_eq!(two.stages("a"), (over(false, Reason::Declined), over(true, Reason::Declined)));
    assert!(!two.ada.asks(|out| matches!(out, Out::Op(PairOp::SendFile { .. }))));
    assert_eq!((two.ada.post.keeps().count(), two.ben.post.keeps().count()), (0, 0));
}

#[test]
fn either_side_cancels_in_the_middle() {
    for receiver in [false, true] {
        let mut two = Two::connected();
        two.taken(0, "a", SIZE);
        two.stored("a", 1_000);
        let side = if receiver { &mut two.ben } else { &mut two.ada };
        side.wishes("a", FileWish::Cancel);
        two.talk();
        let cancelled = (over(!receiver, Reason::Cancelled), over(receiver, Reason::Cancelled));
        assert_eq!(two.stages("a"), cancelled);
        assert!(two.ada.asks(|out| *out == Out::Op(PairOp::StopFile { file: 0, coming: false })));
        assert!(two.ben.asks(|out| *out == Out::Op(PairOp::StopFile { file: 0, coming: true })));
        assert_eq!((two.ada.post.keeps().count(), two.ben.post.keeps().count()), (0, 0));
    }
}

#[test]
fn either_side_pauses_and_it_goes_on_when_neither_does() {
    let mut two = Two::connected();
    two.taken(0, "a", SIZE);
    let newest = |two: &Two| two.ada.asked.last().cloned();
    let allowed = |until| Some(Out::Op(PairOp::AllowFile { file: 0, until }));
    two.ben.wishes("a", FileWish::Pause(true));
    two.talk();
    assert_eq!(newest(&two), allowed(0));
    two.ada.wishes("a", FileWish::Pause(true));
    two.talk();
    two.ben.wishes("a", FileWish::Pause(false));
    two.talk();
    assert_eq!(newest(&two), allowed(0));
    two.ada.wishes("a", FileWish::Pause(false));
    two.talk();
    assert_eq!(newest(&two), allowed(SIZE));
}

#[test]
fn it_goes_on_from_where_it_stopped_on_a_new_connection() {
    let mut two = Two::connected();
    two.taken(0, "a", SIZE);
    two.stored("a", 5_000);
    two.disconnect();
    assert_eq!(two.stages("a"), (FileStage::Lost, FileStage::Lost));
    // What was on its way is stored meanwhile.
    two.stored("a", 6_000);
    two.connect();
    assert!(two.ada.asks(|out| *out == Out::Op(PairOp::SendFile { file: 0, from: 6_000 })));
    assert_eq!(two.stages("a"), (FileStage::Moving, FileStage::Moving));
    two.whole(0, "a", SIZE);
    two.ben.happens("a", FileEvent::Saved { chosen: false });
    two.talk();
    assert_eq!(two.stages("a"), (FileStage::Done, FileStage::Done));
}

#[test]
fn it_goes_on_when_only_its_own_channel_is_lost_but_not_for_ever() {
    let mut two = Two::connected();
    two.taken(0, "a", SIZE);
    two.stored("a", 5_000);
    for _ in 0..=FRUITLESS_MOST {
        two.ada.asked.clear();
        let outs = two.ben.post.lost(0);
        two.ben.put(outs);
        two.talk();
        assert!(two.ada.asks(|out| *out == Out::Op(PairOp::SendFile { file: 0, from: 5_000 })));
    }
    let outs = two.ben.post.lost(0);
    two.ben.put(outs);
    two.talk();
    assert_eq!(two.stages("a"), (over(false, Reason::Broken), over(true, Reason::Broken)));
}

#[test]
fn an_answer_that_was_lost_is_given_again() {
    for wish in [FileWish::Accept, FileWish::Decline] {
        let mut two = Two::connected();
        two.offered(0, "a", SIZE);
        two.disconnect();
        two.ben.wishes("a", wish);
        if wish == FileWish::Accept {
            two.ben.happens("a", FileEvent::Ready);
        }
        two.connect();
        let there = if wish == FileWish::Accept { FileStage::Moving } else { over(false, Reason::Declined) };
        assert_eq!(two.ada.stage("a"), there);
    }
}

#[test]
fn a_digest_or_an_end_that_was_lost_is_said_again() {
    let mut two = Two::connected();
    two.taken(0, "a", SIZE);
    two.stored("a", SIZE);
    two.ben.happens("a", FileEvent::Whole { sha256: digest(7) });
    _ = two.ada.post.sent(0, digest(7));
    two.disconnect();
    two.connect();
    assert!(two.ada.asks(|out| *out == Out::Op(PairOp::SendFile { file: 0, from: SIZE })));
    let outs = two.ada.post.sent(0, digest(7));
    two.ada.put(outs);
    two.talk();
    two.ben.happens("a", FileEvent::Saved { chosen: false });
    two.disconnect();
    assert_eq!(two.ben.stage("a"), FileStage::Done);
    two.connect();
    assert_eq!(two.stages("a"), (FileStage::Done, FileStage::Done));
}

#[test]
fn what_was_withdrawn_unheard_is_withdrawn_again() {
    let mut two = Two::connected();
    two.offered(0, "a", SIZE);
    two.disconnect();
    two.ada.wishes("a", FileWish::Cancel);
    two.connect();
    assert_eq!(two.stages("a"), (over(true, Reason::Cancelled), over(false, Reason::Cancelled)));
}

#[test]
fn what_had_arrived_before_it_was_withdrawn_is_shown_as_sent() {
    let mut two = Two::connected();
    two.taken(0, "a", SIZE);
    two.whole(0, "a", SIZE);
    two.ada.wishes("a", FileWish::Cancel);
    two.talk();
    assert_eq!(two.stages("a"), (over(true, Reason::Cancelled), FileStage::Checking));
    two.ben.happens("a", FileEvent::Saved { chosen: false });
    // Nor is that lost with a connection.
    two.disconnect();
    two.connect();
    assert_eq!(two.stages("a"), (FileStage::Done, FileStage::Done));

    // Whoever says so of what was never sent is not believed.
    two.taken(1, "b", SIZE);
    two.ada.wishes("b", FileWish::Cancel);
    two.ada.hears(FileMessage::Complete { file: 1 });
    assert_eq!(two.ada.stage("b"), over(true, Reason::Cancelled));
}

#[test]
fn what_is_offered_without_a_connection_is_offered_when_there_is_one() {
    let mut two = Two { ada: Side { page: 1, ..Side::default() }, ben: Side { page: 2, ..Side::default() } };
    two.offered(0, "a", SIZE);
    two.connect();
    assert_eq!(two.ben.stage("a"), FileStage::Offered);
}

#[test]
fn a_page_that_was_loaded_again_is_asked_again_and_its_own_files_are_gone() {
    let mut two = Two::connected();
    two.taken(0, "a", SIZE);
    two.stored("a", 5_000);
    two.ada.hears(FileMessage::Offer { file: 0, name: "b".into(), size: 5, preview: None });
    two.disconnect();
    two.ben = Side { page: 3, ..Side::default() };
    two.connect();
    assert_eq!(two.stages("a"), (FileStage::Offered, FileStage::Offered));
    assert_eq!(two.ada.stage("b"), over(false, Reason::Gone));
    two.ben.wishes("a", FileWish::Accept);
    two.ben.happens("a", FileEvent::Ready);
    two.talk();
    assert!(two.ada.asks(|out| *out == Out::Op(PairOp::SendFile { file: 0, from: 0 })));
}

#[test]
fn what_has_another_digest_is_thrown_away() {
    let mut two = Two::connected();
    two.taken(0, "a", SIZE);
    two.stored("a", SIZE);
    two.ben.happens("a", FileEvent::Whole { sha256: digest(1) });
    let outs = two.ada.post.sent(0, digest(2));
    two.ada.put(outs);
    two.talk();
    assert_eq!(two.stages("a"), (over(false, Reason::Damaged), over(true, Reason::Damaged)));
    assert!(!two.ben.asks(|out| matches!(out, Out::File(FileOp::Save { .. }))));
    assert_eq!(two.ben.post.keeps().count(), 0);
}

#[test]
fn the_disk_is_full_or_the_file_has_changed() {
    let mut two = Two::connected();
    two.taken(0, "a", SIZE);
    two.ben.happens("a", FileEvent::Failed { why: Reason::NoRoom });
    two.taken(1, "b", SIZE);
    let outs = two.ada.post.unsent(1, Reason::Unreadable);
    two.ada.put(outs);
    two.talk();
    assert_eq!(two.stages("a"), (over(false, Reason::NoRoom), over(true, Reason::NoRoom)));
    assert_eq!(two.stages("b"), (over(true, Reason::Unreadable), over(false, Reason::Unreadable)));
}

#[test]
fn a_few_files_come_at_once_and_the_others_in_their_turn() {
    let mut two = Two::connected();
    let names: Vec<String> = (0..6).map(|file| format!("file {file}")).collect();
    for (file, name) in (0..).zip(&names) {
        two.taken(file, name, SIZE);
    }
    let moving = |two: &Two| names.iter().filter(|name| two.ben.stage(name) == FileStage::Moving).count();
    assert_eq!((moving(&two), two.ben.stage("file 5")), (AT_ONCE, FileStage::Waiting));
    two.ben.wishes("file 0", FileWish::Cancel);
    two.talk();
    assert_eq!((two.ben.stage("file 4"), two.ben.stage("file 5")), (FileStage::Moving, FileStage::Waiting));
    // Whoever pauses gives up the turn.
    two.ben.wishes("file 1", FileWish::Pause(true));
    two.talk();
    assert_eq!(two.ben.stage("file 5"), FileStage::Moving);
}

#[test]
fn a_receiver_that_lies_ends_that_file_and_no_other() {
    let lies = [
        FileMessage::Take { file: 0, from: WINDOW + 1 },
        FileMessage::Take { file: 0, from: u64::MAX },
        FileMessage::Received { file: 0, bytes: WINDOW + 1 },
        FileMessage::Received { file: 0, bytes: 99 },
        FileMessage::Complete { file: 0 },
    ];
    for lie in lies {
        let mut two = Two::connected();
        two.taken(0, "a", SIZE);
        two.taken(1, "b", SIZE);
        two.stored("a", 100);
        two.ada.hears(lie.clone());
        two.talk();
        assert_eq!(two.stages("a"), (over(true, Reason::Broken), over(false, Reason::Broken)), "{lie:?}");
        assert_eq!(two.stages("b"), (FileStage::Moving, FileStage::Moving));
    }
}

#[test]
fn a_sender_that_changes_the_size_ends_that_file() {
    let mut two = Two::connected();
    two.taken(0, "a", SIZE);
    two.ben.hears(FileMessage::Offer { file: 0, name: "a".into(), size: SIZE + 1, preview: None });
    assert_eq!(two.ben.stage("a"), over(true, Reason::Broken));
    two.ben.hears(FileMessage::Offer { file: 9, name: "b".into(), size: u64::MAX, preview: None });
    assert_eq!(two.ben.said.pop_back(), Some(FileMessage::Refuse { file: 9, why: Reason::TooLarge }));
}

#[test]
fn however_many_are_offered_few_are_kept() {
    let mut two = Two::connected();
    for file in 0..500 {
        two.ben.hears(FileMessage::Offer { file, name: "a".into(), size: 1, preview: None });
    }
    assert_eq!(two.ben.post.items.len(), OPEN_MOST);
    assert_eq!(two.ben.said.len(), 500 - OPEN_MOST);
    for file in 0..5_000 {
        two.ben.hears(FileMessage::Withdraw { file, why: Reason::Cancelled });
        two.ben.hears(FileMessage::Offer { file: file + 500, name: "a".into(), size: 1, preview: None });
    }
    assert!(two.ben.post.items.len() <= KNOWN_MOST);
}

#[test]
fn what_nobody_asked_for_changes_nothing() {
    let mut two = Two::connected();
    two.offered(0, "a", SIZE);
    let words = [
        FileMessage::Digest { file: 0, sha256: digest(1) },
        FileMessage::Pause { file: 5, paused: true },
        FileMessage::Received { file: 0, bytes: 3 },
        FileMessage::Take { file: 3, from: 0 },
        FileMessage::Complete { file: 3 },
    ];
    words.into_iter().for_each(|message| two.ben.hears(message));
    two.ben.happens("a", FileEvent::Stored { bytes: SIZE });
    two.ben.happens("a", FileEvent::Saved { chosen: false });
    assert_eq!(two.stages("a"), (FileStage::Offered, FileStage::Offered));
    let mut stranger = Side::default();
    stranger.hears(FileMessage::Offer { file: 0, name: "a".into(), size: 1, preview: None });
    assert!(stranger.post.items.is_empty(), "nothing counts before the first word");
}
