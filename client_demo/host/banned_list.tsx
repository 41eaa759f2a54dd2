import type { Banned } from "../sdk/wire.generated";
import { count, timeOfDay } from "../shared/format";
import { nameOf } from "../shared/people";
import { Button } from "../shared/ui/button";
import { unban } from "./bans";
import { snapshot } from "./desk";
import { Fold } from "./fold";
import { t } from "./text";

/** What somebody was called when they were banned, in this page's language; an id where nobody saw a name. */
function calledOf({ name, viewer }: Banned): string {
  const number = /^Guest (\d+)$/.exec(name ?? "")?.[1];
  return nameOf({ author: name ?? viewer, guest: number ? Number(number) : null });
}

/** Who is banned from the show, each with the way back; nothing while there is nobody. */
export function BannedList() {
  const banned = snapshot.value?.banned ?? [];
  if (banned.length === 0) return null;
  return (
    <Fold title={t("banned.count", { n: count(banned.length) })} testid="banned">
      <ul class="banned">
        {banned.map((each) => (
          <li key={each.viewer} data-viewer={each.viewer}>
            <span class="banned-who">
              <strong>{calledOf(each)}</strong>
              <span class="hint">{t("banned.by", { who: each.by, at: timeOfDay(each.at) })}</span>
            </span>
            <Button
              size="small"
              aria-label={t("unban.of", { who: calledOf(each) })}
              onClick={() => unban(each.viewer, calledOf(each))}
              data-testid="unban"
            >
              {t("unban")}
            </Button>
          </li>
        ))}
      </ul>
    </Fold>
  );
}
