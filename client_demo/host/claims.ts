// Who works on which question: this person claims what they answer, so that two never answer the same one, and reads of colleagues' claims.
import type { RefusedError } from "../sdk/refused";
import type { Question } from "../sdk/wire";
import { now } from "./clock";
import { attempt } from "./deeds";
import { correct, room, theRoom, view } from "./desk";
import { t } from "./text";

/** A claim lapses after 60 s without it. */
const RENEW_MS = 20_000;

/** The colleague who works on the question now; null for nobody, and for this person. A claim may have lapsed while nothing was said of it. */
export function claimant({ claim }: Question): string | null {
  if (!claim || claim.viewer === view.value.identity?.viewer) return null;
  return Date.parse(claim.until) > now.value ? claim.name : null;
}

/** Claims a question now and again, until the returned function is called, which releases it. Whoever is barred sees by whom. */
export function keepClaim(question: string): () => void {
  const claim = (): void => {
    room()
      ?.command("question.claim", { question })
      .catch((error: RefusedError) => {
        if (error.refusal.current) correct(error.refusal.current);
      });
  };
  claim();
  const timer = setInterval(claim, RENEW_MS);
  return () => {
    clearInterval(timer);
    room()
      ?.command("question.release", { question })
      .catch(() => undefined);
  };
}

/** Takes over what a colleague has claimed. */
export function takeOver(question: Question): void {
  const who = claimant(question) ?? "";
  void attempt({
    say: () => t("deed.taken_over", { who }),
    send: () => theRoom().command("question.claim", { question: question.id, take_over: true }),
    refused: (error) => () => t.maybe(`error.${error.code}`) ?? error.code,
  });
}
