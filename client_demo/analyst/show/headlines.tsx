import type { ComponentChildren } from "preact";
import { count, money } from "../../shared/format";
import type { ShowReport } from "../report";
import { spell, t } from "../text";

type Headline = ShowReport["headlines"][number];

/** The answers before all charts: sentences whose numbers stand out. The first is the largest. */
export function Headlines({ headlines }: { headlines: readonly Headline[] }) {
  return (
    <div class="headlines" data-testid="headlines">
      {headlines.map((headline) => (
        <p
          key={`${headline.key} ${headline.numbers["currency"] ?? ""}`}
          class={`headline headline-${headline.key}`}
          data-testid={`headline-${headline.key}`}
        >
          {sentence(headline)}
        </p>
      ))}
    </div>
  );
}

/** The sentence of a headline with its numbers set strong; nothing for a key that this page has no words for. */
function sentence({ key, numbers }: Headline): ComponentChildren {
  const text = t.maybe(`headline.${key}`);
  if (text === null) return null;
  const written = wordsOf(numbers);
  return text.split(/(\{\w+\})/).map((part) => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    return name === undefined ? part : <strong key={name}>{written[name] ?? part}</strong>;
  });
}

function wordsOf(numbers: Headline["numbers"]): Record<string, string> {
  const written: Record<string, string> = {};
  for (const [name, value] of Object.entries(numbers)) {
    if (typeof value === "string") written[name] = value;
    else if (name === "amount_minor") written["amount"] = money(value, String(numbers["currency"]));
    else if (name.endsWith("_seconds")) written[name.replace(/_seconds$/, "")] = spell(value);
    else if (name === "orders") written[name] = t.count("n.orders", value);
    else if (name === "units") written[name] = t.count("n.units", value);
    else if (name === "reactions") written[name] = t.count("n.reactions", value);
    else written[name] = count(value);
  }
  return written;
}
