import { test as base } from "@playwright/test";
import { Site } from "../site.ts";
import { isPinned, unpackBrowser } from "./browser.ts";
import { frozenClock } from "./clock.ts";
import { seedOnce, type Seed, type SeededData } from "./data.ts";
import { lengthenWords, type Data } from "./pages.ts";

/** A site, and a session of each demo person. */
type PicturedSite = { site: Site; sessions: SeededData["sessions"] };

type Fixtures = {
  /** Starts a site with this data. */
  startSite: (data: Data) => Promise<PicturedSite>;
};

type WorkerFixtures = { seeded: Record<Seed, SeededData> };

export const test = base.extend<Fixtures, WorkerFixtures>({
  launchOptions: [
    async ({}, use) => {
      // Text is drawn without what a system's settings decide.
      const args = ["--no-sandbox", "--disable-gpu", "--font-render-hinting=none", "--disable-lcd-text", "--force-color-profile=srgb"];
      await use(isPinned ? { executablePath: await unpackBrowser(), args } : { args });
    },
    { scope: "worker" },
  ],

  seeded: [
    async ({}, use) => {
      const [demo, town] = await Promise.all([seedOnce("demo"), seedOnce("town")]);
      await use({ demo, town });
    },
    { scope: "worker", timeout: 180_000 },
  ],

  startSite: async ({ seeded }, use) => {
    const sites: Site[] = [];
    await use(async (data) => {
      const { data: folder, sessions } = seeded[data === "town" ? "town" : "demo"];
      const site = await Site.start(folder, frozenClock());
      sites.push(site);
      if (data === "long words") lengthenWords(site);
      return { site, sessions };
    });
    await Promise.all(sites.map((site) => site.remove()));
  },
});
