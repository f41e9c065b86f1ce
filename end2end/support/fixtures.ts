import { test as base, type TestFixture } from "@playwright/test";
import { Api } from "./api.ts";
import { CAST, type Name } from "./cast.ts";
import { FaultProxy } from "./fault-proxy.ts";
import { Gateway, type Kind } from "./gateway.ts";
import { Mailbox } from "./mailbox.ts";
import { Person } from "./person.ts";
import { SmtpServer } from "./smtp-server.ts";
import { Site, type Settings } from "./site.ts";
import { makeTemplate, type Template } from "./template.ts";

export { expect } from "@playwright/test";
export type { Conversation, FaultProxy, Person, Site, SmtpServer };

/** Two people's conversation, with what they have said so far. */
type Conversation = { id: string; path: string; booking: string; said: string[] };

type Fixtures = Record<Name, Person> & {
  /** What the site's environment says, for stories in which that matters. */
  settings: Settings;
  /** A mail server, for sites whose settings name it. */
  smtpServer: SmtpServer;
  /** A site of this test's own. */
  site: Site;
  /** A proxy before the site that injects network faults. */
  faultProxy: FaultProxy;
  /** Puts gateways before the site. */
  behind: (kind: Kind) => Promise<Gateway>;
  /** Somebody who isn't signed in. */
  visitor: Person;
  /** The cast without browsers: programs that use the REST interface. */
  programs: Record<Name, Api>;
  /** The mails that the site wrote. */
  mailbox: Mailbox;
  /** What EventPro and Sarah talk about. The last message is Sarah's, and EventPro hasn't read it. */
  launch: Conversation;
  /** What Safari Sounds and DJ Kamau talk about. */
  sundowner: Conversation;
};

const names = Object.keys(CAST) as Name[];

const atBrowser = (name: Name): TestFixture<Person, any> =>
  async ({ site, browser, template, javaScriptEnabled }, use) => {
    const around = { browser, url: site.url, javaScript: javaScriptEnabled !== false };
    const person = new Person(CAST[name].name, around, template.sessions[name]);
    await use(person);
    await person.leave();
  };

const between = (name: Name): TestFixture<Conversation, any> =>
  async ({ programs }, use) => {
    const [conversation] = await programs[name].conversations();
    const { id, booking } = conversation;
    const said = (await programs[name].messages(id)).map(({ body }: { body: string }) => body);
    await use({ id, path: `/conversations/${id}`, booking: `/bookings/${booking.id}`, said });
  };

export const test = base.extend<Fixtures, { template: Template }>({
  template: [
    async ({}, use) => {
      const template = await makeTemplate();
      await use(template);
      await template.remove();
    },
    { scope: "worker" },
  ],

  settings: async ({}, use) => use({}),

  smtpServer: async ({}, use) => {
    const smtpServer = await SmtpServer.create();
    await use(smtpServer);
    await smtpServer.stop();
  },

  site: async ({ template, settings }, use, info) => {
    const site = await Site.start(template.data, settings);
    await use(site);
    await site.stop("SIGKILL");
    if (info.status !== info.expectedStatus) await info.attach("the site's log", { body: site.told });
    await site.remove();
  },

  faultProxy: async ({ site }, use) => {
    const faultProxy = await FaultProxy.start(site.port);
    await use(faultProxy);
    faultProxy.stop();
  },

  behind: async ({ site }, use) => {
    const gateways: Gateway[] = [];
    await use(async (kind) => {
      const gateway = await Gateway.before(site.port, kind);
      gateways.push(gateway);
      return gateway;
    });
    await Promise.all(gateways.map((gateway) => gateway.remove()));
  },

  visitor: async ({ site, browser, javaScriptEnabled }, use) => {
    const visitor = new Person("the visitor", { browser, url: site.url, javaScript: javaScriptEnabled !== false });
    await use(visitor);
    await visitor.leave();
  },

  programs: async ({ site, template }, use) => {
    const address = site.settings.GREENROOM_URL;
    const host = address && new URL(address).host;
    const apis = names.map((name) => [name, new Api(site.url, template.sessions[name], host)]);
    await use(Object.fromEntries(apis));
  },

  mailbox: async ({ site }, use) => use(new Mailbox(new Api(site.url))),

  eventpro: atBrowser("eventpro"),
  safari: atBrowser("safari"),
  sarah: atBrowser("sarah"),
  kamau: atBrowser("kamau"),
  achieng: atBrowser("achieng"),

  launch: between("sarah"),
  sundowner: between("kamau"),
});
