// The shows that are held as one with this one: who sells beside it, and where people talk when this one is held in another.
import { computed } from "@preact/signals";
import { show } from "../session";

const joint = computed(() => show.value?.joint ?? null);

/** What other channels sell beside this show, where it is the one that people talk in. */
export const counters = computed(() => {
  const here = show.value?.id;
  return joint.value?.leading === here ? (joint.value?.shows ?? []).filter((each) => each.show !== here) : [];
});

/** The show that people talk in, where it is another one than this. */
export const talkedIn = computed(() => {
  const { leading, shows } = joint.value ?? {};
  return leading && leading !== show.value?.id ? (shows?.find((each) => each.show === leading) ?? null) : null;
});
