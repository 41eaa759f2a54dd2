// Rows that are put in order by drag. Every such list has buttons that do the same: no finger and no key drags here.
import { type Signal, useSignal } from "@preact/signals";

/** Of no text and no file: what is dragged can be dropped on rows alone, never into a field. */
const KIND = "application/x-showfloor-row";

/** What a row needs to be taken hold of (`hold`, on an element without fields in it, which no drag could begin in), and to be dropped on (`place`). */
export interface Dragging {
  hold: (at: number) => {
    draggable: boolean;
    onDragStart: (event: DragEvent) => void;
    onDragEnd: () => void;
  };
  place: (at: number) => {
    "data-over": boolean;
    onDragOver: (event: DragEvent) => void;
    onDrop: (event: DragEvent) => void;
  };
}

/** Calls `move` with the places of the row that was dragged and of the one that it was dropped on, within this list alone. */
export function useDragging(move: (from: number, to: number) => void, disabled = false): Dragging {
  const dragged: Signal<number | null> = useSignal(null);
  const over: Signal<number | null> = useSignal(null);
  const end = (): void => {
    dragged.value = null;
    over.value = null;
  };
  return {
    hold: (at) => ({
      draggable: !disabled,
      onDragStart: ({ currentTarget, dataTransfer, clientX, clientY }) => {
        if (!dataTransfer) return;
        dragged.value = at;
        dataTransfer.setData(KIND, "");
        dataTransfer.effectAllowed = "move";
        const row = (currentTarget as HTMLElement).closest("li");
        const box = row?.getBoundingClientRect();
        if (row && box) dataTransfer.setDragImage(row, clientX - box.x, clientY - box.y);
      },
      onDragEnd: end,
    }),
    place: (at) => ({
      "data-over": over.value === at && dragged.value !== at,
      onDragOver: (event) => {
        if (dragged.value === null) return;
        event.preventDefault();
        over.value = at;
      },
      onDrop: (event) => {
        if (dragged.value === null) return;
        event.preventDefault();
        event.stopPropagation();
        move(dragged.value, at);
        end();
      },
    }),
  };
}
