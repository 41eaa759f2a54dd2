import type { Area } from "../areas";

export const area: Area = {
  name: "surveys",
  sign: "ask",
  rank: 3.6,
  roles: ["host", "admin"],
  routes: [{ path: "/studio/surveys", page: () => import("./surveys_page") }],
};
