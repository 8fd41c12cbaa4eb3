//! Certificates to be shown, and clients that come by TLS.

use std::{
    fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName},
};
use serde_json::json;
use tincan::{
    protocol::{ServerFrame, ServerMessage, Welcome},
    server::config::{TlsConfig, TlsSource},
};
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::{TlsConnector, client::TlsStream};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest},
};

use futures_util::{SinkExt, StreamExt};

use super::{PATIENCE, Server, http};

/// A directory that goes with its test.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("tincan-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    pub fn self_signed(&self, names: &[&'static str]) -> TlsConfig {
        let names = names.iter().map(|name| ServerName::try_from(*name).unwrap()).collect();
        TlsSource::SelfSigned { directory: self.0.clone(), names }.into()
    }

    pub fn certificate(&self) -> PathBuf {
        self.0.join("cert.pem")
    }

    pub fn key(&self) -> PathBuf {
        self.0.join("key.pem")
    }

    /// With what is in it now, and whatever comes in its place.
    pub fn files(&self) -> TlsConfig {
        TlsSource::Files { certificate: self.certificate(), key: self.key() }.into()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A certificate that was not made by the server.
pub struct Certificate {
    pub der: CertificateDer<'static>,
    key: Vec<u8>,
}

impl Certificate {
    pub fn new() -> Self {
        let key = rcgen::KeyPair::generate().unwrap();
        let names = ["127.0.0.1".to_owned(), "localhost".to_owned()];
        let certificate = rcgen::CertificateParams::new(names).unwrap().self_signed(&key).unwrap();
        Self { der: certificate.der().clone(), key: key.serialize_der() }
    }

    pub fn is_put_into(&self, folder: &Folder) {
        pem(&folder.key(), "PRIVATE KEY", &self.key);
        pem(&folder.certificate(), "CERTIFICATE", &self.der);
    }
}

fn pem(file: &Path, label: &str, der: &[u8]) {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let text = format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(der));
    fs::write(file, text).unwrap();
}

/// Trusts one certificate and nothing else.
#[derive(Clone)]
pub struct Client(pub Arc<ClientConfig>);

impl Client {
    pub fn trusting(certificate: &CertificateDer<'static>) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(certificate.clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        Self(Arc::new(builder.unwrap().with_root_certificates(roots).with_no_client_auth()))
    }

    /// As a person would who has installed what the server offers.
    pub async fn trusting_authority_of(server: &Server) -> Self {
        let answer = http::get(server, "/tincan-ca.crt").await;
        assert_eq!(answer.status, 200);
        Self::trusting(&answer.bytes.into())
    }

    pub fn speaking(&self, protocols: &[&[u8]]) -> Self {
        let mut config = ClientConfig::clone(&self.0);
        config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
        Self(config.into())
    }

    pub async fn connects(&self, address: SocketAddr) -> io::Result<TlsStream<TcpStream>> {
        self.connects_to("127.0.0.1", address).await
    }

    /// Under a name that it calls the server by.
    pub async fn connects_to(
        &self,
        name: &'static str,
        address: SocketAddr,
    ) -> io::Result<TlsStream<TcpStream>> {
        let stream = TcpStream::connect(address).await?;
        let connector = TlsConnector::from(Arc::clone(&self.0));
        let connected = connector.connect(ServerName::try_from(name).unwrap(), stream);
        timeout(PATIENCE, connected).await.expect("no handshake")
    }

    pub async fn gets(&self, server: &Server, path: &str) -> http::Answer {
        let stream = self.connects(server.address).await.unwrap();
        let text = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        http::ask_on(stream, &text).await
    }

    /// As a browser does, for a page of this origin. `None` when it is refused.
    pub async fn opens_socket(&self, address: SocketAddr, origin: &str) -> Option<Socket> {
        let stream = self.connects(address).await.unwrap();
        let mut request = format!("wss://{address}/ws").into_client_request().unwrap();
        request.headers_mut().insert("origin", origin.parse().unwrap());
        client_async(request, stream).await.ok().map(|(socket, _)| socket)
    }

    pub async fn joins(&self, server: &Server, nickname: &str) -> (Socket, Welcome) {
        let address = server.address;
        let mut socket = self.opens_socket(address, &format!("https://{address}")).await.expect("no socket");
        let hello = json!({"id": 1, "message": {"hello": {
            "version": 1, "room": "lobby", "nickname": nickname, "incarnation": "000000000001",
        }}});
        socket.send(Message::text(hello.to_string())).await.unwrap();
        match hears(&mut socket).await.message {
            ServerMessage::Welcome(welcome) => (socket, welcome),
            message => panic!("{nickname} got {message:?}"),
        }
    }
}

pub type Socket = WebSocketStream<TlsStream<TcpStream>>;

pub async fn hears(socket: &mut Socket) -> ServerFrame {
    loop {
        match timeout(PATIENCE, socket.next()).await.expect("nothing more was said") {
            Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).expect("not the protocol"),
            Some(Ok(_)) => {}
            other => panic!("closed: {other:?}"),
        }
    }
}
