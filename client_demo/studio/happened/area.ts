import type { Area } from "../areas";

export const area: Area = {
  name: "happened",
  sign: "clock",
  rank: 6.5,
  roles: ["admin"],
  routes: [{ path: "/studio/happened", page: () => import("./happened_page") }],
};
