import type { Area } from "../areas";

export const area: Area = {
  name: "home",
  sign: "home",
  rank: 0,
  primary: true,
  roles: ["admin", "host"],
  routes: [{ path: "/studio", page: () => import("./home_page") }],
};
