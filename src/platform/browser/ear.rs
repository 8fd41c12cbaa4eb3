//! Listens whether the other side speaks.

use std::{cell::RefCell, time::Duration};

use js_sys::Array;
use web_sys::RtcRtpReceiver;

use super::{js, listener::Timer, page, reporter::Reporter};
use crate::call::{input::PairEvent, voice::Voice};

/// The browser tells the level of the moment. Out of step with what comes twice a second, as a tone that beeps does: at every 200 ms
/// it could be missed for ever.
const PERIOD: Duration = Duration::from_millis(130);

/// Reports when somebody begins and ends to speak, for as long as it lives.
pub struct Ear {
    _timer: Timer,
}

impl Ear {
    pub fn listen(receiver: RtcRtpReceiver, reporter: &Reporter) -> Self {
        let (reporter, voice) = (reporter.clone(), RefCell::new(Voice::default()));
        let timer = Timer::every(PERIOD, move || {
            let changed = voice.borrow_mut().hear(level(&receiver), page::now());
            if let Some(speaks) = changed {
                reporter.report(PairEvent::Speaking(speaks));
            }
        });
        Self { _timer: timer }
    }
}

/// Of what is being played, 0 to 1 (W3C WebRTC, section 5.3.1). Silence where the browser does not tell.
fn level(receiver: &RtcRtpReceiver) -> f64 {
    let sources = js::call(receiver, "getSynchronizationSources", &[]).map(|sources| Array::from(&sources));
    let levels = sources.into_iter().flatten().filter_map(|source| js::get(&source, "audioLevel").as_f64());
    levels.fold(0.0, f64::max)
}
