import { t } from "../channel/text";
import { term } from "./text";

/** What the glossary says of a figure. */
export function Entry({ of: key }: { of: string }) {
  const formula = term.maybe(`formula.${key}`);
  const trap = term.maybe(`trap.${key}`);
  const since = term.maybe(`since.${key}`);
  return (
    <>
      <p data-testid="definition-text">{term.maybe(`text.${key}`)}</p>
      {formula && (
        <p>
          <span class="hint">{`${t("definitions.formula")} `}</span>
          <code class="formula">{formula}</code>
        </p>
      )}
      {trap && <p class="notice">{`${t("definitions.trap")}: ${trap}`}</p>}
      {since && <p class="hint">{t("definitions.since", { version: since })}</p>}
    </>
  );
}
