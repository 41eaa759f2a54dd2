import { type AsyncApi, inWords, type Message, nameOf, type Operation, type Ref, type Schema } from "./asyncapi";

/** Draws the live socket's document: commands with their replies, pushes, and the shapes inside them. */
export async function drawSocket(page: HTMLElement): Promise<void> {
  const answer = await fetch("/asyncapi.json");
  const document = (await answer.json()) as AsyncApi;
  const operations = Object.values(document.operations);
  const { host, protocol } = document.servers.here;
  page.classList.add("socket");
  page.append(
    element("h2", document.info.title),
    element("p", element("code", `${protocol}://${host}${document.channels.live.address}`)),
    prose(document.info.description),
    element("h2", "Commands"),
    ...operations.filter((each) => each.action === "receive").map((each) => drawCommand(document, each)),
    element("h2", "Pushes"),
    ...operations.filter((each) => each.action === "send").flatMap((each) => drawPushes(document, each)),
    element("h2", "Replies"),
    ...messagesOf(document, repliesIn(operations)).map((each) => drawMessage(document, each)),
    element("h2", "Shapes"),
    ...drawShapes(document),
  );
  // The browser looked for the address's anchor before there was one.
  if (location.hash) globalThis.document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
}

type Part = Node | string;

function element(name: string, ...parts: Part[]): HTMLElement {
  const made = document.createElement(name);
  made.append(...parts);
  return made;
}

/** Text with its `code` as code. */
function prose(text: string): HTMLElement {
  return element("p", ...text.split("`").map((part, index) => (index % 2 === 1 ? element("code", part) : part)));
}

function linkTo(id: string, text: string): HTMLElement {
  const link = element("a", text);
  link.setAttribute("href", `#${id}`);
  return link;
}

function repliesIn(operations: Operation[]): Ref[] {
  const refs = new Map(operations.flatMap((each) => each.reply?.messages ?? []).map((ref) => [ref.$ref, ref]));
  return [...refs.values()];
}

function messagesOf(document: AsyncApi, refs: Ref[]): [string, Message][] {
  return refs.flatMap(({ $ref }) => {
    const message = document.components.messages[nameOf($ref)];
    return message ? [[nameOf($ref), message] as [string, Message]] : [];
  });
}

function drawCommand(document: AsyncApi, operation: Operation): HTMLElement {
  const [drawn] = messagesOf(document, operation.messages).map((each) => drawMessage(document, each));
  const replies = (operation.reply?.messages ?? []).flatMap(({ $ref }, index) => [
    index > 0 ? ", " : "",
    linkTo(nameOf($ref), nameOf($ref)),
  ]);
  drawn?.append(element("p", "Answer: ", ...replies));
  return drawn ?? element("section");
}

function drawPushes(document: AsyncApi, operation: Operation): HTMLElement[] {
  return [prose(operation.summary), ...messagesOf(document, operation.messages).map((each) => drawMessage(document, each))];
}

function drawMessage(document: AsyncApi, [id, message]: [string, Message]): HTMLElement {
  const schema = document.components.schemas[nameOf(message.payload.$ref)];
  const section = element("section", element("h3", element("code", message.name)), prose(message.summary));
  section.id = id;
  if (schema) section.append(drawFields(schema));
  return section;
}

/** The shapes that lie inside others; those of whole messages were drawn above. */
function drawShapes(document: AsyncApi): HTMLElement[] {
  const whole = new Set(Object.values(document.components.messages).map((each) => nameOf(each.payload.$ref)));
  return Object.entries(document.components.schemas)
    .filter(([name]) => !whole.has(name))
    .map(([name, schema]) => {
      const section = element("section", element("h3", element("code", name)), prose(schema.description ?? ""));
      section.id = name;
      section.append(schema.properties ? drawFields(schema) : element("p", inWords(schema)));
      return section;
    });
}

function drawFields(schema: Schema): HTMLElement {
  const head = element("tr", element("th", "field"), element("th", "value"), element("th", ""));
  const table = element("table", element("thead", head));
  const body = element("tbody");
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    const needed = schema.required?.includes(name) ? "required" : defaultOf(field);
    body.append(element("tr", element("td", element("code", name)), element("td", ...contentOf(field)), element("td", needed)));
  }
  table.append(body);
  const scroller = element("div", table);
  scroller.className = "fields";
  return scroller;
}

function defaultOf(field: Schema): string {
  return field.default === undefined || field.default === null ? "" : `default ${JSON.stringify(field.default)}`;
}

/** What a field holds, with a link for each shape that has a name. */
function contentOf(field: Schema): Part[] {
  if (field.$ref) return [linkTo(nameOf(field.$ref), nameOf(field.$ref))];
  if (field.anyOf) return field.anyOf.flatMap((each, index) => [index > 0 ? " | " : "", ...contentOf(each)]);
  if (field.type === "array" && field.items?.$ref) return ["list of ", ...contentOf(field.items)];
  return [inWords(field)];
}
