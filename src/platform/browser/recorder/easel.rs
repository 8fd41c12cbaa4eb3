//! The picture of a recording, drawn anew for each moment.

use std::{
    cell::RefCell,
    collections::{BTreeMap, btree_map::Entry},
    rc::Rc,
};

use leptos::prelude::document;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlVideoElement, MediaStream, MediaStreamTrack};

use crate::{
    call::recording::scene::{Area, HEIGHT, Scene, Source, WIDTH},
    platform::{
        StreamKey,
        browser::{
            js,
            streams::{Attached, Streams},
        },
    },
};

const BACKGROUND: &str = "#14110e";
const INK: &str = "#f4ecdf";
const FONT: &str = "600 56px system-ui, sans-serif";

/// Dropped, its streams end and its memory is given back.
pub struct Easel {
    canvas: JsValue,
    /// The two-dimensional context.
    brush: JsValue,
    stream: MediaStream,
    streams: Rc<Streams>,
    scene: RefCell<Scene>,
    models: RefCell<BTreeMap<Source, Model>>,
}

/// An element outside of the page's view that plays a stream, whichever it is at the moment.
struct Model {
    video: HtmlVideoElement,
    _attached: Attached,
}

impl Easel {
    pub fn new(streams: &Rc<Streams>, scene: Scene) -> Result<Self, JsValue> {
        let canvas: JsValue = document().create_element("canvas")?.into();
        js::set(&canvas, "width", &WIDTH.into());
        js::set(&canvas, "height", &HEIGHT.into());
        let opaque = js::object(&[("alpha", false.into())]);
        let brush = js::call(&canvas, "getContext", &["2d".into(), opaque])?;
        // A picture whenever there is another one: the beat is the helper's.
        let stream = js::call(&canvas, "captureStream", &[])?.unchecked_into();
        let (streams, models) = (streams.clone(), RefCell::default());
        let easel = Self { canvas, brush, stream, streams, scene: RefCell::new(scene.clone()), models };
        easel.arrange(scene)?;
        easel.draw();
        Ok(easel)
    }

    pub fn track(&self) -> Option<MediaStreamTrack> {
        self.stream.get_video_tracks().get(0).dyn_into().ok()
    }

    pub fn arrange(&self, scene: Scene) -> Result<(), JsValue> {
        let mut models = self.models.borrow_mut();
        models.retain(|source, _| scene.sources().any(|wanted| wanted == *source));
        for source in scene.sources() {
            if let Entry::Vacant(place) = models.entry(source) {
                let video: HtmlVideoElement = document().create_element("video")?.unchecked_into();
                let attached = self.streams.attach(key(source), video.clone());
                place.insert(Model { video, _attached: attached });
            }
        }
        self.scene.replace(scene);
        Ok(())
    }

    pub fn draw(&self) {
        if let Err(error) = self.paint() {
            js::debug("not drawn:", &error);
        }
    }

    fn paint(&self) -> Result<(), JsValue> {
        let (scene, models) = (self.scene.borrow(), self.models.borrow());
        js::set(&self.brush, "fillStyle", &BACKGROUND.into());
        js::call(&self.brush, "fillRect", &[0.into(), 0.into(), WIDTH.into(), HEIGHT.into()])?;
        if scene.large.is_none() {
            self.write(&scene.name)?;
        }
        for source in scene.sources() {
            let Some(Model { video, .. }) = models.get(&source) else { continue };
            let (width, height) = (f64::from(video.video_width()), f64::from(video.video_height()));
            let Some(placed) = scene.place(source, width, height) else { continue };
            let mut arguments = vec![video.into()];
            for Area { x, y, width, height } in [placed.part, placed.place] {
                arguments.extend([x, y, width, height].map(JsValue::from));
            }
            js::call(&self.brush, "drawImage", &arguments)?;
        }
        Ok(())
    }

    /// In the middle of the picture.
    fn write(&self, name: &str) -> Result<(), JsValue> {
        let style = [("fillStyle", INK), ("font", FONT), ("textAlign", "center"), ("textBaseline", "middle")];
        style.iter().for_each(|(name, value)| js::set(&self.brush, name, &(*value).into()));
        let place = [name.into(), (WIDTH / 2).into(), (HEIGHT / 2).into(), WIDTH.into()];
        js::call(&self.brush, "fillText", &place).map(drop)
    }
}

impl Drop for Easel {
    fn drop(&mut self) {
        self.track().iter().for_each(MediaStreamTrack::stop);
        js::set(&self.canvas, "width", &0.into());
        js::set(&self.canvas, "height", &0.into());
    }
}

const fn key(source: Source) -> StreamKey {
    match source {
        Source::OwnCamera => StreamKey::LocalCamera,
        Source::OwnScreen => StreamKey::LocalScreen,
        Source::Camera(peer) => StreamKey::RemoteCamera(peer),
        Source::Screen(peer) => StreamKey::RemoteScreen(peer),
    }
}
