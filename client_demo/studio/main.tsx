import { render } from "preact";
import "../shared/base.css";
import "../shared/staff/staff.css";
import "./studio.css";
import { firstTexts } from "../shared/i18n";
import { startSession } from "../shared/staff/session";
import { followChannel } from "./channel";
import { Shell } from "./shell";

startSession();
followChannel();
await firstTexts({ en: () => import("virtual:texts/studio_en"), ja: () => import("virtual:texts/studio_ja") });
const root = document.getElementById("page");
if (root) render(<Shell />, root);
