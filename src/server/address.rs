//! Where connections come from, and how many come from there.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
};

use axum::http::HeaderMap;

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

/// Counts connections. The lock is held for a look-up only.
#[derive(Clone, Debug, Default)]
pub struct Census(Arc<Mutex<HashMap<Origin, usize>>>);

/// One counted connection, for as long as it lives.
#[derive(Debug)]
pub struct Counted {
    census: Census,
    origin: Origin,
}

impl Census {
    /// `None` when there are `most` already.
    pub fn count(&self, origin: Origin, most: usize) -> Option<Counted> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(origin).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Counted { census: self.clone(), origin })
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut counts = self.census.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.origin) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.origin);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(text: &str) -> Origin {
        text.parse::<IpAddr>().unwrap().into()
    }

    #[test]
    fn a_connection_counts_while_it_lives() {
        let census = Census::default();
        let first = census.count(origin("192.0.2.1"), 1);
        assert!(first.is_some());
        assert!(census.count(origin("::ffff:192.0.2.1"), 1).is_none(), "the same address, written otherwise");
        assert!(census.count(origin("192.0.2.2"), 1).is_some());
        drop(first);
        assert!(census.count(origin("192.0.2.1"), 1).is_some());
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
