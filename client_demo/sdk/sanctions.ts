// Sanctions and reports as staff see them: what a push makes of the lists in their snapshot.
import type { JournalPush, Snapshot } from "./wire";
import type { Reported, Sanction } from "./wire.generated";

type SanctionPush = Extract<JournalPush, { type: "viewer.banned" | "viewer.unbanned" | "sanction.changed" | "report.changed" }>;

export function nextSanctions(snapshot: Snapshot, push: SanctionPush): Snapshot {
  switch (push.type) {
    case "viewer.banned": {
      const banned = putFirst(snapshot.banned ?? [], push.banned, (each) => each.viewer);
      return withSanctions({ ...snapshot, banned }, push.sanction);
    }
    case "viewer.unbanned":
      return withSanctions(letIn(snapshot, push.viewer), undefined, push.sanctions);
    case "report.changed":
      return withReported(snapshot, push.reported);
    case "sanction.changed": {
      const { sanction, lifted } = push;
      if (!lifted) return withSanctions(snapshot, sanction);
      const rest = sanction.kind === "ban" ? letIn(snapshot, sanction.viewer) : snapshot;
      return withSanctions(rest, undefined, [sanction.id]);
    }
  }
}

/** The newest items first, as their ids are in the order of their age. */
function withReported({ reported = [], ...rest }: Snapshot, now: Reported): Snapshot {
  const others = reported.filter((each) => each.item !== now.item);
  const listed = now.reporters > 0 ? [...others, now].sort((a, b) => (a.item < b.item ? 1 : -1)) : others;
  return listed.length > 0 ? { ...rest, reported: listed } : rest;
}

function letIn(snapshot: Snapshot, viewer: string): Snapshot {
  return { ...snapshot, banned: (snapshot.banned ?? []).filter((each) => each.viewer !== viewer) };
}

function withSanctions({ sanctions = [], ...rest }: Snapshot, given?: Sanction, lifted: readonly string[] = []): Snapshot {
  const left = sanctions.filter((each) => !lifted.includes(each.id));
  const now = given ? putFirst(left, given, (each) => each.id) : left;
  return now.length > 0 ? { ...rest, sanctions: now } : rest;
}

/** In the place of the one that is there already, else before all. */
function putFirst<T>(listed: readonly T[], each: T, keyOf: (each: T) => string): T[] {
  const same = (other: T) => keyOf(other) === keyOf(each);
  return listed.some(same) ? listed.map((other) => (same(other) ? each : other)) : [each, ...listed];
}
