import { expect, type Browser, type BrowserContext, type Page } from "@playwright/test";
import { Api, COOKIE } from "./api.ts";
import { ThreadScreen } from "./thread.ts";

type Surroundings = { browser: Browser; url: string; javaScript: boolean };

// Without JavaScript a browser has no use for what the page loads ahead, and says so.
const UNUSED = /preloaded using link preload but not used/;

// Nor does it move the keyboard away from whoever is typing already, and says that too.
const KEPT_FOCUS = /Autofocus processing was blocked/;

// How the browser says that the policy of a page kept something from it.
const REFUSED = /Content Security Policy/i;

/** Somebody at a browser of their own. Signed in from the start, if they have a session. */
export class Person {
  readonly api: Api;
  private context?: BrowserContext;
  private first?: Page;
  private readonly troubles: string[] = [];
  private readonly expected: RegExp[] = [];
  /** What the policy of their pages kept from them. Nothing excuses it: a story that is about it empties this. */
  readonly refused: string[] = [];

  constructor(
    readonly name: string,
    private readonly around: Surroundings,
    readonly session?: string,
  ) {
    this.api = new Api(around.url, session);
  }

  /** The page they opened first. */
  get page(): Page {
    if (!this.first) throw new Error(`${this.name} has opened nothing yet`);
    return this.first;
  }

  get thread(): ThreadScreen {
    return new ThreadScreen(this.page);
  }

  get heading() {
    return this.page.getByRole("heading", { level: 1 });
  }

  /** What the page says it has done. */
  get status() {
    return this.page.getByRole("main").getByRole("status");
  }

  /** A part of the page, by its heading. */
  part(name: string) {
    return this.page.getByRole("region", { name, exact: true });
  }

  get conversations() {
    return this.page.getByRole("list", { name: "Conversations" });
  }

  get bell() {
    return this.page.getByRole("link", { name: /^Notifications/ });
  }

  /** Reaches the site by this way, a proxy's for example. To be said before anything is opened. */
  goBy(url: string): void {
    this.around.url = url;
  }

  /** Opens a page and waits until it answers. Says the status it came with. */
  async open(path: string): Promise<number> {
    this.first ??= await this.newPage();
    return this.visit(this.first, path);
  }

  /** Runs a script in every page of theirs, before the page's own. To be said before anything is opened. */
  async runFirst(script: string): Promise<void> {
    this.first ??= await this.newPage();
    await this.first.context().addInitScript(script);
  }

  /** Signs in by the form. */
  async signIn(email: string, password: string): Promise<void> {
    await this.page.getByRole("textbox", { name: "Email" }).fill(email);
    await this.page.getByLabel("Password").fill(password);
    await this.page.getByRole("button", { name: "Sign in" }).click();
  }

  /** Opens a page in a further tab of the same browser; or what is no page, and never answers. */
  async openTab(path: string, { isPage = true } = {}): Promise<Page> {
    const page = await this.newPage();
    await (isPage ? this.visit(page, path) : page.goto(path));
    return page;
  }

  private async visit(page: Page, path: string): Promise<number> {
    const response = await page.goto(path);
    if (this.around.javaScript) await expect(page.locator("html")).toHaveAttribute("data-hydrated", "");
    return response?.status() ?? 0;
  }

  private async newPage(): Promise<Page> {
    this.context ??= await this.newContext();
    const page = await this.context.newPage();
    page.on("console", (message) => this.note(`${message.type()}: ${message.text()} (${message.location().url})`));
    page.on("pageerror", (error) => this.note(`error: ${error.message}`));
    return page;
  }

  private async newContext(): Promise<BrowserContext> {
    const context = await this.around.browser.newContext({ baseURL: this.around.url });
    const cookie = { name: COOKIE, domain: "127.0.0.1", path: "/", httpOnly: true, sameSite: "Lax" as const };
    if (this.session) await context.addCookies([{ ...cookie, value: this.session }]);
    return context;
  }

  private note(trouble: string): void {
    const known = [...this.expected, KEPT_FOCUS, ...(this.around.javaScript ? [] : [UNUSED])];
    if (REFUSED.test(trouble)) this.refused.push(trouble);
    else if (!known.some((pattern) => pattern.test(trouble))) this.troubles.push(trouble);
  }

  /** Lets the browser itself complain of what this story brings about. Nothing else may be in the console. */
  expects(trouble: RegExp): void {
    this.expected.push(trouble);
  }

  /** Goes home. Their console must have stayed clean. */
  async leave(): Promise<void> {
    await this.context?.close();
    expect(this.refused, `what the policy refused ${this.name}`).toEqual([]);
    expect(this.troubles, `the console of ${this.name}`).toEqual([]);
  }
}
