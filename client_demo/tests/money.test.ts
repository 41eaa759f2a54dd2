import { describe, expect, it, vi } from "vitest";
import { MINOR_DIGITS } from "../shared/currencies.generated";

vi.stubGlobal("location", { search: "?lang=en" });
vi.stubGlobal("document", { documentElement: { lang: "" } });
vi.stubGlobal("navigator", { languages: ["en"] });
const { money } = await import("../shared/format");
const { language } = await import("../shared/i18n");

const plain = (text: string): string => text.replaceAll(/[\u00a0\u202f]/g, " ");

describe("money", () => {
  it("has the digits of ISO 4217, whatever the browser's tables say", () => {
    for (const currency of Intl.supportedValuesOf("currency")) {
      const digits = MINOR_DIGITS[currency] ?? 2;
      const written = money(1_234_567, currency).replaceAll(/[^\d.]/g, "");
      expect([currency, written]).toEqual([currency, (1_234_567 / 10 ** digits).toFixed(digits)]);
    }
    expect(plain(money(1_830, "HUF"))).toBe("HUF 18.30");
    expect(plain(money(1_830, "XAF"))).toBe("XAF 1,830");
    expect(plain(money(1_830, "LYD"))).toBe("LYD 1.830");
  });

  it("never has the sign of another currency", () => {
    for (const locale of ["en", "ja"] as const) {
      language.value = locale;
      const signs = Intl.supportedValuesOf("currency").map((currency) => money(0, currency).replaceAll(/[\d.,\s]/g, ""));
      expect(signs.length).toBe(new Set(signs).size);
      expect(plain(money(1_830, "USD"))).toContain("USD");
    }
    language.value = "en";
    expect(money(1_830, "JPY")).toBe("¥1,830");
  });
});
