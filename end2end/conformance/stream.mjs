#!/usr/bin/env node
// Holds a server to what is promised of its event stream. README.md tells what that is, and how to run this.
import { parse } from "./support/arguments.mjs";
import { Stage } from "./support/stage.mjs";
import { door } from "./promises/door.mjs";
import { beginning } from "./promises/beginning.mjs";
import { resuming } from "./promises/resuming.mjs";
import { telling } from "./promises/telling.mjs";
import { state } from "./promises/state.mjs";
import { leaving } from "./promises/leaving.mjs";
import { presence } from "./promises/presence.mjs";
import { together } from "./promises/together.mjs";
import { apart } from "./promises/apart.mjs";
import { alive } from "./promises/alive.mjs";
import { throughout } from "./promises/throughout.mjs";

/** In this order. The last one looks at all streams that the others opened. */
const TOPICS = { door, beginning, resuming, telling, state, leaving, together, presence, apart, alive, throughout };

const wanted = parse(process.argv.slice(2), Object.keys(TOPICS));
const promises = Object.entries(TOPICS).filter(([topic]) => wanted.topics.includes(topic)).flatMap(([topic, promises]) =>
  promises.filter(([, , { toGatewaysAlone } = {}]) => !(toGatewaysAlone && wanted.throughGateway)).map(([name, check]) => [`${topic}: ${name}`, check]),
);

const oneLine = (error) => String(error?.message || error).replaceAll(/\s+/g, " ");

/** Says what broke the promise, if anything did. */
async function look(stage, check) {
  try {
    await check(stage);
    return undefined;
  } catch (error) {
    return oneLine(error);
  } finally {
    stage.tidy();
  }
}

async function run(stage) {
  console.log(`1..${promises.length}`);
  let broken = 0;
  for (const [index, [name, check]] of promises.entries()) {
    const reason = await look(stage, check);
    broken += reason === undefined ? 0 : 1;
    console.log(reason === undefined ? `ok ${index + 1} ${name}` : `not ok ${index + 1} ${name} # ${reason}`);
  }
  console.log(`# ${promises.length - broken} kept, ${broken} broken`);
  return broken === 0;
}

try {
  const stage = await Stage.set(wanted);
  process.exitCode = (await run(stage)) ? 0 : 1;
  await stage.strike();
} catch (error) {
  console.log(`Bail out! ${oneLine(error)}`);
  process.exitCode = 1;
}
