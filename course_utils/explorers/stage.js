// The stage: shows a scene, lights up what is linked, reports what was chosen or dragged.
// It computes no lesson: every number on it came with the scene from Python.

const SVG = "http://www.w3.org/2000/svg";

const make = (name, attributes, parent) => {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return parent.appendChild(element);
};

const format = (weight) => String(Math.round(weight * 1000) / 1000).replace("-", "−");

// The links come one way (output -> inputs); the other way (input -> outputs) is their transpose.
const transposed = (links) => {
  const all = new Map(Object.entries(links));
  for (const [source, targets] of Object.entries(links))
    for (const [target, weight] of targets) {
      if (Object.hasOwn(links, target)) continue;
      if (!all.has(target)) all.set(target, []);
      all.get(target).push([source, weight]);
    }
  return all;
};

function render({ model, el }) {
  const root = document.createElement("div");
  root.className = "btp-stage";
  root.innerHTML = `<div class="picture"></div><div class="twin" aria-live="polite"><p></p></div>
    <details hidden><summary>The same numbers as a table</summary><table></table></details>`;
  el.appendChild(root);
  const picture = root.querySelector(".picture"), sentence = root.querySelector(".twin p");
  const tableBox = root.querySelector("details"), table = root.querySelector("table");
  let scene, cells, links, overlay, drag = null;

  // ---- show ----------------------------------------------------------------------------------------------
  function show() {
    const focused = root.contains(document.activeElement) && document.activeElement;
    const focusKey = focused && (focused.dataset.group ? `g[data-group="${focused.dataset.group}"]`
      : focused.dataset.drag ? `[data-drag="${focused.dataset.drag}"][tabindex]` : null);
    scene = model.get("scene");
    picture.innerHTML = scene.svg || "";
    const svg = picture.querySelector("svg");
    if (!svg) return;
    const title = svg.querySelector("title");  // kept as a label: a <title> would pop up as a tooltip
    if (title) { svg.setAttribute("aria-label", title.textContent); title.remove(); }
    svg.setAttribute("role", "group");
    // A picture that is a sentence says it for the eyes; below, it is for the ears only.
    root.classList.toggle("said", svg.classList.contains("btp-sentence"));
    root.classList.toggle("stepped", Boolean(scene.frames?.length));
    cells = new Map([...svg.querySelectorAll("[data-id]")].map((cell) => [cell.dataset.id, cell]));
    links = transposed(scene.links || {});
    overlay = make("g", { class: "overlay" }, svg);
    table.innerHTML = scene.table || "";
    tableBox.hidden = !scene.table;
    pose();
    light(model.get("chosen"));
    if (focusKey) picture.querySelector(focusKey)?.focus({ preventScroll: true });
  }

  // ---- steps: every frame came with the scene; a slot holds the last text written up to now, and what moved
  // stays where it last moved to -----------------------------------------------------------------------------
  function pose() {
    const frames = scene.frames || [], last = Math.min(model.get("step"), frames.length - 1);
    if (last < 0) return;
    const until = frames.slice(0, last + 1);
    const texts = Object.assign({}, ...until.map((frame) => frame.write));
    const places = Object.assign({}, ...until.map((frame) => frame.move));
    for (const slot of picture.querySelectorAll("[data-slot]")) {
      const text = texts[slot.dataset.slot] ?? "";
      if (slot.textContent !== text) slot.textContent = text;
    }
    for (const part of picture.querySelectorAll("[data-move]")) {
      const place = places[part.dataset.move];
      if (place) part.setAttribute("transform", `translate(${place[0]} ${place[1]})`);
    }
  }

  // ---- light up what is linked, without asking the kernel ------------------------------------------------
  const box = (id) => {
    const place = scene.places?.[id];
    if (place) return place;
    const cell = cells.get(id);
    if (!cell) return null;
    return ["x", "y", "width", "height"].map((name) => Number(cell.getAttribute(name)));
  };

  function mark(id, weight, largest) {
    const place = box(id);
    if (!place) return;
    const [x, y, width, height] = place, sign = weight < 0 ? " minus" : "";
    // the number in the cell stays readable; null belongs together without a weight
    const opacity = weight === null ? 0.45 : 0.15 + 0.4 * Math.abs(weight) / largest;
    make("rect", { x, y, width, height, class: "lit" + sign, "fill-opacity": opacity }, overlay);
    if (weight === null) return;
    const words = "×" + format(weight), size = Math.min(12, height * 0.28, width / (0.72 * words.length));
    if (size < 7 || scene.places?.[id]) return;
    make("text", { x: x + width / 2, y: y + height - 3, "font-size": size, class: sign.trim() }, overlay)
      .textContent = words;
  }

  function point([x1, y1, x2, y2]) {
    const length = Math.hypot(x2 - x1, y2 - y1), head = Math.min(10, length);
    if (!length) return;
    const [backX, backY] = [(x1 - x2) / length * head, (y1 - y2) / length * head];
    const wing = (side) => `M${x2} ${y2}l${backX - side * backY * 0.45} ${backY + side * backX * 0.45}`;
    const d = `M${x1} ${y1}L${x2} ${y2}${wing(1)}${wing(-1)}`;
    for (const name of ["under", "arrow"]) make("path", { d, class: name }, overlay);
  }

  function light(id) {
    overlay.replaceChildren();
    const targets = links.get(id) || [];
    const largest = Math.max(1e-12, ...targets.map(([, weight]) => Math.abs(weight)));
    for (const [target, weight] of targets) mark(target, weight, largest);
    const along = scene.bands?.[id];  // the row or column of the matrix that this cell is
    for (const place of [along, box(id)]) {
      if (!place) continue;
      const [x, y, width, height] = place;
      make("rect", { x, y, width, height, class: "chosen" }, overlay);
    }
    if (scene.arrows?.[id]) {
      point(scene.arrows[id]);
      overlay.append(...overlay.querySelectorAll("text"));  // weights stay readable where the arrow crosses them
    }
    root.dataset.lit = id || "";
    const words = scene.details?.[id] || scene.text || "";
    if (sentence.textContent !== words) sentence.textContent = words;
  }

  function choose(id, { andStep = true } = {}) {
    if (!id || id === model.get("chosen")) return light(id);
    model.set("chosen", id);
    const step = (scene.steps || []).indexOf(id);
    if (andStep && step >= 0) model.set("step", step);
    model.save_changes();
    light(id);
  }

  // ---- pointer -------------------------------------------------------------------------------------------
  const local = (event) => {
    const svg = picture.querySelector("svg");
    return new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  };

  function under(event) {
    const target = event.target.closest?.("[data-id], [data-hit]");
    if (!target || !picture.contains(target)) return null;
    if (target.dataset.id) return target.dataset.id;
    const { x, y } = local(event);  // a matrix drawn as one image: which row is under the pointer?
    const [left, top, width, height] = box0(target);
    const row = Math.floor((y - top) / height * Number(target.dataset.rows));
    const column = Math.floor((x - left) / width * Number(target.dataset.cols));
    const [rowName, columnName] = target.dataset.hit.split(" ");
    return event.shiftKey ? `${columnName}-${column}` : `${rowName}-${row}`;
  }
  const box0 = (element) => ["x", "y", "width", "height"].map((name) => Number(element.getAttribute(name)));

  picture.addEventListener("pointermove", (event) => {
    if (drag) return moveDrag(event);
    const id = under(event) || model.get("chosen");
    if (id !== root.dataset.lit) light(id);
  });
  picture.addEventListener("pointerleave", () => { if (!drag) light(model.get("chosen")); });
  picture.addEventListener("click", (event) => { const id = under(event); if (id) choose(id); });

  // ---- drag: reported in the data coordinates that the handle states --------------------------------------
  const toData = (handle, x, y) => {
    const [x0, y0, unitX, unitY] = handle.split(" ").map(Number);
    return [unitX ? (x - x0) / unitX : 0, unitY ? (y - y0) / unitY : 0];
  };
  // Of many moves only the newest may arrive: each says where its own stroke began, which a brush has to know.
  const report = (name, x, y, start, stroke) => {
    model.set("dragged", { name, x, y, start, stroke });
    model.save_changes();
  };

  function moveDrag(event) {
    const { x, y } = local(event);
    const at = toData(drag.axes, x, y);
    drag.start ??= at;
    report(drag.name, ...at, drag.start, drag.stroke);
  }
  picture.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest?.("[data-drag]");
    if (!handle) return;
    drag = { name: handle.dataset.drag, axes: handle.dataset.axes, stroke: Date.now() };
    picture.setPointerCapture(event.pointerId);
    root.classList.add("dragging");
    picture.querySelector(`[data-drag="${drag.name}"][tabindex]`)?.focus({ preventScroll: true });
    moveDrag(event);
    event.preventDefault();
  });
  const endDrag = () => { drag = null; root.classList.remove("dragging"); };
  picture.addEventListener("pointerup", endDrag);
  picture.addEventListener("pointercancel", endDrag);

  // ---- keyboard ------------------------------------------------------------------------------------------
  const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  picture.addEventListener("keydown", (event) => {
    const move = ARROWS[event.key];
    if (!move) return;
    const handle = event.target.closest("[data-drag]"), grid = event.target.closest("g[data-group]");
    if (handle) {
      const [x, y, step] = handle.dataset.at.split(" ").map(Number);
      const [, , unitX, unitY] = handle.dataset.axes.split(" ").map(Number);
      const to = [x + Math.sign(unitX) * move[1] * step, y + Math.sign(unitY) * move[0] * step];
      report(handle.dataset.drag, ...to, [x, y], Date.now());
    } else if (grid) {
      choose(neighbour(grid, move));
    } else return;
    event.preventDefault();
    event.stopPropagation();  // JupyterLab would move to the next cell
  });

  function neighbour(grid, [down, right]) {
    const members = [...grid.querySelectorAll("[data-id]")];
    const now = members.find((cell) => cell.dataset.id === model.get("chosen"));
    if (!now) return members[0]?.dataset.id;
    const row = Number(now.dataset.row) + down, col = Number(now.dataset.col) + right;
    const next = members.find((cell) => Number(cell.dataset.row) === row && Number(cell.dataset.col) === col);
    return (next || now).dataset.id;
  }

  // ---- listen to Python (and to linked sliders) -----------------------------------------------------------
  // A scene may bring a step and a choice along, whose events can come first: the new scene is shown before them.
  const renewed = () => scene !== model.get("scene") && (show(), true);
  model.on("change:scene", renewed);
  model.on("change:chosen", () => { if (!renewed()) light(model.get("chosen")); });
  model.on("change:step", () => {
    if (renewed()) return;
    pose();
    const id = (scene.steps || [])[model.get("step")];
    if (id && id !== model.get("chosen")) choose(id, { andStep: false });
  });
  // The slider may have been moved before there was a view to hear of it.
  const { frames, steps } = model.get("scene");
  if (frames?.length) model.set("chosen", steps[Math.min(model.get("step"), frames.length - 1)]);
  show();
}

export default { render };
