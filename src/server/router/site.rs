//! The front end: the files within the program, where it was built with them, or those of a directory.

use std::{
    fs,
    path::{Path, PathBuf},
};

use axum::{
    extract::Request,
    response::IntoResponse,
    routing::{MethodRouter, any_service, get},
};
use tower::ServiceExt;
use tower_http::services::ServeDir;

use super::{assets::Assets, build};
use crate::server::{Config, config::SITE_ROOT};

/// The part of it that belongs to one build.
const PACKAGE: &str = "pkg";

pub enum Site {
    /// Read anew for each request: it may be built anew meanwhile.
    Directory(PathBuf),
    Within(Assets),
}

impl Site {
    /// What the configuration names comes first.
    pub fn open(config: &Config) -> Self {
        let within = built_in();
        match &config.site_root {
            Some(root) => Self::Directory(root.clone()),
            None if within.is_empty() => Self::Directory(SITE_ROOT.into()),
            None => Self::Within(Assets::new(within)),
        }
    }

    /// Which build of the front end it is.
    pub fn build(&self) -> String {
        build::id(|part| match self {
            Self::Directory(root) => fs::read(root.join(PACKAGE).join(part)).unwrap_or_default(),
            Self::Within(assets) => assets.read(&format!("{PACKAGE}/{part}")).to_vec(),
        })
    }

    /// What belongs to the build. Its address names the build, so that what is within the program never changes there.
    pub fn package(&self) -> MethodRouter {
        match self {
            Self::Directory(root) => any_service(directory(&root.join(PACKAGE))),
            Self::Within(assets) => {
                let assets = assets.clone();
                get(async move |request: Request| {
                    let path = format!("{PACKAGE}{}", request.uri().path());
                    assets.answer_for_good(&path, request.headers())
                })
            }
        }
    }

    /// Every file, and the page where there is none.
    pub fn files_or(&self, page: MethodRouter) -> MethodRouter {
        match self {
            Self::Directory(root) => any_service(directory(root).fallback(page)),
            Self::Within(assets) => {
                let assets = assets.clone();
                get(async move |request: Request| {
                    let path = request.uri().path().trim_start_matches('/');
                    match assets.answer(path, request.headers()) {
                        Some(answer) => answer,
                        None => page.oneshot(request).await.into_response(),
                    }
                })
            }
        }
    }
}

fn directory(folder: &Path) -> ServeDir {
    ServeDir::new(folder).precompressed_br().precompressed_gzip().append_index_html_on_directories(false)
}

/// Paths and contents of what was built into the program.
#[cfg(feature = "embed")]
fn built_in() -> Vec<(&'static str, &'static [u8])> {
    use include_dir::{Dir, include_dir};

    static SITE: Dir = include_dir!("$CARGO_MANIFEST_DIR/target/embed");

    fn all(folder: &'static Dir) -> Vec<(&'static str, &'static [u8])> {
        let files = folder.files().filter_map(|file| Some((file.path().to_str()?, file.contents())));
        files.chain(folder.dirs().flat_map(all)).collect()
    }

    all(&SITE)
}

#[cfg(not(feature = "embed"))]
fn built_in() -> Vec<(&'static str, &'static [u8])> {
    Vec::new()
}
