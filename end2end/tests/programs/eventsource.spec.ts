import { expect, test } from "../../support/fixtures.ts";
import { listen } from "../../support/listen.ts";

for (const path of ["/api/events", "/api/websocket"]) {
  test(`a program that follows ${path} receives what another sends`, async ({ site, programs, launch }) => {
    const ear = await listen(site.url + path, programs.sarah);
    try {
      await programs.eventpro.say(launch.id, "Are you there?");
      await expect.poll(() => ear.bodies).toEqual(["Are you there?"]);
      await programs.sarah.say(launch.id, "I am.");
      await expect.poll(() => ear.bodies).toEqual(["Are you there?", "I am."]);
    } finally {
      ear.close();
    }
  });
}

test("a program hears nothing of other people's conversations", async ({ site, programs, launch, sundowner }) => {
  const ear = await listen(`${site.url}/api/events`, programs.kamau);
  try {
    await programs.eventpro.say(launch.id, "Between us");
    await programs.safari.say(sundowner.id, "For Kamau");
    await expect.poll(() => ear.bodies).toEqual(["For Kamau"]);
  } finally {
    ear.close();
  }
});

test("a program whose line was cut resumes by itself and misses nothing", async ({ faultProxy, programs, launch }) => {
  const ear = await listen(`${faultProxy.url}/api/events`, programs.sarah);
  const numbers = Array.from({ length: 30 }, (_, index) => `Number ${index + 1}`);
  try {
    for (const [index, text] of numbers.entries()) {
      if (index === 10) await faultProxy.refuseConnections();
      if (index === 20) await faultProxy.restore();
      await programs.eventpro.say(launch.id, text);
    }
    await expect.poll(() => ear.bodies, { timeout: 20_000 }).toEqual(numbers);
    expect(ear.seqs).toEqual(ear.seqs.map((_, index) => ear.seqs[0] + index));
  } finally {
    ear.close();
  }
});
