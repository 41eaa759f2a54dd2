import type { Area } from "../areas";

export const area: Area = {
  name: "screening",
  sign: "screening",
  rank: 4.8,
  roles: ["admin"],
  routes: [{ path: "/studio/screening", page: () => import("./screening_page") }],
};
