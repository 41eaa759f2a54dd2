// The order of pictures. Pure.

/** The list with the item at `from` put at `to`, which is kept within the list. */
export function moved<T>(list: readonly T[], from: number, to: number): readonly T[] {
  const item = list[from];
  if (item === undefined) return list;
  const rest = [...list.slice(0, from), ...list.slice(from + 1)];
  const place = Math.max(0, Math.min(to, rest.length));
  return place === from ? list : [...rest.slice(0, place), item, ...rest.slice(place)];
}

/** The list with `item` where it was before it was taken away; unchanged where it is there again. */
export function restored<T>(list: readonly T[], item: T, at: number): readonly T[] {
  return list.includes(item) ? list : [...list.slice(0, at), item, ...list.slice(at)];
}

/** The list with those added that are not in it, as long as there is room. */
export function added<T>(list: readonly T[], items: readonly T[], most: number): readonly T[] {
  return [...list, ...items.filter((item, i) => !list.includes(item) && items.indexOf(item) === i)].slice(0, most);
}
