"""What two runs of a lesson said, compared: the same words, and the same numbers but for their last digits."""

import math
import re

WIDTHS = re.compile(r",\s*dtype=u?int\d+|np\.u?int\d+|u?int\d+")  # integers are 32 bits wide in a browser
ADDRESS = re.compile(r"0x[0-9a-f]{6,}")
NUMBER = re.compile(r"[-+]?\d+(?:\.\d*)?(?:e[-+]?\d+)?")
CARDS = ("<b>Recorded.</b>", "<b>Not run here.</b>")


def said(cell):
    """All text that a cell printed or returned; widgets and pictures say nothing here."""
    texts = []
    for output in cell.get("outputs", ()):
        if output["output_type"] == "stream":
            texts.append(joined(output["text"]))
        elif "image/png" not in output.get("data", {}) and "text/html" not in output.get("data", {}):
            texts.append(joined(output.get("data", {}).get("text/plain", "")))
    return "\n".join(texts)


def joined(text):
    return text if isinstance(text, str) else "".join(text)


def is_recorded(cell):
    """Does a cell show what it showed elsewhere, or that nothing could be recorded, under a card that says so?"""
    shown = [joined(output.get("data", {}).get("text/html", "")) for output in cell.get("outputs", ())]
    return any(card in html for html in shown for card in CARDS)


def agree(one, other, digits=6):
    """Do two texts say the same, widths of integers, addresses and the last digits of numbers apart?

    >>> agree("mean 0.30000001 (dtype=int64)", "mean  0.3 (dtype=int32)")
    True
    >>> agree("mean 0.3", "mean 0.31"), agree("mean 0.3", "median 0.3")
    (False, False)
    """
    one, other = (WIDTHS.sub("int", ADDRESS.sub("0x", text)) for text in (one, other))
    words = [re.sub(r"\s+", " ", NUMBER.sub("#", text)).strip() for text in (one, other)]
    if words[0] != words[1]:
        return False
    numbers = zip(map(float, NUMBER.findall(one)), map(float, NUMBER.findall(other)), strict=True)
    return all(math.isclose(a, b, rel_tol=10.0**-digits, abs_tol=10.0**-digits) for a, b in numbers)
