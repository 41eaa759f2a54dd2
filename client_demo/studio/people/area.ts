import type { Area } from "../areas";

export const area: Area = {
  name: "people",
  sign: "people",
  rank: 3,
  roles: ["admin"],
  routes: [
    { path: "/studio/people", page: () => import("./people_page") },
    { path: "/studio/people/invite", page: () => import("./invite_page") },
    { path: "/studio/people/:id", page: () => import("./person_page") },
  ],
};
