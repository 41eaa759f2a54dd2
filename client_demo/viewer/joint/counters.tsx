// What other channels sell beside the show, each as an element of its own: their goods, holds and orders are theirs, and this page's are ours.
import { computed, effect, signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Product } from "../../sdk";
import type { JointShow } from "../../sdk/wire.generated";
import { money } from "../../shared/format";
import { language } from "../../shared/i18n";
import { embedded, place } from "../../shared/place";
import { resolve } from "../../shared/server";
import { Button } from "../../shared/ui/button";
import { Icon } from "../../shared/ui/icon";
import { t } from "../late_text";
import { openPane } from "../panes";
import { hasVideo, identity, isLive, room, show, videoPlays } from "../session";
import { counters, talkedIn } from "./beside";
import "./joint.css";

type Counter = HTMLElement & { token: () => string | null; plays: boolean };

/** By show. An element goes on while it is moved, so that nothing is joined anew when a sheet is put away. */
const elements = new Map<string, Counter>();
/** Another one whenever an element has come or gone: they are no signals. */
const turn = signal(0);
/** By show what its host has pinned there. */
const pinned = signal<Readonly<Record<string, Product | null>>>({});
/** Whether the show is watched, and with it what is sold beside it. */
const plays = computed(() => (hasVideo.value ? videoPlays.value : isLive.value));
const parked = document.createElement("div");

/** The other channels know this viewer by the token that they have here. */
const token = (): string | null => room().view.identity?.token ?? null;

function open({ show: id }: JointShow): Counter {
  const made = document.createElement("showfloor-show") as Counter;
  made.addEventListener("showfloor:pin", (event) => {
    pinned.value = { ...pinned.peek(), [id]: (event as CustomEvent<{ product: Product | null }>).detail.product };
    event.stopPropagation();
  });
  made.token = token;
  made.setAttribute("url", place.server || location.origin);
  made.setAttribute("counter", "");
  made.setAttribute("lang", language.peek());
  made.setAttribute("show", id);
  made.plays = plays.peek();
  parked.append(made);
  return made;
}

function settle(wanted: readonly JointShow[]): void {
  for (const [id, element] of elements) {
    if (wanted.some((each) => each.show === id)) continue;
    element.remove();
    elements.delete(id);
    pinned.value = { ...pinned.peek(), [id]: null };
  }
  for (const each of wanted) if (!elements.has(each.show)) elements.set(each.show, open(each));
  turn.value = turn.peek() + 1;
}

/** Opens what is sold beside the show for as long as it is, and goes to where people talk from a show that is held in another; to be called once. */
export function followJoint(): void {
  parked.hidden = true;
  ((embedded && place.frame) || document.body).append(parked);
  place.over.addEventListener("abort", () => settle([]));
  const known = computed(() => identity.value?.viewer);
  effect(() => {
    const wanted = known.value ? counters.value : [];
    if (wanted.length === 0) return settle([]);
    import(/* @vite-ignore */ resolve("/element/showfloor.js")).then(
      () => settle(counters.peek()),
      () => undefined, // tried again with the next join
    );
  });
  effect(() => {
    if (!known.value) return;
    for (const element of elements.values()) element.token = token;
  });
  effect(() => {
    const now = language.value;
    for (const element of elements.values()) element.setAttribute("lang", now);
  });
  effect(() => {
    const now = plays.value;
    for (const element of elements.values()) element.plays = now;
  });
  effect(() => {
    const to = talkedIn.value?.show;
    if (!to || embedded) return;
    const query = new URLSearchParams({ utm_source: "showfloor", utm_medium: "joint", utm_campaign: show.peek()?.id ?? "" });
    location.replace(`/shows/${encodeURIComponent(to)}?${query}`);
  });
}

function Slot({ counter }: { counter: JointShow }) {
  const slot = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = elements.get(counter.show);
    if (!element) return;
    slot.current?.append(element);
    return () => parked.append(element);
  }, [counter.show, turn.value]);
  return (
    <section class="counter" data-testid="counter" data-show={counter.show} aria-label={t("joint.from", { name: counter.name })}>
      <h2>{t("joint.from", { name: counter.name })}</h2>
      <p class="hint">{t("joint.own")}</p>
      <div ref={slot} class="counter-slot" />
    </section>
  );
}

/** Below the show's own products: those of each other channel. */
export function Counters() {
  return (
    <>
      {counters.value.map((each) => (
        <Slot key={each.show} counter={each} />
      ))}
    </>
  );
}

/** What another channel's host holds into the camera now, with the way to it. */
export function PinnedBeside() {
  const [first] = counters.value.flatMap(({ show: id, name }) => {
    const product = pinned.value[id];
    return product ? [{ id, name, product }] : [];
  });
  if (!first) return null;
  const { id, name, product } = first;
  return (
    <p class="announcement" data-testid="pinned-beside">
      <Icon name="bag" />
      <span class="announcement-text" dir="auto">
        {t("joint.pinned", { name, title: product.title, price: money(product.price, product.currency) })}
      </span>
      <Button size="small" look="primary" onClick={() => showCounter(id)}>
        {t("joint.see")}
      </Button>
    </p>
  );
}

function showCounter(id: string): void {
  openPane("products");
  requestAnimationFrame(() => elements.get(id)?.scrollIntoView({ block: "nearest" }));
}
