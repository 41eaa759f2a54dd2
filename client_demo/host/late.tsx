import { type Signal, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Question } from "../sdk/wire";
import { type Pack, withTexts } from "../shared/i18n";

type Parts = typeof import("./late_parts");
const texts: Pack = { en: () => import("virtual:texts/host_late_en"), ja: () => import("virtual:texts/host_late_ja") };
const parts: Signal<Parts | null> = signal(null);

/** Targets, actions and cards, which are loaded once the desk stands; null until then. */
export function useLateParts(): Parts | null {
  useEffect(() => {
    if (!parts.peek())
      withTexts(import("./late_parts"), texts).then(
        (loaded) => {
          parts.value = loaded;
        },
        () => undefined,
      );
  }, []);
  return parts.value;
}

export function LatePlan({
  part,
}: {
  part:
    | "Arrivals"
    | "AuctionPanel"
    | "CommentsPanel"
    | "GiveawayPanel"
    | "HandOverPanel"
    | "JointNote"
    | "OfferPanel"
    | "PlanLine"
    | "PlanPanel"
    | "PollPanel"
    | "PostsPanel"
    | "SafetyPanel"
    | "SanctionDialog"
    | "StageNews"
    | "StagesPanel"
    | "TakingsPanel"
    | "WritingPanel";
}) {
  const Part = useLateParts()?.[part];
  return Part ? <Part /> : null;
}

/** What else there is to a question: its labels, its product, what is like it and what is merged into it. Its place is always kept. */
export function LateAside({ question }: { question: Question }) {
  const Part = useLateParts()?.QuestionAside;
  return <div class="aside">{Part && <Part key={question.id} question={question} />}</div>;
}

/** The fields to look for questions with. */
export function LateFind() {
  const Part = useLateParts()?.FindBar;
  return Part ? <Part /> : <span />;
}

/** What can be done about several questions at once. */
export function LatePicked() {
  const Part = useLateParts()?.PickedBar;
  return Part ? <Part /> : null;
}

/** Another way to see the show, by `?view=`: for the person on camera, or one question at a time. */
export function LateView({ view }: { view: "stage" | "moderate" }) {
  const parts = useLateParts();
  const Part = view === "stage" ? parts?.Screen : parts?.Speed;
  return Part ? <Part /> : <main class="choice" aria-busy="true" />;
}

/** What is known of whoever asked a question. */
export function LateAsker({ question }: { question: string }) {
  const Part = useLateParts()?.AskerCard;
  return Part ? <Part question={question} /> : null;
}
