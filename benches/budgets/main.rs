//! The budgets, each beside a floor measured in the same run: `make bench`.
//!
//! A figure alone says more about the machine than about the server. So the real server and the floor (see
//! [`floor`]) take turns under the same load, and the ratio of their medians is what counts.
#![allow(clippy::print_stdout, reason = "the table is what this program is for")]

mod attack;
mod browser;
mod connection;
mod floor;
mod idle;
mod process;
mod relay;
mod storm;
mod table;
mod turn;

use std::{error::Error, process::ExitCode};

use process::Kind;
use relay::Relayed;
use table::Table;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// How often the real server and the floor take turns.
const ROUNDS: usize = 5;

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let result = match arguments.next().as_deref() {
        Some(floor::ARGUMENT) => floor::serve().await,
        Some(attack::ARGUMENT) => attack::run(arguments).await,
        _ => measure().await,
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn measure() -> Result<()> {
    let mut table = Table::default();
    if is_wanted("memory") {
        memory(&mut table).await?;
    }
    if is_wanted("relay") {
        relay(&mut table, "2.5 kB", 2_500).await?;
        relay(&mut table, "11 kB", 11_000).await?;
    }
    if is_wanted("storm") {
        storm(&mut table).await?;
    }
    if is_wanted("attack") {
        attack::measure(&mut table).await?;
    }
    if is_wanted("turn") {
        turn::measure(&mut table)?;
    }
    if is_wanted("browser") {
        browser::measure(&mut table)?;
    }
    print!("{table}");
    if table.has(OVERDRAWN) { Err("a budget is overdrawn".into()) } else { Ok(()) }
}

/// What is named on the command line, or everything: `cargo bench … -- relay storm`.
fn is_wanted(part: &str) -> bool {
    let mut named = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).peekable();
    named.peek().is_none() || named.any(|name| name == part)
}

async fn memory(table: &mut Table) -> Result<()> {
    let floor = idle::bytes_per_connection(Kind::Floor).await?;
    let tincan = idle::bytes_per_connection(Kind::Tincan).await?;
    let kib = |bytes: f64| format!("{:.1} KiB", bytes / 1024.0);
    let name = format!("memory per idle connection ({})", idle::CONNECTIONS);
    table.row(&name, kib(floor), kib(tincan), format!("≤ 12 KiB{}", verdict(tincan <= 12.0 * 1024.0)));
    Ok(())
}

async fn relay(table: &mut Table, size: &str, bytes: usize) -> Result<()> {
    let (mut floors, mut tincans) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        floors.push(relay::run(Kind::Floor, bytes).await?);
        tincans.push(relay::run(Kind::Tincan, bytes).await?);
    }
    let of = |all: &[Relayed], figure: fn(&Relayed) -> f64| median(all.iter().map(figure));
    let pair = |figure| (of(&floors, figure), of(&tincans, figure));

    let (floor, tincan) = pair(|run| run.round_trips_per_second);
    let ratio = tincan / floor;
    table.row(
        &format!("relay, {} pairs, {size}: round trips/s", relay::PAIRS),
        format!("{floor:.0}"),
        format!("{tincan:.0}"),
        format!("{ratio:.2} × the floor, at least 0.7{}", verdict(ratio >= 0.7)),
    );
    let (floor, tincan) = pair(|run| run.p99_ms);
    let ratio = tincan / floor;
    let (floor_p50, tincan_p50) = pair(|run| run.p50_ms);
    table.row(
        "… p50 and p99",
        format!("{floor_p50:.1} ms, {floor:.1} ms"),
        format!("{tincan_p50:.1} ms, {tincan:.1} ms"),
        format!("p99 {ratio:.2} × the floor, at most 2{}", verdict(ratio <= 2.0)),
    );
    let (floor, tincan) = pair(|run| run.cpu_seconds_per_100_000);
    let ratio = tincan / floor;
    table.row(
        "… server CPU per 100,000 messages",
        format!("{floor:.2} s"),
        format!("{tincan:.2} s"),
        format!("{ratio:.2} × the floor, at most 1.4{}", verdict(ratio <= 1.4)),
    );
    Ok(())
}

async fn storm(table: &mut Table) -> Result<()> {
    let (mut floors, mut tincans) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        floors.push(storm::run(Kind::Floor).await?);
        tincans.push(storm::run(Kind::Tincan).await?);
    }
    let of = |all: &[storm::Joined], figure: fn(&storm::Joined) -> f64| median(all.iter().map(figure));
    let megabytes = |joined: &storm::Joined| joined.bytes as f64 / 1e6;
    let (floor, tincan) = (of(&floors, megabytes), of(&tincans, megabytes));
    table.row(
        &format!("{} people join one room at once: bytes", storm::PEOPLE),
        format!("{floor:.1} MB"),
        format!("{tincan:.1} MB"),
        format!("≤ 10 MB{}", verdict(tincan <= 10.0)),
    );
    let seconds = |joined: &storm::Joined| joined.seconds;
    let (floor, tincan) = (of(&floors, seconds), of(&tincans, seconds));
    let ratio = tincan / floor;
    table.row(
        "… until all know all",
        format!("{floor:.2} s"),
        format!("{tincan:.2} s"),
        format!("{ratio:.2} × the floor, at most 1.2{}", verdict(ratio <= 1.2)),
    );
    let memory = |joined: &storm::Joined| joined.bytes_per_connection;
    let (floor, tincan) = (of(&floors, memory), of(&tincans, memory));
    table.row(
        "… memory per connection afterwards",
        format!("{:.1} KiB", floor / 1024.0),
        format!("{:.1} KiB", tincan / 1024.0),
        format!("≤ 12 KiB{}", verdict(tincan <= 12.0 * 1024.0)),
    );
    Ok(())
}

/// Marks a budget that is overdrawn.
const OVERDRAWN: &str = " — OVERDRAWN";

fn verdict(kept: bool) -> &'static str {
    if kept { "" } else { OVERDRAWN }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
