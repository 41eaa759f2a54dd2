import { expect, test } from "vitest";
import { asMinor, asTyped, asWhole } from "../../studio/amounts";

test.each([
  ["1280", "JPY", 1280],
  ["1,280", "JPY", 1280],
  ["１２８０", "JPY", 1280],
  ["12.5", "USD", 1250],
  ["12.50", "USD", 1250],
  ["12.", "USD", 1200],
  ["0.1", "USD", 10],
  ["19.99", "USD", 1999],
  ["1.234", "KWD", 1234],
])("%s of %s is %i minor units", (text, currency, minor) => {
  expect(asMinor(text, currency)).toBe(minor);
});

test.each([
  ["12.5", "JPY"],
  ["12.505", "USD"],
  ["-1", "USD"],
  ["", "USD"],
  ["1e3", "USD"],
  ["free", "USD"],
])("%s of %s is no amount", (text, currency) => {
  expect(asMinor(text, currency)).toBeNull();
});

test.each(["JPY", "USD", "KWD"])("what is shown of %s reads as the same amount", (currency) => {
  for (const minor of [0, 1, 99, 100, 1999, 123_456]) expect(asMinor(asTyped(minor, currency), currency)).toBe(minor);
});

test("a whole number is one", () => {
  expect([asWhole("12"), asWhole("１，０００"), asWhole("1.5"), asWhole("-1"), asWhole("")]).toEqual([
    12,
    1000,
    null,
    null,
    null,
  ]);
});
