import type { ReactionKind } from "../../sdk";
import { token } from "../../shared/theme";
import { GLYPHS, KINDS } from "./glyphs";

const FLOATING_MAX = 40;
const LIFE_MS = 2_600;
const SIZE_PX = 28;
const DENSITY_MAX = 2;

interface Floating {
  kind: ReactionKind;
  born: number;
  x: number;
  sway: number;
  phase: number;
  scale: number;
}

/**
 * Reactions that float up on one canvas. The number afloat is capped, whatever the audience does, and nothing is drawn while nothing floats.
 * The canvas covers its element; coordinates are CSS pixels.
 */
export class FloatingReactions {
  private readonly context: CanvasRenderingContext2D;
  private readonly shapes: Record<ReactionKind, Path2D>;
  private readonly colours: Record<ReactionKind, string>;
  private floating: Floating[] = [];
  private frame = 0;

  constructor(private readonly canvas: HTMLCanvasElement) {
    const context = canvas.getContext("2d");
    if (!context) throw new Error("a canvas without a 2d context");
    this.context = context;
    this.shapes = Object.fromEntries(KINDS.map((kind) => [kind, new Path2D(GLYPHS[kind])])) as typeof this.shapes;
    this.colours = Object.fromEntries(KINDS.map((kind) => [kind, token(`--reaction-${kind}`)])) as typeof this.colours;
  }

  /** Lets `n` of a kind rise, spread over the next `withinMs`. What exceeds the cap is left out. */
  rise(kind: ReactionKind, n: number, withinMs: number): void {
    const now = performance.now();
    const free = FLOATING_MAX - this.floating.length;
    for (let i = 0; i < Math.min(n, free); i++) {
      this.floating.push({
        kind,
        born: now + Math.random() * withinMs,
        x: 0.3 + Math.random() * 0.4,
        sway: 8 + Math.random() * 16,
        phase: Math.random() * Math.PI * 2,
        scale: 0.75 + Math.random() * 0.5,
      });
    }
    if (!this.frame && this.floating.length > 0) this.frame = requestAnimationFrame((at) => this.draw(at));
  }

  stop(): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.floating = [];
  }

  private draw(now: number): void {
    const { context } = this;
    const [width, height] = this.fit();
    context.clearRect(0, 0, width, height);
    this.floating = this.floating.filter((each) => now - each.born < LIFE_MS);
    for (const each of this.floating) {
      const age = (now - each.born) / LIFE_MS;
      if (age >= 0) this.drawOne(each, age, width, height);
    }
    this.frame = this.floating.length > 0 ? requestAnimationFrame((at) => this.draw(at)) : 0;
  }

  private drawOne(each: Floating, age: number, width: number, height: number): void {
    const { context } = this;
    const risen = 1 - (1 - age) ** 1.6;
    const size = (SIZE_PX / 24) * each.scale * Math.min(1, age * 8);
    context.save();
    context.globalAlpha = age < 0.6 ? 1 : 1 - (age - 0.6) / 0.4;
    context.translate(width * each.x + Math.sin(each.phase + age * 7) * each.sway, height - SIZE_PX - risen * (height - SIZE_PX));
    context.scale(size, size);
    context.translate(-12, -12);
    context.fillStyle = this.colours[each.kind];
    context.fill(this.shapes[each.kind], "evenodd");
    context.restore();
  }

  /** Keeps the bitmap as fine as the screen; returns the size in CSS pixels. */
  private fit(): [number, number] {
    const { canvas } = this;
    const density = Math.min(devicePixelRatio, DENSITY_MAX);
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (canvas.width !== Math.round(width * density) || canvas.height !== Math.round(height * density)) {
      canvas.width = Math.round(width * density);
      canvas.height = Math.round(height * density);
    }
    this.context.setTransform(density, 0, 0, density, 0, 0);
    return [width, height];
  }
}
