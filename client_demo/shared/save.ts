/** Hands a file to the person. */
export function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Hands a value to the person as a file of JSON that they can read. */
export function saveJson(value: object, name: string): void {
  save(new Blob([JSON.stringify(value, null, 2)], { type: "application/json" }), name);
}
