import { request } from "./http";

/** A server as one viewer asks it. Throws `TypeError` for what is no address of a web server. */
export class Server {
  /** What is put before `/v1`: the address without a slash at its end; empty for the server that the page is from. */
  readonly base: string;

  constructor(
    url: string | undefined,
    private readonly token: () => string | undefined,
  ) {
    this.base = baseOf(url);
  }

  /** Where the live socket is. */
  get live(): string {
    return `${(this.base || location.origin).replace(/^http/, "ws")}/v1/live`;
  }

  /** Asks for JSON; `path` is under `/v1`. Throws `RefusedError`. */
  request<T>(path: string, options: { body?: object; key?: string } = {}): Promise<T> {
    return request<T>(path, { ...options, url: this.base, token: this.token() });
  }

  /** Returns the address of a picture or video, which the server may name from its own root. */
  resolve(address: string): string {
    return address.startsWith("/") && !address.startsWith("//") ? this.base + address : address;
  }
}

function baseOf(url: string | undefined): string {
  if (!url) return "";
  const { protocol, origin, pathname } = new URL(url, typeof location === "undefined" ? undefined : location.href);
  if (protocol !== "https:" && protocol !== "http:") throw new TypeError(`${url} does not begin with https:// or http://`);
  return origin + pathname.replace(/\/+$/, "");
}
