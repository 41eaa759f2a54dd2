import { RefusedError } from "../sdk/refused";
import { explainError } from "../shared/staff/sign-in";
import { showToast } from "../shared/ui/toast";

/** Tells the person why something they asked for did not work. */
export function tellFailure(error: unknown): void {
  showToast(explainError(error instanceof RefusedError ? error.code : "unknown"));
}
