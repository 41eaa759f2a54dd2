// Files that are dropped. Every such place has a button that does the same.
import { type Signal, useSignal } from "@preact/signals";

export interface Dropping {
  /** Whether files are held over the place. */
  over: Signal<boolean>;
  place: {
    onDragOver: (event: DragEvent) => void;
    onDragLeave: () => void;
    onDrop: (event: DragEvent) => void;
  };
}

/** Calls `take` with the files, of which there is one at least; while `disabled` they are not taken. */
export function useDropping(take: (files: FileList) => void, disabled = false): Dropping {
  const over = useSignal(false);
  return {
    over,
    place: {
      onDragOver: (event) => {
        if (disabled || !event.dataTransfer?.types.includes("Files")) return;
        event.preventDefault();
        over.value = true;
      },
      onDragLeave: () => {
        over.value = false;
      },
      onDrop: (event) => {
        over.value = false;
        const files = event.dataTransfer?.files;
        if (disabled || !files?.length) return;
        event.preventDefault();
        take(files);
      },
    },
  };
}
