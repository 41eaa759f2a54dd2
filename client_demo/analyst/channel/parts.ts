import { computed } from "@preact/signals";
import { here } from "../address";

/** Into what parts viewers can be told apart. */
export const PARTS = ["returning", "source", "product", "device", "segment", "mode"] as const;

/** The parts that the address asks for. */
export const part = computed(() => PARTS.find((each) => each === here.value.query.get("part")) ?? "returning");
