import type { Area } from "../areas";

export const area: Area = {
  name: "shows",
  rank: 20,
  routes: [
    { path: "/analyst/shows", page: () => import("./page") },
    { path: "/analyst/shows/:show", page: () => import("../show/page") },
  ],
};
