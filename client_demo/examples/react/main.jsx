import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import { useRoom } from "./use_room";

function Ask({ room }) {
  const [text, setText] = useState("");
  const [said, setSaid] = useState("");
  const ask = async (event) => {
    event.preventDefault();
    try {
      await room.command("ask", { text });
      setText("");
    } catch (error) {
      setSaid(error.code);
    }
  };
  return (
    <form onSubmit={ask}>
      <input aria-label="Your question" value={text} onChange={(event) => setText(event.target.value)} />
      <button type="submit">Ask</button>
      <output>{said}</output>
    </form>
  );
}

function Show({ url, show }) {
  const [room, { link, state }] = useRoom(url, show);
  const { snapshot } = state ?? {};
  return (
    <>
      <h1>{snapshot?.show.title}</h1>
      <p>
        <span id="link">{link.is}</span> · <span id="watching">{`${state?.viewers ?? 0} watching`}</span>
      </p>
      <ul id="products">
        {snapshot?.products.map(({ id, title, stock }) => (
          <li key={id} aria-current={id === snapshot.pinned_product}>{`${title}: ${stock} left`}</li>
        ))}
      </ul>
      <Ask room={room} />
    </>
  );
}

const query = new URLSearchParams(location.search);
createRoot(document.querySelector("main")).render(
  <StrictMode>
    <Show url={query.get("url")} show={query.get("show")} />
  </StrictMode>,
);
