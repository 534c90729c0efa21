// In every page of the browser edition, before JupyterLab: what there is no server for.

// A browser may forget what a page keeps once it needs the room; asked not to, it does not, or asks the visitor.
navigator.storage?.persist?.().catch(() => {});

// A saved lesson keeps the state of the widgets that it shows, and of no others: as saving.py, which says why.
{
  const VIEW = "application/vnd.jupyter.widget-view+json", STATE = "application/vnd.jupyter.widget-state+json";
  const REFERENCE = /"IPY_MODEL_([^"]+)"/g;
  const views = (notebook) => notebook.cells.flatMap(({ outputs }) => outputs ?? [])
    .map(({ data }) => data?.[VIEW]?.model_id);
  const shown = (notebook, states) => {
    const found = {}, waiting = views(notebook);
    while (waiting.length) {
      const name = waiting.pop();
      if (!Object.hasOwn(states, name) || Object.hasOwn(found, name)) continue;
      found[name] = states[name];
      for (const [, other] of JSON.stringify(states[name]).matchAll(REFERENCE)) waiting.push(other);
    }
    return found;
  };
  const keepWidgets = (notebook, before) => {
    const { widgets, ...metadata } = notebook.metadata;
    if (!widgets?.[STATE]) return notebook;
    const state = shown(notebook, { ...before?.metadata?.widgets?.[STATE]?.state, ...widgets[STATE].state });
    if (Object.keys(state).length) metadata.widgets = { ...widgets, [STATE]: { ...widgets[STATE], state } };
    return { ...notebook, metadata };
  };
  const watch = (contents) => {
    const save = contents.save.bind(contents);
    contents.save = async (path, options) => {
      if (options?.type !== "notebook" || !options.content) return save(path, options);
      const before = await contents.get(path, { type: "notebook", content: true }).catch(() => null);  // none yet
      return save(path, { ...options, content: keepWidgets(options.content, before?.content) });
    };
  };
  // JupyterLite's kernel leaves one question unanswered, and the widgets of a lesson that is opened again wait for the
  // answer. It begins with the page: none of its widgets is older.
  const answer = (kernels) => {
    const connectTo = kernels.connectTo.bind(kernels), none = { content: { status: "ok", comms: {} } };
    kernels.connectTo = (options) => Object.assign(connectTo(options), { requestCommInfo: async () => none });
  };
  let app;
  Object.defineProperty(window, "jupyterapp", {  // JupyterLab sets it before it opens a lesson
    configurable: true,
    get: () => app,
    set: (started) => {
      app = started;
      watch(app.serviceManager.contents);
      answer(app.serviceManager.kernels);
    },
  });
}
