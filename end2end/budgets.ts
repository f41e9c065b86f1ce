/** The most bytes that a first load transfers, compressed by brotli as the server sends it. */
export const BUDGETS = {
  /** The program of a live thread: WASM and the script around it. */
  thread: 376_000,
  /** Every other part of the program, loaded when its page is opened. */
  part: 60_000,
  /** The style of all pages. */
  style: 9_216,
  /** The home page with everything it loads, which is no program. */
  home: 15_000,
} as const;
