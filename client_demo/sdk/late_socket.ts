import type { LineListener, LineSocket } from "./line_socket";

const CUT = 1006;

/** The stream of events in the shape of a socket, loaded only when it is needed; what cannot be loaded is a cut. */
export function openLate(base: string, show: string, listener: LineListener): Pick<LineSocket, "send" | "drop"> {
  let over = false;
  let inner: Pick<LineSocket, "send" | "drop"> | null = null;
  import("./event_stream").then(
    ({ EventStream }) => {
      if (!over) inner = new EventStream(base, show, listener);
    },
    () => over || listener.onClosed(CUT),
  );
  return {
    send: (line) => inner?.send(line),
    drop() {
      over = true;
      inner?.drop();
    },
  };
}
