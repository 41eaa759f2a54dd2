import { signal } from "@preact/signals";
import { render } from "preact";
import "../shared/base.css";
import "./receipt.css";
import { request } from "../sdk/http";
import { RefusedError } from "../sdk/refused";
import type { Standing } from "../sdk/wire";
import { count, dateTime, money } from "../shared/format";
import { createTranslator, firstTexts } from "../shared/i18n";
import type en from "../shared/locales/receipt.en.json";
import type sharedEn from "../shared/locales/shared.en.json";
import { Button } from "../shared/ui/button";
import { LanguageSwitch, ThemeSwitch } from "../shared/ui/switches";

const t = createTranslator<typeof en>("receipt");
const shared = createTranslator<typeof sharedEn>("shared");

interface Receipt extends Standing {
  number: string;
  show: { id: string; title: string };
  title: string;
  quantity: number;
  amount: number;
  lines: readonly { title: string; quantity: number; amount: number }[];
  currency: string;
  at: string;
}

type Known = { is: "loading" | "none" | "wrong" | "ended" | "failed" } | { is: "there"; receipt: Receipt };

const known = signal<Known>({ is: "loading" });

/** Reads what stands behind `#`, which is sent in a body: no address that any server or log sees ever holds it. */
async function open(): Promise<void> {
  const receipt = location.hash.slice(1);
  if (!receipt) {
    known.value = { is: "none" };
    return;
  }
  known.value = { is: "loading" };
  try {
    known.value = { is: "there", receipt: await request<Receipt>("/receipts", { body: { receipt } }) };
  } catch (error) {
    known.value = { is: whyNot(error) };
  }
}

function whyNot(error: unknown): "wrong" | "ended" | "failed" {
  const code = error instanceof RefusedError ? error.code : "";
  if (code === "token_expired") return "ended";
  return ["unauthenticated", "invalid", "not_found"].includes(code) ? "wrong" : "failed";
}

function Found({ receipt }: { receipt: Receipt }) {
  return (
    <article class="card" data-testid="receipt">
      <h1>{t("title")}</h1>
      <p class="receipt-number" data-testid="receipt-number">
        {t("number", { number: receipt.number })}
      </p>
      <dl>
        <dt>{t("product")}</dt>
        {receipt.lines.map((line, nth) => (
          <dd key={nth} data-testid="receipt-product">
            {receipt.lines.length > 1
              ? `${line.title} × ${count(line.quantity)} · ${money(line.amount, receipt.currency)}`
              : line.title}
          </dd>
        ))}
        <dt>{t("quantity")}</dt>
        <dd data-testid="receipt-quantity">{count(receipt.quantity)}</dd>
        <dt>{t("amount")}</dt>
        <dd data-testid="receipt-amount">{money(receipt.amount, receipt.currency)}</dd>
        <dt>{t("at")}</dt>
        <dd>
          <time dateTime={receipt.at}>{dateTime(receipt.at)}</time>
        </dd>
        <dt>{t("show")}</dt>
        <dd data-testid="receipt-show">{receipt.show.title}</dd>
      </dl>
      <Shipped receipt={receipt} />
      <p class="hint">{t("private")}</p>
      <a class="button" href={`/shows/${encodeURIComponent(receipt.show.id)}`}>
        {t("to_show")}
      </a>
    </article>
  );
}

/** What went off, and the way to follow it. */
function Shipped({ receipt: { state, shipped_at, carrier, tracking, refunded, currency } }: { receipt: Receipt }) {
  return (
    <>
      {state && state !== "paid" && (
        <p class="receipt-state" data-testid="receipt-state" data-state={state}>
          {t(`state.${state}`)}
          {refunded !== undefined && ` · ${t("refunded", { amount: money(refunded, currency) })}`}
        </p>
      )}
      {shipped_at && (
        <p data-testid="receipt-shipped">
          {carrier ? t("shipped_by", { carrier, at: dateTime(shipped_at) }) : t("shipped", { at: dateTime(shipped_at) })}
        </p>
      )}
      {tracking && (
        <a class="button button-primary" href={tracking} rel="noopener noreferrer" data-testid="receipt-tracking">
          {t("track")}
        </a>
      )}
    </>
  );
}

function NotFound({ why }: { why: "none" | "wrong" | "ended" | "failed" }) {
  return (
    <div class="card" role="alert" data-testid="receipt-failure" data-why={why}>
      <h1>{t(`${why}.title`)}</h1>
      <p>{t(`${why}.text`)}</p>
      {why === "failed" && (
        <Button look="primary" onClick={() => void open()}>
          {shared("retry")}
        </Button>
      )}
      <a class="button" href="/" data-testid="receipt-home">
        {t("home")}
      </a>
    </div>
  );
}

function Page() {
  const now = known.value;
  document.title = t("page.title");
  return (
    <main class="receipt">
      {now.is === "loading" && <p role="status">{t("loading")}</p>}
      {now.is === "there" && <Found receipt={now.receipt} />}
      {now.is !== "there" && now.is !== "loading" && <NotFound why={now.is} />}
      <div class="switches">
        <LanguageSwitch />
        <ThemeSwitch />
      </div>
    </main>
  );
}

window.addEventListener("hashchange", () => void open());
void open();
await firstTexts({ en: () => import("virtual:texts/receipt_en"), ja: () => import("virtual:texts/receipt_ja") });
const place = document.getElementById("page");
if (place) render(<Page />, place);
