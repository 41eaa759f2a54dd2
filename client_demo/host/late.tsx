import { type Signal, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
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
    | "AuctionPanel"
    | "CommentsPanel"
    | "OfferPanel"
    | "PlanLine"
    | "PlanPanel"
    | "PollPanel"
    | "TakingsPanel"
    | "WritingPanel";
}) {
  const Part = useLateParts()?.[part];
  return Part ? <Part /> : null;
}

/** What is known of whoever asked a question. */
export function LateAsker({ question }: { question: string }) {
  const Part = useLateParts()?.AskerCard;
  return Part ? <Part question={question} /> : null;
}
