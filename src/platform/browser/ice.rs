//! Servers and candidates, in the browser's terms.

use js_sys::Array;
use wasm_bindgen::JsValue;
use web_sys::{
    RtcBundlePolicy, RtcConfiguration, RtcIceCandidateInit, RtcIceServer, RtcIceTransportPolicy,
    RtcPeerConnectionIceEvent,
};

use super::{js, reporter::Reporter};
use crate::{
    call::{effect::Ice, input::PairEvent, signal::Candidate},
    protocol::IceServer,
};

pub fn configuration(ice: &Ice) -> RtcConfiguration {
    let configuration = RtcConfiguration::new();
    configuration.set_bundle_policy(RtcBundlePolicy::MaxBundle);
    configuration.set_ice_servers(&servers(&ice.servers));
    if ice.relay_only {
        configuration.set_ice_transport_policy(RtcIceTransportPolicy::Relay);
    }
    configuration
}

/// An array of `RTCIceServer`.
pub fn servers(servers: &[IceServer]) -> Array {
    servers.iter().map(server_init).collect()
}

fn server_init(server: &IceServer) -> RtcIceServer {
    let init = RtcIceServer::new();
    init.set_urls(&server.urls.iter().map(|url| JsValue::from_str(url)).collect::<Array>());
    if let Some(username) = &server.username {
        init.set_username(username);
    }
    if let Some(credential) = &server.credential {
        init.set_credential(credential);
    }
    init
}

/// An empty candidate ends one fragment's; none at all ends the round.
pub fn report_candidate(reporter: &Reporter, event: &RtcPeerConnectionIceEvent) {
    let Some(found) = event.candidate() else { return reporter.report(PairEvent::EndOfCandidates) };
    let candidate = Candidate {
        candidate: found.candidate(),
        mid: found.sdp_mid(),
        line: found.sdp_m_line_index(),
        fragment: js::get(&found, "usernameFragment").as_string(),
    };
    if !candidate.candidate.is_empty() {
        reporter.report(PairEvent::Candidate(candidate));
    }
}

pub fn candidate_init(candidate: &Candidate) -> RtcIceCandidateInit {
    let init = RtcIceCandidateInit::new(&candidate.candidate);
    init.set_sdp_mid(candidate.mid.as_deref());
    init.set_sdp_m_line_index(candidate.line);
    if let Some(fragment) = &candidate.fragment {
        js::set(&init, "usernameFragment", &fragment.into());
    }
    init
}
