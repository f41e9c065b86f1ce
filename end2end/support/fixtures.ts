import { test as base, type TestFixture } from "@playwright/test";
import { Api } from "./api.ts";
import { DEMO_PEOPLE, type DemoName } from "./demo-people.ts";
import { FaultProxy } from "./fault-proxy.ts";
import { Gateway, type GatewayKind } from "./gateway.ts";
import { Mailbox } from "./mailbox.ts";
import { Person } from "./person.ts";
import { SmtpServer } from "./smtp-server.ts";
import { Site, type Settings } from "./site.ts";
import { createTemplate, type Template } from "./site-template.ts";

export { expect } from "@playwright/test";
export type { Conversation, FaultProxy, Person, Site, SmtpServer };

/** A conversation of two demo people. `path` and `booking` are its pages, `bodies` its seeded messages. */
type Conversation = { id: string; path: string; title: string; booking: string; bodies: string[] };

type Fixtures = Record<DemoName, Person> & {
  /** Environment variables of the site, to be set with `test.use`. */
  settings: Settings;
  /** A mail server, for sites whose settings name it. */
  smtpServer: SmtpServer;
  /** A running site that belongs to this test alone. */
  site: Site;
  /** A proxy before the site that injects network faults. */
  faultProxy: FaultProxy;
  /** Starts a gateway before the site. */
  startGateway: (kind: GatewayKind) => Promise<Gateway>;
  /** A browser without a session. */
  visitor: Person;
  /** REST clients of the demo people. */
  apis: Record<DemoName, Api>;
  /** The mails that the site lists under /dev/mail. */
  mailbox: Mailbox;
  /** The conversation of EventPro and Sarah. The last message is Sarah's, and EventPro hasn't read it. */
  launch: Conversation;
  /** The conversation of Safari Sounds and DJ Kamau. */
  sundowner: Conversation;
};

const names = Object.keys(DEMO_PEOPLE) as DemoName[];

const personFixture = (name: DemoName): TestFixture<Person, any> =>
  async ({ site, browser, template, javaScriptEnabled }, use) => {
    const environment = { browser, url: site.url, javaScript: javaScriptEnabled !== false };
    const person = new Person(DEMO_PEOPLE[name].name, environment, template.sessions[name]);
    await use(person);
    await person.close();
  };

const conversationFixture = (name: DemoName): TestFixture<Conversation, any> =>
  async ({ apis }, use) => {
    const [conversation] = await apis[name].listConversations();
    const { id, booking } = conversation;
    const bodies = (await apis[name].listMessages(id)).map(({ body }: { body: string }) => body);
    await use({ id, path: `/conversations/${id}`, title: booking.title, booking: `/bookings/${booking.id}`, bodies });
  };

export const test = base.extend<Fixtures, { template: Template }>({
  template: [
    async ({}, use) => {
      const template = await createTemplate();
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
    if (info.status !== info.expectedStatus) await info.attach("the site's log", { body: site.logText });
    await site.remove();
  },

  faultProxy: async ({ site }, use) => {
    const faultProxy = await FaultProxy.start(site.port);
    await use(faultProxy);
    faultProxy.stop();
  },

  startGateway: async ({ site }, use) => {
    const gateways: Gateway[] = [];
    await use(async (kind) => {
      const gateway = await Gateway.start(site.port, kind);
      gateways.push(gateway);
      return gateway;
    });
    await Promise.all(gateways.map((gateway) => gateway.remove()));
  },

  visitor: async ({ site, browser, javaScriptEnabled }, use) => {
    const visitor = new Person("the visitor", { browser, url: site.url, javaScript: javaScriptEnabled !== false });
    await use(visitor);
    await visitor.close();
  },

  apis: async ({ site, template }, use) => {
    const address = site.settings.GREENROOM_URL;
    const host = address && new URL(address).host;
    const entries = names.map((name) => [name, new Api(site.url, template.sessions[name], host)]);
    await use(Object.fromEntries(entries));
  },

  mailbox: async ({ site }, use) => use(new Mailbox(new Api(site.url))),

  eventpro: personFixture("eventpro"),
  safari: personFixture("safari"),
  sarah: personFixture("sarah"),
  kamau: personFixture("kamau"),
  achieng: personFixture("achieng"),

  launch: conversationFixture("sarah"),
  sundowner: conversationFixture("kamau"),
});
