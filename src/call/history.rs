//! What this device remembers of its calls, for whoever owns it and nobody else. The server knows nothing of it.

use serde::{Deserialize, Deserializer, Serialize, de::IgnoredAny};

use super::{
    Phone, Time,
    active::{ActiveCall, Stage},
    status::Ended,
};
use crate::protocol::{CallId, EndReason, Nickname};

/// How many calls are kept; the oldest gives way.
pub const CALLS_MOST: usize = 100;

/// A call that is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastCall {
    pub call: CallId,
    /// The nickname of the other side.
    pub with: String,
    /// This person called.
    pub outgoing: bool,
    /// When it stood, or ended without ever standing: seconds since 1970.
    pub at: u64,
    pub outcome: Outcome,
}

/// What came of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Talked {
        seconds: u64,
    },
    /// It rang here in vain.
    Missed,
    /// It rang there in vain, or did not get that far.
    Unanswered,
    /// Whoever was called said no.
    Declined,
    /// Both wanted, and it did not come to pass.
    Failed,
}

/// What came of it, if it is worth remembering.
fn outcome(call: &ActiveCall, why: Ended, now: Time) -> Option<Outcome> {
    if let (false, Some(lasted)) = (call.is_over(), call.lasted(now)) {
        return Some(Outcome::Talked { seconds: lasted.as_secs() });
    }
    match (&call.stage, why) {
        // It goes on as another call, or was over before.
        (_, Ended::There(EndReason::Superseded { .. })) | (Stage::Ended { .. }, _) => None,
        (Stage::Incoming { .. }, Ended::Here)
        | (Stage::Outgoing { .. }, Ended::There(EndReason::Declined)) => Some(Outcome::Declined),
        (Stage::Incoming { .. }, _) => Some(Outcome::Missed),
        (Stage::Outgoing { .. }, _) => Some(Outcome::Unanswered),
        (Stage::Accepting { .. } | Stage::Joined, _) => Some(Outcome::Failed),
    }
}

/// Puts a call on top. One that this page, or an earlier one in its place, has noted before is the same call.
fn note(calls: &mut Vec<PastCall>, mut call: PastCall) {
    if let Some(place) = calls.iter().position(|known| known.call == call.call) {
        let known = calls.remove(place);
        if let (Outcome::Talked { .. }, Outcome::Talked { seconds }) = (known.outcome, call.outcome) {
            // The page was loaded again in the middle of it.
            let end = call.at.saturating_add(seconds);
            let seconds = end.saturating_sub(known.at);
            call = PastCall { outcome: Outcome::Talked { seconds }, ..known };
        }
    }
    calls.insert(0, call);
    calls.truncate(CALLS_MOST);
}

/// Reads what an earlier version, another program or half a write has left: what is no call is left out.
pub fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<PastCall>, D::Error> {
    let list = Maybe::<Vec<Maybe<PastCall>>>::deserialize(deserializer)?;
    let calls = list.it().into_iter().flatten().filter_map(Maybe::it);
    Ok(calls.filter(|call| call.with.chars().count() <= Nickname::MAX_CHARS).take(CALLS_MOST).collect())
}

/// What may be anything else.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Maybe<T> {
    Is(T),
    Not(IgnoredAny),
}

impl<T> Maybe<T> {
    pub fn it(self) -> Option<T> {
        match self {
            Self::Is(it) => Some(it),
            Self::Not(_) => None,
        }
    }
}

impl Phone {
    /// Newest first.
    #[must_use]
    pub fn history(&self) -> &[PastCall] {
        &self.remembered.calls
    }

    /// Whether calls are kept on this device.
    #[must_use]
    pub fn keeps_history(&self) -> bool {
        self.remembered.keep_calls.unwrap_or(true)
    }

    /// Grows with each change of the two.
    #[must_use]
    pub fn history_revision(&self) -> u64 {
        self.history_revision
    }

    /// The call at hand ends now, or this page does.
    pub(super) fn note_call(&mut self, why: Ended, now: Time) {
        let Some(call) = self.call.as_ref().filter(|_| self.keeps_history()) else { return };
        let (Some(outcome), Some(other)) = (outcome(call, why, now), call.first()) else { return };
        let past = PastCall {
            call: call.id,
            with: other.nickname.to_string(),
            outgoing: call.outgoing,
            at: self.standing_since(call).unwrap_or_else(|| (self.loaded_at + now).as_secs()),
            outcome,
        };
        note(&mut self.remembered.calls, past);
        self.history_changed();
    }

    /// Without a list there is nothing to keep of it.
    pub(super) fn keep_history(&mut self, keep: bool) {
        self.remembered.keep_calls = Some(keep);
        if !keep {
            self.remembered.calls.clear();
        }
        self.history_changed();
    }

    pub(super) fn clear_history(&mut self) {
        self.remembered.calls.clear();
        self.history_changed();
    }

    fn history_changed(&mut self) {
        self.history_revision += 1;
        self.remember();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::effect::Remembered;

    fn past(number: u128, at: u64, outcome: Outcome) -> PastCall {
        let call = CallId::from_random(number);
        PastCall { call, with: "Ada".into(), outgoing: number.is_multiple_of(2), at, outcome }
    }

    #[test]
    fn the_newest_stands_first_and_the_oldest_gives_way() {
        let mut calls = Vec::new();
        for number in 0..300 {
            note(&mut calls, past(number, number as u64, Outcome::Missed));
        }
        assert_eq!(calls.len(), CALLS_MOST);
        assert_eq!((calls[0].at, calls[CALLS_MOST - 1].at), (299, 200));
    }

    #[test]
    fn a_call_in_which_the_page_was_loaded_again_is_one_call() {
        let mut calls = Vec::new();
        let first = PastCall { outgoing: true, ..past(1, 1_000, Outcome::Talked { seconds: 60 }) };
        note(&mut calls, first.clone());
        note(&mut calls, past(2, 1_030, Outcome::Missed));
        note(&mut calls, PastCall { outgoing: false, ..past(1, 1_070, Outcome::Talked { seconds: 30 }) });
        let whole = PastCall { outcome: Outcome::Talked { seconds: 100 }, ..first };
        assert_eq!(calls, [whole, past(2, 1_030, Outcome::Missed)]);
    }

    #[test]
    fn a_clock_that_was_set_back_breaks_nothing() {
        let mut calls = vec![past(1, u64::MAX, Outcome::Talked { seconds: 60 })];
        note(&mut calls, past(1, 5, Outcome::Talked { seconds: u64::MAX }));
        assert_eq!(calls.len(), 1);
    }

    #[test]
    fn what_is_kept_is_read_again() {
        let calls = vec![past(1, 7, Outcome::Talked { seconds: 60 }), past(2, 6, Outcome::Missed)];
        let kept = Remembered { calls, keep_calls: Some(true), ..Remembered::default() };
        let text = serde_json::to_string(&kept).unwrap();
        assert_eq!(serde_json::from_str::<Remembered>(&text).unwrap(), kept);
    }

    #[test]
    fn what_an_earlier_version_has_kept_is_kept() {
        let old = r#"{"nickname":"Ada","blocked":["Mallory"]}"#;
        let read: Remembered = serde_json::from_str(old).unwrap();
        assert_eq!((read.nickname.as_str(), read.calls.len(), read.keep_calls), ("Ada", 0, None));
    }

    #[test]
    fn a_list_that_is_broken_costs_only_what_is_broken() {
        let good = serde_json::to_string(&past(1, 7, Outcome::Declined)).unwrap();
        let long = good.replace("Ada", &"A".repeat(33));
        for (calls, left) in [
            ("null".to_owned(), 0),
            ("7".to_owned(), 0),
            (r#""calls""#.to_owned(), 0),
            (r#"{"a":[1]}"#.to_owned(), 0),
            (format!("[null,{good},7,{{}},{long},[]]"), 1),
            (format!("[{}]", good.replace("declined", "elsewhere")), 0),
            (format!("[{}]", good.replace("\"at\":7", "\"at\":-7")), 0),
            (format!("[{}{good}]", format!("{good},").repeat(500)), CALLS_MOST),
        ] {
            let text = format!(r#"{{"nickname":"Ada","calls":{calls},"blocked":["Bob"]}}"#);
            let read: Remembered = serde_json::from_str(&text).unwrap();
            assert_eq!((read.nickname.as_str(), read.blocked.len()), ("Ada", 1));
            assert_eq!(read.calls.len(), left, "{calls:.80}");
        }
    }
}
