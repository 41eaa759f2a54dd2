import type { Area } from "../areas";

export const area: Area = {
  name: "conduct",
  sign: "shield",
  rank: 4.85,
  roles: ["host", "admin"],
  routes: [{ path: "/studio/conduct", page: () => import("./conduct_page") }],
};
