import { byId } from "../shared/place";

const shell = byId("page");

/** What the server wrote into the page for the moment before the show is joined; read once, before the page is drawn. */
export const served = {
  title: shell?.querySelector("[data-served-title] h1")?.textContent ?? "",
  poster: shell?.querySelector("img")?.getAttribute("src") ?? "",
};
