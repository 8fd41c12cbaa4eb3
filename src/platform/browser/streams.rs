//! Which stream is shown where.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use web_sys::{HtmlVideoElement, MediaStream, MediaStreamTrack};

use super::{audible::Audible, frame::FirstFrame, js};
use crate::platform::StreamKey;

/// Brings streams and video elements together, whichever comes first.
#[derive(Default)]
pub struct Streams {
    pub audible: Rc<Audible>,
    sources: RefCell<BTreeMap<StreamKey, Source>>,
    screens: RefCell<Vec<Rc<Screen>>>,
}

struct Source {
    stream: MediaStream,
    first_frame: Option<Rc<dyn Fn()>>,
}

struct Screen {
    key: StreamKey,
    video: HtmlVideoElement,
    first_frame: RefCell<Option<FirstFrame>>,
}

impl Streams {
    /// A stream of one track. `first_frame` is called once it is seen, perhaps more than once.
    pub fn show(
        &self,
        key: StreamKey,
        track: &MediaStreamTrack,
        first_frame: Option<Rc<dyn Fn()>>,
    ) -> Option<MediaStream> {
        let stream = MediaStream::new().ok()?;
        stream.add_track(track);
        let source = Source { stream: Clone::clone(&stream), first_frame };
        self.sources.borrow_mut().insert(key, source);
        self.refresh(key);
        Some(stream)
    }

    pub fn hide(&self, key: StreamKey) {
        self.sources.borrow_mut().remove(&key);
        self.refresh(key);
    }

    /// Hides a stream unless another one has taken its place.
    pub fn hide_only(&self, key: StreamKey, stream: &MediaStream) {
        let is_shown = self.sources.borrow().get(&key).is_some_and(|source| &source.stream == stream);
        if is_shown {
            self.hide(key);
        }
    }

    pub fn attach(self: &Rc<Self>, key: StreamKey, video: HtmlVideoElement) -> Attached {
        // Their sound, if they ever have one, is played elsewhere; a silent video may always start by itself.
        video.set_muted(true);
        video.set_autoplay(true);
        let _ = video.set_attribute("playsinline", "");
        let screen = Rc::new(Screen { key, video, first_frame: RefCell::default() });
        self.screens.borrow_mut().push(screen.clone());
        screen.show(self.sources.borrow().get(&key));
        Attached { streams: self.clone(), screen }
    }

    /// Holds the own picture still for a moment, or lets it move again.
    pub fn hold_own(&self, still: bool) {
        let screens = self.screens.borrow();
        for screen in screens.iter().filter(|screen| screen.key == StreamKey::LocalCamera) {
            if !still {
                js::ignore(screen.video.play());
            } else if let Err(error) = screen.video.pause() {
                js::debug("Not held still:", &error);
            }
        }
    }

    /// An element that shows something of a stream.
    pub fn picture(&self, key: StreamKey) -> Option<HtmlVideoElement> {
        let screens = self.screens.borrow();
        let shows = |screen: &&Rc<Screen>| screen.key == key && screen.video.video_width() > 0;
        screens.iter().find(shows).map(|screen| screen.video.clone())
    }

    pub fn play(&self) {
        self.screens.borrow().iter().for_each(|screen| js::ignore(screen.video.play()));
    }

    fn refresh(&self, key: StreamKey) {
        let sources = self.sources.borrow();
        let screens = self.screens.borrow();
        screens.iter().filter(|screen| screen.key == key).for_each(|screen| screen.show(sources.get(&key)));
    }
}

impl Screen {
    fn show(&self, source: Option<&Source>) {
        self.video.set_src_object(source.map(|source| &source.stream));
        let Some(source) = source else {
            self.first_frame.take();
            return;
        };
        let watch = source.first_frame.clone().map(|seen| FirstFrame::new(&self.video, seen));
        self.first_frame.replace(watch);
        js::ignore(self.video.play());
    }
}

/// A video element shows a stream for as long as this lives.
pub struct Attached {
    streams: Rc<Streams>,
    screen: Rc<Screen>,
}

impl Drop for Attached {
    fn drop(&mut self) {
        self.streams.screens.borrow_mut().retain(|screen| !Rc::ptr_eq(screen, &self.screen));
        self.screen.show(None);
    }
}
