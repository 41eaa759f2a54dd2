import type { ComponentChildren } from "preact";
import { moment, t, zoneName } from "./text";

interface FreshnessProps {
  /** The answer. */
  of: { provisional: boolean; as_of: string };
  /** What stands before it: of which show or days the answer is. */
  about?: string;
  /** What stands behind it. */
  more?: string;
  /** Marks before all of it. */
  children?: ComponentChildren;
}

/** Whether figures may still move, and when they were true. */
export function Freshness({ of: { provisional, as_of }, about, more, children }: FreshnessProps) {
  const words = [about, t("as_of", { at: `${moment(as_of)} ${zoneName(as_of)}` }), more].filter(Boolean);
  return (
    <p class="freshness" data-testid="freshness">
      {children}
      <span class={provisional ? "badge badge-warn" : "badge badge-good"} data-testid="provisional">
        {t(provisional ? "provisional" : "final")}
      </span>
      <span class="hint">{words.join(" · ")}</span>
    </p>
  );
}
