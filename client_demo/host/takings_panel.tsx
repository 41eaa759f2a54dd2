import { computed, signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { request } from "../sdk/http";
import { count, money } from "../shared/format";
import { createTranslator } from "../shared/i18n";
import type en from "../shared/locales/host_offers.en.json";
import { session } from "../shared/staff/session";
import { snapshot } from "./desk";
import { Fold } from "./fold";
import { LineList, loadLines } from "./line_list";

const t = createTranslator<typeof en>("host_offers");
/** While things are sold it is asked this often, and not at each sale; while it is closed never. */
const BETWEEN_MS = 2_000;
/** Who joins a line, or leaves it, changes no stock. */
const LINES_MS = 4_000;

interface Taken {
  held: number;
  begun: number;
  orders: number;
  units: number;
  amount: Readonly<Record<string, number>>;
}
interface ProductTaken extends Taken {
  product: string | null;
  title: string | null;
}
interface Takings extends Taken {
  products: readonly ProductTaken[];
}

const takings = signal<Takings | null>(null);

/** Whatever is sold, held or let go changes the stock of a product, or the show's sales. */
const changing = computed(() => {
  const { show, products = [], sales } = snapshot.value ?? {};
  const stocks = products.map(({ stock, variants }) => [stock, variants?.map((each) => each.stock)]);
  return JSON.stringify([show?.id, stocks, sales]);
});

async function load(): Promise<void> {
  const show = snapshot.peek()?.show.id;
  const token = session.peek()?.token;
  if (!show || !token) return;
  try {
    takings.value = await request<Takings>(`/shows/${encodeURIComponent(show)}/takings`, { token });
  } catch {
    // What stands here stays; the next change tries again.
  }
}

let timer = 0;

function loadSoon(): void {
  if (timer) return;
  timer = window.setTimeout(() => {
    timer = 0;
    void load();
  }, BETWEEN_MS);
}

/** What is held, and what was sold, of each product and in all: as the server counts it, never typed. */
export function TakingsPanel() {
  const isOpen = useSignal(false);
  const now = changing.value;
  useEffect(() => {
    if (isOpen.value) loadSoon();
  }, [now, isOpen.value]);
  useEffect(() => {
    if (!isOpen.value) return;
    void loadLines();
    const timer = setInterval(() => void loadLines(), LINES_MS);
    return () => clearInterval(timer);
  }, [isOpen.value]);
  const turned = (open: boolean): void => {
    if (open && !isOpen.peek()) void load();
    isOpen.value = open;
  };
  const found = takings.value;
  return (
    <Fold title={t("takings")} testid="takings" class="surveys" turned={turned}>
      {found && (
        <ul class="takings">
          <li class="survey-line" data-testid="takings-all" data-held={found.held} data-units={found.units}>
            <p>
              <strong>{t("takings.all")}</strong>
              <br />
              <Facts taken={found} />
            </p>
          </li>
          {found.products.map((each) => (
            <li
              key={each.product ?? ""}
              class="survey-line"
              data-testid={`takings-${each.product ?? "other"}`}
              data-held={each.held}
              data-units={each.units}
            >
              <p>
                {each.title ?? t("takings.other")}
                <br />
                <Facts taken={each} />
              </p>
            </li>
          ))}
        </ul>
      )}
      <LineList />
    </Fold>
  );
}

function Facts({ taken: { held, begun, orders, units, amount } }: { taken: Taken }) {
  const sums = Object.entries(amount).map(([currency, minor]) => money(minor, currency));
  const facts = [
    t("held", { held: count(held) }),
    ...(begun > 0 ? [t("takings.begun", { begun: count(begun) })] : []),
    t.count("takings.orders", orders),
    t.count("takings.units", units),
    ...sums,
  ];
  return <span class="hint">{facts.join(" · ")}</span>;
}
