// One key for each action. Single keys can be switched off (WCAG 2.1.4), and never act while something is being written.

import { signal } from "@preact/signals";
import { isEscape, ofInputMethod } from "../shared/input_method";
import { readPreference, writePreference } from "../shared/preference";
import { answerLive, approve, askAboutShow, begin, hold, restore, toggleProduct, toggleQuestion } from "./actions";
import { isDeaf, isWriting, watchWriting } from "./deafness";
import { undoable } from "./deeds";
import { chooseTab, current, letInNow, places, step } from "./desk";
import { finding } from "./filter";
import { waits } from "./held";
import { dropPicked, pickAlong, picked, togglePick } from "./picking";
import { TABS } from "./queue";
import { canDeal, deal, dealt, HOST_KEYS } from "./stages";
import { arrivalKey, dismissing, focusOn, keysShown, mergeKey, onStage, sanctionable, sanctioning } from "./surface";

export const keysOn = signal(readPreference("keys") !== "off");

export function switchKeys(on: boolean): void {
  keysOn.value = on;
  writePreference("keys", on ? "on" : "off");
}

/** The actions that have a key, in the order of the list that the page shows. */
export const KEYS = [
  ["next", "J"],
  ["previous", "K"],
  ["let_in", "N"],
  ["approve", "A"],
  ["answer_live", "L"],
  ["begin", "V"],
  ["answer_text", "T"],
  ["private", "Ctrl + Shift + ⏎"],
  ["hold", "H"],
  ["dismiss", "D"],
  ["sanction", "B"],
  ["restore", "R"],
  ["pin", "P"],
  ["label", "Y"],
  ["merge", "G"],
  ["undo", "Z"],
  ["find", "/"],
  ["pick", "X"],
  ["pick_along", "Shift + J / K"],
  ["tabs", "1 – 4"],
  ["host", "5 – 9"],
  ["product", "Shift + 1 – 9"],
  ["announce", "M"],
  ["stage", "S"],
  ["show", "E"],
  ["arrival", "O"],
  ["help", "?"],
] as const;

/** Does what belongs to the key and returns whether there was anything to do. */
function act(key: string, event: KeyboardEvent): boolean {
  const digit = /^Digit([1-9])$/.exec(event.code)?.[1];
  if (digit) return actOnDigit(Number(digit), event.shiftKey);
  const row = current.value;
  const question = row?.standing === "here" ? row.question : null;
  const deed = undoable.value;
  switch (key) {
    case "j":
    case "arrowdown":
      return done(() => (event.shiftKey ? pickAlong(1) : step(1)));
    case "k":
    case "arrowup":
      return done(() => (event.shiftKey ? pickAlong(-1) : step(-1)));
    case "n":
      return done(letInNow);
    case "z":
      return deed?.undo ? done(deed.undo) : false;
    case "m":
      return done(() => focusOn("announce"));
    case "s":
      return done(() => {
        onStage.value = true;
      });
    case "o":
      return arrivalKey.value?.() ?? false;
    case "e":
      return done(() => {
        askAboutShow();
      });
    case "/":
      return done(() => {
        finding.value = true;
        focusOn("find");
      });
    case "?":
      return done(() => {
        keysShown.value = true;
      });
    default:
      return question ? actOnQuestion(key, question) : false;
  }
}

function actOnQuestion(key: string, question: NonNullable<typeof current.value>["question"]): boolean {
  const { state, id } = question;
  if (key === "a" && waits(question)) return done(() => approve(question));
  const toAnswer = state === "open" || state === "answering";
  if (key === "v" && state === "open") return done(() => begin(question));
  if (key === "h" && state === "open") return done(() => hold(question));
  if (key === "y") return done(() => focusOn("label"));
  if (key === "g") return done(() => mergeKey.value?.(question));
  if (key === "x") return done(() => togglePick(id));
  if (key === "l" && toAnswer) return done(() => answerLive(question));
  if (key === "t" && toAnswer) return done(() => focusOn("answer"));
  if (key === "r" && (state === "answered" || state === "dismissed")) return done(() => restore(question));
  if (key === "p" && (toAnswer || state === "answered")) {
    return done(() => toggleQuestion(id));
  }
  if (key === "b" && !question.role) {
    return done(() => {
      sanctioning.value = sanctionable(question);
    });
  }
  if (key === "d" && state !== "dismissed") {
    return done(() => {
      dismissing.value = question;
    });
  }
  return false;
}

function actOnDigit(n: number, shift: boolean): boolean {
  const place = places.value[n - 1];
  if (shift && place) return place.gone ? false : done(() => toggleProduct(place.product.id));
  const chosen = TABS[n - 1];
  if (!shift && chosen) return done(() => chooseTab(chosen));
  const stage = shift ? undefined : dealt.value[HOST_KEYS.indexOf(n)];
  const row = current.value;
  if (!stage || row?.standing !== "here" || !canDeal(row.question)) return false;
  return done(() => deal(row.question, stage));
}

function done(what: () => void): true {
  what();
  return true;
}

/** Whether the key belongs to the control that has the focus, such as an arrow in a row of tabs. */
function isTaken(event: KeyboardEvent): boolean {
  const inTabs = event.target instanceof HTMLElement && event.target.matches("[role=tab]");
  return inTabs && event.key.startsWith("Arrow");
}

/** The keys that may be held down. */
const STEPS = new Set(["j", "k", "arrowdown", "arrowup"]);

export function listenToKeys(): () => void {
  const hear = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || ofInputMethod(event)) return;
    if (isWriting(event.target) || isTaken(event) || document.querySelector("dialog[open]")) return;
    if (!keysOn.value && event.key !== "?") return;
    if (isDeaf()) return;
    if (event.repeat && !STEPS.has(event.key.toLowerCase())) return;
    if (isEscape(event) && picked.value.size > 0) dropPicked();
    else if (act(event.key.toLowerCase(), event)) event.preventDefault();
  };
  const stopWatching = watchWriting();
  document.addEventListener("keydown", hear);
  return () => {
    stopWatching();
    document.removeEventListener("keydown", hear);
  };
}
