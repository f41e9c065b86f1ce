(({ text, reload }) => {
  const root = document.documentElement;
  const TYPED_KEY = "greenroom-typed";
  const alive = () => root.hasAttribute("data-hydrated");
  const person = root.dataset.person ?? "";
  let dead = false;

  for (const [name, go] of [["pushState", "assign"], ["replaceState", "replace"]]) {
    const change = history[name];
    history[name] = function (state, title, url) {
      try {
        change.call(history, { ...state, person }, title, url);
      } catch {
        if (url && new URL(url, location).href !== location.href) location[go](url);
      }
    };
  }

  // Browsers restore typed text after going back and after reloading, even if another person typed it.
  let foreign = false;
  try {
    const [visit] = performance.getEntriesByType("navigation");
    foreign = visit.type !== "navigate" && history.state?.person !== person;
  } catch {}
  history.replaceState(history.state, "");
  const empty = () => [...document.forms].forEach((form) => form.reset());
  if (foreign) addEventListener("pageshow", () => alive() || empty(), { once: true });

  // A revealed password is in a text field, too.
  const TEXTS = "textarea, input:not([type]), input[type=text]";
  const fields = () => [...document.querySelectorAll(TEXTS)].filter((field) => field.form && field.name && !/password/.test(field.autocomplete));
  // The hidden fields name the form's person and subject.
  const nameOf = ({ form, name }) => {
    const about = [...form.querySelectorAll("input[type=hidden]:not([name=client_id])")].map((field) => field.value);
    return [location.pathname, form.getAttribute("action"), name, ...about].join(" ");
  };
  const saveTyped = () => {
    const typed = fields().filter((field) => field.value !== field.defaultValue).map((field) => [nameOf(field), field.value]);
    try {
      if (typed.length) sessionStorage.setItem(TYPED_KEY, JSON.stringify(typed));
      else sessionStorage.removeItem(TYPED_KEY);
    } catch {}
  };
  const clearTyped = () => {
    try {
      sessionStorage.removeItem(TYPED_KEY);
    } catch {}
  };
  const restoreTyped = () => {
    if (foreign) empty();
    let known = new Map();
    try {
      known = new Map(JSON.parse(sessionStorage.getItem(TYPED_KEY)));
    } catch {}
    clearTyped();
    for (const field of fields()) {
      const value = known.get(nameOf(field));
      if (typeof value === "string" && field.value === field.defaultValue) field.value = value;
    }
  };

  const handlePlain = (event) => {
    event.stopImmediatePropagation();
    if (event.type === "input") saveTyped();
    if (event.type === "popstate") location.reload();
  };
  const TYPES = ["click", "submit", "input", "change", "keydown", "keyup", "focusin", "focusout", "popstate"];
  const BROKEN = "broken";
  const bar = document.createElement("div");
  bar.className = "connection";
  bar.setAttribute("role", "alert");
  // Only a program that broke can't recover.
  const markDead = (broken) => {
    if (broken) {
      root.setAttribute("data-dead", BROKEN);
      root.removeAttribute("data-hydrated");
    }
    if (dead) return;
    dead = true;
    root.setAttribute("data-dead", broken ? BROKEN : "missing");
    saveTyped();
    for (const type of TYPES) addEventListener(type, handlePlain, true);
    for (const button of document.querySelectorAll("form [type=submit]")) {
      button.disabled = false;
      button.removeAttribute("aria-disabled");
    }
    const message = document.createElement("p");
    const reloadLink = document.createElement("a");
    reloadLink.href = location.href;
    reloadLink.textContent = reload;
    message.append(text + " ", reloadLink);
    bar.replaceChildren(message);
    // A program that loads late hydrates the server's body: it must contain nothing else.
    if (broken && document.body) document.body.prepend(bar);
    else root.insertBefore(bar, document.body);
  };
  const markAlive = () => {
    if (!dead || !alive()) return;
    dead = false;
    root.removeAttribute("data-dead");
    for (const type of TYPES) removeEventListener(type, handlePlain, true);
    bar.remove();
  };

  // An error names its source: a file of the program, or another one, for example of an extension. An error without a
  // source counts as ours if it looks like a file of the program that can't be loaded.
  const OURS = location.origin + "/pkg/";
  const MISSING = /fetch|load failed|import|network|connection|input stream|wasm|webassembly|part of the program/i;
  const isOurs = (error, file) => {
    const description = [error?.message ?? error, error?.stack, file].join(" ");
    if (description.includes(OURS)) return true;
    return !/\w:\/\//.test(description) && (isBroken(error) || /wasm-function/.test(description) || (!alive() && MISSING.test(description)));
  };
  const isBroken = (error) => /^(Runtime|Link|Compile)Error$/.test(error?.name) || /wasm-function/.test(error?.stack);
  // Harmless: a call of a dropped closure fails before it reaches the program, and a chunk that the network failed to
  // deliver is requested again.
  const isHarmless = (error) => /closure invoked/.test(error?.message) || (alive() && /fetch|import|network|load failed/i.test(error?.message));
  const handleError = (error, file) => {
    if (isHarmless(error) || !isOurs(error, file)) return;
    if (isBroken(error)) markDead(true);
    else if (!alive()) markDead(false);
  };
  addEventListener("error", (event) => event.error && handleError(event.error, event.filename));
  addEventListener("unhandledrejection", (event) => handleError(event.reason));
  try {
    new MutationObserver(markAlive).observe(root, { attributes: true, attributeFilter: ["data-hydrated"] });
  } catch {}
  // A new session isn't the one that its person wanted to end.
  const signIn = ({ target }) => {
    if (target.getAttribute("action") !== "/fn/sign-in") return;
    try {
      const intentions = Object.keys(localStorage).filter((key) => key.startsWith("greenroom-signing-out-"));
      for (const key of intentions) localStorage.setItem(key, "former session");
    } catch {}
  };
  addEventListener("submit", signIn, true);
  addEventListener("input", () => alive() || saveTyped(), true);
  addEventListener("pagehide", () => (alive() ? clearTyped() : saveTyped()));
  document.addEventListener("readystatechange", restoreTyped, { once: true });
  // From the start script: when hydration has failed for good, and around the replacement of a page that something has changed.
  addEventListener("greenroom-broken", () => markDead(true));
  addEventListener("greenroom-save-typed", saveTyped);
  addEventListener("greenroom-restore-typed", restoreTyped);
})(document.currentScript.dataset);
