import { render } from "preact";
import "../shared/base.css";
import "./viewer.css";
import { followMine } from "./me";
import { Page } from "./page";
import { arrive } from "./session";

followMine();
void arrive();

const place = document.getElementById("page");
if (place) render(<Page />, place);
