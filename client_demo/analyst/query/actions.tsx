import { useSignal } from "@preact/signals";
import { Button } from "../../shared/ui/button";
import { showToast } from "../../shared/ui/toast";
import { go } from "../address";
import { tellFailure } from "../failure";
import { exportAs } from "./data";
import { asCurl, isWhole, type Question, written } from "./question";
import { t } from "./text";

/** What can be done with an answer: a file of all of it, the link, the same by a program. */
export function Actions({ question }: { question: Question }) {
  const bom = useSignal(true);
  const whole = written({ ...question, filters: (question.filters ?? []).filter(isWhole) });
  async function take(format: string): Promise<void> {
    try {
      await exportAs(format, format === "csv" && bom.value, whole);
      go("/analyst/exports");
    } catch (error) {
      tellFailure(error);
    }
  }
  async function copy(text: string, done: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      showToast(done);
    } catch {
      showToast(t("copy.failed"));
    }
  }
  const curl = asCurl(location.origin, whole);
  return (
    <section class="card people-section query-actions" aria-labelledby="take-title">
      <h2 id="take-title">{t("take.title")}</h2>
      <div class="people-actions">
        {(["csv", "jsonl", "parquet"] as const).map((format) => (
          <Button key={format} data-testid={`take-${format}`} onClick={() => void take(format)}>
            {t(`take.${format}`)}
          </Button>
        ))}
        <label class="query-check">
          <input
            type="checkbox"
            checked={bom.value}
            data-testid="take-bom"
            onChange={(event) => {
              bom.value = event.currentTarget.checked;
            }}
          />
          {t("take.bom")}
        </label>
      </div>
      <div class="people-actions">
        <Button data-testid="share" onClick={() => void copy(location.href, t("share.done"))}>
          {t("share")}
        </Button>
      </div>
      <details class="query-part" data-testid="curl">
        <summary>{t("curl")}</summary>
        <p class="hint">{t("curl.lead")}</p>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keys (WCAG 2.1.1). */}
        <pre class="query-code" tabIndex={0}>
          {curl}
        </pre>
        <Button size="small" onClick={() => void copy(curl, t("curl.done"))}>
          {t("curl.copy")}
        </Button>
      </details>
    </section>
  );
}
