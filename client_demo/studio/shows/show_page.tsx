import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Show } from "../../sdk/wire";
import type { PageProps } from "../../shared/pages/routes";
import { session } from "../../shared/staff/session";
import { type Answer, change, make, read, replace } from "../api";
import { theChannel } from "../channel";
import { CheckField, Field, MomentField, NumberField, SelectField, TextField } from "../fields";
import { Form, useForm, type Version } from "../form";
import type { FormState } from "../form_state";
import { JointPart } from "../joint/joint_part";
import { forgetLists } from "../list_state";
import { OffersPart } from "../offers/offers_part";
import { PageFrame, Section } from "../page";
import { Pictures } from "../pictures/pictures";
import { PlanPart } from "../plan/plan_part";
import { stay } from "../router";
import { Sign } from "../sign";
import { SurveysPart } from "../surveys/surveys_part";
import { shared } from "../text";
import { LineUpField } from "./line_up_field";
import { RecordingPart } from "./recording_part";
import { catalogue, known, readShelf } from "./shelf";
import {
  asText,
  bodyOf,
  check,
  DESCRIPTION_MOST,
  emptyShow,
  HOST_MOST,
  type LineUp,
  lacks,
  lineUpOf,
  type ShowText,
  type Staff,
  TITLE_MOST,
} from "./show";
import "./shows.css";
import { type Person, StaffField } from "./staff_field";
import { Steps } from "./steps";
import { t } from "./text";

const PATH = "/studio/shows";

/** The server's names of fields that have another one in the form. */
const NAMES = {
  starts_at: "startsAt",
  planned_minutes: "minutes",
  guests_allowed: "guests",
  picture_sync: "sync",
  picture_delay_ms: "delay",
  cover_alt: "coverAlt",
  "video/hls": "hls",
  "video/mp4": "mp4",
  products: "lines",
} as const;

/** One show: what it is, when, its video, what it sells, and what is still missing. */
export default function ShowPage({ params }: PageProps) {
  const { id } = params;
  const shown = useSignal<Show | null>(null);
  const people = useSignal<readonly Person[]>([]);
  const { currency, time_zone: zone } = theChannel();
  const form = useForm<ShowText>({
    place: `show.${id ?? "new"}`,
    read: async () => {
      if (!id) {
        await readShelf([]);
        return { values: emptyShow(session.peek()?.name ?? "", theChannel().guests_allowed), etag: null };
      }
      const [show, lineUp, staff] = await Promise.all([
        read<Show>(`/shows/${id}`),
        read<LineUp>(`/shows/${id}/line-up`),
        read<Staff>(`/shows/${id}/staff`),
      ]);
      await readShelf(lineUp.value.products.map(({ product, variant_of }) => variant_of ?? product));
      shown.value = show.value;
      return { values: asText(show.value, lineUp.value, staff.value, zone, currency), etag: show.etag };
    },
    save: async (changes, whole, etag) => {
      const saved = await save(id, changes, whole, etag);
      shown.value = saved.value;
      forgetLists();
      return id ? await again(saved) : null;
    },
    check: (values) => check(values, currency),
    names: NAMES,
  });
  /** What is saved, as the fields show it: texts may have been tidied. */
  const again = async ({ value, etag }: Answer<Show>): Promise<Version<ShowText>> => {
    const [lineUp, staff] = await Promise.all([
      read<LineUp>(`/shows/${value.id}/line-up`),
      read<Staff>(`/shows/${value.id}/staff`),
    ]);
    return { values: asText(value, lineUp.value, staff.value, zone, currency), etag };
  };
  useEffect(() => {
    shown.value = null;
    if (session.peek()?.role !== "admin") return;
    read<{ people: Person[] }>("/people?limit=100").then(
      ({ value }) => (people.value = value.people),
      () => undefined,
    );
  }, [id]);
  const show = id ? shown.value : null;
  return (
    <PageFrame
      testid="show"
      title={show?.title ?? t(id ? "show" : "new")}
      back={{ to: PATH, label: t("title") }}
      lead={show && <State show={show} />}
      actions={
        show && (
          <Steps
            show={show}
            done={(answer) => {
              shown.value = answer.value;
              void form.load();
            }}
          />
        )
      }
    >
      {form.stored.value && <StillMissing values={form.values} />}
      <Form
        form={form}
        testid="show-form"
        action={id ? t("save") : t("create")}
        saved={t(id ? "saved" : "created")}
        onSaved={() => {
          if (!id && shown.value) stay(`${PATH}/${shown.value.id}`);
        }}
      >
        <Fields form={form} people={people.value} />
      </Form>
      {show && (
        <JointPart
          key={`joint ${show.id}`}
          show={show}
          changed={() => {
            void form.load();
          }}
        />
      )}
      {show?.state === "ended" && (
        <RecordingPart key={`recording ${show.id} ${show.version}`} show={show.id} done={() => void form.load()} />
      )}
      {show && <OffersPart key={`offers ${show.id}`} show={show.id} />}
      {show && <SurveysPart key={show.id} show={show.id} />}
      {show && <PlanPart show={show} />}
    </PageFrame>
  );
}

/** Saves the plan, then the line-up, then the people: each on the version that the one before has made. */
async function save(
  id: string | undefined,
  changes: Partial<ShowText>,
  whole: ShowText,
  etag: string | null,
): Promise<Answer<Show>> {
  const { currency, time_zone: zone } = theChannel();
  const body = bodyOf(changes, whole, zone, !id);
  let saved = id
    ? Object.keys(body).length > 0
      ? await change<Show>(`/shows/${id}`, body, etag)
      : { value: null, etag }
    : await make<Show>("/shows", { ...body, state: "draft" });
  const path = `/shows/${id ?? saved.value?.id}`;
  if ("lines" in changes || (!id && whole.lines.length > 0)) {
    saved = { value: null, etag: (await replace(`${path}/line-up`, lineUpOf(whole.lines, currency), saved.etag)).etag };
  }
  if ("staff" in changes || (!id && whole.staff.length > 0)) {
    saved = { value: null, etag: (await replace(`${path}/staff`, { staff: whole.staff }, saved.etag)).etag };
  }
  return saved.value ? (saved as Answer<Show>) : await read<Show>(path);
}

function State({ show }: { show: Show }) {
  return (
    <span class={show.state === "live" ? "badge badge-live" : "badge"} data-testid="show-state" data-state={show.state}>
      {shared(`state.${show.state}`)}
    </span>
  );
}

/** What the show still lacks; it may be saved, and even be live, without any of it. */
function StillMissing({ values }: { values: ShowText }) {
  const ids = values.lines.length > 0 ? values.lines.map(({ product }) => product) : (catalogue.value ?? []);
  const found = lacks(
    values,
    ids.flatMap((id) => known.value.get(id) ?? []),
  );
  return (
    <Section title={t("missing")} testid="show-missing">
      {found.length === 0 ? (
        <p class="home-ready" data-testid="nothing-missing">
          <Sign name="done" />
          {t("missing.none")}
        </p>
      ) : (
        <ul class="show-lacks">
          {found.map(({ what, n }) => (
            <li key={what} data-testid={`lack-${what}`} data-n={n}>
              {what === "stock" ? t.count("lack.stock", n) : t(`lack.${what}`)}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function Fields({ form, people }: { form: FormState<ShowText>; people: readonly Person[] }) {
  const { currency, time_zone: zone } = theChannel();
  const { cover, coverAlt, sync } = form.values;
  form.descriptions.set("coverAlt", { label: t("cover.alt"), show: String });
  return (
    <>
      <Section title={t("what")}>
        <TextField form={form} name="title" label={t("name")} most={TITLE_MOST} />
        <TextField form={form} name="host" label={t("host")} hint={t("host.hint")} most={HOST_MOST} />
        <TextField form={form} name="description" label={t("description")} lines={4} most={DESCRIPTION_MOST} />
        <Field
          form={form}
          name="cover"
          label={t("cover")}
          hint={t("cover.hint")}
          control={({ disabled }) => (
            <Pictures
              label={t("cover")}
              value={cover ? [cover] : []}
              most={1}
              disabled={disabled}
              onChange={(images) => form.set("cover", images.at(-1) ?? "")}
              alts={{ [cover]: coverAlt }}
              onAlts={(alts) => form.set("coverAlt", alts[form.values.cover] ?? "")}
            />
          )}
        />
      </Section>
      <Section title={t("when")} hint={t("when.hint")}>
        <MomentField form={form} name="startsAt" label={t("starts")} zone={zone} />
        <NumberField form={form} name="minutes" label={t("minutes")} unit={t("minutes.unit")} />
      </Section>
      <Section title={t("line_up")} hint={t("line_up.hint")} testid="line-up-section">
        <LineUpField form={form} currency={currency} />
      </Section>
      <Section title={t("video")} hint={t("video.hint")}>
        <TextField form={form} name="hls" label={t("video.hls")} type="url" />
        <TextField form={form} name="mp4" label={t("video.mp4")} type="url" />
        <SelectField
          form={form}
          name="sync"
          label={t("sync")}
          hint={t("sync.hint")}
          options={(["off", "fixed", "date"] as const).map((value) => ({ value, label: t(`sync.${value}`) }))}
        />
        {sync !== "off" && <NumberField form={form} name="delay" label={t("delay")} unit={t("delay.unit")} />}
      </Section>
      <Section title={t("talk")}>
        <SelectField
          form={form}
          name="moderation"
          label={t("moderation")}
          options={(["post", "pre"] as const).map((value) => ({ value, label: t(`moderation.${value}`) }))}
        />
        <CheckField form={form} name="guests" label={t("guests")} hint={t("guests.hint")} />
        {people.length > 0 && <StaffField form={form} people={people} />}
      </Section>
    </>
  );
}
