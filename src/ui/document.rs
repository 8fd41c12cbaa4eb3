//! The whole page, as the server sends it.

use leptos::{hydration::AutoReload, nonce::use_nonce, prelude::*};

use super::{App, words};
use crate::settings::Settings;

const DESCRIPTION: &str =
    "A private phone for the browser: see who is there, click a name, and talk from browser to browser.";

/// Somebody who likes it dark is not dazzled first. What a broken store says is no theme.
const THEME: &str = "try{const{theme}=JSON.parse(localStorage.tincan).preferences;if(/^(light|dark)$/.test(theme))\
    document.documentElement.dataset.theme=theme}catch{}";

/// `<!DOCTYPE html>` and everything in it. The path that was asked for comes as the context
/// [`RequestPath`](super::RequestPath). `build` is the path under which the program is found.
pub fn shell(options: LeptosOptions, build: String, settings: Settings) -> impl IntoView {
    let data = data_block(&settings);
    provide_context(settings);
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="theme-color" content="#f8f3ea" media="(prefers-color-scheme: light)"/>
                <meta name="theme-color" content="#1d1915" media="(prefers-color-scheme: dark)"/>
                <meta name="description" content=DESCRIPTION/>
                <title>{words::title(None)}</title>
                <script nonce=use_nonce() inner_html=THEME></script>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="apple-touch-icon" href="/icon-180.png"/>
                <link rel="manifest" href="/manifest.webmanifest"/>
                <link rel="stylesheet" href="/pkg/tincan.css"/>
                <AutoReload options/>
                {program(&build)}
                <script type="application/json" id="settings" inner_html=data></script>
            </head>
            <body>
                <App/>
                <noscript>
                    <p class="noscript">
                        "Tincan is a phone in the browser: people who open this page see each other and can call each "
                        "other, with voice and video. It needs JavaScript and WebAssembly, which are turned off here. "
                        "Please allow them for this page and load it again."
                    </p>
                </noscript>
            </body>
        </html>
    }
}

/// Loads the program and has it take over the page. The component that Leptos has for this looks for files beside the
/// server's own, which may have its site within.
fn program(build: &str) -> impl IntoView + use<> {
    let [script, wasm] = ["js", "wasm"].map(|kind| format!("{build}/pkg/tincan.{kind}"));
    let run = format!(
        "import({script:?}).then(it=>it.default({{module_or_path:{wasm:?}}}).then(()=>it.hydrate()))"
    );
    view! {
        <link rel="modulepreload" href=script crossorigin="anonymous"/>
        <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous"/>
        <script type="module" nonce=use_nonce() inner_html=run></script>
    }
}

/// JSON that cannot end its own element.
fn data_block(settings: &Settings) -> String {
    serde_json::to_string(settings).unwrap_or_default().replace('<', "\\u003c")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_read_back_from_the_page() {
        let settings = Settings::default();
        assert_eq!(serde_json::from_str::<Settings>(&data_block(&settings)).unwrap(), settings);
    }
}
