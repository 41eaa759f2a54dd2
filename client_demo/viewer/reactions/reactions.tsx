import { signal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { ReactionKind } from "../../sdk";
import { shortCount } from "../../shared/format";
import { Icon } from "../../shared/ui/icon";
import { link, reactions, tap } from "../session";
import { t } from "../text";
import type { FloatingReactions } from "./float";
import { GLYPHS, KINDS } from "./glyphs";

/** At most so many of one kind rise for one pulse. */
const RISE_PER_PULSE_MAX = 12;
const PULSE_MS = 400;

const chosen = signal<ReactionKind>("heart");
const choosing = signal(false);
const calm = matchMedia("(prefers-reduced-motion: reduce)");

let canvas: FloatingReactions | null = null;
/** Own taps rise at once; when they come back within the totals they must not rise again. */
const own = new Map<ReactionKind, number>();

function react(kind: ReactionKind): void {
  tap(kind);
  if (calm.matches) return;
  own.set(kind, (own.get(kind) ?? 0) + 1);
  canvas?.rise(kind, 1, 0);
}

/** Lets rise what others sent between two states of the totals. */
function riseOthers(before: typeof reactions.value, now: typeof reactions.value): void {
  for (const kind of KINDS) {
    const added = (now[kind] ?? 0) - (before[kind] ?? now[kind] ?? 0);
    const mine = Math.min(added, own.get(kind) ?? 0);
    if (mine > 0) own.set(kind, (own.get(kind) ?? 0) - mine);
    if (added - mine > 0) canvas?.rise(kind, Math.min(added - mine, RISE_PER_PULSE_MAX), PULSE_MS);
  }
}

export function FloatingCanvas() {
  const place = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    let here = place.current;
    // Until it is loaded nothing floats, and everything counts.
    import("./float").then(
      ({ FloatingReactions }) => {
        if (here) canvas = new FloatingReactions(here);
      },
      () => undefined,
    );
    return () => {
      here = null;
      canvas?.stop();
      canvas = null;
    };
  }, []);
  const before = useRef<typeof reactions.value | null>(null);
  useSignalEffect(() => {
    const now = reactions.value;
    // The first totals after a join hold everything that was missed: they are a beginning, not a burst.
    const joined = link.value.is === "joined";
    if (before.current && joined && !calm.matches && document.visibilityState === "visible") riseOthers(before.current, now);
    before.current = joined && Object.keys(now).length > 0 ? now : null;
  });
  return (
    <div class="floating" aria-hidden="true">
      <canvas ref={place} data-testid="reactions-canvas" />
    </div>
  );
}

export function Glyph({ kind }: { kind: ReactionKind }) {
  return (
    <svg class={`glyph glyph-${kind}`} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path fill-rule="evenodd" d={GLYPHS[kind]} />
    </svg>
  );
}

/** The way to the other kinds; they unfold beside it. */
export function ReactionChooser() {
  return (
    <div class="reaction-chooser">
      {choosing.value && (
        <fieldset class="reaction-choice" aria-label={t("react.choose")} id="reaction-choice">
          {KINDS.map((kind) => (
            <button
              type="button"
              key={kind}
              class="round"
              data-testid={`react-${kind}`}
              aria-label={t("react.send", { kind: t(`reaction.${kind}`) })}
              onClick={() => {
                chosen.value = kind;
                react(kind);
              }}
            >
              <Glyph kind={kind} />
            </button>
          ))}
        </fieldset>
      )}
      <button
        type="button"
        class="round"
        data-testid="reaction-choose"
        aria-label={t("react.choose")}
        aria-expanded={choosing.value}
        aria-controls="reaction-choice"
        onClick={() => (choosing.value = !choosing.value)}
      >
        <Icon name={choosing.value ? "close" : "smile"} />
      </button>
    </div>
  );
}

/** One tap, one reaction of the kind chosen last, and how many there are in all. */
export function ReactButton() {
  const total = KINDS.reduce((sum, kind) => sum + (reactions.value[kind] ?? 0), 0);
  return (
    <div class="react-place">
      <button
        type="button"
        class="round round-big"
        data-testid="react"
        aria-label={t("react.send", { kind: t(`reaction.${chosen.value}`) })}
        onClick={() => react(chosen.value)}
      >
        <Glyph kind={chosen.value} />
      </button>
      <span class="reaction-total" data-testid="reaction-total" data-total={total} title={t.count("react.total", total)}>
        {shortCount(total)}
      </span>
    </div>
  );
}
