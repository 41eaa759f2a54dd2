import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Role } from "../../sdk/wire";
import { roleName } from "../../shared/staff/roles";
import { session } from "../../shared/staff/session";
import { Button } from "../../shared/ui/button";
import { showToast } from "../../shared/ui/toast";
import { read, remove, tellFailure } from "../api";
import { theChannel } from "../channel";
import { Link } from "../link";
import { ListPage } from "../list_page";
import { Section } from "../page";
import { Sign } from "../sign";
import { momentIn } from "../time";
import type { Person } from "./person";
import { t } from "./text";

interface Invitation {
  id: string;
  role: Role;
  email: string;
  ends_at: string;
  /** Empty for the terminal. */
  made_by: string;
}

/** Who prepares and runs the channel's shows, and who is invited to. */
export default function PeoplePage() {
  const invite = (
    <Link to="/studio/people/invite" class="button button-primary" data-testid="invite">
      <Sign name="add" />
      {t("invite")}
    </Link>
  );
  return (
    <ListPage<Person>
      testid="people"
      title={t("title")}
      lead={t("lead")}
      path="/people"
      things="people"
      keyOf={(person) => person.id}
      search={t("search")}
      actions={invite}
      empty={{ title: t("empty.title"), text: t("empty.text"), action: invite }}
      row={(person) => <PersonRow person={person} />}
    >
      <Invitations />
    </ListPage>
  );
}

function PersonRow({ person }: { person: Person }) {
  const own = person.id === session.value?.viewer;
  return (
    <>
      <Link to={own ? "/studio/account" : `/studio/people/${person.id}`} class="row-title" data-testid="person">
        {person.name}
      </Link>
      <span class="badge" data-testid="person-role" data-role={person.role}>
        {own ? t("you", { role: roleName(person.role) }) : roleName(person.role)}
      </span>
      <span class="hint">{person.email}</span>
    </>
  );
}

/** The links that can still be used; none: nothing is said. */
function Invitations() {
  const open = useSignal<readonly Invitation[]>([]);
  useEffect(() => {
    read<{ invitations: Invitation[] }>("/invitations?limit=100").then(({ value }) => {
      open.value = value.invitations;
    }, tellFailure);
  }, []);
  const withdraw = async (id: string): Promise<void> => {
    try {
      await remove(`/invitations/${id}`);
      open.value = open.value.filter((each) => each.id !== id);
      showToast(t("withdrawn"));
    } catch (error) {
      tellFailure(error);
    }
  };
  if (open.value.length === 0) return null;
  return (
    <Section title={t("invitations")} testid="invitations">
      <ul class="rows">
        {open.value.map(({ id, role, email, ends_at, made_by }) => (
          <li key={id} class="row" data-testid="invitation">
            <strong>{email ? t("invited.email", { role: roleName(role), email }) : roleName(role)}</strong>
            <Button size="small" data-testid="withdraw" onClick={() => void withdraw(id)}>
              {t("withdraw")}
            </Button>
            <span class="hint">
              {t(made_by ? "invited.by" : "invited.terminal", { name: made_by, ends: momentIn(ends_at, theChannel().time_zone) })}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
