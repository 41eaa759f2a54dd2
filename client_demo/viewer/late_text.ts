import { createTranslator } from "../shared/i18n";
import type sharedEn from "../shared/locales/shared.en.json";
import type en from "../shared/locales/viewer.en.json";
import type lateEn from "../shared/locales/viewer_late.en.json";

/** The texts of what is loaded after the start; the rest of the page never needs them. */
export const t = createTranslator<typeof sharedEn & typeof en & typeof lateEn>("viewer_late", "viewer", "shared");
