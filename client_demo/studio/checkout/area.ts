import type { Area } from "../areas";

export const area: Area = {
  name: "checkout",
  sign: "checkout",
  rank: 4.55,
  roles: ["admin"],
  routes: [{ path: "/studio/checkout", page: () => import("./checkout_page") }],
};
