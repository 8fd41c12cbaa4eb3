//! A room whose sockets are hostile.

#![no_main]

#[path = "../../tests/hostile/promises.rs"]
mod promises;
#[path = "../../tests/hostile/room.rs"]
mod room;
#[path = "../../tests/hostile/story.rs"]
mod story;

libfuzzer_sys::fuzz_target!(|story: &[u8]| room::hears(story));
