import { t as analyst, moment, zoneName } from "../text";
import type { Carried } from "./page_parts";
import { t } from "./text";

/** Where numbers are from, for a picture that travels alone. */
export function sourceOf({ channel, as_of, definition_version, provisional }: Carried): string {
  const line = t("source", { channel, at: `${moment(as_of)} ${zoneName(as_of)}`, version: definition_version });
  return provisional ? `${line} ${analyst("source.provisional")}` : line;
}
