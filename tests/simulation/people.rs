//! People who click at random, and things that break.

use tincan::{
    call::{
        files::{FileWish, view::FileStage},
        input::{Action, Input, PageEvent},
        status::CallStatus,
        view::Entry,
    },
    protocol::{Availability, CallId, Media, Room},
};

use crate::world::{Event, Person, World};

impl World {
    pub fn act(&mut self, person: Person) {
        if self.at_rest {
            return;
        }
        self.after(20, 6_000, Event::Acts { person });
        if self.clients[person].away {
            return;
        }
        if self.dice.percent(3) {
            self.reload(person);
        } else if let Some(action) = self.wish(person) {
            let page = self.clients[person].page;
            self.input(person, page, Input::Person(action));
        }
    }

    fn wish(&mut self, person: Person) -> Option<Action> {
        let view = self.clients[person].phone.view();
        match (&view.entry, view.call.map(|call| call.status)) {
            (Entry::Prompt { .. }, _) => {
                let nickname = self.clients[person].name.clone();
                Some(Action::Enter { room: Room::Lobby, nickname })
            }
            (Entry::Entering, _) => None,
            (Entry::Entered(_), None) => self.idle_wish(person),
            (Entry::Entered(_), Some(status)) => self.call_wish(person, status),
        }
    }

    fn idle_wish(&mut self, person: Person) -> Option<Action> {
        match self.dice.below(20) {
            0 => Some(Action::LeaveRoom),
            1 => Some(Action::SetAvailability(Availability::DoNotDisturb)),
            2..5 => Some(Action::SetAvailability(Availability::Available)),
            _ => {
                let contacts = self.clients[person].phone.contacts();
                let contact = contacts.get(self.dice.below(contacts.len().max(1)))?;
                let call = CallId::from_random(u128::from(self.dice.bits()));
                Some(Action::Call { peer: contact.peer, call, media: self.media(), relay_only: false })
            }
        }
    }

    fn call_wish(&mut self, person: Person, status: CallStatus) -> Option<Action> {
        let dice = self.dice.below(100);
        match status {
            CallStatus::Incoming { .. } if dice < 55 => Some(Action::Accept { media: self.media() }),
            CallStatus::Incoming { .. } if dice < 70 => Some(Action::Decline),
            CallStatus::Ended { .. } => Some(Action::DismissEnded),
            CallStatus::Calling | CallStatus::Ringing if dice < 15 => Some(Action::HangUp),
            CallStatus::Connecting(_) | CallStatus::Reconnecting { .. } if dice < 5 => Some(Action::HangUp),
            CallStatus::Connected { .. } if dice < 12 => Some(Action::HangUp),
            CallStatus::Connected { .. } if dice < 20 => Some(Action::Mute(dice.is_multiple_of(2))),
            CallStatus::Connected { .. } if dice < 28 => Some(Action::Camera(dice.is_multiple_of(2))),
            CallStatus::Connected { .. } if dice < 30 => Some(Action::LeaveRoom),
            CallStatus::Connected { .. } if dice < 36 => Some(Action::Record(true)),
            CallStatus::Connected { .. } | CallStatus::Reconnecting { .. } if dice < 39 => {
                Some(Action::Record(false))
            }
            CallStatus::Connected { .. } | CallStatus::Reconnecting { .. } if dice < 60 => {
                self.texts += 1;
                Some(Action::Write(self.texts.to_string()))
            }
            CallStatus::Connected { .. } | CallStatus::Reconnecting { .. } => self.file_wish(person),
            _ => None,
        }
    }

    fn file_wish(&mut self, person: Person) -> Option<Action> {
        let files = self.clients[person].phone.files();
        let offered = files.iter().find(|file| file.coming && file.stage == FileStage::Offered);
        let dice = self.dice.below(10);
        if let (Some(file), 4..) = (offered, dice) {
            let wish = if dice < 9 { FileWish::Accept } else { FileWish::Decline };
            return Some(Action::File { id: file.id, wish });
        }
        if files.is_empty() || dice < 5 {
            return Some(Action::OfferFiles(self.pick(person)));
        }
        let file = files.get(self.dice.below(files.len()))?;
        let wish = match self.dice.below(8) {
            0 => FileWish::Cancel,
            1 => FileWish::Dismiss,
            2 => FileWish::Save,
            _ => FileWish::Pause(!file.paused_here),
        };
        Some(Action::File { id: file.id, wish })
    }

    fn media(&mut self) -> Media {
        if self.dice.percent(50) { Media::Voice } else { Media::Video }
    }

    pub fn fault(&mut self) {
        if self.at_rest {
            return;
        }
        self.after(500, 20_000, Event::Fault);
        match self.dice.below(7) {
            fault @ 0..3 => {
                let wires: Vec<_> = self.wires.keys().copied().collect();
                if wires.is_empty() {
                    return;
                }
                let wire = wires[self.dice.below(wires.len())];
                self.note(|| format!("{wire:?} is lost ({fault})"));
                self.tally.count(if fault == 0 { "wire frozen" } else { "wire cut" });
                if fault == 0 { self.freeze(wire) } else { self.cut(wire) }
            }
            3 | 4 => {
                let ends: Vec<u32> = self.standing.iter().copied().collect();
                if !ends.is_empty() {
                    let end = ends[self.dice.below(ends.len())];
                    self.note(|| format!("the path of {end} is lost"));
                    self.tally.count("path lost");
                    self.lose_path(end);
                }
            }
            5 => {
                self.note(|| "the server is killed".into());
                for call in self.clients.iter().filter_map(|client| client.phone.view().call) {
                    self.tally.killed_during(call.status);
                }
                self.restart();
            }
            _ => {
                let person = self.dice.below(self.clients.len());
                let page = self.clients[person].page;
                self.input(person, page, Input::Page(PageEvent::Online));
            }
        }
    }
}
