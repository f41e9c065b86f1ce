import type { Api } from "./api.ts";

export type Mail = { to: string; subject: string; text: string; html: string; createdAt: string };

/** The mails of a site without a mail server, which it lists under /dev/mail for developers. */
export class Mailbox {
  constructor(private readonly api: Api) {}

  /** Returns the mails to one address, the newest first. */
  async mailsTo(address: string): Promise<Mail[]> {
    const { json } = await this.api.request("GET", "/dev/mail", undefined, { accept: "application/json" });
    return json.mails.filter((mail: Mail) => mail.to === address);
  }

  /** Returns path and query of the link in the newest mail with this subject. */
  async findLink(address: string, subject: string): Promise<string> {
    const mail = (await this.mailsTo(address)).find((mail) => mail.subject === subject);
    const link = mail?.text.match(/https?:\/\/\S+\?token=\S+/)?.[0];
    if (!link) throw new Error(`no link in a mail "${subject}" to ${address}`);
    const { pathname, search } = new URL(link);
    return pathname + search;
  }
}
