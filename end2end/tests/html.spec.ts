import { HtmlValidate } from "html-validate";
import { expect, test } from "../support/fixtures.ts";
import { PAGES, demoIds } from "../support/pages.ts";

// The HTML that the server sends is valid, and the script that compares it with the page in the browser has the right
// count.

const validator = new HtmlValidate({
  extends: ["html-validate:standard", "html-validate:a11y", "html-validate:document"],
  rules: {
    // Our own files need no checksum.
    "require-sri": ["error", { target: "crossorigin" }],
    // The list of conversations stands before the thread, and so before the page's h1.
    "heading-level": ["error", { minInitialRank: "h2" }],
    // Safari takes a list without markers for none, unless it has the role.
    "no-redundant-role": "off",
    "prefer-native-element": ["error", { exclude: ["list"] }],
    // On the hidden field that names the page's owner, it stops Firefox from restoring an old value.
    "valid-autocomplete": "off",
  },
});

for (const [name, who, pathOf] of PAGES) {
  test(`@once ${name}: valid HTML`, async ({ visitor, apis, launch }) => {
    const path = pathOf(await demoIds({ apis, launch }));
    const api = who === "visitor" ? visitor.api : apis[who];
    const { text } = await api.get(path);
    const { results } = await validator.validateString(text);
    const problems = results.flatMap(({ messages }) => messages);
    const described = problems.map(({ ruleId, message, offset }) => `${ruleId}: ${message} at ${text.slice(offset - 60, offset + 40)}`);
    expect(described, path).toEqual([]);
  });
}

test("@js the server counts the elements as browsers do", async ({ visitor, apis, launch }) => {
  await visitor.open("/signin");
  for (const [name, who, pathOf] of PAGES) {
    const api = who === "visitor" ? visitor.api : apis[who];
    const { text } = await api.get(pathOf(await demoIds({ apis, launch })));
    const counts = await visitor.page.evaluate((text) => {
      const page = new DOMParser().parseFromString(text, "text/html");
      const start = page.getElementById("start");
      // To a browser that runs scripts, the content of noscript is text.
      return start && [Number(start.dataset.elements), page.body.querySelectorAll(":not(noscript *)").length];
    }, text);
    if (counts) expect(counts[0], name).toBe(counts[1]);
    else expect(text, name).toContain('data-program="none"');
  }
});
