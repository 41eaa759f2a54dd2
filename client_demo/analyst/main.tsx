import { render } from "preact";
import "../shared/base.css";
import "../shared/staff/staff.css";
import "./analyst.css";
import "./print.css";
import { firstTexts } from "../shared/i18n";
import { startSession } from "../shared/staff/session";
import { Shell } from "./shell";

startSession();
await firstTexts({ en: () => import("virtual:texts/analyst_en"), ja: () => import("virtual:texts/analyst_ja") });
const root = document.getElementById("page");
if (root) render(<Shell />, root);
