// The tag of the shop's thank-you page: `<script src="…/element/thank-you.js" data-order data-claim>`. It tells an order that the shop's
// backend has signed, and which show it came from; docs/thank-you.md. A script of its own, which neither needs the element nor a module.
import { forgetAttribution, keepAttribution, keptAttribution } from "../sdk/attribution";

const NAME = "/element/thank-you.js";
const HOURS = 24;
/** Before each further try, where the server was not reached or had no time. */
const PAUSES_MS = [2_000, 15_000];

interface Said {
  order?: string;
  code?: string;
}

const tag =
  (document.currentScript as HTMLScriptElement | null) ??
  [...document.querySelectorAll<HTMLScriptElement>("script[src]")]
    .reverse()
    .find(({ src }) => new URL(src).pathname.endsWith(NAME));

const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

function tell(type: "reported" | "refused", detail: Said): void {
  document.dispatchEvent(new CustomEvent(`showfloor:${type}`, { detail }));
}

/** Posts once. Returns what the server says; null when it is worth another try. */
async function post(url: string, body: object): Promise<Said | null> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      credentials: "omit",
      referrerPolicy: "no-referrer",
    });
    const said = response.status === 204 ? {} : ((await response.json().catch(() => ({}))) as Said);
    if (response.ok) return { ...(said.order && { order: said.order }) };
    return response.status === 429 || response.status >= 500 ? null : { code: said.code ?? `http_${response.status}` };
  } catch {
    return null;
  }
}

async function postUntilTold(url: string, body: object): Promise<Said> {
  for (const pause of [...PAUSES_MS, null]) {
    const said = await post(url, body);
    if (said) return said;
    if (pause !== null) await wait(pause);
  }
  return { code: "offline" };
}

/** What came in the page's own address is kept: the shop's cart, when the show was on another origin. */
function keepFromAddress({ parameter, hours }: DOMStringMap): void {
  const id = parameter && new URLSearchParams(location.search).get(parameter);
  if (id) keepAttribution(id, Number(hours) || HOURS);
}

async function report({ src, dataset: { order, claim } }: HTMLScriptElement): Promise<void> {
  const orders = new URL("../v1/orders/", src).href;
  const attribution = keptAttribution();
  const from = attribution && { attribution };
  let said: Said | null = null;
  if (claim) said = await postUntilTold(`${orders}claim`, { claim, ...from });
  // What was not signed, or not well, is no money: what is left is which show the order came from.
  const linked = from && (!said || said.code) ? await postUntilTold(`${orders}link`, { order, ...from }) : null;
  said ??= linked;
  if (!said) return;
  if (from && !(linked ?? said).code) forgetAttribution();
  if (said.code) tell("refused", { code: said.code });
  else tell("reported", { order: said.order ?? order ?? "" });
}

if (tag) {
  keepFromAddress(tag.dataset);
  if (tag.dataset["order"] !== undefined || tag.dataset["claim"]) void report(tag);
}
