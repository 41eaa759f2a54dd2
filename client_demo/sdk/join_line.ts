import type { Bearer } from "./bearer";
import type { Resting } from "./resting";
import type { RoomState } from "./state";

/** The command that joins a show: as whom, from where on in its journal, and whether only the pulse is wanted. */
export function joinLine(id: number, show: string, bearer: Bearer, state: RoomState | null, resting: Resting) {
  return {
    id,
    type: "join",
    show,
    ...bearer.fields,
    ...(state && { position: state.position }),
    ...(resting.pulseOnly && { pulse_only: true }),
  };
}
