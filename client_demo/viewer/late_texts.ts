import { type Pack, withTexts } from "../shared/i18n";

const texts: Pack = { en: () => import("virtual:texts/viewer_late_en"), ja: () => import("virtual:texts/viewer_late_ja") };

/** A part of the page that is loaded after its start, with the texts of all such parts. */
export function withLateTexts<T>(part: Promise<T>): Promise<T> {
  return withTexts(part, texts);
}
