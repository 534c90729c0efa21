from tools.run import *  # noqa: F403
