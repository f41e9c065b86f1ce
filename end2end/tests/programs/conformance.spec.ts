import { holdToPromises, promisesOf } from "../../support/conformance.ts";
import { expect, test } from "../../support/fixtures.ts";
import { Liar } from "../../support/liar.ts";
import { LIES } from "../../support/lies.ts";

test("the site keeps every promise of the stream", async ({ site }) => {
  const { code, printed, kept } = await holdToPromises(site.url);
  expect(code, printed).toBe(0);
  expect([...new Set(kept)], "what its page promises").toEqual(promisesOf());
});

test("who only passes on breaks no promise", async ({ site }) => {
  const relay = await Liar.before(site.port, {});
  try {
    const { code, printed } = await holdToPromises(relay.url, "--but", "alive");
    expect(code, printed).toBe(0);
  } finally {
    await relay.leave();
  }
});

test("there is a lie for every promise", () => {
  const broken = new Set(LIES.flatMap(([, breaks]) => breaks));
  expect([...broken].sort()).toEqual(promisesOf().sort());
});

for (const [lie, breaks, begin] of LIES) {
  test(`one who ${lie} is found out`, async ({ site }) => {
    const topics = new Set(breaks.map((promise) => promise.slice(0, promise.indexOf(":"))));
    const needed = topics.has("throughout") ? ["beginning", "resuming", "leaving", ...topics] : [...topics];
    const liar = await Liar.before(site.port, begin());
    try {
      const { code, printed, broken } = await holdToPromises(liar.url, "--only", needed.join(","));
      expect(code, printed).toBe(1);
      for (const promise of breaks) expect([...broken.keys()], printed).toContain(promise);
    } finally {
      await liar.leave();
    }
  });
}

test("a site that isn't there is said to be none", async ({ site }) => {
  await site.stop();
  const { code, printed } = await holdToPromises(site.url);
  expect(code, printed).toBe(1);
  expect(printed).toContain("Bail out!");
});
