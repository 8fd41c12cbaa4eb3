//! What two browsers say to each other about their connection. The server forwards it unread.

use serde::{Deserialize, Serialize};

/// One negotiation message. It may arrive twice, by socket and by data channel, and counts once: its number
/// is unique within its sender and generation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signal {
    /// Counts the peer connections this pair has had in this call; the higher one is the living one.
    pub generation: u32,
    /// Counts the sender's messages in this generation, from 0.
    pub sequence: u32,
    pub body: Body,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Body {
    Offer {
        sdp: String,
    },
    Answer {
        sdp: String,
        /// The `sequence` of the offer that this answers.
        to: u32,
    },
    Candidate(Candidate),
    EndOfCandidates {},
}

/// `RTCIceCandidateInit` (W3C WebRTC, section 4.8.1.1).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Candidate {
    /// The `candidate-attribute` of RFC 8839, section 5.1.
    pub candidate: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u16>,
    /// The ICE username fragment of the description it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fragment: Option<String>,
}

impl Signal {
    #[must_use]
    pub fn is_description(&self) -> bool {
        matches!(self.body, Body::Offer { .. } | Body::Answer { .. })
    }

    /// How much it holds, about.
    #[must_use]
    pub fn bytes(&self) -> usize {
        match &self.body {
            Body::Offer { sdp } | Body::Answer { sdp, .. } => sdp.len(),
            Body::Candidate(Candidate { candidate, mid, fragment, .. }) => {
                [Some(candidate), mid.as_ref(), fragment.as_ref()]
                    .into_iter()
                    .flatten()
                    .map(String::len)
                    .sum()
            }
            Body::EndOfCandidates {} => 0,
        }
    }
}

impl Candidate {
    /// Whether using it would make the browser ask a name server for a host name, which tells that name's
    /// owner this browser's address. Only `.local` names stay on the local network (RFC 6762).
    #[must_use]
    pub fn names_a_foreign_host(&self) -> bool {
        names_a_foreign_host(&self.candidate)
    }

    /// Writes it into the description it belongs to, as if it had been found before that was made (RFC 8839,
    /// section 5.1). False: it has no place there, or is not plain enough: one line that a browser does not
    /// understand would cost the whole description.
    pub fn put_into(&self, sdp: &mut String) -> bool {
        let Some(end) = self.end_of_section(sdp).filter(|_| is_plain(&self.candidate)) else { return false };
        sdp.insert_str(end, &format!("a={}\r\n", self.candidate));
        true
    }

    /// Where the media section ends that it is for.
    fn end_of_section(&self, sdp: &str) -> Option<usize> {
        let (mut end, mut section, mut is_found) = (0, None, false);
        for line in sdp.split_inclusive('\n') {
            if line.starts_with("m=") {
                if is_found {
                    break;
                }
                section = section.map_or(Some(0), |section: u16| section.checked_add(1));
                is_found = self.mid.is_none() && self.line.is_some() && self.line == section;
            }
            let mid = line.trim_end().strip_prefix("a=mid:").filter(|_| section.is_some());
            is_found |= mid.is_some() && mid == self.mid.as_deref();
            end += line.len();
        }
        (is_found && sdp.ends_with('\n')).then_some(end)
    }
}

/// A description without the candidates in it that name a foreign host: they need not come one by one.
#[must_use]
pub fn without_foreign_hosts(sdp: &str) -> String {
    let names_one =
        |line: &str| line.to_ascii_lowercase().strip_prefix("a=candidate:").is_some_and(names_a_foreign_host);
    sdp.split_inclusive('\n').filter(|part| !lines(part).any(names_one)).collect()
}

/// The attributes of a description that say what is sent, how, and with which keys (RFC 8829, section 5.2).
const NAME_NO_ADDRESS: [&str; 34] = [
    "bundle-only",
    "extmap",
    "extmap-allow-mixed",
    "fingerprint",
    "fmtp",
    "framerate",
    "group",
    "ice-lite",
    "ice-options",
    "ice-pwd",
    "ice-ufrag",
    "imageattr",
    "inactive",
    "max-message-size",
    "maxptime",
    "mid",
    "msid",
    "msid-semantic",
    "ptime",
    "recvonly",
    "rid",
    "rtcp-fb",
    "rtcp-mux",
    "rtcp-mux-only",
    "rtcp-rsize",
    "rtcp-xr",
    "rtpmap",
    "sctp-port",
    "sendonly",
    "sendrecv",
    "setup",
    "simulcast",
    "ssrc",
    "ssrc-group",
];

/// More than a call of ours has; each costs the browser.
const SECTIONS_MOST: usize = 8;

/// An offer in which nothing names an address or a host: whoever gets it knows nobody to send anything to. What is not
/// known to be harmless is left out. `None`: it is not written as browsers write theirs.
#[must_use]
pub fn without_addresses(offer: &str) -> Option<String> {
    let (mut bare, mut sections) = (String::with_capacity(offer.len()), 0);
    for line in lines(offer) {
        let (kind, value) = line.split_once('=')?;
        let mut words = value.split(' ');
        match kind {
            "v" | "s" | "t" | "b" => bare.push_str(line),
            "o" => {
                let [user, session, version] = [words.next()?, words.next()?, words.next()?];
                bare.push_str(&format!("o={user} {session} {version} IN IP4 0.0.0.0"));
            }
            "c" => bare.push_str("c=IN IP4 0.0.0.0"),
            "m" => {
                sections += 1;
                let (media, port) = (words.next()?, if words.next()? == "0" { "0" } else { "9" });
                bare.push_str(&format!("m={media} {port}"));
                words.for_each(|word| bare.extend([" ", word]));
            }
            "a" if NAME_NO_ADDRESS.contains(&value.split(':').next()?) => bare.push_str(line),
            _ => continue,
        }
        bare.push_str("\r\n");
    }
    (sections <= SECTIONS_MOST).then_some(bare)
}

/// The candidates that stand in a description, each for its section.
#[must_use]
pub fn candidates_in(sdp: &str) -> Vec<Candidate> {
    let (mut found, mut sections) = (Vec::new(), 0u16);
    for line in lines(sdp) {
        sections = sections.saturating_add(u16::from(line.starts_with("m=")));
        if let (Some(section), Some(candidate)) = (sections.checked_sub(1), line.strip_prefix("a=candidate:"))
        {
            let candidate = format!("candidate:{candidate}");
            found.push(Candidate { candidate, mid: None, line: Some(section), fragment: None });
        }
    }
    found
}

/// Some browsers take a lone carriage return for the end of a line.
fn lines(sdp: &str) -> impl Iterator<Item = &str> {
    sdp.split(['\r', '\n']).filter(|line| !line.is_empty())
}

/// Whether a `candidate-attribute` is written as browsers write theirs (RFC 8839, section 5.1, and RFC 6544,
/// section 4.5), with nothing in it that they may not know.
fn is_plain(candidate: &str) -> bool {
    let is_graphic = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_graphic());
    let words: Vec<&str> = candidate.split(' ').collect();
    let [foundation, component, transport, priority, address, port, "typ", kind, extensions @ ..] =
        &words[..]
    else {
        return false;
    };
    let is_known = |pair: &[&str]| match pair {
        ["raddr", address] => address.parse::<std::net::IpAddr>().is_ok(),
        ["rport", port] => port.parse::<u16>().is_ok(),
        ["tcptype", kind] => ["active", "passive", "so"].contains(kind),
        ["generation" | "network-id" | "network-cost", number] => number.parse::<u16>().is_ok(),
        ["ufrag", fragment] => is_graphic(fragment),
        _ => false,
    };
    foundation.strip_prefix("candidate:").is_some_and(|it| is_graphic(it) && it.len() <= 32)
        && ["1", "2"].contains(component)
        && ["udp", "tcp"].contains(&transport.to_ascii_lowercase().as_str())
        && priority.parse::<u32>().is_ok()
        && is_graphic(address)
        && !names_a_foreign_host(candidate)
        && port.parse::<u16>().is_ok()
        && ["host", "srflx", "prflx", "relay"].contains(kind)
        && extensions.chunks(2).all(is_known)
}

/// Of a `candidate-attribute`, with `candidate:` before it or not, whether its fifth word is a name that only a name server knows;
/// or may be, as browsers do not agree where a word ends that is not followed by one space, and whether one may be empty.
fn names_a_foreign_host(candidate: &str) -> bool {
    let is_plain = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
    if !candidate.bytes().all(is_plain) || candidate.contains("  ") {
        return true;
    }
    let words: Vec<&str> = candidate.split(' ').collect();
    let [foundation, _, _, _, address, ..] = words[..] else { return false };
    if foundation.is_empty() || foundation.ends_with(':') {
        return true;
    }
    let is_address = address.parse::<std::net::IpAddr>().is_ok();
    let is_local_name = address.to_ascii_lowercase().ends_with(".local");
    !is_address && !is_local_name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(address: &str) -> Candidate {
        Candidate {
            candidate: format!("candidate:1 1 udp 2113937151 {address} 54321 typ host"),
            mid: None,
            line: Some(0),
            fragment: None,
        }
    }

    #[test]
    fn only_addresses_and_local_names_are_harmless() {
        for harmless in ["192.0.2.7", "2001:db8::1", "1f4712db-ea17-4bcf-a596-105139dfd8bf.local", "A.LOCAL"]
        {
            assert!(!candidate(harmless).names_a_foreign_host(), "{harmless}");
        }
        for foreign in ["spy.example", "localhost", "x.local.example", "192.0.2.7.example", "local"] {
            assert!(candidate(foreign).names_a_foreign_host(), "{foreign}");
        }
        for split in [
            "candidate:1\ta\tb\tc\t192.0.2.7 1 udp 1 spy.example 9 typ host",
            "candidate:1 1  udp 192.0.2.7 9 typ host",
            "candidate: 1 1 udp 192.0.2.7 spy.example 9 typ host",
            " candidate:1 1 udp 192.0.2.7 spy.example 9 typ host",
        ] {
            assert!(names_a_foreign_host(split), "{split:?}");
        }
    }

    #[test]
    fn a_foreign_host_in_a_description_is_left_out() {
        let lines = |addresses: &[&str]| {
            let candidates = addresses.iter().map(|address| candidate(address).candidate);
            let lines: String = candidates.map(|candidate| format!("a={candidate}\r\n")).collect();
            format!("v=0\r\n{lines}a=ice-ufrag:one\r\n")
        };
        let offered = lines(&["192.0.2.7", "spy.example", "A.LOCAL", "localhost"]);
        assert_eq!(without_foreign_hosts(&offered), lines(&["192.0.2.7", "A.LOCAL"]));
        let hidden = "a=mid:0\rA=Candidate:1 1 udp 1 spy.example 9 typ host\r\n";
        assert_eq!(without_foreign_hosts(hidden), "");
        let short = lines(&["192.0.2.7", "spy.example"]).replace('\r', "");
        assert_eq!(
            without_foreign_hosts(&short),
            lines(&["192.0.2.7"]).replace('\r', ""),
            "another client's line ends"
        );
    }

    #[test]
    fn a_candidate_is_put_where_its_section_ends() {
        let sdp = "v=0\r\nm=audio 9\r\na=mid:a\r\nm=video 9\r\na=mid:b\r\n";
        let put = |mid: Option<&str>, line| {
            let mut sdp = sdp.to_owned();
            let candidate = Candidate { mid: mid.map(str::to_owned), line, ..candidate("192.0.2.7") };
            candidate.put_into(&mut sdp).then_some(sdp)
        };
        let written = "a=candidate:1 1 udp 2113937151 192.0.2.7 54321 typ host\r\n";
        let first = sdp.replace("m=video", &format!("{written}m=video"));
        let last = format!("{sdp}{written}");
        assert_eq!(put(Some("a"), Some(1)).as_ref(), Some(&first), "the name counts, as RFC 8840 says");
        assert_eq!(put(None, Some(0)).as_ref(), Some(&first));
        assert_eq!(put(Some("b"), None).as_ref(), Some(&last));
        assert_eq!(put(None, Some(1)).as_ref(), Some(&last));
        assert_eq!(put(Some("c"), Some(0)), None);
        assert_eq!(put(None, Some(2)), None);
        assert_eq!(put(None, None), None);
    }

    #[test]
    fn nothing_is_smuggled_into_a_description() {
        let before = "v=0\r\nm=audio 9\r\n";
        for text in [
            "candidate:1 1 udp 1 192.0.2.7 9 typ host\r\na=candidate:2 1 udp 1 192.0.2.7 9 typ host",
            "candidate:1 1 udp 1 192.0.2.7 9 typ host\ra=x",
            "candidate:1\ra=x",
            "ice-pwd:x",
            "",
        ] {
            let mut sdp = before.to_owned();
            let candidate = Candidate { candidate: text.into(), ..candidate("192.0.2.7") };
            assert!(!candidate.put_into(&mut sdp), "{text:?}");
            assert_eq!(sdp, before);
        }
        let mut cut_off = "v=0\r\nm=audio 9".to_owned();
        assert!(!candidate("192.0.2.7").put_into(&mut cut_off));
    }

    #[test]
    fn only_what_every_browser_understands_stands_in_a_description() {
        for plain in [
            "candidate:842163049 1 udp 1677729535 203.0.113.9 46154 typ srflx raddr 0.0.0.0 rport 0 generation 0 ufrag Qx+/ network-id 1 network-cost 50",
            "candidate:3 1 TCP 2105524479 678aa958-1eaa-49c4-b1e4-205971d295dc.local 9 typ host tcptype active",
            "candidate:0 2 UDP 2122187006 2001:db8::1 58580 typ host",
        ] {
            assert!(is_plain(plain), "{plain}");
        }
        for odd in [
            "candidate:1 1 udp 1 192.0.2.7 9 typ",
            "candidate:1 1 udp 1 192.0.2.7 9 typ moon",
            "candidate:1 1 sctp 1 192.0.2.7 9 typ host",
            "candidate:1 1 udp high 192.0.2.7 9 typ host",
            "candidate:1 1 udp 1 192.0.2.7 99999 typ host",
            "candidate:1 1 udp 1 spy.example 9 typ host",
            "candidate:1 1 tcp 1 192.0.2.7 9 typ host tcptype sideways",
            "candidate:1 1 udp 1 192.0.2.7 9 typ host raddr",
            "candidate:1 1 udp 1 192.0.2.7 9 typ host raddr spy.example",
            "candidate:1 1 udp 1 192.0.2.7 9 typ host  generation 0",
            "candidate:1 3 udp 1 192.0.2.7 9 typ host",
        ] {
            assert!(!is_plain(odd), "{odd}");
        }
    }

    #[test]
    fn what_is_prepared_before_anybody_accepts_names_no_address() {
        let offer = "v=0\r\no=- 42 2 IN IP4 192.0.2.7\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\na=identity:spy.example\r\n\
            c=IN IP4 spy.example\r\nm=audio 54321 UDP/TLS/RTP/SAVPF 111 63\r\nc=IN IP6 2001:db8::1\r\n\
            a=rtcp:9 IN IP4 192.0.2.7\r\na=candidate:1 1 udp 1 192.0.2.7 54321 typ host\r\n\
            a=end-of-candidates\r\na=ice-ufrag:one\r\na=ice-pwd:two\r\na=fingerprint:sha-256 AA:BB\r\n\
            a=sendrecv\ra=remote-candidates:1 192.0.2.7 9\r\na=rtpmap:111 opus/48000/2\r\n\
            m=video 0 UDP/TLS/RTP/SAVPF 96\r\n";
        let bare = "v=0\r\no=- 42 2 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n\
            c=IN IP4 0.0.0.0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111 63\r\nc=IN IP4 0.0.0.0\r\n\
            a=ice-ufrag:one\r\na=ice-pwd:two\r\na=fingerprint:sha-256 AA:BB\r\n\
            a=sendrecv\r\na=rtpmap:111 opus/48000/2\r\n\
            m=video 0 UDP/TLS/RTP/SAVPF 96\r\n";
        assert_eq!(without_addresses(offer).as_deref(), Some(bare));
        assert_eq!(without_addresses("no description"), None);
        assert_eq!(without_addresses("o=-\r\n"), None);
        assert_eq!(without_addresses(&"m=audio 9 x 0\r\n".repeat(SECTIONS_MOST + 1)), None);
    }

    #[test]
    fn candidates_are_found_in_a_description_with_their_sections() {
        let sdp = "a=candidate:0\r\nm=audio 9\r\na=mid:a\r\nm=video 9\r\na=candidate:1 1 udp 1 192.0.2.7 9 typ host\r\n";
        let found = Candidate {
            candidate: "candidate:1 1 udp 1 192.0.2.7 9 typ host".into(),
            mid: None,
            line: Some(1),
            fragment: None,
        };
        assert_eq!(candidates_in(sdp), [found]);
    }

    #[test]
    fn the_end_of_candidates_names_no_host() {
        let end = Candidate { candidate: String::new(), mid: None, line: None, fragment: None };
        assert!(!end.names_a_foreign_host());
    }
}
