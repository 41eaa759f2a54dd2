import { linkWithin } from "../shared/pages/link";
import { places } from "./router";

export const Link = linkWithin(places);
