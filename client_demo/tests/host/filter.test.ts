import { describe, expect, it } from "vitest";
import { asQuery, fold, passes } from "../../host/filter";
import type { Question } from "../../sdk/wire";

const about = (text: string, more: Partial<Question> = {}): Question => ({
  id: "q_1",
  text,
  author: "Aki",
  state: "open",
  votes: 0,
  version: 0,
  asked_at: "2026-01-01T10:00:00Z",
  answer: null,
  ...more,
});
const sieve = (words: string, product = "", label = "") => ({ words, product, label });

describe("what is looked for", () => {
  it("is compared without case, width, kind of kana and punctuation", () => {
    expect(fold("ダウン、ＷＩＤＥ!").trim()).toBe(fold("だうん wide").trim());
  });

  it.each([
    ["だうん", true],
    ["ダウン 洗", true],
    ["ダウン 送料", false],
    ["", true],
  ])("is each of the words: %s", (words, found) => {
    expect(passes(about("このダウンは洗えますか？"), sieve(words), new Set())).toBe(found);
  });

  it("is a product with its variants, and a label", () => {
    const question = about("How big?", { product: "p_1_l", labels: ["Shop"] });
    expect(passes(question, sieve("", "p_1"), new Set(["p_1", "p_1_l"]))).toBe(true);
    expect(passes(question, sieve("", "p_2"), new Set(["p_2"]))).toBe(false);
    expect(passes(question, sieve("", "", "Shop"), new Set())).toBe(true);
    expect(passes(question, sieve("", "", "shop"), new Set())).toBe(false);
  });

  it("goes to the server as it is written", () => {
    expect(asQuery(sieve(" wide ", "p_1"))).toEqual({ q: "wide", product: "p_1" });
  });
});
