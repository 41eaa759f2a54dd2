import type { Area } from "../areas";

export const area: Area = {
  name: "vouchers",
  sign: "vouchers",
  rank: 4.7,
  roles: ["host", "admin"],
  routes: [
    { path: "/studio/vouchers", page: () => import("./vouchers_page") },
    { path: "/studio/vouchers/new", page: () => import("./voucher_page") },
    { path: "/studio/vouchers/:id", page: () => import("./voucher_page") },
  ],
};
