import type { Area } from "../areas";

export const area: Area = {
  name: "payments",
  sign: "payments",
  rank: 4.6,
  roles: ["admin"],
  routes: [{ path: "/studio/payments", page: () => import("./payments_page") }],
};
