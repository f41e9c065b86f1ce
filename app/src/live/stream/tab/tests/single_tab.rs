//! Inputs of one tab, whose effects are known.

use crate::live::{
    stream::tab::{Effect, Input, Now, Tab, Timer},
    tab_message::TabMessage,
};

const START: f64 = 1e12;
const HOUR: f64 = 3_600_000.0;

fn apply(tab: &mut Tab, time: f64, input: Input) -> Vec<Effect> {
    tab.on(input, Now { time, jitter: 1.0, is_online: true, is_visible: true })
}

/// Asserts that these effects neither show a disconnection nor ping the leader.
#[track_caller]
fn expect_no_doubt(effects: &[Effect]) {
    let doubts = |effect: &Effect| matches!(effect, Effect::SetConnection(_) | Effect::Broadcast(TabMessage::Ping));
    assert!(!effects.iter().any(doubts), "doubts the leader before it can have heard it: {effects:?}");
}

#[test]
fn a_page_that_becomes_visible_before_the_stream_opens_shows_no_disconnection() {
    let mut tab = Tab::default();
    let _ = apply(&mut tab, START, Input::Joined);
    expect_no_doubt(&apply(&mut tab, START, Input::BecameVisible));
}

#[test]
fn a_page_that_comes_back_from_the_cache_shows_no_disconnection() {
    let mut tab = Tab::default();
    for input in [Input::Joined, Input::ViewLoaded(0), Input::TimerElapsed(Timer::Open), Input::Left] {
        let _ = apply(&mut tab, START, input);
    }
    let back = START + HOUR;
    let _ = apply(&mut tab, back, Input::Joined);
    expect_no_doubt(&apply(&mut tab, back, Input::BecameVisible));
    expect_no_doubt(&apply(&mut tab, back, Input::Resumed));
    expect_no_doubt(&apply(&mut tab, back, Input::TimerElapsed(Timer::Open)));
}

#[test]
fn a_new_leader_that_is_pinged_and_replaced_before_its_stream_opens_shows_no_disconnection() {
    let mut tab = Tab::default();
    for input in [Input::Joined, Input::LockGranted(1), Input::TabMessageReceived(TabMessage::Ping)] {
        let _ = apply(&mut tab, START, input);
    }
    for input in [Input::LockStolen(1), Input::ViewLoaded(0), Input::TimerElapsed(Timer::Open)] {
        expect_no_doubt(&apply(&mut tab, START, input));
    }
    expect_no_doubt(&apply(&mut tab, START, Input::BecameVisible));
}
