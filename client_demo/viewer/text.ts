import { RefusedError } from "../sdk";
import { createTranslator } from "../shared/i18n";
import type sharedEn from "../shared/locales/shared.en.json";
import type en from "../shared/locales/viewer.en.json";
import { t as lateText } from "./late_text";

export const t = createTranslator<typeof sharedEn & typeof en>("viewer", "shared");

/** What a person reads when something was refused: by the code, never by the server's developer text. */
export function refusalText(error: unknown): string {
  const code = error instanceof RefusedError ? error.code : "unknown";
  return lateText.maybe(`error.${code}`) ?? t("error.unknown");
}
