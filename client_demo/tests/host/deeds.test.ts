import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { attempt, attemptLater, deeds, undoable } from "../../host/deeds";
import { RefusedError } from "../../sdk/refused";

const why = (error: RefusedError) => () => error.code;

function doing(what: string, more: Partial<Parameters<typeof attempt>[0]> = {}): Promise<void> {
  return attempt({ say: () => what, send: () => Promise.resolve(), refused: why, ...more });
}

beforeEach(() => {
  deeds.value = [];
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("removeEventListener", () => undefined);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("a deed", () => {
  it("shows at once, and says when it is done", async () => {
    const going = doing("answer");
    expect(deeds.value[0]?.state).toBe("sending");
    await going;
    expect(deeds.value[0]?.state).toBe("done");
  });

  it("says why it was refused, after what was shown ahead is taken back", async () => {
    const order: string[] = [];
    const refused = (error: RefusedError): (() => string) => {
      order.push("back");
      return why(error);
    };
    await doing("answer", { send: () => Promise.reject(new RefusedError("conflict", "")), refused });
    expect(deeds.value[0]?.state).toBe("failed");
    expect(deeds.value[0]?.why?.()).toBe("conflict");
    expect(order).toEqual(["back"]);
    expect(undoable.value).toBeNull();
  });

  it("is undone in its own line, without a deed for the undoing", async () => {
    let undone: Promise<void> | undefined;
    await doing("answer", {
      undo: () => {
        undone = doing("restore");
      },
    });
    undoable.value?.undo?.();
    await undone;
    expect(deeds.value.map((deed) => [deed.say(), deed.state])).toEqual([["answer", "undone"]]);
  });

  it("that cannot be undone hides no older one behind its key", async () => {
    await doing("pin", { undo: () => undefined });
    await doing("end the show");
    expect(undoable.value).toBeNull();
  });

  it("that was taken back leaves the key to the one before it", async () => {
    await doing("pin", { undo: () => undefined });
    await doing("answer", { undo: () => undefined });
    undoable.value?.undo?.();
    expect(undoable.value?.say()).toBe("pin");
  });
});

describe("what cannot be called back", () => {
  it("goes out after its wait", async () => {
    vi.useFakeTimers();
    const send = vi.fn(() => Promise.resolve());
    attemptLater(3000, { say: () => "announce", send, refused: why });
    await vi.advanceTimersByTimeAsync(2999);
    expect(send).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(send).toHaveBeenCalledOnce();
    expect(deeds.value[0]?.state).toBe("done");
  });

  it("never goes out when it was taken back in time", async () => {
    vi.useFakeTimers();
    const send = vi.fn(() => Promise.resolve());
    const back = vi.fn();
    attemptLater(3000, { say: () => "announce", send, refused: why, undo: back });
    undoable.value?.undo?.();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(send).not.toHaveBeenCalled();
    expect(back).toHaveBeenCalledOnce();
    expect(deeds.value[0]).toMatchObject({ state: "undone", now: null });
  });

  it("goes out at once when the person does not want to wait, and only once", async () => {
    vi.useFakeTimers();
    const send = vi.fn(() => Promise.resolve());
    attemptLater(3000, { say: () => "announce", send, refused: why });
    deeds.value[0]?.now?.();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(send).toHaveBeenCalledOnce();
  });
});
