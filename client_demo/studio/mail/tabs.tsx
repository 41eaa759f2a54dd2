import { Tabs as Shown } from "../tabs";
import { MAIL, t } from "./mail";
import "./mail.css";

const PLACES = [
  ["shows", MAIL],
  ["sender", `${MAIL}/sender`],
  ["words.en", `${MAIL}/words/en`],
  ["words.ja", `${MAIL}/words/ja`],
  ["messages", `${MAIL}/messages`],
  ["stopped", `${MAIL}/stopped`],
] as const;

export type Tab = (typeof PLACES)[number][0];

/** Between the pages of the area. */
export function Tabs({ here }: { here: Tab }) {
  const tabs = PLACES.map(([name, to]) => ({
    name,
    to,
    label: t(`tab.${name}`),
    testid: `mail-tab-${name.replace(".", "-")}`,
  }));
  return <Shown label={t("tabs")} here={here} tabs={tabs} />;
}
