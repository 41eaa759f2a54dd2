import type { ComponentChild } from "preact";
import { createTranslator } from "../i18n";
import type en from "../locales/shared.en.json";
import { lengthOf } from "../writing";

const t = createTranslator<typeof en>("shared");

/** Said from so few characters on; above that nobody needs to know. */
const SAID_FROM = 100;

/** How much more may be written, said when little is left; or by how much it is too long. Describes its field, and is not read out with every letter. */
export function RoomLeft({ id, text, most }: { id?: string; text: string; most: number }): ComponentChild {
  const left = most - lengthOf(text);
  const said = left < 0 ? t.count("over", -left) : left <= Math.min(SAID_FROM, most / 4) ? t.count("left", left) : "";
  return (
    <span id={id} class={left < 0 ? "room-left room-over" : "room-left"} data-testid="room-left">
      {said}
    </span>
  );
}
