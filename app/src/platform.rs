//! Where this code runs: on the server, which renders pages, or in a browser, which hydrates them.

/// Decided by the compile target: Leptos's own check takes the server for a browser when no page is being rendered.
pub const IN_BROWSER: bool = cfg!(target_arch = "wasm32");
