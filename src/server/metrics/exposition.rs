//! The numbers, written down for Prometheus: its text-based exposition format, version 0.0.4.

use std::{fmt::Write, time::UNIX_EPOCH};

use super::{BOUNDS, CODES, Counter, Histogram, Metrics, OUTCOMES};

/// What the names of all metrics begin with.
const PREFIX: &str = "tincan_";

impl Metrics {
    /// The media type of [`Self::exposition`].
    pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

    /// All of it, a few KiB however many people there are.
    pub fn exposition(&self) -> String {
        let mut page = Page::default();
        let build = concat!("{version=\"", env!("CARGO_PKG_VERSION"), "\"}");
        page.family("build_info", "gauge", "The version of this program.", [(build, 1)]);
        let started = self.started.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        page.number("start_time_seconds", "gauge", "When this server was started, in Unix time.", started);
        page.number("connections", "gauge", "WebSocket connections that are open.", self.connections.get());
        page.count("connections_opened_total", "WebSocket connections so far.", &self.connections_opened);
        page.number("rooms", "gauge", "Rooms that are open.", self.rooms.get());
        page.number("people", "gauge", "People in rooms, lost for a moment or not.", self.people.get());
        page.count("calls_rung_total", "Times that somebody was rung.", &self.calls_rung);
        page.labelled("calls_ended_total", "Calls that ended.", "outcome", &OUTCOMES, &self.outcomes);
        page.head("call_duration_seconds", "summary", "How long answered calls lasted.");
        page.line("call_duration_seconds_sum", "", seconds(self.call_milliseconds.get()));
        page.line("call_duration_seconds_count", "", self.calls_answered.get());
        page.head(
            "call_set_up_seconds",
            "histogram",
            "How long it took from accepting to the first picture.",
        );
        page.histogram("call_set_up_seconds", "path=\"direct\"", &self.set_up_directly);
        page.histogram("call_set_up_seconds", "path=\"relay\"", &self.set_up_by_relay);
        page.labelled("errors_total", "Requests that were refused.", "code", &CODES, &self.errors);
        page.count("messages_relayed_total", "Messages from peer to peer.", &self.relayed);
        let allocations = self.relay_allocations.get();
        page.number("relay_allocations", "gauge", "Allocations that the relay holds.", allocations);
        page.count("relay_bytes_total", "Bytes that the relay passed on.", &self.relay_bytes);
        page.0
    }
}

fn seconds(milliseconds: u64) -> String {
    format!("{}.{:03}", milliseconds / 1000, milliseconds % 1000)
}

#[derive(Default)]
struct Page(String);

impl Page {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a string does not fail.
        let _ = writeln!(self.0, "# HELP {PREFIX}{name} {help}\n# TYPE {PREFIX}{name} {kind}");
    }

    fn line(&mut self, name: &str, labels: &str, value: impl std::fmt::Display) {
        let _ = writeln!(self.0, "{PREFIX}{name}{labels} {value}");
    }

    fn family<'a>(
        &mut self,
        name: &str,
        kind: &str,
        help: &str,
        samples: impl IntoIterator<Item = (&'a str, u64)>,
    ) {
        self.head(name, kind, help);
        for (labels, value) in samples {
            self.line(name, labels, value);
        }
    }

    fn number(&mut self, name: &str, kind: &str, help: &str, value: u64) {
        self.family(name, kind, help, [("", value)]);
    }

    fn count(&mut self, name: &str, help: &str, counter: &Counter) {
        self.number(name, "counter", help, counter.get());
    }

    /// Each bucket holds those before it too.
    fn histogram(&mut self, name: &str, label: &str, histogram: &Histogram) {
        let bounds = BOUNDS.map(seconds).into_iter().chain(["+Inf".to_owned()]);
        let mut so_far = 0;
        for (bound, counter) in bounds.zip(&histogram.counters) {
            so_far += counter.get();
            self.line(&format!("{name}_bucket"), &format!("{{{label},le=\"{bound}\"}}"), so_far);
        }
        let milliseconds = histogram.milliseconds.get();
        self.line(&format!("{name}_sum"), &format!("{{{label}}}"), seconds(milliseconds));
        self.line(&format!("{name}_count"), &format!("{{{label}}}"), so_far);
    }

    /// Names that are known beforehand, so that nothing in them has to be escaped.
    fn labelled(&mut self, name: &str, help: &str, label: &str, values: &[&str], counters: &[Counter]) {
        self.head(name, "counter", help);
        for (value, counter) in values.iter().zip(counters) {
            self.line(name, &format!("{{{label}=\"{value}\"}}"), counter.get());
        }
    }
}
