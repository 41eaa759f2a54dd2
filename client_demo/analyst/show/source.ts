import { moment, t, zoneName } from "../text";

interface Sourced {
  definition_version: number;
  as_of: string;
  provisional: boolean;
  show: { title: string };
}

/** Where numbers are from, for a picture that travels alone: the show, as of when, by which definitions, and whether they may still change. */
export function sourceLine({ show, as_of, definition_version, provisional }: Sourced, compared?: string): string {
  const line = t("source", { show: show.title, at: `${moment(as_of)} ${zoneName(as_of)}`, version: definition_version });
  return [line, provisional ? t("source.provisional") : "", compared ? t("source.compared", { show: compared }) : ""]
    .filter(Boolean)
    .join(" ");
}
