import { render } from "preact";
import "../shared/base.css";
import "./viewer.css";
import { firstTexts } from "../shared/i18n";
import { followLateParts } from "./late";
import { followMine } from "./me";
import { Page } from "./page";
import { followQuestions } from "./questions/list";
import { arrive } from "./session";

followMine();
followQuestions();
followLateParts();
void arrive();

await firstTexts({ en: () => import("virtual:texts/viewer_en"), ja: () => import("virtual:texts/viewer_ja") });

const place = document.getElementById("page");
// What the server wrote for the first moment gives way to the page, in the same frame.
place?.replaceChildren();
if (place) render(<Page />, place);
