// The page of an error is whole without this script; it only follows the person's own choice of light or dark, and of language.
import "../shared/base.css";
import "./error.css";
import "../shared/theme";
import { readPreference } from "../shared/preference";

const wish = readPreference("language");
const here = new URL(location.href);
if (
  (wish === "en" || wish === "ja") &&
  wish !== document.querySelector<HTMLElement>(".error-words")?.lang &&
  !here.searchParams.has("lang")
) {
  here.searchParams.set("lang", wish);
  location.replace(here);
}
