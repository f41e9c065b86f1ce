import { simpleParser, type ParsedMail } from "mailparser";
import { SMTPServer } from "smtp-server";
import { findFreePort } from "./ports.ts";

type Callback = (error?: Error) => void;

/** An SMTP server that stores the mails it receives, and that can reject, stall or be down. */
export class SmtpServer {
  /** The accepted mails, in the order of arrival. */
  readonly mails: ParsedMail[] = [];
  /** How many deliveries were attempted, accepted or not. */
  attempts = 0;
  private rejectCode?: number;
  private stalled = false;
  private readonly pending = new Set<() => void>();
  private server?: SMTPServer;

  private constructor(private readonly port: number) {}

  static async create(): Promise<SmtpServer> {
    const server = new SmtpServer(await findFreePort());
    await server.start();
    return server;
  }

  /** The value of SMTP_URL. */
  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  /**
   * Rejects all mails: temporarily (4xx) or permanently (5xx). The reply names the address, as those of real servers
   * do.
   */
  rejectMails(code: number): void {
    this.rejectCode = code;
  }

  /** Leaves every delivery without a reply until `acceptMails`. */
  stallReplies(): void {
    this.stalled = true;
  }

  /** Accepts mails again, and replies to the pending deliveries. */
  acceptMails(): void {
    this.rejectCode = undefined;
    this.stalled = false;
    for (const reply of this.pending) reply();
    this.pending.clear();
  }

  /** Listens on its port. */
  async start(): Promise<void> {
    const server = new SMTPServer({
      // No STARTTLS: its certificate would be self-signed, and the site rejects those.
      disabledCommands: ["AUTH", "STARTTLS"],
      logger: false,
      closeTimeout: 1,
      onRcptTo: ({ address }, _session, callback: Callback) => this.handleRecipient(address, callback),
      onData: async (stream, _session, callback: Callback) => {
        this.mails.push(await simpleParser(stream));
        callback();
      },
    });
    // Clients may disconnect at any moment, for example a killed site.
    server.on("error", () => {});
    await new Promise<void>((resolve) => server.listen(this.port, "127.0.0.1", resolve));
    this.server = server;
  }

  private handleRecipient(address: string, callback: Callback): void {
    this.attempts += 1;
    const rejection = () => Object.assign(new Error(`Not today, <${address}>`), { responseCode: this.rejectCode });
    const reply = () => callback(this.rejectCode ? rejection() : undefined);
    if (this.stalled) this.pending.add(reply);
    else reply();
  }

  /** Closes its port. */
  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  mailsTo(address: string): ParsedMail[] {
    return this.mails.filter(({ to }) => [to].flat().some((list) => list?.text.includes(address)));
  }
}

/** Returns the link in the text of a mail. */
export function extractLink({ text = "" }: { text?: string }): URL {
  const [link] = text.match(/^https?:\/\/\S+$/m) ?? [];
  if (!link) throw new Error(`There is no link in: ${text}`);
  return new URL(link);
}

/** Returns the token in the link of a mail. */
export function extractToken(mail: { text?: string }): string {
  return extractLink(mail).searchParams.get("token") ?? "";
}
