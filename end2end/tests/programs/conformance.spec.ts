import { runConformance, readDocumentedChecks } from "../../support/conformance.ts";
import { expect, test } from "../../support/fixtures.ts";
import { Liar } from "../../support/liar.ts";
import { LIES } from "../../support/lies.ts";

test("the site passes every check of the stream contract", async ({ site }) => {
  const { exitCode, output, passed } = await runConformance(site.url);
  expect(exitCode, output).toBe(0);
  expect([...new Set(passed)], "the checks of the README").toEqual(readDocumentedChecks());
});

test("a proxy without mutations passes every check", async ({ site }) => {
  const relay = await Liar.before(site.port, {});
  try {
    const { exitCode, output } = await runConformance(relay.url, "--but", "heartbeat");
    expect(exitCode, output).toBe(0);
  } finally {
    await relay.leave();
  }
});

test("every check is failed by some mutation", () => {
  const failed = new Set(LIES.flatMap(([, breaks]) => breaks));
  expect([...failed].sort()).toEqual(readDocumentedChecks().sort());
});

for (const [lie, breaks, begin] of LIES) {
  test(`one who ${lie} is found out`, async ({ site }) => {
    const topics = new Set(breaks.map((check) => check.slice(0, check.indexOf(":"))));
    const needed = topics.has("invariants") ? ["start", "resume", "sign-out", ...topics] : [...topics];
    const liar = await Liar.before(site.port, begin());
    try {
      const { exitCode, output, failed } = await runConformance(liar.url, "--only", needed.join(","));
      expect(exitCode, output).toBe(1);
      for (const check of breaks) expect([...failed.keys()], output).toContain(check);
    } finally {
      await liar.leave();
    }
  });
}

test("an unreachable site bails out", async ({ site }) => {
  await site.stop();
  const { exitCode, output } = await runConformance(site.url);
  expect(exitCode, output).toBe(1);
  expect(output).toContain("Bail out!");
});
