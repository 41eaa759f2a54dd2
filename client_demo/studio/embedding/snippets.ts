// What a developer copies into the shop's page. Ids of shows hold letters, digits, `-` and `_` alone, so nothing needs escaping.

/** The ways to put a show into a page. */
export type Way = "element" | "frame" | "sdk" | "thanks" | "policy";
export const WAYS: readonly Way[] = ["element", "frame", "sdk", "thanks", "policy"];

/** Returns the text to copy; `server` is the server's address, `language` the channel's. Pure. */
export function snippet(way: Way, server: string, show: string, language: string): string {
  const socket = server.replace(/^http/, "ws");
  switch (way) {
    case "element":
      return `<script type="module" src="${server}/element/showfloor.js"></script>
<showfloor-show show="${show}" lang="${language}"></showfloor-show>`;
    case "frame":
      return `<iframe src="${server}/embed/shows/${show}" allow="autoplay; fullscreen; clipboard-write"
  style="width: 100%; height: 720px; border: 0"></iframe>`;
    case "sdk":
      return `import { Room } from "@showfloor/sdk";

const room = new Room({ url: "${server}", show: "${show}" });
room.subscribe(({ link, state }) => console.log(link.is, state?.snapshot.show.title));
room.start();`;
    case "thanks":
      return `<script src="${server}/element/thank-you.js"
  data-order="1001" data-claim="eyJ…" data-parameter="from"></script>`;
    case "policy":
      return `script-src ${server}; connect-src ${server} ${socket}; img-src ${server}; media-src ${server} blob:; frame-src ${server}`;
  }
}
