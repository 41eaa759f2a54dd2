import { afterEach, beforeEach, expect, test, vi } from "vitest";

interface Sent {
  path: string;
  method: string;
  headers: Record<string, string>;
}

let sent: Sent[] = [];
let answers: (() => Response)[] = [];

const json = (status: number, body: object, headers: Record<string, string> = {}) => {
  return () => new Response(JSON.stringify(body), { status, headers });
};
const lost = (): Response => {
  throw new TypeError("network");
};

beforeEach(() => {
  vi.resetModules();
  vi.useFakeTimers();
  sent = [];
  answers = [];
  vi.stubGlobal("location", { search: "", pathname: "/studio", hash: "" });
  vi.stubGlobal("navigator", { languages: ["en"] });
  vi.stubGlobal("document", { documentElement: { dataset: {} }, addEventListener: () => undefined });
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined }));
  vi.stubGlobal("fetch", async (path: string, { method, headers }: Omit<Sent, "path">) => {
    sent.push({ path, method, headers });
    return (answers.shift() ?? lost)();
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function settled<T>(job: Promise<T>): Promise<T | { code: string }> {
  const caught = job.catch((error: { code: string }) => ({ code: error.code }));
  await vi.runAllTimersAsync();
  return caught;
}

test("what makes something is sent again under the same key until it is answered, and then has another key", async () => {
  const { make } = await import("../../studio/api");
  answers = [lost, json(503, { code: "unavailable", retry: "later" }), json(201, { id: "p_1" }), json(201, { id: "p_2" })];
  expect(await settled(make("/products", { title: "Cup" }))).toMatchObject({ value: { id: "p_1" } });
  await settled(make("/products", { title: "Cup" }));
  const keys = sent.map((each) => each.headers["Idempotency-Key"]);
  expect(keys).toHaveLength(4);
  expect(new Set(keys.slice(0, 3)).size).toBe(1);
  expect(keys[3]).not.toBe(keys[0]);
});

test("the same wish keeps its key as long as nobody knows what became of it, and a decided one does not", async () => {
  const { make } = await import("../../studio/api");
  expect(await settled(make("/products", { title: "Cup" }))).toEqual({ code: "offline" });
  const first = sent.at(-1)?.headers["Idempotency-Key"];
  answers = [json(422, { code: "invalid", retry: "never" })];
  expect(await settled(make("/products", { title: "Cup" }))).toEqual({ code: "invalid" });
  expect(sent.at(-1)?.headers["Idempotency-Key"]).toBe(first);
  answers = [json(201, {})];
  await settled(make("/products", { title: "Cup" }));
  expect(sent.at(-1)?.headers["Idempotency-Key"]).not.toBe(first);
});

test("a change names the version that was read, and an answer carries the new one", async () => {
  const { change, read } = await import("../../studio/api");
  answers = [json(200, {}, { ETag: '"3"' }), json(200, {}, { ETag: '"4"' })];
  const { etag } = (await settled(read("/channel"))) as { etag: string };
  expect(await settled(change("/channel", { name: "Tea" }, etag))).toMatchObject({ etag: '"4"' });
  expect(sent[1]).toMatchObject({ method: "PATCH", headers: { "If-Match": '"3"' } });
});

test("each refusal is met by one decision", async () => {
  const { decide } = await import("../../studio/api");
  const { RefusedError } = await import("../../sdk/refused");
  const of = (code: string, more: object = {}): object => decide(new RefusedError(code, "", more));
  expect(of("offline")).toEqual({ act: "again", afterMs: null });
  expect(of("http_502")).toEqual({ act: "again", afterMs: null });
  expect(of("too_fast", { retry: "later", retry_after_ms: 900 })).toEqual({ act: "again", afterMs: 900 });
  expect(of("token_revoked", { retry: "stop" })).toEqual({ act: "sign_in", reason: "token_revoked" });
  expect(of("conflict", { retry: "reload" })).toEqual({ act: "conflict" });
  expect(of("forbidden", { retry: "never" })).toEqual({ act: "tell", code: "forbidden" });
  const errors = [{ at: "body/title", why: "too long" }];
  const title = { at: "title", path: "title", code: "invalid", why: "too long" };
  expect(of("invalid", { retry: "never", errors })).toEqual({ act: "fields", errors: [title] });
  const sku = [{ at: "body/variants/2/sku", why: "taken" }];
  expect(of("taken", { retry: "never", errors: sku })).toMatchObject({ errors: [{ at: "variants", path: "variants/2/sku" }] });
  expect(decide(new Error("bug"))).toEqual({ act: "tell", code: "unknown" });
});
