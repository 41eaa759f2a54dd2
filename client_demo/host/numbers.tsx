import { count, duration, money } from "../shared/format";
import { now } from "./clock";
import { counts, isPartner, snapshot, view } from "./desk";
import { t } from "./text";

/** The show's length so far in seconds, new each second while it runs; null before its start. */
export function elapsedSeconds(): number | null {
  const show = snapshot.value?.show;
  if (!show?.started_at) return null;
  const end = show.ended_at ? Date.parse(show.ended_at) : now.value;
  return Math.max(0, (end - Date.parse(show.started_at)) / 1000);
}

/** The five numbers that a host needs. */
export function Numbers() {
  const { state } = view.value;
  const sales = isPartner.value ? undefined : state?.snapshot.sales;
  const elapsed = elapsedSeconds();
  const unanswered = counts.value.open + counts.value.pending;
  const amounts = Object.entries(sales?.amount ?? {});
  return (
    <section aria-label={t("numbers")}>
      <dl class="numbers" data-testid="numbers">
        <Tile name="watching" value={state?.viewers == null ? "–" : count(state.viewers)} />
        <Tile name="orders" value={sales ? count(sales.orders) : "–"} />
        <Tile
          name="money"
          value={sales ? amounts.map(([currency, minor]) => money(minor, currency)).join(" · ") || nothingSold() : "–"}
        />
        <Tile name="questions" value={count(unanswered)} loud={counts.value.pending > 0} />
        <Tile name="time" value={elapsed === null ? "–" : duration(elapsed)} note={timeLeft(elapsed)} />
      </dl>
      {state?.apart ? (
        <p class="numbers-apart hint" data-testid="reactions-apart">
          {t.count("reactions_apart", state.apart)}
        </p>
      ) : null}
    </section>
  );
}

/** How much of the planned length is left, or how far the show is beyond it; nothing without a plan. */
function timeLeft(elapsed: number | null): string {
  const { planned_minutes: planned, state } = snapshot.value?.show ?? {};
  if (!planned || elapsed === null || state !== "live") return "";
  const left = planned * 60 - elapsed;
  return t(left >= 0 ? "time.left" : "time.over", { time: duration(Math.abs(left)) });
}

function nothingSold(): string {
  return money(0, snapshot.value?.products[0]?.currency ?? "JPY");
}

function Tile({
  name,
  value,
  loud = false,
  note = "",
}: {
  name: "watching" | "orders" | "money" | "questions" | "time";
  value: string;
  loud?: boolean;
  note?: string;
}) {
  return (
    <div class={loud ? "number number-loud" : "number"}>
      <dt>{t(`number.${name}`)}</dt>
      <dd data-testid={`number-${name}`}>{value}</dd>
      {note && (
        <dd class="hint" data-testid={`number-${name}-note`}>
          {note}
        </dd>
      )}
    </div>
  );
}
