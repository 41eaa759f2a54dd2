import type { Area } from "../areas";

export const area: Area = {
  name: "import",
  sign: "upload",
  rank: null,
  roles: ["host", "admin"],
  routes: [{ path: "/studio/products/import", page: () => import("./import_page") }],
};
