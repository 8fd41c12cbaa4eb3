//! How loud the microphone is.

use std::time::Duration;

use web_sys::{AnalyserNode, AudioContext, AudioNode, MediaStream, MediaStreamTrack};

use super::{Level, js, listener::Timer};

const PERIOD: Duration = Duration::from_millis(66);
/// About a third of a period at 48 kHz.
const SAMPLES: usize = 1024;

/// Measures a clone of the track, so that somebody who speaks while muted can be told.
pub struct Meter {
    context: AudioContext,
    track: MediaStreamTrack,
    source: AudioNode,
    _timer: Timer,
}

impl Meter {
    pub fn start(track: &MediaStreamTrack, level: Level) -> Option<Self> {
        let context = AudioContext::new().ok()?;
        let stream = MediaStream::new().ok()?;
        let analyser = context.create_analyser().ok()?;
        analyser.set_fft_size(SAMPLES as u32);
        let track = track.clone();
        track.set_enabled(true);
        stream.add_track(&track);
        let source = context.create_media_stream_source(&stream);
        let timer = Timer::every(PERIOD, {
            let analyser = analyser.clone();
            move || level(measure(&analyser))
        });
        let Ok(source) = source else {
            track.stop();
            js::ignore(context.close());
            return None;
        };
        let source: AudioNode = source.into();
        let _ = source.connect_with_audio_node(&analyser);
        Some(Self { context, track, source, _timer: timer })
    }

    pub fn resume(&self) {
        js::ignore(self.context.resume());
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        let _ = self.source.disconnect();
        self.track.stop();
        js::ignore(self.context.close());
    }
}

/// The root of the loudness, for quiet voices are to be seen as well.
fn measure(analyser: &AnalyserNode) -> f32 {
    let mut samples = [0.0; SAMPLES];
    analyser.get_float_time_domain_data(&mut samples);
    let square = samples.iter().map(|sample| sample * sample).sum::<f32>() / SAMPLES as f32;
    (2.0 * square.sqrt().sqrt()).min(1.0)
}
