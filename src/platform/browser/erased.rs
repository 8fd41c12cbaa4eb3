//! Views of one type, whatever they show. Leptos' own such type can do more than a page ever asks of a view, and
//! that is most of what a view compiles to.

use leptos::tachys::{
    html::attribute::{Attribute, any_attribute::AnyAttribute},
    hydration::Cursor,
    renderer::types::{Element, Node},
    view::{Mountable, Position, PositionState, Render, RenderHtml, add_attr::AddAnyAttr},
};

pub trait IntoFirst {
    /// Erases the type of a view that may be part of the first tree.
    fn into_first(self) -> Erased;
}

pub trait IntoFresh {
    /// Erases the type of a view that is never part of the first tree: what the server never renders needs no code
    /// to be taken over from its HTML.
    fn into_fresh(self) -> Erased;
}

impl<V> IntoFirst for V
where
    V: RenderHtml + Send + 'static,
    V::State: 'static,
{
    fn into_first(self) -> Erased {
        Erased(Box::new(move |html| match html {
            Some((cursor, position)) => Box::new(self.hydrate::<true>(cursor, position)),
            None => Box::new(self.build()),
        }))
    }
}

impl<V> IntoFresh for V
where
    V: Render + Send + 'static,
    V::State: 'static,
{
    fn into_fresh(self) -> Erased {
        Erased(Box::new(move |_| Box::new(self.build())))
    }
}

/// A view of any type.
pub struct Erased(Box<Make>);

/// Makes the view, or takes it over.
type Make = dyn FnOnce(Option<Html>) -> Box<dyn Mountable> + Send;

/// Where in the server's HTML a view is to be found.
type Html<'page> = (&'page Cursor, &'page PositionState);

pub struct ErasedState(Box<dyn Mountable>);

impl Render for Erased {
    type State = ErasedState;

    fn build(self) -> ErasedState {
        ErasedState((self.0)(None))
    }

    /// The new view takes the place of the old one.
    fn rebuild(self, state: &mut ErasedState) {
        let mut fresh = (self.0)(None);
        state.0.insert_before_this(&mut *fresh);
        state.0.unmount();
        state.0 = fresh;
    }
}

impl Mountable for ErasedState {
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

impl AddAnyAttr for Erased {
    type Output<NewAttr: Attribute> = Self;

    fn add_any_attr<NewAttr: Attribute>(self, _attribute: NewAttr) -> Self {
        self
    }
}

impl RenderHtml for Erased {
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self {
        self
    }

    /// There is no HTML to make in a page.
    fn to_html_with_buf(self, _: &mut String, _: &mut Position, _: bool, _: bool, _: Vec<AnyAttribute>) {}

    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> ErasedState {
        ErasedState((self.0)(Some((cursor, position))))
    }

    async fn hydrate_async(self, cursor: &Cursor, position: &PositionState) -> ErasedState {
        self.hydrate::<true>(cursor, position)
    }

    fn into_owned(self) -> Self {
        self
    }
}
