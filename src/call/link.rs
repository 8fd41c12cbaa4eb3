//! The connection to the server: opening, keeping alive, coming back.

use super::{Time, input::SocketId, view};
use crate::settings::Timeouts;

#[derive(Clone, Debug)]
pub struct Link {
    state: State,
    newest: SocketId,
    /// Random numbers for the jitter.
    random: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Idle,
    /// A socket is being opened, or waits for its welcome.
    Connecting {
        attempts: u32,
        give_up_at: Time,
    },
    Online {
        ping_at: Time,
        pong_by: Option<Time>,
    },
    /// Between two attempts.
    Waiting {
        attempts: u32,
        until: Time,
    },
    /// Closed for good, with what the screen says.
    Closed(view::Link),
}

/// What the link wants done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Open(SocketId),
    Close(SocketId),
    Ping,
    /// The server does not answer any more.
    Lost,
}

impl Link {
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { state: State::Idle, newest: SocketId(0), random: seed }
    }

    #[must_use]
    pub fn is_online(&self) -> bool {
        matches!(self.state, State::Online { .. })
    }

    #[must_use]
    pub fn is_newest(&self, socket: SocketId) -> bool {
        self.newest == socket && !matches!(self.state, State::Idle | State::Waiting { .. } | State::Closed(_))
    }

    #[must_use]
    pub fn view(&self) -> view::Link {
        match self.state {
            State::Idle => view::Link::Idle,
            State::Connecting { attempts: 0, .. } => view::Link::Connecting,
            State::Connecting { attempts, .. } | State::Waiting { attempts, .. } => {
                view::Link::Reconnecting { attempts }
            }
            State::Online { .. } => view::Link::Online,
            State::Closed(why) => why,
        }
    }

    #[must_use]
    pub fn next_deadline(&self) -> Option<Time> {
        match self.state {
            State::Idle | State::Closed(_) => None,
            State::Connecting { give_up_at, .. } => Some(give_up_at),
            State::Online { ping_at, pong_by } => Some(pong_by.map_or(ping_at, |by| by.min(ping_at))),
            State::Waiting { until, .. } => Some(until),
        }
    }

    /// Opens a new socket now, whatever was before.
    pub fn open(&mut self, now: Time, timeouts: &Timeouts) -> Vec<Step> {
        let mut steps = self.close_open_socket();
        steps.push(self.attempt(0, now, timeouts));
        steps
    }

    pub fn close(&mut self) -> Vec<Step> {
        let steps = self.close_open_socket();
        self.state = State::Idle;
        steps
    }

    /// The socket was closed by the server, for good.
    pub fn closed_for_good(&mut self, why: view::Link) {
        self.state = State::Closed(why);
    }

    /// The socket was closed, or could not be opened: tries again after a while, which grows.
    pub fn lost(&mut self, now: Time, timeouts: &Timeouts) {
        let attempts = match self.state {
            State::Connecting { attempts, .. } | State::Waiting { attempts, .. } => attempts + 1,
            _ => 1,
        };
        let factor = 1 << (attempts - 1).min(16);
        let wait = (timeouts.backoff_first * factor).min(timeouts.backoff_most);
        self.state = State::Waiting { attempts, until: now + wait.mul_f64(0.5 + self.dice() / 2.0) };
    }

    /// A call has lost its path, and finds another one only by way of the server.
    pub fn hurry(&mut self, now: Time, timeouts: &Timeouts) {
        let State::Waiting { until, .. } = self.state else { return };
        if until > now + timeouts.backoff_in_need {
            let sooner = now + timeouts.backoff_in_need.mul_f64(0.5 + self.dice() / 2.0);
            if let State::Waiting { until, .. } = &mut self.state {
                *until = sooner;
            }
        }
    }

    /// The socket is open and hello was said. A server that has just started may let others in first.
    pub fn opened(&mut self, now: Time, timeouts: &Timeouts) {
        if let State::Connecting { give_up_at, .. } = &mut self.state {
            *give_up_at = now + timeouts.pong + timeouts.returning;
        }
    }

    pub fn welcomed(&mut self, now: Time, timeouts: &Timeouts) {
        self.state = State::Online { ping_at: now + timeouts.ping, pong_by: None };
    }

    /// Anything the server says shows that it is there.
    pub fn heard(&mut self) {
        if let State::Online { pong_by, .. } = &mut self.state {
            *pong_by = None;
        }
    }

    /// Something makes it likely that the state of the connection has changed: the network is back, the page
    /// is looked at again.
    pub fn nudge(&mut self, now: Time, timeouts: &Timeouts) -> Vec<Step> {
        match self.state {
            State::Waiting { attempts, .. } => vec![self.attempt(attempts, now, timeouts)],
            State::Online { pong_by: None, .. } => vec![self.ping(now, timeouts)],
            _ => Vec::new(),
        }
    }

    /// The socket has to show that it works: it shares the path that another connection has just lost.
    pub fn prove(&mut self, now: Time, timeouts: &Timeouts) -> Vec<Step> {
        let State::Online { ping_at, pong_by } = &mut self.state else { return Vec::new() };
        let by = now + timeouts.prove;
        *pong_by = Some(pong_by.map_or(by, |before| before.min(by)));
        *ping_at = now + timeouts.ping;
        vec![Step::Ping]
    }

    pub fn tick(&mut self, now: Time, timeouts: &Timeouts) -> Vec<Step> {
        match self.state {
            State::Connecting { give_up_at, .. } if now >= give_up_at => self.give_up(now, timeouts),
            State::Online { pong_by: Some(by), .. } if now >= by => self.give_up(now, timeouts),
            State::Online { ping_at, pong_by: None } if now >= ping_at => vec![self.ping(now, timeouts)],
            State::Online { ping_at, pong_by } if now >= ping_at => {
                self.state = State::Online { ping_at: now + timeouts.ping, pong_by };
                Vec::new()
            }
            State::Waiting { attempts, until } if now >= until => vec![self.attempt(attempts, now, timeouts)],
            _ => Vec::new(),
        }
    }

    fn attempt(&mut self, attempts: u32, now: Time, timeouts: &Timeouts) -> Step {
        self.newest = SocketId(self.newest.0.wrapping_add(1));
        self.state = State::Connecting { attempts, give_up_at: now + timeouts.pong };
        Step::Open(self.newest)
    }

    fn ping(&mut self, now: Time, timeouts: &Timeouts) -> Step {
        self.state = State::Online { ping_at: now + timeouts.ping, pong_by: Some(now + timeouts.pong) };
        Step::Ping
    }

    fn give_up(&mut self, now: Time, timeouts: &Timeouts) -> Vec<Step> {
        let mut steps = self.close_open_socket();
        self.lost(now, timeouts);
        steps.push(Step::Lost);
        steps
    }

    fn close_open_socket(&self) -> Vec<Step> {
        match self.state {
            State::Connecting { .. } | State::Online { .. } => vec![Step::Close(self.newest)],
            _ => Vec::new(),
        }
    }

    /// From 0 up to 1 (`SplitMix64`).
    fn dice(&mut self) -> f64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.random;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        f64::from((bits >> 40) as u32) / f64::from(1 << 24)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Time = Time::from_secs(1);

    fn online() -> (Link, Timeouts) {
        let timeouts = Timeouts::default();
        let mut link = Link::new(1);
        link.open(Time::ZERO, &timeouts);
        link.welcomed(Time::ZERO, &timeouts);
        (link, timeouts)
    }

    #[test]
    fn the_wait_between_attempts_grows_up_to_its_bound() {
        let (mut link, timeouts) = online();
        let mut now = Time::ZERO;
        let mut waits = Vec::new();
        for _ in 0..12 {
            link.lost(now, &timeouts);
            let until = link.next_deadline().unwrap();
            waits.push(until - now);
            now = until;
            assert!(matches!(link.tick(now, &timeouts)[..], [Step::Open(_)]));
        }
        assert!(waits[0] <= timeouts.backoff_first);
        assert!(waits.iter().all(|wait| *wait <= timeouts.backoff_most));
        assert!(waits[11] >= timeouts.backoff_most / 2);
    }

    #[test]
    fn whoever_is_in_need_waits_no_longer_than_a_second() {
        let (mut link, timeouts) = online();
        for _ in 0..12 {
            link.lost(SECOND, &timeouts);
        }
        link.hurry(SECOND, &timeouts);
        let until = link.next_deadline().unwrap();
        assert!(until <= SECOND + timeouts.backoff_in_need, "{until:?}");
        link.hurry(SECOND, &timeouts);
        assert_eq!(link.next_deadline(), Some(until), "said again, it stays");
    }

    #[test]
    fn a_server_that_does_not_answer_a_ping_is_given_up() {
        let (mut link, timeouts) = online();
        assert_eq!(link.tick(timeouts.ping, &timeouts), [Step::Ping]);
        let late = timeouts.ping + timeouts.pong;
        assert_eq!(link.tick(late, &timeouts), [Step::Close(SocketId(1)), Step::Lost]);
        assert_eq!(link.view(), view::Link::Reconnecting { attempts: 1 });
    }

    #[test]
    fn a_socket_that_has_to_prove_itself_has_a_second() {
        let (mut link, timeouts) = online();
        assert_eq!(link.prove(SECOND, &timeouts), [Step::Ping]);
        assert_eq!(link.next_deadline(), Some(SECOND + timeouts.prove));
        assert_eq!(link.tick(SECOND + timeouts.prove, &timeouts), [Step::Close(SocketId(1)), Step::Lost]);
    }

    #[test]
    fn anything_heard_counts_as_the_answer() {
        let (mut link, timeouts) = online();
        link.tick(timeouts.ping, &timeouts);
        link.heard();
        assert_eq!(link.tick(timeouts.ping + SECOND, &timeouts), []);
        assert!(link.is_online());
    }

    #[test]
    fn a_nudge_ends_the_waiting() {
        let (mut link, timeouts) = online();
        link.lost(SECOND, &timeouts);
        assert_eq!(link.nudge(SECOND, &timeouts), [Step::Open(SocketId(2))]);
    }

    #[test]
    fn a_superseded_socket_stays_away() {
        let (mut link, timeouts) = online();
        link.closed_for_good(view::Link::Superseded);
        assert_eq!(link.next_deadline(), None);
        assert_eq!(link.nudge(SECOND, &timeouts), []);
    }
}
