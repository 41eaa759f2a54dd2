import { money } from "../shared/format";
import { language } from "../shared/i18n";
import { askers, followAskers } from "./askers";
import { t } from "./text";
import "./asker.css";

followAskers();

function day(at: string): string {
  return new Intl.DateTimeFormat(language.value, { dateStyle: "medium" }).format(new Date(at));
}

/** One line about a viewer who asks and has been here before. */
export function AskerCard({ question }: { question: string }) {
  const card = askers.value.get(question);
  if (!card) return null;
  const { last_purchase: last } = card;
  return (
    <p class="asker hint" data-testid="asker" data-segment={card.segment}>
      <span class="visually-hidden">{t("asker.title")}</span>
      <strong class="badge">{t.maybe(`asker.segment.${card.segment}`) ?? card.segment}</strong>
      <span>{t.count("asker.visits", card.visits_before)}</span>
      {last && (
        <span>
          {last.title
            ? t("asker.bought", { title: last.title, day: day(last.at) })
            : t("asker.bought.untitled", { day: day(last.at) })}
        </span>
      )}
      {card.orders > 0 && <span>{t("asker.spent", { amount: money(card.spent, card.currency) })}</span>}
    </p>
  );
}
