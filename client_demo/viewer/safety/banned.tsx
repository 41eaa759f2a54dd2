import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { mySanctions, type OwnSanction } from "../me";
import { shownId } from "../session";
import { AppealForm, Facts } from "./appeal";
import { fetchBans } from "./own";
import "./safety.css";

/** Why somebody is banned, until when, and their appeal; nothing where the server does not know who they are. */
export function BannedFacts() {
  const bans = useSignal<readonly OwnSanction[]>(mySanctions.value.filter(({ kind }) => kind === "ban"));
  const show = shownId();
  useEffect(() => {
    fetchBans(show).then(
      (found) => {
        bans.value = found;
      },
      () => undefined,
    );
  }, [show]);
  const [ban] = bans.value;
  if (!ban) return null;
  const told = (now: OwnSanction): void => {
    bans.value = [now];
  };
  return (
    <div class="banned-facts" data-testid="banned-facts">
      <Facts sanction={ban} />
      <AppealForm show={show} sanction={ban} told={told} />
    </div>
  );
}
