//! Reads HTML pages.

/// Returns the paths of the assets that a page loads, without duplicates.
pub fn asset_paths(html: &str) -> Vec<&str> {
    let elements =
        html.split('<').filter(|element| ["link ", "script ", "img "].iter().any(|name| element.starts_with(name)));
    let attributes = elements.flat_map(|element| element.split('>').next().unwrap_or_default().split(' '));
    let named = attributes.filter_map(|attribute| {
        let value = attribute.strip_prefix("href=\"").or_else(|| attribute.strip_prefix("src=\""))?;
        value.split('"').next().filter(|path| path.starts_with('/'))
    });
    let mut paths: Vec<&str> = named.collect();
    paths.sort_unstable();
    paths.dedup();
    paths
}
