import type { Show } from "../../sdk/wire";
import { ActionList } from "../../shared/plan/action_list";
import { t } from "../../shared/plan/text";
import { Section } from "../page";
import { TargetsForm } from "./targets_form";

/** What a show is to come to, and what is to be done until then. */
export function PlanPart({ show }: { show: Show }) {
  const begun = show.state === "live" || show.state === "ended";
  return (
    <>
      <Section title={t("targets.title")} hint={t("targets.hint")} testid="targets">
        <TargetsForm key={show.id} show={show.id} begun={begun} />
      </Section>
      <Section title={t("actions.title")} hint={t("actions.hint")} testid="plan-actions">
        <ActionList key={show.id} show={show.id} />
      </Section>
    </>
  );
}
