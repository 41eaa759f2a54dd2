import { describe, expect, it, vi } from "vitest";

vi.stubGlobal("location", { search: "?lang=en" });
vi.stubGlobal("document", { documentElement: { lang: "" } });
vi.stubGlobal("navigator", { languages: ["en"] });
const { asText, check, reportsOf } = await import("../../studio/conduct/settings");

describe("what happens by itself", () => {
  it.each([0, 1, 3, 1_000])("comes back from the form as it was: after %i reports", (hold_after) => {
    const form = asText({ hold_after }, { returning: "hold" });
    expect(reportsOf(form)).toEqual({ hold_after });
    expect(check(form)).toEqual({});
  });

  it.each(["", "0", "1001", "2.5", "many"])("says that %j is no number of viewers, while reports do anything", (after) => {
    const form = { reports: "hold", after, returning: "hold" };
    expect(Object.keys(check(form))).toEqual(["after"]);
    expect(check({ ...form, reports: "nothing" })).toEqual({});
  });
});
