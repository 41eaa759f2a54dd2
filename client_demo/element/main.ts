// `<showfloor-show url show token lang>`: the viewer's page inside any page, from one script tag.
import { openPage } from "virtual:page-factory";
import type { Place, Wishes } from "../shared/place";
import css from "./looks.css?inline";
import type { OpenPage } from "./open_page";

const NAME = "showfloor-show";
/** The server that this script came from. */
const HOME = new URL(".", new URL("..", import.meta.url)).href.replace(/\/$/, "");

let sheet: CSSStyleSheet | null = null;

/** The element's styles. They are made by script, which no Content-Security-Policy of the page around it forbids. */
function looks(): CSSStyleSheet {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
  }
  return sheet;
}

class ShowfloorShow extends HTMLElement {
  static readonly observedAttributes = ["url", "show", "token", "lang"];

  readonly #root = this.attachShadow({ mode: "open" });
  #open: { page: OpenPage; over: AbortController } | null = null;
  #token: Wishes["token"] = null;
  #isDue = false;
  #plays = false;

  /** Who watches: a token, or a function that gets one and is asked whenever one is needed. The attribute does for a token that is known. */
  get token(): Wishes["token"] {
    return this.#token ?? this.getAttribute("token");
  }

  set token(token: Wishes["token"]) {
    this.#token = token;
    this.#open?.page.become(this.token);
  }

  /** Of a counter: whether the show that it sells beside is watched. */
  get plays(): boolean {
    return this.#plays;
  }

  set plays(plays: boolean) {
    this.#plays = plays;
    this.#open?.page.watch(plays);
  }

  connectedCallback(): void {
    // A token that was given before this script was there stands in the way of the property.
    if (Object.hasOwn(this, "token")) {
      const { token } = this;
      Reflect.deleteProperty(this, "token");
      this.token = token;
    }
    this.#settleSoon();
  }

  disconnectedCallback(): void {
    this.#settleSoon();
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (before === now) return;
    if (!this.#open) this.#settleSoon();
    else if (name === "lang") this.#open.page.speak(now ?? "");
    else if (name !== "token") this.#restart();
    else if (this.#token === null) this.#open.page.become(now);
  }

  #restart(): void {
    this.#close();
    this.#settleSoon();
  }

  /** Behind all that this turn does: an element that is only moved goes on as it is. */
  #settleSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      const wanted = this.isConnected && this.getAttribute("show");
      if (!wanted) this.#close();
      else if (!this.#open) this.#enter(wanted);
    });
  }

  #enter(show: string): void {
    const over = new AbortController();
    const frame = document.createElement("div");
    frame.className = "frame";
    frame.setAttribute("part", "frame");
    this.#root.adoptedStyleSheets = [looks()];
    this.#root.replaceChildren(frame);
    this.#keepInSight(frame, over.signal);
    try {
      this.#open = { over, page: openPage(this.#placeFor(show, frame, over.signal)) };
      this.#open.page.watch(this.#plays);
    } catch (error) {
      over.abort();
      this.#tell("error", { code: "invalid", error });
    }
  }

  /** Gives the frame a size of its own for as long as the page's styles leave the element none, now or later. */
  #keepInSight(frame: HTMLElement, over: AbortSignal): void {
    const observer = new ResizeObserver(() => frame.classList.toggle("unsized", getComputedStyle(this).display === "inline"));
    observer.observe(frame);
    over.addEventListener("abort", () => observer.disconnect());
  }

  #placeFor(show: string, frame: HTMLElement, over: AbortSignal): Place {
    const server = (this.getAttribute("url") ?? HOME).replace(/\/+$/, "");
    const { host, protocol } = new URL(server, document.baseURI);
    if (!/^https?:$/.test(protocol)) throw new TypeError(`${server} does not begin with https:// or http://`);
    return {
      root: this.#root,
      frame,
      server,
      kept: `${host}/`,
      wishes: { show, token: this.token, language: this.getAttribute("lang"), counter: this.hasAttribute("counter") },
      over,
      tell: (type, detail) => this.#tell(type, detail),
      restart: () => this.#restart(),
      enter: (id) => this.setAttribute("show", id),
    };
  }

  #tell(type: string, detail: object): boolean {
    const cancelable = type === "buy";
    return this.dispatchEvent(new CustomEvent(`showfloor:${type}`, { detail, bubbles: true, composed: true, cancelable }));
  }

  #close(): void {
    this.#open?.over.abort();
    this.#open = null;
    this.#root.replaceChildren();
  }
}

if (!customElements.get(NAME)) customElements.define(NAME, ShowfloorShow);
