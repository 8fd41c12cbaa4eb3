//! The sound of a recording: everything that is said and heard, in one.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    rc::{Rc, Weak},
};

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{AudioContext, AudioNode, MediaStream, MediaStreamTrack};

use crate::platform::browser::{audible::Audible, js};

/// Dropped, it is silent.
pub struct Desk {
    context: AudioContext,
    /// A `MediaStreamAudioDestinationNode`.
    destination: AudioNode,
    audible: Rc<Audible>,
    /// What is mixed in, by its number.
    inputs: RefCell<BTreeMap<u32, AudioNode>>,
    _follows: Rc<dyn Fn()>,
}

impl Desk {
    /// Mixes what sounds now, and whatever does later in its place.
    pub fn start(audible: &Rc<Audible>) -> Result<Rc<Self>, JsValue> {
        let context = AudioContext::new()?;
        let destination: AudioNode =
            js::call(&context, "createMediaStreamDestination", &[])?.unchecked_into();
        let desk = Rc::new_cyclic(|desk: &Weak<Self>| {
            let desk = desk.clone();
            let follows: Rc<dyn Fn()> =
                Rc::new(move || desk.upgrade().iter().for_each(|desk| desk.refresh()));
            audible.follow(&follows);
            Self {
                context,
                destination,
                audible: audible.clone(),
                inputs: RefCell::default(),
                _follows: follows,
            }
        });
        // Where it waits for a gesture: the person has pressed a button for it.
        js::ignore(desk.context.resume());
        desk.refresh();
        Ok(desk)
    }

    /// Of everything; nothing when the browser has none.
    pub fn track(&self) -> Option<MediaStreamTrack> {
        let stream: MediaStream = js::get(&self.destination, "stream").dyn_into().ok()?;
        stream.get_audio_tracks().get(0).dyn_into().ok()
    }

    fn refresh(&self) {
        let tracks = self.audible.tracks();
        let mut inputs = self.inputs.borrow_mut();
        inputs.retain(|number, input| {
            let stays = tracks.contains_key(number);
            if !stays {
                let _ = input.disconnect();
            }
            stays
        });
        for (number, track) in tracks {
            if inputs.contains_key(&number) {
                continue;
            }
            match self.input(&track) {
                Ok(input) => drop(inputs.insert(number, input)),
                Err(error) => js::debug("not in the recording:", &error),
            }
        }
    }

    fn input(&self, track: &MediaStreamTrack) -> Result<AudioNode, JsValue> {
        let stream = MediaStream::new()?;
        stream.add_track(track);
        let input: AudioNode = self.context.create_media_stream_source(&stream)?.into();
        input.connect_with_audio_node(&self.destination)?;
        Ok(input)
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        for input in self.inputs.borrow().values() {
            let _ = input.disconnect();
        }
        js::ignore(self.context.close());
    }
}
