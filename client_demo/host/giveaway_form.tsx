import type { Giveaway } from "../sdk/wire";
import { createTranslator } from "../shared/i18n";
import type en from "../shared/locales/host_giveaways.en.json";
import { Button } from "../shared/ui/button";
import { asWhole } from "../studio/amounts";
import { snapshot } from "./desk";

export const t = createTranslator<typeof en>("host_giveaways");

const TASKS = ["enter", "question", "comment", "poll", "react", "buy"] as const;
const TIMES = ["none", "60", "180", "300", "600"] as const;
const CLAIMS = ["300", "3600", "86400"] as const;

export interface GiveawayBody {
  prize: string;
  task: Giveaway["task"];
  winners: number;
  claim_seconds: number;
  hint?: string;
  product?: string;
  seconds?: number;
}

/** What stands in the form. */
function bodyOf(form: HTMLFormElement): GiveawayBody {
  const fields = new FormData(form);
  const text = (name: string): string => String(fields.get(name) ?? "").trim();
  const [hint, product, seconds] = [text("hint"), text("product"), asWhole(text("seconds"))];
  return {
    prize: text("prize"),
    task: TASKS.find((each) => each === text("task")) ?? "enter",
    winners: asWhole(text("winners")) || 1,
    claim_seconds: asWhole(text("claim")) || 300,
    ...(hint && { hint }),
    ...(product && { product }),
    ...(seconds && { seconds }),
  };
}

function Choice({ name, of }: { name: "task" | "seconds" | "claim" | "product"; of: readonly (readonly [string, string])[] }) {
  return (
    <label class="field">
      <span class="field-label">{t(name)}</span>
      <select class="input" name={name} data-testid={`giveaway-${name}`}>
        {of.map(([key, label]) => (
          <option key={key} value={key}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}

/** What is given away, in a form; it is empty again once it is kept. */
export function GiveawayForm({ prepare }: { prepare: (body: GiveawayBody, now: boolean) => Promise<boolean> }) {
  const products = snapshot.value?.products ?? [];
  return (
    <details class="offer-prepare" data-testid="giveaway-prepare">
      <summary>{t("prepare")}</summary>
      <form
        class="offer-form"
        onSubmit={(event) => {
          event.preventDefault();
          const form = event.currentTarget;
          const now = (event.submitter as HTMLButtonElement | null)?.value === "now";
          void prepare(bodyOf(form), now).then((kept) => {
            if (!kept) return;
            form.reset();
            // What was opened stands above, and is what the host looks at now.
            form.closest("details")?.removeAttribute("open");
          });
        }}
      >
        <label class="field">
          <span class="field-label">{t("prize")}</span>
          <input class="input" name="prize" required maxLength={120} autoComplete="off" data-testid="giveaway-prize" />
        </label>
        <Choice name="product" of={[["", t("product.none")], ...products.map(({ id, title }) => [id, title] as const)]} />
        <Choice name="task" of={TASKS.map((each) => [each, t(`task.${each}`)] as const)} />
        <label class="field">
          <span class="field-label">{t("winners")}</span>
          <input
            class="input"
            name="winners"
            inputMode="numeric"
            pattern="[0-9０-９]*"
            placeholder="1"
            autoComplete="off"
            data-testid="giveaway-winners-max"
          />
        </label>
        <Choice name="seconds" of={TIMES.map((each) => [each === "none" ? "" : each, t(`seconds.${each}`)] as const)} />
        <Choice name="claim" of={CLAIMS.map((each) => [each, t(`claim.${each}`)] as const)} />
        <label class="field">
          <span class="field-label">{t("hint")}</span>
          <textarea class="input" name="hint" rows={2} maxLength={300} data-testid="giveaway-hint" />
        </label>
        <div class="poll-deeds">
          <Button type="submit" look="primary" name="deed" value="now" data-testid="giveaway-open-now">
            {t("open")}
          </Button>
          <Button type="submit" name="deed" value="later" data-testid="giveaway-save">
            {t("save")}
          </Button>
        </div>
      </form>
    </details>
  );
}
