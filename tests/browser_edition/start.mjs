// node start.mjs '{"pyodide": folder, "packages": [...], "mounts": {place: folder}, "environment": {...}}' program.py
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [task, program] = [JSON.parse(process.argv[2]), readFileSync(process.argv[3], "utf8")];
const { loadPyodide } = await import(pathToFileURL(`${task.pyodide}/pyodide.mjs`).href);
const pyodide = await loadPyodide({ indexURL: `${task.pyodide}/`, env: { HOME: "/home/pyodide", ...task.environment } });
await pyodide.loadPackage(task.packages, { messageCallback() {} });
for (const [place, folder] of Object.entries(task.mounts)) {
  pyodide.FS.mkdirTree(place);
  pyodide.FS.mount(pyodide.FS.filesystems.NODEFS, { root: folder }, place);
}
pyodide.runPython(`
import importlib, sys
sys.dont_write_bytecode = True
sys.path[:0] = ["/course", "/packages"]
importlib.invalidate_caches()
`);
try {
  await pyodide.runPythonAsync(program);
} catch (error) {
  console.error(String(error));
  process.exitCode = 1;
}
