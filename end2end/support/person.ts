import { expect, type Browser, type BrowserContext, type Page } from "@playwright/test";
import { Api, COOKIE } from "./api.ts";
import { submitSignIn } from "./forms.ts";
import { ThreadPage } from "./thread-page.ts";

type Environment = { browser: Browser; url: string; javaScript: boolean };

// Without JavaScript, the browser warns about preloaded files that it doesn't use.
const UNUSED_PRELOAD = /preloaded using link preload but not used/;

// If a field already has the focus, the browser ignores autofocus and warns.
const BLOCKED_AUTOFOCUS = /Autofocus processing was blocked/;

// A violation of the content security policy.
const CSP_VIOLATION = /Content Security Policy/i;

// A hydrated page, or one that loads no program.
const READY = "html[data-hydrated], html[data-program=none]";

/** A person with a browser context of their own. Given a session, they are signed in from the start. */
export class Person {
  readonly api: Api;
  private context?: BrowserContext;
  private firstPage?: Page;
  private readonly consoleErrors: string[] = [];
  private readonly allowedMessages: RegExp[] = [];
  /** Violations of the content security policy. Must be empty at the end; a test that provokes one clears this. */
  readonly cspViolations: string[] = [];

  constructor(
    readonly name: string,
    private readonly environment: Environment,
    readonly session?: string,
  ) {
    this.api = new Api(environment.url, session);
  }

  /** The first page this person opened. */
  get page(): Page {
    if (!this.firstPage) throw new Error(`${this.name} has opened nothing yet`);
    return this.firstPage;
  }

  get thread(): ThreadPage {
    return new ThreadPage(this.page);
  }

  get heading() {
    return this.page.getByRole("heading", { level: 1 });
  }

  /** The status message of the page. */
  get status() {
    return this.page.getByRole("main").getByRole("status");
  }

  /** A section of the page, by its heading. */
  section(name: string) {
    return this.page.getByRole("region", { name, exact: true });
  }

  get conversations() {
    return this.page.getByRole("list", { name: "Conversations" });
  }

  get bell() {
    return this.page.getByRole("link", { name: /^Notifications/ });
  }

  /** Sets the URL of the site, for example that of a proxy. To be called before the first page is opened. */
  setBaseUrl(url: string): void {
    this.environment.url = url;
  }

  /** Opens a page and waits until it is hydrated. Returns the HTTP status. */
  async open(path: string): Promise<number> {
    this.firstPage ??= await this.newPage();
    return this.visit(this.firstPage, path);
  }

  /** Opens an empty page, to prepare it for the first page to test. */
  async openBlank(): Promise<void> {
    this.firstPage ??= await this.newPage();
  }

  /** Runs a script in every page before the page's own. To be called before the first page is opened. */
  async addInitScript(script: string): Promise<void> {
    await this.openBlank();
    await this.page.context().addInitScript(script);
  }

  /** Fills in and submits the sign-in form of the first page. */
  signIn(email: string, password: string): Promise<void> {
    return submitSignIn(this.page, email, password);
  }

  /**
   * Installs a clock that the test controls, by default at the current time. To be called before the page to test is
   * opened: timers that an open page has set keep the clock of the system.
   */
  async installClock(time?: number): Promise<void> {
    await this.open("/signin");
    await this.page.clock.install({ time });
  }

  /**
   * Opens another tab of the same browser. `isPage: false` is for URLs that serve no page, and never hydrate; with
   * `hasClock`, the test controls the clock.
   */
  async openTab(path: string, { isPage = true, hasClock = false } = {}): Promise<Page> {
    const page = await this.newPage();
    if (hasClock) {
      await this.visit(page, "/signin");
      await page.clock.install();
    }
    await (isPage ? this.visit(page, path) : page.goto(path));
    return page;
  }

  private async visit(page: Page, path: string): Promise<number> {
    const response = await page.goto(path);
    if (this.environment.javaScript) await expect(page.locator(READY)).toHaveCount(1);
    return response?.status() ?? 0;
  }

  private async newPage(): Promise<Page> {
    this.context ??= await this.newContext();
    const page = await this.context.newPage();
    page.on("console", (message) => this.recordConsole(`${message.type()}: ${message.text()} (${message.location().url})`));
    page.on("pageerror", (error) => this.recordConsole(`error: ${error.message}`));
    return page;
  }

  private async newContext(): Promise<BrowserContext> {
    const context = await this.environment.browser.newContext({ baseURL: this.environment.url });
    const cookie = { name: COOKIE, domain: "127.0.0.1", path: "/", httpOnly: true, sameSite: "Lax" as const };
    if (this.session) await context.addCookies([{ ...cookie, value: this.session }]);
    return context;
  }

  private recordConsole(text: string): void {
    const allowed = [...this.allowedMessages, BLOCKED_AUTOFOCUS, ...(this.environment.javaScript ? [] : [UNUSED_PRELOAD])];
    if (CSP_VIOLATION.test(text)) this.cspViolations.push(text);
    else if (!allowed.some((pattern) => pattern.test(text))) this.consoleErrors.push(text);
  }

  /** Allows console messages that the test provokes. Any other message fails the test. */
  allowConsole(pattern: RegExp): void {
    this.allowedMessages.push(pattern);
  }

  /** Closes the browser context, and expects an empty console. */
  async close(): Promise<void> {
    await this.context?.close();
    expect(this.cspViolations, `the CSP violations of ${this.name}`).toEqual([]);
    expect(this.consoleErrors, `the console of ${this.name}`).toEqual([]);
  }
}
