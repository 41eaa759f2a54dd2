import { effect, signal } from "@preact/signals";
import type { Product, Question } from "../sdk";
import { showToast } from "../shared/ui/toast";
import { withLateTexts } from "./late_texts";
import { arrival, link } from "./session";
import { t } from "./text";

type Parts = typeof import("./late_parts");

/** What a page needs only after the video has begun: dialogs, buying, orders. It is loaded once the show is joined, or is not to be, or when it is asked for. */
const parts = signal<Parts | null>(null);
let loading: Promise<Parts> | null = null;

function loadParts(): Promise<Parts> {
  loading ??= withLateTexts(import("./late_parts")).then((loaded) => {
    parts.value = loaded;
    return loaded;
  });
  loading.catch(() => {
    loading = null;
  });
  return loading;
}

/** Does something with the late parts, at once when they are there; without them the person is told. */
export function withParts(act: (loaded: Parts) => void): void {
  const there = parts.peek();
  if (there) act(there);
  else loadParts().then(act, () => showToast(t("error.offline")));
}

/** To be called once. */
export function followLateParts(): void {
  effect(() => {
    const settled = link.value.is === "joined" || link.value.is === "stopped" || ["none", "choice"].includes(arrival.value);
    if (settled)
      loadParts().then(
        (loaded) => loaded.tellPageView(),
        () => undefined,
      );
  });
}

/** What there is to say of a product beyond its price and stock, such as that it is offered to this viewer. */
export function LateLines({ product }: { product: Product }) {
  const Lines = parts.value?.ProductLines;
  return Lines ? <Lines product={product} /> : null;
}

/** The way to report what somebody else wrote. */
export function LateReport({ question: { id, text } }: { question: Question }) {
  const Report = parts.value?.ReportButton;
  return Report ? <Report kind="question" item={id} text={text} /> : null;
}

/** Draws one of the late parts as soon as it is there. */
export function Late({
  part,
}: {
  part:
    | "AskHelp"
    | "Buying"
    | "BuyingSheets"
    | "Comments"
    | "Counters"
    | "Elsewhere"
    | "ForYou"
    | "HandedOver"
    | "OnStage"
    | "Orders"
    | "OwnQuestions"
    | "SafetyDialogs"
    | "ShareDialog"
    | "SoldOutWord";
}) {
  const Part = parts.value?.[part];
  return Part ? <Part /> : null;
}
