import type { Comparison } from "../report.generated";
import { t as page } from "../text";

/** Who is in the record and not in the figures. */
export function LeftOut({ side, version, days }: { side: Comparison["a"]; version: number; days: number }) {
  const out = side.left_out;
  return (
    <footer class="left-out" data-testid="left-out" data-window={days}>
      <h2>{page("left_out.title")}</h2>
      <ul class="hint">
        <li>{out.suspected_bots === null ? page("left_out.bots_unknown") : page.count("left_out.bots", out.suspected_bots)}</li>
        <li>{page.count("left_out.staff", out.staff)}</li>
        <li>{page.count("left_out.without_view", out.without_a_view)}</li>
        <li>{page.count("left_out.guests", out.guests_without_consent)}</li>
        <li>{page("left_out.version", { version })}</li>
      </ul>
    </footer>
  );
}
