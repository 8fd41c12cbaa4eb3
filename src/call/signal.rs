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
    /// section 5.1). False: it has no place there.
    pub fn put_into(&self, sdp: &mut String) -> bool {
        let is_a_line =
            self.candidate.starts_with("candidate:") && !self.candidate.contains(char::is_control);
        let Some(end) = self.end_of_section(sdp).filter(|_| is_a_line) else { return false };
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
    // Some browsers take a lone carriage return for the end of a line.
    sdp.split_inclusive('\n').filter(|line| !line.split('\r').any(names_one)).collect()
}

/// Of a `candidate-attribute`, whether its fifth word is a name that only a name server knows.
fn names_a_foreign_host(candidate: &str) -> bool {
    let Some(address) = candidate.split_ascii_whitespace().nth(4) else { return false };
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
        for text in
            ["candidate:1 1 udp 1 192.0.2.7 9 typ host\r\na=candidate:2", "candidate:1\ra=x", "ice-pwd:x", ""]
        {
            let mut sdp = before.to_owned();
            let candidate = Candidate { candidate: text.into(), ..candidate("192.0.2.7") };
            assert!(!candidate.put_into(&mut sdp), "{text:?}");
            assert_eq!(sdp, before);
        }
        let mut cut_off = "v=0\r\nm=audio 9".to_owned();
        assert!(!candidate("192.0.2.7").put_into(&mut cut_off));
    }

    #[test]
    fn the_end_of_candidates_names_no_host() {
        let end = Candidate { candidate: String::new(), mid: None, line: None, fragment: None };
        assert!(!end.names_a_foreign_host());
    }
}
