import { showToast } from "../shared/ui/toast";
import { tellFailure } from "./api";
import { shared } from "./text";

/** Says what was done and offers to take it back: in place of asking "are you sure?" before. */
export function offerUndo(text: string, undo: () => unknown): void {
  showToast(text, { label: shared("undo"), run: () => void Promise.resolve(undo()).catch(tellFailure) });
}
