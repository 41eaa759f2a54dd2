// Who waits in line for what: how many, whose turn it is and until when; and a line that is closed tells those who wait.
import { signal } from "@preact/signals";
import { request } from "../sdk/http";
import { timeOfDay } from "../shared/format";
import { createTranslator } from "../shared/i18n";
import type en from "../shared/locales/host_offers.en.json";
import { nameOf } from "../shared/people";
import { session } from "../shared/staff/session";
import { Button } from "../shared/ui/button";
import { why } from "./actions";
import { attempt } from "./deeds";
import { snapshot } from "./desk";

const t = createTranslator<typeof en>("host_offers");

interface Line {
  product: string;
  title: string;
  options: Readonly<Record<string, string>> | null;
  waiting: number;
  called: number;
  closed: boolean;
}
interface Place {
  place: string;
  name: string;
  guest: number | null;
  quantity: number;
  position: number | null;
  expires_at: string | null;
}

const lines = signal<readonly Line[]>([]);
/** The line that is looked at. */
const looked = signal<string | null>(null);
const places = signal<readonly Place[]>([]);
/** The line of which the next tap closes it. */
const asked = signal<string | null>(null);

const pathOf = (rest = ""): string => `/shows/${encodeURIComponent(snapshot.peek()?.show.id ?? "")}/waitlists${rest}`;
const token = (): string => session.peek()?.token ?? "";

/** To be called while somebody looks. */
export async function loadLines(): Promise<void> {
  if (!snapshot.peek() || !token()) return;
  try {
    lines.value = (await request<{ lines: Line[] }>(pathOf(), { token: token() })).lines;
    const product = looked.peek();
    if (product) places.value = (await request<{ places: Place[] }>(pathOf(`/${product}`), { token: token() })).places;
  } catch {
    // What stands here stays; the next look tries again.
  }
}

function titleOf({ title, options }: Line): string {
  return options ? `${title} – ${Object.values(options).join(" / ")}` : title;
}

function look(product: string): void {
  looked.value = looked.peek() === product ? null : product;
  places.value = [];
  void loadLines();
}

function set(line: Line, closed: boolean): void {
  asked.value = null;
  void attempt({
    say: () => t(closed ? "deed.line_closed" : "deed.line_opened", { text: titleOf(line) }),
    send: () => request(pathOf(`/${line.product}`), { method: "PUT", body: { closed }, token: token() }).then(loadLines),
    refused: why,
  });
}

/** Those who wait are told and leave, which nothing takes back: so it is the second tap that does it. */
function close(line: Line): void {
  if (line.waiting === 0 || asked.peek() === line.product) set(line, true);
  else asked.value = line.product;
}

export function LineList() {
  if (lines.value.length === 0) return null;
  return (
    <ul class="takings" aria-label={t("lines")} data-testid="lines">
      {lines.value.map((line) => (
        <li key={line.product} data-testid={`line-${line.product}`} data-waiting={line.waiting} data-called={line.called}>
          <Head line={line} />
          {looked.value === line.product && <Places />}
        </li>
      ))}
    </ul>
  );
}

function Head({ line }: { line: Line }) {
  const title = titleOf(line);
  const facts = [t.count("lines.waiting", line.waiting), line.called > 0 && t.count("lines.called", line.called)];
  const sure = asked.value === line.product;
  return (
    <div class="survey-line">
      <p>
        {t("lines.of", { what: title })}
        <br />
        <span class="hint">{[...facts, line.closed && t("lines.closed")].filter(Boolean).join(" · ")}</span>
      </p>
      <span class="line-ways">
        {line.waiting + line.called > 0 && (
          <Button
            size="small"
            aria-expanded={looked.value === line.product}
            aria-label={t("lines.look_of", { what: title })}
            data-testid={`line-look-${line.product}`}
            onClick={() => look(line.product)}
          >
            {t("lines.look")}
          </Button>
        )}
        <Button
          size="small"
          look={sure ? "primary" : "plain"}
          aria-label={t(line.closed ? "lines.open_of" : "lines.close_of", { what: title })}
          data-testid={`line-close-${line.product}`}
          onClick={() => (line.closed ? set(line, false) : close(line))}
        >
          {line.closed ? t("lines.open") : sure ? t.count("lines.sure", line.waiting) : t("lines.close")}
        </Button>
      </span>
    </div>
  );
}

/** The first of the line; whose turn it is stands before those who wait. */
function Places() {
  return (
    <ol class="line-places hint" data-testid="line-places">
      {places.value.map((each) => (
        <li key={each.place}>{wordsOf(each)}</li>
      ))}
    </ol>
  );
}

function wordsOf(place: Place): string {
  const name = nameOf({ author: place.name, guest: place.guest });
  const who = place.quantity > 1 ? `${name} × ${place.quantity}` : name;
  return place.expires_at
    ? t("lines.turn", { who, at: timeOfDay(place.expires_at) })
    : t("lines.place", { who, n: place.position ?? 0 });
}
