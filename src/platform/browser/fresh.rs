//! Views that are only ever made in the page. What the server never renders needs no code to be taken over
//! from its HTML, and that code is half of what a view compiles to.

use leptos::tachys::{
    html::attribute::{Attribute, any_attribute::AnyAttribute},
    hydration::Cursor,
    renderer::types::{Element, Node},
    view::{Mountable, Position, PositionState, Render, RenderHtml, add_attr::AddAnyAttr},
};

pub trait IntoFresh {
    /// Erases the type of a view that is never part of the first tree.
    fn into_fresh(self) -> Fresh;
}

impl<V> IntoFresh for V
where
    V: Render + Send + 'static,
    V::State: 'static,
{
    fn into_fresh(self) -> Fresh {
        Fresh(Box::new(move || Box::new(self.build())))
    }
}

/// A view of any type.
pub struct Fresh(Box<dyn FnOnce() -> Box<dyn Mountable> + Send>);

pub struct FreshState(Box<dyn Mountable>);

impl Render for Fresh {
    type State = FreshState;

    fn build(self) -> FreshState {
        FreshState((self.0)())
    }

    /// The new view takes the place of the old one.
    fn rebuild(self, state: &mut FreshState) {
        let mut fresh = (self.0)();
        state.0.insert_before_this(&mut *fresh);
        state.0.unmount();
        state.0 = fresh;
    }
}

impl Mountable for FreshState {
    fn unmount(&mut self) {
        self.0.unmount();
    }

    fn mount(&mut self, parent: &Element, marker: Option<&Node>) {
        self.0.mount(parent, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        self.0.insert_before_this(child)
    }

    fn elements(&self) -> Vec<Element> {
        self.0.elements()
    }
}

impl AddAnyAttr for Fresh {
    type Output<NewAttr: Attribute> = Self;

    fn add_any_attr<NewAttr: Attribute>(self, _attribute: NewAttr) -> Self {
        self
    }
}

impl RenderHtml for Fresh {
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self {
        self
    }

    /// There is no HTML to make in a page.
    fn to_html_with_buf(self, _: &mut String, _: &mut Position, _: bool, _: bool, _: Vec<AnyAttribute>) {}

    /// Never happens: the first tree has none.
    fn hydrate<const FROM_SERVER: bool>(self, _: &Cursor, _: &PositionState) -> FreshState {
        self.build()
    }

    async fn hydrate_async(self, _: &Cursor, _: &PositionState) -> FreshState {
        self.build()
    }

    fn into_owned(self) -> Self {
        self
    }
}
