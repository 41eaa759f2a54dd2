import { Room } from "@showfloor/sdk";
import { useCallback, useEffect, useState, useSyncExternalStore } from "react";

/** Returns the room and its view, which is drawn anew whenever it changes; the room is left when the component goes. */
export function useRoom(url, show) {
  const [room] = useState(() => new Room({ url, show }));
  useEffect(() => {
    room.start();
    return () => room.stop();
  }, [room]);
  const subscribe = useCallback((listener) => room.subscribe(listener), [room]);
  return [room, useSyncExternalStore(subscribe, () => room.view)];
}
