import { simpleParser, type ParsedMail } from "mailparser";
import { SMTPServer } from "smtp-server";
import { findFreePort } from "./ports.ts";

type Answer = (error?: Error) => void;

/** A mail server that people's mails end up in, and that has its bad days. */
export class PostOffice {
  /** What was taken, in the order it came. */
  readonly mails: ParsedMail[] = [];
  /** How often somebody brought a mail, taken or not. */
  tries = 0;
  private code?: number;
  private slow = false;
  private readonly waiting = new Set<() => void>();
  private server?: SMTPServer;

  private constructor(private readonly port: number) {}

  static async open(): Promise<PostOffice> {
    const office = new PostOffice(await findFreePort());
    await office.comeBack();
    return office;
  }

  /** What goes into SMTP_URL. */
  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  /** Refuses all mails: for now (4xx), or for good (5xx). As real ones do, it says whose. */
  refuse(code: number): void {
    this.code = code;
  }

  /** Lets everybody wait who brings a mail, for as long as they like. */
  dawdle(): void {
    this.slow = true;
  }

  /** Is itself again. Who waits is answered. */
  recover(): void {
    this.code = undefined;
    this.slow = false;
    for (const answer of this.waiting) answer();
    this.waiting.clear();
  }

  /** Answers at its address. */
  async comeBack(): Promise<void> {
    const server = new SMTPServer({
      // Its certificate would be its own, which nobody trusts.
      disabledCommands: ["AUTH", "STARTTLS"],
      logger: false,
      closeTimeout: 1,
      onRcptTo: ({ address }, _session, answer: Answer) => this.receive(address, answer),
      onData: async (stream, _session, answer: Answer) => {
        this.mails.push(await simpleParser(stream));
        answer();
      },
    });
    // Whoever hangs up in the middle, a killed site for example, is no trouble of ours.
    server.on("error", () => {});
    await new Promise<void>((resolve) => server.listen(this.port, "127.0.0.1", resolve));
    this.server = server;
  }

  private receive(address: string, answer: Answer): void {
    this.tries += 1;
    const refusal = () => Object.assign(new Error(`Not today, <${address}>`), { responseCode: this.code });
    const say = () => answer(this.code ? refusal() : undefined);
    if (this.slow) this.waiting.add(say);
    else say();
  }

  /** Is gone: nobody answers at its address. */
  async leave(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  /** Those that went to this address. */
  to(address: string): ParsedMail[] {
    return this.mails.filter(({ to }) => [to].flat().some((list) => list?.text.includes(address)));
  }
}

/** Where a mail's text leads to. */
export function linkIn({ text = "" }: { text?: string }): URL {
  const [link] = text.match(/^https?:\/\/\S+$/m) ?? [];
  if (!link) throw new Error(`There is no link in: ${text}`);
  return new URL(link);
}

/** What a link is good for. */
export function tokenIn(mail: { text?: string }): string {
  return linkIn(mail).searchParams.get("token") ?? "";
}
