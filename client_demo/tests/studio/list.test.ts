import { beforeEach, expect, test, vi } from "vitest";

beforeEach(() => {
  vi.resetModules();
  vi.stubGlobal("location", { search: "", pathname: "/studio", hash: "" });
  vi.stubGlobal("navigator", { languages: ["en"] });
  vi.stubGlobal("document", { documentElement: { dataset: {} }, addEventListener: () => undefined });
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined }));
});

interface Thing {
  id: string;
}

const ALL = Array.from({ length: 45 }, (_, i) => ({ id: `p${i}` }));
const PAGE = 20;

/** Pages of 20; the first thing of each page but the first was seen at the end of the one before. */
async function reader(path: string) {
  const cursor = new URLSearchParams(path.split("?")[1]).get("cursor");
  const start = cursor ? Number(cursor) : 0;
  const next = start + PAGE < ALL.length ? String(start + PAGE - 1) : null;
  return { value: { products: ALL.slice(start, start + PAGE), next }, etag: null };
}

async function listOf(read: typeof reader = reader) {
  const { ListState } = await import("../../studio/list_state");
  return new ListState<Thing>("products", (each) => each.id, read);
}

test("a list is read page by page, each thing once, to its end", async () => {
  const list = await listOf();
  await list.open("/products");
  expect(list.found.value?.items).toHaveLength(20);
  await list.more();
  await list.more();
  expect(list.found.value).toEqual({ items: ALL, next: null });
  await list.more();
  expect(list.found.value?.items).toHaveLength(45);
});

test("who comes back sees as much as before", async () => {
  const first = await listOf();
  await first.open("/products");
  await first.more();
  const second = await listOf();
  const opening = second.open("/products");
  expect(second.found.value?.items).toHaveLength(39);
  await opening;
  expect(second.found.value?.items).toHaveLength(39);
});

test("a failure leaves what was there and says why", async () => {
  const { RefusedError } = await import("../../sdk/refused");
  let fails = false;
  const list = await listOf(async (path) => {
    if (fails) throw new RefusedError("unavailable", "", { retry: "later" });
    return reader(path);
  });
  await list.open("/products");
  fails = true;
  await list.more();
  expect(list.failure.value).toBe("unavailable");
  expect(list.found.value?.items).toHaveLength(20);
  fails = false;
  await list.again();
  expect(list.failure.value).toBeNull();
});

test("what has become of a thing is put into its row", async () => {
  const list = await listOf();
  await list.open("/products");
  list.put("p1", null);
  expect(list.found.value?.items.map((each) => each.id)).not.toContain("p1");
});
