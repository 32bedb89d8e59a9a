"use strict";
// Draws /openapi.json. Everything is made with textContent, so no text of a schema becomes markup.

const DEPTH_MAX = 6;

function element(tag, text = "", className = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

function resolve(api, schema) {
  if (!schema || !schema.$ref) return schema || {};
  return api.components.schemas[schema.$ref.split("/").pop()] || {};
}

function alternatives(api, schema) {
  return (schema.anyOf || schema.oneOf || []).map((each) => resolve(api, each));
}

function typeOf(api, schema) {
  const found = resolve(api, schema);
  const several = alternatives(api, found);
  if (several.length) return several.map((each) => typeOf(api, each)).join(" | ");
  if (found.enum) return found.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (found.type === "array") return `${typeOf(api, found.items)}[]`;
  if (found.additionalProperties && !found.properties) {
    return `{name: ${typeOf(api, found.additionalProperties)}}`;
  }
  return found.type || "any";
}

function limits(schema) {
  const shown = [];
  for (const [key, sign] of [["minLength", "length ≥"], ["maxLength", "length ≤"], ["minimum", "≥"],
    ["maximum", "≤"], ["minItems", "items ≥"], ["maxItems", "items ≤"], ["pattern", "matches"]]) {
    if (schema[key] !== undefined) shown.push(`${sign} ${schema[key]}`);
  }
  return shown.join(", ");
}

function objectOf(api, schema) {
  let found = resolve(api, schema);
  if (found.type === "array") found = resolve(api, found.items);
  const several = alternatives(api, found).filter((each) => each.properties);
  return found.properties ? found : several[0];
}

function fields(api, schema, depth = 0) {
  const list = element("ul");
  const shape = objectOf(api, schema);
  if (!shape || depth > DEPTH_MAX) return list;
  for (const [name, member] of Object.entries(shape.properties)) {
    const line = element("li");
    line.append(element("b", name));
    if ((shape.required || []).includes(name)) line.append(element("span", " *", "required"));
    line.append(` ${typeOf(api, member)}`);
    const note = [limits(resolve(api, member)), member.description || resolve(api, member).description]
      .filter(Boolean).join(" · ");
    if (note) line.append(element("span", `  ${note}`, "note"));
    if (objectOf(api, member)) line.append(fields(api, member, depth + 1));
    list.append(line);
  }
  return list;
}

function block(api, title, schema) {
  const part = document.createDocumentFragment();
  part.append(element("h4", title));
  const box = element("div", "", "fields");
  const drawn = fields(api, schema);
  box.append(drawn.childElementCount ? drawn : element("span", "no fields", "note"));
  part.append(box);
  return part;
}

function card(api, path, operation) {
  const made = element("details");
  made.id = path;
  made.dataset.text = JSON.stringify([path, operation]).toLowerCase();
  const head = element("summary");
  head.append(element("code", path), element("span", operation.summary));
  const body = element("div", "", "body");
  made.append(head, body);
  made.addEventListener("toggle", () => {
    if (body.childElementCount) return;
    const rate = operation["x-rate"];
    const permission = operation["x-permission"].join(" or ") || "any valid key";
    body.append(
      element("p", operation.description || ""),
      element("p", `Needs: ${permission}. At most ${rate.per_minute} a minute and ` +
        `${rate.per_second} a second.${operation["x-audited"] ? " Audited." : ""}`, "facts"),
      element("pre", `curl -X POST '${location.origin}${path}?app_key=KEY' \\\n` +
        `  -H 'Content-Type: application/json' -d '{}'`),
      block(api, "Request", operation.requestBody.content["application/json"].schema),
      block(api, "data of the answer",
        operation.responses["200"].content["application/json"].schema.properties.data),
    );
  });
  return made;
}

function draw(api) {
  const tags = new Map();
  for (const [path, methods] of Object.entries(api.paths)) {
    const operation = methods.post;
    if (!tags.has(operation.tags[0])) tags.set(operation.tags[0], []);
    tags.get(operation.tags[0]).push(card(api, path, operation));
  }
  for (const [tag, cards] of [...tags].sort()) {
    const section = element("section");
    section.id = `tag-${tag}`;
    section.append(element("h2", tag), ...cards);
    document.getElementById("operations").append(section);
    const link = element("a", `${tag} (${cards.length})`);
    link.href = `#tag-${encodeURIComponent(tag)}`;
    document.getElementById("tags").append(link);
  }
}

function filter(words) {
  let shown = 0;
  for (const section of document.querySelectorAll("section")) {
    let inside = 0;
    for (const each of section.querySelectorAll("details")) {
      const hit = words.every((word) => each.dataset.text.includes(word));
      each.hidden = !hit;
      inside += hit;
    }
    section.hidden = !inside;
    shown += inside;
  }
  document.getElementById("count").textContent = `${shown} operations`;
}

fetch("openapi.json").then((answer) => answer.json()).then((api) => {
  draw(api);
  filter([]);
  const search = document.getElementById("search");
  search.addEventListener("input", () => filter(search.value.toLowerCase().split(/\s+/).filter(Boolean)));
  const wanted = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (wanted && wanted.tagName === "DETAILS") { wanted.open = true; wanted.scrollIntoView(); }
}).catch((problem) => {
  document.getElementById("count").textContent = `openapi.json could not be read: ${problem}`;
});
