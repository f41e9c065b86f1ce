/** A day as forms and the interface write it, so many days from now: the site takes none that is over or far ahead. */
export function dayAhead(days: number): string {
  return new Date(Date.now() + days * 24 * 60 * 60 * 1_000).toISOString().slice(0, 10);
}
