// Why a question is held or shadowed, in words.
import type { Question } from "../sdk/wire";
import { t } from "./text";

export type Held = NonNullable<Question["held"]>[number];

/** Whether it can be approved: everybody's eyes are still kept from it. */
export function waits({ state }: Question): boolean {
  return state === "pending" || state === "shadowed";
}

export function sayHeld({ by, what }: Held): string {
  if (by === "no_reviewer") return t("held.no_reviewer");
  return what ? t(`held.${by}.what`, { what }) : t(by === "reviewer" || by === "newcomer" || by === "sanction" ? `held.${by}` : "held.word");
}
