//! How well a call goes, from what the browser counts: never better than it is.

use std::{collections::VecDeque, time::Duration};

use super::{
    Phone, Time,
    active::ControlState,
    control::{CameraState, Size},
    effect::{Effect, PairOp},
    pair::PairId,
};
use crate::protocol::PeerId;

/// Three minutes, with a point every two seconds.
const POINTS_MOST: usize = 90;
/// So many poor points in a row, and this side sends less; so many good ones, and it sends more again.
const POOR_IN_A_ROW: usize = 3;
const GOOD_IN_A_ROW: usize = 5;
/// How much of it is lost then.
const POOR: f64 = 0.10;
const GOOD: f64 = 0.03;
/// Whoever has just been connected waits for a picture, and needs the processor for that.
const FIRST_AFTER: Duration = Duration::from_secs(1);
/// Two counts in a shorter time say nothing.
const INTERVAL_LEAST: Duration = Duration::from_millis(500);

/// What the browser counts on one connection (W3C WebRTC Statistics). What a browser does not tell is 0 or absent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sample {
    /// Bytes. Where a browser counts each candidate pair by itself, they fall when it forgets one.
    pub sent: u64,
    pub received: u64,
    /// Packets of sound and pictures that came from the other side, and that did not.
    pub arrived: u64,
    pub lost: u64,
    /// Packets of what this side sends, and of those that did not arrive: the other side's word.
    pub went: u64,
    pub lost_there: u64,
    pub round_trip: Option<Duration>,
    /// Of their voice.
    pub jitter: Option<Duration>,
    /// Pictures of their camera.
    pub frames: u64,
    /// Their camera, as it comes.
    pub comes: Stream,
    /// The own camera, as it goes.
    pub goes: Stream,
    /// The own camera, as it takes pictures.
    pub camera: Option<Size>,
    /// Such as `opus`.
    pub sound_codec: Option<String>,
    pub route: Option<Route>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stream {
    pub size: Option<Size>,
    /// Such as `VP8`.
    pub codec: Option<String>,
}

/// The candidate pair in use (RFC 8445).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    pub here: CandidateKind,
    pub there: CandidateKind,
    pub transport: Transport,
    pub ipv6: Option<bool>,
}

/// Of a `turn:` or `turns:` address (RFC 7065); nothing when it has a name, which leads to either.
#[must_use]
pub fn reached_by_ipv6(url: &str) -> Option<bool> {
    let (_, place) = url.split_once(':')?;
    let place = place.split('?').next()?;
    if place.starts_with('[') {
        return Some(true);
    }
    let host = place.split(':').next()?;
    host.parse::<std::net::Ipv4Addr>().ok().map(|_| false)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CandidateKind {
    Host,
    ServerReflexive,
    PeerReflexive,
    Relayed,
}

/// Between this browser and the next hop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    Udp,
    Tcp,
    Tls,
}

impl Route {
    #[must_use]
    pub fn is_relayed(self) -> bool {
        [self.here, self.there].contains(&CandidateKind::Relayed)
    }
}

/// What was measured between two samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    pub at: Time,
    /// Bits a second.
    pub received: f64,
    pub sent: f64,
    /// The worse of both ways, 0 to 1.
    pub loss: f64,
    /// Of what this side sends, 0 to 1.
    pub lost_there: f64,
    pub round_trip: Option<Duration>,
    pub jitter: Option<Duration>,
    /// Pictures a second; nothing while their camera is off.
    pub frames: Option<f64>,
}

impl Point {
    /// 0 to 4: as good as the worst of it. 0 is for nothing that arrives.
    #[must_use]
    pub fn bars(&self) -> u8 {
        if self.received <= 0.0 {
            return 0;
        }
        let trip = self.round_trip.map_or(0.0, |trip| trip.as_secs_f64());
        let loss = grade(self.loss, [0.02, 0.05, 0.10]);
        // ITU-T G.114: from 150 ms each way people notice, from 400 ms they talk into each other.
        let round_trip = grade(trip, [0.3, 0.5, 0.8]);
        // A picture every 70 ms is still a film: what somebody sends who saves data is no bad connection.
        let frames = self.frames.map_or(4, |frames| grade(1.0 / frames.max(0.1), [0.09, 0.13, 0.25]));
        loss.min(round_trip).min(frames)
    }
}

/// 4 below the first bound, 1 from the last one on.
fn grade(value: f64, bounds: [f64; 3]) -> u8 {
    4 - bounds.into_iter().filter(|bound| value >= *bound).count() as u8
}

/// What is known of the connection to one other side.
#[derive(Clone, Debug, Default)]
pub struct Quality {
    /// When the next sample is due.
    pub(super) due: Time,
    last: Option<Last>,
    points: VecDeque<Point>,
    /// When this connection was made: points from before are of another one.
    since: Time,
    /// The own camera, as it was last seen to be.
    camera: Option<Size>,
    is_poor: bool,
    revision: u64,
}

#[derive(Clone, Debug)]
struct Last {
    at: Time,
    sample: Sample,
    camera: bool,
}

/// For the screen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct QualityView {
    /// 0 to 4, once there is something to say.
    pub bars: Option<u8>,
    /// Oldest first.
    pub points: Vec<Point>,
    pub sample: Sample,
}

impl Quality {
    /// Takes a sample; `camera` says whether theirs is on.
    pub fn measured(&mut self, sample: Sample, camera: bool, now: Time) {
        let last = self.last.as_ref();
        if last.is_some_and(|last| now < last.at + INTERVAL_LEAST) {
            return;
        }
        if let Some(point) = last.and_then(|last| point(last, &sample, camera, now)) {
            self.points.push_back(point);
            if self.points.len() > POINTS_MOST {
                self.points.pop_front();
            }
            self.judge();
        }
        self.camera = sample.camera.or(self.camera);
        self.last = Some(Last { at: now, sample, camera });
        self.revision += 1;
    }

    /// Another connection counts from 0. What was measured on the one before is still true.
    pub fn start_over(&mut self, now: Time) {
        self.last = None;
        self.since = now;
        self.due = now + FIRST_AFTER;
        self.is_poor = false;
    }

    /// Newest first, those of this connection.
    fn newest(&self, many: usize) -> impl Iterator<Item = &Point> {
        self.points.iter().rev().take_while(|point| point.at > self.since).take(many)
    }

    fn judge(&mut self) {
        let lost = |many| self.newest(many).map(|point| point.lost_there);
        if lost(POOR_IN_A_ROW).filter(|lost| *lost >= POOR).count() == POOR_IN_A_ROW {
            self.is_poor = true;
        } else if lost(GOOD_IN_A_ROW).filter(|lost| *lost < GOOD).count() == GOOD_IN_A_ROW {
            self.is_poor = false;
        }
    }

    /// Whether so much of what is sent has been lost for a while that less should be sent.
    #[must_use]
    pub fn is_poor(&self) -> bool {
        self.is_poor
    }

    /// 0 to 4, once there is something to say: the worse of the last two points, so that it falls at once and rises
    /// when that has proved to be true.
    #[must_use]
    pub fn bars(&self) -> Option<u8> {
        self.newest(2).map(Point::bars).min()
    }

    #[must_use]
    pub fn camera(&self) -> Option<Size> {
        self.camera
    }

    fn view(&self, bars: Option<u8>) -> QualityView {
        let sample = self.last.as_ref().map(|last| last.sample.clone()).unwrap_or_default();
        QualityView { bars, points: self.points.iter().copied().collect(), sample }
    }
}

fn point(last: &Last, sample: &Sample, camera: bool, now: Time) -> Option<Point> {
    let seconds = now.checked_sub(last.at)?.as_secs_f64();
    let before = &last.sample;
    let grown = |now: u64, then: u64| now.saturating_sub(then) as f64;
    let part = |lost: f64, of: f64| if of > 0.0 { (lost / of).min(1.0) } else { 0.0 };
    let (arrived, lost) = (grown(sample.arrived, before.arrived), grown(sample.lost, before.lost));
    let lost_there = part(grown(sample.lost_there, before.lost_there), grown(sample.went, before.went));
    let frames = grown(sample.frames, before.frames) / seconds;
    Some(Point {
        at: now,
        // A pair that the browser has forgotten took its count with it: that says nothing of what arrives.
        received: 8.0 * sample.received.checked_sub(before.received)? as f64 / seconds,
        sent: 8.0 * grown(sample.sent, before.sent) / seconds,
        loss: part(lost, arrived + lost).max(lost_there),
        lost_there,
        round_trip: sample.round_trip,
        jitter: sample.jitter,
        frames: (camera && last.camera).then_some(frames),
    })
}

impl Phone {
    /// Of the first of the others.
    #[must_use]
    pub fn quality(&self) -> QualityView {
        let first = self.call.as_ref().and_then(|call| call.first());
        first.map(|other| other.quality.view(other.bars())).unwrap_or_default()
    }

    /// Another one with each change of [`Self::quality`].
    #[must_use]
    pub fn quality_revision(&self) -> Option<(PeerId, u64, Option<u8>)> {
        let first = self.call.as_ref().and_then(|call| call.first());
        first.map(|other| (other.peer, other.quality.revision, other.bars()))
    }

    pub(super) fn measured(&mut self, peer: PeerId, sample: Sample, now: Time) {
        self.with_other(peer, |other| {
            let camera = other.media.camera == CameraState::On;
            other.quality.measured(sample, camera, now);
        });
    }

    pub(super) fn measure_paths(&mut self, now: Time) {
        let Some(call) = self.call.as_mut().filter(|call| !call.is_over()) else { return };
        let mut due: Vec<PairId> = Vec::new();
        for other in &mut call.others {
            if other.control == ControlState::Open && other.quality.due <= now {
                other.quality.due = now + self.timeouts.measure;
                due.extend(other.pair_id());
            }
        }
        for pair in due {
            self.emit(Effect::Pair { pair, op: PairOp::Measure });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Time = Time::from_secs(1);

    /// Two seconds of a good call.
    fn good() -> Sample {
        Sample {
            sent: 400_000,
            received: 400_000,
            arrived: 400,
            went: 400,
            frames: 50,
            round_trip: Some(Duration::from_millis(40)),
            ..Sample::default()
        }
    }

    /// What has been counted after so many times two seconds, each of them as `each`.
    fn after(times: u64, each: &Sample) -> Sample {
        Sample {
            sent: each.sent * times,
            received: each.received * times,
            arrived: each.arrived * times,
            lost: each.lost * times,
            went: each.went * times,
            lost_there: each.lost_there * times,
            frames: each.frames * times,
            ..each.clone()
        }
    }

    fn run(each: &Sample, times: u64) -> Quality {
        let mut quality = Quality::default();
        for time in 0..=times {
            quality.measured(after(time, each), true, 2 * SECOND * time as u32);
        }
        quality
    }

    #[test]
    fn a_relay_that_has_a_name_may_be_reached_either_way() {
        for (url, ipv6) in [
            ("turn:192.0.2.7:3478?transport=udp", Some(false)),
            ("turns:192.0.2.7", Some(false)),
            ("turn:[2001:db8::7]:3478?transport=tcp", Some(true)),
            ("turn:relay.example.org:3478", None),
            ("", None),
        ] {
            assert_eq!(reached_by_ipv6(url), ipv6, "{url}");
        }
    }

    #[test]
    fn a_good_call_has_all_bars_and_its_figures() {
        let quality = run(&good(), 3);
        assert_eq!(quality.bars(), Some(4));
        let view = quality.view(quality.bars());
        assert_eq!(view.points.len(), 3);
        let point = view.points[2];
        assert_eq!((point.received, point.sent, point.frames), (1_600_000.0, 1_600_000.0, Some(25.0)));
    }

    #[test]
    fn it_is_as_good_as_the_worst_of_it() {
        let slow = |millis| Sample { round_trip: Some(Duration::from_millis(millis)), ..good() };
        let lossy = |lost| Sample { lost, arrived: 400 - lost, ..good() };
        let few = |frames| Sample { frames, ..good() };
        let there = |lost_there| Sample { lost_there, ..good() };
        for (sample, bars) in [
            (slow(299), 4),
            (slow(300), 3),
            (slow(500), 2),
            (slow(900), 1),
            (lossy(4), 4),
            (lossy(8), 3),
            (lossy(20), 2),
            (lossy(40), 1),
            (there(80), 1),
            (few(24), 4),
            (few(18), 3),
            (few(10), 2),
            (few(0), 1),
            (Sample { received: 0, ..good() }, 0),
        ] {
            assert_eq!(run(&sample, 2).bars(), Some(bars), "{sample:?}");
        }
    }

    #[test]
    fn nothing_is_said_before_something_was_measured() {
        assert_eq!(Quality::default().bars(), None);
        assert_eq!(run(&good(), 0).bars(), None);
    }

    #[test]
    fn it_falls_at_once_and_rises_when_it_has_proved_true() {
        let mut quality = run(&good(), 2);
        let mut sample = after(3, &good());
        sample.lost = 100;
        quality.measured(sample.clone(), true, 6 * SECOND);
        assert_eq!(quality.bars(), Some(1));
        let better = |times| Sample { lost: 100, ..after(times, &good()) };
        quality.measured(better(4), true, 8 * SECOND);
        assert_eq!(quality.bars(), Some(1));
        quality.measured(better(5), true, 10 * SECOND);
        assert_eq!(quality.bars(), Some(4));
    }

    #[test]
    fn a_camera_that_was_off_makes_no_bad_call() {
        let voice = Sample { frames: 0, ..good() };
        let mut quality = Quality::default();
        quality.measured(after(0, &voice), false, Time::ZERO);
        quality.measured(after(1, &voice), false, 2 * SECOND);
        // It came on in between.
        quality.measured(Sample { frames: 3, ..after(2, &voice) }, true, 4 * SECOND);
        assert_eq!(quality.bars(), Some(4));
    }

    #[test]
    fn another_connection_counts_from_nothing() {
        let mut quality = run(&Sample { lost: 400, ..good() }, 5);
        assert_eq!(quality.bars(), Some(1));
        quality.start_over(10 * SECOND);
        assert_eq!(quality.bars(), None, "nothing is known of it yet");
        quality.measured(after(1, &good()), true, 12 * SECOND);
        quality.measured(after(2, &good()), true, 14 * SECOND);
        assert_eq!((quality.bars(), quality.points.len()), (Some(4), 6));
    }

    #[test]
    fn less_is_sent_after_a_bad_while_and_more_after_a_good_one() {
        let mut quality = run(&good(), 2);
        let mut lost_there = 0;
        let mut poor = Vec::new();
        for time in 3..12 {
            lost_there += if time < 6 { 200 } else { 0 };
            quality.measured(Sample { lost_there, ..after(time, &good()) }, true, 2 * SECOND * time as u32);
            poor.push(quality.is_poor());
        }
        assert_eq!(poor, [false, false, true, true, true, true, true, false, false]);
    }

    #[test]
    fn a_long_call_is_remembered_for_three_minutes() {
        assert_eq!(run(&good(), 200).points.len(), POINTS_MOST);
    }

    #[test]
    fn a_forgotten_path_is_no_silence() {
        let mut quality = run(&good(), 3);
        quality.measured(Sample { received: 1_000, ..after(4, &good()) }, true, 8 * SECOND);
        assert_eq!(quality.bars(), Some(4));
    }

    #[test]
    fn samples_that_come_too_soon_put_nothing_off() {
        let mut quality = Quality::default();
        for tenth in 0..=20 {
            quality.measured(after(tenth, &good()), true, SECOND * tenth as u32 / 10);
        }
        assert_eq!(quality.points.len(), 4);
    }

    #[test]
    fn figures_that_make_no_sense_end_nothing() {
        let mut quality = run(&good(), 1);
        let absurd = Sample { sent: u64::MAX, lost_there: u64::MAX, ..Sample::default() };
        quality.measured(absurd, true, 4 * SECOND);
        quality.measured(good(), true, 4 * SECOND);
        quality.measured(good(), true, SECOND);
        assert!(quality.bars().is_some());
    }
}
