//! `stun:HOST:PORT`, `turn:HOST:PORT,USERNAME,CREDENTIAL` or `turn:HOST:PORT,secret=SECRET` (RFC 7064, RFC 7065).

use super::Secret;
use crate::protocol::IceServer;

/// Another program that helps browsers find paths.
#[derive(Clone, Debug)]
pub struct OtherServer {
    /// As browsers are told of it, but for credentials that are each peer's own.
    pub server: IceServer,
    /// Shared with it, so that each peer gets credentials that run out (draft-uberti-behave-turn-rest; what coturn
    /// calls `static-auth-secret`).
    pub shared: Option<Secret>,
}

const FORM: &str = "turn:HOST:PORT,USERNAME,CREDENTIAL or turn:HOST:PORT,secret=SECRET";

pub(super) fn parse_ice_server(text: &str) -> Result<OtherServer, String> {
    let (url, rest) = text.split_once(',').map_or((text, None), |(url, rest)| (url, Some(rest)));
    let (scheme, host) = url.split_once(':').unwrap_or_default();
    if host.is_empty() {
        return Err(format!("it must look like stun:HOST:PORT, {FORM}"));
    }
    let server = IceServer { urls: vec![url.to_owned()], username: None, credential: None };
    match (scheme, rest) {
        ("stun" | "stuns", None) => Ok(OtherServer { server, shared: None }),
        ("stun" | "stuns", Some(_)) => Err("a stun server takes no username".into()),
        ("turn" | "turns", rest) => {
            let rest = rest.unwrap_or_default();
            if let Some(secret) = rest.strip_prefix("secret=").filter(|secret| !secret.is_empty()) {
                return Ok(OtherServer { server, shared: Some(Secret::shared(secret)) });
            }
            match rest.split_once(',') {
                Some((username, credential)) if !username.is_empty() && !credential.is_empty() => {
                    let (username, credential) = (Some(username.to_owned()), Some(credential.to_owned()));
                    Ok(OtherServer { server: IceServer { username, credential, ..server }, shared: None })
                }
                _ => Err(format!("a turn server needs credentials: {FORM}")),
            }
        }
        _ => Err("it must begin with stun:, stuns:, turn: or turns:".into()),
    }
}
