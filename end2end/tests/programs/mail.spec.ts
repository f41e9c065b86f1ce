import { Api } from "../../support/api.ts";
import { ask, meddle } from "../../support/database.ts";
import { expect, test, type Site } from "../../support/fixtures.ts";
import { linkIn, tokenIn } from "../../support/post-office.ts";

const WANJA = { email: "wanja@example.net", password: "a drum in the rain", name: "Wanja", role: "talent" };
const OTIENO = { ...WANJA, email: "otieno@example.net", name: "Otieno" };

// All that the log can be made to tell.
const settings = { RUST_LOG: "debug" };

test.use({ settings: async ({ office }, use) => use({ ...settings, SMTP_URL: office.url }) });

type Letter = { to: string; text: string; attempts: number; waits: number; sent: number | null; parked: number | null };

/** Letters as the database has them; each waits from when it was written until it is tried next. */
const letters = (site: Site) =>
  ask<Letter>(
    site,
    `SELECT recipient AS "to", body_text AS text, attempts, due_at - created_at AS waits, sent_at AS sent,
       parked_at AS parked FROM mail ORDER BY id`,
  );

const register = async (site: Site, who: typeof WANJA) => {
  const host = new URL(site.settings.GREENROOM_URL ?? site.url).host;
  const answer = await new Api(site.url).request("POST", "/api/auth/register", who, { host });
  expect(answer.status).toBe(202);
};

const verify = (site: Site, token: string) => new Api(site.url).request("POST", "/api/auth/verify", { token });

/** Lets the wait until the next try be over. */
const makeDue = (site: Site) => meddle(site, "UPDATE mail SET due_at = created_at");

test("who registers gets one mail, whose link works once", async ({ site, office }) => {
  await register(site, WANJA);
  await expect.poll(() => office.mails.length).toBe(1);
  const [mail] = office.mails;
  expect(mail).toMatchObject({ subject: "Confirm your email address", to: { text: WANJA.email } });
  expect(mail.from?.value).toEqual([{ name: "Greenroom", address: "no-reply@127.0.0.1" }]);
  expect(mail.messageId).toMatch(/^<[0-9a-f-]{36}@127\.0\.0\.1>$/);
  expect(mail.headers.get("auto-submitted")).toBe("auto-generated");

  const link = linkIn(mail);
  expect(link.href).toMatch(`${site.url}/verify?token=`);
  expect(mail.html).toContain(`href="${link.href}"`);

  const member = new Api(site.url);
  await expect(member.signIn(WANJA.email, WANJA.password)).rejects.toThrow(/403 .*email_unverified/);
  expect((await verify(site, tokenIn(mail))).status).toBe(204);
  expect(await member.signIn(WANJA.email, WANJA.password)).toBeTruthy();
  const again = await verify(site, tokenIn(mail));
  expect([again.status, again.json.fields]).toEqual([422, { token: "token_invalid" }]);
});

test("a mail that was sent loses its text, and is no mail for a developer", async ({ site, office }) => {
  await register(site, WANJA);
  await expect.poll(() => letters(site)[0].sent).not.toBeNull();
  expect(letters(site)).toMatchObject([{ to: WANJA.email, text: "", attempts: 1, parked: null }]);
  expect(office.mails).toHaveLength(1);
  expect((await new Api(site.url).get("/dev/mail")).status).toBe(404);
});

test("mails carry the name they are told to, and lead to the public address", async ({ site, office }) => {
  await site.stop();
  const GREENROOM_URL = "https://greenroom.example";
  site.settings = { ...site.settings, GREENROOM_URL, GREENROOM_MAIL_FROM: "Zoë of Greenroom <hello@greenroom.example>" };
  await site.serve();
  await register(site, WANJA);
  await expect.poll(() => office.mails.length).toBe(1);
  const [mail] = office.mails;
  expect(mail.from?.value).toEqual([{ name: "Zoë of Greenroom", address: "hello@greenroom.example" }]);
  expect(mail.messageId).toMatch(/@greenroom\.example>$/);
  expect(linkIn(mail).origin).toBe(GREENROOM_URL);
});

for (const [code, why] of [
  [451, "as a stranger at first, perhaps"],
  [530, "for want of a password, which somebody will mend"],
] as const) {
  test(`a mail that is refused for now, ${why}, waits and goes out once`, async ({ site, office }) => {
    office.refuse(code);
    await register(site, WANJA);
    await expect.poll(() => site.told).toContain("a mail will be tried again");
    const [{ attempts, waits, sent, parked, text }] = letters(site);
    expect({ attempts, sent, parked }).toEqual({ attempts: 1, sent: null, parked: null });
    expect(waits).toBeGreaterThanOrEqual(60_000);

    office.recover();
    makeDue(site);
    await expect.poll(() => letters(site)[0].sent).not.toBeNull();
    expect(office.mails).toHaveLength(1);
    expect(tokenIn(office.mails[0])).toMatch(/^[0-9a-f]{64}$/);
    expect(text, "what waited in the database holds no link that works").not.toContain(tokenIn(office.mails[0]));
    expect(office.tries).toBe(2);
  });
}

test("a mail that is refused for good is put aside, and the next one is sent", async ({ site, office }) => {
  office.refuse(550);
  await register(site, WANJA);
  await expect.poll(() => letters(site)[0].parked).not.toBeNull();
  expect(site.told).toContain("a mail is given up");
  expect(site.told).toContain("550");

  office.recover();
  makeDue(site);
  await register(site, OTIENO);
  await expect.poll(() => office.to(OTIENO.email).length).toBe(1);
  expect(office.mails).toHaveLength(1);
  expect(office.tries).toBe(2);
});

test("a mail server that is away is waited for", async ({ site, office }) => {
  await office.leave();
  await register(site, WANJA);
  await expect.poll(() => site.told).toContain("a mail will be tried again");
  await office.comeBack();
  makeDue(site);
  await expect.poll(() => letters(site)[0].sent).not.toBeNull();
  expect(office.mails).toHaveLength(1);
});

test("a mail server that takes its time holds up nobody, not even the end", async ({ site, office }) => {
  office.dawdle();
  await register(site, WANJA);
  await expect.poll(() => office.tries).toBe(1);

  const begun = Date.now();
  await register(site, OTIENO);
  expect((await new Api(site.url).get("/")).status).toBe(200);
  expect((await new Api(site.url).get("/readyz")).status).toBe(200);
  await site.stop();
  // A tenth of what the mail server may take, with room for a busy machine.
  expect(Date.now() - begun).toBeLessThan(5_000);

  office.recover();
  makeDue(site);
  await site.serve();
  await expect.poll(() => letters(site).map(({ sent }) => sent !== null)).toEqual([true, true]);
  for (const { email } of [WANJA, OTIENO]) expect(office.to(email)).toHaveLength(1);
});

test("a mail that was queued and not tried yet outlives a power cut", async ({ site, office }) => {
  await site.stop();
  site.settings = settings;
  await site.serve();
  await register(site, WANJA);
  await site.stop("SIGKILL");
  expect(letters(site)).toMatchObject([{ to: WANJA.email, attempts: 0 }]);

  site.settings = { ...settings, SMTP_URL: office.url };
  await site.serve();
  await expect.poll(() => letters(site)[0].sent).not.toBeNull();
  expect(office.mails).toHaveLength(1);
  expect((await verify(site, tokenIn(office.mails[0]))).status).toBe(204);
});

test("a mail whose sending a power cut broke off goes out once after it", async ({ site, office }) => {
  office.dawdle();
  await register(site, WANJA);
  await expect.poll(() => office.tries).toBe(1);
  await site.stop("SIGKILL");
  office.recover();
  expect(office.mails).toHaveLength(0);

  makeDue(site);
  await site.serve();
  await expect.poll(() => letters(site)[0].sent).not.toBeNull();
  expect(office.mails).toHaveLength(1);
});

for (const [how, code] of [
  ["taken", undefined],
  ["refused for now", 451],
  ["refused for good", 550],
] as const) {
  test(`the log tells of no address and no token where mails are ${how}`, async ({ site, office }) => {
    if (code) office.refuse(code);
    await register(site, WANJA);
    const kept = () => letters(site)[0];
    await expect.poll(() => kept().sent ?? kept().parked ?? (site.told.includes("tried again") || null)).not.toBeNull();
    const secrets = [WANJA.email, "wanja", WANJA.password, "token="];
    // A mail that wasn't taken has no token yet: nothing at rest opens an account.
    if (!code) {
      const token = tokenIn(office.mails[0]);
      expect(token.length).toBeGreaterThan(20);
      secrets.push(token);
      await new Api(site.url).get(`/verify?token=${token}`);
      expect((await verify(site, token)).status).toBe(204);
      await new Api(site.url).signIn(WANJA.email, WANJA.password);
    }

    expect(site.told).not.toBe("");
    for (const secret of secrets) expect(site.told).not.toContain(secret);
  });
}
