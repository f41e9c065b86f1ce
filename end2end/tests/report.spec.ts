import { randomUUID } from "node:crypto";
import { Api } from "../support/api.ts";
import { acceptBooking } from "../support/booking.ts";
import { DEMO_PEOPLE, PASSWORD, type DemoName } from "../support/demo-people.ts";
import { query, uuidBytes, executeSql } from "../support/database.ts";
import { expect, test } from "../support/fixtures.ts";
import { submitInquiry } from "../support/forms.ts";
import { openRawStream } from "../support/raw-stream.ts";
import { connectStream } from "../support/stream-client.ts";
import { INTEGRITY_CHECKS } from "../support/integrity-checks.ts";

// The acceptance table: describe blocks are its areas, tests its rows. support/report.ts prints it.
const { describe } = test;
const js = { tag: "@js" };
const once = { tag: "@once" };

const RECONNECTED = { timeout: 30_000 };

type Ids = { conversation: string; booking: string; talent: string };

describe("Authentication", () => {
  for (const [row, { email }, counterpart] of [
    ["Talent signs in", DEMO_PEOPLE.sarah, DEMO_PEOPLE.eventpro.name],
    ["Organiser signs in", DEMO_PEOPLE.eventpro, DEMO_PEOPLE.sarah.name],
  ] as const) {
    test(row, async ({ visitor }) => {
      await visitor.open("/signin");
      await visitor.signIn(email, PASSWORD);
      await expect(visitor.page).toHaveURL("/inbox");
      await expect(visitor.conversations.getByRole("link", { name: counterpart })).toBeVisible();
    });
  }

  test("Session begins, holds and ends", once, async ({ site }) => {
    const visitor = new Api(site.url);
    const { email } = DEMO_PEOPLE.sarah;
    const response = await visitor.request("POST", "/api/auth/callback/credentials", { email, password: PASSWORD });
    expect(response.headers["set-cookie"]?.[0]).toMatch(/^greenroom=\S+;.*HttpOnly/);
    const sarah = new Api(site.url, await visitor.signIn(email, PASSWORD));
    const session = await sarah.get("/api/auth/session");
    expect(session.json.user).toMatchObject({ email, role: "talent", name: "Sarah Wanjiru" });
    expect(Date.parse(session.json.expiresAt)).toBeGreaterThan(Date.now());
    await sarah.signOut();
    expect((await sarah.get("/api/auth/session")).status).toBe(401);
  });
});

describe("Message APIs", () => {
  for (const [path, role, otherRole] of [
    ["/api/talent/messages", "sarah", "eventpro"],
    ["/api/organizer/messages", "eventpro", "sarah"],
    ["/api/messages", "sarah", undefined],
  ] as const) {
    test(`\`${path}\` lists and sends`, once, async ({ site, apis, launch }) => {
      const list = await apis[role].get(path);
      expect(list.status).toBe(200);
      expect(list.json.conversations.map(({ id }: { id: string }) => id)).toEqual([launch.id]);
      const message = { conversationId: launch.id, body: "Habari", clientId: randomUUID() };
      const sent = await apis[role].request("POST", path, message);
      expect(sent.status).toBe(201);
      expect(sent.json.message).toMatchObject({ ...message, seq: launch.bodies.length + 1 });
      expect((await apis[role].request("POST", path, message)).status).toBe(200);
      if (otherRole) expect((await apis[otherRole].get(path)).json.code).toBe("wrong_role");
      expect((await new Api(site.url).get(path)).status).toBe(401);
    });
  }
});

describe("Message sending", () => {
  test("Talent → organiser → talent", async ({ sarah, eventpro, launch }) => {
    await sarah.open(launch.path);
    await sarah.thread.sendMessage("Shall I come at eight?");
    await expect(sarah.thread.message("Shall I come at eight?")).toBeVisible();
    await expect(sarah.thread.log.getByText("Sent", { exact: true })).toBeVisible();
    await eventpro.open("/inbox");
    await eventpro.conversations.getByRole("link", { name: "Sarah Wanjiru" }).click();
    await expect(eventpro.thread.message("Shall I come at eight?")).toBeVisible();
    await eventpro.thread.sendMessage("At seven, please.");
    await expect(eventpro.thread.message("At seven, please.")).toBeVisible();
    // With JavaScript, Sarah's open page marks it as read at once.
    await expect(eventpro.thread.log.getByText(/^(Sent|Read)$/)).toBeVisible();
    await sarah.open(launch.path);
    await expect(sarah.thread.bubbles).toHaveText([...launch.bodies, "Shall I come at eight?", "At seven, please."]);
  });

  test("It is in the database, with its booking", once, async ({ site, apis, launch }) => {
    await apis.sarah.sendMessage(launch.id, "For the record");
    const stored = query(
      site,
      `SELECT m.body, m.seq, sender.email AS sender, b.title, organizer.email AS organizer, talent.email AS talent
       FROM message m JOIN conversation c ON c.id = m.conversation_id JOIN booking b ON b.id = c.booking_id
       JOIN person sender ON sender.id = m.sender_id JOIN person organizer ON organizer.id = b.organizer_id
       JOIN person talent ON talent.id = b.talent_id
       WHERE c.id = ? ORDER BY m.seq DESC LIMIT 1`,
      uuidBytes(launch.id),
    );
    const { eventpro, sarah } = DEMO_PEOPLE;
    const people = { sender: sarah.email, organizer: eventpro.email, talent: sarah.email };
    expect(stored).toEqual([
      { body: "For the record", seq: launch.bodies.length + 1, title: "Savanna product launch", ...people },
    ]);
  });
});

describe("Notifications", () => {
  test("Created with the message", once, async ({ site, apis, launch }) => {
    const stream = await openRawStream(`${site.url}/api/events`, apis.sarah);
    const { seq } = await apis.eventpro.sendMessage(launch.id, "Look here");
    const notification = () => stream.frames.find(({ event }) => event === "notification.created")?.data.notification;
    await expect.poll(notification).toMatchObject({ kind: "message", preview: "Look here", readAt: null });
    stream.close();
    const stored = query(
      site,
      `SELECT message_seq AS seq, read_at AS read FROM notification JOIN person ON person.id = person_id
       WHERE email = ? AND preview = ?`,
      DEMO_PEOPLE.sarah.email,
      "Look here",
    );
    expect(stored).toEqual([{ seq, read: null }]);
  });

  test("Listed, the newest first", async ({ sarah, apis, launch }) => {
    for (const text of ["First", "Second"]) await apis.eventpro.sendMessage(launch.id, text);
    await sarah.open("/notifications");
    const rows = sarah.page.getByRole("list", { name: "Notifications" }).getByRole("listitem");
    await expect(rows.nth(0)).toContainText("Second");
    await expect(rows.nth(1)).toContainText("First");
  });

  test("Unread ones are counted", async ({ sarah, apis, launch }) => {
    const { unread } = (await apis.sarah.get("/api/notifications")).json;
    for (const text of ["First", "Second"]) await apis.eventpro.sendMessage(launch.id, text);
    await sarah.open("/inbox");
    await expect(sarah.bell).toHaveAccessibleName(`Notifications, ${unread + 2} unread`);
    expect((await apis.sarah.get("/api/notifications")).json.unread).toBe(unread + 2);
  });

  test("Marked as read, one and all", once, async ({ apis, launch }) => {
    for (const text of ["First", "Second", "Third"]) await apis.eventpro.sendMessage(launch.id, text);
    const { notifications, unread } = (await apis.sarah.get("/api/notifications")).json;
    const mark = (what: object) => apis.sarah.request("POST", "/api/notifications/read", what);
    expect((await mark({ ids: [notifications[0].id] })).status).toBe(204);
    expect((await apis.sarah.get("/api/notifications")).json.unread).toBe(unread - 1);
    expect((await mark({ all: true })).status).toBe(204);
    expect((await apis.sarah.get("/api/notifications")).json.unread).toBe(0);
  });
});

describe("Database", () => {
  test("What was sent is there, once", once, async ({ site, apis, launch }) => {
    const tables = ["booking", "conversation", "message", "notification"];
    const counts = () => tables.map((table) => query<{ n: number }>(site, `SELECT count(*) AS n FROM ${table}`)[0].n);
    const before = counts();
    const { id } = await apis.eventpro.findTalent("MC Achieng");
    await apis.eventpro.openBooking(id, "Harvest festival", "Will you lead through it?");
    const message = { conversationId: launch.id, body: "Once", clientId: randomUUID() };
    for (let n = 1; n <= 3; n++) await apis.sarah.request("POST", "/api/messages", message);
    expect(counts()).toEqual(before.map((n, index) => n + [1, 1, 2, 2][index]));
  });

  for (const [row, violations] of INTEGRITY_CHECKS) {
    test(row, once, async ({ site, apis, launch, sundowner }) => {
      const { id } = await apis.eventpro.findTalent("MC Achieng");
      const { conversation } = await apis.eventpro.openBooking(id, "Harvest festival", "Will you lead through it?");
      const conversations = [
        [launch.id, "eventpro", "sarah"],
        [sundowner.id, "safari", "kamau"],
        [conversation.id, "eventpro", "achieng"],
      ] as const;
      // Concurrently, so that races can show.
      const sendThree = (id: string, who: DemoName) => ["1", "2", "3"].map((text) => apis[who].sendMessage(id, text));
      await Promise.all(conversations.flatMap(([id, ...both]) => both.flatMap((who) => sendThree(id, who))));
      expect(query(site, violations)).toEqual([]);
    });
  }
});

describe("Frontend", () => {
  for (const [row, who, title, path] of [
    ["/", "visitor", "Talk to the people behind the show"],
    ["/signin", "visitor", "Sign in"],
    ["/register", "visitor", "Create account"],
    ["/verify", "visitor", "Check your email"],
    ["/forgot", "visitor", "Choose a new password"],
    ["/reset", "visitor", "Choose a new password"],
    ["/inbox", "sarah", "Inbox"],
    ["/conversations/…", "sarah", "EventPro Kenya", (ids: Ids) => ids.conversation],
    ["/notifications", "sarah", "Notifications"],
    ["/talents", "eventpro", "Find talent"],
    ["/bookings", "sarah", "Bookings"],
    ["/t/…", "visitor", "DJ Kamau", () => "/t/dj-kamau"],
    ["/bookings/new", "eventpro", "New booking", (ids: Ids) => `/bookings/new?talent=${ids.talent}`],
    ["/bookings/…", "sarah", "Savanna product launch", (ids: Ids) => ids.booking],
    ["/settings", "sarah", "Settings"],
    ["A page that isn't there", "visitor", "Page not found", () => "/no/such/page"],
  ] as const) {
    test(row, async ({ visitor, sarah, eventpro, apis, launch }) => {
      const person = { visitor, sarah, eventpro }[who];
      const missing = title === "Page not found";
      if (missing) person.allowConsole(/status of 404/);
      const { id } = await apis.eventpro.findTalent("DJ Kamau");
      const ids = { conversation: launch.path, booking: launch.booking, talent: id };
      expect(await person.open(path?.(ids) ?? row)).toBe(missing ? 404 : 200);
      await expect(person.heading).toHaveText(title);
      await expect(person.page.getByRole("main")).toBeVisible();
    });
  }

  test("From page to page by links alone", async ({ visitor }) => {
    await visitor.open("/");
    const { page } = visitor;
    const follow = async (name: string | RegExp, title: string) => {
      await page.getByRole("link", { name }).first().click();
      await expect(visitor.heading).toHaveText(title);
    };
    await follow("Get started", "Create account");
    await follow("Sign in", "Sign in");
    await follow("Create account", "Create account");
    await follow("Sign in", "Sign in");
    await follow("Forgot your password?", "Choose a new password");
    await follow("Back to sign in", "Sign in");
    await visitor.signIn(DEMO_PEOPLE.eventpro.email, PASSWORD);
    await follow("Sarah Wanjiru", "Sarah Wanjiru");
    await follow(/^Notifications/, "Notifications");
    await follow("Find talent", "Find talent");
    await follow("DJ Kamau", "DJ Kamau");
    await follow("Ask about a date", "New booking");
    await follow(/EventPro Kenya/, "Settings");
    await follow("Greenroom", "Inbox");
  });
});

describe("SSE connection", () => {
  for (const path of ["/api/events", "/api/websocket"]) {
    test(`A browser's EventSource follows \`${path}\``, js, async ({ sarah, apis, launch }) => {
      await sarah.open("/settings");
      const received = sarah.page.evaluate((path) => new Promise((resolve, reject) => {
        const source = new EventSource(path);
        source.addEventListener("ready", () => (document.title = "Listening"));
        source.addEventListener("message.created", ({ data }) => resolve(JSON.parse(data).message.body));
        source.addEventListener("error", reject);
      }), path);
      await expect(sarah.page).toHaveTitle("Listening");
      await apis.eventpro.sendMessage(launch.id, "Can you hear me?");
      expect(await received).toBe("Can you hear me?");
    });

    test(`The npm package eventsource follows \`${path}\``, once, async ({ site, apis, launch }) => {
      const client = await connectStream(site.url + path, apis.sarah);
      await apis.eventpro.sendMessage(launch.id, "Can you hear me?");
      await expect.poll(() => client.bodies).toEqual(["Can you hear me?"]);
      client.close();
    });

    test(`Plain HTTP follows \`${path}\``, once, async ({ site, apis, launch }) => {
      const stream = await openRawStream(site.url + path, apis.sarah);
      expect([stream.status, stream.headers["content-type"]]).toEqual([200, "text/event-stream"]);
      await apis.eventpro.sendMessage(launch.id, "Can you hear me?");
      await expect.poll(() => stream.bodies).toEqual(["Can you hear me?"]);
      stream.close();
    });

    test(`Without a session \`${path}\` is a 401, and no redirect`, js, async ({ site, visitor }) => {
      for (const accept of ["text/event-stream", "text/html", "*/*"]) {
        const response = await new Api(site.url).request("GET", path, undefined, { accept });
        expect([response.status, response.json.code, response.headers.location]).toEqual([401, "unauthenticated", undefined]);
      }
      await expect(connectStream(site.url + path, new Api(site.url))).rejects.toMatchObject({ code: 401 });
      visitor.allowConsole(/status of 401/);
      await visitor.open("/signin");
      const state = visitor.page.evaluate((path) => new Promise((resolve) => {
        const source = new EventSource(path);
        source.addEventListener("error", () => resolve(source.readyState === EventSource.CLOSED ? "given up" : "trying again"));
      }), path);
      expect(await state).toBe("given up");
    });
  }
});

describe("Real-world usage", () => {
  test("An organiser finds a photographer and books her", async ({ eventpro, apis }) => {
    await eventpro.open("/talents");
    const { page } = eventpro;
    await page.getByRole("link", { name: "Photographer", exact: true }).click();
    await page.getByRole("link", { name: "Sarah Wanjiru" }).click();
    await page.getByRole("link", { name: "Ask about a date" }).click();
    await submitInquiry(page, { title: "Garden wedding", venue: "Karura, Nairobi", fee: "30,000", message: "Are you free that Saturday?" });
    await expect(eventpro.heading).toHaveText("Sarah Wanjiru");
    await expect(eventpro.thread.message("Are you free that Saturday?")).toBeVisible();
    const [{ booking }] = await apis.sarah.listConversations();
    expect(booking).toMatchObject({ title: "Garden wedding", fee: { amount: 3_000_000, currency: "KES" }, status: "inquiry" });
  });

  test("A talent is notified, and answers", async ({ achieng, eventpro, apis }) => {
    const { id } = await apis.eventpro.findTalent("MC Achieng");
    const { conversation } = await apis.eventpro.openBooking(id, "Harvest festival", "Will you lead through it?");
    await achieng.open("/inbox");
    await expect(achieng.bell).toHaveAccessibleName(/^Notifications, \d unread$/);
    await achieng.bell.click();
    await achieng.page.getByRole("link", { name: /EventPro Kenya/ }).first().click();
    await expect(achieng.thread.message("Will you lead through it?")).toBeVisible();
    await achieng.thread.sendMessage("With pleasure.");
    await expect(achieng.thread.message("With pleasure.")).toBeVisible();
    await expect(achieng.thread.log.getByText("Sent", { exact: true })).toBeVisible();
    await eventpro.open(`/conversations/${conversation.id}`);
    await expect(eventpro.thread.message("With pleasure.")).toBeVisible();
  });

  test("Both talk live, each in a browser of their own", js, async ({ eventpro, sarah, launch }) => {
    await Promise.all([eventpro.open(launch.path), sarah.open(launch.path)]);
    const texts = ["Two lights or three?", "Three.", "I bring four."];
    for (const [index, text] of texts.entries()) {
      const [from, to] = index % 2 ? [eventpro, sarah] : [sarah, eventpro];
      await from.thread.sendMessage(text);
      await expect(to.thread.message(text)).toBeVisible();
    }
    for (const { thread } of [eventpro, sarah]) await expect(thread.bubbles).toHaveText([...launch.bodies, ...texts]);
  });

  test("A talent accepts, and the organiser sees it at once", js, async ({ sarah, eventpro, launch }) => {
    await Promise.all([sarah.open(launch.booking), eventpro.open(launch.booking)]);
    await expect(eventpro.page.getByText("Waiting for reply", { exact: true })).toBeVisible();
    await acceptBooking(sarah.page);
    for (const { page } of [sarah, eventpro]) {
      const step = page.getByRole("list", { name: "Progress" }).getByText("Agreed", { exact: true });
      await expect(step).toHaveAttribute("aria-current", "step");
    }
  });

  test("What was written offline arrives after reconnecting", js, async ({ sarah, eventpro, faultProxy, launch }) => {
    sarah.allowConsole(/net::ERR_/);
    sarah.setBaseUrl(faultProxy.url);
    await Promise.all([sarah.open(launch.path), eventpro.open(launch.path)]);
    await faultProxy.refuseConnections();
    await expect(sarah.page.getByText(/Reconnecting/)).toBeVisible();
    await sarah.thread.sendMessage("From the tunnel");
    await faultProxy.restore();
    await expect(eventpro.thread.message("From the tunnel")).toHaveCount(1, RECONNECTED);
    await expect(sarah.thread.message("From the tunnel")).toHaveCount(1);
  });

  test("A second device shows the same", async ({ sarah, visitor, launch }) => {
    await sarah.open(launch.path);
    await sarah.thread.sendMessage("From my phone");
    await expect(sarah.thread.message("From my phone")).toBeVisible();
    await visitor.open("/signin");
    await visitor.signIn(DEMO_PEOPLE.sarah.email, PASSWORD);
    await visitor.conversations.getByRole("link", { name: "EventPro Kenya" }).click();
    for (const { thread } of [sarah, visitor]) await expect(thread.bubbles).toHaveText([...launch.bodies, "From my phone"]);
  });

  test("Whose session has expired is told so", async ({ site, sarah, apis, launch, javaScriptEnabled }) => {
    sarah.allowConsole(/status of 401/);
    await sarah.open(launch.path);
    // Types first: without a draft, the page may redirect to sign-in before the test can type.
    await sarah.thread.composer.fill("Too late?");
    executeSql(site, "UPDATE session SET expires_at = 0 WHERE person_id = (SELECT id FROM person WHERE email = ?)", DEMO_PEOPLE.sarah.email);
    await sarah.thread.sendButton.click();
    if (javaScriptEnabled === false) await expect(sarah.page).toHaveURL(/\/signin/);
    else await expect(sarah.page.getByText("You were signed out.")).toBeVisible();
    expect((await apis.eventpro.listMessages(launch.id)).map(({ body }) => body)).toEqual(launch.bodies);
  });
});
