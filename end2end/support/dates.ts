/**
 * Returns the date in so many days as YYYY-MM-DD. Event dates must be relative: the site rejects past and distant ones.
 */
export function dateInDays(days: number): string {
  return new Date(Date.now() + days * 24 * 60 * 60 * 1_000).toISOString().slice(0, 10);
}
