import { expect, test } from "../../support/fixtures.ts";
import { connectStream } from "../../support/stream-client.ts";

for (const path of ["/api/events", "/api/websocket"]) {
  test(`an EventSource on ${path} receives messages of other people`, async ({ site, apis, launch }) => {
    const client = await connectStream(site.url + path, apis.sarah);
    try {
      await apis.eventpro.sendMessage(launch.id, "Are you there?");
      await expect.poll(() => client.bodies).toEqual(["Are you there?"]);
      await apis.sarah.sendMessage(launch.id, "I am.");
      await expect.poll(() => client.bodies).toEqual(["Are you there?", "I am."]);
    } finally {
      client.close();
    }
  });
}

test("a stream carries nothing of other people's conversations", async ({ site, apis, launch, sundowner }) => {
  const client = await connectStream(`${site.url}/api/events`, apis.kamau);
  try {
    await apis.eventpro.sendMessage(launch.id, "Between us");
    await apis.safari.sendMessage(sundowner.id, "For Kamau");
    await expect.poll(() => client.bodies).toEqual(["For Kamau"]);
  } finally {
    client.close();
  }
});

test("an EventSource resumes by itself after a disconnect and misses nothing", async ({ faultProxy, apis, launch }) => {
  const client = await connectStream(`${faultProxy.url}/api/events`, apis.sarah);
  const numbers = Array.from({ length: 30 }, (_, index) => `Number ${index + 1}`);
  try {
    for (const [index, text] of numbers.entries()) {
      if (index === 10) await faultProxy.refuseConnections();
      if (index === 20) await faultProxy.restore();
      await apis.eventpro.sendMessage(launch.id, text);
    }
    await expect.poll(() => client.bodies, { timeout: 20_000 }).toEqual(numbers);
    expect(client.seqs).toEqual(client.seqs.map((_, index) => client.seqs[0] + index));
  } finally {
    client.close();
  }
});
