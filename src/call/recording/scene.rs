//! What is in the picture of a recording, and where.

use crate::{
    call::{
        active::ActiveCall,
        control::{CameraState, ScreenState},
        local::{DeviceState, LocalMedia, Sharing},
    },
    protocol::PeerId,
};

/// The picture, in pixels.
pub const WIDTH: u32 = 1280;
pub const HEIGHT: u32 = 720;
/// Pictures in a second.
pub const FRAMES: u32 = 25;

/// Of what is small, in pixels: four to three, as most cameras.
const SMALL: (f64, f64) = (288.0, 216.0);
/// From the edges, and from one to the next.
const MARGIN: f64 = 24.0;
/// So many small pictures have a place side by side.
const SMALL_MOST: usize = 4;

/// Something to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    OwnCamera,
    OwnScreen,
    Camera(PeerId),
    Screen(PeerId),
}

/// What this side shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OwnPictures {
    pub camera: bool,
    pub screen: bool,
}

impl From<&LocalMedia> for OwnPictures {
    fn from(local: &LocalMedia) -> Self {
        Self { camera: local.camera() == DeviceState::On, screen: local.sharing() == Sharing::On }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// As large as the picture.
    pub large: Option<Source>,
    /// In the lower right corner, and from there to the left.
    pub small: Vec<Source>,
    /// Who there is, where nothing is large.
    pub name: String,
}

/// A rectangle, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

/// Where a part of a picture goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placed {
    /// Of the picture that comes.
    pub part: Area,
    /// In the picture that is made.
    pub place: Area,
}

impl Scene {
    /// A screen is large, that of others first; otherwise the other side is, as long as its camera is on.
    #[must_use]
    pub fn of(call: &ActiveCall, own: OwnPictures) -> Self {
        let screens = call.others.iter().filter(|other| other.media.screen == ScreenState::On);
        let screens = screens.map(|other| Source::Screen(other.peer));
        let screen = screens.chain(own.screen.then_some(Source::OwnScreen)).next();
        let cameras = call.others.iter().filter(|other| other.media.camera == CameraState::On);
        let mut cameras = cameras.map(|other| Source::Camera(other.peer));
        let large = screen.or_else(|| cameras.next());
        let own = own.camera.then_some(Source::OwnCamera);
        let small = own.into_iter().chain(cameras).take(SMALL_MOST).collect();
        let names: Vec<&str> = call.others.iter().map(|other| other.nickname.as_str()).collect();
        Self { large, small, name: names.join(", ") }
    }

    /// From the back to the front.
    pub fn sources(&self) -> impl Iterator<Item = Source> {
        self.large.into_iter().chain(self.small.iter().copied())
    }

    /// Where a picture of this size, in pixels, goes that comes from there: a large one as a whole, a small one cut to
    /// its place. Nothing when it is not in the scene, or there is nothing of it yet.
    #[must_use]
    pub fn place(&self, source: Source, width: f64, height: f64) -> Option<Placed> {
        if !(width >= 1.0 && height >= 1.0) {
            return None;
        }
        let whole = Area { x: 0.0, y: 0.0, width, height };
        if self.large == Some(source) {
            let (room_x, room_y) = (f64::from(WIDTH), f64::from(HEIGHT));
            let scale = (room_x / width).min(room_y / height);
            let place = centred(room_x, room_y, width * scale, height * scale);
            return Some(Placed { part: whole, place });
        }
        let index = self.small.iter().position(|small| *small == source)?;
        let scale = (SMALL.0 / width).max(SMALL.1 / height);
        let part = centred(width, height, SMALL.0 / scale, SMALL.1 / scale);
        let place = Area {
            x: f64::from(WIDTH) - (SMALL.0 + MARGIN) * (index + 1) as f64,
            y: f64::from(HEIGHT) - SMALL.1 - MARGIN,
            width: SMALL.0,
            height: SMALL.1,
        };
        Some(Placed { part, place })
    }
}

fn centred(room_x: f64, room_y: f64, width: f64, height: f64) -> Area {
    Area { x: (room_x - width) / 2.0, y: (room_y - height) / 2.0, width, height }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        call::active::{Other, Stage},
        protocol::{CallId, Nickname},
    };

    const ON: OwnPictures = OwnPictures { camera: true, screen: true };

    fn bob() -> PeerId {
        PeerId::from_random(7)
    }

    fn call(camera: CameraState, screen: ScreenState) -> ActiveCall {
        let mut other = Other::new(bob(), Nickname::parse("Bob").unwrap());
        other.media.camera = camera;
        other.media.screen = screen;
        ActiveCall::new(CallId::from_random(1), Stage::Joined, vec![other], true)
    }

    fn sources(camera: CameraState, screen: ScreenState, own: OwnPictures) -> (Option<Source>, Vec<Source>) {
        let scene = Scene::of(&call(camera, screen), own);
        (scene.large, scene.small)
    }

    #[test]
    fn the_other_side_is_large_and_oneself_small() {
        let own = OwnPictures { camera: true, screen: false };
        let seen = sources(CameraState::On, ScreenState::Off, own);
        assert_eq!(seen, (Some(Source::Camera(bob())), vec![Source::OwnCamera]));
    }

    #[test]
    fn a_screen_is_large_and_all_cameras_beside_it() {
        let cameras = vec![Source::OwnCamera, Source::Camera(bob())];
        let theirs = sources(CameraState::On, ScreenState::On, ON);
        assert_eq!(theirs, (Some(Source::Screen(bob())), cameras.clone()));
        let own = sources(CameraState::On, ScreenState::Off, ON);
        assert_eq!(own, (Some(Source::OwnScreen), cameras));
    }

    #[test]
    fn where_nobody_is_seen_there_is_a_name() {
        let scene = Scene::of(&call(CameraState::Off, ScreenState::Off), OwnPictures::default());
        assert_eq!(scene, Scene { large: None, small: Vec::new(), name: "Bob".into() });
        assert_eq!(scene.place(Source::OwnCamera, 640.0, 480.0), None);
    }

    #[test]
    fn a_large_picture_is_whole_and_in_the_middle() {
        let scene = Scene { large: Some(Source::OwnScreen), small: Vec::new(), name: String::new() };
        let placed = scene.place(Source::OwnScreen, 640.0, 480.0).unwrap();
        assert_eq!(placed.part, Area { x: 0.0, y: 0.0, width: 640.0, height: 480.0 });
        assert_eq!(placed.place, Area { x: 160.0, y: 0.0, width: 960.0, height: 720.0 });
        let tall = scene.place(Source::OwnScreen, 720.0, 1280.0).unwrap().place;
        assert_eq!((tall.height, tall.y), (720.0, 0.0));
        assert_eq!(scene.place(Source::OwnScreen, 0.0, 0.0), None, "there is no picture yet");
        assert_eq!(scene.place(Source::OwnScreen, f64::NAN, 1.0), None);
    }

    #[test]
    fn small_pictures_fill_their_places_side_by_side() {
        let small = vec![Source::OwnCamera, Source::Camera(bob())];
        let scene = Scene { large: None, small, name: String::new() };
        let first = scene.place(Source::OwnCamera, 1280.0, 720.0).unwrap();
        assert_eq!(first.part, Area { x: 160.0, y: 0.0, width: 960.0, height: 720.0 });
        assert_eq!(first.place, Area { x: 968.0, y: 480.0, width: 288.0, height: 216.0 });
        let second = scene.place(Source::Camera(bob()), 640.0, 480.0).unwrap();
        assert_eq!(second.part, Area { x: 0.0, y: 0.0, width: 640.0, height: 480.0 });
        assert!(second.place.x + second.place.width < first.place.x);
    }

    #[test]
    fn every_small_picture_is_within_the_large_one() {
        let small: Vec<Source> =
            (0..SMALL_MOST as u64).map(|n| Source::Camera(PeerId::from_random(n))).collect();
        let scene = Scene { large: None, small, name: String::new() };
        for source in scene.sources() {
            assert!(scene.place(source, 640.0, 480.0).is_some_and(|placed| placed.place.x >= 0.0));
        }
    }
}
