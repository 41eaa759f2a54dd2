// Keeping somebody out of the show, and letting them in again, each with its echo and its undo.
import type { Question } from "../sdk/wire";
import { nameOf } from "../shared/people";
import { why } from "./actions";
import { attempt } from "./deeds";
import { theRoom } from "./desk";
import { t } from "./text";

/** Keeps whoever asked the question out of the show; what they are called is for this page's words alone. */
export function ban(question: Question): void {
  const who = nameOf(question);
  let viewer = "";
  void attempt({
    say: () => t("deed.banned", { who }),
    send: async () => {
      ({ viewer } = await theRoom().command("viewer.ban", { question: question.id }));
    },
    refused: why,
    undo: () => unban(viewer, who),
  });
}

export function unban(viewer: string, who: string): void {
  void attempt({
    say: () => t("deed.unbanned", { who }),
    send: () => theRoom().command("viewer.unban", { viewer }),
    refused: why,
    undo: () =>
      void attempt({
        say: () => t("deed.banned", { who }),
        send: () => theRoom().command("viewer.ban", { viewer }),
        refused: why,
      }),
  });
}
