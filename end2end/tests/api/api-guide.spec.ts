import { expect, test } from "../../support/fixtures.ts";
import { readSnippets, ShellSession } from "../../support/doc-snippets.ts";

// Runs all snippets of docs/api.md unchanged and in order.
test("the snippets of the API guide work", async ({ faultProxy, sarah, apis, launch }) => {
  const guide = readSnippets("api.md");
  const shell = new ShellSession({ GREENROOM: faultProxy.url });
  const next = (heading: string) => {
    const snippet = guide.get(heading)?.shift();
    if (!snippet) throw new Error(`The guide has no further snippet under: ${heading}`);
    return snippet;
  };
  const run = (heading: string) => shell.run(next(heading).text);
  /** Runs a command without an end until its output matches. */
  const runUntil = async (heading: string, lines: RegExp, whileRunning = async () => {}) => {
    const running = shell.start(next(heading).text);
    try {
      await whileRunning();
      await expect.poll(() => running.stdout, { timeout: 30_000 }).toMatch(lines);
    } finally {
      running.stop();
      await running.exitCode;
    }
  };
  const writeFile = (heading: string) => {
    const { file = "", text } = next(heading);
    shell.writeFile(file, text);
  };

  try {
    await run("Using Greenroom from a program");
    expect(await run("Sign in")).toContain('"name":"Sarah Wanjiru"');
    await run("Sign in");
    const listed = await run("List");
    for (const body of launch.bodies.slice(-3)) expect(listed).toContain(JSON.stringify(body));
    expect(await run("List")).toContain('"slug":"dj-kamau"');
    expect(await run("Send")).toMatch(/"body":"Asante!".*\n201\n.*"body":"Asante!".*\n200\n$/);
    expect((await apis.eventpro.listMessages(launch.id)).map(({ body }) => body)).toEqual([...launch.bodies, "Asante!"]);

    await runUntil("Follow", /event: ready\n[^]*event: message\.created\n.*\n.*"body":"Asante!"/);

    writeFile("Follow for days");
    await runUntil("Follow for days", /^Asante!\nOne\nTwo\nThree\n$/, async () => {
      await apis.eventpro.sendMessage(launch.id, "One");
      await faultProxy.refuseConnections();
      await apis.eventpro.sendMessage(launch.id, "Two");
      await faultProxy.restore();
      await apis.eventpro.sendMessage(launch.id, "Three");
    });
    writeFile("Follow for days");
    await runUntil("Follow for days", /^Asante!\nOne\nTwo\nThree\n$/);

    await sarah.open("/inbox");
    sarah.allowConsole(/^log: Four/);
    const received = sarah.page.waitForEvent("console", { predicate: (message) => message.text() === "Four" });
    const opened = sarah.page.waitForResponse(/\/api\/events$/);
    await sarah.page.evaluate(next("Follow for days").text);
    await opened;
    await apis.eventpro.sendMessage(launch.id, "Four");
    await received;

    await run("Sign out");
    const left = [...guide].flatMap(([heading, snippets]) => snippets.map(() => heading));
    expect(left, "the snippets that were not run").toEqual([]);
  } finally {
    shell.remove();
  }
});

test("signing out by the API guide ends the session and keeps the token", async ({ site }) => {
  const guide = readSnippets("api.md");
  const shell = new ShellSession({ GREENROOM: site.url });
  const [setUp] = guide.get("Using Greenroom from a program") ?? [];
  const [signIn, makeToken] = guide.get("Sign in") ?? [];
  const [signOut] = guide.get("Sign out") ?? [];
  const sessionStatus = (credentials: string) =>
    shell.run(`curl --silent --output /dev/null --write-out '%{http_code}' ${credentials} "$GREENROOM/api/auth/session"`);
  try {
    for (const { text } of [setUp, signIn, makeToken]) await shell.run(text);
    expect(await sessionStatus("--cookie cookies.txt")).toBe("200");
    await shell.run(signOut.text);
    expect(await sessionStatus("--cookie cookies.txt")).toBe("401");
    expect(await sessionStatus('--header "Authorization: Bearer $TOKEN"')).toBe("200");
  } finally {
    shell.remove();
  }
});
