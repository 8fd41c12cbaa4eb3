//! Taking a picture of what a video element shows.

use js_sys::{Date, Promise, Reflect, Uint8ClampedArray};
use leptos::prelude::document;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::HtmlVideoElement;

use super::js;
use crate::{look::Look, platform::Shot};

/// So many rows are coloured at once where the canvas has no filters: a whole picture has megabytes.
const ROWS: u32 = 64;

/// A picture that was taken. Dropped, it is gone.
pub struct Photo(pub Shot);

impl Photo {
    /// The picture is what the element shows now; the file takes the browser a moment.
    pub fn take(
        video: &HtmlVideoElement,
        look: Look,
        mirrored: bool,
    ) -> impl Future<Output = Result<Self, JsValue>> + use<> {
        let canvas = Canvas::new(video.video_width(), video.video_height());
        let drawn = canvas.and_then(|canvas| {
            canvas.draw(video, look, mirrored)?;
            Ok(canvas)
        });
        async move { drawn?.develop().await }
    }
}

impl Drop for Photo {
    fn drop(&mut self) {
        let _ = js::call(&urls(), "revokeObjectURL", &[self.0.url.as_str().into()]);
    }
}

/// Gives its memory back when it is dropped: a browser may take its time to do so by itself.
struct Canvas {
    element: JsValue,
    /// The two-dimensional context.
    context: JsValue,
    width: u32,
    height: u32,
}

impl Canvas {
    fn new(width: u32, height: u32) -> Result<Self, JsValue> {
        let element: JsValue = document().create_element("canvas")?.into();
        js::set(&element, "width", &width.into());
        js::set(&element, "height", &height.into());
        let options = js::object(&[("willReadFrequently", (!has_filters()).into())]);
        let context = js::call(&element, "getContext", &["2d".into(), options])?;
        Ok(Self { element, context, width, height })
    }

    fn draw(&self, video: &HtmlVideoElement, look: Look, mirrored: bool) -> Result<(), JsValue> {
        if mirrored {
            self.call("translate", &[self.width.into(), 0.into()])?;
            self.call("scale", &[(-1).into(), 1.into()])?;
        }
        if look == Look::Plain {
            return self.put(video);
        }
        if !has_filters() {
            return self.draw_by_hand(video, look);
        }
        if look.blur().is_some() {
            // What is blurred fades out at the edges: this shows there.
            self.put(video)?;
        }
        let hundredth = f64::from(self.width) / 100.0;
        let filter = look.filter(|hundredths| format!("{}px", f64::from(hundredths) * hundredth));
        js::set(&self.context, "filter", &filter.into());
        self.put(video)
    }

    fn draw_by_hand(&self, video: &HtmlVideoElement, look: Look) -> Result<(), JsValue> {
        if let Some(hundredths) = look.blur() {
            // Small and large again: about as much is lost.
            let small = |length: u32| {
                (f64::from(length) / (f64::from(hundredths) * f64::from(self.width) / 50.0)) as u32
            };
            let small = Self::new(small(self.width).max(8), small(self.height).max(8))?;
            small.put(video)?;
            js::set(&self.context, "imageSmoothingQuality", &"high".into());
            return self.put(&small.element);
        }
        self.put(video)?;
        for row in (0..self.height).step_by(ROWS as usize) {
            let rows = ROWS.min(self.height - row);
            let place = [0.into(), row.into(), self.width.into(), rows.into()];
            let image = js::call(&self.context, "getImageData", &place)?;
            let data: Uint8ClampedArray = js::get(&image, "data").dyn_into()?;
            let mut pixels = data.to_vec();
            look.colour(&mut pixels);
            data.copy_from(&pixels);
            self.call("putImageData", &[image, 0.into(), row.into()])?;
        }
        Ok(())
    }

    fn put(&self, picture: &JsValue) -> Result<(), JsValue> {
        self.call(
            "drawImage",
            &[Clone::clone(picture), 0.into(), 0.into(), self.width.into(), self.height.into()],
        )
    }

    fn call(&self, method: &str, arguments: &[JsValue]) -> Result<(), JsValue> {
        js::call(&self.context, method, arguments).map(drop)
    }

    async fn develop(self) -> Result<Photo, JsValue> {
        let name = name();
        let file = Promise::new(&mut |done, failed| {
            if let Err(error) = js::call(&self.element, "toBlob", &[done.into(), "image/png".into()]) {
                let _ = failed.call1(&JsValue::UNDEFINED, &error);
            }
        });
        let file = js::settled(Ok(file)).await?;
        let url = js::call(&urls(), "createObjectURL", &[file])?.as_string().unwrap_or_default();
        Ok(Photo(Shot { url, name, width: self.width, height: self.height }))
    }
}

impl Drop for Canvas {
    fn drop(&mut self) {
        js::set(&self.element, "width", &0.into());
        js::set(&self.element, "height", &0.into());
    }
}

/// Safari's canvas has none.
fn has_filters() -> bool {
    let context = js::get(&js::get(&js_sys::global(), "CanvasRenderingContext2D"), "prototype");
    Reflect::has(&context, &"filter".into()).unwrap_or(false)
}

fn urls() -> JsValue {
    js::get(&js_sys::global(), "URL")
}

/// The moment, so that no two are alike and they stand in order.
fn name() -> String {
    let now = Date::new_0();
    format!(
        "Tincan {}-{:02}-{:02} {:02}.{:02}.{:02}.{:03}.png",
        now.get_full_year(),
        now.get_month() + 1,
        now.get_date(),
        now.get_hours(),
        now.get_minutes(),
        now.get_seconds(),
        now.get_milliseconds()
    )
}
