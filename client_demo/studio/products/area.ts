import type { Area } from "../areas";

export const area: Area = {
  name: "products",
  sign: "products",
  rank: 2,
  primary: true,
  roles: ["host", "admin"],
  routes: [
    { path: "/studio/products", page: () => import("./products_page") },
    { path: "/studio/products/new", page: () => import("./product_page") },
    { path: "/studio/products/:id", page: () => import("./product_page") },
  ],
};
