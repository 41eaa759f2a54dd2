import type { Area } from "../areas";

export const area: Area = { name: "compare", rank: 30, routes: [{ path: "/analyst/compare", page: () => import("./page") }] };
