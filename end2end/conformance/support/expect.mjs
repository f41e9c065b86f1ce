/** Breaks the promise that is being looked at, with the reason why. */
export function broken(reason) {
  throw new Error(reason);
}

const shown = (value) => JSON.stringify(value) ?? String(value);

/** `what` is one thing and should be another. */
export function same(actual, expected, what) {
  if (shown(actual) !== shown(expected)) broken(`${what}: ${short(actual)} where ${short(expected)} was promised`);
}

/** Something holds. */
export function holds(condition, otherwise) {
  if (!condition) broken(otherwise);
}

function short(value) {
  const text = shown(value);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

/** The whole numbers from one to another, both included. */
export function range(first, last) {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}
