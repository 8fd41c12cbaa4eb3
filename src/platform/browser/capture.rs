//! Asking the browser for a microphone and a camera.

use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MediaDevices, MediaStream, MediaStreamConstraints, MediaStreamTrack};

use super::js;
use crate::call::{
    effect::Choice,
    local::{DeviceKind, DeviceProblem, Facing},
    preferences::Processing,
};

/// What is asked for in one question.
#[derive(Clone, Default)]
pub struct Request {
    pub microphone: Option<Choice>,
    pub camera: Option<Choice>,
    pub processing: Processing,
}

pub type Capture = Result<MediaStreamTrack, DeviceProblem>;

/// How a chosen device is named: another one will not do, or will do.
#[derive(Clone, Copy)]
enum Insist {
    Exact,
    Ideal,
}

impl Request {
    /// Of what is asked for, this device alone.
    pub fn only(&self, kind: DeviceKind) -> Self {
        match kind {
            DeviceKind::Microphone => Self { camera: None, ..self.clone() },
            DeviceKind::Camera => Self { microphone: None, ..self.clone() },
        }
    }

    /// One answer for each kind that is asked for. A person is asked once; only when one of two devices may
    /// be what failed is each tried by itself.
    pub async fn capture(&self) -> Vec<(DeviceKind, Capture)> {
        match self.ask().await {
            Ok(stream) => self.kinds().map(|kind| (kind, track(&stream, kind))).collect(),
            Err(error) if self.kinds().count() == 1 || refuses_both(&error).await => {
                self.kinds().map(|kind| (kind, Err(problem(&error)))).collect()
            }
            Err(_) => self.each().await,
        }
    }

    async fn each(&self) -> Vec<(DeviceKind, Capture)> {
        let mut captures = Vec::new();
        for kind in self.kinds() {
            let stream = self.only(kind).ask().await;
            captures.push((
                kind,
                stream.map_err(|error| problem(&error)).and_then(|stream| track(&stream, kind)),
            ));
        }
        captures
    }

    /// A chosen device that is gone gives way to another one.
    async fn ask(&self) -> Result<MediaStream, JsValue> {
        match self.ask_for(Insist::Exact).await {
            Err(error) if self.is_choosy() && problem(&error) == DeviceProblem::Missing => {
                self.ask_for(Insist::Ideal).await
            }
            answer => answer,
        }
    }

    async fn ask_for(&self, insist: Insist) -> Result<MediaStream, JsValue> {
        let constraints = MediaStreamConstraints::new();
        if let Some(choice) = &self.microphone {
            constraints.set_audio(&choose(processed(self.processing), choice, insist));
        }
        if let Some(choice) = &self.camera {
            constraints.set_video(&choose(picture(), choice, insist));
        }
        let devices = devices().ok_or(JsValue::NULL)?;
        js::settled(devices.get_user_media_with_constraints(&constraints)).await.map(JsCast::unchecked_into)
    }

    fn choices(&self) -> impl Iterator<Item = (DeviceKind, &Choice)> {
        let microphone = self.microphone.iter().map(|choice| (DeviceKind::Microphone, choice));
        microphone.chain(self.camera.iter().map(|choice| (DeviceKind::Camera, choice)))
    }

    pub fn kinds(&self) -> impl Iterator<Item = DeviceKind> {
        self.choices().map(|(kind, _)| kind)
    }

    fn is_choosy(&self) -> bool {
        self.choices().any(|(_, choice)| *choice != Choice::Any)
    }
}

/// Has the person choose what to show: its picture, and its sound where the browser can and the person wants it. The
/// question is asked at once, for it takes a click; `None` when it was not answered with anything.
pub fn choose_screen() -> impl Future<Output = Option<(MediaStreamTrack, Option<MediaStreamTrack>)>> {
    // What is shown has its own clean sound, and may be what this person hears the others with.
    let sound = [("echoCancellation", false), ("noiseSuppression", false), ("autoGainControl", false)];
    let sound = js::object(&sound.map(|(name, on)| (name, on.into())));
    let picture = js::object(&[("frameRate", js::object(&[("max", 30.into())]))]);
    let options = js::object(&[
        ("video", picture),
        ("audio", sound),
        ("systemAudio", "include".into()),
        ("surfaceSwitching", "include".into()),
        // A page that shows itself is a hall of mirrors.
        ("selfBrowserSurface", "exclude".into()),
    ]);
    let devices = devices().map(JsValue::from).unwrap_or_default();
    let asked = js::call(&devices, "getDisplayMedia", &[options]).map(JsCast::unchecked_into);
    async move {
        let stream: MediaStream = js::settled(asked).await.ok()?.unchecked_into();
        let picture = track(&stream, DeviceKind::Camera).ok()?;
        // Small letters count for more than smooth motion (W3C MST-Content-Hint, section 4.1).
        js::set(&picture, "contentHint", &"detail".into());
        Some((picture, track(&stream, DeviceKind::Microphone).ok()))
    }
}

pub fn can_show_screen() -> bool {
    devices().is_some_and(|devices| js::has(&devices, "getDisplayMedia"))
}

/// `None` in an insecure context.
pub fn devices() -> Option<MediaDevices> {
    window().navigator().media_devices().ok().filter(|devices| !devices.is_undefined())
}

fn problem(error: &JsValue) -> DeviceProblem {
    if error.is_null() {
        return DeviceProblem::Insecure;
    }
    match js::name(error).as_str() {
        "NotAllowedError" | "SecurityError" => DeviceProblem::Denied,
        "NotReadableError" | "AbortError" => DeviceProblem::InUse,
        "NotFoundError" | "OverconstrainedError" => DeviceProblem::Missing,
        _ => DeviceProblem::Other,
    }
}

/// Whether a refusal surely meant both devices: who has just said no to the two is not asked for each again.
async fn refuses_both(error: &JsValue) -> bool {
    match problem(error) {
        DeviceProblem::Insecure => true,
        DeviceProblem::Denied => {
            let microphone = permission(DeviceKind::Microphone).await;
            microphone.is_some() && microphone == permission(DeviceKind::Camera).await
        }
        _ => false,
    }
}

/// Whether this page may surely not open one.
pub async fn is_denied(kind: DeviceKind) -> bool {
    permission(kind).await.is_some_and(|state| state == "denied")
}

/// `granted`, `denied` or `prompt`; `None` where the browser does not tell.
async fn permission(kind: DeviceKind) -> Option<String> {
    let name = match kind {
        DeviceKind::Microphone => "microphone",
        DeviceKind::Camera => "camera",
    };
    let permissions = js::get(&window().navigator(), "permissions");
    let query = js::call(&permissions, "query", &[js::object(&[("name", name.into())])]);
    let status = js::settled(query.map(JsCast::unchecked_into)).await.ok()?;
    js::get(&status, "state").as_string()
}

/// What is to be done to the microphone's sound, as constraints and in the settings of a track.
fn processed(processing: Processing) -> JsValue {
    js::object(&[
        ("echoCancellation", processing.echo_cancellation.into()),
        ("noiseSuppression", processing.noise_suppression.into()),
        ("autoGainControl", processing.automatic_gain.into()),
    ])
}

/// Never of a camera, nor of what a browser does not tell.
pub fn is_processed_otherwise(track: &MediaStreamTrack, processing: Processing) -> bool {
    let (wanted, settings) = (processed(processing), track.get_settings());
    let differs = |name: &&str| {
        let is = js::get(&settings, name).as_bool();
        is.is_some() && is != js::get(&wanted, name).as_bool()
    };
    ["echoCancellation", "noiseSuppression", "autoGainControl"].iter().any(differs)
}

fn picture() -> JsValue {
    let ideal = |number: u16| js::object(&[("ideal", number.into())]);
    js::object(&[("width", ideal(1280)), ("height", ideal(720)), ("frameRate", ideal(30))])
}

fn choose(constraints: JsValue, choice: &Choice, insist: Insist) -> JsValue {
    let how = match insist {
        Insist::Exact => "exact",
        Insist::Ideal => "ideal",
    };
    let named = match choice {
        Choice::Any => return constraints,
        Choice::Device(id) => ("deviceId", id.as_str()),
        Choice::Facing(Facing::Front) => ("facingMode", "user"),
        Choice::Facing(Facing::Back) => ("facingMode", "environment"),
    };
    js::set(&constraints, named.0, &js::object(&[(how, named.1.into())]));
    constraints
}

fn track(stream: &MediaStream, kind: DeviceKind) -> Capture {
    let tracks = match kind {
        DeviceKind::Microphone => stream.get_audio_tracks(),
        DeviceKind::Camera => stream.get_video_tracks(),
    };
    tracks.get(0).dyn_into().map_err(|_| DeviceProblem::Missing)
}
