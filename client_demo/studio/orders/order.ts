// What the server says of orders, and what is asked of it about one.
import { signal } from "@preact/signals";
import { showToast } from "../../shared/ui/toast";
import { type Answer, change, codeOf, decide, make, read, remove, tellFailure } from "../api";
import { theChannel } from "../channel";
import { forgetLists } from "../list_state";
import { t } from "./text";

export const ORDERS = "/studio/orders";
export const STATES = ["paid", "partially_refunded", "refunded", "cancelled"] as const;
export type OrderState = (typeof STATES)[number];
export const SHIPPINGS = ["unshipped", "partly_shipped", "shipped"] as const;
export type ShippingState = (typeof SHIPPINGS)[number];

export interface Line {
  product: string | null;
  sku: string | null;
  title: string | null;
  quantity: number;
  amount: number;
  /** How many of its units were given back. */
  refunded_units: number;
}

/** As `GET /v1/orders` has it. */
export interface Order {
  order: string;
  number: string;
  external_id: string | null;
  state: OrderState;
  /** null: the shop reported it, and ships it itself. */
  fulfilment: ShippingState | null;
  show: string | null;
  show_title: string | null;
  viewer: string | null;
  attributed_by: "attribution" | "link" | "customer" | null;
  currency: string;
  amount: number;
  refunded: number;
  lines: readonly Line[];
  at: string;
  staff: boolean;
  /** By its checkout; null of one without. */
  discount: number | null;
  shipping: number | null;
  total: number | null;
  tax: number | null;
  delivery: Delivery | null;
}

/** Whom an order goes to; `contact` is null of a buyer who was erased. */
export interface Delivery {
  contact: {
    name: string;
    email: string;
    phone: string;
    address: Record<"country" | "postal_code" | "region" | "city" | "line1" | "line2", string>;
  } | null;
  method: string;
  gift_note: string;
  language: string;
}

export interface DetailLine extends Line {
  /** Its place in the order. */
  line: number;
  shipped: number;
  left: number;
  image: string;
}

export interface Shipment {
  id: string;
  carrier: string;
  tracking: string;
  lines: readonly { line: number; quantity: number }[];
  shipped_at: string;
  by: string;
  undone_at: string | null;
}

export interface Note {
  id: string;
  text: string;
  by: string;
  at: string;
}

export interface OrderDetail extends Order {
  lines: readonly DetailLine[];
  shipments: readonly Shipment[];
  notes: readonly Note[];
  version: number;
}

export interface Parcel {
  carrier: string;
  tracking: string;
  /** Left out: everything that is left. */
  lines?: { line: number; quantity: number }[];
}

export function titleOf(line: Line): string {
  return line.title || line.sku || t("untitled");
}

/** One order as a page has it: read, and changed under the version that was read. What others changed meanwhile is shown instead. */
export class OneOrder {
  readonly found = signal<OrderDetail | null>(null);
  /** Why it could not be read, as a code. */
  readonly failure = signal<string | null>(null);
  readonly busy = signal(false);
  readonly path: string;
  private etag: string | null = null;

  constructor(order: string) {
    this.path = `/channels/${encodeURIComponent(theChannel().id)}/orders/${encodeURIComponent(order)}`;
  }

  async load(): Promise<void> {
    this.failure.value = null;
    try {
      this.take(await read<OrderDetail>(this.path));
    } catch (error) {
      if (decide(error).act !== "sign_in") this.failure.value = codeOf(error);
    }
  }

  /** Does something to the order, and shows what has become of it; whether it was done. */
  async act(work: (etag: string | null) => Promise<Answer<OrderDetail>>): Promise<boolean> {
    this.busy.value = true;
    try {
      this.take(await work(this.etag));
      return true;
    } catch (error) {
      if (decide(error).act === "conflict") {
        showToast(t("changed_meanwhile"));
        await this.load();
      } else tellFailure(error);
      return false;
    } finally {
      this.busy.value = false;
    }
  }

  ship(parcel: Parcel): Promise<boolean> {
    return this.act((etag) => make<OrderDetail>(`${this.path}/shipments`, parcel, `${this.path}/shipments`, etag));
  }

  correct(shipment: string, parcel: Parcel): Promise<boolean> {
    return this.act((etag) => change<OrderDetail>(this.of(shipment), parcel, etag));
  }

  undo(shipment: string): Promise<boolean> {
    return this.act((etag) => remove(this.of(shipment), etag) as Promise<Answer<OrderDetail>>);
  }

  note(text: string): Promise<boolean> {
    return this.act(() => make<OrderDetail>(`${this.path}/notes`, { text }));
  }

  removeNote(note: string): Promise<boolean> {
    return this.act(() => remove(`${this.path}/notes/${encodeURIComponent(note)}`) as Promise<Answer<OrderDetail>>);
  }

  private of(shipment: string): string {
    return `${this.path}/shipments/${encodeURIComponent(shipment)}`;
  }

  private take({ value, etag }: Answer<OrderDetail>): void {
    this.found.value = value;
    this.etag = etag;
    forgetLists();
  }
}
