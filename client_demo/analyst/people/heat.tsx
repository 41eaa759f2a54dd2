import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { t } from "./text";

interface HeatTableProps {
  caption: string;
  /** What stands over a column; in short and in full where there are two. */
  head: readonly (string | readonly [string, string])[];
  testid: string;
  children: ComponentChildren;
}

/** A table whose cells are shaded by what they say. It scrolls sideways inside itself, its first column stays. */
export function HeatTable({ caption, head, testid, children }: HeatTableProps) {
  const id = useId();
  return (
    <>
      <p class="hint" id={id}>
        {caption}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keys (WCAG 2.1.1). */}
      <section class="heat-scroll" tabIndex={0} aria-labelledby={id} data-testid={testid}>
        <table class="heat" aria-labelledby={id}>
          <thead>
            <tr>
              {head.map((each) => (
                <Head key={String(each)} text={each} />
              ))}
            </tr>
          </thead>
          <tbody>{children}</tbody>
        </table>
      </section>
    </>
  );
}

function Head({ text }: { text: string | readonly [string, string] }) {
  if (typeof text === "string") return <th scope="col">{text}</th>;
  const [short, full] = text;
  return (
    <th scope="col" title={full}>
      <span aria-hidden="true">{short}</span>
      <span class="visually-hidden">{full}</span>
    </th>
  );
}

interface HeatCellProps {
  /** 0 to 1; null: nothing can be known yet. */
  heat: number | null;
  provisional?: boolean;
  /** Rests on few people. */
  small?: boolean;
  title?: string;
  children?: ComponentChildren;
}

export function HeatCell({ heat, provisional = false, small = false, title, children }: HeatCellProps) {
  if (heat === null) {
    return (
      <td class="heat-none">
        <span class="visually-hidden">{t("cell.unknown")}</span>
      </td>
    );
  }
  const names = ["heat-cell", provisional ? "heat-provisional" : "", small ? "heat-small" : ""];
  return (
    <td class={names.filter(Boolean).join(" ")} style={{ "--heat": String(Math.min(1, Math.max(0, heat))) }} title={title}>
      {children}
      {provisional && <span class="visually-hidden">{t("cell.provisional")}</span>}
    </td>
  );
}
