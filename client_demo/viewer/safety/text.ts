import { createTranslator } from "../../shared/i18n";
import type sharedEn from "../../shared/locales/shared.en.json";
import type en from "../../shared/locales/viewer_safety.en.json";

export const t = createTranslator<typeof sharedEn & typeof en>("viewer_safety", "shared");
