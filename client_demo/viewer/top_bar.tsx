import { signal } from "@preact/signals";
import { count, shortCount } from "../shared/format";
import { StaffBadge } from "../shared/people";
import { Icon } from "../shared/ui/icon";
import { served } from "./served";
import { announcement, isOpen, isOver, show, viewers } from "./session";
import { settingsOpen } from "./settings";
import { t } from "./text";

export function Watching({ short }: { short: boolean }) {
  const n = viewers.value;
  if (n === null || !isOpen.value) return null;
  return (
    <span class="watching" data-testid="watching" data-viewers={n} title={t.count("watching", n)}>
      <Icon name="eye" />
      <span aria-hidden="true">{short ? shortCount(n) : count(n)}</span>
      <span class="visually-hidden">{t.count("watching", n)}</span>
    </span>
  );
}

export function ShowState() {
  const state = show.value?.replay ? "replay" : show.value?.state;
  if (!state) return null;
  return (
    <span class={state === "live" ? "badge badge-live" : "badge badge-over-video"} data-testid="show-state" data-state={state}>
      {t(`state.${state}`)}
    </span>
  );
}

export function ShowTitle() {
  const now = show.value;
  if (!now)
    return served.title ? (
      <div class="show-title">
        <h1>{served.title}</h1>
      </div>
    ) : null;
  return (
    <div class="show-title">
      <h1 data-testid="show-title">{now.title}</h1>
      <p>{t("host.with", { name: now.host })}</p>
    </div>
  );
}

export function SettingsButton({ class: look }: { class: string }) {
  return (
    <button
      type="button"
      class={look}
      aria-label={t("settings.label")}
      data-testid="settings-open"
      onClick={() => (settingsOpen.value = true)}
    >
      <Icon name="more" />
    </button>
  );
}

const hidden = signal<string | null>(null);
/** The announcement that is opened: two lines are shown of a longer one otherwise. */
const whole = signal<string | null>(null);

/** What was said longer ago than this greets nobody who comes. */
const GREETS_FOR_MS = 30 * 60_000;
const cameAt = Date.now();

function isFresh(at: string): boolean {
  return cameAt - Date.parse(at) < GREETS_FOR_MS;
}

/** What the host announced last, until the person hides it; the next one shows again. Once the show has ended, nothing of it holds any more. */
export function AnnouncementBar() {
  const now = isOver.value ? null : announcement.value;
  return (
    <div class="announcement-place" role="status">
      {now && hidden.value !== now.at && isFresh(now.at) && (
        <p class="announcement" data-testid="announcement">
          <Icon name="megaphone" />
          <span class="visually-hidden">{t("announcement")}</span>
          {/* The text itself is the button: two lines of it, all of it once it is pressed. */}
          <button
            type="button"
            class={whole.value === now.at ? "announcement-text announcement-whole" : "announcement-text"}
            dir="auto"
            aria-expanded={whole.value === now.at}
            data-testid="announcement-text"
            onClick={() => (whole.value = whole.value === now.at ? null : now.at)}
          >
            <StaffBadge role={now.by} /> {now.text}
          </button>
          <button
            type="button"
            class="announcement-hide"
            aria-label={t("announcement.hide")}
            onClick={() => (hidden.value = now.at)}
          >
            <Icon name="close" />
          </button>
        </p>
      )}
    </div>
  );
}
