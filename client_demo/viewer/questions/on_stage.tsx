import { snapshot } from "../session";
import { t } from "./asking_text";
import { questionOf } from "./list";

/** Which question which of several hosts answers now, one line each. */
export function OnStage() {
  const answered = (snapshot.value?.stages ?? []).flatMap(({ name, question }) => {
    const staged = questionOf(question ?? null);
    return staged?.state === "answering" ? [{ name, staged }] : [];
  });
  if (answered.length === 0) return null;
  return (
    <ul class="on-stage" aria-label={t("on_stage")} data-testid="on-stage">
      {answered.map(({ name, staged }) => (
        <li key={staged.id} data-question={staged.id}>
          <span class="badge badge-live">
            <bdi>{name}</bdi>
          </span>
          <span class="on-stage-text" dir="auto">
            {staged.text}
          </span>
        </li>
      ))}
    </ul>
  );
}
