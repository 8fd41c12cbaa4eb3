//! Calling somebody, over real sockets. The rules in all their cases are tested beside the registry; here each
//! is seen once on the wire.

mod support;

use std::time::Duration;

use support::{Person, call, lobby, lobby_of_three, lobby_with, page};
use tincan::protocol::{
    Availability, CLOSE_SUPERSEDED, ClientMessage, EndReason, ErrorCode, Media, Payload, PeerId,
    ServerMessage,
};

#[tokio::test]
async fn an_accepted_call_connects_both() {
    let (mut alice, mut bob) = lobby().await;
    alice.connects(call(1), &mut bob).await;
    alice.says(Person::signal(call(1), &bob, "hello")).await;
    let ServerMessage::Signal { from, payload, .. } = bob.hears().await else { panic!("no signal") };
    assert_eq!((from, payload.as_str()), (alice.peer(), "\"hello\""));
}

#[tokio::test]
async fn a_declined_call_ends_for_both() {
    let (mut alice, mut bob) = lobby().await;
    alice.invites(call(1), &mut bob).await;
    bob.declines(call(1)).await;
    alice.hears_ended(call(1), EndReason::Declined).await;
    bob.hears_ended(call(1), EndReason::Declined).await;
}

#[tokio::test]
async fn a_cancelled_call_ends_for_both() {
    let (mut alice, mut bob) = lobby().await;
    alice.invites(call(1), &mut bob).await;
    alice.says(ClientMessage::Cancel { call: call(1), peer: bob.peer() }).await;
    alice.hears_ended(call(1), EndReason::Cancelled).await;
    bob.hears_ended(call(1), EndReason::Cancelled).await;
}

#[tokio::test]
async fn a_call_nobody_answers_ends_for_both() {
    let (mut alice, mut bob) = lobby_with(|config| config.timeouts.ring = Duration::from_millis(50)).await;
    alice.invites(call(1), &mut bob).await;
    alice.hears_ended(call(1), EndReason::NoAnswer).await;
    bob.hears_ended(call(1), EndReason::NoAnswer).await;
}

#[tokio::test]
async fn whoever_goes_while_it_rings_ends_it_for_the_other() {
    for caller_goes in [true, false] {
        for closes_the_page in [true, false] {
            let (mut alice, mut bob) =
                lobby_with(|config| config.timeouts.leaving_grace = Duration::from_millis(50)).await;
            alice.invites(call(1), &mut bob).await;
            let (mut gone, mut there) = if caller_goes { (alice, bob) } else { (bob, alice) };
            if closes_the_page {
                gone.says(ClientMessage::Leaving {}).await;
                gone.vanishes();
            } else {
                gone.says(ClientMessage::Goodbye {}).await;
            }
            there.hears_ended(call(1), EndReason::Gone).await;
        }
    }
}

#[tokio::test]
async fn whoever_comes_back_while_it_rings_is_in_the_same_call() {
    for caller_comes_back in [true, false] {
        for incarnation in [page(1), page(2)] {
            let (mut alice, mut bob) = lobby().await;
            alice.invites(call(1), &mut bob).await;
            let mut back = if caller_comes_back {
                alice.comes_back(incarnation).await
            } else {
                bob.comes_back(incarnation).await
            };
            assert_eq!(back.welcome.call.as_ref().map(|state| state.call), Some(call(1)));
            if caller_comes_back {
                if incarnation == page(2) {
                    bob.hears_joined(call(1), back.peer()).await;
                }
                back.says(ClientMessage::Cancel { call: call(1), peer: bob.peer() }).await;
                bob.hears_ended(call(1), EndReason::Cancelled).await;
            } else {
                back.declines(call(1)).await;
                alice.hears_ended(call(1), EndReason::Declined).await;
            }
        }
    }
}

#[tokio::test]
async fn hanging_up_ends_it_for_both() {
    let (mut alice, mut bob) = lobby().await;
    alice.connects(call(1), &mut bob).await;
    bob.leaves(call(1)).await;
    alice.hears_ended(call(1), EndReason::HungUp).await;
    bob.hears_ended(call(1), EndReason::HungUp).await;
}

#[tokio::test]
async fn a_busy_contact_answers_busy() {
    let (mut alice, mut bob, mut carol) = lobby_of_three().await;
    alice.invites(call(1), &mut bob).await;
    assert_eq!(carol.is_refused(Person::invitation(call(2), &bob)).await, ErrorCode::Busy);
    bob.hears_nothing().await;
}

#[tokio::test]
async fn whoever_is_not_to_be_disturbed_is_not() {
    let (mut alice, mut bob) = lobby().await;
    bob.sets(Availability::DoNotDisturb).await;
    bob.hears_nothing().await;
    assert_eq!(alice.is_refused(Person::invitation(call(1), &bob)).await, ErrorCode::DoNotDisturb);
}

#[tokio::test]
async fn a_contact_whose_socket_is_lost_answers_offline_and_later_unknown() {
    let (mut alice, bob) = lobby_with(|config| {
        config.timeouts.grace = Duration::from_millis(300);
        config.limits.message_burst = 1_000_000.try_into().unwrap();
    })
    .await;
    let invitation = Person::invitation(call(1), &bob);
    bob.vanishes();
    let mut answers = Vec::new();
    while answers.last() != Some(&ErrorCode::UnknownPeer) {
        let number = u128::try_from(answers.len()).unwrap();
        let ClientMessage::Invite { peer, media, .. } = invitation else { unreachable!() };
        let id = call(number + 1);
        alice.says(ClientMessage::Invite { call: id, peer, media }).await;
        match alice.hears().await {
            ServerMessage::Error { code, .. } => answers.push(code),
            // The server had not noticed yet. Its end is not seen before the call is over for everybody.
            ServerMessage::Ringing { .. } => {
                alice.says(ClientMessage::Cancel { call: id, peer }).await;
                alice.hears_ended(id, EndReason::Cancelled).await;
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(answers.contains(&ErrorCode::Offline), "{answers:?}");
}

#[tokio::test]
async fn nobody_calls_themselves() {
    let (mut alice, _bob) = lobby().await;
    let invitation = Person::invitation(call(1), &alice);
    assert_eq!(alice.is_refused(invitation).await, ErrorCode::Yourself);
}

#[tokio::test]
async fn declined_twice_a_caller_waits() {
    let (mut alice, mut bob) = lobby_with(|config| {
        config.timeouts.declined_wait = Duration::from_millis(300);
        config.limits.message_burst = 1_000_000.try_into().unwrap();
    })
    .await;
    for number in 1..=2 {
        alice.invites(call(number), &mut bob).await;
        bob.declines(call(number)).await;
        alice.hears_ended(call(number), EndReason::Declined).await;
        bob.hears_ended(call(number), EndReason::Declined).await;
    }
    assert_eq!(alice.is_refused(Person::invitation(call(3), &bob)).await, ErrorCode::DeclinedRecently);
    for number in 4.. {
        alice.says(Person::invitation(call(number), &bob)).await;
        if matches!(alice.hears().await, ServerMessage::Ringing { .. }) {
            break;
        }
    }
}

#[tokio::test]
async fn two_who_call_each_other_are_connected() {
    for (first, second) in [(1, 2), (2, 1)] {
        let (mut alice, mut bob) = lobby().await;
        alice.invites(call(first), &mut bob).await;
        bob.says(Person::invitation(call(second), &alice)).await;
        let superseded =
            ServerMessage::CallEnded { call: call(2), reason: EndReason::Superseded { by: call(1) } };
        for (person, other) in [(&mut alice, bob.peer()), (&mut bob, PeerId::from_random(0))] {
            let heard = person.hears_before_fence().await;
            assert!(heard.contains(&superseded), "{heard:?}");
            let has_joined = |message: &ServerMessage| {
                matches!(message, ServerMessage::ParticipantJoined { call: id, peer, .. }
                    if *id == call(1) && (*peer == other || other == PeerId::from_random(0)))
            };
            assert!(heard.iter().any(has_joined), "{heard:?}");
        }
    }
}

#[tokio::test]
async fn a_third_person_joins_a_call_of_two() {
    let (mut alice, mut bob, mut carol) = lobby_of_three().await;
    alice.connects(call(1), &mut bob).await;
    bob.invites(call(1), &mut carol).await;
    carol.accepts(call(1)).await;
    for peer in [alice.peer(), bob.peer(), carol.peer()] {
        carol.hears_joined(call(1), peer).await;
    }
    alice.hears_joined(call(1), carol.peer()).await;
    bob.hears_joined(call(1), carol.peer()).await;
    alice.leaves(call(1)).await;
    let left =
        ServerMessage::ParticipantLeft { call: call(1), peer: alice.peer(), reason: EndReason::HungUp };
    assert_eq!(bob.hears().await, left);
    assert_eq!(carol.hears().await, left);
}

#[tokio::test]
async fn the_callee_tells_the_caller_nothing_before_it_accepts() {
    let (mut alice, mut bob) = lobby().await;
    alice.invites(call(1), &mut bob).await;
    alice.says(Person::signal(call(1), &bob, "offer")).await;
    assert!(matches!(bob.hears().await, ServerMessage::Signal { .. }));
    for words in ["answer", "candidate"] {
        assert_eq!(bob.is_refused(Person::signal(call(1), &alice, words)).await, ErrorCode::NotAccepted);
    }
    alice.hears_nothing().await;
    bob.accepts(call(1)).await;
    bob.says(Person::signal(call(1), &alice, "answer")).await;
    alice.hears_joined(call(1), bob.peer()).await;
    assert!(matches!(alice.hears().await, ServerMessage::Signal { .. }));
}

#[tokio::test]
async fn a_payload_arrives_to_the_byte() {
    let (mut alice, mut bob) = lobby().await;
    alice.connects(call(1), &mut bob).await;
    let payload: Payload = serde_json::from_str("{ \"b\":1.0,\"a\" :[ 1E2,\"\\u00e4/\\/\", {} ]}").unwrap();
    alice.says(ClientMessage::Signal { call: call(1), to: bob.peer(), payload: payload.clone() }).await;
    assert_eq!(bob.hears().await, ServerMessage::Signal { call: call(1), from: alice.peer(), payload });
}

#[tokio::test]
async fn a_call_outlives_a_lost_socket_and_nothing_said_meanwhile_is_lost() {
    let (mut alice, mut bob) = lobby().await;
    alice.connects(call(1), &mut bob).await;
    let mut again = bob.comes_back(page(1)).await;
    assert_eq!(bob.closed().await.code, CLOSE_SUPERSEDED);
    assert_eq!(again.welcome.call.as_ref().unwrap().call, call(1));
    alice.hears_nothing().await;

    alice.says(Person::signal(call(1), &again, "still here")).await;
    assert!(matches!(again.hears().await, ServerMessage::Signal { .. }));
    let ghost = again.vanishes();
    alice.says(Person::signal(call(1), &bob, "while you were away")).await;
    alice.hears_nothing().await;
    let mut back = ghost.comes_back(page(1)).await;
    assert_eq!(back.welcome.call.as_ref().unwrap().members.len(), 2);
    // Whether the server had noticed the loss before or not: the call is there, and the socket works.
    alice.says(Person::signal(call(1), &back, "welcome back")).await;
    while let ServerMessage::Signal { payload, .. } = back.hears().await {
        if payload.as_str() == "\"welcome back\"" {
            break;
        }
    }
}

#[tokio::test]
async fn a_reloaded_page_is_told_to_the_other_side() {
    let (mut alice, mut bob) = lobby().await;
    alice.connects(call(1), &mut bob).await;
    let again = bob.comes_back(page(2)).await;
    let ServerMessage::ParticipantJoined { peer, incarnation, media, .. } = alice.hears().await else {
        panic!()
    };
    assert_eq!((peer, incarnation, media), (again.peer(), page(2), Media::Video));
}

#[tokio::test]
async fn a_call_ends_when_somebody_is_gone_for_too_long() {
    let (mut alice, mut bob) = lobby_with(|config| config.timeouts.grace = Duration::from_millis(50)).await;
    alice.connects(call(1), &mut bob).await;
    bob.vanishes();
    alice.hears_ended(call(1), EndReason::Gone).await;
}

#[tokio::test]
async fn a_call_ends_soon_when_a_page_is_closed() {
    let (mut alice, mut bob) =
        lobby_with(|config| config.timeouts.leaving_grace = Duration::from_millis(50)).await;
    alice.connects(call(1), &mut bob).await;
    bob.says(ClientMessage::Leaving {}).await;
    bob.vanishes();
    alice.hears_ended(call(1), EndReason::Gone).await;
}
