//! A figure over the last minutes, as the path of a drawing.

use std::{fmt::Write, time::Duration};

use crate::call::quality::Point;

pub const WIDTH: f64 = 180.0;
pub const HEIGHT: f64 = 40.0;
/// Nothing was measured in between.
const GAP: Duration = Duration::from_secs(10);
/// In seconds: a shorter call does not fill it.
const SPAN_LEAST: f64 = 60.0;

/// How far back it goes, in whole minutes.
#[must_use]
pub fn minutes(points: &[Point]) -> u32 {
    (span(points) / 60.0).ceil() as u32
}

fn span(points: &[Point]) -> f64 {
    let ends = points.first().zip(points.last());
    ends.map_or(0.0, |(first, last)| last.at.saturating_sub(first.at).as_secs_f64()).max(SPAN_LEAST)
}

/// The newest is at the right; where there is nothing, there is a gap.
#[must_use]
pub fn curve(points: &[Point], read: fn(&Point) -> Option<f64>, least: f64) -> String {
    let Some(newest) = points.last() else { return String::new() };
    let most = points.iter().filter_map(read).fold(least, f64::max);
    let scale = WIDTH / span(points);
    let mut path = String::new();
    let mut word = 'M';
    let mut before = newest.at;
    for point in points {
        if point.at.saturating_sub(before) > GAP {
            word = 'M';
        }
        before = point.at;
        let Some(value) = read(point) else {
            word = 'M';
            continue;
        };
        let x = WIDTH - scale * newest.at.saturating_sub(point.at).as_secs_f64();
        let y = HEIGHT * (1.0 - value / most);
        // A string takes everything.
        let _ = write!(path, "{word}{x:.1} {y:.1}");
        word = 'L';
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(at: u64, frames: Option<f64>) -> Point {
        Point {
            at: Duration::from_secs(at),
            received: 0.0,
            sent: 0.0,
            loss: 0.0,
            lost_there: 0.0,
            round_trip: None,
            jitter: None,
            frames,
        }
    }

    #[test]
    fn the_newest_is_at_the_right_and_the_highest_at_the_top() {
        let points = [point(0, Some(0.0)), point(5, Some(20.0)), point(10, Some(10.0))];
        assert_eq!(curve(&points, |point| point.frames, 1.0), "M150.0 40.0L165.0 0.0L180.0 20.0");
        assert_eq!(curve(&points, |point| point.frames, 40.0), "M150.0 40.0L165.0 20.0L180.0 30.0");
    }

    #[test]
    fn a_short_call_fills_a_part_of_a_minute_and_a_long_one_all_there_is() {
        assert_eq!(minutes(&[]), 1);
        assert_eq!(minutes(&[point(0, None), point(60, None)]), 1);
        assert_eq!(minutes(&[point(0, None), point(178, None)]), 3);
    }

    #[test]
    fn nothing_leaves_a_gap() {
        let points = [point(0, Some(1.0)), point(2, None), point(4, Some(1.0))];
        assert_eq!(curve(&points, |point| point.frames, 1.0), "M168.0 0.0M180.0 0.0");
        let apart = [point(0, Some(1.0)), point(30, Some(1.0))];
        assert_eq!(curve(&apart, |point| point.frames, 1.0), "M90.0 0.0M180.0 0.0");
        assert_eq!(curve(&[], |point| point.frames, 1.0), "");
    }
}
