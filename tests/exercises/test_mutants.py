"""The instrument itself: it must make the mistakes that people make."""

import pytest

from tests.exercises import mutants

SOURCE = '''
def resize(image, size):
    """Words."""
    scale = len(image) / size
    x = (np.arange(size) + 0.5) * scale - 0.5
    left = np.floor(x.clip(0, 9)).astype(int)
    total = np.zeros(size)
    total += image[left][::-1]
    return np.maximum(total, 0), -x if size > 1 else x
'''


@pytest.mark.parametrize(
    "change",
    [
        "scale = size / len(image)", "scale = len(image) * size", "x = np.arange(size) * scale - 0.5",
        "x = (np.arange(size) + 0.5) * scale + 0.5", "x = (np.arange(size) + 0.5) * scale",
        "left = np.floor(x).astype(int)", "left = np.ceil(x.clip(0, 9)).astype(int)",
        "left = np.floor(x.clip(0, 9))", "left = np.floor(x.clip(0, 10)).astype(int)", "total = image[left][::-1]",
        "total -= image[left][::-1]", "total += image[left][:]", "total = np.ones(size)", "pass",
        "return (np.minimum(total, 0), -x if size > 1 else x)", "return (np.maximum(total, 0), x if size > 1 else x)",
        "return (np.maximum(total, 0), -x if size >= 1 else x)",
        "return (-x if size > 1 else x, np.maximum(total, 0))",
        "x = (np.arange(scale) + 0.5) * scale - 0.5",
    ],
)  # fmt: skip
def test_it_makes_this_mistake(change):
    assert any(made.endswith(f"-> {change}") for made, _ in mutants.mutants(SOURCE))


def test_every_mutant_is_another_program():
    made = [text for _, text in mutants.mutants(SOURCE)]
    assert len(set(made)) == len(made) > 60 and all(compile(text, "<m>", "exec") for text in made)
