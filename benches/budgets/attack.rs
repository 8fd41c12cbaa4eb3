//! What honest people notice while somebody attacks the server, which has the limits that it comes with.
//!
//! The honest come from 127.0.0.1, the attackers from other addresses of the loopback network: the server counts
//! connections for each address. The attackers run when nobody else wants to (SCHED_IDLE), so that what is measured is
//! the work that they make for the server, and not a fight for the processors of this machine: with a nice of 19 and as
//! many blows, the honest waited up to five times as long.

mod attacker;
mod honest;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::time::{interval, timeout};

pub use self::attacker::{ARGUMENT, run};
use self::{
    attacker::{Attack, Attackers},
    honest::{Heard, Honest, Span},
};
use crate::{Result, process::Server, table::Table, verdict};

const PEACE: Duration = Duration::from_secs(5);
const DURATION: Duration = Duration::from_secs(5);
/// How often the server's memory is looked at.
const SAMPLE: Duration = Duration::from_millis(50);
/// The attackers are at it by then.
const UNTIL_BEGUN: Duration = Duration::from_secs(15);
/// The server has let go of them this long after they are gone: a write that is under way has 10 s, and so has
/// what is said last.
const UNTIL_GONE: Duration = Duration::from_secs(25);

/// A shorter time than this is nothing to divide by: a few hundred microseconds more or less are the
/// scheduler's, with two processors for everybody.
const LEAST_P99: Duration = Duration::from_millis(1);
const MOST_TIMES: f64 = 5.0;
/// Whoever waits longer in peace waits for something else that this machine does: five times as long says nothing
/// about the server, kept or not.
const MOST_IN_PEACE: Duration = Duration::from_millis(5);
/// How often each attack is tried: the middle one counts, and what was worst of memory and of newcomers.
const ROUNDS: usize = 3;
const MIB: f64 = 1024.0 * 1024.0;

struct Measured {
    blows: u64,
    before: Noticed,
    during: Noticed,
    /// Resident, in bytes.
    memory: Memory,
}

struct Noticed {
    p99: Option<Duration>,
    let_in: Vec<Duration>,
    refused: Vec<String>,
}

#[derive(Clone, Copy)]
struct Memory {
    before: u64,
    most: u64,
    after: u64,
}

pub async fn measure(table: &mut Table) -> Result<()> {
    for attack in Attack::ALL {
        let mut rounds = Vec::new();
        for _ in 0..ROUNDS {
            rounds.push(try_once(attack).await?);
        }
        report(table, attack, &middle(rounds));
    }
    Ok(())
}

async fn try_once(attack: Attack) -> Result<Measured> {
    let server = Arc::new(Server::start_limited()?);
    let mut honest = Honest::gather(&server).await?;
    let heard = honest.heard();
    tokio::select! {
        measured = withstand(attack, &server, &heard) => measured,
        why = honest.lost() => Err(format!("{}: an honest pair was lost: {why}", attack.name()).into()),
    }
}

fn middle(mut rounds: Vec<Measured>) -> Measured {
    rounds.sort_by(|one, other| one.times().total_cmp(&other.times()));
    let refused = rounds.iter().flat_map(|round| round.during.refused.clone()).collect();
    let grown = |round: &Measured| round.memory.most.saturating_sub(round.memory.before);
    let hungriest = rounds.iter().max_by_key(|round| grown(round)).map(|round| round.memory);
    let mut middle = rounds.swap_remove(rounds.len() / 2);
    middle.memory = hungriest.unwrap_or(middle.memory);
    middle.during.refused = refused;
    middle
}

async fn withstand(attack: Attack, server: &Server, heard: &Heard) -> Result<Measured> {
    let (peace, _) = watch(server, PEACE).await?;
    let before = server.own_bytes()?;
    let open_files = server.open_files()?;

    let attackers = Attackers::start(attack, server.address)?;
    timeout(UNTIL_BEGUN, attackers.begun()).await.map_err(|_| "the attack did not begin")?;
    let (war, most) = watch(server, DURATION).await?;
    let blows = attackers.blows();
    drop(attackers);

    timeout(UNTIL_GONE, gone(server, open_files)).await.map_err(|_| "connections were left open")??;
    let memory = Memory { before, most, after: server.own_bytes()? };
    Ok(Measured { blows, before: Noticed::of(heard, &peace), during: Noticed::of(heard, &war), memory })
}

/// Lets some time go by, and gives the most memory that the server had meanwhile.
async fn watch(server: &Server, how_long: Duration) -> Result<(Span, u64)> {
    let start = Instant::now();
    let (mut pace, mut most) = (interval(SAMPLE), 0);
    while start.elapsed() < how_long {
        pace.tick().await;
        most = most.max(server.own_bytes()?);
    }
    Ok((start..Instant::now(), most))
}

/// Newcomers come and go all the time: two may be there.
async fn gone(server: &Server, open_files: usize) -> Result<()> {
    let mut pace = interval(SAMPLE);
    while server.open_files()? > open_files + 2 {
        pace.tick().await;
    }
    Ok(())
}

impl Measured {
    /// How many times as long the honest wait.
    fn times(&self) -> f64 {
        let seconds =
            |time: Option<Duration>| time.map_or(f64::INFINITY, |time| time.max(LEAST_P99).as_secs_f64());
        seconds(self.during.p99) / seconds(self.before.p99)
    }
}

impl Noticed {
    fn of(heard: &Heard, span: &Span) -> Self {
        let (let_in, refused) = heard.newcomers(span);
        Self { p99: heard.p99(span), let_in, refused }
    }

    fn p99_text(&self) -> String {
        self.p99
            .map_or_else(|| "answers that did not come".to_owned(), |time| format!("p99 {}", millis(time)))
    }

    fn slowest(&self) -> Duration {
        self.let_in.iter().max().copied().unwrap_or_default()
    }
}

fn report(table: &mut Table, attack: Attack, measured: &Measured) {
    let Measured { blows, before, during, memory } = measured;
    let times = measured.times();
    let is_quiet = before.p99.is_some_and(|time| time <= MOST_IN_PEACE);
    let mib = |bytes: u64| bytes as f64 / MIB;
    let grown = mib(memory.most) - mib(memory.before);
    table.row(
        &format!("{}: {blows} {} in {} s", attack.name(), attack.blows(), DURATION.as_secs()),
        format!("{}, {:.0} MiB before", before.p99_text(), mib(memory.before)),
        format!(
            "{}, {:.0} MiB at most, {:.0} MiB after",
            during.p99_text(),
            mib(memory.most),
            mib(memory.after)
        ),
        format!(
            "{times:.1} × before, at most {MOST_TIMES:.0}{}{}; {grown:+.0} MiB, at most {:.0}{}",
            if is_quiet { "" } else { " (this machine is too busy to tell)" },
            verdict(!is_quiet || times <= MOST_TIMES),
            attack.most_mib(),
            verdict(grown <= attack.most_mib()),
        ),
    );
    let all = during.let_in.len() + during.refused.len();
    let refused = during.refused.first().map_or_else(String::new, |why| format!("; the others: {why}"));
    table.row(
        "… newcomers",
        format!("{} let in, within {}", before.let_in.len(), millis(before.slowest())),
        format!("{} of {all} let in, within {}{refused}", during.let_in.len(), millis(during.slowest())),
        format!("all of them{}", verdict(during.refused.is_empty())),
    );
}

fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}
