//! The ring tone and the tone that tells that it rings there, made here: nothing is downloaded.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

use js_sys::Math;
use wasm_bindgen::JsValue;
use web_sys::{AudioContext, AudioScheduledSourceNode};

use super::{
    js,
    listener::Timer,
    output::{Led, Output},
};
use crate::call::effect::Sound;

const RATE: f32 = 22_050.0;
/// How long after the last sound the browser may rest: whoever has just accepted waits for a face.
const REST: Duration = Duration::from_secs(1);

/// Plays one sound at a time, over and over. Before the first gesture the browser keeps it silent; it is
/// heard from that gesture on.
pub struct Sounds {
    output: Rc<Output>,
    wanted: Cell<Sound>,
    context: RefCell<Option<(AudioContext, Led)>>,
    playing: RefCell<Option<AudioScheduledSourceNode>>,
    rest: RefCell<Option<Timer>>,
}

impl Sounds {
    pub fn new(output: Rc<Output>) -> Self {
        Self {
            output,
            wanted: Cell::default(),
            context: RefCell::default(),
            playing: RefCell::default(),
            rest: RefCell::default(),
        }
    }

    pub fn play(&self, sound: Sound) {
        if self.wanted.replace(sound) == sound {
            return;
        }
        self.stop();
        self.rest.take();
        let Some(context) = self.context() else { return };
        match sound {
            Sound::Silence => {
                drop(self.rest.replace(Some(Timer::once(REST, move || js::ignore(context.suspend())))));
            }
            Sound::Ring => self.start(&context, &ring()),
            Sound::RingBack => self.start(&context, &ring_back()),
        }
    }

    /// A person has used the page, which lets it be heard; some browsers only from inside the gesture.
    pub fn gesture(&self) {
        if let Some(context) = self.context() {
            match self.wanted.get() {
                Sound::Silence => js::ignore(context.suspend()),
                Sound::Ring | Sound::RingBack => js::ignore(context.resume()),
            }
        }
    }

    fn context(&self) -> Option<AudioContext> {
        let mut context = self.context.borrow_mut();
        if context.is_none() {
            let made = AudioContext::new().ok();
            *context = made.map(|made| (Clone::clone(&made), self.output.take(&made)));
        }
        context.as_ref().map(|(context, _)| Clone::clone(context))
    }

    fn start(&self, context: &AudioContext, samples: &[f32]) {
        // Whatever its state: it may be just about to be suspended.
        js::ignore(context.resume());
        let source = source(context, samples, true).inspect_err(|error| js::debug("no sound:", error));
        self.playing.replace(source.ok());
    }

    fn stop(&self) {
        if let Some(source) = self.playing.take() {
            let _ = source.disconnect();
            let _ = source.stop();
        }
    }
}

impl Drop for Sounds {
    fn drop(&mut self) {
        self.stop();
        if let Some((context, _)) = self.context.take() {
            js::ignore(context.close());
        }
    }
}

/// A tone, once. Dropped, it is silent.
pub struct Chime {
    context: AudioContext,
    source: AudioScheduledSourceNode,
    _led: Led,
}

impl Chime {
    pub fn play(output: &Rc<Output>) -> Option<Self> {
        let context = AudioContext::new().ok()?;
        let led = output.take(&context);
        js::ignore(context.resume());
        let source = source(&context, &chime(), false).inspect_err(|error| js::debug("no sound:", error));
        let Ok(source) = source else {
            js::ignore(context.close());
            return None;
        };
        Some(Self { context, source, _led: led })
    }
}

impl Drop for Chime {
    fn drop(&mut self) {
        let _ = self.source.disconnect();
        js::ignore(self.context.close());
    }
}

fn source(context: &AudioContext, samples: &[f32], again: bool) -> Result<AudioScheduledSourceNode, JsValue> {
    let buffer = context.create_buffer(1, samples.len() as u32, RATE)?;
    buffer.copy_to_channel(samples, 0)?;
    let source = context.create_buffer_source()?;
    source.set_buffer(Some(&buffer));
    source.set_loop(again);
    source.connect_with_audio_node(&context.destination())?;
    source.start()?;
    Ok(source.into())
}

/// Two rising chords, struck like wooden bars, then a rest.
fn ring() -> Vec<f32> {
    const G4: f32 = 392.0;
    const NOTES: [(f32, f32); 8] = [
        (0.0, 1.0),
        (0.15, 1.25),
        (0.3, 1.5),
        (0.45, 2.0),
        (0.9, 1.0),
        (1.05, 1.25),
        (1.2, 1.5),
        (1.35, 2.0),
    ];
    let mut sound = silence(3.2);
    for (at, ratio) in NOTES {
        let pitch = G4 * ratio;
        add(&mut sound, Tone { at, pitch, loud: 0.2, lasts: 1.1, fall: 4.5 });
        add(&mut sound, Tone { at, pitch: pitch * 4.0, loud: 0.03, lasts: 0.3, fall: 18.0 });
    }
    sound
}

/// Two notes, one after the other.
fn chime() -> Vec<f32> {
    let mut sound = silence(1.6);
    for (at, pitch) in [(0.0, 523.25), (0.35, 784.0)] {
        add(&mut sound, Tone { at, pitch, loud: 0.25, lasts: 1.2, fall: 4.0 });
    }
    sound
}

/// 440 and 480 Hz, as telephones do.
fn ring_back() -> Vec<f32> {
    let mut sound = silence(4.0);
    for pitch in [440.0, 480.0] {
        add(&mut sound, Tone { at: 0.0, pitch, loud: 0.05, lasts: 1.2, fall: 0.0 });
    }
    sound
}

/// A sine with soft edges. Times are in seconds; `fall` is how fast it dies away.
struct Tone {
    at: f32,
    pitch: f32,
    loud: f32,
    lasts: f32,
    fall: f32,
}

const EDGE: f32 = 0.008;

fn silence(seconds: f32) -> Vec<f32> {
    vec![0.0; (seconds * RATE) as usize]
}

/// Turns a pointer by the same angle for each sample: a sine without computing one.
fn add(sound: &mut [f32], tone: Tone) {
    let angle = f64::from(core::f32::consts::TAU * tone.pitch / RATE);
    let (sin, cos) = (Math::sin(angle) as f32, Math::cos(angle) as f32);
    let decay = Math::exp(f64::from(-tone.fall / RATE)) as f32;
    let (mut x, mut y, mut loud) = (1.0_f32, 0.0_f32, tone.loud);
    let (start, length) = ((tone.at * RATE) as usize, (tone.lasts * RATE) as usize);
    for (n, sample) in sound.iter_mut().skip(start).take(length).enumerate() {
        let edge = (n.min(length - n) as f32 / (EDGE * RATE)).min(1.0);
        *sample += y * loud * edge;
        (x, y) = (x * cos - y * sin, x * sin + y * cos);
        loud *= decay;
    }
}
