import type { Area } from "../areas";

export const area: Area = {
  name: "orders",
  sign: "out",
  rank: 4.5,
  roles: ["host", "admin"],
  routes: [
    { path: "/studio/orders", page: () => import("./orders_page") },
    { path: "/studio/orders/:order", page: () => import("./order_page") },
  ],
};
