"""Files of Pyodide are what their hashes say, wherever they come from, or a sentence says what is wrong."""

import contextlib
import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from publishing import lab, pyodide
from publishing.pyodide import LOCK, NotAtHand, at_address, in_folder
from publishing.serve import served

PACKAGE = "thing-1-py3-none-any.whl"
CONTENT = b"a package"


def digest(content):
    return hashlib.sha256(content).hexdigest()


def made(folder, package=CONTENT):
    """A release with a core of two files and one package, in ``folder``."""
    lock = json.dumps({"packages": {"thing": {"file_name": PACKAGE, "sha256": digest(CONTENT)}}}).encode()
    folder.mkdir(exist_ok=True)
    for name, content in ((LOCK, lock), ("pyodide.mjs", b"core"), (PACKAGE, package)):
        (folder / name).write_bytes(content)
    return pyodide.Core("1.2.3", "3.12", {LOCK: digest(lock), "pyodide.mjs": digest(b"core")})


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    monkeypatch.setattr(pyodide, "PAUSE_S", 0)


@pytest.fixture
def source(tmp_path):
    return tmp_path / "source"


def test_every_file_is_held_to_its_hash(source, tmp_path):
    found = pyodide.Distribution(made(source), [in_folder(source)], tmp_path)
    assert found.find(PACKAGE).read_bytes() == CONTENT
    (source / "pyodide.mjs").write_bytes(b"another core")
    with pytest.raises(NotAtHand, match=r"pyodide.mjs is not the file that Pyodide 1.2.3 was published with"):
        found.find("pyodide.mjs")
    with pytest.raises(NotAtHand, match=r"Pyodide 1.2.3 has no file other.whl"):
        found.find("other.whl")
    (source / PACKAGE).unlink()
    with pytest.raises(NotAtHand, match=r"thing-1-py3-none-any.whl of Pyodide 1.2.3 is not at hand"):
        found.find(PACKAGE)


def test_a_server_is_asked_once_and_a_damaged_copy_again(source, tmp_path):
    core, cache = made(source), tmp_path / "cache"
    with served(source) as address:
        found = pyodide.Distribution(core, [at_address(address)], cache)
        kept = found.find(PACKAGE)
        assert kept.is_relative_to(cache)
        kept.write_bytes(b"half")
        assert found.find(PACKAGE).read_bytes() == CONTENT
    assert found.find(PACKAGE) == kept  # the server is gone
    kept.unlink()
    with pytest.raises(NotAtHand, match=rf"{address}/{PACKAGE} does not come"):
        found.find(PACKAGE)


@contextlib.contextmanager
def breaking_off(times):
    """The address of a server that ends its first answers too early, and the list of what it was asked."""
    paths = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            paths.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", str(len(CONTENT)))
            self.end_headers()
            self.wfile.write(CONTENT if len(paths) > times else CONTENT[:-1])

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", paths
    finally:
        server.shutdown()
        server.server_close()


def test_an_answer_that_breaks_off_is_asked_for_again():
    with breaking_off(2) as (address, paths):
        assert pyodide.asked(f"{address}/{PACKAGE}") == CONTENT
    assert paths == [f"/{PACKAGE}"] * 3


def test_one_that_breaks_off_every_time_is_given_up_in_words(tmp_path):
    with (
        breaking_off(9) as (address, paths),
        pytest.raises(NotAtHand, match=r"/x.whl does not come: IncompleteRead"),
    ):
        at_address(address)(pyodide.OF_THE_FOLDER, "x.whl", tmp_path)
    assert len(paths) == pyodide.TRIES and not any(tmp_path.iterdir())


def test_what_a_server_gives_in_its_place_is_refused(source, tmp_path):
    core = made(source, package=b"something else")
    with served(source) as address, pytest.raises(NotAtHand, match="is not the file"):
        pyodide.Distribution(core, [at_address(address)], tmp_path / "cache").find(PACKAGE)


def test_without_the_folder_a_sentence_says_how_to_name_one(monkeypatch, tmp_path):
    monkeypatch.setenv(pyodide.FOLDER, str(tmp_path / "nowhere"))
    with pytest.raises(NotAtHand, match=r"there is no folder .*nowhere \(the variable COURSE_PYODIDE names"):
        pyodide.at_hand()
    with pytest.raises(NotAtHand, match="nowhere"):  # who names a folder wants that one
        lab.distribution()


def test_an_address_may_stand_for_the_folder(monkeypatch):
    monkeypatch.setenv(pyodide.FOLDER, "http://127.0.0.1:9/full/")
    found = lab.distribution()
    assert found.core is pyodide.PUBLISHED
    with pytest.raises(NotAtHand, match=r"http://127.0.0.1:9/full/pyodide-lock.json does not come"):
        found.lock  # noqa: B018 - that is what asks


@pytest.mark.parametrize("core", pyodide.CORES.values(), ids=lambda core: core.version)
def test_a_core_is_pinned_whole(core):
    assert {name.partition(".")[2] for name in core.files} >= {"mjs", "asm.wasm", "zip", "json"}
    assert all(len(bytes.fromhex(value)) == 32 for value in core.files.values())


@pytest.mark.thorough(only=True)  # asks npm for the core
def test_the_packages_at_hand_are_those_of_the_release():
    try:
        found = pyodide.at_hand()
    except NotAtHand as reason:
        pytest.skip(str(reason))
    names = {package["file_name"] for package in found.lock["packages"].values()}
    here = [file.name for file in found.folder.iterdir() if file.name in names]
    assert here and all(found.find(name).is_file() for name in here)
