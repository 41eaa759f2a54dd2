import { computed, signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { duration } from "../shared/format";
import { ofInputMethod } from "../shared/input_method";
import { nameOf, StaffBadge } from "../shared/people";
import { useLayer } from "../shared/ui/layers";
import { unitsLeft } from "../shared/variants";
import { brief } from "../shared/writing";
import { answerLive } from "./actions";
import { undoable } from "./deeds";
import { known, snapshot, view } from "./desk";
import { elapsedSeconds } from "./numbers";
import { inOrder } from "./queue";
import { sayMoved } from "./refusals";
import { lineOf, stageOf, stages } from "./stages";
import { onStage } from "./surface";
import { languageOf, shared, t } from "./text";

/**
 * The question on stage. It stays until this person is done with it or passes it over: nothing changes under the eyes of who reads it
 * aloud. What a colleague moved meanwhile stays too, marked; what a colleague pinned comes next.
 */
const held = signal<string | null>(null);
const passed = signal<ReadonlySet<string>>(new Set());

/** What is next by somebody's hand: what was given to this person as a host of the show, else the pinned question. */
const pinned = computed(() => {
  const mine = lineOf(stages.value.find(({ host }) => host === view.value.identity?.viewer));
  const dealt = [...mine, known.value.get(snapshot.value?.pinned_question ?? "")];
  return dealt.find((each) => each?.state === "open" && !passed.value.has(each.id)) ?? null;
});

const question = computed(() => {
  const kept = known.value.get(held.value ?? "");
  if (kept) return kept;
  if (pinned.value) return pinned.value;
  return inOrder("open", known.value.values(), "votes").find((each) => !passed.value.has(each.id) && !stageOf(each.id)) ?? null;
});

function passOver(): void {
  if (question.value) passed.value = new Set([...passed.value, question.value.id]);
  held.value = null;
}

/** Says that the question on stage was answered, if it still is to be. */
function answer(): void {
  const asked = question.value;
  if (asked?.state !== "open") return;
  answerLive(asked);
  held.value = null;
}

/** For the person on camera: dark, readable from two metres, three things: the question, the product, the time. */
export function Stage() {
  const element = useRef<HTMLDialogElement>(null);
  const asked = question.value;
  const elapsed = elapsedSeconds();
  useLayer(leave);
  useLayoutEffect(() => {
    held.value = null;
    passed.value = new Set();
    element.current?.showModal();
    return () => element.current?.close();
  }, []);
  useEffect(() => {
    held.value = asked?.id ?? null;
  }, [asked?.id]);

  function onKeyDown(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || ofInputMethod(event)) return;
    const key = event.key.toLowerCase();
    if (key === "l") answer();
    else if (key === "j" || key === "arrowright") passOver();
    else if (key === "z") undoable.value?.undo?.();
    else if (key === "s") leave();
  }

  return (
    <dialog
      ref={element}
      class="stage"
      aria-label={t("stage.title")}
      data-testid="stage"
      onKeyDown={onKeyDown}
      onCancel={(event) => {
        event.preventDefault();
        leave();
      }}
    >
      <div class="stage-body">
        <p
          class={`stage-question ${sizeOf(asked?.text ?? "")}`}
          lang={languageOf(asked?.text ?? "")}
          data-testid="stage-question"
        >
          {asked ? asked.text : t("stage.no_question")}
        </p>
        {asked?.role && (
          <p class="stage-author" data-testid="stage-author">
            {nameOf(asked)} <StaffBadge role={asked.role} />
          </p>
        )}
        {asked && asked.state !== "open" && (
          <p class="stage-moved" role="status" data-testid="stage-moved">
            {sayMoved(asked)}
          </p>
        )}
        {pinned.value && pinned.value !== asked && (
          <p class="stage-moved" role="status" data-testid="stage-next">
            {t("stage.next", { text: brief(pinned.value.text) })}
          </p>
        )}
        <div class="stage-foot">
          <Product />
          <p class="stage-time" data-testid="stage-time">
            {elapsed === null ? "–" : duration(elapsed)}
          </p>
        </div>
        <div class="stage-keys">
          <button type="button" disabled={asked?.state !== "open"} onClick={answer} data-testid="stage-answer">
            {`${t("answer.live")} · L`}
          </button>
          <button type="button" onClick={passOver}>
            {`${t("next")} · J`}
          </button>
          <button type="button" disabled={!undoable.value} onClick={() => undoable.value?.undo?.()}>
            {`${shared("undo")} · Z`}
          </button>
          <button type="button" onClick={leave} data-testid="stage-leave">
            {`${t("stage.leave")} · Esc`}
          </button>
        </div>
      </div>
    </dialog>
  );
}

function leave(): void {
  onStage.value = false;
}

function Product() {
  const pinned = snapshot.value?.products.find((each) => each.id === snapshot.value?.pinned_product);
  if (!pinned) return <p class="stage-product stage-quiet">{t("stage.no_product")}</p>;
  const left = unitsLeft(pinned);
  return (
    <p class="stage-product" data-testid="stage-product">
      <span>{pinned.title}</span>
      <strong class={left === 0 ? "stage-out" : ""}>{left === 0 ? t("stock.out") : t.count("stock.left", left)}</strong>
    </p>
  );
}

/** The longer the text, the smaller it is written; never below what is readable from two metres. */
function sizeOf(text: string): string {
  const length = [...text].reduce((sum, each) => sum + ((each.codePointAt(0) ?? 0) > 0x2e80 ? 2 : 1), 0);
  return length <= 60 ? "stage-short" : length <= 160 ? "stage-middling" : "stage-long";
}
