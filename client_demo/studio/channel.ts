// The channel that everything here is about. It is read before any page is drawn, so that each page knows its currency and its time zone.
import { effect, signal } from "@preact/signals";
import { session } from "../shared/staff/session";
import { type Answer, codeOf, decide, read } from "./api";

export interface Channel {
  id: string;
  name: string;
  /** ISO 4217; it never changes. */
  currency: string;
  /** An IANA name. */
  time_zone: string;
  language: "en" | "ja";
  /** Origins whose pages may have the shows in them, and those that may show them in a frame. */
  origins: string[];
  frame_ancestors: string[];
  /** Whether a new show takes guests, unless it is told otherwise. */
  guests_allowed: boolean;
  version: number;
}

/** The channel of whoever is signed in; null: not read yet. */
export const channel = signal<Channel | null>(null);
/** Why it could not be read, as a code. */
export const channelFailure = signal<string | null>(null);

/** The channel, on a page: none is drawn before it is known. */
export function theChannel(): Channel {
  const now = channel.value;
  if (!now) throw new Error("pages are drawn once the channel is known");
  return now;
}

/** Reads the channel anew and keeps it. */
export async function readChannel(): Promise<Answer<Channel>> {
  return keepChannel(await read<Channel>("/channel"));
}

/** Keeps what the server has just answered. */
export function keepChannel<A extends Answer<Channel>>(answer: A): A {
  channel.value = answer.value;
  return answer;
}

export async function loadChannel(): Promise<void> {
  channelFailure.value = null;
  try {
    await readChannel();
  } catch (error) {
    if (decide(error).act !== "sign_in") channelFailure.value = codeOf(error);
  }
}

/** Follows who is signed in; returns what ends that. */
export function followChannel(): () => void {
  let whose: string | null = null;
  return effect(() => {
    const viewer = session.value?.viewer ?? null;
    // Whoever signs out takes the pages away, which go by the channel until then.
    if (!viewer || viewer === whose) return;
    whose = viewer;
    channel.value = null;
    void loadChannel();
  });
}
