import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import type { Role } from "../../sdk/wire";
import { session } from "../../shared/staff/session";
import { saveTranscript } from "../download";
import { t } from "../query/text";
import { type Piece, Pieces } from "../take";

const RUNNERS: readonly Role[] = ["host", "admin"];
const EVERYBODY: readonly Role[] = ["analyst", ...RUNNERS];
/** The kinds of lines, and who may have them; the server asks as well. */
const KINDS = [
  ["questions", EVERYBODY],
  ["votes", EVERYBODY],
  ["answers", EVERYBODY],
  ["comments", EVERYBODY],
  ["polls", EVERYBODY],
  ["poll_answers", EVERYBODY],
  ["giveaways", EVERYBODY],
  ["posts", EVERYBODY],
  ["reports", RUNNERS],
  ["sanctions", RUNNERS],
  ["audit", ["admin"]],
] as const;

/** What was said and done in a show, to be taken along kind by kind; people are named for those alone who may ask for it, and do. */
export function Transcripts({ show }: { show: string }) {
  const names = useSignal(false);
  const id = useId();
  const role = session.value?.role;
  const may = (roles: readonly Role[]): boolean => role !== undefined && roles.includes(role);
  const pieces = KINDS.filter(([, roles]) => may(roles)).map(
    ([of]): Piece => ({
      testid: `said-${of}`,
      label: t(`said.${of}`),
      ways: (["csv", "jsonl"] as const).map((form) => [form, () => saveTranscript(show, of, form, names.value)] as const),
    }),
  );
  return (
    <Pieces title={t("take.said")} pieces={pieces}>
      {may(RUNNERS) && (
        <>
          <label class="checkbox">
            <input
              type="checkbox"
              checked={names.value}
              aria-describedby={`${id}-hint`}
              data-testid="take-names"
              onChange={(event) => {
                names.value = event.currentTarget.checked;
              }}
            />
            {t("take.names")}
          </label>
          <p class="hint" id={`${id}-hint`}>
            {t("take.names.hint")}
          </p>
        </>
      )}
    </Pieces>
  );
}
