import { percent } from "../../shared/format";
import { written } from "../figures/written";
import { Link } from "../link";
import type { Comparison } from "../report.generated";
import { t } from "./text";

type Sentence = Comparison["sentences"][number];

const KINDS: Readonly<Record<string, "seconds" | "money">> = { watch_mean: "seconds", aov: "money" };

/** A part by its name: what the page has a word for, else as it is. */
export function partName(by: string, label: string): string {
  if (!label) return t.maybe(`part.unknown.${by}`) ?? "–";
  return t.maybe(`part.${label}`) ?? (by === "source" ? t("group.source", { label }) : label);
}

/** What changed by more than chance, each followed by what it comes from. */
export function Why({ now, query }: { now: Comparison; query: Record<string, string> }) {
  return (
    <section class="card" aria-labelledby="why-title" data-testid="why">
      <h2 id="why-title">{t("why.title")}</h2>
      {now.sentences.length === 0 ? (
        <p data-testid="why-none">{t("why.none")}</p>
      ) : (
        <ul class="why">
          {now.sentences.map((sentence, i) => (
            // Sentences have no identity but their place.
            <li
              key={i}
              class={sentence.key.startsWith("because") ? "why-reason" : "why-change"}
              data-testid={`why-${sentence.key}`}
            >
              {said(sentence)}
            </li>
          ))}
        </ul>
      )}
      <p class="hint">{t("why.small")}</p>
      <Link to="/analyst/compare" query={query} data-testid="to-compare">
        {t("compare.to_all")}
      </Link>
    </section>
  );
}

function said({ key, numbers }: Sentence): string {
  const { now, then, by, label, currency } = numbers;
  const kind = KINDS[key.replace(/_(rose|fell)$/, "")];
  const amount = (n: unknown): string =>
    kind ? written({ kind, amount: Number(n), currency: currency ? String(currency) : null }) : percent(Number(n));
  const group =
    by === undefined ? "" : (t.maybe(`who.${label}`) ?? t("who.other", { group: partName(String(by), String(label)) }));
  return t.maybe(`why.${key}`, { now: amount(now), was: amount(then), group }) ?? "";
}
