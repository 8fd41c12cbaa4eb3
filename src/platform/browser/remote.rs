//! What comes from the other side of a connection is heard and shown.

use std::{cell::RefCell, rc::Rc, time::Duration};

use web_sys::{MediaStream, MediaStreamTrack};

use super::{
    ear::Ear,
    lines::{Line, Lines},
    listener::Timer,
    output::Output,
    reporter::Reporter,
    speaker::Speaker,
    streams::Streams,
};
use crate::{call::input::PairEvent, platform::StreamKey};

pub struct Remote {
    reporter: Reporter,
    streams: Rc<Streams>,
    output: Rc<Output>,
    person: RefCell<Option<Person>>,
    screen: RefCell<Option<Screen>>,
}

struct Person {
    speaker: Option<Speaker>,
    camera: Option<MediaStream>,
    _ear: Option<Ear>,
}

/// While it is shown.
struct Screen {
    speaker: Option<Speaker>,
    picture: Option<MediaStream>,
}

impl Remote {
    pub fn new(reporter: Reporter, streams: Rc<Streams>, output: Rc<Output>) -> Self {
        Self { reporter, streams, output, person: RefCell::default(), screen: RefCell::default() }
    }

    /// Plays and shows the person, from the first description of the other side on.
    pub fn receive(&self, lines: &Lines) {
        if self.person.borrow().is_some() {
            return;
        }
        let speaker = lines.remote(Line::Microphone).and_then(|track| self.speaker(&track));
        let camera = lines.remote(Line::Camera);
        let camera =
            camera.and_then(|track| self.streams.show(self.camera_key(), &track, Some(self.first_frame())));
        let ear = lines.receiver(Line::Microphone).map(|voice| Ear::listen(voice, &self.reporter));
        self.person.replace(Some(Person { speaker, camera, _ear: ear }));
    }

    pub fn show_screen(&self, shown: bool, lines: &Lines) {
        self.hide_screen();
        if shown {
            let speaker = lines.remote(Line::ScreenSound).and_then(|track| self.speaker(&track));
            let picture = lines.remote(Line::Screen);
            let picture = picture.and_then(|track| self.streams.show(self.screen_key(), &track, None));
            self.screen.replace(Some(Screen { speaker, picture }));
        }
    }

    /// After the browser has refused to by itself.
    pub fn play(&self) {
        if let Some(Person { speaker: Some(speaker), .. }) = self.person.borrow().as_ref() {
            speaker.play();
        }
        if let Some(Screen { speaker: Some(speaker), .. }) = self.screen.borrow().as_ref() {
            speaker.play();
        }
    }

    pub fn end(&self) {
        if let Some(Person { camera: Some(stream), .. }) = self.person.take() {
            self.streams.hide_only(self.camera_key(), &stream);
        }
        self.hide_screen();
    }

    fn hide_screen(&self) {
        if let Some(Screen { picture: Some(stream), .. }) = self.screen.take() {
            self.streams.hide_only(self.screen_key(), &stream);
        }
    }

    fn speaker(&self, track: &MediaStreamTrack) -> Option<Speaker> {
        Speaker::new(track, &self.reporter, &self.output, &self.streams.audible)
    }

    /// Told right after it is drawn: what the screen says of it comes second.
    fn first_frame(&self) -> Rc<dyn Fn()> {
        let (reporter, told) = (self.reporter.clone(), RefCell::new(None));
        Rc::new(move || {
            let reporter = reporter.clone();
            told.borrow_mut().get_or_insert_with(|| {
                Timer::once(Duration::ZERO, move || reporter.report(PairEvent::FirstFrame))
            });
        })
    }

    fn camera_key(&self) -> StreamKey {
        StreamKey::RemoteCamera(self.reporter.pair.peer)
    }

    fn screen_key(&self) -> StreamKey {
        StreamKey::RemoteScreen(self.reporter.pair.peer)
    }
}
