import type { ComponentChildren } from "preact";
import { useId, useRef } from "preact/hooks";
import { Button } from "../../shared/ui/button";
import { Icon } from "../../shared/ui/icon";
import { t } from "../text";
import { savePicture } from "./picture";

interface FrameProps {
  title: string;
  /** One sentence under the title: what is to be seen here. */
  lead?: string;
  /** Values at the chosen point; its place is kept free, so that nothing moves. */
  readout?: ComponentChildren;
  /** Signs and what they stand for. */
  legend?: ComponentChildren;
  table: ComponentChildren;
  onData: () => void;
  /** Name of the files, and the line under the picture. */
  file: string;
  source: string;
  /** Draws the picture where no canvas is on the page. */
  draw?: () => HTMLCanvasElement;
  children: ComponentChildren;
  testid: string;
}

/** The frame of every chart: title, values, picture, data, and the same numbers as a table. */
export function Frame(props: FrameProps) {
  const heading = useId();
  const body = useRef<HTMLDivElement>(null);
  function picture(): void {
    const canvases = props.draw ? [props.draw()] : [...(body.current?.querySelectorAll("canvas") ?? [])];
    if (canvases.length) savePicture(props.file, props.title, canvases, props.source);
  }
  return (
    <section class="card frame" aria-labelledby={heading} data-testid={props.testid}>
      <header class="frame-head">
        <div class="frame-title">
          <h2 id={heading}>{props.title}</h2>
          {props.lead && <p class="hint">{props.lead}</p>}
        </div>
        <div class="frame-actions">
          <Button
            look="quiet"
            size="small"
            onClick={picture}
            aria-label={t("picture.of", { title: props.title })}
            data-testid={`${props.testid}-picture`}
          >
            <Icon name="download" />
            {t("picture")}
          </Button>
          <Button
            look="quiet"
            size="small"
            onClick={props.onData}
            aria-label={t("data.of", { title: props.title })}
            data-testid={`${props.testid}-data`}
          >
            <Icon name="download" />
            {t("data")}
          </Button>
        </div>
      </header>
      {props.readout !== undefined && (
        <div class="readout" data-testid={`${props.testid}-readout`}>
          {props.readout}
        </div>
      )}
      <div class="frame-body" ref={body}>
        {props.children}
      </div>
      {props.legend}
      <details class="twin" data-testid={`${props.testid}-table`}>
        <summary>{t("table")}</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keys (WCAG 2.1.1). */}
        <section class="twin-scroll" tabIndex={0} aria-label={t("table.of", { title: props.title })}>
          {props.table}
        </section>
      </details>
    </section>
  );
}

interface TableProps {
  caption: string;
  head: readonly string[];
  rows: readonly (readonly (string | number)[])[];
}

/** A table whose first column names the row and whose others are numbers. */
export function Table({ caption, head, rows }: TableProps) {
  return (
    <table class="table">
      <caption class="hint">{caption}</caption>
      <thead>
        <tr>
          {head.map((text) => (
            <th scope="col" key={text}>
              {text}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, ...cells], i) => (
          // Rows have no identity but their place.
          <tr key={i}>
            <th scope="row">{name}</th>
            {cells.map((cell, j) => (
              // Nor have cells.
              <td key={j}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
