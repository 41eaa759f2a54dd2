// Keeps the screen on while the page is seen. The browser lets go of that whenever the page is hidden, so it is asked for again.

/** Keeps the screen awake until the returned function is called; where the browser cannot, nothing happens. */
export function keepAwake(): () => void {
  let held: WakeLockSentinel | null = null;
  let over = false;
  const ask = async (): Promise<void> => {
    if (over || document.visibilityState !== "visible" || !("wakeLock" in navigator)) return;
    try {
      const lock = await navigator.wakeLock.request("screen");
      if (over) void lock.release();
      else held = lock;
    } catch {
      // Refused, as with a low battery: asked again when the page is next seen.
    }
  };
  const seen = (): void => void ask();
  document.addEventListener("visibilitychange", seen);
  void ask();
  return () => {
    over = true;
    document.removeEventListener("visibilitychange", seen);
    void held?.release();
  };
}
