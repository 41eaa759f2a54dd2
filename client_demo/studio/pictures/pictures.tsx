import { useSignal } from "@preact/signals";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { Button } from "../../shared/ui/button";
import { pictureOf } from "../../shared/ui/picture_address";
import { useDragging } from "../dragging";
import { useDropping } from "../dropping";
import { Sign } from "../sign";
import { offerUndo } from "../undo";
import { added, moved, restored } from "./order";
import "./pictures.css";
import { Sending, type Sent } from "./sending";
import { t } from "./text";

/** As the server takes. */
const ALT_MOST = 512;
const KINDS = "image/jpeg,image/png,image/webp,image/avif";

interface PicturesProps {
  /** Addresses, the first of which is the cover. */
  value: readonly string[];
  onChange: (next: readonly string[]) => void;
  /** What the pictures are of, for those who hear the page. */
  label: string;
  most?: number;
  disabled?: boolean;
  testid?: string;
  /** By address what a picture shows, for who does not see it; with `onAlts` each has a field for it. */
  alts?: Readonly<Record<string, string>>;
  onAlts?: (next: Readonly<Record<string, string>>) => void;
}

/** Pictures to be chosen, dropped or pasted, put in order by drag or by buttons, and taken away with a way back. */
export function Pictures(props: PicturesProps) {
  const { value, onChange, label, most = 12, disabled = false, testid = "pictures", alts = {}, onAlts } = props;
  const sending = useMemo(() => new Sending(), []);
  const box = useRef<HTMLDivElement>(null);
  const said = useSignal("");
  const focus = useRef<string | null>(null);
  // What arrives later is put behind what is there by then.
  const now = useRef({ value, onChange });
  now.current = { value, onChange };

  useLayoutEffect(() => {
    if (!focus.current) return;
    box.current?.querySelector<HTMLElement>(focus.current)?.focus();
    focus.current = null;
  });

  const set = (next: readonly string[]): void => {
    now.current.value = next;
    now.current.onChange(next);
  };
  const send = (files: Iterable<File>): void => {
    const taken = [...files].filter((file) => file.type.startsWith("image/") || !file.type);
    const room = most - now.current.value.length - sending.files.peek().filter((each) => each.state !== "failed").length;
    sending.send(taken.slice(0, Math.max(0, room)), (address) => set(added(now.current.value, [address], most)));
    if (taken.length > room) said.value = t.count("full", most);
  };
  const move = (from: number, to: number, button: "earlier" | "later"): void => {
    const next = moved(value, from, to);
    const last = button === "earlier" ? to === 0 : to === value.length - 1;
    focus.current = `[data-place="${to}"] [data-do="${last ? (button === "earlier" ? "later" : "earlier") : button}"]`;
    said.value = t("moved", { n: to + 1, all: value.length });
    set(next);
  };
  const dropping = useDropping(send, disabled);
  const dragging = useDragging((from, to) => {
    said.value = t("moved", { n: to + 1, all: value.length });
    set(moved(value, from, to));
  }, disabled);
  const remove = (at: number): void => {
    const address = value[at];
    if (address === undefined) return;
    focus.current = value.length > 1 ? `[data-place="${Math.min(at, value.length - 2)}"] [data-do="remove"]` : "[data-do=choose]";
    set(value.filter((_, i) => i !== at));
    offerUndo(t("removed"), () => set(restored(now.current.value, address, at)));
  };

  const full = value.length >= most;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be a place to drop on in every browser
    <div
      ref={box}
      role="group"
      aria-label={label}
      class={dropping.over.value ? "pictures pictures-over" : "pictures"}
      data-testid={testid}
      onPaste={(event) => {
        const files = event.clipboardData?.files;
        if (disabled || !files?.length) return;
        event.preventDefault();
        send(files);
      }}
      {...dropping.place}
    >
      {value.length > 0 && (
        <ol class="pictures-list">
          {value.map((address, place) => (
            <li key={address} class="pictures-one" data-place={place} data-testid="picture" {...dragging.place(place)}>
              <img
                {...pictureOf(address, 160)}
                alt={alts[address] || t("picture", { n: place + 1, all: value.length })}
                width={160}
                height={160}
                {...dragging.hold(place)}
              />
              {place === 0 && most > 1 && <span class="badge badge-accent pictures-cover">{t("cover")}</span>}
              <span class="pictures-actions">
                {most > 1 && (
                  <>
                    <Button
                      size="icon"
                      look="quiet"
                      data-do="earlier"
                      data-testid="picture-earlier"
                      disabled={disabled || place === 0}
                      aria-label={t("earlier", { n: place + 1 })}
                      onClick={() => move(place, place - 1, "earlier")}
                    >
                      <Sign name="back" />
                    </Button>
                    <Button
                      size="icon"
                      look="quiet"
                      class="pictures-later"
                      data-do="later"
                      data-testid="picture-later"
                      disabled={disabled || place === value.length - 1}
                      aria-label={t("later", { n: place + 1 })}
                      onClick={() => move(place, place + 1, "later")}
                    >
                      <Sign name="back" />
                    </Button>
                  </>
                )}
                <Button
                  size="icon"
                  look="quiet"
                  class="pictures-remove"
                  data-do="remove"
                  data-testid="picture-remove"
                  disabled={disabled}
                  aria-label={t("remove", { n: place + 1 })}
                  onClick={() => remove(place)}
                >
                  <Sign name="add" />
                </Button>
              </span>
              {onAlts && (
                <textarea
                  class="input pictures-alt"
                  rows={2}
                  maxLength={ALT_MOST}
                  disabled={disabled}
                  aria-label={t("alt", { n: place + 1 })}
                  placeholder={t("alt.hint")}
                  data-testid="picture-alt"
                  value={alts[address] ?? ""}
                  onInput={(event) => onAlts({ ...alts, [address]: event.currentTarget.value })}
                />
              )}
            </li>
          ))}
        </ol>
      )}
      <OnTheirWay sending={sending} />
      {!full && <Choice most={most} disabled={disabled} onFiles={send} />}
      <p class="visually-hidden" role="status" data-testid="pictures-said">
        {said.value}
      </p>
    </div>
  );
}

function OnTheirWay({ sending }: { sending: Sending }) {
  const files = sending.files.value;
  if (files.length === 0) return null;
  return (
    <ul class="pictures-sending">
      {files.map((file) => (
        <li key={file.id} data-testid="picture-sending" data-state={file.state}>
          {file.state === "failed" ? <Failed file={file} sending={sending} /> : <Going file={file} />}
        </li>
      ))}
    </ul>
  );
}

function Going({ file }: { file: Sent }) {
  return (
    <label class="pictures-going">
      <span>{t(file.state === "sending" ? "sending" : "waiting", { name: file.name })}</span>
      <progress {...(file.state === "waiting" && { value: 0 })} />
    </label>
  );
}

function Failed({ file, sending }: { file: Sent; sending: Sending }) {
  return (
    <p class="notice notice-bad" role="alert">
      {t("failed", { name: file.name, why: file.why })}
      <Button
        size="icon"
        look="quiet"
        class="pictures-remove"
        aria-label={t("dismiss", { name: file.name })}
        onClick={() => sending.putAway(file.id)}
      >
        <Sign name="add" />
      </Button>
    </p>
  );
}

interface ChoiceProps {
  most: number;
  disabled: boolean;
  onFiles: (files: Iterable<File>) => void;
}

function Choice({ most, disabled, onFiles }: ChoiceProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <div class="pictures-choice">
      <input
        ref={input}
        class="visually-hidden"
        type="file"
        accept={KINDS}
        multiple={most > 1}
        tabIndex={-1}
        aria-hidden="true"
        data-testid="pictures-input"
        onChange={(event) => {
          onFiles([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = "";
        }}
      />
      <Button data-do="choose" data-testid="pictures-choose" disabled={disabled} onClick={() => input.current?.click()}>
        <Sign name="upload" />
        {t(most > 1 ? "add" : "add.one")}
      </Button>
      <p class="hint">{t("drop")}</p>
    </div>
  );
}
