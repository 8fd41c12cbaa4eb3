//! Who is there, over real sockets.

mod support;

use std::{collections::BTreeMap, num::NonZero, sync::Arc, time::Duration};

use serde_json::json;
use support::{Person, Raw, Server, call, lobby, page, person::Entrance, room};
use tincan::{
    protocol::{
        Availability, CLOSE_NORMAL, ClientMessage, ErrorCode, Nickname, PeerId, Room, ServerMessage, Status,
    },
    server::{
        Config,
        config::{Secret, SecretSource},
    },
};
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::{CloseFrame, frame::coding::CloseCode},
};

async fn refusal(server: &Arc<Server>, room: Room, nickname: &str) -> ServerMessage {
    let entrance = Entrance { room, nickname, incarnation: page(1), ticket: None, grant: None };
    Person::enters(server, entrance).await.err().expect("was let in")
}

/// They all come from one address.
fn crowded(config: &mut Config) {
    config.limits.connection_burst = NonZero::<u32>::MAX;
}

#[tokio::test]
async fn many_who_join_at_once_know_each_other() {
    let server = Server::start_with(crowded).await;
    let joining: Vec<_> = (0..50)
        .map(|number| {
            let server = Arc::clone(&server);
            tokio::spawn(async move { Person::joins(&server, &format!("Guest {number}")).await })
        })
        .collect();
    let mut people = Vec::new();
    for joining in joining {
        people.push(joining.await.unwrap());
    }
    for person in &mut people {
        let mut known = person.welcome.contacts.joined.clone();
        known.insert(person.peer(), person.welcome.nickname.clone());
        while known.len() < 50 {
            known.extend(person.hears_presence().await.joined);
        }
    }
}

/// Everybody else, as somebody is told who comes in last, and how much of it came compressed.
async fn comes_in(mut raw: Raw, nickname: &str, known: usize) -> (BTreeMap<PeerId, Nickname>, usize) {
    raw.says_hello(nickname).await;
    raw.says_json(json!({"id": 2, "message": {"ping": {}}})).await;
    let mut contacts = BTreeMap::new();
    loop {
        match raw.hears().await.expect("it was closed").message {
            ServerMessage::Welcome(welcome) => contacts.extend(welcome.contacts.joined),
            ServerMessage::Presence(presence) => contacts.extend(presence.joined),
            ServerMessage::Pong {} => break,
            message => panic!("{message:?}"),
        }
    }
    assert!(contacts.len() >= known, "the pong came before the list");
    (contacts, raw.inflated)
}

#[tokio::test]
async fn whoever_can_inflate_is_told_the_same_in_fewer_bytes() {
    let server = Server::start_with(crowded).await;
    let mut crowd = Vec::new();
    for number in 0..80 {
        crowd.push(Person::joins(&server, &format!("Guest {number}")).await);
    }
    let [first, .., last] = &mut crowd[..] else { panic!() };
    first.sees(last).await;

    let (told, inflated) = comes_in(Raw::connects(&server).await, "Reader", crowd.len()).await;
    assert_eq!(inflated, 0);
    let (the_same, inflated) =
        comes_in(Raw::connects_inflating(&server).await, "Inflater", crowd.len()).await;
    assert_eq!(inflated, 1);
    for person in &crowd {
        assert_eq!(told[&person.peer()], person.welcome.nickname);
        assert_eq!(the_same[&person.peer()], person.welcome.nickname);
    }
}

#[tokio::test]
async fn what_somebody_does_is_seen_by_all() {
    let (mut alice, mut bob) = lobby().await;
    bob.sets(Availability::Away).await;
    assert_eq!(alice.hears_presence().await.status, [(bob.peer(), Status::Away)].into());
    alice.invites(call(1), &mut bob).await;
    let carol = Person::joins(&alice.server, "Carol").await;
    let contacts = &carol.welcome.contacts;
    assert_eq!(contacts.status, [(alice.peer(), Status::Ringing), (bob.peer(), Status::Ringing)].into());
}

#[tokio::test]
async fn whoever_leaves_is_gone_from_the_list() {
    let server = Server::start_with(|config| config.timeouts.grace = Duration::from_millis(20)).await;
    let mut alice = Person::joins(&server, "Alice").await;
    let bob = Person::joins(&server, "Bob").await;
    alice.sees(&bob).await;
    let peer = bob.peer();
    bob.vanishes();
    assert_eq!(alice.hears_presence().await.left, [peer]);
    Person::joins(&server, "Bob").await;
}

#[tokio::test]
async fn a_page_that_closes_its_socket_is_leaving() {
    let server = Server::start_with(|config| config.timeouts.leaving_grace = Duration::from_millis(20)).await;
    let mut alice = Person::joins(&server, "Alice").await;
    let mut bob = Person::joins(&server, "Bob").await;
    alice.sees(&bob).await;
    let going = CloseFrame { code: CloseCode::Away, reason: "".into() };
    bob.raw.sends(Message::Close(Some(going))).await;
    assert_eq!(alice.hears_presence().await.left, [bob.peer()]);
}

#[tokio::test]
async fn whoever_says_goodbye_leaves_at_once() {
    let (mut alice, mut bob) = lobby().await;
    bob.says(ClientMessage::Goodbye {}).await;
    assert_eq!(bob.closed().await.code, CLOSE_NORMAL);
    while alice.hears_presence().await.left != [bob.peer()] {}
    Person::joins(&alice.server, "Bob").await;
}

#[tokio::test]
async fn a_nickname_is_taken_by_whatever_looks_like_it() {
    let (alice, _bob) = lobby().await;
    let ServerMessage::Error { code, suggestion, .. } =
        refusal(&alice.server, Room::Lobby, "\u{391}lice").await
    else {
        panic!()
    };
    assert_eq!(code, ErrorCode::NicknameTaken);
    let suggestion = suggestion.unwrap();
    let other = Person::joins(&alice.server, suggestion.as_str()).await;
    assert_eq!(other.welcome.nickname, suggestion);
}

#[tokio::test]
async fn nothing_crosses_rooms() {
    let server = Server::start().await;
    let mut alice = Person::joins_room(&server, room("k7qm-3xpd-9wzt"), "Alice").await;
    let mut bob = Person::joins_room(&server, room("K7QM 3XPD 9WZT"), "Bob").await;
    alice.sees(&bob).await;
    let mut eve = Person::joins_room(&server, room("k7qm-3xpd-9wzv"), "Alice").await;
    let mut mallory = Person::joins(&server, "Bob").await;
    alice.connects(call(1), &mut bob).await;
    alice.says(Person::signal(call(1), &bob, "private")).await;
    alice.hears_nothing().await;
    for stranger in [&mut eve, &mut mallory] {
        assert!(stranger.welcome.contacts.joined.is_empty());
        assert_eq!(stranger.is_refused(Person::invitation(call(2), &bob)).await, ErrorCode::UnknownPeer);
        assert_eq!(stranger.is_refused(Person::signal(call(1), &bob, "x")).await, ErrorCode::UnknownCall);
        stranger.hears_nothing().await;
    }
}

#[tokio::test]
async fn a_ticket_is_of_no_use_in_another_room() {
    let server = Server::start().await;
    let alice = Person::joins(&server, "Alice").await;
    let ticket = Some(alice.welcome.ticket.clone());
    let entrance =
        Entrance { room: room("k7qm-3xpd-9wzt"), nickname: "Eve", incarnation: page(1), ticket, grant: None };
    let eve = Person::enters(&server, entrance).await.ok().unwrap();
    assert_eq!(eve.welcome.nickname.as_str(), "Eve");
}

#[tokio::test]
async fn a_ticket_that_was_altered_or_is_of_another_server_gives_nobody_a_place() {
    let server = Server::start().await;
    let alice = Person::joins(&server, "Alice").await;
    let foreign = Server::start_with(|config| {
        config.secret = SecretSource::Given(Secret::parse("another secret of the tests").unwrap());
    })
    .await;
    let altered = {
        let (start, end) = alice.welcome.ticket.split_at(10);
        let first = if end.starts_with('A') { "B" } else { "A" };
        format!("{start}{first}{}", &end[1..])
    };
    for (at, ticket) in [(&server, altered), (&foreign, alice.welcome.ticket.clone())] {
        let entrance = Entrance {
            room: Room::Lobby,
            nickname: "Eve",
            incarnation: page(1),
            ticket: Some(ticket),
            grant: None,
        };
        let eve = Person::enters(at, entrance).await.ok().unwrap();
        assert_eq!(eve.welcome.nickname.as_str(), "Eve");
        assert_ne!(eve.peer(), alice.peer());
    }
    assert_eq!(alice.comes_back(page(1)).await.peer(), alice.peer(), "the true one still does");
}

#[tokio::test]
async fn a_host_without_a_lobby_has_private_rooms_only() {
    let server = Server::start_with(|config| config.lobby = false).await;
    let ServerMessage::Error { code, .. } = refusal(&server, Room::Lobby, "Alice").await else { panic!() };
    assert_eq!(code, ErrorCode::LobbyClosed);
    Person::joins_room(&server, room("k7qm-3xpd-9wzt"), "Alice").await;
}

#[tokio::test]
async fn a_server_that_restarted_gives_everybody_their_place_back() {
    let server = Server::start().await;
    let alice = Person::joins(&server, "Alice").await;
    server.stop();
    server.ended().await;
    let server = Server::start().await;
    let again = alice.comes_back_to(&server, page(1)).await;
    assert_eq!(again.peer(), alice.peer());
    assert_eq!(again.welcome.nickname, alice.welcome.nickname);
    assert_ne!(again.welcome.boot, alice.welcome.boot);
}

#[tokio::test]
async fn after_a_restart_a_newcomer_does_not_get_the_name_of_somebody_who_is_on_the_way_back() {
    let server = Server::start().await;
    let alice = Person::joins(&server, "Alice").await;
    server.stop();
    server.ended().await;
    let server = Server::start_with(|config| config.timeouts.returning = Duration::from_secs(2)).await;
    let mut stranger = Raw::connects(&server).await;
    let entrance =
        Entrance { room: Room::Lobby, nickname: "Alice", incarnation: page(1), ticket: None, grant: None };
    Person::says_hello(&mut stranger, entrance).await;
    let again = alice.comes_back_to(&server, page(1)).await;
    assert_eq!(again.welcome.nickname.as_str(), "Alice");
    let ServerMessage::Error { code, .. } = stranger.hears().await.unwrap().message else { panic!() };
    assert_eq!(code, ErrorCode::NicknameTaken);
}

#[tokio::test]
async fn after_a_restart_a_call_is_taken_up_again_by_those_who_were_in_it() {
    let (mut alice, mut bob) = lobby().await;
    let mut carol = Person::joins(&alice.server, "Carol").await;
    alice.connects(call(1), &mut bob).await;
    for person in [&mut alice, &mut bob, &mut carol] {
        person.hears_before_fence().await;
    }
    alice.server.stop();
    alice.server.ended().await;
    let server = Server::start().await;
    // Somebody else's grant is worth nothing.
    carol.grant.clone_from(&bob.grant);
    let carol = carol.comes_back_to(&server, page(1)).await;
    assert_eq!(carol.welcome.call, None);
    let mut alice = alice.comes_back_to(&server, page(1)).await;
    let waiting = alice.welcome.call.clone().expect("the call is forgotten");
    assert_eq!((waiting.call, &waiting.awaited[..]), (call(1), &[bob.peer()][..]));
    let bob = bob.comes_back_to(&server, page(1)).await;
    let whole = bob.welcome.call.clone().expect("the call is forgotten");
    assert_eq!((whole.call, whole.members.len(), whole.awaited.len()), (call(1), 2, 0));
    let ServerMessage::ParticipantJoined { peer, .. } = alice.hears().await else { panic!() };
    assert_eq!(peer, bob.peer());
    let mut dave = Person::joins(&server, "Dave").await;
    let mut seen = dave.welcome.contacts.status.clone();
    while ![&alice, &bob].iter().all(|person| seen.get(&person.peer()) == Some(&Status::InCall)) {
        seen.extend(dave.hears_presence().await.status);
    }
    assert_ne!(seen.get(&carol.peer()), Some(&Status::InCall));
}

#[tokio::test]
async fn a_ticket_is_renewed_before_it_expires() {
    let server = Server::start_with(|config| config.timeouts.ticket = Duration::from_secs(2)).await;
    let mut alice = Person::joins(&server, "Alice").await;
    let ServerMessage::Ticket { ticket, .. } = alice.hears().await else { panic!() };
    alice.welcome.ticket = ticket;
    assert_eq!(alice.comes_back(page(1)).await.peer(), alice.peer());
}

#[tokio::test]
async fn each_limit_has_its_name() {
    let server = Server::start_with(|config| {
        config.limits.max_peers_per_room = 1.try_into().unwrap();
        config.limits.max_rooms = 1.try_into().unwrap();
    })
    .await;
    let _alice = Person::joins(&server, "Alice").await;
    let ServerMessage::Error { code, .. } = refusal(&server, Room::Lobby, "Bob").await else { panic!() };
    assert_eq!(code, ErrorCode::RoomFull);
    let ServerMessage::Error { code, .. } = refusal(&server, room("k7qm-3xpd-9wzt"), "Bob").await else {
        panic!()
    };
    assert_eq!(code, ErrorCode::TooManyRooms);
}

#[tokio::test]
async fn a_room_whose_last_peer_has_left_makes_place_for_another() {
    let server = Server::start_with(|config| {
        config.limits.max_rooms = 1.try_into().unwrap();
        config.timeouts.grace = Duration::from_millis(10);
    })
    .await;
    let alice = Person::joins(&server, "Alice").await;
    alice.vanishes();
    loop {
        let entrance = Entrance {
            room: room("k7qm-3xpd-9wzt"),
            nickname: "Bob",
            incarnation: page(1),
            ticket: None,
            grant: None,
        };
        match Person::enters(&server, entrance).await {
            Ok(_) => break,
            Err(ServerMessage::Error { code, .. }) => assert_eq!(code, ErrorCode::TooManyRooms),
            Err(other) => panic!("{other:?}"),
        }
    }
}
