import { useLayoutEffect } from "preact/hooks";
import { t } from "../channel/text";
import { Sheet } from "../sheet";
import { Entry } from "./entry";
import { GLOSSARY } from "./keys.generated";
import { nameOf } from "./text";

const GROUPS = Object.keys(GLOSSARY) as (keyof typeof GLOSSARY)[];

/** All figures, what they mean and what they are mistaken for; `#KEY` leads to one. */
export default function DefinitionsPage() {
  useLayoutEffect(() => {
    if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  }, []);
  return (
    <Sheet testid="definitions-page" title={t("definitions.title")}>
      <header>
        <h1 class="list-title">{t("definitions.title")}</h1>
        <p class="hint">{t("definitions.lead")}</p>
        <p class="hint">{t("definitions.letters")}</p>
      </header>
      {GROUPS.map((group) => (
        <section key={group} class="card terms" aria-labelledby={`group-${group}`}>
          <h2 id={`group-${group}`}>{t(`group.${group}`)}</h2>
          {GLOSSARY[group].map((key) => (
            <section key={key} id={key} class="term" aria-labelledby={`term-${key}`} data-testid={`term-${key}`}>
              <h3 id={`term-${key}`}>{nameOf(key)}</h3>
              <Entry of={key} />
            </section>
          ))}
        </section>
      ))}
    </Sheet>
  );
}
