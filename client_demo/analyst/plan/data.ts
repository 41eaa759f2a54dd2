import type { Due, Targets } from "../../shared/plan/told";
import { pathOf } from "../../shared/plan/told";
import { here, place } from "../address";
import { keepFetched } from "../load";

const LIVE_AGAIN_MS = 15_000;
const DUE_AGAIN_MS = 60_000;

/** The targets of the show whose report is open. */
export const targetsOf = keepFetched<Targets>(
  () => (place.value.show ? pathOf(place.value.show, "targets") : null),
  (value) => (value.provisional ? LIVE_AGAIN_MS : null),
);

/** What is due in the channel, while its page is open. */
export const due = keepFetched<Due>(
  () => (here.value.path === "/analyst" ? "/channel/due" : null),
  () => DUE_AGAIN_MS,
);
