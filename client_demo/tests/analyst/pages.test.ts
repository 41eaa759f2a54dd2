import { describe, expect, it } from "vitest";
import type { ShowPage } from "../../analyst/report";
import { readPages } from "../../analyst/shows/pages";

const ALL = Array.from({ length: 45 }, (_, i) => `s${i}`);

/** A list in pages of 20; the first show of each page but the first was seen at the end of the one before. */
async function read(path: string): Promise<ShowPage> {
  const cursor = new URLSearchParams(path.split("?")[1]).get("cursor");
  const start = cursor ? ALL.indexOf(cursor) : 0;
  const ids = ALL.slice(start, start + 20);
  const last = ids[ids.length - 1] ?? "";
  return { shows: ids.map((id) => ({ id }) as ShowPage["shows"][number]), next: start + 20 < ALL.length ? last : null };
}

describe("a list in pages", () => {
  it("is read to its end, each show once", async () => {
    const { shows, next } = await readPages("/shows?channel=c", "t", Number.POSITIVE_INFINITY, read);
    expect(shows.map((show) => show.id)).toEqual(ALL);
    expect(next).toBeNull();
  });

  it("says that there is more when only some pages were asked for", async () => {
    const { shows, next } = await readPages("/shows?channel=c", "t", 2, read);
    expect(shows).toHaveLength(39);
    expect(next).not.toBeNull();
  });
});
