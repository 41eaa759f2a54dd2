import { createTranslator } from "../shared/i18n";
import type en from "../shared/locales/host_comments.en.json";

export const t = createTranslator<typeof en>("host_comments");
