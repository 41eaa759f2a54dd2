import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Button } from "../../shared/ui/button";
import { asTyped } from "../amounts";
import { tellFailure } from "../api";
import { Field } from "../fields";
import type { FormState } from "../form_state";
import { Sign } from "../sign";
import { findProducts, known, type Sold } from "./shelf";
import { isSoldOut, type LineText, moved, type ShowText } from "./show";
import { t } from "./text";

const TYPING_MS = 250;

/** What is sold in the show: found by search, put in order by hand or by key, at a price of its own where one is written. */
export function LineUpField({ form, currency }: { form: FormState<ShowText>; currency: string }) {
  const { lines } = form.values;
  const dragged = useSignal<number | null>(null);
  const set = (next: LineText[]): void => form.set("lines", next);
  return (
    <Field
      form={form}
      name="lines"
      label={t("line_up.add")}
      hint={lines.length === 0 ? t("line_up.whole") : undefined}
      show={(value) => value.map(({ product }) => known.value.get(product)?.title ?? product).join(", ")}
      control={(control) => (
        <div class="line-up">
          {lines.length > 0 && (
            <ol class="line-up-list" data-testid="line-up">
              {lines.map((line, at) => (
                <Line
                  key={line.product}
                  line={line}
                  at={at}
                  last={lines.length - 1}
                  currency={currency}
                  move={(to) => set(moved(lines, at, to))}
                  drag={() => (dragged.value = at)}
                  drop={() => {
                    if (dragged.value !== null) set(moved(lines, dragged.value, at));
                    dragged.value = null;
                  }}
                  price={(price) => set(lines.map((each) => (each === line ? { ...each, price } : each)))}
                  remove={() => set(lines.filter((each) => each !== line))}
                />
              ))}
            </ol>
          )}
          <Search control={control} taken={lines} add={(product) => set([...lines, { product, price: "" }])} />
        </div>
      )}
    />
  );
}

interface LineProps {
  line: LineText;
  at: number;
  last: number;
  currency: string;
  move: (to: number) => void;
  drag: () => void;
  drop: () => void;
  price: (typed: string) => void;
  remove: () => void;
}

function Line({ line, at, last, currency, move, drag, drop, price, remove }: LineProps) {
  const product = known.value.get(line.product);
  const title = product?.title ?? line.product;
  return (
    <li
      class="line"
      data-testid="line"
      data-id={line.product}
      draggable
      onDragStart={drag}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        drop();
      }}
    >
      <span class="line-title">
        {title}
        {product && isSoldOut(product) && <span class="badge badge-warn">{t("sold_out")}</span>}
      </span>
      <span class="with-unit line-price">
        <input
          class="input"
          type="text"
          inputMode="decimal"
          autocomplete="off"
          aria-label={t("line_up.price", { title })}
          placeholder={product ? asTyped(product.price, currency) : ""}
          value={line.price}
          data-testid="line-price"
          onInput={(event) => price(event.currentTarget.value)}
        />
        <span class="unit">{currency}</span>
      </span>
      <span class="row-actions">
        <Button
          size="icon"
          look="quiet"
          aria-label={t("line_up.up", { title })}
          data-testid="line-up-move"
          disabled={at === 0}
          onClick={() => move(at - 1)}
        >
          <span class="line-up-sign">
            <Sign name="back" />
          </span>
        </Button>
        <Button
          size="icon"
          look="quiet"
          aria-label={t("line_up.down", { title })}
          data-testid="line-down-move"
          disabled={at === last}
          onClick={() => move(at + 1)}
        >
          <span class="line-down-sign">
            <Sign name="back" />
          </span>
        </Button>
        <Button size="small" look="quiet" aria-label={t("line_up.remove", { title })} data-testid="line-remove" onClick={remove}>
          {t("line_up.out")}
        </Button>
      </span>
    </li>
  );
}

interface SearchProps {
  control: { id: string; "aria-describedby": string; "aria-invalid": boolean; disabled: boolean };
  taken: readonly LineText[];
  add: (product: string) => void;
}

function Search({ control, taken, add }: SearchProps) {
  const words = useSignal("");
  const found = useSignal<readonly Sold[]>([]);
  useEffect(() => {
    const q = words.value.trim();
    if (!q) {
      found.value = [];
      return;
    }
    const timer = setTimeout(() => void findProducts(q).then((products) => (found.value = products), tellFailure), TYPING_MS);
    return () => clearTimeout(timer);
  }, [words.value]);
  const free = found.value.filter(({ id }) => !taken.some((line) => line.product === id));
  return (
    <>
      <input
        id={control.id}
        aria-describedby={control["aria-describedby"]}
        aria-invalid={control["aria-invalid"]}
        disabled={control.disabled}
        class="input"
        type="search"
        autocomplete="off"
        placeholder={t("line_up.search")}
        data-testid="line-search"
        value={words.value}
        onInput={(event) => (words.value = event.currentTarget.value)}
        // Without a form of its own: Enter here saves nothing.
        form=""
      />
      {free.length > 0 && (
        <ul class="line-found" data-testid="line-found">
          {free.map((product) => (
            <li key={product.id}>
              <Button
                data-testid="line-add"
                data-id={product.id}
                onClick={() => {
                  add(product.id);
                  words.value = "";
                }}
              >
                <Sign name="add" />
                {product.title}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
