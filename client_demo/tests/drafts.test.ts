import { afterEach, expect, test, vi } from "vitest";
import { forgetKey, keepKey, keyOf, takeKey } from "../shared/drafts";

/** As far as drafts need it; what it holds outlives the page, as a tab's does. */
class TabStorage {
  private held = new Map<string, string>();
  get length(): number {
    return this.held.size;
  }
  key = (at: number): string | null => [...this.held.keys()][at] ?? null;
  getItem = (key: string): string | null => this.held.get(key) ?? null;
  setItem = (key: string, text: string): void => void this.held.set(key, text);
  removeItem = (key: string): void => void this.held.delete(key);
}

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.resetModules();
});

test("the same words in a box go out under one key until it is known what became of them", () => {
  const key = keyOf("ask.demo", "Is it washable?");
  expect(keyOf("ask.demo", "Is it washable?")).toBe(key);
  expect(keyOf("ask.demo", "Is it heavy?")).not.toBe(key);
  expect(keyOf("ask.other", "Is it washable?")).not.toBe(key);
  forgetKey("ask.demo", "Is it washable?");
  expect(keyOf("ask.demo", "Is it washable?")).not.toBe(key);
});

test("each press has a key of its own, but for the one after a press that is in doubt", () => {
  const key = takeKey("stock.p_1", "+10");
  expect(takeKey("stock.p_1", "+10")).not.toBe(key);
  keepKey("stock.p_1", "+10", key);
  expect(takeKey("stock.p_1", "+1")).not.toBe(key);
  expect(takeKey("stock.p_1", "+10")).toBe(key);
  expect(takeKey("stock.p_1", "+10")).not.toBe(key);
});

test("a key outlives the page", async () => {
  vi.stubGlobal("sessionStorage", new TabStorage());
  vi.resetModules();
  const before = (await import("../shared/drafts")).keyOf("ask.demo", "Twice?");
  vi.resetModules();
  expect((await import("../shared/drafts")).keyOf("ask.demo", "Twice?")).toBe(before);
});

test("after ten minutes the same words are another wish", () => {
  vi.useFakeTimers();
  const key = keyOf("announce", "Ten minutes left");
  vi.advanceTimersByTime(600_001);
  expect(keyOf("announce", "Ten minutes left")).not.toBe(key);
});
