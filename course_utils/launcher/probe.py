"""Run inside the environment by the doctor: import everything, ask for a device; one JSON line each.

    python -m course_utils.launcher.probe numpy torch ...

A line goes out before each step, so that the doctor can name the step in which Python itself went down.
"""

import importlib
import json
import sys


def tell(**finding):
    print(json.dumps(finding), flush=True)


def main(modules):
    for module in modules:
        attempt(f"importing {module}", lambda module=module: importlib.import_module(module) and "")
    if "torch" in modules:
        attempt("asking PyTorch for a device", device)
    attempt("looking for the kernel python3", kernel)


def attempt(step, action):
    """Do one step and tell how it went; no error leaves it."""
    tell(step=step)
    try:
        tell(step=step, result=action())
    except Exception as error:  # whatever a broken package raises is a finding
        tell(step=step, error=f"{type(error).__name__}: {error}")


def device():
    """The device PyTorch would use, in plain words."""
    import torch

    if torch.cuda.is_available():
        card = torch.cuda.get_device_properties(0)
        return f"cuda: {card.name}, {card.total_memory / 2**30:.0f} GiB"
    if torch.backends.mps.is_available():
        return "mps: the graphics unit of this Mac"
    return "cpu: no graphics card in use; the lessons do not need one"


def kernel():
    """The folder of the kernel that a notebook gets here."""
    from jupyter_client.kernelspec import KernelSpecManager

    return KernelSpecManager().get_kernel_spec("python3").resource_dir


if __name__ == "__main__":
    main(sys.argv[1:])
