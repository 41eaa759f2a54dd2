import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const css = readFileSync(new URL("../shared/tokens.css", import.meta.url), "utf8");

function tokensIn(block: string | undefined): Map<string, string> {
  return new Map(
    [...(block ?? "").matchAll(/(--[\w-]+|color-scheme):\s*([^;]+);/g)].map((found) => [found[1] ?? "", found[2] ?? ""]),
  );
}

const light = tokensIn(/:root \{\n {2}color-scheme: light;([^}]*)\}/.exec(css)?.[1]);
const darkBySystem = tokensIn(/:root:not\(\[data-theme="light"\]\) \{([^}]*)\}/.exec(css)?.[1]);
const darkBySwitch = tokensIn(/:root\[data-theme="dark"\] \{([^}]*)\}/.exec(css)?.[1]);

/** Contrast of two colours `#rrggbb` by WCAG 2.2. */
function contrast(a: string, b: string): number {
  const luminance = (hex: string): number => {
    const parts = [1, 3, 5].map((i) => Number.parseInt(hex.slice(i, i + 2), 16) / 255);
    const [r = 0, g = 0, bl = 0] = parts.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * bl;
  };
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

const hex = (tokens: Map<string, string>, name: string): string => tokens.get(name)?.slice(0, 7) ?? "";

describe("tokens", () => {
  it("are as dark by the switch as by preference", () => {
    expect(darkBySwitch).toEqual(darkBySystem);
    expect(darkBySwitch.size).toBeGreaterThan(10);
  });

  it.each([
    ["light", light],
    ["dark", darkBySystem],
  ])("hold their contrast when %s", (_name, tokens) => {
    for (const ground of ["--grey-1", "--grey-2"]) {
      for (const text of ["--grey-5", "--grey-6", "--accent", "--good", "--warn", "--bad"]) {
        expect.soft(contrast(hex(tokens, text), hex(tokens, ground)), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5);
      }
      expect.soft(contrast(hex(tokens, "--grey-4"), hex(tokens, ground)), `--grey-4 on ${ground}`).toBeGreaterThanOrEqual(3);
    }
    expect(contrast(hex(tokens, "--on-accent"), hex(tokens, "--accent"))).toBeGreaterThanOrEqual(4.5);
    expect.soft(contrast(hex(tokens, "--grey-5"), hex(tokens, "--grey-3")), "disabled text").toBeGreaterThanOrEqual(4.5);
  });
});
