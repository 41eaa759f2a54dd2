import type { ComponentChildren } from "preact";
import { count, percent } from "../../shared/format";
import { token } from "../../shared/theme";
import { saveRows } from "../download";
import type { FunnelStep } from "../report";
import { spell, t } from "../text";
import { Frame, Table } from "./frame";

const NOTHING = "–";
const ratioText = (share: number | null): string => (share === null ? NOTHING : percent(share));

interface FunnelProps {
  steps: readonly FunnelStep[];
  /** The median from the first step to the last. */
  toConvert: number | null;
  /** The steps that they are held against; empty where there are none. */
  others: readonly FunnelStep[];
  /** One sentence in the place of the usual one. */
  lead?: string;
  file: string;
  source: string;
  children?: ComponentChildren;
}

/** From seeing a product's card to paying: how many viewers came how far, and how long it took them. */
export function Funnel({ steps, toConvert, others, lead, file, source, children }: FunnelProps) {
  const theirs = new Map(others.map((step) => [step.step, step]));
  return (
    <Frame
      testid="funnel"
      title={t("funnel.title")}
      lead={lead ?? (toConvert === null ? t("funnel.lead") : t("funnel.lead.time", { time: spell(toConvert) }))}
      file={file}
      source={source}
      draw={() => drawFunnel(steps)}
      onData={() =>
        saveRows(
          file,
          ["step", "viewers", "of_first", "of_previous", "median_seconds_from_previous"],
          steps.map((step) => [step.step, step.viewers, step.of_first, step.of_previous, step.median_seconds_from_previous]),
        )
      }
      table={<StepsTable steps={steps} caption={lead ?? t("funnel.lead")} />}
    >
      {(steps[0]?.viewers ?? 0) === 0 ? (
        <p class="hint funnel-empty">{t("funnel.empty")}</p>
      ) : (
        <ol class="funnel">
          {steps.map((step, i) => (
            <Step key={step.step} step={step} first={i === 0} other={theirs.get(step.step)} />
          ))}
        </ol>
      )}
      {children}
    </Frame>
  );
}

function StepsTable({ steps, caption }: { steps: readonly FunnelStep[]; caption: string }) {
  return (
    <Table
      caption={caption}
      head={[t("funnel.step"), t("unit.viewers"), t("funnel.of_first"), t("funnel.of_previous"), t("funnel.time")]}
      rows={steps.map((step) => [
        t(`funnel.${step.step}`),
        count(step.viewers),
        ratioText(step.of_first),
        ratioText(step.of_previous),
        step.median_seconds_from_previous === null ? NOTHING : spell(step.median_seconds_from_previous),
      ])}
    />
  );
}

function Step({ step, first, other }: { step: FunnelStep; first: boolean; other: FunnelStep | undefined }) {
  const width = { width: `${(step.of_first ?? 0) * 100}%` };
  return (
    <li class="funnel-step" data-testid={`funnel-${step.step}`}>
      <div class="funnel-head">
        <span class="funnel-name">{t(`funnel.${step.step}`)}</span>
        <strong class="funnel-count">{count(step.viewers)}</strong>
      </div>
      <div class="funnel-track" aria-hidden="true">
        <div class="funnel-bar" style={width} />
        {other?.of_first != null && <div class="funnel-other" style={{ left: `${other.of_first * 100}%` }} />}
      </div>
      <p class="hint">
        {first
          ? t("funnel.start")
          : t("funnel.shares", { first: ratioText(step.of_first), previous: ratioText(step.of_previous) })}
        {step.median_seconds_from_previous !== null &&
          !first &&
          ` · ${t("funnel.after", { time: spell(step.median_seconds_from_previous) })}`}
        {other?.of_first != null && !first && ` · ${t("compared.to", { value: percent(other.of_first) })}`}
      </p>
    </li>
  );
}

/** The funnel as a picture; on the page it is text and boxes. */
function drawFunnel(steps: readonly FunnelStep[]): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  const ratio = devicePixelRatio || 1;
  const [width, row] = [720, 76];
  canvas.width = width * ratio;
  canvas.height = row * steps.length * ratio;
  const pen = canvas.getContext("2d");
  if (!pen) return canvas;
  pen.scale(ratio, ratio);
  pen.textBaseline = "top";
  for (const [i, step] of steps.entries()) {
    pen.fillStyle = token("--grey-6");
    pen.font = `650 14px ${token("--font")}`;
    pen.fillText(`${t(`funnel.${step.step}`)}  ${count(step.viewers)}`, 0, i * row);
    pen.fillStyle = token("--grey-3");
    pen.fillRect(0, i * row + 22, width, 22);
    pen.fillStyle = token("--accent");
    pen.fillRect(0, i * row + 22, width * (step.of_first ?? 0), 22);
    pen.fillStyle = token("--grey-5");
    pen.font = `400 12px ${token("--font")}`;
    if (i > 0)
      pen.fillText(
        t("funnel.shares", { first: ratioText(step.of_first), previous: ratioText(step.of_previous) }),
        0,
        i * row + 49,
      );
  }
  return canvas;
}
