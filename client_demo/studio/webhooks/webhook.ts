// What the server says of webhooks, and the words of this area.
import { createTranslator } from "../../shared/i18n";
import type en from "../../shared/locales/studio_webhooks.en.json";
import type { Answer } from "../api";
import type { Errors, Version } from "../form";

export const t = createTranslator<typeof en>("studio_webhooks");

export const WEBHOOKS = "/studio/webhooks";
export const NOTE_MOST = 200;

export const EVENTS = [
  "show.scheduled",
  "show.started",
  "show.ended",
  "show.cancelled",
  "order.paid",
  "order.shipped",
  "order.refunded",
  "order.cancelled",
  "product.sold_out",
  "offer.opened",
  "offer.closed",
  "auction.closed",
  "question.answered",
] as const;
export type EventType = (typeof EVENTS)[number];

export interface Webhook {
  id: string;
  url: string;
  events: EventType[];
  description: string;
  state: "on" | "off";
  off_reason: "person" | "dead" | "gone" | null;
  off_at: string | null;
  failing_since: string | null;
  old_secret_until: string | null;
  created_at: string;
}

export type DeliveryState = "waiting" | "delivered" | "failed";

export interface Delivery {
  event: string;
  type: EventType | "webhook.test";
  state: DeliveryState;
  happened_at: string;
  attempts: number;
  next_at: string | null;
  status: number | null;
  error: "status" | "redirect" | "gone" | "timeout" | "connect" | "tls" | "address" | "protocol" | null;
}

/** As the form has it: each event is a box of its own. */
export type Wish = { url: string; description: string } & Record<EventType, boolean>;

export const NOTHING: Wish = wishOf({ url: "", description: "", events: [...EVENTS] });

export function wishOf({ url, description, events }: Pick<Webhook, "url" | "description" | "events">): Wish {
  const chosen = Object.fromEntries(EVENTS.map((each) => [each, events.includes(each)])) as Record<EventType, boolean>;
  return { url, description, ...chosen };
}

export const eventsOf = (wish: Wish): EventType[] => EVENTS.filter((each) => wish[each]);

export const versionOf = ({ value, etag }: Answer<Webhook>): Version<Wish> => ({ values: wishOf(value), etag });

export function check(wish: Wish): Errors<Wish> {
  const wrong: Errors<Wish> = {};
  if (!wish.url.trim()) wrong.url = t("url.missing");
  if (eventsOf(wish).length === 0) wrong["show.scheduled"] = t("events.missing");
  return wrong;
}
