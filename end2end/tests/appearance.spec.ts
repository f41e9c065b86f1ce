import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "@playwright/test";
import { Api } from "../support/api.ts";
import { isPinned } from "../support/pictures/browser.ts";
import { test } from "../support/pictures/fixtures.ts";
import { findCutTexts } from "../support/pictures/layout.ts";
import { PICTURED } from "../support/pictures/pages.ts";
import { Screen } from "../support/pictures/screen.ts";
import { VIEWS, type View, type ViewName } from "../support/pictures/views.ts";

// Pages look as their screenshots in end2end/screenshots do, fit the width of their screen, and cut off no text.
// docs/testing.md says how to renew the screenshots. On Linux only, as the browser that takes them.

const PAGES = isPinned ? Object.entries(PICTURED) : [];

const fileOf = (name: string, view: ViewName) => `${name.replace(/[',]/g, "").replaceAll(" ", "-")}-${view}.png`;
const needsJavaScript = (view: ViewName) => (VIEWS[view] as View).javaScript !== false;

for (const [name, { data, who, path, views, prepare }] of PAGES) {
  test(`@js ${name} looks as before`, async ({ startSite, browser }) => {
    test.slow();
    const { site, sessions } = await startSite(data);
    const session = who === "visitor" ? undefined : sessions[who];
    const address = typeof path === "string" ? path : await path(new Api(site.url, session));
    for (const hasJavaScript of [true, false]) {
      const group = views.filter((view) => needsJavaScript(view) === hasJavaScript);
      if (!group.length) continue;
      const screen = await Screen.open(browser, site.url, session, hasJavaScript);
      for (const [number, view] of group.entries()) {
        await screen.show(view);
        if (prepare || !number) await screen.visit(address);
        await prepare?.(screen.page);
        await screen.hidePort();
        await expect.soft(screen.page).toHaveScreenshot(fileOf(name, view));
        expect.soft(await findCutTexts(screen.page), `${name}, ${view}`).toEqual([]);
      }
      await screen.close();
    }
  });
}

test("@once each screenshot belongs to a page", ({}, info) => {
  const folder = fileURLToPath(new URL("../screenshots", import.meta.url));
  const expected = Object.entries(PICTURED).flatMap(([name, { views }]) => views.map((view) => fileOf(name, view)));
  const unused = fs.readdirSync(folder).filter((file) => !expected.includes(file));
  if (info.config.updateSnapshots === "changed") unused.forEach((file) => fs.rmSync(path.join(folder, file)));
  else expect(unused).toEqual([]);
});
