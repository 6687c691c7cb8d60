// The page to try the commands: a list by noun, a form from each one's schema, and the answer.
// All text goes into the page as text, and the token stays in this module's memory.

const PREFIX = "/api/v1";
const MAX_ROWS = 500;
const MAX_SHOWN = 400_000;
const TOKEN_HINT =
  "Write it into the field above. On the server's machine, " +
  "`polymock tokens create NAME --role ROLE` makes one.";

const byId = (id) => document.getElementById(id);
let description = null;
let token = "";
let sending = null;

/** An element with attributes and children; text is text. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, value);
    }
  }
  element.append(...children);
  return element;
}

function resolved(schema) {
  let found = schema ?? {};
  for (let depth = 0; found.$ref && depth < 20; depth += 1) {
    const name = found.$ref.split("/").pop();
    found = { ...description.components.schemas[name], ...found, $ref: undefined };
    if (!found.$ref) delete found.$ref;
  }
  return found;
}

/** A schema without the null that it admits: what is null is left out. */
function plain(schema) {
  const found = resolved(schema);
  const options = (found.anyOf ?? []).filter((each) => each.type !== "null");
  if (options.length === 1) {
    const { anyOf, ...notes } = found;
    return { ...resolved(options[0]), ...notes };
  }
  return found;
}

function headers(more = {}) {
  return token ? { ...more, authorization: `Bearer ${token}` } : more;
}

async function load() {
  const known = byId("known");
  const answer = await fetch(`${PREFIX}/openapi.json`, { headers: headers() });
  if (!answer.ok) {
    const told = await answer.json().catch(() => ({}));
    const isUnknown = answer.status === 401;
    known.textContent = "";
    byId("main").replaceChildren(
      make("h2", {}, told.title ?? `Refused: ${answer.status}`),
      make("p", {}, told.detail ?? ""),
      make("p", {}, isUnknown ? TOKEN_HINT : (told.hint ?? "")),
    );
    byId("token").focus();
    return;
  }
  description = await answer.json();
  byId("version").textContent = description.info.version;
  known.textContent = token ? "in use" : "";
  list();
  show();
}

function operations() {
  return Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
}

function list() {
  const wanted = byId("filter").value.trim().toLowerCase();
  const sections = description.tags.map(({ name, description: what }) => {
    const links = operations()
      .filter(({ operation }) => operation.tags[0] === name)
      .filter(({ operation }) =>
        `${operation.operationId} ${operation.summary}`.toLowerCase().includes(wanted),
      )
      .map(({ operation }) => {
        const title = operation["x-polymock"]?.command ?? operation.operationId;
        const isCurrent = location.hash === `#${operation.operationId}`;
        return make(
          "a",
          {
            href: `#${operation.operationId}`,
            title: operation.summary,
            "aria-current": isCurrent ? "page" : false,
          },
          title.split(".").pop(),
        );
      });
    return links.length ? [make("h2", { title: what }, name), ...links] : [];
  });
  byId("list").replaceChildren(...sections.flat());
}

function show() {
  if (!description) return;
  const all = operations();
  const id = decodeURIComponent(location.hash.slice(1));
  const found = all.find(({ operation }) => operation.operationId === id);
  list();
  if (!found) {
    byId("main").replaceChildren(
      make("h2", {}, `${all.length} commands`),
      make("p", {}, "Choose one on the left: its form is made of what it takes."),
      make("p", {}, description.info.description),
    );
    return;
  }
  byId("main").replaceChildren(...form(found));
}

function form({ path, method, operation }) {
  const facts = operation["x-polymock"] ?? {};
  const content = operation.requestBody?.content["application/json"];
  const body = content ? resolved(content.schema) : null;
  const fields = (operation.parameters ?? []).map((parameter) =>
    field(parameter.name, parameter.in, parameter.schema, parameter.required, parameter.example),
  );
  if (body?.properties) {
    for (const [name, schema] of Object.entries(body.properties)) {
      const required = (body.required ?? []).includes(name);
      fields.push(field(name, "body", schema, required, content.example?.[name]));
    }
  } else if (body) {
    fields.push(field("", "body", body, operation.requestBody.required, content.example));
  }
  const marks = make("p", { class: "marks" });
  for (const [mark, shown] of [
    [facts.role, Boolean(facts.role)],
    ["writes", facts.writes],
    ["destroys", facts.destroys],
  ]) {
    if (shown) marks.append(make("span", { class: mark }, mark));
  }
  const send = make(
    "button",
    { type: "submit", class: facts.destroys ? "send destroys" : "send" },
    "Send",
  );
  const actions = make("div", { class: "actions" }, send);
  if (fields.some((each) => each.example !== undefined)) {
    const fill = make("button", { type: "button" }, "Example");
    fill.addEventListener("click", () => fields.forEach((each) => each.fill()));
    actions.append(fill);
  }
  const answer = make("section", { "aria-live": "polite", "aria-label": "Answer" });
  const element = make("form", { autocomplete: "off", novalidate: true });
  element.append(...fields.map((each) => each.element), actions);
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    carryOut(path, method, fields, Boolean(content), answer, send);
  });
  const title = facts.command ?? operation.operationId;
  return [
    make("h2", {}, title),
    make("p", { class: "address" }, `${method.toUpperCase()} ${path}`),
    make("p", {}, operation.summary),
    ...(operation.description ?? "")
      .split("\n\n")
      .filter((part) => part && !part.startsWith("Role: ")) // it is among the marks
      .map((part) => make("p", {}, part)),
    marks,
    element,
    answer,
  ];
}

/** A form's field: its element, where its value goes, and how to read and fill it. */
function field(name, where, schema, required, example) {
  const shape = plain(schema);
  const id = `field-${where}-${name}`;
  const [control, read, write] = controls(shape, id, required);
  const kind = [shape.enum ? "one of" : (shape.type ?? "any JSON"), required ? "required" : ""];
  const label = make("label", { for: id }, name || "The body ");
  label.append(make("span", { class: "kind" }, ` ${kind.filter(Boolean).join(", ")}`));
  const element = make("div", { class: "field" }, label);
  if (shape.description) element.append(make("p", {}, shape.description));
  element.append(control);
  return {
    name,
    where,
    required,
    example,
    element,
    read,
    fill: () => example !== undefined && write(example),
  };
}

/** A control for a schema, and functions that read its value (undefined: none) and write one. */
function controls(shape, id, required) {
  if (shape.enum) {
    const options = shape.enum.map((each) => make("option", { value: each }, String(each)));
    const select = make("select", { id }, make("option", { value: "" }, ""), ...options);
    return [
      select,
      () => (select.value === "" ? undefined : shape.enum.find((e) => String(e) === select.value)),
      (value) => { select.value = String(value); },
    ];
  }
  if (shape.type === "boolean") {
    const box = make("input", { id, type: "checkbox", checked: shape.default === true });
    return [
      box,
      () => (box.checked === (shape.default ?? false) && !required ? undefined : box.checked),
      (value) => { box.checked = value; },
    ];
  }
  if (shape.type === "string") {
    const isLong = (shape.maxLength ?? Infinity) > 4096 && !shape.format && !shape.pattern;
    const hint = { id, placeholder: shape.default ?? shape.format ?? "", spellcheck: "false" };
    const input = make(isLong ? "textarea" : "input", hint);
    return [
      input,
      () => (input.value === "" ? undefined : input.value),
      (value) => { input.value = value; },
    ];
  }
  if (shape.type === "number" || shape.type === "integer") {
    const input = make("input", { id, inputmode: "decimal", placeholder: shape.default ?? "" });
    return [
      input,
      () => (input.value.trim() === "" ? undefined : asJson(input.value)),
      (value) => { input.value = String(value); },
    ];
  }
  if (shape.type === "array" && plain(shape.items).type === "string") {
    const area = make("textarea", { id, placeholder: "one a line", spellcheck: "false" });
    return [
      area,
      () => {
        const lines = area.value.split("\n").map((line) => line.trim()).filter(Boolean);
        return lines.length ? lines : undefined;
      },
      (value) => { area.value = value.join("\n"); },
    ];
  }
  const area = make("textarea", { id, placeholder: "JSON", spellcheck: "false" });
  return [
    area,
    () => (area.value.trim() === "" ? undefined : asJson(area.value)),
    (value) => { area.value = JSON.stringify(value, null, 2); },
  ];
}

/** JSON where it is some, else the text: the server says what is wrong with it. */
function asJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

async function carryOut(path, method, fields, hasBody, answer, button) {
  const query = new URLSearchParams();
  const values = {};
  let body = values;
  let address = path;
  for (const { name, where, read } of fields) {
    const value = read();
    if (where === "path") {
      address = address.replace(`{${name}}`, encodeURIComponent(value ?? ""));
    } else if (value === undefined) continue;
    else if (where === "query") [value].flat().forEach((each) => query.append(name, String(each)));
    else if (name === "") body = value;
    else values[name] = value;
  }
  const url = query.size ? `${address}?${query}` : address;
  const options = { method: method.toUpperCase(), headers: headers() };
  if (hasBody) {
    options.headers = headers({ "content-type": "application/json" });
    options.body = JSON.stringify(body);
  }
  sending?.abort();
  sending = new AbortController();
  button.disabled = true;
  const began = performance.now();
  try {
    const told = await fetch(url, { ...options, signal: sending.signal });
    const text = await told.text();
    const took = Math.round(performance.now() - began);
    answer.replaceChildren(...answerOf(url, options, told, text, took));
  } catch (error) {
    if (error.name !== "AbortError") {
      answer.replaceChildren(make("p", { class: "status bad" }, `No answer: ${error.message}`));
    }
  } finally {
    button.disabled = false;
  }
}

function answerOf(url, options, told, text, took) {
  const value = asJson(text);
  const pretty = typeof value === "string" ? text : JSON.stringify(value, null, 2);
  const shown = pretty.length > MAX_SHOWN ? `${pretty.slice(0, MAX_SHOWN)}\n… cut` : pretty;
  const line = `${told.status} ${told.statusText}, ${took} ms`;
  const raw = make("pre", {}, shown);
  const rows = told.ok ? tableOf(value) : null;
  const parts = [make("p", { class: `status ${told.ok ? "good" : "bad"}` }, line)];
  if (rows) {
    const details = make("details", {}, make("summary", {}, "As JSON"), raw);
    parts.push(make("div", { class: "rows", tabindex: "0" }, rows), details);
  } else parts.push(raw);
  const curl = make("pre", {}, curlOf(url, options));
  parts.push(make("details", {}, make("summary", {}, "As a curl command"), curl));
  return parts;
}

/** A table of rows, where the answer is some; null where it is not. */
function tableOf(value) {
  let columns = null;
  let rows = null;
  if (Array.isArray(value?.columns) && Array.isArray(value?.rows)) ({ columns, rows } = value);
  else if (Array.isArray(value) && value.length && value.every((each) => isObject(each))) {
    columns = [...new Set(value.flatMap((each) => Object.keys(each)))];
    rows = value.map((each) => columns.map((name) => each[name]));
  }
  if (!columns?.length || !rows?.length) return null;
  const cell = (each) =>
    make("td", {}, typeof each === "string" ? each : (JSON.stringify(each ?? null) ?? ""));
  const head = columns.map((name) => make("th", { scope: "col" }, String(name)));
  const lines = rows.slice(0, MAX_ROWS).map((row) => make("tr", {}, ...row.map(cell)));
  return make("table", {}, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...lines));
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function curlOf(url, { method, body }) {
  const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  const parts = ["curl", "-X", method, quote(location.origin + url)];
  if (token) parts.push("-H", `"Authorization: Bearer $POLYMOCK_TOKEN"`);
  if (body !== undefined) parts.push("-H", quote("Content-Type: application/json"), "-d", quote(body));
  return parts.join(" ");
}

byId("identity").addEventListener("submit", (event) => {
  event.preventDefault();
  token = byId("token").value.trim();
  load();
});
byId("document").addEventListener("click", async (event) => {
  if (!token) return; // the browser shows it
  event.preventDefault();
  const told = await fetch(`${PREFIX}/openapi.json`, { headers: headers() });
  const url = URL.createObjectURL(await told.blob());
  Object.assign(document.createElement("a"), { href: url, download: "openapi.json" }).click();
  URL.revokeObjectURL(url);
});
byId("filter").addEventListener("input", () => description && list());
window.addEventListener("hashchange", show);
load();
