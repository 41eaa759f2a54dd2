import { RefusedError } from "../sdk";
import { createTranslator } from "../shared/i18n";
import sharedEn from "../shared/locales/shared.en.json";
import sharedJa from "../shared/locales/shared.ja.json";
import en from "../shared/locales/viewer.en.json";
import ja from "../shared/locales/viewer.ja.json";

export const t = createTranslator({ ...sharedEn, ...en }, { ...sharedJa, ...ja });

/** What a person reads when something was refused: by the code, never by the server's developer text. */
export function refusalText(error: unknown): string {
  const code = error instanceof RefusedError ? error.code : "unknown";
  return t.maybe(`error.${code}`) ?? t("error.unknown");
}
