//! The real registry and many real phones in one process: no browser, no sockets, virtual time, a network that
//! delays and loses, and people who click at random. A seed that fails prints its trace and replays with
//! `SEED=… cargo test --features ssr --test simulation`.

#[path = "simulation/bulk.rs"]
mod bulk;
#[path = "simulation/client.rs"]
mod client;
#[path = "simulation/dice.rs"]
mod dice;
#[path = "simulation/held_to_reality.rs"]
mod held_to_reality;
#[path = "simulation/invariants.rs"]
mod invariants;
#[path = "simulation/model_peer.rs"]
mod model_peer;
#[path = "simulation/people.rs"]
mod people;
#[path = "hostile/promises.rs"]
mod promises;
#[path = "simulation/tally.rs"]
mod tally;
#[path = "simulation/world.rs"]
mod world;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use tally::Tally;
use world::{Event, World};

/// How many runs; `SEEDS` changes it.
const SEEDS: u64 = 5_000;
/// People act and things break for so long.
const BUSY: Duration = Duration::from_secs(90);
/// Then everything has so long to come to rest. What waits longer in life, for a laptop that is opened again or a
/// network that is found, waits for less here.
const REST: Duration = Duration::from_secs(60);
/// How much of the trace of a run that failed is printed.
const TRACE_LINES: usize = 250;

fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn whatever_people_and_the_network_do_everybody_agrees_in_the_end() {
    if let Some(seed) = from_environment("SEED") {
        run(seed);
        return;
    }
    let seeds = from_environment("SEEDS").unwrap_or(SEEDS);
    let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get() as u64);
    let mut seen = Tally::default();
    std::thread::scope(|scope| {
        let share =
            |thread: u64| move || (thread..seeds).step_by(threads as usize).map(run).collect::<Vec<_>>();
        let shares: Vec<_> = (0..threads).map(|thread| scope.spawn(share(thread))).collect();
        for share in shares {
            match share.join() {
                Ok(tallies) => tallies.into_iter().for_each(|tally| seen.add(&tally)),
                Err(failed) => std::panic::resume_unwind(failed),
            }
        }
    });
    seen.covers_everything();
}

fn run(seed: u64) -> Tally {
    let mut world = World::new(seed, people(seed));
    if catch_unwind(AssertUnwindSafe(|| live(&mut world, seed))).is_err() {
        tell(seed);
    }
    world.tally
}

fn people(seed: u64) -> usize {
    2 + (seed % 4) as usize
}

fn live(world: &mut World, seed: u64) {
    // Every other run is undisturbed.
    if seed % 2 == 1 {
        world.after(1_000, 10_000, Event::Fault);
    }
    world.run_until(BUSY);
    world.at_rest = true;
    world.run_until(BUSY + REST);
    invariants::at_rest(world);
}

/// The same run once more, with its trace, which is most of the work.
fn tell(seed: u64) {
    let mut world = World::new(seed, people(seed));
    world.trace = Some(Vec::new());
    let outcome = catch_unwind(AssertUnwindSafe(|| live(&mut world, seed)));
    let trace = world.trace.unwrap_or_default();
    let lines = trace[trace.len().saturating_sub(TRACE_LINES)..].join("\n");
    let reason = outcome.err().map(|reason| {
        let said = reason.downcast_ref::<String>().cloned();
        said.or_else(|| reason.downcast_ref::<&str>().map(|said| (*said).to_owned())).unwrap_or_default()
    });
    panic!("seed {seed}: {}\n{lines}", reason.unwrap_or_else(|| "it went well the second time".into()));
}
