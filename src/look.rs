//! PURE: how a picture may look. What is seen live is a class of the style sheet; what is saved is the same filter
//! on the browser's canvas, or, where that has none, the same arithmetic (Filter Effects Level 1, section 9.6).

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Look {
    #[default]
    Plain,
    Mono,
    Sepia,
    Warm,
    Cool,
    Blur,
}

/// One function of a filter.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    Grayscale(f32),
    Sepia(f32),
    Saturate(f32),
    /// In degrees.
    HueRotate(f32),
    Brightness(f32),
    /// In hundredths of the picture's width.
    Blur(f32),
}

/// Red, green and blue of what comes out, each of those of what goes in.
type Matrix = [[f32; 3]; 3];

impl Look {
    pub const ALL: [Self; 6] = [Self::Plain, Self::Mono, Self::Sepia, Self::Warm, Self::Cool, Self::Blur];

    const fn steps(self) -> &'static [Step] {
        match self {
            Self::Plain => &[],
            Self::Mono => &[Step::Grayscale(1.0)],
            Self::Sepia => &[Step::Sepia(0.85)],
            Self::Warm => &[Step::Sepia(0.35), Step::Saturate(1.5)],
            Self::Cool => &[Step::Saturate(0.7), Step::HueRotate(-14.0), Step::Brightness(1.06)],
            Self::Blur => &[Step::Blur(1.2)],
        }
    }

    /// As the style sheet and a canvas write it, for a picture of which a hundredth of the width is `hundredth`.
    #[must_use]
    pub fn filter(self, hundredth: impl Fn(f32) -> String) -> String {
        let functions = self.steps().iter().map(|step| match step {
            Step::Grayscale(amount) => format!("grayscale({amount})"),
            Step::Sepia(amount) => format!("sepia({amount})"),
            Step::Saturate(amount) => format!("saturate({amount})"),
            Step::HueRotate(degrees) => format!("hue-rotate({degrees}deg)"),
            Step::Brightness(amount) => format!("brightness({amount})"),
            Step::Blur(radius) => format!("blur({})", hundredth(*radius)),
        });
        functions.collect::<Vec<_>>().join(" ")
    }

    /// The radius of the blur in hundredths of the picture's width, if this look has one.
    #[must_use]
    pub fn blur(self) -> Option<f32> {
        self.steps().iter().find_map(|step| if let Step::Blur(radius) = step { Some(*radius) } else { None })
    }

    /// Gives the pixels (red, green, blue, alpha) the colours of this look.
    pub fn colour(self, pixels: &mut [u8]) {
        let matrices: Vec<Matrix> = self.steps().iter().filter_map(|step| step.matrix()).collect();
        if matrices.is_empty() {
            return;
        }
        for pixel in pixels.chunks_exact_mut(4) {
            let [red, green, blue, _] = pixel else { continue };
            let mut colour = [*red, *green, *blue].map(f32::from);
            for matrix in &matrices {
                colour = matrix.map(|row| {
                    let sum = row[0] * colour[0] + row[1] * colour[1] + row[2] * colour[2];
                    sum.clamp(0.0, 255.0)
                });
            }
            [*red, *green, *blue] = colour.map(|part| part.round() as u8);
        }
    }
}

impl Step {
    fn matrix(self) -> Option<Matrix> {
        match self {
            Self::Grayscale(amount) => {
                let grey = [0.2126, 0.7152, 0.0722];
                Some(blend([grey, grey, grey], amount))
            }
            Self::Sepia(amount) => {
                Some(blend([[0.393, 0.769, 0.189], [0.349, 0.686, 0.168], [0.272, 0.534, 0.131]], amount))
            }
            Self::Saturate(amount) => {
                let grey = [0.213, 0.715, 0.072];
                Some(blend([grey, grey, grey], 1.0 - amount))
            }
            Self::HueRotate(degrees) => Some(rotation(degrees)),
            Self::Brightness(amount) => Some([[amount, 0.0, 0.0], [0.0, amount, 0.0], [0.0, 0.0, amount]]),
            Self::Blur(_) => None,
        }
    }
}

/// So much of the matrix, and the rest of the picture as it was.
fn blend(matrix: Matrix, amount: f32) -> Matrix {
    let mut blended = matrix.map(|row| row.map(|part| part * amount));
    for (place, row) in blended.iter_mut().enumerate() {
        if let Some(part) = row.get_mut(place) {
            *part += 1.0 - amount;
        }
    }
    blended
}

fn rotation(degrees: f32) -> Matrix {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let grey = [0.213, 0.715, 0.072];
    let by_cos = [[0.787, -0.715, -0.072], [-0.213, 0.285, -0.072], [-0.213, -0.715, 0.928]];
    let by_sin = [[-0.213, -0.715, 0.928], [0.143, 0.140, -0.283], [-0.787, 0.715, 0.072]];
    let row = |cosines: [f32; 3], sines: [f32; 3]| {
        [
            grey[0] + cos * cosines[0] + sin * sines[0],
            grey[1] + cos * cosines[1] + sin * sines[1],
            grey[2] + cos * cosines[2] + sin * sines[2],
        ]
    };
    [row(by_cos[0], by_sin[0]), row(by_cos[1], by_sin[1]), row(by_cos[2], by_sin[2])]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coloured(look: Look, colour: [u8; 3]) -> [u8; 3] {
        let mut pixels = [colour[0], colour[1], colour[2], 77];
        look.colour(&mut pixels);
        assert_eq!(pixels[3], 77, "what is seen through stays so");
        [pixels[0], pixels[1], pixels[2]]
    }

    #[test]
    fn the_style_sheet_shows_what_is_saved() {
        let style = include_str!("../style/booth.css");
        for look in Look::ALL.into_iter().filter(|look| *look != Look::Plain) {
            let filter = look.filter(|radius| format!("{radius}cqi"));
            let class = format!("{look:?}").to_lowercase();
            let rule = format!(".look--{class} {{\n  filter: {filter};\n}}");
            assert!(style.contains(&rule), "{rule}");
        }
    }

    #[test]
    fn a_plain_picture_and_a_blurred_one_keep_their_colours() {
        for look in [Look::Plain, Look::Blur] {
            assert_eq!(coloured(look, [205, 40, 41]), [205, 40, 41]);
        }
    }

    #[test]
    fn black_stays_black_in_every_look() {
        for look in Look::ALL {
            assert_eq!(coloured(look, [0, 0, 0]), [0, 0, 0], "{look:?}");
        }
    }

    #[test]
    fn mono_leaves_no_colour() {
        // The share of each in how bright they seem: 0.2126, 0.7152, 0.0722.
        assert_eq!(coloured(Look::Mono, [255, 0, 0]), [54, 54, 54]);
        assert_eq!(coloured(Look::Mono, [0, 255, 0]), [182, 182, 182]);
        assert_eq!(coloured(Look::Mono, [255, 255, 255]), [255, 255, 255]);
    }

    #[test]
    fn sepia_and_warm_lean_to_red_and_cool_away_from_it() {
        for look in [Look::Sepia, Look::Warm] {
            let [red, green, blue] = coloured(look, [120, 120, 120]);
            assert!(red > green && green > blue, "{look:?}: {red} {green} {blue}");
        }
        let skin = [210, 160, 130];
        let [red, _, blue] = coloured(Look::Cool, skin);
        assert!(red - blue < skin[0] - skin[2], "{red} {blue}");
    }

    #[test]
    fn a_turn_of_nothing_changes_nothing() {
        let matrix = rotation(0.0);
        for (row, values) in matrix.iter().enumerate() {
            for (column, value) in values.iter().enumerate() {
                let one = if row == column { 1.0 } else { 0.0 };
                assert!((value - one).abs() < 1e-6, "{matrix:?}");
            }
        }
    }

    #[test]
    fn what_is_no_whole_pixel_is_left_alone() {
        let mut pixels = [9, 9, 9, 9, 200, 10];
        Look::Mono.colour(&mut pixels);
        assert_eq!(pixels, [9, 9, 9, 9, 200, 10]);
    }
}
