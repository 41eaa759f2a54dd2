import type { Area } from "../areas";

/** Who takes the orders: for admins alone, while hosts too see what was ordered. */
export const area: Area = {
  name: "order_taking",
  sign: "out",
  rank: null,
  roles: ["admin"],
  routes: [{ path: "/studio/orders/taking", page: () => import("./order_taking_page") }],
};
