// Run under node: node imports.mjs FOLDER_OF_PYODIDE OUT. Pyodide imports what a lesson begins with, and writes the
// bytecode of every module that this brought, in a folder like its own; and matplotlib's list of its fonts.
import { pathToFileURL } from "node:url";

const [folder, out] = process.argv.slice(2);
process.on("uncaughtException", stop); // else node shows a line of Pyodide, which is very long
process.on("unhandledRejection", stop);
function stop(error) {
    console.error(String(error?.message ?? error));
    process.exit(1);
}

const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`));
const names = JSON.parse(process.env.COURSE_IMPORTS);
const pyodide = await loadPyodide({ indexURL: folder, packages: names.packages });
pyodide.FS.mkdirTree("/out");
pyodide.mountNodeFS("/out", out);
await pyodide.loadPackage(names.then, { messageCallback: () => {} });
pyodide.globals.set("first", pyodide.toPy(names.first));
pyodide.globals.set("later", pyodide.toPy(names.later));
await pyodide.runPythonAsync(`
import importlib, importlib._bootstrap_external as external, os, pathlib, sys, traceback

def places():
    """Of every module that was read from a file of Python: (where it lies, its place in our folder, its source)."""
    library = f"/lib/python{sys.version_info[0]}{sys.version_info[1]}.zip/"
    packages = importlib.import_module("pyodide_kernel").__file__.removesuffix("pyodide_kernel/__init__.py")
    for module in list(sys.modules.values()):
        loader, file = getattr(module, "__loader__", None), getattr(module, "__file__", None) or ""
        for folder, kind in ((library, "library"), (packages, "packages")):
            if file.startswith(folder) and file.endswith(".py") and hasattr(loader, "get_source"):
                yield file, f"{kind}/{file[len(folder):]}", loader.get_source(module.__spec__.name)

done = set()

def write(kinds):
    for file, place, source in places():
        if source is None or place in done or not place.startswith(kinds):  # None: bytecode already
            continue
        done.add(place)
        # What the library says of itself (help, assertions) is a sixth of its bytecode, and everybody waits for it.
        code = compile(source, file, "exec", dont_inherit=True, optimize=2 if place.startswith("library") else -1)
        target = f"/out/{place}c"
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as out:
            # false: nobody looks whether a source is newer
            out.write(external._code_to_hash_pyc(code, bytes(8), False))

try:
    for name in first:
        importlib.import_module(name)
    write(("library", "packages"))
    for name in later:
        importlib.import_module(name)
    # The list that matplotlib has just made: Pyodide has its own place for it, and may ship one that is out of date.
    os.makedirs("/out/fonts", exist_ok=True)
    matplotlib = sys.modules["matplotlib"]
    for folder in (matplotlib.get_cachedir(), os.path.dirname(matplotlib.__file__)):
        for file in pathlib.Path(folder).glob("fontlist*.json"):
            pathlib.Path("/out/fonts", file.name).write_bytes(file.read_bytes())
    write(("packages",))  # the library travels whole, to everybody: it holds the bytecode of the beginning alone
except BaseException:  # the kernel has taken sys.stderr by then
    traceback.print_exc(file=sys.__stderr__)
    raise
`);
