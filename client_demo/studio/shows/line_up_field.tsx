import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { Button } from "../../shared/ui/button";
import { asTyped } from "../amounts";
import { tellFailure } from "../api";
import { type Dragging, useDragging } from "../dragging";
import { Field } from "../fields";
import type { FormState } from "../form_state";
import { Sign } from "../sign";
import { findProducts, known, type Sold, soldVariants } from "./shelf";
import { isSoldOut, type LineText, moved, type ShowText } from "./show";
import { t } from "./text";

const TYPING_MS = 250;

/** What is sold in the show: found by search, put in order by hand or by key, at a price of its own where one is written. */
export function LineUpField({ form, currency }: { form: FormState<ShowText>; currency: string }) {
  const { lines } = form.values;
  const set = (next: LineText[]): void => form.set("lines", next);
  const said = useSignal("");
  const move = (from: number, to: number): void => {
    said.value = t("line_up.moved", { n: to + 1, all: lines.length });
    set(moved(lines, from, to));
  };
  const dragging = useDragging(move);
  return (
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
              move={(to) => move(at, to)}
              dragging={dragging}
              price={(price) => set(lines.map((each) => (each === line ? { ...each, price } : each)))}
              remove={() => set(lines.filter((each) => each !== line))}
            />
          ))}
        </ol>
      )}
      <p class="visually-hidden" role="status">
        {said.value}
      </p>
      <Field
        form={form}
        name="lines"
        label={t("line_up.add")}
        hint={lines.length === 0 ? t("line_up.whole") : undefined}
        show={(value) => value.map(({ product }) => known.value.get(product)?.title ?? product).join(", ")}
        control={(control) => (
          <Search control={control} taken={lines} add={(product) => set([...lines, { product, price: "" }])} />
        )}
      />
    </div>
  );
}

interface LineProps {
  line: LineText;
  at: number;
  last: number;
  currency: string;
  move: (to: number) => void;
  dragging: Dragging;
  price: (typed: string) => void;
  remove: () => void;
}

type Way = "up" | "down";

/** The button that moves a line on, or back where it has come to the end. */
function buttonOf(row: HTMLElement | null, way: Way): HTMLElement | null {
  const find = (which: Way) => row?.querySelector<HTMLElement>(`[data-do=${which}]:enabled`);
  return find(way) ?? find(way === "up" ? "down" : "up") ?? null;
}

function Line({ line, at, last, currency, move, dragging, price, remove }: LineProps) {
  const product = known.value.get(line.product);
  const title = product?.title ?? line.product;
  const row = useRef<HTMLLIElement>(null);
  const pressed = useRef<Way | null>(null);
  useLayoutEffect(() => {
    const way = pressed.current;
    if (!way) return;
    pressed.current = null;
    buttonOf(row.current, way)?.focus();
  }, [at]);
  const press = (way: Way): void => {
    pressed.current = way;
    move(way === "up" ? at - 1 : at + 1);
  };
  return (
    <li ref={row} class="line" data-testid="line" data-id={line.product} {...dragging.place(at)}>
      <span class="line-title" {...dragging.hold(at)}>
        <span class="line-grip">
          <Sign name="grip" />
        </span>
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
      <span class="line-actions">
        <Button
          size="icon"
          look="quiet"
          aria-label={t("line_up.up", { title })}
          data-testid="line-up-move"
          disabled={at === 0}
          onClick={() => press("up")}
          data-do="up"
        >
          <span class="sign-up">
            <Sign name="back" />
          </span>
        </Button>
        <Button
          size="icon"
          look="quiet"
          aria-label={t("line_up.down", { title })}
          data-testid="line-down-move"
          disabled={at === last}
          onClick={() => press("down")}
          data-do="down"
        >
          <span class="sign-down">
            <Sign name="back" />
          </span>
        </Button>
        <Button
          size="icon"
          look="quiet"
          class="line-remove"
          aria-label={t("line_up.remove", { title })}
          data-testid="line-remove"
          onClick={remove}
        >
          <Sign name="add" />
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
  const input = useRef<HTMLInputElement>(null);
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
        ref={input}
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
                  input.current?.focus();
                }}
              >
                <Sign name="add" />
                {soldVariants(product).length > 0 ? t("line_up.all_of", { title: product.title }) : product.title}
              </Button>
              <Variants product={product} taken={taken} add={add} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** The variants of a product that are not in the line-up, for a show that sells some of them alone or at prices of their own. */
function Variants({ product, taken, add }: { product: Sold; taken: readonly LineText[]; add: (id: string) => void }) {
  const variants = soldVariants(product).filter(({ id }) => !taken.some((line) => line.product === id));
  if (variants.length === 0) return null;
  return (
    <details class="line-variants" data-testid="line-variants">
      <summary>{t.count("line_up.variants", variants.length)}</summary>
      <ul class="line-found">
        {variants.map(({ id, title }) => (
          <li key={id}>
            <Button
              data-testid="line-add-variant"
              data-id={id}
              onClick={(event) => {
                // This button is gone then; whoever adds several goes on from here.
                event.currentTarget.closest("details")?.querySelector("summary")?.focus();
                add(id);
              }}
            >
              <Sign name="add" />
              {title}
            </Button>
          </li>
        ))}
      </ul>
    </details>
  );
}
