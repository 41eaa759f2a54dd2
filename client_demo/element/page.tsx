// The viewer's page as an element draws it: the same modules as in a document of its own, once for each element (packing/element.mjs).

import en from "virtual:texts/viewer_en";
import ja from "virtual:texts/viewer_ja";
import { effect } from "@preact/signals";
import { render } from "preact";
import { addTexts, LANGUAGES, speak } from "../shared/i18n";
import { place } from "../shared/place";
import { talkedIn } from "../viewer/joint/beside";
import { Counter } from "../viewer/joint/counter";
import { followLateParts } from "../viewer/late";
import { followMine } from "../viewer/me";
import { Page } from "../viewer/page";
import { followQuestions } from "../viewer/questions/list";
import { arrive, identity, isLive, link, pinnedProduct, room, setVideoPlays, show } from "../viewer/session";
import type { OpenPage } from "./open_page";

/** Tells the page around the element, each once: that the show is joined, that it is over, that it cannot be entered. */
function tellArrivals(): void {
  let ready = false;
  let ended = false;
  effect(() => {
    const now = show.value;
    if (now && identity.value && !ready) {
      ready = true;
      place.tell("ready", { show: now });
    }
    const over = now?.state === "ended";
    if (over && !ended) place.tell("end", { show: now });
    ended = over;
  });
  effect(() => {
    const now = link.value;
    if (now.is === "stopped" && now.reason !== "left") place.tell("error", { code: now.reason });
  });
}

// One more way to the server would come before the first text: what the start needs is in the script, in both languages.
addTexts("en", en);
addTexts("ja", ja);

/** Tells the page around a counter what the host holds into the camera now, if anything. */
function tellPins(): void {
  effect(() => {
    place.tell("pin", { product: isLive.value ? pinnedProduct.value : null });
  });
}

/** What sells beside another show is drawn without a stage: nobody watches or talks there. */
function ShowOrCounter() {
  return place.wishes?.counter || talkedIn.value ? <Counter /> : <Page />;
}

/** Draws the page in its place, until `place.over`. */
export function open(): OpenPage {
  followMine();
  followQuestions();
  followLateParts();
  tellArrivals();
  if (place.wishes?.counter) tellPins();
  void arrive();
  const { frame } = place;
  if (frame) {
    render(<ShowOrCounter />, frame);
    place.over.addEventListener("abort", () => render(null, frame));
  }
  return {
    speak(wish) {
      const next = LANGUAGES.find((each) => wish.toLowerCase().startsWith(each));
      // Without a connection the page goes on as it is.
      if (next) speak(next).catch(() => undefined);
    },
    become: (token) => void room().rejoinAs(token),
    watch: (plays) => {
      if (place.wishes?.counter) setVideoPlays(plays);
    },
  };
}
