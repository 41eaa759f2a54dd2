import { render } from "preact";
import "../shared/base.css";
import { createTranslator } from "../shared/i18n";
import en from "../shared/locales/host.en.json";
import ja from "../shared/locales/host.ja.json";
import { LanguageSwitch, ThemeSwitch } from "../shared/ui/switches";

const t = createTranslator(en, ja);

function Page() {
  return (
    <main>
      <h1>{t("page.title")}</h1>
      <LanguageSwitch />
      <ThemeSwitch />
    </main>
  );
}

const place = document.getElementById("page");
if (place) render(<Page />, place);
