import type { Area } from "../areas";

export const area: Area = { name: "lifetime", rank: 40, routes: [{ path: "/analyst/lifetime", page: () => import("./page") }] };
