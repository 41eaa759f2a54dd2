// The API pages: `/docs` is Swagger UI on `/openapi.json`, `/docs/live` draws `/asyncapi.json` itself.
import "../shared/base.css";
import "./docs.css";
import { dark } from "../shared/theme";

const page = document.getElementById("page");
if (!page) throw new Error("docs.html has a place for the page");

const path = location.pathname.replace(/\/$/, "");
for (const link of document.querySelectorAll<HTMLAnchorElement>("nav a"))
  if (link.pathname === path) link.setAttribute("aria-current", "page");
dark.subscribe((on) => document.documentElement.classList.toggle("dark-mode", on));

if (path === "/docs/live") {
  document.title = `Live socket · ${document.title}`;
  const { drawSocket } = await import("./socket");
  await drawSocket(page);
} else {
  const { drawHttp } = await import("./http");
  drawHttp(page);
}
