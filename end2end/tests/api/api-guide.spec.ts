import { expect, test } from "../../support/fixtures.ts";
import { readSnippets, ShellSession } from "../../support/doc-snippets.ts";

// docs/api.md, run as it stands and in its order, by somebody who knows nothing else.
test("the guide to the interface does what it says", async ({ faultProxy, sarah, apis, launch }) => {
  const guide = readSnippets("api.md");
  const shell = new ShellSession({ GREENROOM: faultProxy.url });
  const next = (heading: string) => {
    const snippet = guide.get(heading)?.shift();
    if (!snippet) throw new Error(`The guide has nothing more under: ${heading}`);
    return snippet;
  };
  const run = (heading: string) => shell.run(next(heading).text);
  /** Runs what has no end, until it has heard all this. */
  const hear = async (heading: string, lines: RegExp, meanwhile = async () => {}) => {
    const running = shell.start(next(heading).text);
    try {
      await meanwhile();
      await expect.poll(() => running.stdout, { timeout: 30_000 }).toMatch(lines);
    } finally {
      running.stop();
      await running.exitCode;
    }
  };
  const write = (heading: string) => {
    const { file = "", text } = next(heading);
    shell.writeFile(file, text);
  };

  try {
    await run("Using Greenroom from a program");
    expect(await run("Sign in")).toContain('"name":"Sarah Wanjiru"');
    await run("Sign in");
    const listed = await run("List");
    for (const body of launch.bodies.slice(-3)) expect(listed).toContain(JSON.stringify(body));
    expect(await run("Send")).toMatch(/"body":"Asante!".*\n201\n.*"body":"Asante!".*\n200\n$/);
    expect((await apis.eventpro.listMessages(launch.id)).map(({ body }) => body)).toEqual([...launch.bodies, "Asante!"]);

    await hear("Follow", /event: ready\n[^]*event: message\.created\n.*\n.*"body":"Asante!"/);

    write("Follow for days");
    await hear("Follow for days", /^Asante!\nOne\nTwo\nThree\n$/, async () => {
      await apis.eventpro.sendMessage(launch.id, "One");
      await faultProxy.refuseConnections();
      await apis.eventpro.sendMessage(launch.id, "Two");
      await faultProxy.restore();
      await apis.eventpro.sendMessage(launch.id, "Three");
    });
    write("Follow for days");
    await hear("Follow for days", /^Asante!\nOne\nTwo\nThree\n$/);

    await sarah.open("/inbox");
    sarah.allowConsole(/^log: Four/);
    const heard = sarah.page.waitForEvent("console", { predicate: (message) => message.text() === "Four" });
    const opened = sarah.page.waitForResponse(/\/api\/events$/);
    await sarah.page.evaluate(next("Follow for days").text);
    await opened;
    await apis.eventpro.sendMessage(launch.id, "Four");
    await heard;

    await run("Sign out");
    const left = [...guide].flatMap(([heading, snippets]) => snippets.map(() => heading));
    expect(left, "what nobody ran").toEqual([]);
  } finally {
    shell.remove();
  }
});

test("what it says of signing out is so", async ({ site }) => {
  const guide = readSnippets("api.md");
  const shell = new ShellSession({ GREENROOM: site.url });
  const [begin] = guide.get("Using Greenroom from a program") ?? [];
  const [signIn, makeToken] = guide.get("Sign in") ?? [];
  const [signOut] = guide.get("Sign out") ?? [];
  const session = (how: string) =>
    shell.run(`curl --silent --output /dev/null --write-out '%{http_code}' ${how} "$GREENROOM/api/auth/session"`);
  try {
    for (const { text } of [begin, signIn, makeToken]) await shell.run(text);
    expect(await session("--cookie cookies.txt")).toBe("200");
    await shell.run(signOut.text);
    expect(await session("--cookie cookies.txt")).toBe("401");
    expect(await session('--header "Authorization: Bearer $TOKEN"')).toBe("200");
  } finally {
    shell.remove();
  }
});
