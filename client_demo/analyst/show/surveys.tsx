import { signal } from "@preact/signals";
import { request } from "../../sdk/http";
import { count, percent } from "../../shared/format";
import { session } from "../../shared/staff/session";
import { explainError } from "../../shared/staff/sign-in";
import { Button } from "../../shared/ui/button";
import { FigureName } from "../figures/name";
import type { ShowReport } from "../report";
import { decimal, moment, spell, t } from "../text";

type Survey = ShowReport["surveys"][number];
type Share = Survey["response"];
interface Written {
  author: string;
  viewer: string | null;
  score: number | null;
  text: string;
  at: string;
}

const NOTHING = "–";

function shareText({ share, part, whole, interval }: Share): string {
  if (share === null) return NOTHING;
  const between = interval ? `, ${t("survey.interval", { low: percent(interval.low), high: percent(interval.high) })}` : "";
  return `${percent(share)} (${count(part)} / ${count(whole)}${between})`;
}

/** What viewers said when they were asked, and what those did who said so. */
export function Surveys({ report }: { report: ShowReport }) {
  if (report.surveys.length === 0) return null;
  return (
    <section class="card surveys" aria-labelledby="surveys-title" data-testid="surveys">
      <h2 id="surveys-title">{t("survey.title")}</h2>
      {report.surveys.map((survey) => (
        <One key={survey.survey} survey={survey} />
      ))}
    </section>
  );
}

function One({ survey }: { survey: Survey }) {
  const { nps, stars } = survey;
  return (
    <article class="survey" data-testid="survey">
      <h3>{survey.question}</h3>
      <dl class="figure-rows">
        {nps && (
          <Row
            of="nps"
            testid="survey-nps"
            hint={t("survey.classes", {
              promoters: count(nps.promoters),
              passives: count(nps.passives),
              detractors: count(nps.detractors),
              n: count(nps.n),
            })}
          >
            {nps.score === null ? NOTHING : decimal(nps.score)}
            {nps.interval && (
              <span class="hint">
                {" "}
                {t("survey.interval", { low: decimal(nps.interval.low), high: decimal(nps.interval.high) })}
              </span>
            )}
          </Row>
        )}
        {stars && (
          <Row of="survey_stars" testid="survey-stars" hint={`n = ${count(stars.n)}`}>
            {stars.mean === null ? NOTHING : decimal(stars.mean)}
            {stars.interval && (
              <span class="hint">
                {" "}
                {t("survey.interval", { low: decimal(stars.interval.low), high: decimal(stars.interval.high) })}
              </span>
            )}
          </Row>
        )}
        <Row of="survey_response" testid="survey-response">
          {shareText(survey.response)}
        </Row>
        {survey.choices.map((choice) => (
          <div key={choice.text} class="figure-row">
            <dt>{choice.text}</dt>
            <dd>{shareText(choice.chosen)}</dd>
          </div>
        ))}
      </dl>
      {survey.behaviour.length > 0 && <Behaviour survey={survey} />}
      {survey.written > 0 && <Texts survey={survey} />}
    </article>
  );
}

function Row({ of, testid, hint, children }: { of: string; testid: string; hint?: string; children: preact.ComponentChildren }) {
  return (
    <div class="figure-row" data-testid={testid}>
      <dt>
        <FigureName of={of} />
        {hint && <span class="hint figure-of">{hint}</span>}
      </dt>
      <dd>{children}</dd>
    </div>
  );
}

function Behaviour({ survey }: { survey: Survey }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keys (WCAG 2.1.1).
    <section class="wide" tabIndex={0} aria-label={t("survey.did")}>
      <table class="table" data-testid="survey-behaviour">
        <caption>{t("survey.did")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("survey.said")}</th>
            <th scope="col" class="number">
              {t("survey.n")}
            </th>
            <th scope="col" class="number">
              {t("survey.watched")}
            </th>
            <th scope="col" class="number">
              {t("survey.bought")}
            </th>
            <th scope="col" class="number">
              {t("survey.returning")}
            </th>
          </tr>
        </thead>
        <tbody>
          {survey.behaviour.map((each) => (
            <tr key={each.answer}>
              <th scope="row">{nameOf(survey, each.answer)}</th>
              <td class="number">{count(each.viewers)}</td>
              <td class="number">{each.mean_watch_seconds === null ? NOTHING : spell(each.mean_watch_seconds)}</td>
              <td class="number">{shareText(each.bought)}</td>
              <td class="number">{shareText(each.returning)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function nameOf(survey: Survey, answer: string): string {
  if (survey.kind === "stars") return "★".repeat(Number(answer));
  if (survey.kind === "choice") return survey.choices[Number(answer)]?.text ?? answer;
  return t(`survey.${answer as "promoter" | "passive" | "detractor"}`);
}

const texts = signal<ReadonlyMap<string, readonly Written[]>>(new Map());
const failed = signal("");

/** What was written, read on demand: by whom it was stands there as a pseudonym. */
function Texts({ survey }: { survey: Survey }) {
  const found = texts.value.get(survey.survey);
  async function read(search: string): Promise<void> {
    try {
      const path = `/surveys/${survey.survey}/answers?limit=100&q=${encodeURIComponent(search)}`;
      const page = await request<{ answers: Written[] }>(path, { token: session.peek()?.token });
      texts.value = new Map([...texts.peek(), [survey.survey, page.answers]]);
      failed.value = "";
    } catch (error) {
      failed.value = explainError((error as { code: string }).code);
    }
  }
  if (!found) {
    return (
      <Button data-testid="survey-texts" onClick={() => void read("")}>
        {t.count("survey.read", survey.written)}
      </Button>
    );
  }
  return (
    <div>
      <label class="field">
        <span class="field-label">{t("survey.search")}</span>
        <input
          class="input"
          type="search"
          data-testid="survey-search"
          onChange={(event) => void read(event.currentTarget.value)}
        />
      </label>
      {failed.value && <p role="status">{failed.value}</p>}
      <ul class="survey-texts">
        {found.map((each) => (
          <li key={each.author + each.at}>
            <p>{each.text}</p>
            <p class="hint">
              {[each.score, each.viewer ?? each.author, moment(each.at)].filter((part) => part !== null).join(" · ")}
            </p>
          </li>
        ))}
      </ul>
    </div>
  );
}
