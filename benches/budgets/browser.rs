//! What needs a browser is measured by one: `end2end/bench`.

use std::{fs, path::Path, process::Command};

use serde::Deserialize;

use crate::{Result, table::Table, verdict};

#[derive(Deserialize)]
struct Measured {
    first_visit_bytes: u64,
    /// Medians.
    first_frame_ms: f64,
    first_frame_floor_ms: f64,
}

/// What a large room is like.
#[derive(Deserialize)]
struct Room {
    /// The median.
    appears_ms: f64,
    crowd_listed_ms: f64,
    crowd_found_ms: f64,
}

/// A bare Leptos page with a router, in brotli.
const BARE_PAGE: &str = "100 kB";

pub fn measure(table: &mut Table) -> Result<()> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let report = repository.join("target/e2e/bench.json");
    let status = Command::new("node_modules/.bin/playwright")
        .args(["test", "--project=bench", "first-frame", "people"])
        .env("BENCH", &report)
        .current_dir(repository.join("end2end"))
        .status()?;
    if !status.success() {
        return Err("the measurements in the browser failed".into());
    }
    let measured: Measured = serde_json::from_str(&fs::read_to_string(&report)?)?;
    let room: Room = serde_json::from_str(&fs::read_to_string(report.with_extension("json.people"))?)?;
    let visit = measured.first_visit_bytes as f64 / 1000.0;
    table.row(
        "first visit, brotli, everything",
        format!("a bare Leptos page: {BARE_PAGE}"),
        format!("{visit:.0} kB"),
        format!("≤ 200 kB{}", verdict(visit <= 200.0)),
    );
    let ratio = measured.first_frame_ms / measured.first_frame_floor_ms;
    table.row(
        "accept to the first remote frame",
        format!("{:.0} ms", measured.first_frame_floor_ms),
        format!("{:.0} ms", measured.first_frame_ms),
        format!("{ratio:.2} × the floor, at most 1.3{}", verdict(ratio <= 1.3)),
    );
    table.row(
        "somebody joins until others see it",
        "changes are gathered for 50 ms".to_owned(),
        format!("{:.0} ms", room.appears_ms),
        format!("≤ 200 ms{}", verdict(room.appears_ms <= 200.0)),
    );
    table.row(
        "a room of 500: entering until all are listed, and searching",
        String::new(),
        format!("{:.0} ms, {:.0} ms", room.crowd_listed_ms, room.crowd_found_ms),
        String::new(),
    );
    Ok(())
}
