// Where a page of ours is drawn, asked wherever it matters: a document of its own, or an element in somebody else's page (element/), whose
// build puts `SHOWFLOOR_PLACE` around the same modules, once for each element.

/** What somebody else's page tells its element. */
export interface Wishes {
  show: string;
  /** A token, the shop's signature of a customer, or a function that gets one; null for a guest. */
  token: string | null | (() => string | null | Promise<string | null>);
  language: string | null;
  /** It sells beside another show, which is what is watched: its goods and orders alone are drawn. */
  counter?: boolean;
}

export interface Place {
  /** Where elements are found by their ids, and which one has the focus. */
  root: Document | ShadowRoot | null;
  /** What carries the page's language and looks. */
  frame: HTMLElement | null;
  /** What is put before `/v1`; empty for the server that the page is from. */
  server: string;
  /** Put before the names of what is kept on the device, which another server's element may share. */
  kept: string;
  /** Null in a document of our own. */
  wishes: Wishes | null;
  /** Ends when the element has left the page. */
  over: AbortSignal;
  /** Tells the page around it what happens. Returns false if that page takes care of it from here on. */
  tell(type: string, detail: object): boolean;
  /** Begins anew, as if the page had been loaded again. */
  restart(): void;
  /** Goes to another show. */
  enter(show: string): void;
}

declare const SHOWFLOOR_PLACE: Place | undefined;

const document_ = typeof document === "undefined" ? null : document;

/** In a document of our own. */
const own: Place = {
  root: document_,
  frame: document_?.documentElement ?? null,
  server: "",
  kept: "",
  wishes: null,
  over: new AbortController().signal,
  tell: () => true,
  restart: () => location.reload(),
  enter: (show) => location.assign(`/shows/${encodeURIComponent(show)}`),
};

export const place: Place = typeof SHOWFLOOR_PLACE === "undefined" ? own : SHOWFLOOR_PLACE;

/** Whether this page is an element in somebody else's. */
export const embedded = place.wishes !== null;

/** The element with the focus, if it is on this page. */
export function focusedNow(): Element | null {
  return place.root?.activeElement ?? null;
}

export function byId(id: string): HTMLElement | null {
  return place.root?.getElementById(id) ?? null;
}
