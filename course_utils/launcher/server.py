"""Inside JupyterLab's server, named by ``jupyter/jupyter_server_config.json``. The one launcher module with packages.

Small messages leave at once, and nobody else on the computer can talk to a learner's kernel.
"""

import os
import shutil
import tempfile

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from jupyter_server.services.kernels.kernelmanager import ServerKernelManager
from traitlets import default

LONGEST_FOLDER = 70  # characters: a socket's whole path has 104 at most, on a Mac


class PromptConnection(ZMQChannelsWebsocketConnection):
    """The usual connection between browser and kernel, with Nagle's algorithm switched off.

    A slider sends a small message and waits for a small answer. The algorithm (RFC 896) holds a small message
    back until the one before it is acknowledged, which on Linux adds 40 ms to every step.
    """

    def connect(self):
        """Connect as always, on a socket that does not wait."""
        self.websocket_handler.set_nodelay(True)
        return super().connect()


class PrivateKernelManager(ServerKernelManager):
    """The usual manager of a kernel, which it reaches through files that only this user can open.

    The usual way is TCP, where everybody on the computer can connect: on a hub, every classmate. The files lie in a
    temporary folder, because a home may be on a disk that knows no sockets, and its name may be too long for one.
    """

    _folder = None

    @default("transport")
    def _transport_default(self):
        return "ipc" if os.name == "posix" and len(tempfile.gettempdir()) <= LONGEST_FOLDER else "tcp"

    @default("ip")
    def _ip_default(self):
        if self.transport != "ipc":
            return super()._ip_default()
        self._folder = tempfile.mkdtemp(prefix="kernel-")  # for its owner only
        return os.path.join(self._folder, "k")

    async def _async_cleanup_resources(self, restart=False):
        """As always, and remove the folder; a kernel that starts again needs it."""
        await super()._async_cleanup_resources(restart=restart)
        if self._folder and not restart:
            shutil.rmtree(self._folder, ignore_errors=True)

    cleanup_resources = _async_cleanup_resources
