import { render } from "preact";
import "../shared/base.css";
import "../shared/staff/staff.css";
import "./analyst.css";
import "./print.css";
import { StaffPages } from "../shared/staff/pages";
import { session, startSession } from "../shared/staff/session";
import { SignIn, WhoIsIn } from "../shared/staff/sign-in";
import { LanguageSwitch, ThemeSwitch } from "../shared/ui/switches";
import { Toasts } from "../shared/ui/toast";
import { place } from "./address";
import { ListPage } from "./list_page";
import { ShowPage } from "./show_page";
import { shared, t } from "./text";

function Page() {
  if (!session.value) return <SignIn page={t("page.name")} />;
  return (
    <>
      <header class="top">
        <p class="wordmark">{`${shared("app.name")} ${t("page.name")}`}</p>
        <StaffPages here="analyst" />
        <WhoIsIn />
        <div class="switches">
          <LanguageSwitch />
          <ThemeSwitch />
        </div>
      </header>
      {place.value.show ? <ShowPage key={place.value.show} /> : <ListPage />}
      <Toasts />
    </>
  );
}

startSession();
const root = document.getElementById("page");
if (root) render(<Page />, root);
