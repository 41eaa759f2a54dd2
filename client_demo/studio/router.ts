// Where in the studio the person is.
import { placesUnder } from "../shared/pages/places";

export const ROOT = "/studio";
export const places = placesUnder(ROOT);
export const { here, go, replace: stay } = places;
