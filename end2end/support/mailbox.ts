import type { Api } from "./api.ts";

export type Mail = { to: string; subject: string; text: string; html: string; createdAt: string };

/** The mails that would have been sent, as a developer reads them while no mail server is set. */
export class Mailbox {
  constructor(private readonly api: Api) {}

  /** Those to one address, the newest first. */
  async to(address: string): Promise<Mail[]> {
    const { json } = await this.api.request("GET", "/dev/mail", undefined, { accept: "application/json" });
    return json.mails.filter((mail: Mail) => mail.to === address);
  }

  /** Where the newest mail of this subject leads, as a path of the site. */
  async link(address: string, subject: string): Promise<string> {
    const mail = (await this.to(address)).find((mail) => mail.subject === subject);
    const link = mail?.text.match(/https?:\/\/\S+\?token=\S+/)?.[0];
    if (!link) throw new Error(`no link in a mail "${subject}" to ${address}`);
    const { pathname, search } = new URL(link);
    return pathname + search;
  }
}
