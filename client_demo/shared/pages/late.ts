import { useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { type Pack, withTexts } from "../i18n";
import type { PageProps, Route } from "./routes";

const loaded = new Map<string, ComponentType<PageProps>>();

export interface LatePage {
  /** Null until it is there. */
  Page: ComponentType<PageProps> | null;
  failed: boolean;
  again: () => void;
}

/** The page of a route, which is loaded when it is first gone to, and with the first of them the texts of all such pages. */
export function useLatePage({ path, page }: Route, texts: Pack): LatePage {
  const failed = useSignal(false);
  const turn = useSignal(0);
  useEffect(() => {
    if (loaded.has(path)) return;
    failed.value = false;
    withTexts(page(), texts).then(
      (module) => {
        loaded.set(path, module.default);
        turn.value++;
      },
      () => {
        failed.value = true;
      },
    );
  }, [path, turn.value]);
  return { Page: loaded.get(path) ?? null, failed: failed.value, again: () => void turn.value++ };
}
