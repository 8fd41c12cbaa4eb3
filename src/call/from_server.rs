//! What the server says, and what is to be said to it when it is there again.

use super::{
    Inside, Phone, Place, Time,
    active::{ActiveCall, Held, Other, Rival, Stage},
    contacts::is_blocked,
    effect::{Effect, PairOp, Seat, Standing},
    pair::PairId,
    signal::Signal,
    status::Ended,
    view::{self, EntryProblem, Me},
};
use crate::protocol::{
    CLOSE_ABUSE, CLOSE_OUTDATED, CLOSE_SUPERSEDED, CallId, ClientMessage, EndReason, ErrorCode, Hello,
    IceServer, Incarnation, Media, Nickname, Payload, PeerId, ServerFrame, ServerMessage, VERSION, Welcome,
};

impl Phone {
    pub(super) fn say_hello(&mut self) {
        let wish = match &self.place {
            Place::Outside { .. } => return,
            Place::Entering { wish, .. } => wish.clone(),
            Place::Inside(inside) => super::Wish {
                room: inside.me.room.clone(),
                nickname: inside.me.nickname.to_string(),
                ticket: Some(inside.ticket.clone()),
                grant: self.grant(),
            },
        };
        let sent = self.send(ClientMessage::Hello(Hello {
            version: VERSION,
            room: wish.room,
            nickname: wish.nickname,
            incarnation: self.incarnation,
            ticket: wish.ticket,
            grant: wish.grant,
        }));
        match &mut self.place {
            Place::Outside { .. } => {}
            Place::Entering { hello, .. } | Place::Inside(Inside { hello, .. }) => *hello = Some(sent),
        }
    }

    pub(super) fn socket_closed(&mut self, code: u16, now: Time) {
        match code {
            CLOSE_SUPERSEDED => self.link.closed_for_good(view::Link::Superseded),
            CLOSE_OUTDATED => self.link.closed_for_good(view::Link::Outdated),
            CLOSE_ABUSE => self.link.closed_for_good(view::Link::Refused),
            _ => self.link.lost(now, &self.timeouts),
        }
        self.reload_if_outdated();
    }

    pub(super) fn server_said(&mut self, frame: ServerFrame, now: Time) {
        match frame.message {
            ServerMessage::Welcome(welcome) => self.welcomed(welcome, now),
            ServerMessage::Presence(presence) => {
                if let Some(me) = self.me() {
                    self.contacts.apply(me, presence);
                    self.ring_who_is_back();
                }
            }
            ServerMessage::Invited { call, from, media, participants } => {
                self.invited(call, from, media, &participants, now);
            }
            ServerMessage::Ringing { call, peer } => self.rings_there(call, peer),
            ServerMessage::ParticipantJoined { call, peer, incarnation, media } => {
                self.participant_joined(call, peer, (incarnation, media), now);
            }
            ServerMessage::InvitationEnded { call, peer, .. }
            | ServerMessage::ParticipantLeft { call, peer, .. } => self.participant_left(call, peer),
            ServerMessage::CallEnded { call, reason } => self.call_ended(call, reason, now),
            ServerMessage::Signal { call, from, payload } => self.signalled(call, from, &payload, now),
            ServerMessage::Ticket { ticket, ice_servers } => {
                self.keep_ticket(ticket);
                self.keep_ice_servers(ice_servers);
            }
            ServerMessage::Grant { call: id, grant } => {
                if let Some(call) = self.call.as_mut().filter(|call| call.id == id) {
                    call.grant = Some(grant);
                }
            }
            ServerMessage::Error { code, sentence, suggestion } => {
                self.refused(frame.id, EntryProblem { code, sentence, suggestion }, now);
            }
            ServerMessage::Pong {} | ServerMessage::GoingAway {} => {}
        }
    }

    fn welcomed(&mut self, welcome: Welcome, now: Time) {
        let Welcome { boot, peer, nickname, ticket, availability, contacts, call, .. } = welcome;
        let (ice_servers, relay_only) = (welcome.ice_servers, welcome.relay_only);
        let (room, asked, fresh) = match &self.place {
            Place::Outside { .. } => return,
            Place::Entering { wish, .. } => {
                (wish.room.clone(), wish.ticket.is_some().then(|| wish.nickname.clone()), true)
            }
            Place::Inside(inside) => (inside.me.room.clone(), Some(inside.me.nickname.to_string()), false),
        };
        let restarted = matches!(&self.place, Place::Inside(inside) if inside.boot != boot);
        let wanted = self.availability();
        let renamed = asked.is_some_and(|asked| asked != nickname.as_str());
        let me = Me { peer, nickname, room, availability, renamed };
        let known = match &mut self.place {
            Place::Inside(inside) => std::mem::take(&mut inside.ice_servers),
            _ => Vec::new(),
        };
        let (ticket_to_come, hello) = (String::new(), None);
        self.place =
            Place::Inside(Inside { me, boot, ticket: ticket_to_come, ice_servers: known, relay_only, hello });
        self.link.welcomed(now, &self.timeouts);
        self.keep_ticket(ticket);
        self.keep_ice_servers(ice_servers);
        if restarted {
            self.contacts.start_over(peer, contacts);
            self.returning_until = Some(now + self.timeouts.grace);
        } else {
            self.contacts.replace(peer, contacts);
            self.returning_until = None;
        }
        if fresh {
            self.preview = false;
        } else if wanted != availability {
            self.person_asks(super::input::Action::SetAvailability(wanted), now);
        }
        self.agree_on_call(call, fresh, restarted, now);
    }

    fn keep_ticket(&mut self, ticket: String) {
        if let Place::Inside(inside) = &mut self.place {
            inside.ticket = ticket;
        }
    }

    /// The connections that stand take them when they look for a path again: the credentials they have may run out, and a
    /// server that was started anew may know others.
    fn keep_ice_servers(&mut self, fresh: Vec<IceServer>) {
        let Place::Inside(inside) = &mut self.place else { return };
        if inside.ice_servers == fresh {
            return;
        }
        inside.ice_servers.clone_from(&fresh);
        let pairs: Vec<PairId> =
            self.call.iter().flat_map(|call| &call.others).filter_map(Other::pair_id).collect();
        for pair in pairs {
            self.emit(Effect::Pair { pair, op: PairOp::Serve(fresh.clone()) });
        }
    }

    /// What a page that is loaded again in this tab comes back with.
    pub(super) fn seat(&self) -> Option<Seat> {
        let Place::Inside(inside) = &self.place else { return None };
        let Me { peer, nickname, room, .. } = inside.me.clone();
        let ticket = inside.ticket.clone();
        let (grant, standing) = (self.grant(), self.standing());
        Some(Seat { room, peer, nickname: nickname.to_string(), ticket, grant, standing })
    }

    /// Of the call that stands, or that the earlier page was in.
    fn standing(&self) -> Option<Standing> {
        let call = self.call.as_ref().filter(|call| !call.is_over())?;
        let since = self.standing_since(call).map(|since| Standing { call: call.id, since });
        since.or(self.stood.filter(|stood| stood.call == call.id))
    }

    /// By the clock on the wall, in seconds since 1970.
    pub(super) fn standing_since(&self, call: &ActiveCall) -> Option<u64> {
        let since = self.loaded_at + call.connected_since?;
        Some(since.saturating_sub(call.earlier).as_secs())
    }

    fn grant(&self) -> Option<String> {
        self.call.as_ref().filter(|call| !call.is_over())?.grant.clone()
    }

    pub(super) fn invited(
        &mut self,
        id: CallId,
        from: PeerId,
        media: Media,
        participants: &[PeerId],
        now: Time,
    ) {
        let nickname = self.name_of(from);
        if is_blocked(&self.remembered.blocked, &nickname) {
            self.send(ClientMessage::Decline { call: id });
            return;
        }
        match &mut self.call {
            Some(call) if call.id == id && !call.is_over() => return self.invited_again(media, now),
            // Both call each other at once; the server says which call it will be.
            Some(call) if matches!(call.stage, Stage::Outgoing { .. }) && call.other(from).is_some() => {
                call.rival = Some(Rival { call: id, held: Held::default() });
                return;
            }
            Some(call) if call.is_alive() => {
                // The server knows nothing of it.
                self.send(ClientMessage::Decline { call: id });
                return;
            }
            Some(call) if !call.is_over() => {
                // The server rings nobody who is in a call: this one must be over.
                self.end_call(Ended::There(EndReason::Gone), now);
            }
            _ => {}
        }
        let give_up_at = now + self.timeouts.ring + self.timeouts.pong;
        let mut others = vec![Other { wish: Some(media), ..Other::new(from, nickname) }];
        let rest = participants.iter().filter(|peer| **peer != from && Some(**peer) != self.me());
        others.extend(rest.map(|peer| Other::new(*peer, self.name_of(*peer))));
        self.begin(ActiveCall::new(id, Stage::Incoming { media, give_up_at }, others, false));
        self.open_early(from);
    }

    fn rings_there(&mut self, id: CallId, peer: PeerId) {
        let Some(call) = self.call.as_mut().filter(|call| call.id == id && call.other(peer).is_some()) else {
            return;
        };
        call.patient_until = None;
        if let Stage::Outgoing { ringing, .. } = &mut call.stage {
            *ringing = true;
        }
        self.say_again();
    }

    pub(super) fn participant_joined(
        &mut self,
        id: CallId,
        peer: PeerId,
        (incarnation, media): (Incarnation, Media),
        now: Time,
    ) {
        let Some(me) = self.me() else { return };
        let name = self.name_of(peer);
        let Some(call) = self.call.as_mut().filter(|call| call.id == id && !call.is_over()) else { return };
        call.patient_until = None;
        call.unlisted = false;
        if peer == me {
            if let Stage::Accepting { .. } = call.stage {
                call.stage = Stage::Joined;
            }
            return;
        }
        let newcomer = call.other(peer).is_none();
        let joined = matches!(call.stage, Stage::Joined);
        let agreed = call.is_agreed();
        if newcomer {
            call.others.push(Other::new(peer, name));
        }
        let rang = matches!(call.stage, Stage::Outgoing { ringing: true, .. });
        if let Stage::Outgoing { .. } = call.stage {
            call.stage = Stage::Joined;
            call.answered_at = Some(now);
        }
        let Some(other) = call.other_mut(peer) else { return };
        let reloaded = other.incarnation.is_some_and(|known| known != incarnation);
        other.incarnation = Some(incarnation);
        other.wish = Some(media);
        if reloaded {
            // What the earlier page offered is of no use any more.
            other.held.take();
        }
        if !agreed {
            return;
        }
        if reloaded || (newcomer && joined) {
            self.offer_afresh(peer, now);
        }
        self.agreed(now);
        if joined && !reloaded && !newcomer {
            self.restart_lost(peer, now);
        }
        // Where it rang, everything is there: the server keeps it until it is answered.
        if !rang || reloaded {
            self.say_again();
        }
    }

    pub(super) fn participant_left(&mut self, id: CallId, peer: PeerId) {
        let Some(call) = self.call.as_mut().filter(|call| call.id == id && !call.is_over()) else { return };
        let Some(place) = call.others.iter().position(|other| other.peer == peer) else { return };
        let other = call.others.remove(place);
        if let Some(pair) = other.pair_id() {
            self.close_pair(pair);
        }
    }

    fn call_ended(&mut self, id: CallId, reason: EndReason, now: Time) {
        let Some(call) = self.call.as_mut().filter(|call| call.id == id) else { return };
        let is_alive = call.is_alive();
        match (reason, &mut call.stage) {
            // After a welcome that lacked the call: now it says why.
            (_, Stage::Ended { why: why @ Ended::There(EndReason::Gone), .. }) => *why = Ended::There(reason),
            (_, Stage::Ended { .. }) => {}
            // The other side cannot reach the server, but it is there.
            (EndReason::Gone, _) if is_alive => call.unlisted = true,
            (EndReason::Superseded { by }, Stage::Outgoing { .. }) => self.give_way_to(by, now),
            _ => self.end_call(Ended::There(reason), now),
        }
    }

    /// Both called each other at once and the other call has won: this side's own connection is closed, and
    /// the winner's offer is answered on a fresh one.
    pub(super) fn give_way_to(&mut self, by: CallId, now: Time) {
        let Some(call) = self.call.take() else { return };
        let Some(other) = call.first() else { return };
        let fresh = Other::new(other.peer, other.nickname.clone());
        if let Some(pair) = other.pair_id() {
            self.close_pair(pair);
        }
        let media = if call.camera { Media::Video } else { Media::Voice };
        let stage = Stage::Accepting { accept: None, media };
        let mut next = ActiveCall::new(by, stage, vec![fresh], call.camera);
        next.outgoing = true;
        next.answered_at = Some(now);
        if let (Some(rival), Some(other)) =
            (call.rival.filter(|rival| rival.call == by), next.others.first_mut())
        {
            other.held = rival.held;
        }
        self.begin(next);
        self.agreed(now);
    }

    fn signalled(&mut self, id: CallId, from: PeerId, payload: &Payload, now: Time) {
        let Ok(signal) = payload.read::<Signal>() else { return };
        let Some(call) = &mut self.call else { return };
        if let Some(rival) = call.rival.as_mut().filter(|rival| rival.call == id) {
            rival.held.push(signal);
            return;
        }
        if call.id == id && !call.is_over() {
            self.hear(from, signal, now);
        }
    }

    fn refused(&mut self, answers: Option<u32>, problem: EntryProblem, now: Time) {
        let Some(id) = answers else { return };
        match &mut self.place {
            Place::Entering { hello: Some(hello), wish } if *hello == id => {
                if wish.ticket.take().is_some() && problem.code == ErrorCode::BadMessage {
                    self.say_hello();
                } else {
                    self.go_outside(Some(problem));
                }
            }
            Place::Inside(Inside { hello: Some(hello), .. }) if *hello == id => {
                if problem.code != ErrorCode::TooManyConnections {
                    self.end_call(Ended::NoServer, now);
                    self.go_outside(Some(problem));
                }
            }
            _ => self.call_refused(id, problem.code, now),
        }
    }

    fn call_refused(&mut self, id: u32, code: ErrorCode, now: Time) {
        let Some(call) = &self.call else { return };
        let not_yet = matches!(code, ErrorCode::UnknownPeer | ErrorCode::Offline | ErrorCode::UnknownCall);
        if call.patient_until.is_some() && not_yet {
            return;
        }
        match Some(&call.stage) {
            Some(Stage::Outgoing { invite, .. }) if *invite == id => self.end_call(Ended::Refused(code), now),
            Some(Stage::Accepting { accept, .. }) if *accept == Some(id) => {
                self.end_call(Ended::There(EndReason::Gone), now);
            }
            _ => {}
        }
    }

    /// Back to the prompt.
    pub(super) fn go_outside(&mut self, problem: Option<EntryProblem>) {
        let steps = self.link.close();
        self.walk(steps);
        self.place = Place::Outside { problem };
        self.contacts.clear();
        self.returning_until = None;
        self.missed.clear();
    }

    pub(super) fn name_of(&self, peer: PeerId) -> Nickname {
        self.contacts.nickname(peer).cloned().unwrap_or_else(Nickname::unknown)
    }

    /// Says again everything that may not have arrived, on the pairs that do not stand yet.
    pub(super) fn say_again(&mut self) {
        let Some(call) = &self.call else { return };
        let unsure = call.others.iter().filter(|other| !other.is_connected());
        let said: Vec<(PairId, Vec<_>)> =
            unsure.filter_map(|other| other.pair.as_ref()).map(|pair| (pair.id, pair.said())).collect();
        for (pair, outs) in said {
            self.perform(pair, outs);
        }
    }
}
