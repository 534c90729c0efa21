"""Inside JupyterLab's server: small messages leave at once. The one launcher module that needs packages."""

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection


class PromptConnection(ZMQChannelsWebsocketConnection):
    """The usual connection between browser and kernel, with Nagle's algorithm switched off.

    A slider sends a small message and waits for a small answer. The algorithm (RFC 896) holds a small message
    back until the one before it is acknowledged, which on Linux adds 40 ms to every step.
    """

    def connect(self):
        """Connect as always, on a socket that does not wait."""
        self.websocket_handler.set_nodelay(True)
        return super().connect()
