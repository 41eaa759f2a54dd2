import { type Signal, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

type Parts = typeof import("./late_parts");
const parts: Signal<Parts | null> = signal(null);

/** Targets, actions and cards, which are loaded once the desk stands; null until then. */
export function useLateParts(): Parts | null {
  useEffect(() => {
    if (!parts.peek())
      import("./late_parts").then(
        (loaded) => {
          parts.value = loaded;
        },
        () => undefined,
      );
  }, []);
  return parts.value;
}

export function LatePlan({ part }: { part: "PlanLine" | "PlanPanel" }) {
  const Part = useLateParts()?.[part];
  return Part ? <Part /> : null;
}

/** What is known of whoever asked a question. */
export function LateAsker({ question }: { question: string }) {
  const Part = useLateParts()?.AskerCard;
  return Part ? <Part question={question} /> : null;
}
