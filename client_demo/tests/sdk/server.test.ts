import { afterEach, describe, expect, it, vi } from "vitest";
import { EventStream } from "../../sdk/event_stream";
import { Server } from "../../sdk/server";

afterEach(() => vi.unstubAllGlobals());

const server = (url?: string): Server => new Server(url, () => "a token");

describe("a server's address", () => {
  it.each([
    ["https://live.example", "https://live.example", "wss://live.example/v1/live"],
    ["https://live.example/", "https://live.example", "wss://live.example/v1/live"],
    ["http://localhost:8000", "http://localhost:8000", "ws://localhost:8000/v1/live"],
    ["https://shop.example/live/", "https://shop.example/live", "wss://shop.example/live/v1/live"],
  ])("is taken as it is written: %s", (url, base, live) => {
    expect(server(url).base).toBe(base);
    expect(server(url).live).toBe(live);
  });

  it("is the page's own where none is given", () => {
    vi.stubGlobal("location", new URL("https://live.example/shows/demo"));
    expect(server().base).toBe("");
    expect(server().live).toBe("wss://live.example/v1/live");
  });

  it.each(["live.example", "ftp://live.example", "javascript:alert(1)"])("is refused where no server can be: %s", (url) => {
    expect(() => server(url)).toThrow(TypeError);
  });

  it("stands before what the server names from its root, and nothing else", () => {
    expect(server("https://live.example").resolve("/media/a.svg")).toBe("https://live.example/media/a.svg");
    expect(server("https://live.example").resolve("https://cdn.example/a.jpg")).toBe("https://cdn.example/a.jpg");
    expect(server("https://live.example").resolve("")).toBe("");
  });
});

describe("what is asked of a server elsewhere", () => {
  const asked: string[] = [];
  const answer = (url: string): Promise<Response> => {
    asked.push(url);
    return Promise.resolve(Response.json({}));
  };

  it("goes there, by request and by stream", async () => {
    vi.stubGlobal("fetch", answer);
    await server("https://live.example").request("/shows/demo");
    const stream = new EventStream("https://live.example", "demo", { onOpen() {}, onLine() {}, onClosed() {} });
    stream.send({ type: "join", id: 1 });
    stream.send({ type: "ping", id: 2 });
    await Promise.resolve();
    expect(asked).toHaveLength(3);
    for (const url of asked) expect(url.startsWith("https://live.example/v1/")).toBe(true);
    stream.drop();
  });
});
