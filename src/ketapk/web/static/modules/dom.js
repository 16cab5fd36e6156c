// Elements made in one expression, without markup in strings.

/** An element: attributes, listeners as on<event>, data as an object, then children. */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  set(element, attributes);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  set(element, attributes);
  element.append(...children);
  return element;
}

export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) element.removeAttribute(name);
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name === "value" && "value" in element) element.value = value;
    else if (name === "checked") element.checked = value;
    else if (element.getAttribute(name) !== (value === true ? "" : String(value))) element.setAttribute(name, value === true ? "" : value);
  }
}

/** Text that changes only if it is different, so that nothing is laid out for nothing. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function fill(parent, ...children) {
  parent.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
}

/** A labelled field: label above, control below. */
export function field(label, control, hint = null) {
  return el("label", { class: "field" }, el("span", { class: "field-name" }, label), control, hint);
}

export function table(caption, head, rows, attributes = {}) {
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    el("table", attributes,
      el("caption", {}, caption),
      el("thead", {}, el("tr", {}, head.map((cell) => (cell instanceof Node ? cell : el("th", { scope: "col" }, cell))))),
      el("tbody", {}, rows.map((cells) => el("tr", {},
        cells.map((cell, i) => (cell instanceof Node && (cell.tagName === "TD" || cell.tagName === "TH")) ? cell
          : el(i ? "td" : "th", i ? {} : { scope: "row" }, cell)))))));
}

export function choices(select, options, value) {
  fill(select, options.map(([key, text]) => el("option", { value: key }, text)));
  select.value = value;
}

/** Run a function once the calls have stopped for a while. */
export function settled(wait, work) {
  let timer = 0;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...given), wait);
  };
}
