//! What reacts, without its code being written out anew for each place that does.

use leptos::prelude::*;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Runs now, and again whenever what it has read changes.
pub fn effect(run: impl FnMut() + 'static) {
    Effect::new(Box::new(run) as Box<dyn FnMut()>);
}

type Compute<T> = Box<dyn Fn(Option<&T>) -> T + Send + Sync>;

/// A value that is reckoned anew when what it was reckoned from changes, and tells of it where it is another then.
pub fn memo<T: PartialEq + Send + Sync + 'static>(compute: impl Fn() -> T + Send + Sync + 'static) -> Memo<T> {
    let compute: Compute<T> = Box::new(move |_| compute());
    Memo::new(compute)
}

/// A row of a list, to be drawn when its turn comes.
struct ListRow {
    key: u64,
    draw: Box<dyn FnOnce() -> AnyView + Send>,
}

/// A list whose rows come, move and go. One is drawn anew when its key changes.
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
