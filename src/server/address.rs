//! Where connections come from, and how many come from there.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::http::HeaderMap;

use super::rate::{Bucket, Rate};

/// Whom a connection is counted for. One customer of IPv6 has a whole /64 network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Origin(IpAddr);

impl From<IpAddr> for Origin {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V6(v6) => Self(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).into()),
            v4 => Self(v4),
        }
    }
}

/// Who connects, as the proxy says that stands directly in front.
pub fn forwarded(headers: &HeaderMap) -> Option<IpAddr> {
    of_nearest_proxy(headers, "x-forwarded-for")?.parse().ok()
}

pub fn came_by_https(headers: &HeaderMap) -> bool {
    of_nearest_proxy(headers, "x-forwarded-proto").is_some_and(|scheme| scheme.eq_ignore_ascii_case("https"))
}

/// The last entry is its own; what stands before may be anybody's.
fn of_nearest_proxy<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let last = headers.get_all(name).iter().next_back()?.to_str().ok()?;
    Some(last.rsplit(',').next()?.trim())
}

/// Counts connections. The lock is held for a look-up only, and now and then to forget who has not been here for a
/// while.
#[derive(Clone, Debug)]
pub struct Census(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// How many from one address at a time.
    most: usize,
    /// How many one after the other.
    rate: Rate,
    origins: Mutex<Origins>,
}

#[derive(Debug, Default)]
struct Origins {
    known: HashMap<Origin, Visits>,
    /// So many are known that it is time to forget.
    tidy_at: usize,
}

#[derive(Debug)]
struct Visits {
    now: usize,
    left: Bucket,
}

/// Fewer are not worth the trouble of forgetting.
const FEW: usize = 1024;

/// One counted connection, for as long as it lives.
#[derive(Debug)]
pub struct Counted {
    census: Census,
    origin: Origin,
}

impl Census {
    pub fn new(most: usize, rate: Rate) -> Self {
        Self(Arc::new(Shared { most, rate, origins: Mutex::default() }))
    }

    /// `None` when there are too many from there, now or in a short time.
    pub fn count(&self, origin: Origin, now: Duration) -> Option<Counted> {
        let mut origins = self.origins();
        origins.tidy(now);
        let fresh = || Visits { now: 0, left: Bucket::new(self.0.rate, now) };
        let visits = origins.known.entry(origin).or_insert_with(fresh);
        if visits.now >= self.0.most || !visits.left.take(now) {
            return None;
        }
        visits.now += 1;
        Some(Counted { census: self.clone(), origin })
    }

    fn origins(&self) -> MutexGuard<'_, Origins> {
        self.0.origins.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Origins {
    /// Whoever has all of its connections to come is as one who was never here.
    fn tidy(&mut self, now: Duration) {
        if self.known.len() >= self.tidy_at.max(FEW) {
            self.known.retain(|_, visits| visits.now > 0 || !visits.left.is_full(now));
            self.tidy_at = self.known.len() * 2;
        }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        if let Some(visits) = self.census.origins().known.get_mut(&self.origin) {
            visits.now = visits.now.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZero;

    use super::*;

    fn origin(text: &str) -> Origin {
        text.parse::<IpAddr>().unwrap().into()
    }

    const NOW: Duration = Duration::ZERO;

    fn census(most: usize, burst: u32) -> Census {
        let (per_second, burst) = (NonZero::new(1).unwrap(), NonZero::new(burst).unwrap());
        Census::new(most, Rate { per_second, burst })
    }

    #[test]
    fn a_connection_counts_while_it_lives() {
        let census = census(1, 100);
        let first = census.count(origin("192.0.2.1"), NOW);
        assert!(first.is_some());
        assert!(
            census.count(origin("::ffff:192.0.2.1"), NOW).is_none(),
            "the same address, written otherwise"
        );
        assert!(census.count(origin("192.0.2.2"), NOW).is_some());
        drop(first);
        assert!(census.count(origin("192.0.2.1"), NOW).is_some());
    }

    #[test]
    fn whoever_comes_and_goes_all_the_time_is_slowed_down() {
        let census = census(10, 3);
        let lets_in =
            |address, seconds| census.count(origin(address), Duration::from_secs(seconds)).is_some();
        assert_eq!([(); 4].map(|()| lets_in("192.0.2.1", 0)), [true, true, true, false]);
        assert!(lets_in("192.0.2.2", 0), "others are not");
        assert_eq!([(); 2].map(|()| lets_in("192.0.2.1", 1)), [true, false]);
    }

    #[test]
    fn addresses_that_have_not_been_here_for_a_while_are_forgotten() {
        let census = census(10, 3);
        let here = census.count(origin("192.0.2.1"), NOW);
        let from = |number: u32| Origin::from(IpAddr::from(number.to_be_bytes()));
        for number in 0..100_000 {
            census.count(from(number), Duration::from_secs(number.into()));
        }
        let (many, knows_who_is_here) = {
            let known = &census.origins().known;
            (known.len(), known.contains_key(&origin("192.0.2.1")))
        };
        assert!(many <= 2 * FEW && knows_who_is_here, "{many}");
        drop(here);
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one() {
        assert_eq!(origin("2001:db8::1"), origin("2001:db8::ffff:2"));
        assert_ne!(origin("2001:db8:0:1::1"), origin("2001:db8:0:2::1"));
    }

    #[test]
    fn only_the_nearest_proxy_is_believed() {
        let mut headers = HeaderMap::new();
        assert_eq!(forwarded(&headers), None);
        headers.insert("x-forwarded-for", "10.9.9.9, 192.0.2.7".parse().unwrap());
        assert_eq!(forwarded(&headers), Some("192.0.2.7".parse().unwrap()));
    }
}
