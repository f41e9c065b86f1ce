import { readDocumentedChecks, runConformance } from "../../support/conformance.ts";
import { expect, test } from "../../support/fixtures.ts";
import { MutationProxy } from "../../support/mutation-proxy.ts";
import { MUTATIONS } from "../../support/mutations.ts";

test("the site passes every check of the stream contract", async ({ site }) => {
  const { exitCode, output, passed } = await runConformance(site.url);
  expect(exitCode, output).toBe(0);
  expect([...new Set(passed)], "the checks of the README").toEqual(readDocumentedChecks());
});

test("a proxy without mutations passes every check", async ({ site }) => {
  const proxy = await MutationProxy.start(site.port, {});
  try {
    const { exitCode, output } = await runConformance(proxy.url, "--but", "heartbeat");
    expect(exitCode, output).toBe(0);
  } finally {
    await proxy.stop();
  }
});

test("every check is failed by some mutation", () => {
  const failed = new Set(MUTATIONS.flatMap(([, failingChecks]) => failingChecks));
  expect([...failed].sort()).toEqual(readDocumentedChecks().sort());
});

for (const [title, failingChecks, create] of MUTATIONS) {
  test(`a proxy that ${title} fails the checks`, async ({ site }) => {
    const topics = new Set(failingChecks.map((check) => check.slice(0, check.indexOf(":"))));
    const needed = topics.has("invariants") ? ["start", "resume", "sign-out", ...topics] : [...topics];
    const proxy = await MutationProxy.start(site.port, create());
    try {
      const { exitCode, output, failed } = await runConformance(proxy.url, "--only", needed.join(","));
      expect(exitCode, output).toBe(1);
      for (const check of failingChecks) expect([...failed.keys()], output).toContain(check);
    } finally {
      await proxy.stop();
    }
  });
}

test("an unreachable site bails out", async ({ site }) => {
  await site.stop();
  const { exitCode, output } = await runConformance(site.url);
  expect(exitCode, output).toBe(1);
  expect(output).toContain("Bail out!");
});
