import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/** So near to the foot one reads the newest. */
const NEAR_PX = 48;

interface FootListProps {
  /** What the list is of, for who does not see it. */
  label: string;
  testid: string;
  /** The ids of the rows, in order. */
  ids: readonly string[];
  /** Whether the newest are followed. */
  following: boolean;
  /** How many have come since they were followed no more, in words; empty: none. */
  news: string;
  stop: () => void;
  follow: () => void;
  before?: ComponentChildren;
  children: ComponentChildren;
}

/** A list whose newest row is at its foot. It keeps to the foot while one reads there; elsewhere nothing moves, and what comes is counted. */
export function FootList({ label, testid, ids, following, news, stop, follow, before, children }: FootListProps) {
  const place = useRef<HTMLDivElement>(null);
  const drawn = useRef<{ first: string | undefined; height: number }>({ first: undefined, height: 0 });
  useLayoutEffect(() => {
    const box = place.current;
    if (!box) return;
    const { first, height } = drawn.current;
    if (following) box.scrollTop = box.scrollHeight;
    // What was put before the first row moves nothing that one reads.
    else if (first !== undefined && first !== ids[0] && ids.includes(first)) box.scrollTop += box.scrollHeight - height;
    drawn.current = { first: ids[0], height: box.scrollHeight };
  });
  const look = (): void => {
    const box = place.current;
    if (!box) return;
    const near = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_PX;
    if (!near) stop();
    else if (!news) follow();
  };
  return (
    <div class="foot-list">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key. */}
      <div ref={place} class="foot-list-scroll" data-testid={testid} tabIndex={0} onScroll={look}>
        {before}
        <ul aria-label={label}>{children}</ul>
      </div>
      <p class="foot-list-new" role="status">
        {news && (
          <button type="button" class="button button-primary button-small" data-testid={`${testid}-new`} onClick={follow}>
            {news}
          </button>
        )}
      </p>
    </div>
  );
}
