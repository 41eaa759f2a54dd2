import { make, tellFailure } from "../api";
import { theChannel } from "../channel";
import { Link } from "../link";
import { ListPage } from "../list_page";
import type { ListState } from "../list_state";
import { Sign } from "../sign";
import { momentIn } from "../time";
import { type ApiKey, KEYS, t } from "./keys";
import { EndButton, Tabs } from "./parts";

/** The keys by which programs of the shop's act: what each may, when it was used last, and its end. */
export default function KeysPage() {
  return (
    <ListPage<ApiKey>
      testid="keys"
      title={t("title")}
      lead={t("lead")}
      path="/keys"
      things="keys"
      keyOf={(key) => key.id}
      actions={<NewKey />}
      empty={{ title: t("empty.title"), text: t("empty.text"), action: <NewKey /> }}
      row={(key, list) => <KeyRow api={key} list={list} />}
    >
      <Tabs here="keys" />
    </ListPage>
  );
}

function NewKey() {
  return (
    <Link to={`${KEYS}/new`} class="button button-primary" data-testid="key-new">
      <Sign name="add" />
      {t("new")}
    </Link>
  );
}

function KeyRow({ api, list }: { api: ApiKey; list: ListState<ApiKey> }) {
  const zone = theChannel().time_zone;
  const end = (): Promise<void> =>
    make<ApiKey>(`/keys/${api.id}/revoke`, {}, null).then(({ value }) => list.put(api.id, value), tellFailure);
  return (
    <>
      <div>
        <p class="row-title" data-testid="key-name">
          {api.name}
        </p>
        <p class="hint key-scopes">
          <span>{t("hint", { hint: api.hint })}</span>
          {api.scopes.map((scope) => (
            <span key={scope}>{t(`scope.${scope}`)}</span>
          ))}
        </p>
        <p class="hint" data-testid="key-use">
          {api.revoked_at
            ? t("revoked", { at: momentIn(api.revoked_at, zone) })
            : api.last_used_at
              ? t("used", { at: momentIn(api.last_used_at, zone) })
              : t("unused", { name: api.created_by, at: momentIn(api.created_at, zone) })}
        </p>
      </div>
      <div class="row-actions">
        {!api.revoked_at && (
          <EndButton
            testid="key-revoke"
            title={t("revoke.title", { name: api.name })}
            text={t("revoke.text")}
            action={t("revoke")}
            end={end}
          />
        )}
      </div>
    </>
  );
}
