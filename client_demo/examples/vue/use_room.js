import { Room } from "@showfloor/sdk";
import { onMounted, onUnmounted, shallowRef } from "vue";

/** Returns the room and its view, a reference that changes with it; the room is left when the component goes. */
export function useRoom(url, show) {
  const room = new Room({ url, show });
  const view = shallowRef(room.view);
  const end = room.subscribe((next) => {
    view.value = next;
  });
  onMounted(() => room.start());
  onUnmounted(() => {
    end();
    room.stop();
  });
  return { room, view };
}
