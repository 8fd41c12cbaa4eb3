//! `stun:HOST:PORT` or `turn:HOST:PORT,USERNAME,CREDENTIAL` (RFC 7064, RFC 7065).

use crate::protocol::IceServer;

pub(super) fn parse_ice_server(text: &str) -> Result<IceServer, String> {
    let mut parts = text.splitn(3, ',');
    let url = parts.next().unwrap_or_default();
    let (username, credential) = (parts.next().map(str::to_owned), parts.next().map(str::to_owned));
    let (scheme, host) = url.split_once(':').unwrap_or_default();
    let has_credential = credential.as_ref().is_some_and(|credential| !credential.is_empty());
    let problem = match scheme {
        _ if host.is_empty() => {
            Some("it must look like stun:HOST:PORT or turn:HOST:PORT,USERNAME,CREDENTIAL")
        }
        "stun" | "stuns" => username.as_ref().map(|_| "a stun server takes no username"),
        "turn" | "turns" if has_credential => None,
        "turn" | "turns" => Some("a turn server needs both: turn:HOST:PORT,USERNAME,CREDENTIAL"),
        _ => Some("it must begin with stun:, stuns:, turn: or turns:"),
    };
    match problem {
        Some(problem) => Err(problem.to_owned()),
        None => Ok(IceServer { urls: vec![url.to_owned()], username, credential }),
    }
}
