import { describe, expect, it, vi } from "vitest";
import type { Screening } from "../../studio/screening/settings";

vi.stubGlobal("location", { search: "?lang=en" });
vi.stubGlobal("document", { documentElement: { lang: "" } });
vi.stubGlobal("navigator", { languages: ["en"] });
const { asText, bodyOf, check } = await import("../../studio/screening/settings");

const KEPT: Screening = {
  entries: [
    { kind: "word", text: "ばか", does: "hold" },
    { kind: "pattern", text: "090-####-####", does: "refuse" },
  ],
  links: "hold",
  hosts: ["shop.example"],
  slow_seconds: 30,
  newcomers_held: true,
  reviewer: { url: "https://review.example/", fallback: "hold" },
  version: 3,
};

describe("the settings of screening", () => {
  it("come back from the form as they were", () => {
    const { version: _, ...sent } = KEPT;
    expect(bodyOf(asText(KEPT))).toEqual(sent);
  });

  it("name the entry that finds nothing or everything, and times that are none", () => {
    const form = asText(KEPT);
    expect(check(form)).toEqual({});
    expect(Object.keys(check({ ...form, hold: "fine\n!!!", refuse: "a*", shadow: "x".repeat(61) }))).toEqual([
      "hold",
      "shadow",
      "refuse",
    ]);
    expect(Object.keys(check({ ...form, slow: "3601", reviewerUrl: "ftp://x" }))).toEqual(["slow", "reviewerUrl"]);
  });
});
