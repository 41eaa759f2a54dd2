import { describe, expect, it } from "vitest";
import { asOrigin, firstWrong, originsOf } from "../../studio/embedding/origins";
import { snippet, WAYS } from "../../studio/embedding/snippets";

describe("an origin", () => {
  it.each([
    ["https://shop.example", "https://shop.example"],
    ["shop.example", "https://shop.example"],
    ["https://Shop.example:443/live?x=1#y", "https://shop.example"],
    ["https://shop.example:8443/", "https://shop.example:8443"],
    ["https://店.example", ""],
    ["http://localhost:5173/page", "http://localhost:5173"],
    ["http://127.0.0.1:8080", "http://127.0.0.1:8080"],
    ["http://[::1]:3000", "http://[::1]:3000"],
  ])("is taken from what a person has at hand: %s", (line, origin) => {
    if (line.includes("店")) expect(asOrigin(line)).toEqual({ origin: new URL(line).origin });
    else expect(asOrigin(line)).toEqual({ origin });
  });

  it.each([
    ["http://shop.example", "unsafe"],
    ["ftp://shop.example", "no_address"],
    ["https://*.shop.example", "no_address"],
    ["https://", "no_address"],
    ["http://127.0.0.1.evil.example", "unsafe"],
  ])("is refused with what is wrong: %s", (line, wrong) => {
    expect(asOrigin(line)).toEqual({ wrong });
  });

  it("stands on a line of its own, each once", () => {
    expect(originsOf("shop.example\n\nhttps://shop.example/x  https://b.example\n")).toEqual([
      "https://shop.example",
      "https://b.example",
    ]);
    expect(firstWrong("shop.example\nhttp://b.example")).toEqual({ line: "http://b.example", wrong: "unsafe" });
    expect(firstWrong("")).toBeNull();
  });
});

describe("what is copied", () => {
  it.each(WAYS)("names the server: %s", (way) => {
    expect(snippet(way, "https://live.example", "s_1", "ja")).toContain("https://live.example");
  });

  it("names the show and the language", () => {
    expect(snippet("element", "https://live.example", "s_1", "ja")).toContain('show="s_1" lang="ja"');
    expect(snippet("policy", "https://live.example", "s_1", "ja")).toContain("wss://live.example");
  });
});
