import { useLayoutEffect, useRef } from "preact/hooks";
import { isEscape } from "../shared/input_method";
import { Button } from "../shared/ui/button";
import { chooseSorting, lookFor, snapshot, sorting, tab } from "./desk";
import { forgetSieve, isSifting, type Sieve, sieve } from "./filter";
import { labels, picking } from "./picking";
import { SORTINGS, type Sorting } from "./queue";
import { t } from "./text";

const REST_MS = 250;
let timer = 0;
/** What stands in the fields; words are looked for a moment later. */
let wanted: Sieve = sieve.peek();

function change(part: Partial<Sieve>, afterMs = 0): void {
  clearTimeout(timer);
  wanted = { ...wanted, ...part };
  if (afterMs) timer = window.setTimeout(() => lookFor(wanted), afterMs);
  else lookFor(wanted);
}

function close(): void {
  clearTimeout(timer);
  if (isSifting.peek()) lookFor({ words: "", product: "", label: "" });
  forgetSieve();
}

/** Words, product and label to look for, the order, and the way to several at once. */
export function FindBar() {
  const { words, product, label } = sieve.value;
  const box = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    wanted = sieve.peek();
    box.current?.focus();
    return () => clearTimeout(timer);
  }, []);
  return (
    <search class="find" data-testid="find">
      <input
        class="input"
        id="find-text"
        ref={box}
        type="search"
        placeholder={t("find.words")}
        aria-label={t("find.words")}
        maxLength={120}
        defaultValue={words}
        data-testid="find-words"
        onInput={(event) => change({ words: event.currentTarget.value }, REST_MS)}
        onKeyDown={(event) => {
          if (!isEscape(event)) return;
          event.preventDefault();
          close();
        }}
      />
      <Choice
        name="product"
        all={t("find.product.all")}
        value={product}
        of={(snapshot.value?.products ?? []).map((each) => [each.id, each.title])}
        onChange={(value) => change({ product: value })}
      />
      <Choice
        name="label"
        all={t("find.label.all")}
        value={label}
        of={labels.value.map((each) => [each, each])}
        onChange={(value) => change({ label: value })}
      />
      {tab.value === "open" && (
        <select
          class="input"
          aria-label={t("find.sort")}
          data-testid="find-sort"
          value={sorting.value}
          onChange={(event) => chooseSorting(event.currentTarget.value as Sorting)}
        >
          {SORTINGS.map((each) => (
            <option key={each} value={each}>
              {t(`sort.${each}`)}
            </option>
          ))}
        </select>
      )}
      <Button
        size="small"
        aria-pressed={picking.value}
        data-testid="pick"
        onClick={() => {
          picking.value = !picking.peek();
        }}
      >
        {t("pick")}
      </Button>
      <Button size="small" onClick={close} data-testid="find-clear">
        {t("find.clear")}
      </Button>
    </search>
  );
}

interface ChoiceProps {
  name: "product" | "label";
  all: string;
  value: string;
  of: readonly (readonly [string, string])[];
  onChange: (value: string) => void;
}

function Choice({ name, all, value, of, onChange }: ChoiceProps) {
  return (
    <select
      class="input"
      aria-label={t(`find.${name}`)}
      data-testid={`find-${name}`}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    >
      <option value="">{all}</option>
      {of.map(([id, words]) => (
        <option key={id} value={id}>
          {words}
        </option>
      ))}
    </select>
  );
}
