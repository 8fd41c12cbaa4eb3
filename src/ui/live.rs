//! What changes on the screen, in one type for each kind of value. A view is compiled anew for every closure
//! in it; behind a pointer they are all alike, which halves what a first visit has to load.

use std::sync::{Arc, Mutex};

use leptos::{prelude::*, tachys::reactive_graph::SharedReactiveFunction};

/// A text, an attribute or a part of a view that follows the signals it reads.
pub fn live<T: 'static>(compute: impl FnMut() -> T + Send + 'static) -> SharedReactiveFunction<T> {
    Arc::new(Mutex::new(compute))
}

/// A value that tells only when it is another one.
pub fn memo<T>(compute: impl Fn() -> T + Send + Sync + 'static) -> Memo<T>
where
    T: PartialEq + Send + Sync + 'static,
{
    let compute: Box<dyn Fn() -> T + Send + Sync> = Box::new(compute);
    Memo::new(move |_| compute())
}
