// The pages of the book: explorers that live without a kernel, search, theme, side roads.
// Every picture was drawn by Python when the book was built. Here one of them is found and shown; nothing is computed.

const book = (() => {
  const RUNS = "comes alive when the lesson runs", TARGET = /^(\w+)\[/;
  const rounded = (value) => typeof value === "number" ? Number(value.toPrecision(12)) : value;
  const nameOf = (target) => TARGET.exec(target)?.[1] ?? target;
  const kind = (step) => step.split("-")[0];
  // As in standing.py.
  const stepIn = (steps, name) => {
    const same = steps.indexOf(name), alike = steps.findLastIndex((step) => kind(step) === kind(name ?? ""));
    return same >= 0 ? same : alike >= 0 ? alike : steps.length - 1;
  };

  // What stage.js expects of a widget's model.
  class Model {
    constructor(state) { this.state = state; this.heard = []; }
    get(name) { return this.state[name]; }
    set(name, value) { this.setAll({ [name]: value }); }
    setAll(changes) {  // all are there before anybody hears of one
      const changed = Object.keys(changes).filter((name) => this.state[name] !== changes[name]);
      Object.assign(this.state, changes);
      for (const name of changed)
        for (const [events, callback] of [...this.heard]) if (events.includes(`change:${name}`)) callback();
    }
    on(events, callback) { this.heard.push([events.split(" "), callback]); }
    off(events, callback) { this.heard = this.heard.filter(([, each]) => each !== callback); }
    save_changes() {}
  }

  class Explorer {
    constructor(box, record) {
      Object.assign(this, { box, record, at: 0, from: null, busy: false, held: false, keyed: false });
      this.names = Object.keys(record.controls);
      this.edges = new Map(Object.entries(record.edges).map(([base, moves]) => [Number(base), moves]));
      const opening = this.unpacked(0);
      this.controls = Object.fromEntries(this.names.map((name, i) => [name, this.controlModel(name, opening.values[i])]));
      this.stage = new Model({
        scene: { ...opening.scene, count: 0 }, ahead: {}, chosen: opening.chosen, step: opening.step, pages: 0,
        controls: Object.fromEntries(this.names.map((name) => [name, name])), moved: {}, dragged: {},
      });
      this.stage.widget_manager = { get_model: async (name) => this.controls[name] };
      this.stands(opening.scene, opening.scene.wanted, opening.step);
      this.stage.on("change:moved", () => {
        const { values } = this.stage.get("moved");
        this.move(Object.keys(values), Object.values(values));
      });
      this.stage.on("change:chosen", () => this.chose(this.stage.get("chosen")));
      this.stage.on("change:dragged", () => {
        const { drags } = record, { x, y } = this.stage.get("dragged");
        if (drags?.length) this.move(drags, [Math.trunc(x), Math.trunc(y)]);
        else this.say(`The brush ${RUNS}.`);
      });
      this.asleep = box.querySelector(".alive").textContent;
      this.bind();
      // A browser may have put them elsewhere: those of the last visit, or where a hand moved them too early.
      this.names.forEach((name, i) => this.draw(name, opening.values[i], opening));
      const place = box.querySelector(".place"), before = place.firstElementChild;
      const el = place.appendChild(document.createElement("div"));
      btpStage.initialize({ model: this.stage });
      before.hidden = true;
      btpStage.render({ model: this.stage, el });
      before.remove();
      box.dataset.alive = "yes";
    }
    controlModel(name, value) {
      const { options } = this.record.controls[name];
      return new Model(options ? { index: value, value: options[value], _options_labels: options } : { value });
    }
    unpacked(number) {
      const { pieces, states } = this.record;
      const numbers = states[number].flatMap((part) =>
        Array.isArray(part) ? states[0].slice(part[0], part[0] + part[1]) : [part]);
      return JSON.parse(numbers.map((each) => pieces[each]).join(""));
    }
    place(name) { return this.names.indexOf(name); }
    label(name) { return this.record.controls[name].label || name; }

    // ---- from state to state -----------------------------------------------------------------------------------
    move(targets, values) {
      const name = targets.join(" ");
      const own = new Set(name.startsWith("preset: ") ? this.names : targets.map(nameOf));
      const [base, lost] = this.base(name, own);
      if (base === null) return this.refuse(targets);
      const moves = [...this.edges.get(base)[name]];
      if (targets.length === 1 && this.place(name) >= 0) moves.push([[this.record.values[base][this.place(name)]], base]);
      const number = this.nearest(moves, values.map(rounded), name);
      if (number === null) return this.refuse(targets);
      this.from = { base, name };
      this.show(number);
      this.say(lost.length ? `One thing at a time on this page: ${lost.map((each) => this.label(each)).join(", ")} `
        + `went back. In the running lesson all move together.` : "");
    }
    // The state to move from, and the controls that go back for it.
    base(name, own) {
      const has = (base) => this.edges.get(base)?.[name];
      const differ = (base) => this.names.filter((each, i) => !own.has(each)
        && JSON.stringify(this.record.values[base][i]) !== JSON.stringify(this.record.values[this.at][i]));
      if (this.from?.name === name && has(this.from.base)) return [this.from.base, []];
      const same = [...this.edges.keys()].find((base) => has(base) && !differ(base).length);
      if (same !== undefined) return [same, []];
      return has(0) ? [0, differ(0)] : [null, []];
    }
    // Where a control is finer than the pictures that were sent, the nearest one; a key goes on to the next.
    nearest(moves, values, name) {
      const options = this.record.controls[name]?.options;
      if (options) return moves.find(([[index]]) => index === values[0])?.[1] ?? null;
      const far = (each) => each.reduce((sum, value, i) => sum + (Number(value) - Number(values[i])) ** 2, 0);
      const best = (some) => some.reduce((a, b) => far(b[0]) < far(a[0]) ? b : a);
      const found = best(moves);
      if (found[1] !== this.at || this.held || !far(found[0])) return found[1];
      const along = moves.filter(([each]) =>
        each.reduce((sum, value, i) => sum + (value - found[0][i]) * (values[i] - found[0][i]), 0) > 0);
      return (along.length ? best(along) : found)[1];
    }
    chose(id) {
      if (this.busy) return;
      for (const [name, value] of Object.entries(this.record.chooses[id] ?? {}))
        if (value !== this.record.values[this.at][this.place(name)]) this.move([name], [value]);
    }
    refuse(targets) {
      const names = [...new Set(targets.map(nameOf))].map((name) => this.record.controls[name] ? this.label(name) : name);
      this.show(this.at);
      this.say(`${names.join(" and ")}: this ${RUNS}.`);
    }
    say(words) { this.box.querySelector(".alive").textContent = words || this.asleep; }

    // ---- show, as Python would ---------------------------------------------------------------------------------
    stands(scene, wanted, step) {
      if (scene.frames?.length) Object.assign(this, { wanted, stood: step, room: scene.room });
    }
    show(number) {
      const state = this.unpacked(number), scene = { ...state.scene, count: this.stage.get("moved").count || 0 };
      const old = this.stage.get("scene"), now = this.stage.get("step");
      if (old.frames?.length && now !== this.stood) this.wanted = old.steps[now];
      let { step } = state, chosen = scene.chosen ?? this.stage.get("chosen");
      if (scene.frames?.length) {
        const byName = scene.room !== null && scene.room === this.room;
        if (byName) step = stepIn(scene.steps, this.wanted);
        const before = this.stage.get("chosen");
        const aside = !old.steps.includes(before) && !scene.steps.includes(before) && before in scene.details;
        chosen = aside ? before : scene.steps[step];
        this.stands(scene, byName ? this.wanted : scene.wanted, step);
        Object.assign(scene, { wanted: this.wanted, at: step });
      }
      this.at = number;
      this.busy = true;
      this.names.forEach((name, i) => this.setControl(name, state.values[i], state));
      this.stage.setAll({ step, chosen, scene });
      this.busy = false;
    }
    setControl(name, value, state) {
      const control = this.controls[name], { options } = this.record.controls[name];
      control._state_lock = true;  // as when Python sets it
      control.setAll(options ? { index: value, value: options[value] } : { value });
      control._state_lock = null;
      this.draw(name, value, state);
    }

    // ---- the controls of the page ------------------------------------------------------------------------------
    draw(name, value, state) {
      const element = this.box.querySelector(`[data-control="${name}"]`);
      element.hidden = state.hidden.includes(name);
      const field = element.querySelector("input, select");
      if (state.ends[name]) [field.min, field.max] = state.ends[name];
      if (element.classList.contains("toggle"))
        element.querySelectorAll("button").forEach((button, i) => button.setAttribute("aria-pressed", String(i === value)));
      else if (field.type === "checkbox") field.checked = value;
      else if (field.tagName === "SELECT") field.selectedIndex = value;
      else if (Number(field.value) !== value) field.value = value;
      const output = element.querySelector("output");
      if (output) output.textContent = String(value).replace("-", "−");
    }
    bind() {
      for (const element of this.box.querySelectorAll("[data-control]")) {
        const name = element.dataset.control, field = element.querySelector("input, select");
        const moved = (value) => {  // as a hand does in JupyterLab: the stage hears of it first
          const { options } = this.record.controls[name];
          this.controls[name].setAll(options ? { index: value, value: options[value] } : { value });
          this.move([name], [value]);
        };
        if (element.classList.contains("toggle"))
          element.querySelectorAll("button").forEach((button, i) => button.addEventListener("click", () => moved(i)));
        else if (field.type === "range") field.addEventListener("input", () => moved(Number(field.value)));
        else if (field.type === "number") field.addEventListener("change", () => moved(Number(field.value)));
        else if (field.type === "checkbox") field.addEventListener("change", () => moved(field.checked));
        else if (field.tagName === "SELECT") field.addEventListener("change", () => moved(field.selectedIndex));
      }
      for (const button of this.box.querySelectorAll("[data-preset]"))
        button.addEventListener("click", () => this.move([`preset: ${button.dataset.preset}`], [0]));
      this.box.addEventListener("pointerdown", () => { this.held = true; });
      for (const name of ["pointerup", "pointercancel"]) addEventListener(name, () => { this.held = false; });
    }
  }

  // ---- predictions: what each answer is told was written by Python when the book was built --------------------------
  const PREDICTED = "⟨predicted⟩", ROUNDED = 8;  // as in predictions.py
  const predictions = new Map(), waiting = new Set();  // form -> Prediction; forms that were sent before their answers came
  class Prediction {
    constructor(form, record) {
      Object.assign(this, { form, record });
      predictions.set(form, this);
      if (waiting.has(form)) this.answer();
    }
    answer() { this.form.querySelector(".result").innerHTML = this.record.options ? this.chosen() : this.typed(); }
    chosen() {
      const choice = this.form.querySelector("input:checked");
      return choice ? this.record.options[choice.value] : "<p>Choose one of them.</p>";
    }
    typed() {
      const { computed, guesses, right, wrong, format, unit } = this.record;
      const text = this.form.querySelector("input").value.trim();
      const values = btpRead(text, computed.length, unit);
      if (!values) return `<p>Type ${escaped(format)}.</p>`;
      const off = ([guess]) => Math.max(...values.map((value, i) => Math.abs(value - guess[i])));
      const near = guesses.filter(([guess]) => this.close(values, guess, ROUNDED)).sort((a, b) => off(a) - off(b));
      const said = this.close(values, computed) ? right : near[0]?.[1] ?? wrong;
      const plain = String(text.split(/[\s,;]+/).map(Number)) === String(values);
      const shown = plain ? text : `${text}, read as ${values.map(rounded).join(", ")}`;
      return said.replaceAll(PREDICTED, () => escaped(shown));
    }
    close(values, wanted, times = 1) {
      const { tolerance } = this.record;
      return values.every((value, i) => Math.abs(value - wanted[i]) <= times * tolerance + tolerance / 5 * Math.abs(wanted[i]));
    }
  }
  const escaped = (text) => text.replace(/[&<>"]/g, (each) => `&#${each.charCodeAt(0)};`);

  // One after the other, so that the page answers meanwhile; what is in sight first.
  const explorers = [];
  function open(records, answers) {
    for (const form of document.querySelectorAll("[data-prediction]"))
      new Prediction(form, answers[Number(form.dataset.prediction)]);
    const boxes = [...document.querySelectorAll("[data-explorer]")];
    const middle = innerHeight / 2, away = (box) => Math.abs(box.getBoundingClientRect().top - middle);
    boxes.sort((a, b) => away(a) - away(b));
    const next = () => {
      const box = boxes.shift();
      if (!box) return;
      setTimeout(next);  // before: one that fails stays the only one
      explorers.push(new Explorer(box, records[Number(box.dataset.explorer)]));
      const moves = box.closest("[data-moves]")?.dataset.moves;
      if (moves) wander(explorers.at(-1), moves);
    };
    next();
  }

  // The picture of the first page: its point walks around until somebody comes near it, and then stays.
  function wander(explorer, name) {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const begin = performance.now(), [x0, y0] = [0.5, 0.5];
    const timer = setInterval(() => {
      if (document.hidden) return;
      const turned = (performance.now() - begin) / 3000;
      explorer.held = true;
      explorer.move(name.split(" "), [x0 + 0.38 * Math.cos(turned), y0 + 0.33 * Math.sin(2 * turned)]);
      explorer.held = false;
    }, 50);
    for (const event of ["pointerdown", "pointerenter", "focusin"])
      explorer.box.addEventListener(event, () => clearInterval(timer), { once: true });
  }

  // ---- search: every word must begin a word of the section ---------------------------------------------------------
  let sections = null;
  const find = (id) => document.getElementById(id);
  function index(all) {
    sections = all.map(([page, anchor, title, text]) =>
      ({ page, anchor, title, text, words: ` ${title} ${text}`.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ") }));
    look();
  }
  function matches(query) {
    const words = query.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean);
    if (!words.length) return [];
    const score = ({ title, words: all }) => words.reduce((sum, word) => {
      const times = all.split(` ${word}`).length - 1;
      return sum && times && sum + Math.min(times, 5) + (title.toLowerCase().includes(word) ? 10 : 0);
    }, 1);
    return sections.map((section) => [score(section), section]).filter(([points]) => points)
      .sort(([a], [b]) => b - a).slice(0, 12).map(([, section]) => [section, words]);
  }
  function excerpt(text, words) {
    const at = Math.max(0, Math.min(...words.map((word) => {
      const place = text.toLowerCase().indexOf(word);
      return place < 0 ? Infinity : place;
    })) - 50);
    return Number.isFinite(at) ? `${at ? "…" : ""}${text.slice(at, at + 140)}…` : `${text.slice(0, 140)}…`;
  }
  function look() {
    const query = find("search").value, list = find("found");
    list.replaceChildren();
    list.hidden = !query.trim();
    if (!sections || list.hidden) return;
    const found = matches(query);
    for (const [section, words] of found) {
      const link = document.createElement("a");
      link.href = `${section.page}${section.anchor ? `#${section.anchor}` : ""}`;
      const title = link.appendChild(document.createElement("b"));
      title.textContent = section.title;
      link.append(document.createElement("br"), excerpt(section.text, words));
      list.appendChild(document.createElement("li")).appendChild(link);
    }
    if (!found.length) list.appendChild(document.createElement("li")).textContent = "Nothing found.";
  }
  function fetchIndex() {
    if (document.querySelector("script[data-search]")) return;
    const script = document.createElement("script");
    Object.assign(script, { src: find("search").dataset.index }).dataset.search = "";
    document.head.appendChild(script);
  }

  // ---- the page ------------------------------------------------------------------------------------------------------
  function unfold() {
    const name = location.hash.slice(1);
    let part = find(name) ?? find(decodeURIComponent(name));
    for (const first = part; part; part = part.parentElement) {
      if (part.tagName === "DETAILS") { part.open = true; first.scrollIntoView(); }
    }
  }
  function begin() {
    const field = find("search");
    field.addEventListener("focus", fetchIndex);
    field.addEventListener("input", look);
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") find("found").querySelector("a")?.click();
      if (event.key === "Escape") { field.value = ""; look(); }
    });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "/" || event.target.closest("input, textarea, select")) return;
      event.preventDefault();
      field.focus();
    });
    document.addEventListener("click", (event) => {
      if (!event.target.closest("#found, #search")) find("found").hidden = true;
    });
    find("theme").addEventListener("click", () => {
      const root = document.documentElement, light = root.dataset.jpThemeLight !== "true";
      root.dataset.jpThemeLight = String(light);
      try { localStorage.setItem("light", String(light)); } catch { /* a page from a disk may keep nothing */ }
    });
    addEventListener("hashchange", unfold);
    unfold();
    const root = document.documentElement;  // paper is light, and nothing on it can be unfolded
    let opened = [], light = null;
    addEventListener("beforeprint", () => {
      opened = [...document.querySelectorAll("main .side-road:not([open]), main .text_cell details:not([open])")];
      for (const each of opened) each.open = true;
      light = root.dataset.jpThemeLight;
      root.dataset.jpThemeLight = "true";
    });
    addEventListener("afterprint", () => {
      for (const each of opened) each.open = false;
      root.dataset.jpThemeLight = light;
    });
    document.addEventListener("submit", (event) => {
      const form = event.target;
      if (!form.matches("[data-prediction]")) return;
      event.preventDefault();  // the page would be left, and the answer with it
      if (predictions.has(form)) predictions.get(form).answer();
      else {
        waiting.add(form);
        form.querySelector(".result").innerHTML = "<p>The answer is on its way.</p>";
      }
    });
  }
  begin();  // a deferred script has the whole page; DOMContentLoaded would wait for the pictures
  return { open, index, explorers };
})();
