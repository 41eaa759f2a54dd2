import { useSignal } from "@preact/signals";
import { Button } from "../../shared/ui/button";
import { showToast } from "../../shared/ui/toast";
import { remove, tellFailure } from "../api";
import { theChannel } from "../channel";
import { ListPage } from "../list_page";
import type { ListState } from "../list_state";
import { momentIn } from "../time";
import { type Stopped, t } from "./mail";
import { Tabs } from "./tabs";

/** Addresses that are not written to. They are kept as hashes: an address is found by writing it in. */
export default function StoppedPage() {
  const typed = useSignal("");
  const asked = useSignal("");
  const path = asked.value ? `/mail/suppressions?address=${encodeURIComponent(asked.value)}` : "/mail/suppressions";
  return (
    <ListPage<Stopped>
      testid="mail-stopped"
      title={t("tab.stopped")}
      lead={t("stopped.lead")}
      path={path}
      things="suppressions"
      keyOf={({ id }) => id}
      filtered={Boolean(asked.value)}
      empty={{ title: t("stopped.empty.title"), text: t("stopped.empty.text") }}
      row={(each, list) => <Row each={each} list={list} path={path} />}
    >
      <Tabs here="stopped" />
      <search class="list-filters">
        <form
          class="mail-find"
          onSubmit={(event) => {
            event.preventDefault();
            asked.value = typed.value.trim().includes("@") ? typed.value.trim() : "";
          }}
        >
          <label class="field">
            <span class="field-label">{t("stopped.find")}</span>
            <input
              class="input"
              inputMode="email"
              autocomplete="off"
              data-testid="stopped-address"
              value={typed.value}
              onInput={(event) => {
                typed.value = event.currentTarget.value;
              }}
            />
          </label>
          <Button type="submit" data-testid="stopped-find">
            {t("stopped.action")}
          </Button>
        </form>
      </search>
    </ListPage>
  );
}

function Row({ each, list, path }: { each: Stopped; list: ListState<Stopped>; path: string }) {
  const lift = (): void =>
    void remove(`/mail/suppressions/${each.id}`).then(() => {
      showToast(t("lifted"));
      void list.open(path);
    }, tellFailure);
  return (
    <>
      <div>
        <p class="row-title">{each.address ?? t("stopped.unknown", { hash: each.id.slice(0, 10) })}</p>
        <p class="hint">{[t(`reason.${each.reason}`), momentIn(each.at, theChannel().time_zone)].join(" · ")}</p>
      </div>
      <div class="row-actions">
        <Button size="small" data-testid="stopped-lift" onClick={lift}>
          {t("lift")}
        </Button>
      </div>
    </>
  );
}
