import { computed, signal } from "@preact/signals";
import { useEffect, useLayoutEffect } from "preact/hooks";
import type { StaffStage } from "../sdk/wire.generated";
import { duration } from "../shared/format";
import { createTranslator } from "../shared/i18n";
import type en from "../shared/locales/host_screen.en.json";
import { nameOf, StaffBadge } from "../shared/people";
import { brief } from "../shared/writing";
import { now } from "./clock";
import { known, snapshot, theRoom, view } from "./desk";
import { inOrder } from "./queue";
import { chosen } from "./show_choice";
import { lineOf, stageOf, stages } from "./stages";
import { languageOf } from "./text";
import { keepAwake } from "./wakefulness";
import "./screen.css";

const t = createTranslator<typeof en>("host_screen");
const NEXT = 3;
const AGAIN_MS = 10_000;

const EVERYBODY = "everybody";
const asked = new URLSearchParams(location.search).get("host");

/** Whose screen it is: a host's stage, everybody's, or unknown: then a person chooses. A host who is gone has none. */
const whose = computed((): StaffStage | "everybody" | "unknown" | "gone" => {
  if (asked === EVERYBODY) return EVERYBODY;
  if (asked) return stages.value.find(({ host }) => host === asked) ?? "gone";
  if (stages.value.length === 0) return EVERYBODY;
  const mine = stages.value.find(({ host }) => host === view.value.identity?.viewer);
  return mine ?? (stages.value.length === 1 ? EVERYBODY : "unknown");
});
/** The host's own questions; null on everybody's screen. */
const own = computed(() => (typeof whose.value === "string" ? null : lineOf(whose.value)));

/** What everybody sees: the pinned question, else one that is being answered live on nobody's stage. */
const common = computed(() => {
  const pinned = known.value.get(snapshot.value?.pinned_question ?? "");
  const live = [...known.value.values()].find((each) => each.state === "answering" && !stageOf(each.id));
  return pinned ?? live ?? null;
});

/** The question on the air. */
const onAir = computed(() => own.value?.[0] ?? common.value);

/** The next three as they are shown: votes move nothing under the eyes of who reads, only one that has gone makes room. */
const shown = signal<readonly string[]>([]);
const wanted = computed(() =>
  inOrder("open", known.value.values(), "votes").filter(
    (each) => each.state === "open" && each.id !== onAir.value?.id && !stageOf(each.id),
  ),
);
/** A host's own come first, in their order. */
const coming = computed(() => (own.value ?? []).slice(1));

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
  const question = onAir.value;
  useLayoutEffect(keepAwake, []);
  useComeBack();
  useEffect(() => {
    const ids = new Set(wanted.value.map((each) => each.id));
    const kept = shown.peek().filter((id) => ids.has(id));
    const others = [...ids].filter((id) => !kept.includes(id));
    shown.value = [...kept, ...others].slice(0, NEXT);
  }, [wanted.value]);
  if (snapshot.value && (whose.value === "unknown" || whose.value === "gone")) return <Chooser gone={whose.value === "gone"} />;
  const stage = typeof whose.value === "string" ? null : whose.value;
  return (
    <main class="screen" aria-label={t("title")} data-testid="screen" data-link={view.value.link.is}>
      <div class="screen-question" data-testid="screen-question" lang={languageOf(question?.text ?? "")}>
        {question ? (
          <>
            <p class={[...question.text].length > 90 ? "screen-text screen-text-long" : "screen-text"}>{question.text}</p>
            <p class="screen-author">
              {nameOf(question)} <StaffBadge role={question.role} />
              {stage && own.value?.length === 0 && ` · ${t("pinned")}`}
            </p>
          </>
        ) : (
          <>
            <p class="screen-text screen-quiet">{t(stage ? "none.own" : "none")}</p>
            <p class="screen-author">{t(stage ? "none.own.hint" : "none.hint")}</p>
          </>
        )}
      </div>
      <Next />
      <p class="screen-foot">
        <Offer />
        {stage && (
          <bdi class="screen-of" data-testid="screen-of">
            {t("of", { who: stage.name })}
          </bdi>
        )}
        <LinkWord />
      </p>
    </main>
  );
}

/** It cannot be known for whom the screen is: the one time that something is pressed here. */
function Chooser({ gone }: { gone: boolean }) {
  const to = (host: string): string => `?${new URLSearchParams({ show: chosen.value ?? "", view: "stage", host })}`;
  return (
    <main class="choice" data-testid="screen-chooser">
      <h1>{t("chooser.title")}</h1>
      {gone && (
        <p class="notice" role="status">
          {t("chooser.gone")}
        </p>
      )}
      <p class="hint">{t("chooser.hint")}</p>
      <p class="views">
        {stages.value.map(({ host, name }) => (
          <a key={host} class="button button-primary" href={to(host)} data-testid="screen-for" data-host={host}>
            <bdi>{name}</bdi>
          </a>
        ))}
        <a class="button" href={to(EVERYBODY)} data-testid="screen-for" data-host={EVERYBODY}>
          {t("chooser.everybody")}
        </a>
      </p>
    </main>
  );
}

function Next() {
  const ids = [...coming.value.map(({ id }) => id), ...shown.value].slice(0, NEXT);
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
