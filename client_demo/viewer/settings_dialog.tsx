import { effect, type ReadonlySignal, signal } from "@preact/signals";
import type { FunctionComponent } from "preact";
import type { Identity, RefusedError, Room, Show } from "../sdk";
import { draftOf, dropDrafts, keepDraft } from "../shared/drafts";
import { createTranslator } from "../shared/i18n";
import type en from "../shared/locales/settings.en.json";
import type sharedEn from "../shared/locales/shared.en.json";
import { nameOf } from "../shared/people";
import { place } from "../shared/place";
import { readPreference, writePreference } from "../shared/preference";
import { saveJson } from "../shared/save";
import { request } from "../shared/server";
import { Button } from "../shared/ui/button";
import { Dialog } from "../shared/ui/dialog";
import { RoomLeft } from "../shared/ui/room_left";
import { LanguageSwitch, ThemeSwitch } from "../shared/ui/switches";
import { showToast } from "../shared/ui/toast";
import { asKeptLine, lengthOf } from "../shared/writing";
import { MailForm } from "./mail_form";
import type { tokenStore as TokenStore } from "./token_store";

const NAME_CHARACTERS_MAX = 40;

const NAME_DRAFT = "guest-name";

/** Of `settings.remember` and its hint: raised with every change of what they say (docs/privacy.md). */
const WORDING = "settings-2";

const t = createTranslator<typeof en>("settings");
const shared = createTranslator<typeof sharedEn>("shared");

/** What the page hands over: this part is loaded late, and imports nothing of the page's own, which would come in more pieces for it. */
interface Hands {
  identity: ReadonlySignal<Identity | null>;
  room: () => Room;
  show: ReadonlySignal<Show | null>;
  tokenStore: typeof TokenStore;
  close: () => void;
}

/** What to say of a request that failed: a guest who is a customer since has to ask as that customer. */
function whyNot(error: unknown, otherwise: "settings.data_failed" | "settings.erase_failed") {
  const code = (error as RefusedError).code;
  if (code === "not_found") return "settings.data_none";
  return code === "forbidden" ? "settings.data_forbidden" : otherwise;
}

export type Late = FunctionComponent;

/** Language and looks, the name beside questions, and whether this device may be recognised: asked, never assumed. */
export function settings({ identity, room, show, tokenStore, close }: Hands): Late {
  /** What was said of consent last, until the server has it; the device follows at once, since it needs nobody for that. */
  const consent = signal<"told" | "telling">("told");
  /** The name as it is being written: it stands here again when it was refused. */
  const name = signal(draftOf(NAME_DRAFT).trim() || (draftOf(NAME_DRAFT) ? "" : tokenStore.name));
  const remembered = signal(tokenStore.remembered);
  /** Whether products are named that may fit: `shop/for_you.tsx` follows. */
  const forYou = signal(readPreference("for_you") !== "off");
  /** Being erased is asked for twice: it cannot be taken back. */
  const erasing = signal<"asked" | "sending" | null>(null);
  /** Signing out is asked for twice: orders are found no more. */
  const leaving = signal<"asked" | "sending" | null>(null);

  /** Joins with other wishes, and calls `then` when the server has taken them. */
  function rejoin(wishes: Parameters<Room["rejoinWith"]>[0], then: () => void): void {
    const joins = room().view.joins;
    room().rejoinWith(wishes);
    const end = room().subscribe((view) => {
      if (view.joins === joins) return;
      then();
      queueMicrotask(() => end());
    });
  }

  function remember(wish: boolean): void {
    tokenStore.keep({ remembered: wish, wording: WORDING });
    consent.value = "telling";
    rejoin({ remember: wish, wording: WORDING }, () => {
      consent.value = "told";
      showToast(t(wish ? "settings.remembered" : "settings.forgotten"));
    });
  }

  /** Ends this guest on the server, and begins anew as another one. */
  async function leave(): Promise<void> {
    leaving.value = "sending";
    const token = tokenStore.token;
    room().stop();
    try {
      if (token) await request("/sign-out", { token, body: {} });
    } catch (error) {
      if ((error as RefusedError).refusal?.retry !== "stop") {
        leaving.value = "asked";
        room().start();
        return showToast(t("settings.leave_failed"));
      }
    }
    forget();
    place.restart();
  }

  /** Who comes next on this device finds nothing of theirs: neither who they were nor where they live. */
  function forget(): void {
    tokenStore.keep({ token: null, name: "", remembered: false });
    for (const kind of ["checkout.", "cart."]) dropDrafts(kind);
  }

  /** Hands the person everything that is kept about them. */
  async function fetchOwnData(): Promise<void> {
    try {
      saveJson(await request<object>("/viewers/me/data", { token: bearer() }), "what-is-kept.json");
    } catch (error) {
      showToast(t(whyNot(error, "settings.data_failed")));
    }
  }

  /** Asks to be erased; the server closes every connection of theirs, and this device forgets who they were. */
  async function erase(): Promise<void> {
    erasing.value = "sending";
    const token = bearer();
    room().stop();
    try {
      await request("/viewers/me/erasure", { token, body: {} });
    } catch (error) {
      erasing.value = "asked";
      room().start();
      return showToast(t(whyNot(error, "settings.erase_failed")));
    }
    forget();
    showToast(t("settings.erased"));
    place.restart();
  }

  /** Who the person is here: a customer of the shop's by the token that they joined with, else the guest of this device. */
  function bearer(): string {
    return identity.peek()?.token ?? tokenStore.token ?? "";
  }

  function rename(wish: string): void {
    tokenStore.keep({ name: wish });
    if (!wish) return showToast(t("settings.saved"));
    rejoin({ name: wish }, () => {
      if (!identity.peek()?.renamed) showToast(t("settings.saved"));
    });
  }

  /** A name that only staff may carry here: what the viewer is called instead, in words; null when nothing was refused. */
  function refusal(): string | null {
    const renamed = identity.value?.renamed;
    if (!renamed) return null;
    const called = nameOf({ author: renamed.name, guest: renamed.guest });
    return renamed.wish
      ? t("settings.name_refused", { wish: renamed.wish, name: called })
      : t("settings.name_taken", { name: called });
  }

  let told = "";
  effect(() => {
    const text = refusal();
    const renamed = identity.value?.renamed;
    const what = renamed ? `${renamed.wish} ${renamed.name}` : "";
    if (what !== told && text) {
      tokenStore.keep({ name: "" });
      showToast(text);
    }
    told = what;
  });

  return () => (
    <Dialog sheet title={t("settings.title")} onClose={close} testid="settings">
      <div class="switches">
        <LanguageSwitch />
        <ThemeSwitch />
      </div>
      <form
        class="field"
        onSubmit={(event) => {
          event.preventDefault();
          if (lengthOf(name.value) > NAME_CHARACTERS_MAX) return;
          rename(asKeptLine(name.value));
          keepDraft(NAME_DRAFT, "");
          close();
        }}
      >
        <label class="field-label" for="guest-name">
          {t("settings.name")}
        </label>
        <div class="settings-name">
          <input
            id="guest-name"
            class="input"
            data-testid="guest-name"
            aria-invalid={lengthOf(name.value) > NAME_CHARACTERS_MAX}
            autocomplete="nickname"
            aria-describedby="guest-name-hint guest-name-left"
            value={name.value}
            onInput={(event) => {
              name.value = event.currentTarget.value;
              // A name that was emptied is kept as a space: no draft is an empty one.
              keepDraft(NAME_DRAFT, name.value || " ");
            }}
          />
          <Button type="submit" data-testid="guest-name-save" disabled={lengthOf(name.value) > NAME_CHARACTERS_MAX}>
            {shared("save")}
          </Button>
        </div>
        <p class="hint field-note">
          <span id="guest-name-hint" data-testid="guest-name-hint">
            {refusal() ?? t("settings.name_hint")}
          </span>
          <RoomLeft id="guest-name-left" text={name.value} most={NAME_CHARACTERS_MAX} />
        </p>
      </form>
      <div>
        <label class="checkbox">
          <input
            type="checkbox"
            data-testid="remember"
            aria-describedby="remember-hint"
            checked={remembered.value}
            onChange={(event) => {
              remembered.value = event.currentTarget.checked;
              remember(remembered.value);
            }}
          />
          <span>{t("settings.remember")}</span>
        </label>
        <p class="hint" id="remember-hint">
          {t(consent.value === "telling" ? "settings.telling" : "settings.remember_hint")}
        </p>
      </div>
      <div>
        <label class="checkbox">
          <input
            type="checkbox"
            data-testid="for-you-wanted"
            aria-describedby="for-you-hint"
            checked={forYou.value}
            onChange={(event) => {
              forYou.value = event.currentTarget.checked;
              writePreference("for_you", forYou.value ? "on" : "off");
              dispatchEvent(new Event("showfloor:for-you"));
            }}
          />
          <span>{t("settings.for_you")}</span>
        </label>
        <p class="hint" id="for-you-hint">
          {t("settings.for_you_hint")}
        </p>
      </div>
      {show.value && identity.value && <MailForm show={show.value.id} token={identity.value.token} />}
      <fieldset class="field settings-data">
        <legend class="field-label">{t("settings.data")}</legend>
        <p class="hint" id="data-hint">
          {t(erasing.value ? "settings.erase_hint" : "settings.data_hint")}
        </p>
        <div class="settings-name">
          <Button look="quiet" data-testid="own-data" onClick={() => void fetchOwnData()}>
            {t("settings.data_fetch")}
          </Button>
          <Button
            look={erasing.value ? "danger" : "quiet"}
            disabled={erasing.value === "sending"}
            data-testid="erase"
            aria-describedby="data-hint"
            onClick={() => {
              if (erasing.value) void erase();
              else erasing.value = "asked";
            }}
          >
            {t(erasing.value ? "settings.erase_sure" : "settings.erase")}
          </Button>
        </div>
      </fieldset>
      <div class="field">
        {leaving.value && (
          <p class="hint" id="leave-hint">
            {t("settings.leave_hint")}
          </p>
        )}
        <Button
          look={leaving.value ? "danger" : "quiet"}
          disabled={leaving.value === "sending"}
          data-testid="leave"
          aria-describedby={leaving.value ? "leave-hint" : undefined}
          onClick={() => {
            if (leaving.value) void leave();
            else leaving.value = "asked";
          }}
        >
          {t(leaving.value ? "settings.leave_sure" : "settings.leave")}
        </Button>
      </div>
    </Dialog>
  );
}
