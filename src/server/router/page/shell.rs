//! TEMPORARY: stands in for `crate::ui::{RequestPath, shell}`. Delete this file when those are there.

use leptos::{
    hydration::{AutoReload, HydrationScripts},
    prelude::*,
};

use crate::{settings::Settings, ui::App};

#[derive(Clone, Debug)]
pub struct RequestPath(#[expect(dead_code, reason = "read by the views")] pub String);

pub fn shell(options: LeptosOptions, settings: Settings) -> impl IntoView {
    provide_context(settings);
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <title>"Tincan"</title>
                <AutoReload options=options.clone()/>
                <HydrationScripts options/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}
