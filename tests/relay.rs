//! The relay: the real server, and clients that speak STUN and TURN over real sockets.

mod support;

use std::{net::SocketAddr, sync::Arc};

use support::{
    Person, Server,
    tls::{Certificate, Client, Folder},
};
use tincan::{
    protocol::IceServer,
    server::{
        Config,
        relay::{
            Issued,
            caller::{Caller, Heard, Trouble},
        },
    },
};
use turn_types::attribute::EvenPort;

async fn server() -> Arc<Server> {
    server_with(|_| {}).await
}

/// With a relay on a port of its own.
async fn server_with(change: impl FnOnce(&mut Config)) -> Arc<Server> {
    Server::start_with(|config| {
        config.relay.listen = vec!["127.0.0.1:0".parse().expect("an address")];
        config.relay.is_asked_for = true;
        change(config);
    })
    .await
}

/// What somebody who comes in is told of the relay.
struct Told {
    relay: SocketAddr,
    issued: Issued,
    servers: Vec<IceServer>,
    _person: Person,
}

async fn told(server: &Arc<Server>, nickname: &str) -> Told {
    let person = Person::joins(server, nickname).await;
    let servers = person.welcome.ice_servers.clone();
    let relay = servers.iter().find(|server| server.relays()).expect("a relay");
    let (address, _) = relay.urls[0].trim_start_matches("turn:").split_once('?').expect("a transport");
    let username = relay.username.clone().expect("a username");
    let password = relay.credential.clone().expect("a credential");
    Told {
        relay: address.parse().expect("an address"),
        issued: Issued { username, password },
        servers,
        _person: person,
    }
}

impl Told {
    async fn udp(&self) -> Caller {
        Caller::udp(self.relay, self.issued.clone()).await.expect("a socket")
    }

    async fn tcp(&self) -> Caller {
        Caller::tcp(self.relay, self.issued.clone()).await.expect("a connection")
    }
}

fn code<T: std::fmt::Debug>(result: Result<T, Trouble>) -> u16 {
    match result {
        Err(Trouble::Refused(code)) => code,
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn whoever_comes_in_is_told_of_the_relay() {
    let told = told(&server().await, "Alice").await;
    let urls: Vec<&str> = told.servers.iter().flat_map(|server| &server.urls).map(String::as_str).collect();
    let at = told.relay;
    assert_eq!(
        urls,
        [&format!("stun:{at}"), &format!("turn:{at}?transport=udp"), &format!("turn:{at}?transport=tcp")]
    );
}

#[tokio::test]
async fn a_client_learns_from_where_it_is_seen() {
    let told = told(&server().await, "Alice").await;
    for mut caller in [told.udp().await, told.tcp().await] {
        assert!(caller.binding().await.expect("an answer").ip().is_loopback());
    }
}

#[tokio::test]
async fn two_people_reach_each_other_through_their_allocations_alone() {
    let server = server().await;
    let (alice, bob) = (told(&server, "Alice").await, told(&server, "Bob").await);
    for (mut alice, mut bob) in [
        (alice.udp().await, bob.udp().await),
        (alice.tcp().await, bob.udp().await),
        (alice.tcp().await, bob.tcp().await),
    ] {
        let (here, there) =
            (alice.allocate().await.expect("a place"), bob.allocate().await.expect("a place"));
        alice.permit(there).await.expect("leave to speak");
        bob.permit(here).await.expect("leave to speak");
        alice.send(there, b"in an indication").await.expect("sent");
        assert_eq!(bob.hear().await.expect("heard"), Heard::From(here, b"in an indication".to_vec()));
        bob.bind(0x4000, here).await.expect("a channel");
        bob.send_by(0x4000, b"by a channel").await.expect("sent");
        assert_eq!(alice.hear().await.expect("heard"), Heard::From(there, b"by a channel".to_vec()));
        alice.send(there, b"into it").await.expect("sent");
        assert_eq!(bob.hear().await.expect("heard"), Heard::By(0x4000, b"into it".to_vec()));
    }
}

#[tokio::test]
async fn nothing_is_heard_of_whoever_was_not_permitted() {
    let told = told(&server().await, "Alice").await;
    let (mut alice, mut bob) = (told.udp().await, told.udp().await);
    let (here, there) = (alice.allocate().await.expect("a place"), bob.allocate().await.expect("a place"));
    alice.permit(there).await.expect("leave to speak");
    alice.send(there, b"unwanted").await.expect("sent");
    // Behind it in the same queue.
    alice.binding().await.expect("an answer");
    bob.permit(here).await.expect("leave to speak");
    alice.send(there, b"wanted").await.expect("sent");
    assert_eq!(bob.hear().await.expect("heard"), Heard::From(here, b"wanted".to_vec()));
}

#[tokio::test]
async fn what_is_not_public_is_forbidden() {
    let told = told(&server().await, "Alice").await;
    let mut alice = told.udp().await;
    alice.allocate().await.expect("a place");
    for peer in
        ["127.0.0.2:9", "10.0.0.1:9", "192.168.1.1:9", "169.254.169.254:80", "0.0.0.0:9", "224.0.0.1:9"]
    {
        let peer: SocketAddr = peer.parse().expect("an address");
        assert_eq!(code(alice.permit(peer).await), 403, "{peer}");
        assert_eq!(code(alice.bind(0x4000, peer).await), 403, "{peer}");
    }
    for peer in ["[::ffff:127.0.0.1]:9", "[::1]:9", "[2002:7f00:1::]:9", "[64:ff9b::a00:1]:9"] {
        assert_eq!(code(alice.permit(peer.parse().expect("an address")).await), 403, "{peer}");
    }
}

#[tokio::test]
async fn only_allocations_are_reached_at_the_address_of_the_relay() {
    let told = told(&server().await, "Alice").await;
    let bystander = tokio::net::UdpSocket::bind("127.0.0.1:0").await.expect("a socket");
    let at = bystander.local_addr().expect("an address");
    let (mut alice, mut bob) = (told.udp().await, told.udp().await);
    let (here, there) = (alice.allocate().await.expect("a place"), bob.allocate().await.expect("a place"));
    alice.permit(at).await.expect("it is where allocations are");
    bob.permit(here).await.expect("leave to speak");
    alice.send(at, b"to a bystander").await.expect("sent");
    alice.send(told.relay, b"to the relay itself").await.expect("sent");
    alice.send(there, b"to an allocation").await.expect("sent");
    assert_eq!(bob.hear().await.expect("heard"), Heard::From(here, b"to an allocation".to_vec()));
    assert!(bystander.try_recv(&mut [0; 64]).is_err());
    // Nor does anybody hear what a bystander says to an allocation.
    bystander.send_to(b"from a bystander", there).await.expect("sent");
    alice.send(there, b"again").await.expect("sent");
    assert_eq!(bob.hear().await.expect("heard"), Heard::From(here, b"again".to_vec()));
}

#[tokio::test]
async fn a_network_that_the_configuration_names_is_reached_both_ways() {
    let allow = vec!["127.0.0.2/32".parse().expect("a network")];
    let server = server_with(|config| config.relay.allow = allow).await;
    let outside = tokio::net::UdpSocket::bind("127.0.0.2:0").await.expect("a socket");
    let at = outside.local_addr().expect("an address");
    let mut alice = told(&server, "Alice").await.udp().await;
    let here = alice.allocate().await.expect("a place");
    alice.permit(at).await.expect("leave to speak");
    alice.send(at, b"out").await.expect("sent");
    let mut buffer = [0; 64];
    let (length, from) = outside.recv_from(&mut buffer).await.expect("heard");
    assert_eq!((&buffer[..length], from.port()), (&b"out"[..], here.port()));
    outside.send_to(b"in", here).await.expect("sent");
    assert_eq!(alice.hear().await.expect("heard"), Heard::From(at, b"in".to_vec()));
}

#[tokio::test]
async fn only_good_credentials_open_the_relay() {
    let server = server().await;
    let (alice, bob) = (told(&server, "Alice").await, told(&server, "Bob").await);
    let expired = alice.issued.username.split_once(':').map(|(_, peer)| format!("1:{peer}")).expect("a peer");
    for (username, password) in [
        (alice.issued.username.clone(), "a guess".to_owned()),
        (alice.issued.username.clone(), bob.issued.password.clone()),
        (expired, alice.issued.password.clone()),
        ("alice".to_owned(), "alice".to_owned()),
    ] {
        let mut caller = Caller::udp(alice.relay, Issued { username, password }).await.expect("a socket");
        assert_eq!(code(caller.allocate().await), 401);
    }
}

#[tokio::test]
async fn a_person_has_so_many_allocations_and_others_have_theirs() {
    let server = server_with(|config| {
        config.limits.relay_allocations_per_peer = 2.try_into().expect("not zero");
        config.limits.relay_permissions = 2.try_into().expect("not zero");
    })
    .await;
    let (alice, bob) = (told(&server, "Alice").await, told(&server, "Bob").await);
    let (mut one, mut two, mut three) = (alice.udp().await, alice.tcp().await, alice.udp().await);
    one.allocate().await.expect("a place");
    two.allocate().await.expect("a place");
    assert_eq!(code(three.allocate().await), 486);
    bob.udp().await.allocate().await.expect("a place");
    for (peer, is_given) in
        [("1.1.1.1:9", true), ("1.1.1.2:9", true), ("1.1.1.3:9", false), ("1.1.1.1:8", true)]
    {
        let given = one.permit(peer.parse().expect("an address")).await;
        assert_eq!(given.is_ok(), is_given, "{peer}: {given:?}");
    }
    assert_eq!(one.refresh(0).await.expect("ended"), 0);
    three.allocate().await.expect("its place");
}

#[tokio::test]
async fn a_stream_that_is_closed_takes_its_allocation_with_it() {
    let server =
        server_with(|config| config.limits.relay_allocations_per_peer = 1.try_into().expect("not zero"))
            .await;
    let alice = told(&server, "Alice").await;
    let mut first = alice.tcp().await;
    first.allocate().await.expect("a place");
    drop(first);
    let mut second = alice.udp().await;
    while let Err(Trouble::Refused(486)) = second.allocate().await {
        tokio::task::yield_now().await;
    }
    second.permit("1.1.1.1:9".parse().expect("an address")).await.expect("it has its place");
}

#[tokio::test]
async fn a_relay_that_is_asked_for_and_not_to_be_had_stops_the_start_and_one_by_default_does_not() {
    let taken = std::net::UdpSocket::bind("127.0.0.1:0").expect("a socket");
    let at = taken.local_addr().expect("an address");
    let start = async |is_asked_for| {
        let config = support::config(|config| {
            config.relay.listen = vec![at];
            config.relay.is_asked_for = is_asked_for;
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a socket");
        tincan::server::run(config, listener, std::future::ready(())).await
    };
    let sentence = start(true).await.expect_err("it goes on").to_string();
    assert!(sentence.contains("--relay-listen"), "{sentence}");
    start(false).await.expect("it goes on without");
}

#[tokio::test]
async fn an_even_port_is_given_to_whoever_wants_one_and_none_is_reserved() {
    let alice = told(&server().await, "Alice").await;
    for _ in 0..8 {
        let given = alice.udp().await.allocate_with(&[&EvenPort::new(false)]).await.expect("a place");
        assert!(given.port().is_multiple_of(2), "{given}");
    }
    assert_eq!(code(alice.udp().await.allocate_with(&[&EvenPort::new(true)]).await), 508);
}

#[tokio::test]
async fn where_there_is_a_certificate_the_relay_is_reached_by_tls_on_the_same_port() {
    let folder = Folder::new("relay");
    let server = server_with(|config| config.tls = Some(folder.self_signed(&[]))).await;
    let client = Client::trusting_authority_of(&server).await;
    let (_socket, welcome) = client.joins(&server, "Alice").await;
    let relay = welcome.ice_servers.iter().find(|server| server.relays()).expect("a relay");
    let urls: Vec<&str> = relay.urls.iter().map(String::as_str).collect();
    let [udp, tcp, tls] = urls[..] else { panic!("{urls:?}") };
    let at = tls.trim_start_matches("turns:").trim_end_matches("?transport=tcp");
    assert_eq!((udp, tcp), (&*format!("turn:{at}?transport=udp"), &*format!("turn:{at}?transport=tcp")));
    let at: SocketAddr = at.parse().expect("an address");
    let issued = Issued {
        username: relay.username.clone().expect("a username"),
        password: relay.credential.clone().expect("a credential"),
    };
    let caller = async || Caller::tls(at, issued.clone(), Arc::clone(&client.0)).await.expect("a connection");
    let (mut one, mut other) = (caller().await, caller().await);
    let mut plain = Caller::tcp(at, issued.clone()).await.expect("a connection");
    assert!(plain.binding().await.expect("an answer").ip().is_loopback());
    let (here, there) = (one.allocate().await.expect("a place"), other.allocate().await.expect("a place"));
    one.permit(there).await.expect("leave to speak");
    other.permit(here).await.expect("leave to speak");
    for size in [1, 1200] {
        one.send(there, &vec![7; size]).await.expect("sent");
        assert_eq!(other.hear().await.expect("heard"), Heard::From(here, vec![7; size]));
    }
    let stranger = Client::trusting(&Certificate::new().der);
    assert!(Caller::tls(at, issued, stranger.0).await.is_err(), "nobody else's certificate is shown");
}
