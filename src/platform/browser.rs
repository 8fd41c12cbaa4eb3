//! The real platform.
