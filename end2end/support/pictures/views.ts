/** A screen, and how its owner has set it up. */
export type View = {
  width: number;
  height: number;
  colorScheme?: "dark";
  forcedColors?: "active";
  /** The size of text, relative to what the browser starts with. */
  textSize?: number;
  javaScript?: false;
};

const PHONE = { width: 360, height: 740 };
const DESKTOP = { width: 1440, height: 640 };

/** The views of pictures, by the name that their files end with. `whole` is as long as a page. */
export const VIEWS = {
  "320": { width: 320, height: 568 },
  "360": PHONE,
  "360-dark": { ...PHONE, colorScheme: "dark" },
  "360-forced-colours": { ...PHONE, forcedColors: "active" },
  "360-large-text": { ...PHONE, textSize: 2 },
  "360-no-javascript": { ...PHONE, javaScript: false },
  "360-whole": { width: 360, height: 2400 },
  "740x390": { width: 740, height: 390 },
  "768": { width: 768, height: 720 },
  "1440": DESKTOP,
  "1440-dark": { ...DESKTOP, colorScheme: "dark" },
  "1440-forced-colours": { ...DESKTOP, forcedColors: "active" },
  "1440-large-text": { ...DESKTOP, textSize: 2 },
  "1920": { width: 1920, height: 800 },
} satisfies Record<string, View>;

export type ViewName = keyof typeof VIEWS;

/** The views of pages that people look at most. */
export const ALL: ViewName[] = ["320", "360", "360-dark", "360-forced-colours", "360-large-text", "740x390", "768", "1440", "1440-dark", "1920"];

/** The views of other pages, which are made of the same parts. */
export const MAIN: ViewName[] = ["320", "360", "360-dark", "360-large-text", "740x390", "1440"];

/** The views in which long words are longer than their place. */
export const NARROW: ViewName[] = ["320", "360-large-text"];
