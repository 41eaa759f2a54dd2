import { computed, signal } from "@preact/signals";
import { useEffect, useLayoutEffect } from "preact/hooks";
import { duration } from "../shared/format";
import { createTranslator } from "../shared/i18n";
import type en from "../shared/locales/host_screen.en.json";
import { nameOf, StaffBadge } from "../shared/people";
import { brief } from "../shared/writing";
import { now } from "./clock";
import { known, snapshot, theRoom, view } from "./desk";
import { inOrder } from "./queue";
import { languageOf } from "./text";
import { keepAwake } from "./wakefulness";
import "./screen.css";

const t = createTranslator<typeof en>("host_screen");
const NEXT = 3;
const AGAIN_MS = 10_000;

/** The question on the air: the pinned one, else one that is being answered live. */
const onAir = computed(() => {
  const pinned = known.value.get(snapshot.value?.pinned_question ?? "");
  return pinned ?? [...known.value.values()].find((each) => each.state === "answering") ?? null;
});

/** The next three as they are shown: votes move nothing under the eyes of who reads, only one that has gone makes room. */
const shown = signal<readonly string[]>([]);
const wanted = computed(() =>
  inOrder("open", known.value.values(), "votes").filter((each) => each.state === "open" && each.id !== onAir.value?.id),
);

/** The running offer that ends first, if any has an end. */
const offer = computed(() => {
  const running = (snapshot.value?.offers ?? []).filter((each) => each.closes_at && Date.parse(each.closes_at) > now.value);
  return running.sort((a, b) => ((a.closes_at ?? "") < (b.closes_at ?? "") ? -1 : 1))[0] ?? null;
});

/**
 * For the person on camera, on a screen of its own: the question, the next three, and how long the offer runs. Nothing on it can be
 * pressed; it keeps the screen awake, and comes back by itself.
 */
export function Screen() {
  const asked = onAir.value;
  useLayoutEffect(keepAwake, []);
  useComeBack();
  useEffect(() => {
    const ids = new Set(wanted.value.map((each) => each.id));
    const kept = shown.peek().filter((id) => ids.has(id));
    const others = [...ids].filter((id) => !kept.includes(id));
    shown.value = [...kept, ...others].slice(0, NEXT);
  }, [wanted.value]);
  return (
    <main class="screen" aria-label={t("title")} data-testid="screen" data-link={view.value.link.is}>
      <div class="screen-question" data-testid="screen-question" lang={languageOf(asked?.text ?? "")}>
        {asked ? (
          <>
            <p class={[...asked.text].length > 90 ? "screen-text screen-text-long" : "screen-text"}>{asked.text}</p>
            <p class="screen-author">
              {nameOf(asked)} <StaffBadge role={asked.role} />
            </p>
          </>
        ) : (
          <>
            <p class="screen-text screen-quiet">{t("none")}</p>
            <p class="screen-author">{t("none.hint")}</p>
          </>
        )}
      </div>
      <Next />
      <p class="screen-foot">
        <Offer />
        <LinkWord />
      </p>
    </main>
  );
}

function Next() {
  const ids = shown.value;
  return (
    <section class="screen-next" data-testid="screen-next">
      <h2>{t("next")}</h2>
      {ids.length === 0 && <p class="screen-quiet">{t("next.none")}</p>}
      <ol>
        {ids.map((id) => (
          <li key={id}>{known.value.get(id)?.text}</li>
        ))}
      </ol>
    </section>
  );
}

function Offer() {
  const running = offer.value;
  if (!running?.closes_at) return <span />;
  const title = snapshot.value?.products.find((each) => each.id === running.product)?.title ?? "";
  const seconds = Math.ceil((Date.parse(running.closes_at) - now.value) / 1000);
  return (
    <strong class={seconds <= 60 ? "screen-hurry" : ""} data-testid="screen-offer">
      {t("offer", { title: brief(title), time: duration(seconds) })}
    </strong>
  );
}

function LinkWord() {
  const { link } = view.value;
  const over = snapshot.value?.show.state === "ended";
  return (
    <span class="screen-link" role="status" data-testid="screen-link">
      {link.is === "stopped" ? t("stopped") : link.is === "joined" ? over && t("ended") : t("reconnecting")}
    </span>
  );
}

/** What stopped is begun again: nobody can press anything here. */
function useComeBack(): void {
  const stopped = view.value.link.is === "stopped";
  useEffect(() => {
    if (!stopped) return;
    const timer = setInterval(() => theRoom().start(), AGAIN_MS);
    return () => clearInterval(timer);
  }, [stopped]);
}
