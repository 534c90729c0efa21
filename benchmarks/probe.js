// Times in the page, all on the browser's own clock: when the hand moved, when the document changed, when that
// change was painted. One contender is watched at a time: the output that holds its controls and its picture.

(() => {
  const PICTURE = ".btp-stage .picture, .widget-output";  // ours; the Output widget that interact fills
  const HANDLE = ".widget-slider .noUi-handle";
  let watched = null;  // {hands, changes, paints, stop}

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

  function watch(output) {
    watched?.stop();
    const picture = output.querySelector(PICTURE), hands = [], changes = [], paints = [];
    let waiting = false;
    const note = () => {
      changes.push(performance.now());
      if (waiting || !present(picture)) return;
      waiting = true;  // several changes before one frame are one picture
      painted((time) => paints.push(time), () => { waiting = false; });
    };
    const observer = new MutationObserver((records) => {
      note();
      for (const { addedNodes } of records)
        for (const node of addedNodes)
          for (const image of node.querySelectorAll?.("img") ?? [])
            if (!image.complete) image.addEventListener("load", note, { once: true });
    });
    observer.observe(picture, { subtree: true, childList: true, attributes: true, attributeFilter: ["src"] });
    const hand = (event) => hands.push({ type: event.type, time: event.timeStamp });
    const kinds = ["keydown", "pointermove", "mousemove"];
    for (const kind of kinds) window.addEventListener(kind, hand, true);
    const stop = () => {
      observer.disconnect();
      for (const kind of kinds) window.removeEventListener(kind, hand, true);
      watched = null;
    };
    watched = { hands, changes, paints, stop };
  }

  // What was noted since the watch began, once there is a picture and nothing has changed for `quiet` milliseconds.
  async function settled(quiet, longest) {
    const begin = performance.now();
    const still = () => watched.paints.length
      && performance.now() - Math.max(watched.changes.at(-1), watched.paints.at(-1)) > quiet;
    while (!still() && performance.now() - begin < longest) await new Promise((go) => setTimeout(go, 20));
    const { hands, changes, paints } = watched;
    watched.stop();
    return { hands, changes, paints };
  }

  // Run the cell that is `number`th in the notebook; milliseconds until its picture is painted.
  function firstPicture(number, longest) {
    const { content, sessionContext } = window.jupyterapp.shell.currentWidget;
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

  // Drag one slider (0 is the first, -1 the last) from end to end and back for some time: one mouse event per frame, as a browser delivers a
  // real mouse, sent when the frame before has been painted. Each step is another value; the last one is a leap, so
  // that it surely changes the picture.
  async function drag(output, milliseconds, which) {
    const handle = [...output.querySelectorAll(HANDLE)].at(which);
    const track = handle.closest(".noUi-base").getBoundingClientRect();
    const grip = handle.getBoundingClientRect(), y = grip.top + grip.height / 2, begin = performance.now();
    let x = grip.left + grip.width / 2, step = 10;
    const send = (type, target) => target.dispatchEvent(new MouseEvent(type, {
      bubbles: true, cancelable: true, view: window, clientX: x, clientY: y, button: 0, buttons: 1 }));
    send("mousedown", document.elementFromPoint(x, y));
    while (performance.now() - begin < milliseconds) {
      await new Promise((go) => painted(go));
      if (x + step < track.left || x + step > track.right) step = -step;
      x += step;
      send("mousemove", document.body);
    }
    x = x < track.left + track.width / 2 ? track.right - 12 : track.left + 12;
    send("mousemove", document.body);
    send("mouseup", document.body);
  }

  window.probe = { watch, settled, firstPicture, drag };
})();
