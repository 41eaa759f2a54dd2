import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { followCompositions, isComposing, isEnter, isEscape, ofInputMethod } from "../shared/input_method";

const ENTER = { key: "Enter", isComposing: false, keyCode: 13 };
const ESCAPE = { key: "Escape", isComposing: false, keyCode: 27 };

let page: EventTarget;
let unfollow: () => void;
const say = (type: string): boolean => page.dispatchEvent(new Event(type));

beforeEach(() => {
  vi.useFakeTimers();
  page = new EventTarget();
  unfollow = followCompositions(page);
});

afterEach(() => {
  vi.runAllTimers();
  unfollow();
  vi.useRealTimers();
});

describe("the Enter that ends a composition is the input method's", () => {
  it("where it comes before the end, as in Chrome and Firefox", () => {
    say("compositionstart");
    expect(isEnter({ key: "Enter", isComposing: true, keyCode: 229 })).toBe(false);
    say("compositionend");
    vi.runAllTimers();
    expect(isEnter({ ...ENTER })).toBe(true);
  });

  it("where it comes after the end as 229, as in Safari", () => {
    say("compositionstart");
    say("compositionend");
    expect(isEnter({ key: "Enter", isComposing: false, keyCode: 229 })).toBe(false);
    expect(isEnter({ ...ENTER })).toBe(true);
  });

  it("where it comes right after the end as an ordinary key", () => {
    say("compositionstart");
    say("compositionend");
    const first = { ...ENTER };
    expect(isEnter(first)).toBe(false);
    expect(isEnter(first)).toBe(false);
    expect(isEnter({ ...ENTER })).toBe(true);
  });

  it("where every key is 229, as on Android", () => {
    expect(ofInputMethod({ key: "Unidentified", isComposing: false, keyCode: 229 })).toBe(true);
    expect(isEnter({ ...ENTER })).toBe(true);
  });
});

it("Escape out of a composition closes nothing", () => {
  say("compositionstart");
  expect(isComposing()).toBe(true);
  say("compositionend");
  expect(isComposing()).toBe(true);
  expect(isEscape({ key: "Escape", isComposing: false, keyCode: 229 })).toBe(false);
  vi.runAllTimers();
  expect(isComposing()).toBe(false);
  expect(isEscape({ ...ESCAPE })).toBe(true);
});

it("letters typed right after a composition are letters", () => {
  say("compositionstart");
  say("compositionend");
  expect(ofInputMethod({ key: "l", isComposing: false, keyCode: 76 })).toBe(false);
});
