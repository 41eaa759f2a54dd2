import { describe, expect, it, vi } from "vitest";

vi.stubGlobal("location", { search: "?lang=en" });
vi.stubGlobal("document", { documentElement: { lang: "" } });
vi.stubGlobal("navigator", { languages: ["en"] });
const { asText, check, handOverOf, reportsOf } = await import("../../studio/conduct/settings");

const NOBODY = { whose: "nobody", channels: [] } as const;

describe("what happens by itself", () => {
  it.each([0, 1, 3, 1_000])("comes back from the form as it was: after %i reports", (hold_after) => {
    const form = asText({ hold_after }, { returning: "hold" }, NOBODY);
    expect(reportsOf(form)).toEqual({ hold_after });
    expect(check(form)).toEqual({});
  });

  it.each(["", "0", "1001", "2.5", "many"])("says that %j is no number of viewers, while reports do anything", (after) => {
    const form = { reports: "hold", after, returning: "hold", whose: "nobody", channels: "" };
    expect(Object.keys(check(form))).toEqual(["after"]);
    expect(check({ ...form, reports: "nothing" })).toEqual({});
  });

  it("needs a channel where channels are named", () => {
    const form = asText({ hold_after: 3 }, { returning: "hold" }, { whose: "named", channels: ["tea", "cups"] });
    expect(handOverOf(form)).toEqual({ whose: "named", channels: ["tea", "cups"] });
    expect(check(form)).toEqual({});
    expect(Object.keys(check({ ...form, channels: " \n" }))).toEqual(["channels"]);
  });
});
