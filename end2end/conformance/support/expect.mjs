/** Fails the running check with a reason. */
export function fail(reason) {
  throw new Error(reason);
}

const stringify = (value) => JSON.stringify(value) ?? String(value);

/** Fails unless both values are equal as JSON. `subject` names the value in the reason. */
export function expectEqual(actual, expected, subject) {
  if (stringify(actual) !== stringify(expected)) fail(`${subject}: got ${excerpt(actual)}, expected ${excerpt(expected)}`);
}

/** Fails with `reason` unless the condition holds. */
export function expectTrue(condition, reason) {
  if (!condition) fail(reason);
}

function excerpt(value) {
  const text = stringify(value);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

/** Returns the integers from `first` to `last`, both included. */
export function range(first, last) {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}
