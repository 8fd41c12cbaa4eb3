//! What must be so: at every moment, and once everything has come to rest.

use std::collections::{BTreeMap, BTreeSet};

use tincan::{
    call::{
        chat::ChatLine,
        control::{CameraState, MicrophoneState},
        effect::Sound,
        files::view::{FileStage, FileView},
        local::{DeviceKind, DeviceState},
        recording::OwnRecording,
        status::CallStatus,
        view::Entry,
    },
    protocol::{CallId, ErrorCode, PeerId},
};

use crate::{
    model_peer::Signaling,
    world::{Person, World},
};

/// Errors that honest phones may run into, since things change while their messages travel.
pub fn expected_error(code: ErrorCode) {
    use ErrorCode::{
        AlreadyInCall, Busy, CallIdTaken, DeclinedRecently, DoNotDisturb, NicknameTaken, Offline,
        UnknownCall, UnknownPeer,
    };
    let expected = [
        AlreadyInCall,
        Busy,
        CallIdTaken,
        DeclinedRecently,
        DoNotDisturb,
        NicknameTaken,
        Offline,
        UnknownCall,
        UnknownPeer,
    ];
    assert!(expected.contains(&code), "an honest phone ran into {code:?}");
}

/// Nobody acts, nothing breaks, and there was time.
pub fn at_rest(world: &World) {
    let people = peers(world);
    for (person, peer) in &people {
        lists_agree(world, *person, *peer);
        call_agrees(world, *person, *peer, &people);
        nothing_left_open(world, *person);
    }
    server_agrees(world, &people);
    no_connection_leaks(world);
}

fn peers(world: &World) -> BTreeMap<Person, PeerId> {
    let entered =
        world.clients.iter().enumerate().filter_map(|(person, client)| match client.phone.view().entry {
            Entry::Entered(me) => Some((person, me.peer)),
            Entry::Prompt { .. } => None,
            Entry::Entering => panic!("{person} enters for ever"),
        });
    entered.collect()
}

fn lists_agree(world: &World, person: Person, me: PeerId) {
    let shown = world.clients[person].phone.contacts().into_iter();
    let shown: BTreeSet<_> = shown.map(|one| (one.peer, one.nickname, one.status as u8)).collect();
    let there = world.registry.peers().filter(|(peer, ..)| *peer != me);
    let there: BTreeSet<_> =
        there.map(|(peer, nickname, status)| (peer, nickname.clone(), status as u8)).collect();
    assert_eq!(shown, there, "the list of {person} is wrong");
}

/// Everybody is idle, or in a connected call that all its members agree on.
fn call_agrees(world: &World, person: Person, me: PeerId, people: &BTreeMap<Person, PeerId>) {
    let Some(call) = world.clients[person].phone.view().call else { return };
    match call.status {
        CallStatus::Ended { .. } => return,
        CallStatus::Connected { .. } => {}
        stuck => panic!("{person} is {stuck:?} for ever"),
    }
    for other in call.others {
        let theirs = people.iter().find(|(_, peer)| **peer == other.peer);
        let (them, _) = theirs.unwrap_or_else(|| panic!("{person} talks to somebody who is not there"));
        let their_call = world.clients[*them].phone.view().call;
        let their_call = their_call.unwrap_or_else(|| panic!("{person} is in a call that {them} is not in"));
        assert_eq!(their_call.call, call.call, "{person} and {them} are in different calls");
        assert!(their_call.others.iter().any(|other| other.peer == me), "{them} does not know {person}");
        media_agree(world, person, *them, me);
        chat_agrees(world, person, *them);
        files_agree(world, person, *them);
        recording_is_told(world, person, *them, me);
    }
}

/// Each is told what the other's browser really sends: nobody is heard who seems to be muted.
fn media_agree(world: &World, sender: Person, receiver: Person, me: PeerId) {
    let client = &world.clients[sender];
    let microphone = match client.open_devices.contains(&DeviceKind::Microphone) {
        true if client.silent => MicrophoneState::Muted,
        true => MicrophoneState::On,
        false => MicrophoneState::None,
    };
    let open = client.open_devices.contains(&DeviceKind::Camera);
    let camera = if open { CameraState::On } else { CameraState::Off };
    let call = world.clients[receiver].phone.view().call;
    let told = call.into_iter().flat_map(|call| call.others).find(|other| other.peer == me);
    let told = told.map(|other| (other.media.microphone, other.media.camera));
    assert_eq!(told, Some((microphone, camera)), "what {receiver} is told of {sender}");
}

/// What one has written the other has read, in order and once. A page that was loaded anew has forgotten.
fn chat_agrees(world: &World, writer: Person, reader: Person) {
    let lines = |person: Person, own: bool| {
        let lines = world.clients[person].phone.chat().lines.into_iter();
        lines.filter(move |line| line.from.is_none() == own).collect::<Vec<_>>()
    };
    let written = lines(writer, true);
    assert!(written.iter().all(|line| line.delivered), "{reader} lacks what {writer} has written");
    let numbers = |lines: &[ChatLine]| -> Vec<u32> {
        lines.iter().map(|line| line.text.parse().expect("every text is a number")).collect()
    };
    let (written, read) = (numbers(&written), numbers(&lines(reader, false)));
    assert!(read.is_sorted_by(|one, next| one < next), "{reader} reads {read:?}");
    if world.clients[reader].page == 0 && world.clients[writer].page == 0 {
        assert_eq!(read, written, "{reader} reads something else than {writer} has written");
    }
}

/// Every file is over on both sides and for the same reason, or waits on both for the same person.
fn files_agree(world: &World, sender: Person, receiver: Person) {
    let files = |person: Person, coming: bool| -> BTreeMap<String, FileView> {
        let files = world.clients[person].phone.files().into_iter();
        files.filter(|file| file.coming == coming).map(|file| (file.name.to_string(), file)).collect()
    };
    let (sent, received) = (files(sender, false), files(receiver, true));
    for name in sent.keys().chain(received.keys()).collect::<BTreeSet<_>>() {
        let (there, here) = (sent.get(name), received.get(name));
        let (Some(out), Some(into)) = (there, here) else {
            // Out of sight, or forgotten by a page that was loaded anew.
            let over = there.or(here).is_some_and(|file| file.stage.is_over());
            assert!(over, "{name} of {sender} for {receiver}: {there:?}, {here:?}");
            continue;
        };
        let over = out.stage.is_over() || into.stage.is_over();
        let crossed = (out.paused_here, out.paused_there) == (into.paused_there, into.paused_here);
        assert!(over || crossed, "who of {sender} and {receiver} pauses {name}: {out:?}, {into:?}");
        let agree = match (out.stage, into.stage) {
            (FileStage::Offered, FileStage::Offered) | (FileStage::Done, FileStage::Done) => true,
            (FileStage::Over { here: true, .. }, FileStage::Over { here: true, .. }) => true,
            (FileStage::Over { here: out, why }, FileStage::Over { here: into, why: same }) => {
                out != into && why == same
            }
            (out_stage, into_stage) => {
                !out_stage.is_over() && !into_stage.is_over() && (out.paused_here || into.paused_here)
            }
        };
        assert!(agree, "{name} of {sender} for {receiver}: {:?}, {:?}", out.stage, into.stage);
    }
}

/// Whoever records is shown as such on the other side, and nobody else is.
fn recording_is_told(world: &World, writer: Person, reader: Person, me: PeerId) {
    let own = world.clients[writer].phone.view().recorder.own;
    assert_eq!(own == OwnRecording::Off, !world.clients[writer].recording, "{writer} records: {own:?}");
    let told = shows_recording_of(world, reader, me);
    assert_eq!(told, Some(world.clients[writer].recording), "what {reader} is told of {writer}");
}

/// Nothing when that person is not in that call there.
fn shows_recording_of(world: &World, reader: Person, writer: PeerId) -> Option<bool> {
    let call = world.clients[reader].phone.view().call?;
    let other = call.others.into_iter().find(|other| other.peer == writer)?;
    Some(other.recording.is_some())
}

/// A recording begins: everybody who is in the call sees it, unless their page has just left it.
pub fn recorded_knowingly(world: &World, person: Person) {
    let view = world.clients[person].phone.view();
    let (Entry::Entered(me), Some(call)) = (view.entry, view.call) else {
        panic!("{person} records no call");
    };
    assert!(!call.others.is_empty(), "{person} records nobody");
    for (them, client) in world.clients.iter().enumerate().filter(|(_, client)| !client.away) {
        let theirs = client.phone.view();
        let Entry::Entered(they) = theirs.entry else { continue };
        let is_in = theirs.call.is_some_and(|theirs| theirs.call == call.call);
        if is_in && call.others.iter().any(|other| other.peer == they.peer) {
            let told = shows_recording_of(world, them, me.peer);
            assert_ne!(told, Some(false), "{person} records {them}, who does not know");
        }
    }
}

fn nothing_left_open(world: &World, person: Person) {
    let client = &world.clients[person];
    let view = client.phone.view();
    let in_call = view.call.is_some_and(|call| matches!(call.status, CallStatus::Connected { .. }));
    assert_eq!(client.sound, Sound::Silence, "{person} still rings");
    assert!(in_call || !client.recording, "{person} records no call");
    let shown = client.phone.files();
    let wanted = |coming| shown.iter().any(|file| file.coming == coming);
    let files = &client.files;
    assert!(wanted(false) || files.picked.is_empty(), "{person} keeps a file that goes nowhere");
    assert!(wanted(true) || files.coming.is_empty(), "{person} keeps a file that comes from nowhere");
    if !in_call {
        assert_eq!(client.open_devices, [], "{person} has a device open");
        assert_eq!((view.local.microphone, view.local.camera), (DeviceState::Off, DeviceState::Off));
    }
}

fn server_agrees(world: &World, people: &BTreeMap<Person, PeerId>) {
    let there: BTreeSet<PeerId> = world.registry.peers().map(|(peer, ..)| peer).collect();
    assert_eq!(there, people.values().copied().collect(), "the server's list is wrong");
    for state in world.registry.calls() {
        for member in &state.members {
            assert!(member.joined, "somebody rings for ever on the server");
            let (person, _) =
                people.iter().find(|(_, peer)| **peer == member.peer).expect("a member who is there");
            assert_eq!(call_of(world, *person), Some(state.call), "{person} does not know of its call");
        }
    }
    let known: BTreeSet<CallId> = world.registry.calls().map(|state| state.call).collect();
    for person in people.keys() {
        if let Some(call) = call_of(world, *person) {
            assert!(known.contains(&call), "the server does not know of the call of {person}");
        }
    }
}

fn call_of(world: &World, person: Person) -> Option<CallId> {
    let call = world.clients[person].phone.view().call?;
    (!matches!(call.status, CallStatus::Ended { .. })).then_some(call.call)
}

fn no_connection_leaks(world: &World) {
    for (end, (person, page, pair)) in &world.ends {
        let open = world.model.get(*end).signaling != Signaling::Closed;
        let live = world.clients[*person].page == *page && call_of(world, *person) == Some(pair.call);
        assert!(!open || live, "{person} has left a connection open: {pair:?}");
    }
}
