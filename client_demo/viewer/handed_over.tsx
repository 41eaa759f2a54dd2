import { computed, signal } from "@preact/signals";
import { embedded } from "../shared/place";
import { resolve } from "../shared/server";
import { Icon } from "../shared/ui/icon";
import { t } from "./late_text";
import { PinnedBeside } from "./joint/counters";
import { goTo } from "./more_shows";
import { show } from "./session";

/** When the hand-over was told of which the person said that they stay. */
const stayed = signal("");
const way = computed(() => {
  const told = show.value?.hand_over;
  return told && told.at !== stayed.value ? told : null;
});

/** The way to the show that this one hands over to, counted there as how people came. Nobody is moved who does not press it. */
export function HandedOver() {
  const to = way.value;
  const query = new URLSearchParams({ utm_source: "showfloor", utm_medium: "hand_over", utm_campaign: show.value?.id ?? "" });
  return (
    <div class="announcement-place" role="status">
      <PinnedBeside />
      {to && (
        <p class="announcement" data-testid="handed-over">
          <Icon name="send" />
          <span class="announcement-text" dir="auto">
            {t("handed_over", { host: to.host, title: to.title })}
          </span>
          <a
            class="button button-primary button-small"
            href={resolve(`/shows/${encodeURIComponent(to.show)}?${query}`)}
            data-testid="handed-over-go"
            // Another channel may not be shown in this page: it has a tab of its own.
            target={embedded && to.channel ? "_blank" : undefined}
            rel="noreferrer"
            onClick={embedded && !to.channel ? (event) => goTo(event, to.show) : undefined}
          >
            {t("handed_over.go")}
          </a>
          <button
            type="button"
            class="announcement-hide"
            aria-label={t("handed_over.hide")}
            onClick={() => {
              stayed.value = to.at;
            }}
          >
            <Icon name="close" />
          </button>
        </p>
      )}
    </div>
  );
}
