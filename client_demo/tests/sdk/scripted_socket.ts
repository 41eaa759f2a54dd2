import type { LineListener } from "../../sdk/line_socket";
import { Room } from "../../sdk/room";
import type { RoomOptions } from "../../sdk/room_options";
import type { JournalPush, Question, Snapshot } from "../../sdk/wire";

type Sent = { type: string; id?: number; [field: string]: unknown };

/** One connection as the server's side of a recording: what the room sent, and lines to be heard. */
export class Scripted {
  readonly sent: Sent[] = [];
  dropped = false;

  constructor(private readonly listener: LineListener) {}

  send(line: object): void {
    this.sent.push(line as Sent);
  }

  drop(): void {
    this.dropped = true;
  }

  open(): void {
    this.listener.onOpen();
  }

  /** The server says these lines, unless the room has let go of the socket. */
  says(...lines: object[]): void {
    for (const line of lines) if (!this.dropped) this.listener.onLine(line as never);
  }

  closes(code: number): void {
    if (!this.dropped) this.listener.onClosed(code);
  }

  /** The newest command of a type. */
  last(type: string): Sent {
    const found = this.sent.filter((each) => each.type === type).at(-1);
    if (!found) throw new Error(`nothing of type ${type} was sent`);
    return found;
  }

  /** Answers the newest `join`. */
  welcomes(fields: object = { snapshot: aSnapshot() }): void {
    this.says({
      id: this.last("join").id,
      type: "joined",
      viewer: "v_1",
      role: "viewer",
      expires_at: "2099-01-01T00:00:00Z",
      recovered: false,
      position: { epoch: "k", offset: 5 },
      ...fields,
    });
  }
}

/** A room over scripted sockets; `sockets` grows with each connection it makes. */
export function aRoom(options: Partial<RoomOptions> = {}): { room: Room; sockets: Scripted[]; socket: () => Scripted } {
  const sockets: Scripted[] = [];
  const room = new Room({
    show: "demo",
    guest: true,
    random: () => 0.5,
    openSocket: (listener) => {
      const made = new Scripted(listener);
      sockets.push(made);
      return made;
    },
    ...options,
  });
  const socket = (): Scripted => {
    const newest = sockets.at(-1);
    if (!newest) throw new Error("no socket was opened");
    return newest;
  };
  return { room, sockets, socket };
}

/** A room that has joined at offset 5. */
export function aJoinedRoom(options: Partial<RoomOptions> = {}): ReturnType<typeof aRoom> {
  const made = aRoom(options);
  made.room.start();
  made.socket().open();
  made.socket().welcomes();
  return made;
}

export function aSnapshot(): Snapshot {
  return {
    show: {
      id: "demo",
      channel: "demo",
      title: "A show",
      host: "Aoi",
      state: "live",
      moderation: "post",
      starts_at: null,
      started_at: "2026-11-22T10:00:00Z",
      ended_at: null,
      video: { hls: "", mp4: "/demo.mp4", poster: "" },
    },
    products: [
      { id: "p_1", title: "Cup", description: "", image: "", price: 4200, currency: "JPY", stock: 10, rank: 0 },
      { id: "p_2", title: "Pot", description: "", image: "", price: 8800, currency: "JPY", stock: 2, rank: 1 },
    ],
    pinned_product: null,
    pinned_question: null,
    announcement: null,
    questions: [aQuestion("q_02"), aQuestion("q_01")],
  };
}

export function aQuestion(id: string, fields: Partial<Question> = {}): Question {
  return {
    id,
    text: `Question ${id}`,
    author: "Guest 1",
    state: "open",
    votes: 0,
    version: 1,
    asked_at: "2026-11-22T10:00:00Z",
    answer: null,
    ...fields,
  };
}

export function posted(offset: number, id = `q_${offset}`): JournalPush {
  return { type: "question.posted", offset, at: "2026-11-22T10:01:00Z", question: aQuestion(id) };
}
