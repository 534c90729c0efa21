// Times in the page, all on the browser's own clock: when the hand moved, when the document changed, when that
// change was painted, when a picture arrived from the kernel. One contender is watched at a time: the output that
// holds its controls and its picture.

(() => {
  const PICTURE = ".btp-stage .picture, .widget-output";  // ours; the Output widget that interact fills
  const HANDS = ["keydown", "pointermove", "mousemove", "input"];
  let watched = null;  // {hands, changes, paints, stop}
  let arrivals = [];  // when the kernel's pictures came in

  // After the next frame has been painted: a message posted while it is prepared is delivered behind it.
  const painted = (then, before = () => {}) => requestAnimationFrame(() => {
    before();
    const channel = new MessageChannel();
    channel.port1.onmessage = () => then(performance.now());
    channel.port2.postMessage(null);
  });

  // A picture is there when its SVG is, or when its PNG is decoded; interact's Output is empty in between.
  const present = (picture) => {
    const image = picture.querySelector("img");
    return image ? image.complete && image.naturalWidth > 0 : Boolean(picture.querySelector("svg.btp-scene"));
  };

  // Note when a message of the kernel brings a scene that is to be shown. Those sent ahead are none.
  function listen() {
    const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
    kernel.anyMessage.connect((_, { msg, direction }) => {
      if (direction === "recv" && msg.content?.data?.state?.scene) arrivals.push(performance.now());
    });
  }

  // With `lights`, what is lit over the picture, and what moves or fades in it from step to step, changes it too.
  function watch(output, lights) {
    watched?.stop();
    const picture = output.querySelector(PICTURE), hands = [], changes = [], paints = [];
    let waiting = false;
    arrivals = [];
    const note = () => {
      changes.push(performance.now());
      if (waiting || !present(picture)) return;
      waiting = true;  // several changes before one frame are one picture
      painted((time) => paints.push(time), () => { waiting = false; });
    };
    const observer = new MutationObserver((records) => {
      if (!lights) records = records.filter(({ target }) => !target.closest?.(".overlay"));
      if (!records.length) return;
      note();
      for (const { addedNodes } of records)
        for (const node of addedNodes)
          for (const image of node.querySelectorAll?.("img") ?? [])
            if (!image.complete) image.addEventListener("load", note, { once: true });
    });
    const attributeFilter = lights ? ["src", "transform", "fill-opacity"] : ["src"];
    observer.observe(picture, { subtree: true, childList: true, attributes: true, attributeFilter });
    const hand = (event) => hands.push({ type: event.type, time: event.timeStamp });
    for (const kind of HANDS) window.addEventListener(kind, hand, true);
    const stop = () => {
      observer.disconnect();
      for (const kind of HANDS) window.removeEventListener(kind, hand, true);
      watched = null;
    };
    watched = { hands, changes, paints, stop };
  }

  // What was noted since the watch began, once the hand's last move has its picture and nothing has changed for `quiet`
  // milliseconds.
  async function settled(quiet, longest) {
    const begin = performance.now();
    const answered = () => watched.paints.length && watched.hands.length
      && watched.paints.at(-1) > watched.hands.at(-1).time;
    const still = () => answered()
      && performance.now() - Math.max(watched.changes.at(-1), watched.paints.at(-1)) > quiet;
    while (!still() && performance.now() - begin < longest) await new Promise((go) => setTimeout(go, 20));
    const { hands, changes, paints } = watched;
    watched.stop();
    return { hands, changes, paints, arrivals };
  }

  // Run the cell that is `number`th in the notebook; milliseconds until its picture is painted.
  function firstPicture(number, longest) {
    const { content } = window.jupyterapp.shell.currentWidget;
    content.activeCellIndex = number;
    const cell = content.widgets[number].node, begin = performance.now();
    return new Promise((resolve, reject) => {
      const look = () => {
        const picture = cell.querySelector(PICTURE);
        if (picture && present(picture)) { stop(); painted((time) => resolve(time - begin)); }
      };
      const observer = new MutationObserver(look), timer = setInterval(look, 20);  // decoding changes no node
      const late = setTimeout(() => { stop(); reject(new Error("no picture")); }, longest);
      const stop = () => { observer.disconnect(); clearInterval(timer); clearTimeout(late); };
      observer.observe(cell, { subtree: true, childList: true });
      window.jupyterapp.commands.execute("notebook:run-cell");
    });
  }

  // ---- a hand that drags ---------------------------------------------------------------------------------------
  // Each grip is {least, most, at: where it stands, pixels: of one value}, and goes to a place in whole values.
  const mouse = (type, target, x, y) => target.dispatchEvent(new MouseEvent(type, {
    bubbles: true, cancelable: true, view: window, clientX: x, clientY: y, button: 0, buttons: 1 }));
  const pointer = (type, target, [x, y]) => target.dispatchEvent(new PointerEvent(type, {
    bubbles: true, cancelable: true, view: window, clientX: x, clientY: y, button: type === "pointermove" ? -1 : 0,
    buttons: type === "pointerup" ? 0 : 1, pointerId: 1, isPrimary: true, pointerType: "mouse" }));

  function sliderGrip(output) {
    const knob = [...output.querySelectorAll(".widget-slider .noUi-handle")].find((each) => each.offsetParent);
    const track = knob.closest(".noUi-base").getBoundingClientRect(), grip = knob.getBoundingClientRect();
    const { range, step } = knob.closest(".noUi-target").noUiSlider.options;
    const most = Math.round((range.max - range.min) / (step || 1));
    const y = grip.top + grip.height / 2, x = (place) => track.left + track.width * place / most;
    const at = Math.round((grip.left + grip.width / 2 - track.left) / track.width * most);
    return { least: 0, most, at, pixels: track.width / most,
      take: () => mouse("mousedown", document.elementFromPoint(x(at), y), x(at), y),
      to: (place) => mouse("mousemove", document.body, x(place), y),
      leave: (place) => mouse("mouseup", document.body, x(place), y) };
  }

  function playerGrip(output) {
    const input = output.querySelector(".player input");
    return { least: 0, most: Number(input.max), at: Number(input.value), pixels: input.offsetWidth / input.max,
      take: () => {}, leave: () => {},
      to: (place) => { input.value = place; input.dispatchEvent(new InputEvent("input", { bubbles: true })); } };
  }

  // `handle`: its name; `by`: scene pixels (right, down) to its next value; `down`, `up`: values there are either way.
  function handleGrip(output, { handle, by, down, up }) {
    const picture = output.querySelector(".btp-stage .picture"), knob = knobOf(output, handle);
    const scale = picture.querySelector("svg").getScreenCTM().a, box = knob.getBoundingClientRect();
    const start = [box.left + box.width / 2, box.top + box.height / 2];
    const place = (value) => start.map((each, axis) => each + value * by[axis] * scale);
    return { least: -down, most: up, at: 0, pixels: Math.hypot(...by) * scale,
      take: () => pointer("pointerdown", knob, start),
      to: (value) => pointer("pointermove", picture, place(value)),
      leave: (value) => pointer("pointerup", picture, place(value)) };
  }
  const knobOf = (output, handle) => output.querySelector(`[data-handle="${handle}"][tabindex]`)
    ?? output.querySelector(`[data-handle="${handle}"]`);

  const GRIPS = { slider: sliderGrip, player: playerGrip, handle: handleGrip };
  const SHORTEST_MOVE = 10;  // pixels

  // Drag from end to end and back for some time: one event per frame, as a browser delivers a real mouse, sent when
  // the frame before has been painted. Each move is another value; the last one is a leap.
  async function drag(output, milliseconds, how) {
    const grip = GRIPS[how.kind](output, how), begin = performance.now();
    let at = grip.at, step = Math.max(1, Math.ceil(SHORTEST_MOVE / grip.pixels));
    step = Math.min(step, grip.most - grip.least);
    grip.take();
    while (performance.now() - begin < milliseconds) {
      await new Promise((go) => painted(go));
      if (at + step < grip.least || at + step > grip.most) step = -step;
      if (at + step < grip.least || at + step > grip.most) step = Math.sign(step);  // few values, and between them
      at += step;
      grip.to(at);
    }
    at = at < (grip.least + grip.most) / 2 ? grip.most : grip.least;
    grip.to(at);
    grip.leave(at);
  }

  window.probe = { watch, settled, firstPicture, drag, listen };
})();
