// A show as its form holds it, and as the server takes it. Pure.
import type { Show } from "../../sdk/wire";
import { asMinor, asTyped, asWhole } from "../amounts";
import type { Errors } from "../form";
import { asLocal, asMoment } from "../time";
import { t } from "./text";

export const TITLE_MOST = 120;
export const HOST_MOST = 40;
export const DESCRIPTION_MOST = 2000;
const MINUTES_MOST = 24 * 60;
const DELAY_MOST_SECONDS = 60;

/** A line of the line-up; `price` is typed, empty for the product's own. */
export interface LineText {
  product: string;
  price: string;
}

export interface StaffText {
  person: string;
  part: "host" | "moderator";
}

export interface ShowText {
  title: string;
  host: string;
  startsAt: string;
  minutes: string;
  description: string;
  cover: string;
  coverAlt: string;
  hls: string;
  mp4: string;
  /** The still before the video; not edited here, and kept. */
  poster: string;
  moderation: string;
  guests: boolean;
  sync: string;
  delay: string;
  lines: LineText[];
  staff: StaffText[];
}

export interface LineUp {
  products: { product: string; price: number | null; variant_of?: string | null }[];
}

export interface Staff {
  staff: StaffText[];
}

export function emptyShow(host: string, guests = true): ShowText {
  return {
    title: "",
    host,
    startsAt: "",
    minutes: "60",
    description: "",
    cover: "",
    coverAlt: "",
    hls: "",
    mp4: "",
    poster: "",
    moderation: "post",
    guests,
    sync: "off",
    delay: "0",
    lines: [],
    staff: [],
  };
}

/** What stands in the fields for a show of the server's. */
export function asText(show: Show, lineUp: LineUp, { staff }: Staff, zone: string, currency: string): ShowText {
  return {
    title: show.title,
    host: show.host,
    startsAt: asLocal(show.starts_at, zone),
    minutes: show.planned_minutes ? String(show.planned_minutes) : "",
    description: show.description ?? "",
    cover: show.cover ?? "",
    coverAlt: show.cover_alt ?? "",
    hls: show.video.hls,
    mp4: show.video.mp4,
    poster: show.video.poster,
    moderation: show.moderation,
    guests: show.guests_allowed ?? true,
    sync: show.picture_sync ?? "off",
    delay: String((show.picture_delay_ms ?? 0) / 1000),
    lines: lineUp.products.map(({ product, price }) => ({ product, price: price === null ? "" : asTyped(price, currency) })),
    staff: staff.map(({ person, part }) => ({ person, part })),
  };
}

/** The plan as the server takes it; only what was changed, unless the show is new. */
export function bodyOf(changes: Partial<ShowText>, whole: ShowText, zone: string, fresh: boolean): object {
  const has = (...names: (keyof ShowText)[]): boolean => fresh || names.some((name) => name in changes);
  return {
    ...(has("title") && { title: whole.title }),
    ...(has("host") && { host: whole.host }),
    ...(has("startsAt") && { starts_at: asMoment(whole.startsAt, zone) }),
    ...(has("minutes") && { planned_minutes: whole.minutes.trim() ? asWhole(whole.minutes) : null }),
    ...(has("description") && { description: whole.description }),
    ...(has("cover") && { cover: whole.cover }),
    ...(has("cover", "coverAlt") && { cover_alt: whole.cover ? whole.coverAlt.trim() : "" }),
    ...(has("hls", "mp4") && { video: { hls: whole.hls.trim(), mp4: whole.mp4.trim(), poster: whole.poster } }),
    ...(has("moderation") && { moderation: whole.moderation }),
    ...(has("guests") && { guests_allowed: whole.guests }),
    ...(has("sync") && { picture_sync: whole.sync }),
    ...(has("delay") && { picture_delay_ms: delayOf(whole.delay) }),
  };
}

/** The line-up as the server takes it. */
export function lineUpOf(lines: readonly LineText[], currency: string): LineUp {
  return {
    products: lines.map(({ product, price }) => ({ product, price: price.trim() ? asMinor(price, currency) : null })),
  };
}

function delayOf(typed: string): number | null {
  const seconds = Number(typed.normalize("NFKC").trim() || "0");
  return seconds >= 0 && seconds <= DELAY_MOST_SECONDS ? Math.round(seconds * 1000) : null;
}

/** What is wrong before anything is sent. */
export function check(values: ShowText, currency: string): Errors<ShowText> {
  const minutes = values.minutes.trim() ? asWhole(values.minutes) : 1;
  const prices = values.lines.every(({ price }) => !price.trim() || asMinor(price, currency) !== null);
  return {
    ...(!values.title.trim() && { title: t("wrong.title") }),
    ...(!values.host.trim() && { host: t("wrong.host") }),
    ...((minutes === null || minutes < 1 || minutes > MINUTES_MOST) && { minutes: t("wrong.minutes") }),
    ...(delayOf(values.delay) === null && { delay: t("wrong.delay") }),
    ...(!prices && { lines: t("wrong.price") }),
  };
}

export interface Stocked {
  id: string;
  stock: number;
  options?: readonly string[];
  variants?: readonly { stock: number }[];
}

/** Whether nothing of it is left, in any variant. */
export function isSoldOut({ stock, options, variants }: Stocked): boolean {
  return options?.length ? !variants?.some((each) => each.stock > 0) : stock <= 0;
}

export type Lack = "time" | "video" | "cover" | "stock" | "products";

/** What the show still lacks, in the order in which a merchant sees to it. */
export function lacks(values: ShowText, sold: readonly Stocked[]): { what: Lack; n: number }[] {
  const out = sold.filter(isSoldOut).length;
  const found: { what: Lack; n: number }[] = [];
  if (!values.startsAt) found.push({ what: "time", n: 1 });
  if (!values.hls.trim() && !values.mp4.trim()) found.push({ what: "video", n: 1 });
  if (!values.cover) found.push({ what: "cover", n: 1 });
  if (sold.length === 0) found.push({ what: "products", n: 1 });
  if (out > 0) found.push({ what: "stock", n: out });
  return found;
}

/** The lines with the one at `from` put to the place `to`. */
export function moved(lines: readonly LineText[], from: number, to: number): LineText[] {
  const line = lines[from];
  if (!line || to < 0 || to >= lines.length) return [...lines];
  const others = lines.filter((_, at) => at !== from);
  return [...others.slice(0, to), line, ...others.slice(to)];
}
