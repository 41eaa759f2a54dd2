import type { Area } from "../areas";

export const area: Area = { name: "segments", rank: 50, routes: [{ path: "/analyst/segments", page: () => import("./page") }] };
