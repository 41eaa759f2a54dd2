import { save } from "../../shared/save";
import { token } from "../../shared/theme";

const MARGIN = 24;
const LINE = 22;

/** Saves canvases, one below the other, as one PNG under a title, with a line beneath that says where the numbers are from. */
export function savePicture(name: string, title: string, canvases: readonly HTMLCanvasElement[], source: string): void {
  const ratio = devicePixelRatio || 1;
  const width = Math.max(...canvases.map((each) => each.width)) / ratio + 2 * MARGIN;
  const height = canvases.reduce((sum, each) => sum + each.height / ratio, 0) + 2 * MARGIN + 3 * LINE;
  const sheet = document.createElement("canvas");
  sheet.width = width * ratio;
  sheet.height = height * ratio;
  const pen = sheet.getContext("2d");
  if (!pen) return;
  pen.scale(ratio, ratio);
  pen.fillStyle = token("--grey-2");
  pen.fillRect(0, 0, width, height);
  pen.textBaseline = "top";
  write(pen, title, MARGIN, "650 17px", token("--grey-6"));
  let y = MARGIN + LINE + 8;
  for (const each of canvases) {
    pen.drawImage(each, MARGIN, y, each.width / ratio, each.height / ratio);
    y += each.height / ratio;
  }
  write(pen, source, y + 12, "400 12px", token("--grey-5"));
  sheet.toBlob((blob) => blob && save(blob, `${name}.png`), "image/png");
}

function write(pen: CanvasRenderingContext2D, text: string, y: number, font: string, colour: string): void {
  pen.font = `${font} ${token("--font")}`;
  pen.fillStyle = colour;
  pen.fillText(text, MARGIN, y);
}
