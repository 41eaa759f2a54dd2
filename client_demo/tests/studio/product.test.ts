import { describe, expect, it } from "vitest";
import { combinations, valuesOf, whole } from "../../studio/products/options";
import { asText, bodyOf, NEW, type Product, stockOf, type VariantText, variantsFor } from "../../studio/products/product";

const variant = (id: string, size: string, active = true) => ({
  id,
  title: `Shirt – ${size}`,
  options: { Size: size },
  price: 5000,
  compare_at: null,
  stock: 3,
  sku: null,
  image: "",
  image_alt: "",
  active,
});

const SHIRT: Product = {
  id: "p_1",
  title: "Shirt",
  description: "",
  price: 5000,
  compare_at: null,
  currency: "JPY",
  stock: 0,
  sold: 0,
  sku: null,
  external_id: null,
  image: "",
  images: [],
  image_alts: {},
  options: ["Size"],
  variants: [variant("p_s", "S"), variant("p_l", "L"), variant("p_old", "XL", false)],
  active: true,
  per_viewer_max: null,
  buying: null,
  version: 3,
};

describe("options", () => {
  it("are typed with commas of either language, each value once", () => {
    expect(valuesOf(" S, M、Ｌ，s,, ")).toEqual(["S", "M", "Ｌ"]);
    expect(
      whole([
        { name: " Size ", values: "S" },
        { name: "", values: "x" },
        { name: "Colour", values: " " },
      ]),
    ).toEqual([{ name: "Size", values: ["S"] }]);
  });

  it("make every combination, the last one changing fastest", () => {
    expect(combinations([{ values: ["S", "L"] }, { values: ["red", "blue"] }])).toEqual([
      ["S", "red"],
      ["S", "blue"],
      ["L", "red"],
      ["L", "blue"],
    ]);
    expect(combinations([])).toEqual([]);
  });
});

describe("a product's form", () => {
  it("shows what is sold and counts what is left of it", () => {
    const form = asText(SHIRT);
    expect(form.options).toEqual([{ name: "Size", values: "S, L" }]);
    expect(variantsFor(form).map((each) => each.id)).toEqual(["p_s", "p_l"]);
    expect(stockOf(SHIRT)).toBe(6);
  });

  it("keeps variants whose values are the same, brings an archived one back, and prices new ones like the product", () => {
    const form = { ...asText(SHIRT), options: [{ name: "Size", values: "s, XL, XXL" }], price: "5200" };
    const found = variantsFor(form).map(({ id, price, active }): Partial<VariantText> => ({ ...(id && { id }), price, active }));
    expect(found).toEqual([
      { id: "p_s", price: "5000", active: true },
      { id: "p_old", price: "5000", active: true },
      { price: "5200", active: true },
    ]);
  });

  it("sends what changed alone, and all variants where one changed", () => {
    const form = { ...asText(SHIRT), title: "Linen shirt" };
    expect(bodyOf({ title: form.title }, form, "JPY", false)).toEqual({ title: "Linen shirt" });
    const dearer = { ...form, variants: form.variants.map((each) => ({ ...each, price: "6,000" })) };
    const body = bodyOf({ variants: dearer.variants }, dearer, "JPY", false) as { variants: object[] };
    expect(body.variants).toEqual([
      { id: "p_s", options: { Size: "S" }, price: 6000, compare_at: null, sku: null, image: "", image_alt: "", active: true },
      { id: "p_l", options: { Size: "L" }, price: 6000, compare_at: null, sku: null, image: "", image_alt: "", active: true },
    ]);
    const plain = { ...NEW, title: "Bowl", price: "1280", stock: "12" };
    expect(bodyOf(plain, plain, "JPY", true)).toMatchObject({ title: "Bowl", price: 1280, stock: 12, options: [], variants: [] });
  });
});
