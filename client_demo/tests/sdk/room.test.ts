import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { aJoinedRoom, aRoom, aSnapshot, posted } from "./scripted_socket";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

const A_CUP = { product: "p_1", quantity: 1, key: "k-00000001" };

const offsetOf = (room: ReturnType<typeof aRoom>["room"]): number | undefined => room.view.state?.position.offset;

describe("who joins", () => {
  const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);
  const refusal = { type: "error", message: "", retry: "stop" };

  it("asks for a token before the first join", async () => {
    const { room, sockets, socket } = aRoom({ token: async () => "by the shop" });
    room.start();
    expect(sockets).toHaveLength(0);
    await settle();
    socket().open();
    expect(socket().last("join")["token"]).toBe("by the shop");
  });

  it("asks again when the token is of no use any more", async () => {
    let given = 0;
    const { room, sockets, socket } = aRoom({ token: () => `token ${++given}` });
    room.start();
    await settle();
    socket().open();
    socket().welcomes({ snapshot: aSnapshot() });
    socket().closes(4410);
    await settle();
    sockets[1]?.open();
    expect(socket().last("join")["token"]).toBe("token 2");
  });

  it("asks once more and then joins as a guest when what it is given is refused", async () => {
    const { room, socket } = aRoom({ token: () => "of another channel" });
    room.start();
    await settle();
    socket().open();
    socket().says({ id: socket().last("join").id, code: "forbidden", ...refusal });
    await settle();
    socket().open();
    expect(socket().last("join")).not.toHaveProperty("token");
  });

  it("stops instead where nobody may come as a guest", async () => {
    const { room, socket } = aRoom({ guest: false, token: () => "of another channel" });
    room.start();
    await settle();
    socket().open();
    socket().says({ id: socket().last("join").id, code: "forbidden", ...refusal });
    expect(room.view.link).toEqual({ is: "stopped", reason: "forbidden" });
  });

  it("tries later when no token can be had now", async () => {
    let away = true;
    const { room, sockets, socket } = aRoom({
      token: () => {
        if (away) throw new Error("the shop is away");
        return "there";
      },
    });
    room.start();
    await settle();
    expect(room.view.link.is).toBe("reconnecting");
    expect(sockets).toHaveLength(0);
    away = false;
    await vi.advanceTimersByTimeAsync(250);
    socket().open();
    expect(socket().last("join")["token"]).toBe("there");
  });

  it("asks for nothing any more once it was stopped", async () => {
    const { room, sockets } = aRoom({ token: async () => "late" });
    room.start();
    room.stop();
    await settle();
    expect(sockets).toHaveLength(0);
  });

  it("joins again as somebody who signs in", async () => {
    const { room, sockets, socket } = aJoinedRoom();
    void room.rejoinAs("signed in");
    expect(socket().last("join")["token"]).toBe("signed in");
    socket().welcomes();
    void room.rejoinAs(async () => "asked for");
    await settle();
    expect(socket().last("join")["token"]).toBe("asked for");
    expect(sockets, "on the same socket, where it is known who they were").toHaveLength(1);
  });
});

describe("joining", () => {
  it("sends join first and keeps the token that comes back", () => {
    const kept: (string | null)[] = [];
    const { room, socket } = aRoom({ onToken: (token) => kept.push(token), wishes: { source: "mail" } });
    room.start();
    socket().open();
    expect(socket().sent).toEqual([{ id: 1, type: "join", show: "demo", source: "mail" }]);
    socket().welcomes({ snapshot: aSnapshot(), token: "t1" });
    expect(room.view.link.is).toBe("joined");
    expect(kept).toEqual(["t1"]);
    expect(room.view.identity?.token).toBe("t1");
  });

  it("says what the viewer is called instead of a reserved name, and does not wish for that name again", () => {
    const { room, socket } = aRoom({ wishes: { name: "Host", source: "mail" } });
    room.start();
    socket().open();
    expect(socket().last("join")["name"]).toBe("Host");
    socket().welcomes({ snapshot: aSnapshot(), token: "t1", name_refused: true, name: "Guest 4821", guest: 4821 });
    const renamed = { wish: "Host", name: "Guest 4821", guest: 4821 };
    expect(room.view.identity?.renamed).toEqual(renamed);
    room.rejoinWith({ remember: true });
    expect(socket().last("join")).not.toHaveProperty("name");
    socket().welcomes({ snapshot: aSnapshot() });
    expect(room.view.identity?.renamed).toEqual(renamed);
    room.rejoinWith({ name: "Naomi" });
    socket().welcomes({ snapshot: aSnapshot(), token: "t2" });
    expect(room.view.identity?.renamed).toBeNull();
  });

  it("stops at a show that is not there, and says why", () => {
    const { room, socket } = aRoom();
    room.start();
    socket().open();
    socket().says({ id: 1, type: "error", code: "not_found", message: "", retry: "never" });
    expect(room.view.link).toEqual({ is: "stopped", reason: "not_found" });
    expect(socket().dropped).toBe(true);
  });

  it("comes back to a full show when the server says so", () => {
    const { room, sockets, socket } = aRoom();
    room.start();
    socket().open();
    socket().says({ id: 1, type: "error", code: "show_full", message: "", retry: "later", retry_after_ms: 10_000 });
    expect(room.view.link).toMatchObject({ is: "reconnecting", why: "show_full" });
    vi.advanceTimersByTime(9_999);
    expect(sockets).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(sockets).toHaveLength(2);
  });

  it("forgets a guest's token that is of no use, and joins as a new guest", () => {
    const kept: (string | null)[] = [];
    const { room, sockets, socket } = aRoom({ token: "old", onToken: (token) => kept.push(token) });
    room.start();
    socket().open();
    expect(socket().last("join")["token"]).toBe("old");
    socket().says({ id: 1, type: "error", code: "unauthenticated", message: "", retry: "stop" });
    vi.advanceTimersByTime(1);
    sockets[1]?.open();
    expect(kept).toEqual([null]);
    expect(socket().last("join")).not.toHaveProperty("token");
  });

  it("never forgets the token of a page that has no guests", () => {
    const { room, socket } = aRoom({ token: "old", guest: false });
    room.start();
    socket().open();
    socket().says({ id: 1, type: "error", code: "unauthenticated", message: "", retry: "stop" });
    expect(room.view.link).toEqual({ is: "stopped", reason: "unauthenticated" });
  });
});

describe("who was a guest and is somebody now", () => {
  const kept: [string | null, boolean][] = [];
  const onToken = (token: string | null, guest: boolean): void => void kept.push([token, guest]);
  beforeEach(() => void kept.splice(0));

  it("says who the guest was when the page was loaded anew, once, and forgets it", () => {
    const { room, socket } = aRoom({ token: "signed", wishes: { guest: "g1", source: "mail" }, onToken });
    room.start();
    socket().open();
    expect(socket().sent).toEqual([{ id: 1, type: "join", show: "demo", source: "mail", token: "signed", guest: "g1" }]);
    socket().welcomes({ snapshot: aSnapshot(), token: "known" });
    expect(kept).toEqual([
      ["known", false],
      [null, true],
    ]);
    void room.rejoinAs(null);
    expect(socket().last("join"), "whoever signs out is a new guest").not.toHaveProperty("token");
    socket().welcomes({ token: "g2" });
    expect(kept.at(-1)).toEqual(["g2", true]);
  });

  it("says it too when they sign in while the connection is lost", () => {
    const { room, socket } = aRoom({ onToken });
    room.start();
    socket().open();
    socket().welcomes({ snapshot: aSnapshot(), token: "g1" });
    expect(kept).toEqual([["g1", true]]);
    socket().closes(1006);
    void room.rejoinAs("signed");
    vi.advanceTimersByTime(250);
    socket().open();
    expect(socket().last("join")).toMatchObject({ token: "signed", guest: "g1" });
  });

  it.each([
    ["no token", null],
    ["a source that knows nobody", async () => null],
  ])("%s is the guest of before", async (_, token) => {
    const { room, socket } = aRoom({ token, wishes: { guest: "g1" }, onToken });
    room.start();
    await vi.advanceTimersByTimeAsync(0);
    socket().open();
    expect(socket().last("join")["token"]).toBe("g1");
    expect(socket().last("join")).not.toHaveProperty("guest");
    socket().says({ id: 1, type: "error", code: "unauthenticated", message: "", retry: "stop" });
    await vi.advanceTimersByTimeAsync(1);
    socket().open();
    expect(socket().last("join"), "and a new one when that is good no more").not.toHaveProperty("token");
    expect(kept).toEqual([[null, true]]);
  });
});

describe("positions", () => {
  it("applies pushes in order, and one that it has seen changes nothing", () => {
    const { room, socket } = aJoinedRoom();
    const heard: number[] = [];
    room.onPush((push) => heard.push(push.offset));
    socket().says(posted(6), posted(6), posted(5), posted(7));
    expect(heard).toEqual([6, 7]);
    expect(offsetOf(room)).toBe(7);
    expect(room.view.state?.snapshot.questions).toHaveLength(4);
  });

  it("takes a jump for a loss: lets go and joins with the last position", () => {
    const { room, sockets, socket } = aJoinedRoom();
    socket().says(posted(6), posted(8));
    expect(sockets[0]?.dropped).toBe(true);
    expect(offsetOf(room)).toBe(6);
    vi.advanceTimersByTime(250);
    socket().open();
    expect(socket().last("join")["position"]).toEqual({ epoch: "k", offset: 6 });
    socket().welcomes({ recovered: true, position: { epoch: "k", offset: 6 } });
    socket().says(posted(7), posted(8));
    expect(offsetOf(room)).toBe(8);
  });

  it("starts anew from a snapshot when nothing could be recovered", () => {
    const { room, socket } = aJoinedRoom();
    socket().closes(1006);
    vi.advanceTimersByTime(250);
    socket().open();
    socket().welcomes({ position: { epoch: "other", offset: 2 }, snapshot: aSnapshot() });
    expect(room.view.state?.position).toEqual({ epoch: "other", offset: 2 });
  });

  it("takes a soft command's refusal for what it is, also while it joins again", () => {
    const { room, socket } = aJoinedRoom();
    room.rejoinWith({ name: "Aki" });
    socket().says({ type: "error", code: "show_not_live", message: "", retry: "never" });
    expect(room.view.link.is).toBe("joined");
    expect(socket().last("join")).toMatchObject({ name: "Aki", position: { epoch: "k", offset: 5 } });
  });

  it("joins again on the same socket after a gap, and no jump in between alarms it", () => {
    const { room, sockets, socket } = aJoinedRoom();
    socket().says({ type: "gap" }, posted(9));
    expect(sockets).toHaveLength(1);
    expect(socket().last("join")["position"]).toEqual({ epoch: "k", offset: 5 });
    socket().welcomes({ recovered: true, position: { epoch: "k", offset: 5 } });
    socket().says(posted(6), posted(7), posted(8), posted(9));
    expect(offsetOf(room)).toBe(9);
  });
});

describe("coming back", () => {
  it("waits with full jitter, longer after each failure, and starts over after a join", () => {
    const { sockets, socket } = aJoinedRoom();
    for (const waitMs of [250, 500, 1000]) {
      const before = sockets.length;
      socket().closes(1006);
      vi.advanceTimersByTime(waitMs - 1);
      expect(sockets).toHaveLength(before);
      vi.advanceTimersByTime(1);
      expect(sockets).toHaveLength(before + 1);
    }
    socket().open();
    socket().welcomes();
    socket().closes(1001);
    const before = sockets.length;
    vi.advanceTimersByTime(250);
    expect(sockets).toHaveLength(before + 1);
  });

  it("comes back at the time that a departing server names", () => {
    const { room, sockets, socket } = aJoinedRoom();
    socket().says({ type: "reconnect", after_ms: 1200 });
    expect(room.view.link.is).toBe("reconnecting");
    vi.advanceTimersByTime(1199);
    expect(sockets).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(sockets).toHaveLength(2);
  });

  it("takes a silent connection for dead after asking once", () => {
    const { room, socket } = aJoinedRoom();
    vi.advanceTimersByTime(25_000);
    expect(socket().last("ping")).toBeDefined();
    vi.advanceTimersByTime(8_000);
    expect(room.view.link.is).toBe("reconnecting");
  });

  it("keeps a quiet connection that answers", () => {
    const { room, sockets, socket } = aJoinedRoom();
    for (let i = 0; i < 4; i++) {
      vi.advanceTimersByTime(25_000);
      socket().says({ id: socket().last("ping").id, type: "pong", at: "" });
    }
    expect(room.view.link.is).toBe("joined");
    expect(sockets).toHaveLength(1);
  });

  it("stops when the server found nothing but nonsense", () => {
    const { room, socket } = aJoinedRoom();
    socket().closes(4400);
    expect(room.view.link).toEqual({ is: "stopped", reason: "protocol" });
  });
});

describe("commands", () => {
  it("end with the reply that carries their id", async () => {
    const { room, socket } = aJoinedRoom();
    const asked = room.command("ask", { text: "Why?" });
    socket().says({ id: socket().last("ask").id, type: "ok", question: "q_9", state: "open" });
    expect(await asked).toMatchObject({ question: "q_9", state: "open" });
  });

  it("end with the refusal and its data", async () => {
    const { room, socket } = aJoinedRoom();
    const bought = room.command("buy", { product: "p_2", quantity: 3, key: "k-00000001" });
    socket().says({ id: socket().last("buy").id, type: "error", code: "sold_out", message: "", retry: "never", stock: 2 });
    await expect(bought).rejects.toMatchObject({ code: "sold_out", refusal: { stock: 2 } });
  });

  it.each([
    ["buy", A_CUP],
    ["hold", { lines: [{ product: "p_2", quantity: 1 }], key: "k-00000002" }],
    ["pay", { hold: "h_1", key: "k-00000003" }],
  ] as const)("never send %s by themselves on another connection, whether it was sent before or not", async (type, fields) => {
    const { room, socket, sockets } = aJoinedRoom();
    const send = (): Promise<unknown> => room.command(type, fields as never);
    const sent = expect(send()).rejects.toMatchObject({ code: "unanswered" });
    socket().closes(1006);
    await sent;
    await expect(send()).rejects.toMatchObject({ code: "offline" });
    vi.advanceTimersByTime(250);
    socket().open();
    socket().welcomes();
    vi.advanceTimersByTime(60_000);
    expect(sockets[1]?.sent.filter((each) => each.type === type)).toEqual([]);
  });

  it("do not go on with a purchase that waited to be tried again when the connection broke", async () => {
    const { room, socket } = aJoinedRoom();
    const bought = expect(room.command("buy", A_CUP)).rejects.toMatchObject({ code: "unanswered" });
    socket().says({ id: socket().last("buy").id, type: "error", code: "busy", message: "", retry: "later", retry_after_ms: 700 });
    socket().closes(1006);
    await bought;
    vi.advanceTimersByTime(250);
    socket().open();
    socket().welcomes();
    vi.advanceTimersByTime(5_000);
    expect(socket().sent.map((each) => each.type)).not.toContain("buy");
  });

  it("refuse a purchase at once when the device says that it is off line, although the socket does not know yet", async () => {
    vi.stubGlobal("navigator", { onLine: false });
    const { room, socket } = aJoinedRoom();
    await expect(room.command("buy", A_CUP)).rejects.toMatchObject({ code: "offline" });
    expect(socket().sent.map((each) => each.type)).not.toContain("buy");
    vi.unstubAllGlobals();
  });

  it("keep a key that the caller chose", () => {
    const { room, socket } = aJoinedRoom();
    void room.command("ask", { text: "Why?", key: "k-of-mine" });
    expect(socket().last("ask")).toMatchObject({ key: "k-of-mine" });
  });

  it("end as unanswered after a cut where a second one would count twice", async () => {
    const { room, socket } = aJoinedRoom();
    const tapped = room.command("react", { kind: "heart" });
    socket().closes(1006);
    await expect(tapped).rejects.toMatchObject({ code: "unanswered" });
  });

  it("share by one link, however often the connection breaks", async () => {
    const { room, socket } = aJoinedRoom();
    const shared = room.command("share", { via: "copy" });
    const { key } = socket().last("share");
    expect(key).toMatch(/^k-/);
    socket().closes(1006);
    vi.advanceTimersByTime(500);
    socket().open();
    socket().welcomes();
    expect(socket().last("share").key).toBe(key);
    socket().says({ id: socket().last("share").id, type: "ok", share: "s_1" });
    expect(await shared).toMatchObject({ share: "s_1" });
  });

  it("tell a person that they ask too fast, but not once the question may have been taken", async () => {
    const { room, socket } = aJoinedRoom();
    const tooFast = { type: "error", code: "too_fast", message: "", retry: "later", retry_after_ms: 100 };
    const refused = room.command("ask", { text: "Why?" });
    socket().says({ id: socket().last("ask").id, ...tooFast });
    await expect(refused).rejects.toMatchObject({ code: "too_fast" });
    const asked = room.command("ask", { text: "When?" });
    socket().closes(1006);
    vi.advanceTimersByTime(250);
    socket().open();
    socket().welcomes();
    const { id } = socket().last("ask");
    socket().says({ id, ...tooFast });
    vi.advanceTimersByTime(100);
    expect(socket().sent.filter((each) => each.type === "ask")).toHaveLength(2);
    socket().says({ id, type: "ok", question: "q_9", state: "open" });
    expect(await asked).toMatchObject({ question: "q_9" });
  });

  it("wait for the join when there is no connection, and are sent once", async () => {
    const { room, socket } = aRoom();
    room.start();
    const asked = room.command("ask", { text: "Why?" });
    socket().open();
    expect(socket().sent.map((each) => each.type)).toEqual(["join"]);
    socket().welcomes();
    expect(socket().sent.map((each) => each.type)).toEqual(["join", "ask"]);
    socket().says({ id: socket().last("ask").id, type: "ok", question: "q_9", state: "open" });
    expect(await asked).toMatchObject({ question: "q_9" });
  });

  it("are given up as never sent when no connection comes", async () => {
    const { room } = aRoom();
    room.start();
    const asked = expect(room.command("ask", { text: "Why?" })).rejects.toMatchObject({ code: "offline" });
    vi.advanceTimersByTime(20_000);
    await asked;
  });

  it("repeat a purchase that a busy server wants later, under the same key", async () => {
    const { room, socket } = aJoinedRoom();
    const bought = room.command("buy", { product: "p_1", quantity: 1, key: "k-00000001" });
    const { id } = socket().last("buy");
    socket().says({ id, type: "error", code: "busy", message: "", retry: "later", retry_after_ms: 700 });
    vi.advanceTimersByTime(700);
    expect(socket().sent.filter((each) => each.type === "buy")).toHaveLength(2);
    socket().says({ id, type: "ok", order: "o_1" });
    expect(await bought).toMatchObject({ order: "o_1" });
  });
});

describe("what pages hear", () => {
  it("is told once per turn, and untouched parts keep their identity", async () => {
    const { room, socket } = aJoinedRoom();
    await Promise.resolve();
    const views: (typeof room.view)[] = [];
    room.subscribe((view) => views.push(view));
    const products = room.view.state?.snapshot.products;
    socket().says(posted(6), posted(7), { type: "pulse", viewers: 3 });
    await Promise.resolve();
    expect(views).toHaveLength(2);
    expect(views[1]?.state?.viewers).toBe(3);
    expect(views[1]?.state?.snapshot.products).toBe(products);
  });
});
