(({ script, wasm, elements }) => {
  const root = document.documentElement;
  const me = document.currentScript;
  const RETRY_KEY = "greenroom-retry";
  // A string: the guard script takes it for ours, because it has no stack that names another script.
  const MISSING = "a part of the program is missing";
  const store = (use) => {
    try {
      return use(sessionStorage);
    } catch {}
  };

  // Hydration needs the nodes that the server sent. Translators, extensions and the like change them, so this keeps a
  // copy. If they were changed while the document was being read, or if hydration failed, the page is requested again.
  const failed = !!store((session) => session.getItem(RETRY_KEY));
  const complete = document.body.getElementsByTagName("*").length === Number(elements);
  const own = new Set([...document.body.childNodes].filter((node) => node !== me));
  const copy = complete && !failed && [...own].map((node) => node.cloneNode(true));
  let changed = !copy;
  let observer;
  try {
    observer = new MutationObserver(() => (changed = true));
    observer.observe(document.body, { childList: true, subtree: true });
  } catch {}
  const isChanged = () => changed || observer?.takeRecords().length > 0;

  // Loads the document once more, but not twice in a row.
  const retry = (error) => {
    if (failed || !store((session) => session.setItem(RETRY_KEY, "1") ?? true)) {
      dispatchEvent(new Event("greenroom-broken"));
      throw error;
    }
    location.reload();
    return new Promise(() => {});
  };
  const request = async () => {
    const missing = () => {
      throw MISSING;
    };
    const response = await fetch(location.href, { headers: { accept: "text/html" } }).catch(missing);
    const page = new DOMParser().parseFromString(await response.text().catch(missing), "text/html");
    const start = page.getElementById("start");
    const isSame = start?.dataset.wasm === wasm && page.documentElement.dataset.person === root.dataset.person;
    // Another build, another person, or another page.
    if (response.redirected || !isSame) return retry(MISSING);
    for (const { name, value } of page.documentElement.attributes) root.setAttribute(name, value);
    // A parser without scripts reads elements there, where the browser has read text.
    for (const element of page.querySelectorAll("noscript")) element.textContent = element.innerHTML;
    const nodes = [...page.body.childNodes].filter((node) => node !== start);
    // The data that the page was rendered from.
    for (const { textContent } of nodes.filter((node) => node.localName === "script")) {
      const data = document.createElement("script");
      data.nonce = me.nonce;
      data.textContent = textContent;
      me.after(data);
      data.remove();
    }
    return nodes.filter((node) => node.localName !== "script").map((node) => document.importNode(node, true));
  };

  // Elements of extensions stay, after ours.
  const replace = (nodes) => {
    const focused = document.activeElement?.id;
    dispatchEvent(new Event("greenroom-save-typed"));
    for (const node of [...document.body.childNodes]) {
      if (own.has(node)) node.remove();
      else if (node !== me && node.compareDocumentPosition(me) & Node.DOCUMENT_POSITION_FOLLOWING) me.after(node);
    }
    document.body.prepend(...nodes);
    dispatchEvent(new Event("greenroom-restore-typed"));
    if (focused) document.getElementById(focused)?.focus();
  };

  const parsed = new Promise((resolve) => document.addEventListener("DOMContentLoaded", resolve, { once: true }));
  const start = async () => {
    const program = await import(script);
    await program.default({ module_or_path: wasm });
    await program.load_chunk();
    await parsed;
    const nodes = copy || (await request());
    // Nothing may run between this and hydration.
    if (isChanged()) replace(nodes);
    observer?.disconnect();
    try {
      program.hydrate();
    } catch (error) {
      // At once: what the program has begun would otherwise go on, and call the page alive.
      root.dataset.dead = "broken";
      return retry(error);
    }
    store((session) => session.removeItem(RETRY_KEY));
  };
  start();
})(document.currentScript.dataset);
