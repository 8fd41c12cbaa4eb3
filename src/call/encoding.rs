//! How much of the own camera is sent to somebody: no more than they see of it, than the way there takes, and than this
//! person wants to spend.

use std::time::Duration;

use super::{
    Phone, Time,
    active::ControlState,
    control::{Control, Size},
    effect::{Effect, PairOp},
    local::Sharing,
    pair::PairId,
};

/// How the camera's picture is sent (W3C WebRTC, section 5.2.7).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Encoding {
    /// Bits a second; nothing is as many as the path takes.
    pub bitrate_most: Option<u32>,
    /// Pictures a second.
    pub frames_most: Option<u32>,
    /// How many times shorter each side of the picture is.
    pub scale_down: f64,
}

impl Default for Encoding {
    fn default() -> Self {
        Self { bitrate_most: None, frames_most: None, scale_down: 1.0 }
    }
}

/// What it depends on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Needs {
    /// The own camera's picture.
    pub camera: Option<Size>,
    /// How large the other side shows it, when it has told; nothing in either direction when not at all.
    pub pane: Option<Size>,
    pub saves_data: bool,
    /// The path has been bad for a while.
    pub is_poor: bool,
    /// The screen goes first.
    pub shows_screen: bool,
}

/// What a connection was told last.
#[derive(Clone, Copy, Debug)]
pub struct Encoded {
    pair: PairId,
    encoding: Encoding,
    at: Time,
}

const SMALL: Encoding = Encoding { bitrate_most: Some(250_000), frames_most: Some(15), scale_down: 2.0 };
const UNSEEN: Encoding = Encoding { bitrate_most: Some(100_000), frames_most: Some(5), scale_down: 4.0 };
/// Setting up an encoder is work, and the other side may say at any rate how large it shows the picture.
const CALM: Duration = Duration::from_millis(500);
/// Few, so that a window that is being resized does not have the encoder start over at each step.
const SCALES: [f64; 4] = [4.0, 3.0, 2.0, 1.5];

#[must_use]
pub fn encoding(needs: Needs) -> Encoding {
    let Needs { camera, pane, saves_data, is_poor, shows_screen } = needs;
    if pane.is_some_and(|pane| pane.width == 0 || pane.height == 0) {
        return UNSEEN;
    }
    let fits = camera.zip(pane).map_or(1.0, |(camera, pane)| fitting(camera, pane));
    if saves_data || is_poor || shows_screen {
        Encoding { scale_down: fits.max(SMALL.scale_down), ..SMALL }
    } else {
        Encoding { scale_down: fits, ..Encoding::default() }
    }
}

/// The picture may cover the pane: it has at least as many pixels as the pane, both ways.
fn fitting(camera: Size, pane: Size) -> f64 {
    let ratio = |camera: u32, pane: u32| f64::from(camera) / f64::from(pane);
    let most = ratio(camera.width, pane.width).min(ratio(camera.height, pane.height));
    SCALES.into_iter().find(|scale| *scale <= most).unwrap_or(1.0)
}

impl Phone {
    /// Every connection sends what it should.
    pub(super) fn settle_encodings(&mut self, now: Time) {
        let saves_data = self.preferences().data_saver;
        let shows_screen = self.local.sharing() == Sharing::On;
        let Some(call) = self.call.as_mut().filter(|call| !call.is_over()) else { return };
        let mut changed: Vec<(PairId, Encoding)> = Vec::new();
        for other in &mut call.others {
            let Some(pair) = other.pair_id() else { continue };
            let (camera, is_poor) = (other.quality.camera(), other.quality.is_poor());
            let wanted = encoding(Needs { camera, pane: other.pane, saves_data, is_poor, shows_screen });
            // A fresh connection sends everything.
            let known = other.encoded.filter(|known| known.pair == pair);
            if known.map_or_else(Encoding::default, |known| known.encoding) == wanted {
                continue;
            }
            // A heartbeat later it is looked at again.
            if known.is_none_or(|known| known.at + CALM <= now) {
                other.encoded = Some(Encoded { pair, encoding: wanted, at: now });
                changed.push((pair, wanted));
            }
        }
        for (pair, encoding) in changed {
            self.emit(Effect::Pair { pair, op: PairOp::Encode(encoding) });
        }
    }

    /// Everybody knows how large they are shown here, also in a tab that nobody looks at: who looks away is nobody's business.
    pub(super) fn settle_panes(&mut self) {
        let Some(call) = self.call.as_mut().filter(|call| !call.is_over()) else { return };
        let mut changed: Vec<(PairId, Size)> = Vec::new();
        for other in call.others.iter_mut().filter(|other| other.control == ControlState::Open) {
            let Some((pair, shown)) = other.pair_id().zip(other.shown) else { continue };
            if other.told.replace((pair, shown)) != Some((pair, shown)) {
                changed.push((pair, shown));
            }
        }
        for (pair, size) in changed {
            self.emit(Effect::Pair { pair, op: PairOp::Control(Control::View(size)) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HD: Option<Size> = size(1280, 720);

    const fn size(width: u32, height: u32) -> Option<Size> {
        Some(Size { width, height })
    }

    #[test]
    fn nothing_more_is_sent_than_is_shown() {
        let scale = |pane| encoding(Needs { camera: HD, pane, ..Needs::default() }).scale_down;
        assert_eq!(scale(None), 1.0);
        for (pane, times) in [
            (size(1920, 1080), 1.0),
            (size(1280, 720), 1.0),
            (size(800, 480), 1.5),
            (size(640, 360), 2.0),
            (size(360, 740), 1.0),
            (size(320, 180), 4.0),
            (size(64, 36), 4.0),
        ] {
            assert_eq!(scale(pane), times, "{pane:?}");
        }
    }

    #[test]
    fn what_nobody_sees_costs_next_to_nothing() {
        for pane in [size(0, 0), size(0, 100), size(100, 0)] {
            assert_eq!(encoding(Needs { camera: HD, pane, ..Needs::default() }), UNSEEN);
        }
    }

    #[test]
    fn whoever_saves_data_or_has_a_bad_path_or_shows_a_screen_sends_a_small_picture() {
        for needs in [
            Needs { saves_data: true, ..Needs::default() },
            Needs { is_poor: true, ..Needs::default() },
            Needs { shows_screen: true, ..Needs::default() },
        ] {
            assert_eq!(encoding(needs), SMALL);
            let tiny = encoding(Needs { camera: HD, pane: size(320, 180), ..needs });
            assert_eq!((tiny.scale_down, tiny.bitrate_most), (4.0, SMALL.bitrate_most));
        }
    }
}
