// What was laid on the viewer and holds, as they are told of it: by the server's time, and with their appeals.
import { computed, effect, signal } from "@preact/signals";
import { request } from "../../shared/server";
import { followServerTime, serverNow } from "../../shared/server_clock";
import { showToast } from "../../shared/ui/toast";
import { mySanctions, type OwnSanction } from "../me";
import { identity, onPrivate, show } from "../session";
import { tokenStore } from "../token_store";
import { t } from "./text";

/** The server's time while something with an end holds; 0: nothing does. */
const ticking = signal(0);

export const msLeft = ({ until }: OwnSanction): number =>
  until == null ? Number.POSITIVE_INFINITY : Date.parse(until) - (ticking.value || serverNow());

/** What keeps the viewer from writing now, the longest where there are several. */
export const silenced = computed<OwnSanction | null>(() => {
  const mutes = mySanctions.value.filter((each) => each.kind !== "ban" && !each.lifted && msLeft(each) > 0);
  return mutes.sort((a, b) => msLeft(b) - msLeft(a))[0] ?? null;
});

/** To be called once. */
export function followSanctions(): void {
  onPrivate((push) => {
    if (push.type === "sanction.own") hear(push.sanction);
  });
  const timedAt = computed(() => {
    const timed = mySanctions.value.some((each) => each.until != null && !each.lifted);
    return timed && show.value ? `/v1/shows/${encodeURIComponent(show.value.id)}` : "";
  });
  effect(() => {
    if (!timedAt.value) return;
    return followServerTime(timedAt.value, (told) => {
      ticking.value = told;
    });
  });
}

function hear(sanction: OwnSanction): void {
  const before = silenced.peek();
  mySanctions.value = [sanction, ...mySanctions.peek().filter(({ id }) => id !== sanction.id)];
  if (sanction.kind === "ban") return;
  if (sanction.lifted && before && !silenced.peek()) showToast(t("lifted"));
  else if (!sanction.lifted && !before) showToast(t(`told.${sanction.kind}`));
}

/** As whom the server is asked: also when the show may not be entered, and there is no identity. */
const token = (): string => identity.peek()?.token || tokenStore.token || "";

/** What was laid on the viewer in a show that they may not enter, and holds; none where nobody knows who they are. */
export async function fetchBans(showId: string): Promise<OwnSanction[]> {
  if (!token()) return [];
  const path = `/shows/${encodeURIComponent(showId)}/sanctions/own`;
  const { sanctions, now } = await request<{ sanctions: OwnSanction[]; now: string }>(path, { token: token() });
  const holds = ({ kind, lifted, until }: OwnSanction): boolean => kind === "ban" && !lifted && (until == null || until > now);
  return sanctions.filter(holds);
}

/** Appeals; resolves to how it stands then. Rejects with the refusal. */
export async function appeal(showId: string, sanction: string, text: string): Promise<OwnSanction> {
  const path = `/shows/${encodeURIComponent(showId)}/sanctions/${encodeURIComponent(sanction)}/appeal`;
  const now = await request<OwnSanction>(path, { token: token(), body: { text } });
  mySanctions.value = mySanctions.peek().map((each) => (each.id === now.id ? now : each));
  return now;
}
