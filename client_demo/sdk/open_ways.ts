import { openLate } from "./late_socket";
import { type LineListener, LineSocket } from "./line_socket";
import type { RoomOptions } from "./room_options";
import type { Server } from "./server";
import type { OpenLines } from "./way_in";
import type { Way } from "./ways";

/** Returns what opens each of the ways to a show on `server`, unless the options bring their own. */
export function waysTo(server: Server, { show, openSocket, openStream }: RoomOptions): Record<Way, OpenLines> {
  return {
    socket: openSocket ?? ((listener: LineListener) => new LineSocket(server.live, listener)),
    stream: openStream ?? ((listener: LineListener) => openLate(server.base, show, listener)),
  };
}
