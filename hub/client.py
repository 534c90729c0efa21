"""A learner without a browser: what a page of JupyterLab says to a server and its kernel, over the same ways."""

import json
import time
import urllib.error
import urllib.request
import uuid

import websocket

PATIENCE_S = 300


class Refused(Exception):
    """The server answered with an error; ``status`` is HTTP's."""

    def __init__(self, status, text):
        super().__init__(f"{status}: {text[:300]}")
        self.status = status


def ask(url, token, method="GET", data=None):
    """JSON from an address. Raises Refused."""
    body = None if data is None else json.dumps(data).encode()
    request = urllib.request.Request(url, body, {"Authorization": f"token {token}"}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            text = answer.read().decode()
    except urllib.error.HTTPError as error:
        raise Refused(error.code, error.read().decode(errors="replace")) from None
    return json.loads(text) if text else None


class Kernel:
    """A kernel of a server at ``base`` (http://.../user/ada/), and the widgets that it has opened."""

    def __init__(self, base, token, path):
        session = {"path": path, "type": "notebook", "name": path, "kernel": {"name": "python3"}}
        self.base, self.token = base, token
        self.id = ask(f"{base}api/sessions", token, "POST", session)["kernel"]["id"]
        self.opened = {}  # comm id -> state
        self.connect()

    def connect(self):
        address = self.base.replace("http", "ws", 1) + f"api/kernels/{self.id}/channels"
        header = [f"Authorization: token {self.token}"]
        self.socket = websocket.create_connection(address, timeout=PATIENCE_S, header=header)

    def send(self, kind, content, channel="shell"):
        """Send one message; its id."""
        name = uuid.uuid4().hex
        header = {"msg_id": name, "msg_type": kind, "username": "", "session": "measure", "version": "5.3"}
        message = {
            "header": header,
            "parent_header": {},
            "metadata": {},
            "content": content,
            "channel": channel,
        }
        self.socket.send(json.dumps(message))
        return name

    def receive(self, end):
        """The next message that is JSON; the widgets that it opens are noted. Raises TimeoutError after ``end``."""
        while time.monotonic() < end:
            # Of pings, too, which a socket that waits for messages answers without an end.
            kind, frame = self.socket.recv_data(control_frame=True)
            if kind != websocket.ABNF.OPCODE_TEXT:  # a binary one has buffers
                continue
            message = json.loads(frame)
            if message["msg_type"] == "comm_open":
                self.opened[message["content"]["comm_id"]] = message["content"]["data"].get("state", {})
            return message
        raise TimeoutError(f"kernel {self.id} of {self.base} said nothing of it for {PATIENCE_S} s")

    def run(self, code):
        """Run a cell; what it printed and showed as text. Raises RuntimeError for what it raised, TimeoutError."""
        content = {
            "code": code,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "stop_on_error": False,
        }
        end = time.monotonic() + PATIENCE_S
        name, told = self.send("execute_request", content), []
        error = None
        while True:
            message = self.receive(end)
            if message["parent_header"].get("msg_id") != name:
                continue
            content = message["content"]
            if message["msg_type"] == "stream":
                told.append(content["text"])
            elif message["msg_type"] in ("execute_result", "display_data"):
                told.append(content["data"].get("text/plain", ""))
            elif message["msg_type"] == "error":
                error = f"{content['ename']}: {content['evalue']}"
            elif message["msg_type"] == "status" and content["execution_state"] == "idle":
                if error:
                    raise RuntimeError(error)
                return "\n".join(told)

    def explorer(self, code):
        """Run a cell that shows an explorer: (id of its first slider, id of its stage)."""
        before = set(self.opened)
        self.run(code)
        new = {name: state for name, state in self.opened.items() if name not in before}
        slider = next(name for name, state in new.items() if state.get("_model_name") == "FloatSliderModel")
        return slider, next(name for name, state in new.items() if "scene" in state)

    def move(self, slider, stage, value):
        """Set a slider; seconds until the stage has another picture. Raises TimeoutError."""
        begin, end = time.perf_counter(), time.monotonic() + PATIENCE_S
        data = {"method": "update", "state": {"value": value}, "buffer_paths": []}
        self.send("comm_msg", {"comm_id": slider, "data": data})
        while True:
            message = self.receive(end)
            content = message["content"]
            is_of_stage = message["msg_type"] == "comm_msg" and content["comm_id"] == stage
            if is_of_stage and "scene" in content["data"].get("state", {}):
                return time.perf_counter() - begin

    def close(self):
        self.socket.close()
