// The stage: shows a scene, lights up what is linked, lets handles be moved, plays what has steps.
// It computes no lesson: every number on it came with the scene from Python.

const SVG = "http://www.w3.org/2000/svg";
const MOST_AHEAD = 6_000_000;  // characters of scenes kept for one stage; as in stage.py
const TARGET = /^(\w+)(?:\[([\d, ]+)\])?$/;  // "kernel[0,1]": one number of a control
const LETTER_PX = 6.3, MOST_LINES = 4;  // of a sentence: the mean width of a letter, and the lines kept free for it
const STEP_MS = 1600, STILL = 3;  // milliseconds a step plays; pixels within which a press is a click

const make = (name, attributes, parent) => {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return parent.appendChild(element);
};
const format = (weight) => String(Math.round(weight * 1000) / 1000).replace("-", "−");
const rounded = (value) => Number(value.toPrecision(12));  // 0.30000000000000004 is 0.3
const corner = (element) => ["x", "y", "width", "height"].map((name) => Number(element.getAttribute(name)));

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

// ---- pictures that came ahead, by the values of the controls; one store for all views of a stage --------------
class Store {
  constructor(model) {
    this.model = model;
    this.scenes = new Map();
    this.size = 0;
    this.moved = {};
    this.trail = [];
    this.controls = [];
    this.ready = Promise.all(Object.entries(model.get("controls") || {}).map(async ([name, id]) => {
      try { return [name, await model.widget_manager.get_model(id)]; } catch { return null; }
    })).then((all) => { this.controls = all.filter(Boolean); });
    const keep = () => { this.keep(model.get("ahead")); };
    model.on("change:ahead", keep);
    this.forget = () => model.off("change:ahead", keep);
  }
  keep(scene) {
    if (!scene?.key) return;
    this.size += scene.svg.length - (this.scenes.get(scene.key)?.svg.length ?? 0);
    this.scenes.delete(scene.key);
    this.scenes.set(scene.key, scene);
    for (const [key, old] of this.scenes) {
      if (this.size <= MOST_AHEAD) break;
      this.size -= old.svg.length;
      this.scenes.delete(key);
    }
  }
  get(key) { return this.scenes.get(key); }
  // A handle was moved: until Python has answered, its controls still say what was before. Setting them here would
  // not do: a slider rounds what it is given and sends that back, and Python would go back to it.
  put(changes) { Object.assign(this.moved, changes); this.walked(); }
  answered() { this.moved = {}; }
  // Where hands have been since Python was last with them, as the values of every control, oldest first.
  walked() { this.trail.push(parts(this.key())); }
  met(key) { this.trail = [parts(key)]; }
  // Python hears of each control on its own, so that its picture can be of values that never were together. It is
  // older than another when a control in it stands where a hand was before.
  isOlder(key, other) {
    const at = (values, i) => this.trail.findLastIndex((state) => state[i] === values[i]);
    const [values, others] = [parts(key), parts(other)];
    return values.some((_, i) => at(values, i) >= 0 && at(values, i) < at(others, i));
  }
  taken(name) { for (const target in this.moved) if (TARGET.exec(target)[1] === name) delete this.moved[target]; }
  // The values of the controls as Python will write them, with some of them changed.
  key(changes = {}) {
    const plain = (value) => typeof value === "number" ? rounded(value) : value;
    const values = this.controls.map(([, control]) =>
      control.get("_options_labels") ? control.get("index") : plain(control.get("value")));
    for (const [target, value] of Object.entries({ ...this.moved, ...changes })) {
      const [, name, inside] = TARGET.exec(target);
      const place = this.controls.findIndex(([known]) => known === name);
      if (place < 0) return null;
      values[place] = inside ? exchanged(values[place], inside.split(",").map(Number), value) : value;
    }
    return JSON.stringify(values);
  }
}
const parts = (key) => JSON.parse(key || "[]").map((value) => JSON.stringify(value));
// One number of a text such as "1, 2; 3, 4" exchanged.
const exchanged = (text, place, value) => {
  const rows = text.split(";").map((row) => row.split(",").map((word) => word.trim()));
  const [row, column] = place.length === 2 ? place : [0, place[0]];
  if (rows[row]?.[column] !== undefined) rows[row][column] = String(rounded(value));
  return rows.map((each) => each.join(", ")).join("; ");
};

const stores = new WeakMap();
// The step of a name among other steps, else the last one of its kind; as in standing.py.
const kind = (step) => step.split("-")[0];
const stepIn = (steps, name) => {
  const same = steps.indexOf(name), alike = steps.findLastIndex((step) => kind(step) === kind(name));
  return same >= 0 ? same : alike >= 0 ? alike : steps.length - 1;
};

const storeOf = (model) => {
  if (!stores.has(model)) stores.set(model, new Store(model));
  return stores.get(model);
};

function initialize({ model }) {
  const store = storeOf(model);  // from the beginning, or what is sent before there is a view would be lost
  model.set("pages", model.get("pages") + 1);  // a page that opens, or opens again, has no pictures yet
  model.save_changes();
  const unwatch = watchKernel(model.widget_manager);
  return () => { unwatch(); store.forget(); };
}

// JupyterLab tells its widgets of a restart only. When a kernel was shut down, culled or killed they would stay as they
// are: a slider that moves, and a picture that does not. So they are told; stage.css says it to the learner.
const ENDED = ["dead", "terminating", "restarting", "autorestarting"];
function watchKernel(manager) {
  const context = manager?.context?.sessionContext, kernel = context?.session?.kernel;
  if (!kernel) return () => {};  // another front end, or a lesson that is only looked at
  const signals = [context.statusChanged, context.kernelChanged, context.sessionChanged];
  const unwatch = () => { for (const signal of signals) signal.disconnect(look); };
  function look() {
    const now = context.session?.kernel;
    if (now?.id === kernel.id && !ENDED.includes(now.status)) return;
    unwatch();  // what runs after this belongs to another kernel
    manager.disconnect();
  }
  for (const signal of signals) signal.connect(look);
  return unwatch;
}

// Python may be there and the way to it not: a server that stopped, a network that is gone. What is moved meanwhile is
// sent when it is back; until then the picture is older than its slider, and stage.css says so.
function watchConnection(manager, tell) {
  const context = manager?.context?.sessionContext, changed = context?.connectionStatusChanged;
  const look = () => tell((context.session?.kernel?.connectionStatus ?? "connected") === "connected");
  changed?.connect(look);
  return () => changed?.disconnect(look);
}

// What a learner would do by hand when it has ended, in one press: a kernel, the cells above, this cell. Only where the page lends
// its commands (expose_app_in_browser in jupyter_server_config.json); elsewhere the sentence has to do.
const AGAIN = "Run the cells above again, then this one";
const FAILED = "A cell above stopped with an error. Mend it, then press here again.";
const NO_PYTHON = "Python could not be started. Press here to try again.";
function againButton() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btp-again";
  button.textContent = AGAIN;
  button.addEventListener("click", async () => {
    button.disabled = true;
    button.textContent = "The cells above are running ...";
    button.textContent = await runAgain(button).then((whole) => whole ? AGAIN : FAILED, () => NO_PYTHON);
    button.disabled = false;
  });
  return button;
}

async function runAgain(element) {
  const { commands, shell } = globalThis.jupyterapp;
  const panel = [...shell.widgets("main")].find((each) => each.content?.widgets && each.node.contains(element));
  const notebook = panel.content, cell = notebook.widgets.find((each) => each.node.contains(element));
  await beginAgain(panel.sessionContext);
  const choose = () => { notebook.deselectAll(); notebook.activeCellIndex = notebook.widgets.indexOf(cell); };
  shell.activateById(panel.id);  // commands are about the notebook in front
  choose();
  if (await commands.execute("notebook:run-all-above") === false) return false;
  choose();
  await commands.execute("notebook:run-cell");
  return true;
}
// A kernel that JupyterLab starts again by itself is waited for by what runs in it.
async function beginAgain(context) {
  const kernel = context.session?.kernel;
  if (!kernel) await context.changeKernel({ name: context.prevKernelName || "python3" });
  else if (kernel.status === "dead") await context.restartKernel();
}

function render({ model, el }) {
  const store = storeOf(model);
  const root = document.createElement("div");
  root.className = "btp-stage";
  root.innerHTML = `<div class="twin" aria-live="polite"><p></p></div>
    <div class="player" role="group" aria-label="steps" hidden>
      <button class="play" type="button"></button><button class="back" type="button">◀ back</button>
      <input type="range" min="0" step="1"><button class="on" type="button">step ▶</button><output></output>
      <label>speed <select><option value="2">slow</option><option value="1" selected>normal</option>
        <option value="0.4">fast</option></select></label></div>
    <div class="picture"></div>
    <details hidden><summary>The same numbers as a table</summary><table></table></details>`;
  el.appendChild(root);
  const find = (selector) => root.querySelector(selector);
  const picture = find(".picture"), sentence = find(".twin p");
  const tableBox = find("details"), table = find("table"), player = find(".player");
  let scene, cells, links, overlay, drag = null, ended = false;
  let posed = null;  // { step, chosen } of a picture that came ahead, until Python says it
  let lines = 2;  // that the sentence has room for
  let aim = {};  // the name of the step that the learner last went to; where the picture stands for it; its room
  const chosen = () => posed ? posed.chosen : model.get("chosen");
  const wanted = () => !scene.frames?.length || now() === aim.step ? aim.name : scene.steps[now()];

  // ---- show --------------------------------------------------------------------------------------------------
  function show(next, ahead = null) {
    const same = scene && scene.svg === next.svg && scene.text === next.text && scene.key === next.key;
    aim = ahead ? { name: wanted(), step: ahead.step, room: next.frames.length ? next.room : aim.room }
      : { name: next.wanted, step: next.at, room: next.room };
    [scene, posed] = [next, ahead];
    if (same) return settle();
    const focused = root.contains(document.activeElement) ? document.activeElement : null;
    const again = focused?.dataset?.group ? `g[data-group="${focused.dataset.group}"]`
      : focused?.dataset?.handle ? `[data-handle="${focused.dataset.handle}"][tabindex]`
      : focused?.dataset?.drag ? `[data-drag="${focused.dataset.drag}"][tabindex]` : null;
    picture.querySelector("svg")?.remove();  // and not all of it: a number may be being typed there
    picture.insertAdjacentHTML("afterbegin", scene.svg || "");
    const svg = picture.querySelector("svg");
    if (!svg) return;
    const title = svg.querySelector("title");  // kept as a label: a <title> would pop up as a tooltip
    if (title) { svg.setAttribute("aria-label", title.textContent); title.remove(); }
    svg.setAttribute("role", "group");
    // A picture that is a sentence says it for the eyes; above, it is for the ears only. It keeps the height that
    // the last picture had, so that nothing below jumps.
    const said = svg.classList.contains("btp-sentence");
    root.classList.toggle("said", said);
    picture.style.minHeight = said ? `${picture.dataset.height ?? 0}px` : "";
    root.classList.toggle("stepped", Boolean(scene.frames?.length));
    cells = new Map([...svg.querySelectorAll("[data-id]")].map((cell) => [cell.dataset.id, cell]));
    links = transposed(scene.links || {});
    overlay = make("g", { class: "overlay" }, svg);
    for (const knob of svg.querySelectorAll("[data-handle][tabindex]")) describe(knob);
    table.innerHTML = scene.table || "";
    tableBox.hidden &&= !scene.table;  // where there was a table once it keeps its room
    tableBox.style.visibility = scene.table ? "" : "hidden";
    settle();
    if (!said) picture.dataset.height = picture.offsetHeight;
    makeRoom();
    if (again) picture.querySelector(again)?.focus({ preventScroll: true });
  }

  // What is chosen must be there; with steps, the present one is.
  function settle() {
    if ((chosen() || scene.frames?.length) && !box(chosen())) {
      const instead = scene.frames?.length ? scene.steps[now()] : "";
      if (posed) posed.chosen = instead; else model.set("chosen", instead);
    }
    pose();
    light(chosen());
    root.dataset.key = scene.key ?? "";  // said last, when the picture is there
  }

  function describe(knob) {
    const handle = scene.handles?.[knob.dataset.handle];
    if (!handle) return;
    knob.setAttribute("aria-valuenow", handle.at[0]);
    knob.setAttribute("aria-valuemin", handle.low[0]);
    knob.setAttribute("aria-valuemax", handle.high[0]);
    knob.setAttribute("aria-valuetext", handle.at.map((value) => format(value)).join(", "));
  }

  // ---- steps: every frame came with the scene; a slot holds the last text written up to now, and what moved
  // stays where it last moved to -------------------------------------------------------------------------------
  const lastStep = () => (scene.steps || []).length - 1;
  const now = () => Math.min(posed ? posed.step : model.get("step"), lastStep());
  // Where a picture that came ahead stands and what is chosen there, as Python will say; null where only Python can.
  function poseOf(ready) {
    const id = chosen();
    if (!ready.frames.length) return { step: posed?.step ?? model.get("step"), chosen: ready.chosen ?? id };
    if (ready.room === null || ready.room !== aim.room) return null;
    const step = stepIn(ready.steps, wanted()), aside = !scene.steps.includes(id) && !ready.steps.includes(id);
    return { step, chosen: aside && ready.details[id] !== undefined ? id : ready.steps[step] };
  }
  // A number of some controls, when it is pulled, becomes what is shown. Is it shown already?
  function isFollowed(target) {
    const cell = picture.querySelector(`[data-handle="${target}"][data-id]`)?.dataset.id, here = scene.steps?.[now()];
    return cell === here || (links.get(here) ?? []).some(([other]) => other === cell);
  }
  const leads = (target) => TARGET.exec(target)[1] === scene.follows && !isFollowed(target);
  function pose() {
    const frames = scene.frames || [], last = now();
    // Where there was a player once it keeps its room, so that the picture below stays where it is.
    player.hidden &&= lastStep() < 1;
    player.style.visibility = lastStep() < 1 ? "hidden" : "";
    if (last < 0) return;
    find("input").max = lastStep();
    find("input").value = last;
    find("input").setAttribute("aria-label", scene.word);
    find("output").textContent = `${scene.word} ${last + 1} of ${lastStep() + 1}`;
    if (!frames.length) return;
    const until = frames.slice(0, last + 1);
    const texts = Object.assign({}, ...until.map((frame) => frame.write));
    const places = Object.assign({}, ...until.map((frame) => frame.move));
    const paints = Object.assign({}, ...until.map((frame) => frame.paint));
    for (const slot of picture.querySelectorAll("[data-slot]")) {
      const text = texts[slot.dataset.slot] ?? "";
      if (slot.textContent !== text) slot.textContent = text;
    }
    for (const part of picture.querySelectorAll("[data-move]")) {
      const place = places[part.dataset.move];
      if (place) part.setAttribute("transform", `translate(${place[0]} ${place[1]})`);
    }
    for (const cell of picture.querySelectorAll("[data-paint]"))
      cell.setAttribute("fill-opacity", paints[cell.dataset.paint] ?? 0);
  }
  function go(step) {
    step = Math.max(0, Math.min(step, lastStep()));
    if (scene.steps?.[step] !== undefined) choose(scene.steps[step], { release: false });
  }

  // ---- play: stop is pause, and nothing rewinds unasked, except that play at the end begins anew ----------------
  let timer = null;
  const playButton = find(".play");
  function setPlaying(on) {
    clearInterval(timer);
    timer = on ? setInterval(tick, STEP_MS * Number(find("select").value)) : null;
    playButton.textContent = on ? "❚❚ pause" : "▶ play";
  }
  function tick() {
    if (now() >= lastStep()) return setPlaying(false);
    go(now() + 1);
    if (now() >= lastStep()) setPlaying(false);
  }
  playButton.addEventListener("click", () => {
    if (timer) return setPlaying(false);
    if (now() >= lastStep()) go(0);
    setPlaying(true);
  });
  find("select").addEventListener("change", () => { if (timer) setPlaying(true); });
  find(".back").addEventListener("click", () => { setPlaying(false); go(now() - 1); });
  find(".on").addEventListener("click", () => { setPlaying(false); go(now() + 1); });
  find("input").addEventListener("input", (event) => { setPlaying(false); go(Number(event.target.value)); });
  player.addEventListener("keydown", (event) => event.stopPropagation());  // JupyterLab would move to the next cell
  setPlaying(false);

  // ---- light up what is linked, without asking the kernel ------------------------------------------------------
  const box = (id) => scene.places?.[id] ?? (cells.has(id) ? corner(cells.get(id)) : null);

  // Of a number that is shown in several cells, all of them.
  const boxes = (id) => {
    if (!cells.has(id) || scene.places?.[id]) return [box(id)];
    return [...picture.querySelectorAll(`[data-id="${CSS.escape(id)}"]`)].map(corner);
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

  // Room for the longest sentence that pointing can bring, or the picture would jump away from the pointer.
  function makeRoom() {
    if (!sentence.clientWidth) return;
    const letters = [scene.text, ...Object.values(scene.details || {})].map((words) => words.length);
    lines = Math.max(lines, Math.ceil(Math.max(...letters) / (sentence.clientWidth / LETTER_PX)));
    sentence.parentElement.style.minHeight = `${1.5 * Math.min(lines, MOST_LINES)}em`;
  }
  let width = 0;
  const widths = new ResizeObserver(() => {  // a narrower page needs more lines
    if (sentence.clientWidth === width) return;
    [width, lines] = [sentence.clientWidth, 2];
    makeRoom();
  });
  widths.observe(root);

  function say(words) { if (sentence.textContent !== words) sentence.textContent = words; }

  function light(id) {
    overlay.replaceChildren();
    const targets = links.get(id) || [];
    const largest = Math.max(1e-12, ...targets.map(([, weight]) => Math.abs(weight)));
    for (const [target, weight] of targets) mark(target, weight, largest);
    const along = scene.bands?.[id];  // the row or column of the matrix that this cell is
    for (const place of [along, ...boxes(id)]) {
      if (!place) continue;
      const [x, y, width, height] = place;
      make("rect", { x, y, width, height, class: "chosen" }, overlay);
    }
    if (scene.arrows?.[id]) {
      point(scene.arrows[id]);
      overlay.append(...overlay.querySelectorAll("text"));  // weights stay readable where the arrow crosses them
    }
    root.dataset.lit = id || "";
    say(scene.details?.[id] || scene.text || "");
  }

  // Choosing what is chosen releases it, and so do a click on nothing and Esc.
  function choose(id, { release = true } = {}) {
    if (release && id === chosen()) id = "";
    id ||= scene.frames?.length ? scene.steps[now()] : "";
    if (id !== model.get("chosen")) model.set("chosen", id);
    const step = (scene.steps || []).indexOf(id);
    if (step >= 0) model.set("step", step);
    if (posed) posed = { step: step >= 0 ? step : posed.step, chosen: id };
    model.save_changes();
    pose();
    light(id);
  }

  // ---- pointer -------------------------------------------------------------------------------------------------
  const local = (event) => {
    const svg = picture.querySelector("svg");
    return new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  };

  function under(event) {
    const target = event.target.closest?.("[data-id], [data-hit]");
    if (!target || !picture.contains(target)) return null;
    if (target.dataset.id) return target.dataset.id;
    const { x, y } = local(event);  // a matrix drawn as one image: which row is under the pointer?
    const [left, top, width, height] = corner(target);
    const row = Math.floor((y - top) / height * Number(target.dataset.rows));
    const column = Math.floor((x - left) / width * Number(target.dataset.cols));
    const [rowName, columnName] = target.dataset.hit.split(" ");
    return event.shiftKey ? `${columnName}-${column}` : `${rowName}-${row}`;
  }

  picture.addEventListener("pointermove", (event) => {
    if (drag) return drag.move(event);
    const id = under(event) || chosen();
    if (id !== root.dataset.lit) light(id);
  });
  picture.addEventListener("pointerleave", () => { if (!drag) light(chosen()); });
  picture.addEventListener("click", (event) => {
    if (ended) { ended = false; return; }  // the end of a drag is no choice
    const id = under(event);
    if (id) choose(id);
    else if (!event.target.closest?.("[data-handle], [data-drag], input")) choose("");
  });

  // ---- handles: pressed and moved, the value keeps its distance to the hand -------------------------------------
  const snap = (handle, i, value) => {
    const steps = Math.round((value - handle.low[i]) / handle.step[i]);
    return rounded(Math.min(handle.high[i], Math.max(handle.low[i], handle.low[i] + steps * handle.step[i])));
  };

  function moveTo(handle, values) {
    const changes = Object.fromEntries(handle.sets.map((target, i) => [target, values[i]]));
    const ready = store.get(store.key(changes));
    const ahead = ready && !handle.sets.some(leads) ? poseOf(ready) : null;
    if (ahead) show(ready, ahead);
    store.put(changes);
    const count = (model.get("moved").count || 0) + 1;
    model.set("moved", { values: changes, count });
    model.save_changes();
  }

  class Move {  // of a handle
    constructor(handle, event) {
      this.handle = handle;
      this.from = local(event);
      this.start = this.last = handle.at;
      this.begun = false;
      if (handle.around) [this.angle, this.distance, this.turned] = [...this.polar(this.from), 0];
    }
    // What turns about a point: the part of its distance that is gained, and degrees clockwise, also beyond 180.
    polar({ x, y }) {
      const [right, down] = [x - this.handle.around[0], y - this.handle.around[1]];
      return [Math.atan2(down, right) * 180 / Math.PI, Math.max(1, Math.hypot(right, down))];
    }
    turn(here) {
      const [angle, distance] = this.polar(here);
      this.turned += (angle - this.angle + 540) % 360 - 180;
      this.angle = angle;
      return [distance / this.distance - 1, this.turned];
    }
    move(event) {
      const here = local(event), rate = event.shiftKey ? 0.1 : 1;  // Shift: a tenth of the way, for fine steps
      const way = this.handle.around ? this.turn(here) : [here.x - this.from.x, here.y - this.from.y];
      const [right, down] = way.map((part) => part * rate);
      if (!this.begun && Math.hypot(here.x - this.from.x, here.y - this.from.y) < STILL) return;
      this.begun = true;
      root.classList.add("dragging");
      const values = this.start.map((value, i) =>
        snap(this.handle, i, value + right * this.handle.by[i][0] + down * this.handle.by[i][1]));
      if (values.every((value, i) => value === this.last[i])) return;
      this.last = values;
      moveTo(this.handle, values);
    }
  }

  // A brush reports where it is. Of many moves only the newest may arrive: each says where its own stroke began.
  class Stroke {
    constructor(element, event) {
      this.name = element.dataset.drag;
      this.axes = element.dataset.axes.split(" ").map(Number);
      this.stroke = Date.now();
      this.begun = true;
      root.classList.add("dragging");
      this.move(event);
    }
    move(event) {
      const { x, y } = local(event), [x0, y0, unitX, unitY] = this.axes;
      const at = [unitX ? (x - x0) / unitX : 0, unitY ? (y - y0) / unitY : 0];
      this.start ??= at;
      brush(this.name, at, this.start, this.stroke);
    }
  }
  const brush = (name, [x, y], start, stroke) => {
    model.set("dragged", { name, x, y, start, stroke });
    model.save_changes();
  };

  picture.addEventListener("pointerdown", (event) => {
    ended = false;
    if (event.button !== 0) return;
    const element = event.target.closest?.("[data-handle], [data-drag]");
    if (!element) return;
    const handle = scene.handles?.[element.dataset.handle];
    if (!handle && !element.dataset.drag) return;
    drag = handle ? new Move(handle, event) : new Stroke(element, event);
    picture.setPointerCapture(event.pointerId);
    const name = handle ? `[data-handle="${element.dataset.handle}"]` : `[data-drag="${element.dataset.drag}"]`;
    (picture.querySelector(`${name}[tabindex]`) ?? element.closest("g[data-group]"))?.focus({ preventScroll: true });
    event.preventDefault();
  });
  const endDrag = (event) => {
    if (!drag) return;
    ended = drag.begun && event.type === "pointerup";
    // The press was captured by the picture, so its click would be nobody's: a press without a move is one.
    if (!drag.begun) {
      const id = document.elementFromPoint(event.clientX, event.clientY)?.closest?.("[data-id]")?.dataset.id;
      if (id && event.type === "pointerup") choose(id);
      ended = true;
    }
    drag = null;
    root.classList.remove("dragging");
  };
  picture.addEventListener("pointerup", endDrag);
  picture.addEventListener("pointercancel", endDrag);
  picture.addEventListener("dblclick", (event) => {
    const element = event.target.closest?.("[data-handle]");
    if (element) type(element.dataset.handle, element);
  });

  // ---- keyboard ------------------------------------------------------------------------------------------------
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const BIG = { PageUp: 1, PageDown: -1 }, ENDS = { Home: "low", End: "high" }, STEPS = { "+": 1, "-": -1, "−": -1 };

  // The values after a key; null for a key that moves nothing.
  function keyed(handle, key, fine) {
    const values = [...handle.at], arrow = ARROWS[key];
    if (arrow) {  // along the screen: the value that moves most in this direction
      const axis = arrow[0] ? 0 : 1, rates = handle.by.map((by) => by[axis]);
      const i = rates.reduce((best, rate, n) => Math.abs(rate) > Math.abs(rates[best]) ? n : best, 0);
      const sign = Math.sign(rates[i]) * (arrow[0] + arrow[1]);
      if (!sign) return null;
      values[i] = snap(handle, i, values[i] + sign * handle.step[i]);
    } else if (BIG[key] || STEPS[key]) {
      const i = BIG[key] ? values.length - 1 : 0, count = BIG[key] ? BIG[key] * handle.big : STEPS[key];
      values[i] = snap(handle, i, values[i] + count * handle.step[i]);
    } else if (ENDS[key]) values[0] = handle[ENDS[key]][0];
    else return null;
    return values;
  }

  picture.addEventListener("keydown", (event) => {
    if (event.target.tagName === "INPUT") return;
    const knob = event.target.closest("[data-handle][tabindex]"), grid = event.target.closest("g[data-group]");
    const stroke = event.target.closest("[data-drag]");
    if (event.key === "Escape") choose("");
    else if (knob && pressed(knob.dataset.handle, knob, event.key)) ;
    else if (stroke && ARROWS[event.key]) pushBrush(stroke, ARROWS[event.key]);
    else if (grid && ARROWS[event.key]) choose(neighbor(grid, ARROWS[event.key]), { release: false });
    else if (grid && pressed(handleOf(chosen()), cells.get(chosen()), event.key)) ;
    else return;
    event.preventDefault();
    event.stopPropagation();  // JupyterLab would move to the next cell
  });
  const handleOf = (id) => cells.get(id)?.dataset.handle;

  function pressed(name, element, key) {
    const handle = scene.handles?.[name];
    if (!handle) return false;
    if (key === "Enter") return type(name, element), true;
    const values = keyed(handle, key);
    if (!values) return false;
    if (values.some((value, i) => value !== handle.at[i])) moveTo(handle, values);
    return true;
  }

  function pushBrush(element, [right, down]) {
    const [x, y, step] = element.dataset.at.split(" ").map(Number);
    const [, , unitX, unitY] = element.dataset.axes.split(" ").map(Number);
    const to = [x + Math.sign(unitX) * right * step, y + Math.sign(unitY) * down * step];
    brush(element.dataset.drag, to, [x, y], Date.now());
  }

  function neighbor(grid, [right, down]) {
    const members = [...grid.querySelectorAll("[data-id]")];
    const now = members.find((cell) => cell.dataset.id === chosen());
    if (!now) return members[0]?.dataset.id;
    const row = Number(now.dataset.row) + down, col = Number(now.dataset.col) + right;
    const next = members.find((cell) => Number(cell.dataset.row) === row && Number(cell.dataset.col) === col);
    return (next || now).dataset.id;
  }

  // ---- typing: Enter or a double click opens a field over the handle ---------------------------------------------
  function type(name, element) {
    const handle = scene.handles?.[name];
    if (!handle || !element) return;
    const place = element.getBoundingClientRect(), frame = picture.getBoundingClientRect();
    const field = document.createElement("input");
    field.className = "typed";
    field.value = handle.at.join(", ");
    field.setAttribute("aria-label", handle.label);
    const width = Math.max(56, 14 + 9 * field.value.length);
    field.style.width = `${width}px`;
    field.style.left = `${place.left + place.width / 2 - frame.left + picture.scrollLeft - width / 2}px`;
    field.style.top = `${place.top + place.height / 2 - frame.top + picture.scrollTop - 13}px`;
    const group = element.closest("g[data-group]")?.dataset.group;
    let open = true;
    const close = (back) => {
      open = false;
      field.remove();
      light(chosen());
      const knob = `[data-handle="${name}"][tabindex]`, grid = `g[data-group="${group}"]`;  // of the present picture
      if (back) (picture.querySelector(knob) ?? picture.querySelector(grid))?.focus({ preventScroll: true });
    };
    const take = (back) => {
      if (!open) return;
      const values = read(field.value);
      const fits = values.length === handle.at.length && values.every((value, i) =>
        value >= handle.low[i] && value <= handle.high[i]);
      if (!fits) {
        const ends = handle.low.map((low, i) => `${format(low)} to ${format(handle.high[i])}`).join(" and from ");
        say(`${handle.label}: type ${handle.at.length === 1 ? "a number" : "two numbers"} from ${ends}.`);
        if (!back) close(false);
        return;
      }
      close(back);
      // Of a list of numbers each may be any number; a slider has steps.
      const snapped = values.map((value, i) => handle.sets[i].endsWith("]") ? value : snap(handle, i, value));
      const present = scene.handles?.[name] ?? handle;  // another picture may have come meanwhile
      if (snapped.some((value, i) => value !== present.at[i])) moveTo(present, snapped);
    };
    field.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter") take(true);
      if (event.key === "Escape") close(true);
    });
    field.addEventListener("blur", () => take(false));
    picture.appendChild(field);
    field.focus();
    field.select();
  }
  const read = (text) => text.replace(/−/g, "-").split(/[\s,;]+/).filter(Boolean).map(Number);

  // ---- listen to Python, and to the controls ---------------------------------------------------------------------
  // What Python shows has the last word, unless it is older than what a hand already sees.
  let arrived = null;
  const renewed = () => {
    const next = model.get("scene");
    if (next === arrived) return false;
    arrived = next;
    store.keep(next);
    if ((next.count ?? 0) >= (model.get("moved").count || 0)) store.answered();
    if (next.key === store.key()) store.met(next.key);
    else if (store.isOlder(next.key, scene.key)) return true;
    show(next);
    return true;
  };
  const follow = (name, control) => {
    if (control._state_lock) return;  // Python has set it: the picture comes along
    store.taken(name);
    store.walked();
    if (drag) return;
    const ready = store.get(store.key());
    if (!ready || ready.key === scene.key || name === scene.follows) return;
    const ahead = poseOf(ready);
    if (ahead) show(ready, ahead);
  };
  const listeners = [
    [model, "change:scene", renewed],
    [model, "change:chosen", () => { if (!renewed()) light(chosen()); }],
    [model, "change:step", () => {
      if (renewed() || posed) return;
      pose();
      const id = (scene.steps || [])[model.get("step")];
      if (id && id !== model.get("chosen")) choose(id, { release: false });
    }],
  ];
  let gone = false;
  store.ready.then(() => {
    if (gone) return;
    for (const [name, control] of store.controls)
      listeners.push([control, "change:value change:index", () => follow(name, control)]);
    for (const [source, event, heard] of listeners.slice(3)) source.on(event, heard);
  });

  // Sliders and rows of buttons of ipywidgets have no names of their own for a screen reader.
  const explorer = () => root.closest(".btp-explorer") ?? root.parentElement?.parentElement;
  const again = globalThis.jupyterapp?.commands ? againButton() : null;
  const unwatch = watchConnection(model.widget_manager, (isThere) => explorer()?.classList.toggle("btp-apart", !isThere));
  const names = requestAnimationFrame(() => {
    if (again) explorer()?.prepend(again);
    for (const box of explorer()?.querySelectorAll(".widget-slider") ?? []) {
      const label = box.querySelector(".widget-label")?.textContent;
      for (const knob of box.querySelectorAll(".noUi-handle")) knob.setAttribute("aria-label", label || "value");
    }
    for (const box of explorer()?.querySelectorAll(".widget-toggle-buttons") ?? []) {
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", box.querySelector(".widget-label")?.textContent || "choices");
    }
  });

  const first = model.get("scene");
  store.keep(first);
  store.met(first.key);
  arrived = first;
  if (first.frames?.length) model.set("chosen", first.steps[Math.min(model.get("step"), first.frames.length - 1)]);
  show(first);
  for (const [source, event, heard] of listeners.slice(0, 3)) source.on(event, heard);

  return () => {
    gone = true;
    setPlaying(false);
    cancelAnimationFrame(names);
    again?.remove();
    unwatch();
    widths.disconnect();
    for (const [source, event, heard] of listeners) source.off(event, heard);
  };
}

export default { initialize, render };
