import { expect, test } from "vitest";
import { pictureOf } from "../../shared/ui/picture_address";
import { added, moved, restored } from "../../studio/pictures/order";

const LIST = ["a", "b", "c"];
const OURS = `/pictures/${"0123456789".repeat(4)}-640.webp`;

test.each([
  [0, 2, "bca"],
  [2, 0, "cab"],
  [1, 1, "abc"],
  [0, 9, "bca"],
  [2, -1, "cab"],
  [5, 0, "abc"],
])("the picture at %i put at %i gives %s", (from, to, wanted) => {
  expect(moved(LIST, from, to).join("")).toBe(wanted);
});

test("what was taken away comes back where it was, once", () => {
  expect(restored(["a", "c"], "b", 1)).toEqual(LIST);
  expect(restored(LIST, "b", 0)).toEqual(LIST);
  expect(restored([], "b", 7)).toEqual(["b"]);
});

test("no picture is there twice, nor more than there is room for", () => {
  expect(added(["a"], ["a", "b", "b", "c", "d"], 3)).toEqual(LIST);
});

test("a picture of ours has three widths, and any other is as it is", () => {
  expect(pictureOf(OURS, 80)).toEqual({
    src: OURS,
    srcset: [320, 640, 1280].map((width) => `${OURS.replace("640", String(width))} ${width}w`).join(", "),
    sizes: "80px",
  });
  expect(pictureOf(`https://show.example${OURS}`).srcset).toContain(`https://show.example${OURS.replace("640", "1280")} 1280w`);
  for (const other of ["", "/media/apron.jpg", "https://cdn.example/a-640.webp", OURS.replace("640", "320")]) {
    expect(pictureOf(other, 80)).toEqual({ src: other });
  }
});
