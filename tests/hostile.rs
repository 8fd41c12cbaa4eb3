//! Whatever comes from outside: the stories that the fuzzer has found worth keeping, and some thousand that chance
//! tells, always the same ones. `make fuzz` looks for more.

#[path = "hostile/page.rs"]
mod page;
#[path = "hostile/promises.rs"]
mod promises;
#[path = "hostile/room.rs"]
mod room;
#[path = "hostile/story.rs"]
mod story;

use std::{fs, panic, path::Path};

use proptest::{
    collection::vec,
    prelude::any,
    test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner},
};

const STORIES: u32 = 3_000;
const STORY_BYTES_MOST: usize = 1_500;

fn chance_tells(hear: fn(&[u8])) {
    let config = Config { cases: STORIES, failure_persistence: None, ..Config::default() };
    let chance = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let told =
        TestRunner::new_with_rng(config, chance).run(&vec(any::<u8>(), 0..STORY_BYTES_MOST), |bytes| {
            hear(&bytes);
            Ok(())
        });
    match told {
        Ok(()) => {}
        Err(TestError::Fail(why, bytes)) => panic!("{why}, in the story {bytes:?}"),
        Err(TestError::Abort(why)) => panic!("{why}"),
    }
}

fn the_fuzzer_tells(target: &str, hear: fn(&[u8])) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let stories: Vec<_> =
        fs::read_dir(&corpus).expect("a corpus").flatten().map(|file| file.path()).collect();
    assert!(!stories.is_empty(), "there are no stories in {}", corpus.display());
    for story in stories {
        let bytes = fs::read(&story).expect("a story");
        let ends_well = panic::catch_unwind(|| hear(&bytes)).is_ok();
        assert!(ends_well, "{} does not end well", story.display());
    }
}

#[test]
fn a_room_keeps_its_promises_whatever_sockets_say() {
    chance_tells(room::hears);
}

#[test]
fn a_room_keeps_its_promises_in_what_the_fuzzer_found() {
    the_fuzzer_tells("wire_to_registry", room::hears);
}

#[test]
fn a_page_lives_with_whatever_server_and_callers_say() {
    chance_tells(page::lives);
}

#[test]
fn a_page_lives_with_what_the_fuzzer_found() {
    the_fuzzer_tells("phone", page::lives);
}
