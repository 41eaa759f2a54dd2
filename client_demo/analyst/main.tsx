import { render } from "preact";
import "../shared/base.css";
import "../shared/staff/staff.css";
import "./analyst.css";
import "./print.css";
import { startSession } from "../shared/staff/session";
import { Shell } from "./shell";

startSession();
const root = document.getElementById("page");
if (root) render(<Shell />, root);
