// In every page of the browser edition, before JupyterLab: what there is no server for.

// A browser may forget what a page keeps once it needs the room; asked not to, it does not, or asks the visitor.
navigator.storage?.persist?.().catch(() => {});
