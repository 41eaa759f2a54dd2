import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ActionList } from "../shared/plan/action_list";
import { amountText, metricName, t, wishText } from "../shared/plan/text";
import { pathOf, type Targets } from "../shared/plan/told";
import { ask } from "../shared/staff/ask";
import { Toasts } from "../shared/ui/toast";
import { roleHere, snapshot } from "./desk";
import { Fold } from "./fold";
import "./plan.css";

const AGAIN_MS = 15_000;
/** The roles that run shows and read their figures: a moderator does not. */
export const RUNNERS: ReadonlySet<string> = new Set(["host", "admin"]);

const targets = signal<Targets | null>(null);

/** How the show stands against its targets: one quiet line, which nobody has to read. Nothing in a rehearsal, and where none were set. */
export function PlanLine() {
  const show = snapshot.value?.show;
  const id = show?.id;
  const played = show?.state === "live" || show?.state === "ended";
  const may = RUNNERS.has(roleHere.value);
  useEffect(() => {
    targets.value = null;
    if (!id || !played || !may) return;
    const load = async (): Promise<void> => {
      const found = await ask<Targets>(pathOf(id, "targets")).catch(() => null);
      if (found?.show.id === id) targets.value = found;
    };
    void load();
    const timer = setInterval(() => {
      if (!document.hidden && snapshot.peek()?.show.state === "live") void load();
    }, AGAIN_MS);
    return () => clearInterval(timer);
  }, [id, played, may, show?.state]);
  const now = targets.value;
  if (!played || !now || now.targets.length === 0) return null;
  return (
    <ul class="plan-line" aria-label={t("targets.title")} data-testid="plan-line">
      {now.targets.map((each) => (
        <li
          key={each.metric}
          data-testid={`plan-${each.metric}`}
          data-verdict={each.verdict}
          title={t(`verdict.${each.verdict}`)}
        >
          <span class="hint">{metricName(each.metric)}</span>{" "}
          <strong class={`verdict verdict-${each.verdict}`}>
            {amountText(each.kind, each.actual?.amount, each.currency)}
            <span class="visually-hidden">{t(`verdict.${each.verdict}`)}</span>
          </strong>{" "}
          <span class="hint">{wishText(each)}</span>
        </li>
      ))}
    </ul>
  );
}

/** What came along from earlier shows, to be ticked off. */
export function PlanPanel() {
  const show = snapshot.value?.show;
  if (!show || show.state === "rehearsal") return null;
  return (
    <Fold title={t("actions.title")} testid="plan-panel">
      <ActionList key={show.id} show={show.id} againMs={60_000} />
      <Toasts />
    </Fold>
  );
}
