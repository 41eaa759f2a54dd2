import { describe, expect, it, vi } from "vitest";
import type { CheckoutSettings, CheckoutText } from "../../studio/checkout/settings";

vi.stubGlobal("location", { search: "?lang=en" });
vi.stubGlobal("document", { documentElement: { lang: "" } });
vi.stubGlobal("navigator", { languages: ["en"] });
const { asText, bodyOf, check, NEW_METHOD } = await import("../../studio/checkout/settings");

const SETTINGS: CheckoutSettings = {
  buying: "checkout",
  address_needed: true,
  methods: [{ id: "post", title: { en: "Post", ja: "郵便" }, price: 650, free_from: 10000, countries: ["JP", "US"], days: 3 }],
  tax_percent: 8.875,
  tax_name: { en: "VAT" },
  terms_text: {},
  terms_url: "",
  version: 4,
};

describe("the settings of a checkout", () => {
  it("are sent as they were read, in the money of the channel", () => {
    for (const currency of ["JPY", "USD", "BHD"]) {
      const { version: _, ...rest } = SETTINGS;
      expect(bodyOf(asText(SETTINGS, currency), currency)).toEqual({
        ...rest,
        tax_name: { en: "VAT", ja: "" },
        terms_text: { en: "", ja: "" },
      });
    }
  });

  it("are looked at before they are sent", () => {
    const form: CheckoutText = asText(SETTINGS, "JPY");
    const way = { ...NEW_METHOD, ja: "郵便", price: "６５０" };
    expect(check({ ...form, methods: [way] }, "JPY")).toEqual({});
    for (const wrong of [{ ja: "" }, { price: "" }, { price: "6.5" }, { freeFrom: "x" }, { countries: "Japan" }, { days: "1.5" }])
      expect(check({ ...form, methods: [{ ...way, ...wrong }] }, "JPY").methods).toBeDefined();
    expect(check({ ...form, tax: "101", termsUrl: "terms" }, "JPY")).toMatchObject({
      tax: expect.any(String),
      termsUrl: expect.any(String),
    });
    expect(check({ ...form, tax: "" }, "JPY")).toEqual({});
  });
});
