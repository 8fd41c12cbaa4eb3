//! The phone in a page whose server and whose callers are hostile.

#![no_main]

#[path = "../../tests/hostile/page.rs"]
mod page;
#[path = "../../tests/hostile/story.rs"]
mod story;

libfuzzer_sys::fuzz_target!(|story: &[u8]| page::lives(story));
