//! Who else is in the room.

use std::collections::BTreeMap;

use super::view::Contact;
use crate::protocol::{Nickname, PeerId, Presence, Status};

#[derive(Clone, Debug, Default)]
pub struct Contacts {
    people: BTreeMap<PeerId, Person>,
    revision: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Person {
    nickname: Nickname,
    status: Status,
    /// Was there before the server was restarted, and is not back yet.
    returning: bool,
}

impl Contacts {
    /// Grows with each change.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    #[must_use]
    pub fn nickname(&self, peer: PeerId) -> Option<&Nickname> {
        self.people.get(&peer).map(|person| &person.nickname)
    }

    #[must_use]
    pub fn is_here(&self, peer: PeerId) -> bool {
        self.people.get(&peer).is_some_and(|person| !person.returning)
    }

    /// The whole list anew, as a welcome tells it.
    pub fn replace(&mut self, me: PeerId, presence: Presence) {
        self.people.clear();
        self.revision += 1;
        self.apply(me, presence);
    }

    /// The list of a server that was restarted: whoever is not in it yet may be on the way.
    pub fn start_over(&mut self, me: PeerId, presence: Presence) {
        self.people.values_mut().for_each(|person| person.returning = true);
        self.apply(me, presence);
    }

    /// Whoever is not back by now does not come.
    pub fn forget_returning(&mut self) {
        self.people.retain(|_, person| !person.returning);
        self.revision += 1;
    }

    /// A change. What is known already, or is about this person, changes nothing.
    pub fn apply(&mut self, me: PeerId, presence: Presence) {
        let left = presence.left.into_iter();
        left.for_each(|peer| drop(self.people.remove(&peer)));
        for (peer, nickname) in presence.joined {
            if peer != me {
                self.people.insert(peer, Person { nickname, status: Status::Available, returning: false });
            }
        }
        for (peer, status) in presence.status {
            if let Some(person) = self.people.get_mut(&peer) {
                person.status = status;
            }
        }
        self.revision += 1;
    }

    pub fn clear(&mut self) {
        *self = Self { people: BTreeMap::new(), revision: self.revision + 1 };
    }

    /// The look of the list has changed for another reason than presence.
    pub fn touch(&mut self) {
        self.revision += 1;
    }

    /// In the order of their names.
    #[must_use]
    pub fn list(&self, blocked: &[String]) -> Vec<Contact> {
        let contact = |(peer, person): (&PeerId, &Person)| Contact {
            peer: *peer,
            nickname: person.nickname.clone(),
            status: person.status,
            returning: person.returning,
            blocked: is_blocked(blocked, &person.nickname),
        };
        let mut list: Vec<Contact> = self.people.iter().map(contact).collect();
        list.sort_by_cached_key(|contact| (contact.nickname.as_str().to_lowercase(), contact.peer));
        list
    }
}

#[must_use]
pub fn is_blocked(blocked: &[String], nickname: &Nickname) -> bool {
    let nickname = nickname.as_str().to_lowercase();
    blocked.iter().any(|blocked| blocked.to_lowercase() == nickname)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(number: u64) -> PeerId {
        PeerId::from_random(number)
    }

    fn joined(people: &[(u64, &str)]) -> Presence {
        let joined = people.iter().map(|(id, name)| (peer(*id), Nickname::parse(name).unwrap())).collect();
        Presence { joined, ..Presence::default() }
    }

    #[test]
    fn people_stand_in_the_order_of_their_names() {
        let mut contacts = Contacts::default();
        contacts.apply(peer(0), joined(&[(1, "zoë"), (2, "Ada"), (3, "bob")]));
        let names: Vec<String> =
            contacts.list(&[]).iter().map(|contact| contact.nickname.to_string()).collect();
        assert_eq!(names, ["Ada", "bob", "zoë"]);
    }

    #[test]
    fn after_a_restart_whoever_is_not_back_is_kept_for_a_while() {
        let returning = |contacts: &Contacts| -> Vec<bool> {
            contacts.list(&[]).iter().map(|contact| contact.returning).collect()
        };
        let mut contacts = Contacts::default();
        contacts.apply(peer(0), joined(&[(1, "ada"), (2, "bob")]));
        contacts.start_over(peer(0), joined(&[(2, "bob")]));
        assert_eq!(returning(&contacts), [true, false]);
        assert!(!contacts.is_here(peer(1)));
        contacts.apply(peer(0), joined(&[(1, "ada")]));
        assert_eq!(returning(&contacts), [false, false]);
        contacts.start_over(peer(0), Presence::default());
        contacts.forget_returning();
        assert!(contacts.list(&[]).is_empty());
    }

    #[test]
    fn this_person_is_not_a_contact() {
        let mut contacts = Contacts::default();
        contacts.apply(peer(1), joined(&[(1, "me"), (2, "you")]));
        assert_eq!(contacts.list(&[]).len(), 1);
    }

    #[test]
    fn somebody_who_comes_back_under_the_same_batch_is_there() {
        let mut contacts = Contacts::default();
        contacts.apply(peer(0), joined(&[(1, "ada")]));
        contacts.apply(peer(0), Presence { left: vec![peer(1)], ..joined(&[(1, "ada")]) });
        assert_eq!(contacts.list(&[]).len(), 1);
    }

    #[test]
    fn a_status_of_nobody_changes_nothing() {
        let mut contacts = Contacts::default();
        let status = [(peer(9), Status::Away)].into();
        contacts.apply(peer(0), Presence { status, ..Presence::default() });
        assert!(contacts.list(&[]).is_empty());
    }
}
