import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { PageProps } from "../../shared/pages/routes";
import { Button } from "../../shared/ui/button";
import { tellFailure } from "../api";
import { useDropping } from "../dropping";
import { Link } from "../link";
import { forgetLists } from "../list_state";
import { Failure, Loading, PageFrame, Section } from "../page";
import { go } from "../router";
import { Sign } from "../sign";
import { FORMATS, saveExport, saveTemplate } from "./files";
import "./import.css";
import { Earlier } from "./earlier";
import { Following, type Import, sendFile } from "./imports";
import { PicturesOf } from "./pictures_of";
import { Preview } from "./preview";
import { t } from "./text";

const HERE = "/studio/products/import";
const KINDS = ".csv,.tsv,.txt,.xml,text/csv,text/tab-separated-values,application/xml,text/xml";

/** A file of products: chosen, compared, looked at, applied. */
export default function ImportPage({ query }: PageProps) {
  const id = query.get("id");
  return (
    <PageFrame
      testid="import-page"
      title={t("title")}
      back={{ to: "/studio/products", label: t("products") }}
      {...(!id && { lead: t("lead") })}
    >
      {id ? <One key={id} id={id} /> : <Beginning />}
    </PageFrame>
  );
}

function Beginning() {
  const busy = useSignal(false);
  const send = async (file: File): Promise<void> => {
    busy.value = true;
    try {
      go(HERE, { id: await sendFile(file) });
    } catch (error) {
      tellFailure(error);
    } finally {
      busy.value = false;
    }
  };
  return (
    <>
      <Section title={t("file")} hint={t("file.hint")}>
        <Choice busy={busy.value} onFile={(file) => void send(file)} />
        <p class="hint">{t("template.hint")}</p>
        <div class="import-actions">
          <Button onClick={saveTemplate} data-testid="import-template">
            {t("template")}
          </Button>
        </div>
      </Section>
      <Earlier />
      <Section title={t("export")} hint={t("export.hint")}>
        <div class="import-actions">
          {FORMATS.map(({ format, ending }) => (
            <Button
              key={format}
              data-testid={`export-${format}`}
              onClick={() => void saveExport(format, ending).catch(tellFailure)}
            >
              {t(`format.${format}`)}
            </Button>
          ))}
        </div>
      </Section>
    </>
  );
}

function Choice({ busy, onFile }: { busy: boolean; onFile: (file: File) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const dropping = useDropping(([file]) => file && onFile(file), busy);
  return (
    <div
      class={dropping.over.value ? "import-choice import-over" : "import-choice"}
      data-testid="import-choice"
      {...dropping.place}
    >
      <input
        ref={input}
        class="visually-hidden"
        type="file"
        accept={KINDS}
        tabIndex={-1}
        aria-hidden="true"
        data-testid="import-input"
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = "";
          if (file) onFile(file);
        }}
      />
      <Button look="primary" disabled={busy} onClick={() => input.current?.click()} data-testid="import-choose">
        <Sign name="upload" />
        {t(busy ? "sending" : "choose")}
      </Button>
      <p class="hint">{t("drop")}</p>
    </div>
  );
}

function One({ id }: { id: string }) {
  const following = useMemo(() => new Following(id), [id]);
  useEffect(() => {
    void following.look();
    return () => following.leave();
  }, [following]);
  const now = following.now.value;
  const failure = following.failure.value;
  if (failure) return <Failure code={failure} again={() => void following.look()} />;
  if (!now) return <Loading />;
  return (
    <>
      <Standing now={now} following={following} />
      {now.pictures && <PicturesOf pictures={now.pictures} following={following} />}
      {now.state !== "failed" && now.state !== "waiting" && <Preview now={now} />}
    </>
  );
}

function Standing({ now, following }: { now: Import; following: Following }) {
  const { create = 0, update = 0, refused = 0 } = now.counts;
  const apply = (): void => {
    void following.apply().then(forgetLists).catch(tellFailure);
  };
  const busy = now.state === "waiting" || now.state === "applying";
  return (
    <Section title={now.name || t("file")} testid="import-standing">
      <p role="status" data-testid="import-state" data-state={now.state}>
        {now.state === "failed" ? sayFailed(now) : t(`state.${now.state}` as "state.ready")}
        {now.format && now.state === "ready" && ` ${t(`is.${now.format}` as "is.shopify")}`}
      </p>
      {busy && (
        <label class="import-going">
          <progress
            class="import-progress"
            aria-label={t(now.state === "waiting" ? "state.waiting" : "state.applying")}
            max={100}
            {...(now.percent > 0 && { value: now.percent })}
          />
          <span class="hint" data-testid="import-percent" aria-hidden="true">
            {now.percent > 0 ? t("percent", { n: now.percent }) : ""}
          </span>
        </label>
      )}
      {now.changed && now.state === "ready" && (
        <p class="notice" role="alert" data-testid="import-changed">
          {t("changed")}
        </p>
      )}
      {now.state === "ready" && now.problem && (
        <p class="notice notice-bad" role="alert">
          {t("reason.broken_off")}
        </p>
      )}
      {now.state === "ready" && refused > 0 && <p class="hint">{t.count("left_out", refused)}</p>}
      <div class="import-actions">
        {now.state === "ready" && (
          <Button look="primary" disabled={create + update === 0} onClick={apply} data-testid="import-apply">
            {create + update === 0 ? t("nothing") : t.count("apply", create + update)}
          </Button>
        )}
        {now.state === "applied" && (
          <Link to="/studio/products" class="button button-primary" data-testid="import-done">
            {t("to_products")}
          </Link>
        )}
        {!busy && (
          <Link to={HERE} class="button" data-testid="import-another">
            {t("another")}
          </Link>
        )}
      </div>
    </Section>
  );
}

function sayFailed(now: Import): string {
  const { reason, line } = now.problem ?? { reason: null, line: null };
  const why = t.maybe(`reason.${reason}`) ?? t("reason.format");
  return line ? t("on_line", { line, why }) : why;
}
