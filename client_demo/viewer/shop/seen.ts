import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";
import { sawProduct } from "../session";

const SEEN_SHARE = 0.5;
const SEEN_AFTER_MS = 1_000;

/** Counts a product as seen when half of its card was on the screen for a second. */
export function useSeen(card: RefObject<Element | null>, product: string): void {
  useEffect(() => {
    if (!card.current || !("IntersectionObserver" in window)) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const observer = new IntersectionObserver(
      ([entry]) => {
        clearTimeout(timer);
        if (entry?.isIntersecting) timer = setTimeout(() => sawProduct(product), SEEN_AFTER_MS);
      },
      { threshold: SEEN_SHARE },
    );
    observer.observe(card.current);
    return () => {
      clearTimeout(timer);
      observer.disconnect();
    };
  }, [product]);
}
