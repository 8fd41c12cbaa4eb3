//! Where the keyboard and the screen reader go when the screen changes.

use leptos::{html, prelude::*};

use crate::session::Session;

/// Moves the focus to a screen's heading, unless it is the screen the page was loaded with.
pub fn follow(session: Session, heading: NodeRef<html::H1>) {
    if session.ready.get_untracked() {
        heading.on_load(|heading| _ = heading.focus());
    }
}

pub fn field(field: NodeRef<html::Input>) {
    if let Some(field) = field.get_untracked() {
        _ = field.focus();
    }
}
