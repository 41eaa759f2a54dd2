import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { read } from "../api";
import { theChannel } from "../channel";
import { Link } from "../link";
import { Section } from "../page";
import { momentIn } from "../time";
import type { Import } from "./imports";
import { t } from "./text";

const SHOWN = 5;

/** The newest imports with what became of them, for who has left the page meanwhile; nothing where there is none. */
export function Earlier() {
  const found = useSignal<readonly Import[]>([]);
  useEffect(() => {
    read<{ imports: Import[] }>(`/imports?limit=${SHOWN}`).then(
      ({ value }) => (found.value = value.imports),
      () => undefined,
    );
  }, []);
  if (found.value.length === 0) return null;
  return (
    <Section title={t("earlier")} testid="import-earlier">
      <ul class="rows">
        {found.value.map((each) => (
          <li key={each.id} class="row">
            <div>
              <Link to="/studio/products/import" query={{ id: each.id }} class="import-earlier" data-testid="import-earlier-one">
                {each.name || t("file")}
              </Link>
              <p class="hint">{momentIn(each.created_at, theChannel().time_zone)}</p>
            </div>
            <span class={LOOKS[each.state]}>{t(`standing.${each.state}`)}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

const LOOKS: Readonly<Record<Import["state"], string>> = {
  waiting: "badge",
  ready: "badge badge-accent",
  applying: "badge",
  applied: "badge badge-good",
  failed: "badge badge-bad",
};
