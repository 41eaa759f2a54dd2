// What is laid on viewers, lifted, answered and settled, each with its echo and its undo.
import { signal } from "@preact/signals";
import type { FieldsOf } from "../sdk/wire";
import type { Reported, Sanction } from "../sdk/wire.generated";
import { createTranslator } from "../shared/i18n";
import type en from "../shared/locales/host_safety.en.json";
import { nameOf } from "../shared/people";
import { ask } from "../shared/staff/ask";
import { session } from "../shared/staff/session";
import { why } from "./actions";
import { now } from "./clock";
import { attempt } from "./deeds";
import { snapshot, theRoom } from "./desk";
import type { Sanctionable } from "./surface";

export const t = createTranslator<typeof en>("host_safety");

export type Kind = Sanction["kind"];
export type Reason = Sanction["reason"];
export const REASONS: readonly Reason[] = ["other", "spam", "abuse", "off_topic", "fraud", "personal_data", "evasion"];

/** What can be laid on a viewer: `seconds` until its end, where it has one. */
export interface Terms {
  kind: Kind;
  seconds?: number;
  reason: Reason;
  channel?: boolean;
  device?: boolean;
  address?: boolean;
}

/** The shortest that the server takes: what has less left is given as long as this. */
const SECONDS_MIN = 10;

export const isOver = ({ until }: { until?: string | null }): boolean =>
  until != null && Date.parse(until) <= now.value;

/** What somebody was called when it was laid on them, in this page's language; an id where nobody saw a name. */
export function calledOf({ name, viewer }: { name?: string | null; viewer: string }): string {
  const number = /^Guest (\d+)$/.exec(name ?? "")?.[1];
  return nameOf({ author: name ?? viewer, guest: number ? Number(number) : null });
}

function fieldsOf(whom: Sanctionable["whom"], terms: Terms): FieldsOf<"viewer.sanction"> {
  return { ...whom, ...terms };
}

/** Lays something on whoever it is; its undo leaves what stood before. */
export function give({ whom, who }: Pick<Sanctionable, "whom" | "who">, terms: Terms): void {
  const before = snapshot.peek()?.sanctions ?? [];
  let given = "";
  let viewer = "";
  void attempt({
    say: () => t(`deed.${terms.kind}`, { who }),
    send: async () => {
      ({ sanction: given, viewer } = await theRoom().command("viewer.sanction", fieldsOf(whom, terms)));
    },
    refused: why,
    undo: () => {
      const stood = before.find((each) => each.id === given && !isOver(each));
      if (stood) give({ whom: { viewer }, who }, termsOf(stood));
      else lift({ id: given, viewer, kind: terms.kind, reason: terms.reason }, who);
    },
  });
}

type Given = Pick<Sanction, "id" | "viewer" | "kind" | "reason" | "until" | "channel" | "device" | "address">;

/** What is left of a sanction. */
function termsOf({ kind, reason, until, channel, device, address }: Given): Terms {
  const left = until == null ? null : Math.max(SECONDS_MIN, Math.ceil((Date.parse(until) - now.peek()) / 1000));
  return { kind, reason, ...(left !== null && { seconds: left }), ...(channel && { channel }), ...(device && { device }), ...(address && { address }) };
}

export function lift(sanction: Given, who: string): void {
  void attempt({
    say: () => t("deed.lifted", { who }),
    send: () => theRoom().command("sanction.lift", { sanction: sanction.id }),
    refused: why,
    undo: () => give({ whom: { viewer: sanction.viewer }, who }, termsOf(sanction)),
  });
}

/** An answer to an appeal. To keep it may be answered anew; what was lifted is given again by hand. */
export function answer(sanction: string, who: string, mayGo: boolean, done: () => void): void {
  void attempt({
    say: () => t(mayGo ? "deed.appeal_lifted" : "deed.appeal_kept", { who }),
    send: async () => {
      await theRoom().command("appeal.answer", { sanction, lift: mayGo });
      done();
    },
    refused: why,
    ...(!mayGo && { undo: () => answer(sanction, who, true, done) }),
  });
}

/** What was reported is looked at and stands; with `ignore` its reporters count no more. */
export function settle({ kind, item }: Reported, ignore: boolean): void {
  const fields = { kind, item, ignore } as FieldsOf<"report.settle">;
  void attempt({
    say: () => t(ignore ? "deed.ignored" : "deed.settled"),
    send: () => theRoom().command("report.settle", fields),
    refused: why,
  });
}

/** A sanction of the channel as the server lists it, with the words of its appeal. */
export interface Listed extends Given {
  show: string;
  name: string | null;
  at: string;
  by: string;
  lifted_at: string | null;
  appeal: { text: string; state: "open" | "kept" | "lifted"; at: string } | null;
}

/** The appeals of the channel that wait, whichever show they are of; and what was given in its other shows and holds in this one. */
export const appeals = signal<readonly Listed[]>([]);
export const elsewhere = signal<readonly Listed[]>([]);

export async function fetchListed(): Promise<void> {
  const channel = session.peek()?.channel ?? "";
  const path = `/channels/${encodeURIComponent(channel)}/sanctions`;
  const [waiting, newest] = await Promise.all(
    [`${path}?appealed=true`, path].map((each) => ask<{ sanctions: Listed[] }>(each).then((page) => page.sanctions)),
  );
  const show = snapshot.peek()?.show.id;
  appeals.value = waiting ?? [];
  elsewhere.value = (newest ?? []).filter((each) => each.channel && each.show !== show && !each.lifted_at);
}
