import { Api } from "../../support/api.ts";
import { query, executeSql } from "../../support/database.ts";
import { expect, test, type Site } from "../../support/fixtures.ts";
import { extractLink, extractToken } from "../../support/smtp-server.ts";

const WANJA = { email: "wanja@example.net", password: "a drum in the rain", name: "Wanja", role: "talent" };
const OTIENO = { ...WANJA, email: "otieno@example.net", name: "Otieno" };

// The most detailed log, which must still hold no secrets.
const settings = { RUST_LOG: "debug" };

test.use({ settings: async ({ smtpServer }, use) => use({ ...settings, SMTP_URL: smtpServer.url }) });

type QueuedMail = { to: string; text: string; attempts: number; delay: number; sent: number | null; parked: number | null };

/** Reads the mail queue from the database. `delay` is the time from creation to the next attempt, in milliseconds. */
const queuedMails = (site: Site) =>
  query<QueuedMail>(
    site,
    `SELECT recipient AS "to", body_text AS text, attempts, due_at - created_at AS delay, sent_at AS sent,
       parked_at AS parked FROM mail ORDER BY id`,
  );

const register = async (site: Site, person: typeof WANJA) => {
  const host = new URL(site.settings.GREENROOM_URL ?? site.url).host;
  const response = await new Api(site.url).request("POST", "/api/auth/register", person, { host });
  expect(response.status).toBe(202);
};

const verify = (site: Site, token: string) => new Api(site.url).request("POST", "/api/auth/verify", { token });

/** Makes the next attempt due now. */
const makeDue = (site: Site) => executeSql(site, "UPDATE mail SET due_at = created_at");

test("registration sends one mail, whose link works once", async ({ site, smtpServer }) => {
  await register(site, WANJA);
  await expect.poll(() => smtpServer.mails.length).toBe(1);
  const [mail] = smtpServer.mails;
  expect(mail).toMatchObject({ subject: "Confirm your email address", to: { text: WANJA.email } });
  expect(mail.from?.value).toEqual([{ name: "Greenroom", address: "no-reply@127.0.0.1" }]);
  expect(mail.messageId).toMatch(/^<[0-9a-f-]{36}@127\.0\.0\.1>$/);
  expect(mail.headers.get("auto-submitted")).toBe("auto-generated");

  const link = extractLink(mail);
  expect(link.href).toMatch(`${site.url}/verify?token=`);
  expect(mail.html).toContain(`href="${link.href}"`);

  const api = new Api(site.url);
  await expect(api.signIn(WANJA.email, WANJA.password)).rejects.toThrow(/403 .*email_unverified/);
  expect((await verify(site, extractToken(mail))).status).toBe(204);
  expect(await api.signIn(WANJA.email, WANJA.password)).toBeTruthy();
  const again = await verify(site, extractToken(mail));
  expect([again.status, again.json.fields]).toEqual([422, { token: "token_invalid" }]);
});

test("a sent mail loses its text, and isn't listed under /dev/mail", async ({ site, smtpServer }) => {
  await register(site, WANJA);
  await expect.poll(() => queuedMails(site)[0].sent).not.toBeNull();
  expect(queuedMails(site)).toMatchObject([{ to: WANJA.email, text: "", attempts: 1, parked: null }]);
  expect(smtpServer.mails).toHaveLength(1);
  expect((await new Api(site.url).get("/dev/mail")).status).toBe(404);
});

test("mails have the configured sender, and link to the public URL", async ({ site, smtpServer }) => {
  await site.stop();
  const GREENROOM_URL = "https://greenroom.example";
  site.settings = { ...site.settings, GREENROOM_URL, GREENROOM_MAIL_FROM: "Zoë of Greenroom <hello@greenroom.example>" };
  await site.serve();
  await register(site, WANJA);
  await expect.poll(() => smtpServer.mails.length).toBe(1);
  const [mail] = smtpServer.mails;
  expect(mail.from?.value).toEqual([{ name: "Zoë of Greenroom", address: "hello@greenroom.example" }]);
  expect(mail.messageId).toMatch(/@greenroom\.example>$/);
  expect(extractLink(mail).origin).toBe(GREENROOM_URL);
});

for (const [code, reason] of [
  [451, "greylisting"],
  [530, "missing authentication"],
] as const) {
  test(`a mail that is rejected with ${code} (${reason}) is retried and sent once`, async ({ site, smtpServer }) => {
    smtpServer.rejectMails(code);
    await register(site, WANJA);
    await expect.poll(() => site.logText).toContain("a mail will be tried again");
    const [{ attempts, delay, sent, parked, text }] = queuedMails(site);
    expect({ attempts, sent, parked }).toEqual({ attempts: 1, sent: null, parked: null });
    expect(delay).toBeGreaterThanOrEqual(60_000);

    smtpServer.acceptMails();
    makeDue(site);
    await expect.poll(() => queuedMails(site)[0].sent).not.toBeNull();
    expect(smtpServer.mails).toHaveLength(1);
    expect(extractToken(smtpServer.mails[0])).toMatch(/^[0-9a-f]{64}$/);
    expect(text, "the queued text holds no valid token").not.toContain(extractToken(smtpServer.mails[0]));
    expect(smtpServer.attempts).toBe(2);
  });
}

test("a permanently rejected mail is dead-lettered, and the next one is sent", async ({ site, smtpServer }) => {
  smtpServer.rejectMails(550);
  await register(site, WANJA);
  await expect.poll(() => queuedMails(site)[0].parked).not.toBeNull();
  expect(site.logText).toContain("a mail is dead-lettered");
  expect(site.logText).toContain("550");

  smtpServer.acceptMails();
  makeDue(site);
  await register(site, OTIENO);
  await expect.poll(() => smtpServer.mailsTo(OTIENO.email).length).toBe(1);
  expect(smtpServer.mails).toHaveLength(1);
  expect(smtpServer.attempts).toBe(2);
});

test("mails are retried while the mail server is down", async ({ site, smtpServer }) => {
  await smtpServer.stop();
  await register(site, WANJA);
  await expect.poll(() => site.logText).toContain("a mail will be tried again");
  await smtpServer.start();
  makeDue(site);
  await expect.poll(() => queuedMails(site)[0].sent).not.toBeNull();
  expect(smtpServer.mails).toHaveLength(1);
});

test("a stalled mail server delays neither requests nor shutdown", async ({ site, smtpServer }) => {
  smtpServer.stallReplies();
  await register(site, WANJA);
  await expect.poll(() => smtpServer.attempts).toBe(1);

  const start = Date.now();
  await register(site, OTIENO);
  expect((await new Api(site.url).get("/")).status).toBe(200);
  expect((await new Api(site.url).get("/readyz")).status).toBe(200);
  await site.stop();
  // Far below the SMTP timeout of 20 s.
  expect(Date.now() - start).toBeLessThan(5_000);

  smtpServer.acceptMails();
  makeDue(site);
  await site.serve();
  await expect.poll(() => queuedMails(site).map(({ sent }) => sent !== null)).toEqual([true, true]);
  for (const { email } of [WANJA, OTIENO]) expect(smtpServer.mailsTo(email)).toHaveLength(1);
});

test("a queued mail survives a crash before its first attempt", async ({ site, smtpServer }) => {
  await site.stop();
  site.settings = settings;
  await site.serve();
  await register(site, WANJA);
  await site.stop("SIGKILL");
  expect(queuedMails(site)).toMatchObject([{ to: WANJA.email, attempts: 0 }]);

  site.settings = { ...settings, SMTP_URL: smtpServer.url };
  await site.serve();
  await expect.poll(() => queuedMails(site)[0].sent).not.toBeNull();
  expect(smtpServer.mails).toHaveLength(1);
  expect((await verify(site, extractToken(smtpServer.mails[0]))).status).toBe(204);
});

test("a mail whose delivery a crash interrupted is sent once after a restart", async ({ site, smtpServer }) => {
  smtpServer.stallReplies();
  await register(site, WANJA);
  await expect.poll(() => smtpServer.attempts).toBe(1);
  await site.stop("SIGKILL");
  smtpServer.acceptMails();
  expect(smtpServer.mails).toHaveLength(0);

  makeDue(site);
  await site.serve();
  await expect.poll(() => queuedMails(site)[0].sent).not.toBeNull();
  expect(smtpServer.mails).toHaveLength(1);
});

for (const [outcome, code] of [
  ["accepted", undefined],
  ["rejected temporarily", 451],
  ["rejected permanently", 550],
] as const) {
  test(`the log holds no address and no token when mails are ${outcome}`, async ({ site, smtpServer }) => {
    if (code) smtpServer.rejectMails(code);
    await register(site, WANJA);
    const queued = () => queuedMails(site)[0];
    await expect.poll(() => queued().sent ?? queued().parked ?? (site.logText.includes("tried again") || null)).not.toBeNull();
    const secrets = [WANJA.email, "wanja", WANJA.password, "token="];
    // Only an accepted mail shows its token to this test: the queue never holds a valid one.
    if (!code) {
      const token = extractToken(smtpServer.mails[0]);
      expect(token.length).toBeGreaterThan(20);
      secrets.push(token);
      await new Api(site.url).get(`/verify?token=${token}`);
      expect((await verify(site, token)).status).toBe(204);
      await new Api(site.url).signIn(WANJA.email, WANJA.password);
    }

    expect(site.logText).not.toBe("");
    for (const secret of secrets) expect(site.logText).not.toContain(secret);
  });
}
