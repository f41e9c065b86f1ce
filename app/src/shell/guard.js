(({ text, reload }) => {
  const root = document.documentElement;
  const TYPED = "greenroom-typed";
  const alive = () => root.hasAttribute("data-hydrated");
  let dead = false;

  for (const [name, go] of [["pushState", "assign"], ["replaceState", "replace"]]) {
    const change = history[name];
    history[name] = function (state, title, url) {
      try {
        change.call(history, state, title, url);
      } catch {
        if (url && new URL(url, location).href !== location.href) location[go](url);
      }
    };
  }

  const fields = () => [...document.querySelectorAll("textarea, input:not([type]), input[type=text]")].filter((field) => field.form && field.name);
  // Whose form it is and what it is about stand in its hidden fields.
  const nameOf = ({ form, name }) => {
    const about = [...form.querySelectorAll("input[type=hidden]:not([name=client_id])")].map((field) => field.value);
    return [location.pathname, form.getAttribute("action"), name, ...about].join(" ");
  };
  const keep = () => {
    const typed = fields().filter((field) => field.value !== field.defaultValue).map((field) => [nameOf(field), field.value]);
    try {
      if (typed.length) sessionStorage.setItem(TYPED, JSON.stringify(typed));
      else sessionStorage.removeItem(TYPED);
    } catch {}
  };
  const forget = () => {
    try {
      sessionStorage.removeItem(TYPED);
    } catch {}
  };
  const bringBack = () => {
    let typed = [];
    try {
      typed = JSON.parse(sessionStorage.getItem(TYPED)) ?? [];
    } catch {}
    forget();
    const known = new Map(typed);
    for (const field of fields()) {
      const value = known.get(nameOf(field));
      if (value !== undefined && field.value === field.defaultValue) field.value = value;
    }
  };

  const plain = (event) => {
    event.stopImmediatePropagation();
    if (event.type === "input") keep();
    if (event.type === "popstate") location.reload();
  };
  const die = () => {
    if (dead) return;
    dead = true;
    root.removeAttribute("data-hydrated");
    root.setAttribute("data-dead", "");
    keep();
    for (const type of ["click", "submit", "input", "change", "keydown", "keyup", "focusin", "focusout", "popstate"]) addEventListener(type, plain, true);
    for (const button of document.querySelectorAll("form [type=submit]")) {
      button.disabled = false;
      button.removeAttribute("aria-disabled");
    }
    const bar = document.createElement("div");
    bar.className = "connection";
    bar.setAttribute("role", "alert");
    const said = document.createElement("p");
    const again = document.createElement("a");
    again.href = location.pathname + location.search;
    again.textContent = reload;
    said.append(text + " ", again);
    bar.append(said);
    document.body.prepend(bar);
  };

  // What is called after it was dropped is refused before it reaches the program; and a part of the program that a page
  // lacks, because the network does, is asked for again.
  const harmless = (error) => /closure invoked/.test(error?.message) || (alive() && /fetch|import|network|load failed/i.test(error?.message));
  const fatal = (error) => !harmless(error) && (error instanceof WebAssembly.RuntimeError || /wasm-function/.test(error?.stack) || !alive());
  addEventListener("error", (event) => event.error && fatal(event.error) && die());
  addEventListener("unhandledrejection", (event) => fatal(event.reason) && die());
  addEventListener("input", () => alive() || keep(), true);
  addEventListener("pagehide", () => (alive() ? forget() : keep()));
  document.addEventListener("readystatechange", bringBack, { once: true });
})(document.currentScript.dataset);
