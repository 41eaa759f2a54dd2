import { createTranslator } from "../shared/i18n";
import sharedEn from "../shared/locales/shared.en.json";
import sharedJa from "../shared/locales/shared.ja.json";
import en from "../shared/locales/viewer.en.json";
import ja from "../shared/locales/viewer.ja.json";
import lateEn from "../shared/locales/viewer_late.en.json";
import lateJa from "../shared/locales/viewer_late.ja.json";

/** The texts of what is loaded after the start; the rest of the page never needs them. */
export const t = createTranslator({ ...sharedEn, ...en, ...lateEn }, { ...sharedJa, ...ja, ...lateJa });
