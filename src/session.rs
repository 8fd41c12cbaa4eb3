//! The Leptos context: signals of plain data, and the way from a click to the phone and back.
