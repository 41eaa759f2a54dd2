import { createTranslator } from "../../shared/i18n";
import type en from "../../shared/locales/analyst_channel.en.json";

export const t = createTranslator<typeof en>("analyst_channel");
