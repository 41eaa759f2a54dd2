import { beforeEach, expect, test, vi } from "vitest";

/** As far as the modules look at the page while they are loaded. */
function stubPage(): void {
  vi.stubGlobal("location", { search: "", pathname: "/studio", hash: "" });
  vi.stubGlobal("navigator", { languages: ["en"] });
  vi.stubGlobal("document", undefined);
  vi.stubGlobal("document", { documentElement: { dataset: {} }, addEventListener: () => undefined });
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined }));
}

interface Teapot {
  name: string;
  price: string;
}

/** A server with one thing, which others may change; it keeps the newest version only. */
function serverOf(values: Teapot) {
  const state = { values, etag: '"1"', lose: false };
  const bump = (next: Partial<Teapot>): void => {
    state.values = { ...state.values, ...next };
    state.etag = `"${Number(state.etag.replaceAll('"', "")) + 1}"`;
  };
  return { state, bump };
}

let load: () => Promise<{
  FormState: typeof import("../../studio/form_state").FormState;
  RefusedError: typeof import("../../sdk/refused").RefusedError;
}>;

beforeEach(() => {
  vi.resetModules();
  stubPage();
  load = async () => ({
    FormState: (await import("../../studio/form_state")).FormState,
    RefusedError: (await import("../../sdk/refused")).RefusedError,
  });
});

async function open(server = serverOf({ name: "Teapot", price: "3200" })) {
  const { FormState, RefusedError } = await load();
  const { state, bump } = server;
  const form = new FormState<Teapot>({
    place: "product.p_1",
    read: async () => ({ values: state.values, etag: state.etag }),
    save: async (changes, _whole, etag) => {
      if (etag !== state.etag) throw new RefusedError("conflict", "", { retry: "reload" });
      bump(changes);
      if (state.lose) {
        state.lose = false;
        throw new RefusedError("conflict", "", { retry: "reload" });
      }
      return { values: state.values, etag: state.etag };
    },
    check: (values) => (values.name ? {} : { name: "A name, please." }),
  });
  await form.load();
  return { form, state, bump };
}

test("only the changes are saved, and then nothing is changed any more", async () => {
  const { form, state } = await open();
  form.set("price", "3300");
  expect(await form.submit()).toBe(true);
  expect(state.values).toEqual({ name: "Teapot", price: "3300" });
  expect(form.dirty.value).toBe(false);
});

test("what is wrong is said at its field and not sent", async () => {
  const { form, state } = await open();
  form.set("name", "");
  expect(await form.submit()).toBe(false);
  expect(form.errors.value).toEqual({ name: "A name, please." });
  expect(state.etag).toBe('"1"');
});

test("somebody else's change is never overwritten: both are shown, and what is chosen is saved over theirs", async () => {
  const { form, state, bump } = await open();
  form.set("price", "3300");
  bump({ price: "3000", name: "Tea pot" });
  expect(await form.submit()).toBe(false);
  expect(state.values.price).toBe("3000");
  expect(form.conflict.value?.differences.map((each) => each.name).sort()).toEqual(["name", "price"]);
  form.choose(new Map());
  expect(await form.submit()).toBe(true);
  expect(state.values).toEqual({ name: "Tea pot", price: "3300" });
});

test("a saving whose answer was lost is no conflict", async () => {
  const { form, state } = await open();
  form.set("price", "3300");
  state.lose = true;
  expect(await form.submit()).toBe(true);
  expect(form.conflict.value).toBeNull();
  expect(form.dirty.value).toBe(false);
});

test("a draft of an older version takes up what others changed elsewhere, and asks about what both changed", async () => {
  const server = serverOf({ name: "Teapot", price: "3200" });
  const { form } = await open(server);
  form.set("price", "3300");
  server.bump({ name: "Tea pot" });
  const { form: second } = await open(server);
  expect(second.values).toEqual({ name: "Tea pot", price: "3300" });
  server.bump({ price: "3000" });
  const { form: third } = await open(server);
  expect(third.conflict.value?.differences.map((each) => [each.name, each.both])).toEqual([["price", true]]);
  third.setAside();
  expect(await third.submit()).toBe(false);
  expect(server.state.values.price).toBe("3000");
});

test("discarded changes can be brought back", async () => {
  const { form } = await open();
  form.set("price", "3300");
  const back = form.discard();
  expect(form.values.price).toBe("3200");
  back();
  expect(form.values.price).toBe("3300");
});
