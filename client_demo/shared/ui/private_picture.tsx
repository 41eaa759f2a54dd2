import { useEffect, useRef } from "preact/hooks";
import { place } from "../place";

interface Wish {
  /** Of the API, behind `/v1`; or a file that was chosen. */
  from: string | Blob;
  token?: string | undefined;
  class: string;
  /** What it is, for those who do not see it. */
  label: string;
}

/** Draws a picture that has no address of its own: one that the server shows to the bearer of a token alone, or a file of this device. */
export function PrivatePicture({ from, token, class: look, label }: Wish) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    let left = false;
    read(from, token).then(
      (bitmap) => {
        if (!left && canvas.current) draw(canvas.current, bitmap);
        bitmap.close();
      },
      // Its place stays empty.
      () => undefined,
    );
    return () => {
      left = true;
    };
  }, [from, token]);
  return <canvas ref={canvas} class={look} role="img" aria-label={label} width={1} height={1} data-testid="private-picture" />;
}

/** No more than a telephone shows: a file may be much larger. */
const SIDE_MAX = 640;

async function read(from: string | Blob, token: string | undefined): Promise<ImageBitmap> {
  if (from instanceof Blob) return createImageBitmap(from);
  const answer = await fetch(`${place.server}/v1${from}`, { headers: { Authorization: `Bearer ${token ?? ""}` } });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return createImageBitmap(await answer.blob());
}

function draw(canvas: HTMLCanvasElement, bitmap: ImageBitmap): void {
  const scale = Math.min(1, SIDE_MAX / Math.max(bitmap.width, bitmap.height));
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  canvas.dataset["drawn"] = "true";
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
}
