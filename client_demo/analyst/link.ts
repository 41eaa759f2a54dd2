import { linkWithin } from "../shared/pages/link";
import { places } from "./address";

export const Link = linkWithin(places);
