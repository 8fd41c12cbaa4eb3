//! What stands in the list of calls, and what is kept of the settings.

use super::*;
use crate::call::history::Outcome;

/// Who, in which direction, when, and what came of it.
fn history(alice: &Alice) -> Vec<(&str, bool, u64, Outcome)> {
    let calls = alice.phone.history().iter();
    calls.map(|past| (past.with.as_str(), past.outgoing, past.at, past.outcome)).collect()
}

#[test]
fn a_call_that_is_over_stands_in_the_history_by_the_clock_on_the_wall() {
    let mut alice = Alice::in_call();
    alice.does(Input::Page(PageEvent::Clock { loaded_at: Time::from_secs(1_000_000) }));
    alice.now += Time::from_secs(90);
    let effects = alice.wants(Action::HangUp);
    let talked = Outcome::Talked { seconds: 90 };
    assert_eq!(history(&alice), [("Bob", false, 1_000_000, talked)]);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Remember(kept) if kept.calls.len() == 1)));
    alice.hears(ServerMessage::CallEnded { call: call(1), reason: EndReason::HungUp });
    assert_eq!(alice.phone.history().len(), 1, "it ends once");
    alice.wants(Action::ClearHistory);
    assert_eq!(history(&alice), []);
}

#[test]
fn what_rang_in_vain_and_what_was_declined_are_told_apart() {
    let mut alice = Alice::inside();
    alice.is_rung();
    alice.hears(ServerMessage::CallEnded { call: call(1), reason: EndReason::Cancelled });
    alice.is_rung();
    alice.wants(Action::Decline);
    let outcomes = |alice: &Alice| history(alice).iter().map(|past| past.3).collect::<Vec<_>>();
    // The same call, as the test's caller always has the same: what came of it last.
    assert_eq!(outcomes(&alice), [Outcome::Declined]);
    for (number, reason) in [(2, EndReason::NoAnswer), (3, EndReason::Declined)] {
        alice.wants(Action::Call {
            peer: peer(BOB),
            call: call(number),
            media: Media::Voice,
            relay_only: false,
        });
        alice.hears(ServerMessage::CallEnded { call: call(number), reason });
    }
    assert_eq!(outcomes(&alice)[..2], [Outcome::Declined, Outcome::Unanswered]);
    assert!(history(&alice)[..2].iter().all(|past| past.1), "this person called");
}

#[test]
fn who_keeps_no_history_has_none() {
    let mut alice = Alice::in_call();
    alice.wants(Action::HangUp);
    alice.wants(Action::KeepHistory(false));
    assert_eq!(history(&alice), []);
    alice.wants(Action::DismissEnded);
    alice.is_rung();
    alice.hears(ServerMessage::CallEnded { call: call(1), reason: EndReason::NoAnswer });
    assert_eq!(history(&alice), []);
    assert_eq!(alice.phone.remembered().keep_calls, Some(false));
}

#[test]
fn a_page_that_goes_away_in_a_call_leaves_it_in_the_history() {
    let mut alice = Alice::in_call();
    alice.now += Time::from_secs(5);
    let effects = alice.does(Input::Page(PageEvent::Leaving));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Remember(kept) if kept.calls.len() == 1)));
    alice.now += Time::from_secs(5);
    alice.wants(Action::HangUp);
    assert_eq!(history(&alice), [("Bob", false, 0, Outcome::Talked { seconds: 10 })]);
}

#[test]
fn what_is_set_holds_from_then_on_and_is_kept() {
    let mut alice = Alice::inside();
    let set = Preferences { silent: true, unannounced: true, relay_only: true, ..Preferences::default() };
    let effects = alice.wants(Action::Prefer(set));
    assert!(effects.contains(&Effect::Prefer(set)), "{effects:?}");
    let kept = |effect: &Effect| matches!(effect, Effect::Remember(kept) if kept.preferences == set);
    assert!(effects.iter().any(kept), "{effects:?}");

    let effects = alice.is_rung();
    let heard_or_seen = |effect: &&Effect| matches!(effect, Effect::Sound(_) | Effect::Notify(_));
    assert_eq!(effects.iter().find(heard_or_seen), None);
    let hidden = |op: &&PairOp| matches!(op, PairOp::Open { ice: Ice { relay_only: true, .. }, .. });
    assert!(operations(&effects).iter().any(hidden), "{effects:?}");
}

#[test]
fn a_ring_falls_silent_when_silence_is_wanted() {
    let mut alice = Alice::inside();
    assert!(alice.is_rung().contains(&Effect::Sound(Sound::Ring)));
    let set = Preferences { silent: true, ..Preferences::default() };
    assert!(alice.wants(Action::Prefer(set)).contains(&Effect::Sound(Sound::Silence)));
}

#[test]
fn the_browser_is_told_at_first_what_was_set_before() {
    let mut alice = Alice::outside();
    let first = alice.wants(Action::Preview(true));
    assert!(first.contains(&Effect::Prefer(Preferences::default())), "{first:?}");
    assert!(!alice.wants(Action::Preview(false)).iter().any(|effect| matches!(effect, Effect::Prefer(_))));
}
