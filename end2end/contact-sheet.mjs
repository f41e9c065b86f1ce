// Writes contact sheets of the screenshots into target/contact-sheets, as HTML and PNG: one for each view.
// `npm run contact-sheet`, or with a revision before which the screenshots are shown beside those of now:
// `npm run contact-sheet -- main~20`.

import { chromium } from "@playwright/test";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const FOLDER = path.resolve(import.meta.dirname, "../target/contact-sheets");
const SCREENSHOTS = path.resolve(import.meta.dirname, "screenshots");
const NAME = /^(?<page>.+?)-(?<view>(?:320|360|740x390|768|1440|1920)(?:-(?:dark|forced-colours|large-text|no-javascript|whole))?)\.png$/;
const SHEET_WIDTH = 1920;
const STYLE = `
  body { display: flex; flex-wrap: wrap; gap: 24px; margin: 24px; background: #888; font: 16px system-ui }
  figure { margin: 0 }
  img { display: inline-block; max-width: 936px; vertical-align: top }`;

const [revision] = process.argv.slice(2);
fs.rmSync(FOLDER, { recursive: true, force: true });
fs.mkdirSync(FOLDER, { recursive: true });
if (revision) {
  const archive = execFileSync("git", ["archive", revision, "screenshots"], { cwd: import.meta.dirname, maxBuffer: 1 << 28 });
  execFileSync("tar", ["-x", "-C", FOLDER], { input: archive });
}

const views = {};
for (const file of fs.readdirSync(SCREENSHOTS).sort()) {
  const { page, view } = NAME.exec(file)?.groups ?? {};
  if (!view) continue;
  const before = path.join(FOLDER, "screenshots", file);
  const images = [...(fs.existsSync(before) ? [before] : []), path.join(SCREENSHOTS, file)];
  const shown = images.map((image) => `<img src="${pathToFileURL(image)}">`).join(" ");
  (views[view] ??= []).push(`<figure><figcaption>${page.replaceAll("-", " ")}</figcaption>${shown}</figure>`);
}

const executablePath = process.env.CHROMIUM_PATH;
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const page = await browser.newPage({ viewport: { width: SHEET_WIDTH, height: 1080 } });
for (const [view, figures] of Object.entries(views)) {
  const html = path.join(FOLDER, `${view}.html`);
  fs.writeFileSync(html, `<!DOCTYPE html><meta charset="utf-8"><title>${view}</title><style>${STYLE}</style>\n${figures.join("\n")}\n`);
  await page.goto(pathToFileURL(html).href);
  await page.screenshot({ path: path.join(FOLDER, `${view}.png`), fullPage: true });
}
await browser.close();
console.log(`${Object.keys(views).length} sheets in ${FOLDER}`);
