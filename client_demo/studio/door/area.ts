import type { Area } from "../areas";

/** The pages of links, for people who are not signed in yet. */
export const area: Area = {
  name: "door",
  sign: "people",
  rank: null,
  roles: "everybody",
  routes: [
    { path: "/studio/welcome", page: () => import("./welcome_page") },
    { path: "/studio/join", page: () => import("./join_page") },
  ],
};
