#!/usr/bin/env node
// Checks a server against the contract of the event stream. README.md lists the checks and the options.
import { parseArguments } from "./support/arguments.mjs";
import { Scenario } from "./support/scenario.mjs";
import { delivery } from "./checks/delivery.mjs";
import { heartbeat } from "./checks/heartbeat.mjs";
import { invariants } from "./checks/invariants.mjs";
import { isolation } from "./checks/isolation.mjs";
import { presence } from "./checks/presence.mjs";
import { receipts } from "./checks/receipts.mjs";
import { response } from "./checks/response.mjs";
import { resume } from "./checks/resume.mjs";
import { signOut } from "./checks/sign-out.mjs";
import { snapshot } from "./checks/snapshot.mjs";
import { start } from "./checks/start.mjs";
import { typing } from "./checks/typing.mjs";

/** Topics in the order they run. The last one checks all streams that the others opened. */
const TOPICS = {
  response,
  start,
  resume,
  delivery,
  snapshot,
  "sign-out": signOut,
  receipts,
  typing,
  presence,
  isolation,
  heartbeat,
  invariants,
};

const options = parseArguments(process.argv.slice(2), Object.keys(TOPICS));
const checks = Object.entries(TOPICS).filter(([topic]) => options.topics.includes(topic)).flatMap(([topic, checks]) =>
  checks.filter(([, , { gatewayHeader } = {}]) => !(gatewayHeader && options.throughGateway)).map(([name, run]) => [`${topic}: ${name}`, run]),
);

const oneLine = (error) => String(error?.message || error).replaceAll(/\s+/g, " ");

/** Runs one check. Returns the reason of its failure, or undefined if it passed. */
async function runCheck(scenario, run) {
  try {
    await run(scenario);
    return undefined;
  } catch (error) {
    return oneLine(error);
  } finally {
    scenario.closeStreams();
  }
}

/** Runs all checks and prints one TAP line for each. Returns whether all passed. */
async function runChecks(scenario) {
  console.log(`1..${checks.length}`);
  let failed = 0;
  for (const [index, [name, run]] of checks.entries()) {
    const reason = await runCheck(scenario, run);
    failed += reason === undefined ? 0 : 1;
    console.log(reason === undefined ? `ok ${index + 1} ${name}` : `not ok ${index + 1} ${name} # ${reason}`);
  }
  console.log(`# ${checks.length - failed} passed, ${failed} failed`);
  return failed === 0;
}

try {
  const scenario = await Scenario.create(options);
  process.exitCode = (await runChecks(scenario)) ? 0 : 1;
  await scenario.tearDown();
} catch (error) {
  console.log(`Bail out! ${oneLine(error)}`);
  process.exitCode = 1;
}
