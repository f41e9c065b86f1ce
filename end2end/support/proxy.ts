import net from "node:net";
import { freePort } from "./ports.ts";

const BAD_GATEWAY = "HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n<h1>Bad Gateway</h1>";

/**
 * The line between a browser and the site, to be cut. Needed because Playwright's
 * setOffline leaves a stream alone that is already open.
 */
export class Proxy {
  private readonly sockets = new Set<net.Socket>();
  private server?: net.Server;
  private frozen = false;
  private alone = false;
  private port = 0;

  constructor(private readonly target: number) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Lets everything through. */
  async restore(): Promise<void> {
    if (this.frozen) this.cut();
    this.frozen = this.alone = false;
    if (this.server) return;
    this.port ||= await freePort();
    const server = net.createServer({ allowHalfOpen: true }, (near) => this.join(near));
    await new Promise<void>((resolve, reject) => server.once("error", reject).listen(this.port, "127.0.0.1", resolve));
    this.server = server;
  }

  private join(near: net.Socket): void {
    if (this.alone) {
      near.on("error", () => {});
      near.once("data", () => near.end(BAD_GATEWAY));
      return;
    }
    const far = net.connect({ port: this.target, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
    near.setNoDelay(true);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ]) {
      this.sockets.add(from);
      from.on("data", (chunk) => this.frozen || to.write(chunk));
      from.on("end", () => this.frozen || to.end());
      from.on("error", () => {});
      from.on("close", () => {
        this.sockets.delete(from);
        if (!this.frozen) to.destroy();
      });
    }
  }

  /** Breaks every connection there is. New ones still get through. */
  cut(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  /** Breaks every connection, and lets none through. */
  async refuse(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    const closed = server && new Promise((resolve) => server.close(resolve));
    this.cut();
    await closed;
  }

  /** Answers for the site by itself, as a gateway does behind which a site is down. */
  standAlone(): void {
    this.alone = true;
    this.cut();
  }

  /** Swallows everything, and says nothing: the line looks fine and is dead. */
  freeze(): void {
    this.frozen = true;
  }
}
