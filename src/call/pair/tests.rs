use super::*;
use crate::call::signal::Candidate;

const LOW: u64 = 1;
const HIGH: u64 = 2;

fn id(peer: u64) -> PairId {
    PairId { call: CallId::from_random(7), peer: PeerId::from_random(peer), generation: 0 }
}

fn sdp(fragment: &str) -> String {
    format!("v=0\r\na=ice-ufrag:{fragment}\r\n")
}

/// The side with the high peer id, which is impolite, offers; the low one answers.
fn offerer() -> Pair {
    Pair::offering(id(LOW), PeerId::from_random(HIGH), Ice::default()).0
}

fn answerer() -> Pair {
    Pair::answering(id(HIGH), PeerId::from_random(LOW), Ice::default()).0
}

fn signals(out: &[Out]) -> Vec<Signal> {
    out.iter()
        .filter_map(|out| if let Out::Say(signal) = out { Some(signal.clone()) } else { None })
        .collect()
}

fn deliver(out: &[Out], to: &mut Pair) -> Vec<Out> {
    signals(out).into_iter().flat_map(|signal| to.heard(signal)).collect()
}

/// Both sides after the first negotiation.
fn settled() -> (Pair, Pair) {
    let (mut a, mut b) = (offerer(), answerer());
    let offer = a.happened(PairEvent::Offered { sdp: sdp("a1") }).unwrap();
    assert_eq!(deliver(&offer, &mut b), [Out::Op(PairOp::Answer { sdp: sdp("a1") })]);
    let answer = b.happened(PairEvent::Answered { sdp: sdp("b1") }).unwrap();
    assert_eq!(deliver(&answer, &mut a), [Out::Op(PairOp::Finish { sdp: sdp("b1") })]);
    assert_eq!(a.happened(PairEvent::Finished), Ok(vec![]));
    assert!(a.is_settled() && b.is_settled());
    (a, b)
}

#[test]
fn an_offer_and_its_answer_settle_both_sides() {
    settled();
}

#[test]
fn what_arrives_twice_counts_once() {
    let (mut a, mut b) = (offerer(), answerer());
    let offer = a.happened(PairEvent::Offered { sdp: sdp("a1") }).unwrap();
    assert_eq!(deliver(&offer, &mut b).len(), 1);
    assert_eq!(deliver(&offer, &mut b), []);
}

#[test]
fn what_was_said_can_be_said_again_with_the_same_numbers() {
    let mut a = offerer();
    let mut said = a.happened(PairEvent::Offered { sdp: sdp("a1") }).unwrap();
    said.extend(a.happened(PairEvent::EndOfCandidates).unwrap());
    assert_eq!(a.said(), said);
}

#[test]
fn when_both_restart_at_once_the_polite_side_gives_way() {
    let (mut impolite, mut polite) = settled();
    impolite.restart();
    polite.restart();
    let hers = impolite.happened(PairEvent::Offered { sdp: sdp("a2") }).unwrap();
    let his = polite.happened(PairEvent::Offered { sdp: sdp("b2") }).unwrap();
    assert_eq!(deliver(&his, &mut impolite), [], "the impolite side does not answer");
    assert_eq!(deliver(&hers, &mut polite), [Out::Op(PairOp::Answer { sdp: sdp("a2") })]);
    let answer = polite.happened(PairEvent::Answered { sdp: sdp("b3") }).unwrap();
    assert_eq!(deliver(&answer, &mut impolite), [Out::Op(PairOp::Finish { sdp: sdp("b3") })]);
    impolite.happened(PairEvent::Finished).unwrap();
    assert!(impolite.is_settled() && polite.is_settled());
}

#[test]
fn a_polite_offer_overtaken_while_being_made_is_never_said() {
    let (mut impolite, mut polite) = settled();
    impolite.restart();
    polite.restart();
    let hers = impolite.happened(PairEvent::Offered { sdp: sdp("a2") }).unwrap();
    assert_eq!(deliver(&hers, &mut polite), [], "one operation at a time");
    let next = polite.happened(PairEvent::Offered { sdp: sdp("b2") }).unwrap();
    assert_eq!(next, [Out::Op(PairOp::Answer { sdp: sdp("a2") })]);
}

#[test]
fn an_answer_to_an_offer_that_was_replaced_is_ignored() {
    let (mut a, mut b) = settled();
    a.restart();
    let first = a.happened(PairEvent::Offered { sdp: sdp("a2") }).unwrap();
    a.restart();
    let second = a.happened(PairEvent::Offered { sdp: sdp("a3") }).unwrap();
    deliver(&first, &mut b);
    let stale = b.happened(PairEvent::Answered { sdp: sdp("b2") }).unwrap();
    assert_eq!(deliver(&stale, &mut a), []);
    deliver(&second, &mut b);
    let fresh = b.happened(PairEvent::Answered { sdp: sdp("b3") }).unwrap();
    assert_eq!(deliver(&fresh, &mut a), [Out::Op(PairOp::Finish { sdp: sdp("b3") })]);
}

#[test]
fn an_offer_that_comes_after_a_newer_one_is_stale() {
    let (mut a, mut b) = settled();
    a.restart();
    let first = a.happened(PairEvent::Offered { sdp: sdp("a2") }).unwrap();
    a.restart();
    let second = a.happened(PairEvent::Offered { sdp: sdp("a3") }).unwrap();
    assert_eq!(deliver(&second, &mut b).len(), 1);
    b.happened(PairEvent::Answered { sdp: sdp("b2") }).unwrap();
    assert_eq!(deliver(&first, &mut b), []);
}

#[test]
fn candidates_that_come_before_the_offer_are_used_after_it() {
    let (mut a, mut b) = (offerer(), answerer());
    let offer = a.happened(PairEvent::Offered { sdp: sdp("a1") }).unwrap();
    let candidate = Candidate {
        candidate: "candidate:1 1 udp 1 192.0.2.1 9 typ host".into(),
        mid: Some("0".into()),
        line: Some(0),
        fragment: Some("a1".into()),
    };
    let early = a.happened(PairEvent::Candidate(candidate.clone())).unwrap();
    assert_eq!(deliver(&early, &mut b), []);
    deliver(&offer, &mut b);
    let out = b.happened(PairEvent::Answered { sdp: sdp("b1") }).unwrap();
    assert!(out.contains(&Out::Op(PairOp::AddCandidate(candidate))), "{out:?}");
}

#[test]
fn another_generation_is_not_heard() {
    let mut b = answerer();
    let old = Signal { generation: 1, sequence: 0, body: Body::Offer { sdp: sdp("x") } };
    assert_eq!(b.heard(old), []);
}

#[test]
fn a_failed_operation_leaves_the_pair_ready_for_a_restart() {
    let (mut a, _) = settled();
    a.restart();
    assert_eq!(a.happened(PairEvent::Failed { why: "no".into() }), Err("no".into()));
    assert_eq!(a.restart(), [Out::Op(PairOp::Offer { restart: true })]);
}
