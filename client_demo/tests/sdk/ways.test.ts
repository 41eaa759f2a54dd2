import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { RoomOptions } from "../../sdk/room_options";
import { aJoinedRoom, aRoom, posted, Scripted } from "./scripted_socket";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

function withStreams(options: Partial<RoomOptions> = {}) {
  const streams: Scripted[] = [];
  const openStream = (listener: ConstructorParameters<typeof Scripted>[0]): Scripted => {
    const made = new Scripted(listener);
    streams.push(made);
    return made;
  };
  const made = aRoom({ openStream, ...options });
  const stream = (): Scripted => streams.at(-1) ?? expect.fail("no stream was opened");
  return { ...made, streams, stream };
}

/** A room whose sockets were refused until it went by the stream. */
function byStream() {
  const made = withStreams();
  made.room.start();
  for (let n = 0; n < 3; n++) {
    made.socket().closes(1006);
    vi.advanceTimersByTime(5_000);
  }
  made.stream().open();
  made.stream().welcomes();
  return made;
}

describe("where sockets are blocked", () => {
  it("takes the stream after three upgrades that failed, and says so", () => {
    const { room, sockets, streams } = byStream();
    expect([sockets.length, streams.length]).toEqual([3, 1]);
    expect(room.view.link).toEqual({ is: "joined", way: "stream" });
  });

  it("takes it at once when a socket neither opens nor fails", () => {
    const { room, streams } = withStreams();
    room.start();
    vi.advanceTimersByTime(10_000 + 250);
    expect(streams).toHaveLength(1);
  });

  it("tries both in turn while neither is answered", () => {
    const { room, sockets, streams, socket, stream } = withStreams();
    room.start();
    for (const newest of [socket, socket, socket, stream, socket, stream, socket]) {
      newest().closes(1006);
      vi.advanceTimersByTime(7_500);
    }
    expect([sockets.length, streams.length]).toEqual([5, 3]);
  });

  it("does not count what fails while the device is off line", () => {
    vi.stubGlobal("navigator", { onLine: false });
    const { room, streams, socket } = withStreams();
    room.start();
    for (let n = 0; n < 6; n++) {
      socket().closes(1006);
      vi.advanceTimersByTime(20_000);
    }
    vi.unstubAllGlobals();
    expect(streams).toEqual([]);
  });

  it("recovers by position across the ways, and quietly goes on by a socket that opens", () => {
    const { room, socket, stream } = byStream();
    const links: string[] = [];
    room.subscribe((view) => links.push(view.link.is));
    stream().says(posted(6));
    vi.advanceTimersByTime(15_000);
    socket().open();
    expect(stream().dropped).toBe(true);
    expect(socket().last("join")["position"]).toEqual({ epoch: "k", offset: 6 });
    socket().welcomes({ recovered: true, position: { epoch: "k", offset: 6 } });
    socket().says(posted(7));
    expect(room.view.link).toEqual({ is: "joined", way: "socket" });
    expect(room.view.state?.position.offset).toBe(7);
    expect(new Set(links)).toEqual(new Set(["joined"]));
  });

  it("keeps the stream while a command waits for its answer there", async () => {
    const { room, socket, stream } = byStream();
    const asked = room.command("ask", { text: "Why?" });
    vi.advanceTimersByTime(15_000);
    socket().open();
    expect([socket().dropped, stream().dropped]).toEqual([true, false]);
    stream().says({ id: stream().last("ask").id, type: "ok", question: "q_9", state: "open" });
    expect(await asked).toMatchObject({ question: "q_9" });
    vi.advanceTimersByTime(3_000);
    socket().open();
    expect(stream().dropped).toBe(true);
  });

  it("looks less and less often, and stays joined while no socket opens", () => {
    const { room, sockets, socket, stream } = byStream();
    const wait = (ms: number): void => {
      stream().says({ type: "pulse", viewers: 1 });
      vi.advanceTimersByTime(Math.min(ms, 20_000));
      if (ms > 20_000) wait(ms - 20_000);
    };
    for (const waitMs of [15_000, 30_000, 60_000]) {
      const before = sockets.length;
      wait(waitMs - 1);
      expect(sockets).toHaveLength(before);
      vi.advanceTimersByTime(1);
      expect(sockets).toHaveLength(before + 1);
      socket().closes(1006);
    }
    expect(room.view.link).toEqual({ is: "joined", way: "stream" });
  });

  it("never opens a stream while sockets work", () => {
    const streams: unknown[] = [];
    const { room, socket } = aJoinedRoom({
      openStream: (listener) => {
        streams.push(listener);
        return new Scripted(listener);
      },
    });
    for (let n = 0; n < 5; n++) {
      socket().closes(1006);
      vi.advanceTimersByTime(10_000);
      socket().open();
      socket().welcomes();
    }
    expect(room.view.link).toEqual({ is: "joined", way: "socket" });
    expect(streams).toEqual([]);
  });
});
