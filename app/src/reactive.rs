//! Type-erased wrappers of Leptos's reactive primitives: their code is compiled once, not once for each use.

use leptos::prelude::*;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Runs now, and again whenever a signal that it has read changes.
pub fn effect(run: impl FnMut() + 'static) {
    Effect::new(Box::new(run) as Box<dyn FnMut()>);
}

type Compute<T> = Box<dyn Fn(Option<&T>) -> T + Send + Sync>;

/// A memo: recomputed when its inputs change, notifies only if the result differs.
pub fn memo<T: PartialEq + Send + Sync + 'static>(compute: impl Fn() -> T + Send + Sync + 'static) -> Memo<T> {
    let compute: Compute<T> = Box::new(move |_| compute());
    Memo::new(compute)
}

/// A row of a list, rendered when the list mounts it.
struct ListRow {
    key: u64,
    draw: Box<dyn FnOnce() -> AnyView + Send>,
}

/// Renders a list keyed by `key`: rows may be added, moved and removed. A row whose key changes is rendered again.
pub fn keyed_list<T: Send + 'static, K: Hash + 'static>(
    each: impl Fn() -> Vec<T> + Send + Sync + 'static,
    key: fn(&T) -> K,
    draw: impl Fn(T) -> AnyView + Clone + Send + Sync + 'static,
) -> AnyView {
    let row = move |item: T| {
        let (key, draw) = (hash_key(&key(&item)), draw.clone());
        ListRow { key, draw: Box::new(move || draw(item)) }
    };
    render_rows(Box::new(move || each().into_iter().map(&row).collect()))
}

fn render_rows(each: Box<dyn Fn() -> Vec<ListRow> + Send + Sync>) -> AnyView {
    view! { <For each key=|row| row.key children=|row| (row.draw)()/> }.into_any()
}

fn hash_key(key: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}
