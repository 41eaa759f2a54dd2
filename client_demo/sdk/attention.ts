/** What the device says about the person: back on line, back at the page, away from it. */
export interface AttentionListener {
  /** The network or the page has come back: find out at once whether the connection still lives. */
  onWake(): void;
  /** The network says it is gone, which is only a hint. */
  onOffline(): void;
  onVisible(visible: boolean): void;
}

/** Listens to the page's own signals; returns what ends it. Does nothing where there is no page. */
export function watchAttention(listener: AttentionListener): () => void {
  if (typeof document === "undefined") return () => undefined;
  const over = new AbortController();
  const { signal } = over;
  const visible = (): boolean => document.visibilityState === "visible";
  window.addEventListener("online", () => listener.onWake(), { signal });
  window.addEventListener("offline", () => listener.onOffline(), { signal });
  window.addEventListener("pageshow", (event) => event.persisted && listener.onWake(), { signal });
  document.addEventListener(
    "visibilitychange",
    () => {
      listener.onVisible(visible());
      if (visible()) listener.onWake();
    },
    { signal },
  );
  return () => over.abort();
}

/** Whether the device says that there is no network. */
export function isOffline(): boolean {
  return typeof navigator !== "undefined" && navigator.onLine === false;
}
