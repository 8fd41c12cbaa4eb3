//! One HTTP request, read to its end.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::{PATIENCE, Server};

pub struct Answer {
    pub status: u16,
    head: String,
    pub body: String,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            found.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

pub async fn get(server: &Server, path: &str) -> Answer {
    request(server, &format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")).await
}

pub async fn request(server: &Server, text: &str) -> Answer {
    ask(server.address, text).await
}

/// On the address for whoever runs the server.
pub async fn get_as_operator(server: &Server, path: &str) -> Answer {
    let text = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    ask(server.operators, &text).await
}

pub async fn ask(address: SocketAddr, text: &str) -> Answer {
    ask_on(TcpStream::connect(address).await.unwrap(), text).await
}

pub async fn ask_on(mut stream: impl AsyncRead + AsyncWrite + Unpin, text: &str) -> Answer {
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("the answer does not end").unwrap();
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("no HTTP");
    let (head, bytes) = (text(&answer[..end]), answer[end + 4..].to_vec());
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head, body: text(&bytes), bytes }
}
