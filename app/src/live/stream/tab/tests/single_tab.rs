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

fn asks_who_is_signed_in(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::LoadCurrentPerson))
}

fn sets_timer(effects: &[Effect], timer: Timer) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::SetTimer(set, _) if *set == timer))
}

/// What may make a stopped page ask who is signed in.
const OCCASIONS: [Input; 4] =
    [Input::WentOnline, Input::BecameVisible, Input::Resumed, Input::TimerElapsed(Timer::CurrentPerson)];

#[test]
fn a_page_whose_session_seems_to_have_ended_asks_until_the_server_answers() {
    let mut tab = Tab::default();
    let _ = apply(&mut tab, START, Input::Joined);
    let ended = apply(&mut tab, START, Input::SessionEnded);
    assert!(asks_who_is_signed_in(&ended));
    assert!(!sets_timer(&ended, Timer::CurrentPerson), "asks twice, although the server may answer");
    assert!(sets_timer(&apply(&mut tab, START, Input::CurrentPersonUnknown), Timer::CurrentPerson));
    for input in OCCASIONS {
        let effects = apply(&mut tab, START, input.clone());
        assert!(asks_who_is_signed_in(&effects), "{input:?}");
        assert!(!sets_timer(&effects, Timer::CurrentPerson), "{input:?}");
    }
    let _ = apply(&mut tab, START, Input::SessionConfirmed);
    for input in OCCASIONS {
        assert!(!asks_who_is_signed_in(&apply(&mut tab, START, input.clone())), "{input:?}");
    }
    assert!(!sets_timer(&apply(&mut tab, START, Input::CurrentPersonUnknown), Timer::CurrentPerson));
}

#[test]
fn a_page_that_is_signing_out_does_not_ask_who_is_signed_in() {
    let mut tab = Tab::default();
    for input in [Input::Joined, Input::SessionEnded, Input::SignOutRequested] {
        let _ = apply(&mut tab, START, input);
    }
    assert!(!sets_timer(&apply(&mut tab, START, Input::CurrentPersonUnknown), Timer::CurrentPerson));
    for input in OCCASIONS {
        assert!(!asks_who_is_signed_in(&apply(&mut tab, START, input.clone())), "{input:?}");
    }
    // Another tab has cancelled it.
    assert!(asks_who_is_signed_in(&apply(&mut tab, START, Input::SessionEnded)));
}
