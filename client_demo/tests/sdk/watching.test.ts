import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { reportWatching } from "../../sdk/watching";
import { aJoinedRoom, aRoom, aSnapshot, type Scripted } from "./scripted_socket";

class Page extends EventTarget {
  visibilityState = "visible";

  turn(visibility: "visible" | "hidden"): void {
    this.visibilityState = visibility;
    this.dispatchEvent(new Event("visibilitychange"));
  }
}

let page: Page;

beforeEach(() => {
  vi.useFakeTimers();
  page = new Page();
  vi.stubGlobal("document", page);
  vi.stubGlobal("window", new EventTarget());
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const toldBy = (socket: Scripted): unknown[] =>
  socket.sent.filter((each) => each.type === "playing").map((each) => each["playing"]);

describe("watching", () => {
  it("is told once, when the video plays and the page is visible, and when either ends", () => {
    const { room, socket } = aJoinedRoom();
    const watching = reportWatching(room);
    expect(toldBy(socket())).toEqual([]);
    watching.setPlaying(true);
    watching.setPlaying(true);
    page.turn("hidden");
    watching.setPlaying(false);
    page.turn("visible");
    watching.setPlaying(true);
    watching.setPlaying(false);
    expect(toldBy(socket())).toEqual([true, false, true, false]);
  });

  it("is told again after each join, on a new socket and on the same", async () => {
    const { room, sockets, socket } = aJoinedRoom();
    const watching = reportWatching(room);
    watching.setPlaying(true);
    room.rejoinWith({ name: "Aki" });
    socket().welcomes({ recovered: true, position: { epoch: "k", offset: 5 } });
    await Promise.resolve();
    expect(toldBy(socket())).toEqual([true, true]);
    socket().closes(1006);
    vi.advanceTimersByTime(250);
    socket().open();
    socket().welcomes();
    await Promise.resolve();
    expect(sockets).toHaveLength(2);
    expect(toldBy(socket())).toEqual([true]);
  });

  it("of a page hidden for a minute takes the pulse alone, and recovers when it is seen again", () => {
    const { socket } = aJoinedRoom();
    page.turn("hidden");
    for (let second = 0; second < 60; second += 20) {
      socket().says({ type: "pulse", viewers: second });
      vi.advanceTimersByTime(20_000);
    }
    expect(socket().last("join")).toMatchObject({ pulse_only: true, position: { offset: 5 } });
    socket().welcomes({ recovered: true, position: { epoch: "k", offset: 5 } });
    page.turn("visible");
    expect(socket().last("join")).not.toHaveProperty("pulse_only");
  });
});

describe("watching a show without a video", () => {
  it("is looking at its page while it is live", async () => {
    const { room, socket } = aRoom();
    const watching = reportWatching(room);
    const snapshot = aSnapshot();
    const show = { ...snapshot.show, video: { hls: "", mp4: "", poster: "/p.jpg" } };
    room.start();
    socket().open();
    socket().welcomes({ snapshot: { ...snapshot, show } });
    await Promise.resolve();
    watching.setPlaying(false);
    page.turn("hidden");
    page.turn("visible");
    socket().says({ type: "show.ended", offset: 6, at: "2026-11-22T11:00:00Z", show: { ...show, state: "ended" } });
    await Promise.resolve();
    expect(toldBy(socket())).toEqual([true, false, true, false]);
  });
});
