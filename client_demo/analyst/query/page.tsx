import { useRef } from "preact/hooks";
import { explainError } from "../../shared/staff/sign-in";
import { Button } from "../../shared/ui/button";
import { PeoplePage } from "../people/page_parts";
import type { QueryAnswer } from "../report.generated";
import { shared } from "../text";
import { Actions } from "./actions";
import { Builder } from "./builder";
import { answer, catalogue, question, refusal } from "./data";
import "./query.css";
import { ResultChart, ResultTable } from "./result";
import { Saved } from "./saved";
import { t } from "./text";

/** Questions of one's own: built, answered while they are built, saved, shared, taken along. */
export default function QueryPage() {
  const kept = useRef<QueryAnswer | null>(null);
  const now = answer.state.value;
  if (now.value) kept.current = now.value;
  const asked = question.value;
  const known = catalogue.state.value;
  return (
    <PeoplePage
      name="query"
      words={{ title: t("title"), lead: t("lead") }}
      fetched={{ ...now, value: now.value ?? kept.current, failure: refusal.value ? null : now.failure }}
      again={answer.again}
      filters={
        <>
          <Saved />
          {known.value && asked && <Builder catalogue={known.value} question={asked} />}
          {known.failure && (
            <p class="notice notice-bad" role="alert">
              {explainError(known.failure)}
              <Button size="small" onClick={catalogue.again}>
                {shared("retry")}
              </Button>
            </p>
          )}
          {refusal.value && (
            <p class="notice notice-bad" role="alert" data-testid="refused">
              {t("refused", { why: refusal.value })}
            </p>
          )}
        </>
      }
    >
      {(value) =>
        asked && (
          <>
            {value.dimensions.length > 0 && value.rows.length > 0 && <ResultChart answer={value} />}
            <ResultTable answer={value} question={asked} />
            <Actions question={asked} />
          </>
        )
      }
    </PeoplePage>
  );
}
