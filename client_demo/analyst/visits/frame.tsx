import type { ComponentChildren } from "preact";
import { explainError } from "../../shared/staff/sign-in";
import { Button } from "../../shared/ui/button";
import { stay } from "../address";
import { Explained } from "../figures/name";
import { Freshness } from "../freshness";
import type { Fetched } from "../load";
import { Filters, Period } from "../people/filters";
import { day } from "../people/text";
import type { VisitsReport } from "../report.generated";
import { Sheet } from "../sheet";
import { t as analyst, shared } from "../text";
import { about, showAsked } from "./data";
import { t } from "./text";
import "../people/people.css";
import "./visits.css";

type Carried = Pick<VisitsReport, "as_of" | "provisional" | "time_zone" | "period" | "show" | "definition_version">;

interface FrameProps<T extends Carried> {
  name: "visits" | "word";
  fetched: Fetched<T>;
  again: () => void;
  filters?: ComponentChildren;
  children: (value: T) => ComponentChildren;
}

/** A page about how people came: of which show or days, the answer, and who is not in it. */
export function VisitsFrame<T extends Carried>({ name, fetched, again, filters, children }: FrameProps<T>) {
  const { value, failure } = fetched;
  return (
    <Sheet testid={`${name}-page`} title={t(`${name}.title`)} {...(value && { "data-provisional": value.provisional })}>
      <header class="show-head">
        <div class="show-title">
          <h1>{t(`${name}.title`)}</h1>
          <p class="hint people-lead">{t(`${name}.lead`)}</p>
          {value && <Freshness of={value} about={aboutOf(value)} />}
        </div>
        <div class="tools">
          <Button onClick={() => print()} data-testid="print">
            {analyst("print")}
          </Button>
        </div>
      </header>
      <Filters>
        {showAsked() ? (
          <Button size="small" data-testid="whole-channel" onClick={() => stay({ show: null })}>
            {t("whole_channel")}
          </Button>
        ) : (
          <Period />
        )}
        {filters}
      </Filters>
      {failure && (
        <p class="notice notice-bad" role="alert" data-testid="failure">
          {explainError(failure)}
          <Button size="small" onClick={again}>
            {shared("retry")}
          </Button>
        </p>
      )}
      {value ? children(value) : !failure && <Waiting />}
      <Explained />
    </Sheet>
  );
}

function Waiting() {
  return (
    <p class="empty" role="status">
      {shared("loading")}
    </p>
  );
}

/** Of which days or show an answer is. */
function aboutOf({ period, time_zone }: Carried): string {
  if (!period) return about.state.value.value?.title ?? t("of_show");
  return t("of_days", { from: day(period.first), to: day(period.last), zone: time_zone });
}

/** What is counted beside, and by which definitions. */
export function Beside({ lines, version }: { lines: readonly string[]; version: number }) {
  return (
    <footer class="left-out" data-testid="left-out">
      <h2>{t("left_out.title")}</h2>
      <ul class="hint">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
        <li>{t("left_out.version", { version })}</li>
      </ul>
    </footer>
  );
}

interface ScrollTableProps {
  label: string;
  head: readonly string[];
  wide?: boolean;
  children: ComponentChildren;
}

/** A table that scrolls within its card where the page is narrow; a `wide` one breaks no lines before. */
export function ScrollTable({ label, head, wide = false, children }: ScrollTableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keys (WCAG 2.1.1).
    <section class="visits-scroll" tabIndex={0} aria-label={label}>
      <table class={wide ? "table wide-table" : "table"}>
        <thead>
          <tr>
            {head.map((each) => (
              <th scope="col" key={each}>
                {each}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}
