import { describe, expect, it } from "vitest";
import { asKept, asKeptLine, brief, firstOf, lengthOf } from "../shared/writing";

const FAMILY = "👩‍👩‍👧‍👦";

describe("what people write", () => {
  it.each(["🩷", "می‌خواهم", "क्‍ष", FAMILY, "❤️", "\u{3fffd}", "\ue000"])("keeps %s to the letter", (text) => {
    expect(asKept(text)).toBe(text);
    expect(asKeptLine(`  ${text}\n`)).toBe(text);
  });

  it("loses what controls and what turns the direction, and blanks at its ends", () => {
    expect(asKept("\u3164 a\u0000\u202eb\ufdd0\ud83d \r\n c\u2800")).toBe("ab \n c");
    expect(asKeptLine(" Aki\n\t Sato ")).toBe("Aki Sato");
  });

  it("is measured in code points of its normal form, as the server measures", () => {
    expect(lengthOf("🩷🩷")).toBe(2);
    expect(lengthOf("e\u0301")).toBe(1);
    expect(lengthOf(` ${FAMILY} `)).toBe(7);
  });

  it("is shortened between characters as people see them", () => {
    const text = FAMILY.repeat(5);
    expect(brief(text, 4)).toBe(`${FAMILY.repeat(3)}…`);
    expect(brief("e\u0323\u0301e\u0323\u0301e\u0323\u0301", 2)).toBe("e\u0323\u0301…");
    expect(brief(FAMILY, 1)).toBe(FAMILY);
    expect(firstOf("🩷🩷🩷", 2)).toBe("🩷🩷");
  });
});
