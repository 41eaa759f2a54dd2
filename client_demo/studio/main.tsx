import { render } from "preact";
import "../shared/base.css";
import "../shared/staff/staff.css";
import "./studio.css";
import { startSession } from "../shared/staff/session";
import { followChannel } from "./channel";
import { Shell } from "./shell";

startSession();
followChannel();
const root = document.getElementById("page");
if (root) render(<Shell />, root);
