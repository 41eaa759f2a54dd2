import type { Area } from "../areas";

export const area: Area = { name: "map", rank: 60, routes: [{ path: "/analyst/map", page: () => import("./page") }] };
