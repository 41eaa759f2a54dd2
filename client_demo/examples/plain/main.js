import { Room } from "@showfloor/sdk";

const query = new URLSearchParams(location.search);
const room = new Room({ url: query.get("url"), show: query.get("show") });
const find = (what) => document.querySelector(what);

room.subscribe(({ link, state }) => {
  find("#link").textContent = link.is;
  if (!state) return;
  const { show, products, pinned_product: pinned } = state.snapshot;
  find("h1").textContent = show.title;
  find("#watching").textContent = `${state.viewers ?? 0} watching`;
  find("#products").replaceChildren(
    ...products.map((product) => {
      const item = document.createElement("li");
      item.textContent = `${product.title}: ${product.stock} left`;
      item.ariaCurrent = String(product.id === pinned);
      return item;
    }),
  );
});

find("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const { text } = event.target.elements;
  try {
    await room.command("ask", { text: text.value });
    text.value = "";
  } catch (error) {
    find("output").textContent = error.code;
  }
});

room.start();
