import { signal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { ReactionKind } from "../../sdk";
import { shortCount } from "../../shared/format";
import { Icon } from "../../shared/ui/icon";
import { isLive, reactions, tap } from "../session";
import { t } from "../text";
import { FloatingReactions } from "./float";
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
    if (!place.current) return;
    canvas = new FloatingReactions(place.current);
    return () => {
      canvas?.stop();
      canvas = null;
    };
  }, []);
  const before = useRef(reactions.peek());
  useSignalEffect(() => {
    const now = reactions.value;
    if (!calm.matches && document.visibilityState === "visible") riseOthers(before.current, now);
    before.current = now;
  });
  return (
    <div class="floating" aria-hidden="true">
      <canvas ref={place} data-testid="reactions-canvas" />
    </div>
  );
}

function Glyph({ kind }: { kind: ReactionKind }) {
  return (
    <svg class={`glyph glyph-${kind}`} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path fill-rule="evenodd" d={GLYPHS[kind]} />
    </svg>
  );
}

export function ReactionButtons() {
  const total = KINDS.reduce((sum, kind) => sum + (reactions.value[kind] ?? 0), 0);
  return (
    <div class="reactions" data-testid="reactions">
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
        class="round round-small"
        data-testid="reaction-choose"
        aria-label={t("react.choose")}
        aria-expanded={choosing.value}
        aria-controls="reaction-choice"
        disabled={!isLive.value}
        onClick={() => (choosing.value = !choosing.value)}
      >
        <Icon name={choosing.value ? "close" : "more"} />
      </button>
      <button
        type="button"
        class="round round-big"
        data-testid="react"
        disabled={!isLive.value}
        aria-label={t("react.send", { kind: t(`reaction.${chosen.value}`) })}
        onClick={() => react(chosen.value)}
      >
        <Glyph kind={chosen.value} />
      </button>
      <span class="reaction-total" data-testid="reaction-total" title={t.count("react.total", total)}>
        {shortCount(total)}
      </span>
    </div>
  );
}
