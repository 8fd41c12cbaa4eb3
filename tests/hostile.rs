//! Whatever comes from outside: some thousand stories that chance tells, always the same ones. `make fuzz` looks for
//! worse ones.

#[path = "hostile/page.rs"]
mod page;
#[path = "hostile/promises.rs"]
mod promises;
#[path = "hostile/room.rs"]
mod room;
#[path = "hostile/story.rs"]
mod story;

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

#[test]
fn a_room_keeps_its_promises_whatever_sockets_say() {
    chance_tells(room::hears);
}

#[test]
fn a_page_lives_with_whatever_server_and_callers_say() {
    chance_tells(page::lives);
}
