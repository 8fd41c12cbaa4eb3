//! The model of peer connections does what both browsers do: the script of `end2end/model`, and its trace.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::model_peer::{Channel, Failure, Model, Signaling};

const SCRIPT: &str = include_str!("../../end2end/model/script.json");
const TRACE: &str = include_str!("../../end2end/model/trace.json");

#[test]
fn the_model_peer_connection_does_what_browsers_do() {
    let script: Vec<Value> = serde_json::from_str(SCRIPT).unwrap();
    let trace: BTreeMap<String, Vec<Value>> = serde_json::from_str(TRACE).unwrap();
    assert_eq!(script.len(), trace.len());
    for scenario in script {
        let name = text(&scenario, "scenario");
        let mut stage = Stage::default();
        let steps = scenario["steps"].as_array().unwrap();
        for (step, real) in steps.iter().zip(&trace[name]) {
            stage.compare(name, step, real);
        }
    }
}

#[derive(Default)]
struct Stage {
    model: Model,
    descriptions: BTreeMap<String, String>,
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("{key} in {value}"))
}

fn number(end: &str) -> u32 {
    u32::from(end.as_bytes()[0])
}

impl Stage {
    fn compare(&mut self, scenario: &str, step: &Value, real: &Value) {
        let end = number(text(step, "on"));
        let result = match self.perform(end, step) {
            Ok(()) => "ok",
            Err(Failure::WrongState) => "wrong_state",
            Err(Failure::Refused) => "refused",
        };
        let connection = self.model.get(end);
        let signaling = match connection.signaling {
            Signaling::Stable => "stable",
            Signaling::HaveLocalOffer => "have-local-offer",
            Signaling::Closed => "closed",
        };
        let place = format!("{scenario}: {step}");
        if real["result"] != "browsers_differ" {
            assert_eq!(result, real["result"], "{place}");
        }
        assert_eq!(signaling, real["signaling"], "{place}");
        assert_eq!(connection.tracks, real["tracks"], "{place}");
        assert_eq!(serde_json::json!(self.model.transceivers(end)), real["transceivers"], "{place}");
        // Real channels take their time to open; the model's do not.
        match real["channel"].as_str() {
            Some("open") => assert_eq!(connection.channel, Channel::Open, "{place}"),
            Some("closed") => assert_eq!(connection.channel, Channel::Closed, "{place}"),
            _ => {}
        }
    }

    fn perform(&mut self, end: u32, step: &Value) -> Result<(), Failure> {
        match text(step, "do") {
            "open" => self.model.open(end, step["offerer"] == true),
            "offer" => {
                let sdp = self.model.offer(end, step["restart"] == true)?;
                self.descriptions.insert(text(step, "as").into(), sdp);
            }
            "answer" => {
                let sdp = self.model.answer(end, &self.whole(step, "to"))?;
                self.descriptions.insert(text(step, "as").into(), sdp);
            }
            "finish" => self.model.finish(end, &self.whole(step, "with"))?,
            "candidate" | "candidates" => self.candidate(end, text(step, "of"))?,
            "say" => self.model.say(end)?,
            "wait" => self.wait(end, step),
            "close" => drop(self.model.close(end)),
            other => panic!("{other} is no operation"),
        }
        Ok(())
    }

    fn described(&self, step: &Value, key: &str) -> String {
        self.descriptions.get(text(step, key)).map_or("nonsense", String::as_str).to_owned()
    }

    fn whole(&self, step: &Value, key: &str) -> String {
        let mut sdp = self.described(step, key);
        if step["with_candidates"] == true {
            sdp.push_str("a=candidate:1 1 udp 1 192.0.2.1 9 typ host\n");
        }
        sdp
    }

    fn candidate(&mut self, end: u32, of: &str) -> Result<(), Failure> {
        let sdp = self.descriptions.get(of);
        let Some(fragment) =
            sdp.and_then(|sdp| sdp.lines().find_map(|line| line.strip_prefix("a=ice-ufrag:")))
        else {
            return Err(Failure::Refused);
        };
        self.model.candidate(end, fragment)
    }

    fn wait(&self, end: u32, step: &Value) {
        let connection = self.model.get(end);
        match text(step, "for") {
            "connected" => {
                assert!(self.model.other(end).is_some(), "never connected: {step}");
                assert_eq!(connection.channel, Channel::Open, "{step}");
            }
            "channel_closed" => assert_eq!(connection.channel, Channel::Closed, "{step}"),
            _ => {}
        }
    }
}
