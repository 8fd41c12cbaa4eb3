//! Plays the other side's voice.

use std::{cell::Cell, rc::Rc};

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlMediaElement, MediaStream, MediaStreamTrack};

use super::{
    audible::{Audible, Sounding},
    js,
    output::{Led, Output},
    reporter::Reporter,
};
use crate::call::input::PairEvent;

/// An audio element outside of the page's view. Dropped, it is silent.
pub struct Speaker {
    element: HtmlMediaElement,
    reporter: Reporter,
    refused: Rc<Cell<bool>>,
    _led: Led,
    _sounding: Sounding,
}

impl Speaker {
    pub fn new(
        track: &MediaStreamTrack,
        reporter: &Reporter,
        output: &Rc<Output>,
        audible: &Rc<Audible>,
    ) -> Option<Self> {
        let element: HtmlMediaElement = document().create_element("audio").ok()?.unchecked_into();
        let stream = MediaStream::new().ok()?;
        stream.add_track(track);
        element.set_autoplay(true);
        element.set_src_object(Some(&stream));
        let (reporter, led, sounding) = (reporter.clone(), output.take(&element), audible.add(track));
        let speaker = Self { element, reporter, refused: Rc::default(), _led: led, _sounding: sounding };
        speaker.play();
        Some(speaker)
    }

    pub fn play(&self) {
        let (playing, reporter, refused) = (self.element.play(), self.reporter.clone(), self.refused.clone());
        spawn_local(async move {
            match js::settled(playing).await {
                Ok(_) if refused.replace(false) => reporter.report(PairEvent::Playing),
                Err(error) if js::name(&error) == "NotAllowedError" && !refused.replace(true) => {
                    reporter.report(PairEvent::PlayRefused);
                }
                _ => {}
            }
        });
    }
}

impl Drop for Speaker {
    fn drop(&mut self) {
        // Also settles a `play` that still waits for sound.
        self.element.set_src_object(None);
    }
}
