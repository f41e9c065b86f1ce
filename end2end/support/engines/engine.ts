/**
 * An element by what assistive technology says of it: its role and its name. `containing` is for elements whose name has
 * more words than the test knows. A password field has no role.
 */
export type Target = { role?: string; name?: string; containing?: string };

/** A tab of an unmodified browser. */
export interface Tab {
  open(url: string): Promise<void>;
  /** Evaluates an expression in the page. */
  evaluate(expression: string): Promise<unknown>;
  /** Clicks into the middle of an element. Throws if it isn't there, or not alone. */
  click(target: Target): Promise<void>;
  /** Clicks into a field, and types key by key. */
  type(target: Target, text: string): Promise<void>;
  /** Sets the size of the page. */
  resize(width: number, height: number): Promise<void>;
  close(): Promise<void>;
}

/** A browser. */
export interface Engine {
  openTab(): Promise<Tab>;
  setCookie(host: string, name: string, value: string): Promise<void>;
  close(): Promise<void>;
}

const FIND_LIMIT = 10_000;

/** Searches until there is one such element: the tree of accessible elements follows the page a moment later. */
export async function findOne<T>(target: Target, search: () => Promise<T[]>): Promise<T> {
  const deadline = Date.now() + FIND_LIMIT;
  for (;;) {
    const found = await search();
    if (found.length === 1) return found[0];
    if (Date.now() > deadline) throw new Error(`${found.length} elements: ${JSON.stringify(target)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
