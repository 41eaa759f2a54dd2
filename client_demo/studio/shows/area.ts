import type { Area } from "../areas";

export const area: Area = {
  name: "shows",
  sign: "shows",
  rank: 1,
  primary: true,
  roles: ["host", "admin"],
  routes: [
    { path: "/studio/shows", page: () => import("./shows_page") },
    { path: "/studio/shows/new", page: () => import("./show_page") },
    { path: "/studio/shows/:id", page: () => import("./show_page") },
  ],
};
