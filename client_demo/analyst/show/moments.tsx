import { useSignal } from "@preact/signals";
import { count } from "../../shared/format";
import { Button } from "../../shared/ui/button";
import type { Mark, SeriesReport } from "../report";
import { t } from "../text";
import { sayTime } from "./clock";

const PAGE = 20;
type Shown = "all" | "pins" | "answers" | "announcements";
const KINDS: Record<Shown, readonly Mark["kind"][]> = {
  all: ["product.pinned", "question.pinned", "question.answered", "announce"],
  pins: ["product.pinned", "question.pinned"],
  answers: ["question.answered"],
  announcements: ["announce"],
};

/** What the host's side did and how many watched just then. */
export function Moments({ series }: { series: SeriesReport }) {
  const shown = useSignal<Shown>("all");
  const most = useSignal(PAGE);
  const marks = series.marks.filter((mark) => KINDS[shown.value].includes(mark.kind));
  return (
    <section class="card" aria-labelledby="moments-title" data-testid="moments">
      <header class="frame-head">
        <h2 id="moments-title">{t("moments.title")}</h2>
        <fieldset class="segmented" aria-label={t("moments.choice")}>
          {(Object.keys(KINDS) as Shown[]).map((each) => (
            <button
              type="button"
              key={each}
              aria-pressed={shown.value === each}
              data-testid={`moments-${each}`}
              onClick={() => {
                shown.value = each;
                most.value = PAGE;
              }}
            >
              {t(`moments.${each}`)}
            </button>
          ))}
        </fieldset>
      </header>
      {marks.length === 0 ? (
        <p class="empty">{t("moments.empty")}</p>
      ) : (
        <table class="table moments">
          <thead>
            <tr>
              <th scope="col">{t("moments.when")}</th>
              <th scope="col">{t("moments.what")}</th>
              <th scope="col">{t("moments.watching")}</th>
            </tr>
          </thead>
          <tbody>
            {marks.slice(0, most.value).map((mark, i) => (
              // Marks are never taken out, only added at the end.
              <tr key={i}>
                <td>{sayTime(series.show, mark.t)}</td>
                <td>{t(`mark.${mark.kind}`, { text: mark.text ?? "" })}</td>
                <td>{watchingAt(series, mark.t)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {marks.length > most.value && (
        <Button
          data-testid="moments-more"
          onClick={() => {
            most.value += PAGE;
          }}
        >
          {t("moments.more", { n: count(marks.length - most.value) })}
        </Button>
      )}
    </section>
  );
}

function watchingAt(series: SeriesReport, at: number): string {
  const watching = series.watching[Math.floor(at / series.step_seconds)];
  return watching === undefined ? "–" : count(watching);
}
