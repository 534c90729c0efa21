"""A lesson becomes a page: links, side roads, outputs, and what is said where no kernel is."""

import base64
import io

import numpy as np
import pytest
from nbformat import v4
from PIL import Image

from course_utils.exercises.engine import Prediction
from course_utils.explorers.bilinear import bilinear_cell
from course_utils.explorers.linear import many_samples
from course_utils.explorers.stage.standalone import unpacked
from course_utils.launcher.saving import VIEW
from publishing.explorers import asleep, explorer_html, fitted, squeezed, states_js
from publishing.pages import PNG, body, headings, smaller
from tests.publishing.made import made


def test_links_to_lessons_lead_to_their_pages():
    html, *_ = body(
        made(
            "See [lesson 03](03_bilinear_interpolation.ipynb#The-surface) and [this](https://example.org/a.ipynb)."
        )
    )
    assert 'href="03_bilinear_interpolation.html#The-surface"' in html
    assert 'href="https://example.org/a.ipynb"' in html


def test_a_side_road_is_folded_with_all_that_belongs_to_it():
    html, *_ = body(
        made("# A\n\n## One", "### Side road: far off (2 min)\n\nfirst", "second", "### Back", "third")
    )
    inside = html.partition("<details")[2].partition("</details>")[0]
    assert "Side road: far off <small>2 min</small></summary>" in inside
    assert "first" in inside and "second" in inside and "third" not in inside
    assert 'id="Side-road:-far-off"' in inside
    assert [anchor for _, anchor, _ in headings(html)] == ["One", "Back"]


def test_two_side_roads_in_a_row_are_two():
    html, *_ = body(made("# A", "### Side road: one", "### Side road: two (3 min)\n\ntext"))
    assert html.count("<details") == html.count("</details>") == 2


def test_a_prediction_is_a_form_with_every_verdict_beside_it():
    question = Prediction("made.up", "How many?", lambda: 2, "Count.", options=["one", 2])
    html, explorers, predictions = body(made(("P", question)))
    assert "How many?" in html and html.count('type="radio"') == 2 and "widget-view" not in html
    assert explorers == [] and list(predictions[0]["options"]) == ["one", "2"]
    assert (
        "As you predicted" in predictions[0]["options"]["2"] and "Count." in predictions[0]["options"]["one"]
    )
    assert "<style" not in str(predictions)


def test_a_prediction_that_has_no_answer_here_can_be_read():
    def answer():
        raise ImportError("not here")

    html, _, predictions = body(
        made(("P", Prediction("made.none", "How many?", answer, options=["one", "two"])))
    )
    assert "How many?" in html and "two" in html and "Answering comes alive when the lesson runs." in html
    assert predictions == []


def test_the_bar_of_a_training_that_is_over_is_not_shown():
    recorded = made(("train()", many_samples()), most_states=2)
    output = v4.new_output(
        "display_data", {VIEW: {"model_id": "bar"}, "text/plain": "seed 0:   0%|    | 0/100"}
    )
    recorded.notebook.cells[0].outputs.insert(0, output)
    html, records, _ = body(recorded)
    assert "0/100" not in html and len(records) == 1


def test_what_is_about_the_machine_is_not_published():
    recorded = made(("cli.main(['doctor']);", many_samples()))
    html, *_ = body(recorded)
    assert "about the machine it runs on" in html and "btp-explorer" not in html


def test_a_formula_that_cannot_be_drawn_is_named():
    with pytest.raises(ValueError, match=r"\\nonsense"):
        body(made(r"$\nonsense x$"))


def test_explorers_are_numbered_as_they_stand():
    html, records, _ = body(made(("one", many_samples()), ("two", bilinear_cell()), most_states=2))
    assert html.index('data-explorer="0"') < html.index('data-explorer="1"')
    assert [list(record["controls"])[:2] for record in records] == [["x", "mode"], ["x", "y"]]
    assert "<style" not in html and "<script" not in html
    assert states_js(records).startswith("book.open([{")


def test_an_explorer_shows_its_opening_state_before_any_script():
    explorer = many_samples(x=2.3)
    record = next(iter(made(("e", explorer), most_states=2).widgets.values()))
    html = explorer_html(record, explorer.scene.svg, 0)
    assert 'min="-0.5" max="4.5" step="0.1" value="2.3"' in html
    assert 'aria-pressed="true" disabled title="comes alive when the lesson runs">linear (tent)' in html
    assert explorer.scene.text in html and "<svg" in html
    assert 'readonly value="2, 6, 3, 8, 5"' in html


def test_what_does_not_live_is_said():
    record = {
        "controls": {"x": {"label": "x", "kind": "slider"}, "k": {"label": "kernel", "kind": "choice"},
                     "gone": {"label": "gone", "kind": "slider"}},
        "edges": {"0": {"x": []}}, "drags": [], "extra": ["no flow"],
    }  # fmt: skip
    opening = {"hidden": ["gone"]}
    assert asleep(record, opening, "") == "Kernel and “no flow” come alive when the lesson runs."
    assert asleep(record | {"extra": []}, opening, "") == "Kernel comes alive when the lesson runs."
    assert asleep(record | {"extra": [], "edges": {"0": {"x": [], "k": []}}}, opening, "") == ""
    assert "the brush" in asleep(record, opening, '<g data-drag="field">')


def test_a_script_in_a_state_does_not_end_the_file():
    assert "</script" not in states_js([{"pieces": ["</script><script>alert(1)"]}])


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P"])
def test_a_photograph_keeps_every_pixel_in_fewer_bytes(mode):
    noise = np.random.default_rng(0).integers(0, 256, (80, 60, 4), np.uint8)
    picture = Image.fromarray(noise.repeat(4, axis=0).repeat(4, axis=1), "RGBA").convert(mode)
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    png = "data:image/png;base64,\n" + base64.b64encode(stream.getvalue()).decode()
    (found,) = PNG.findall(f'<image href="{png}"/>')
    webp = smaller(found)
    assert webp.startswith("data:image/webp;base64,") and len(webp) < len(png)
    with Image.open(io.BytesIO(base64.b64decode(webp.partition(",")[2]))) as again:
        assert np.array_equal(np.asarray(again.convert("RGBA")), np.asarray(picture.convert("RGBA")))


def test_what_does_not_fit_is_left_out_from_the_end():
    record, other = made(("a", bilinear_cell()), ("b", many_samples()), most_states=60).widgets.values()
    whole = squeezed(states_js([record, other]))
    first, second = fitted([record, other], whole * 2 // 3)
    assert squeezed(states_js([first, second])) < 0.7 * whole
    assert len(first["states"]) < 60 or len(second["states"]) < 60
    for before, after in ((record, first), (other, second)):
        count = len(after["states"])
        assert all(unpacked(after, number) == unpacked(before, number) for number in range(count))
        ends = [
            number for moves in after["edges"].values() for reached in moves.values() for _, number in reached
        ]
        assert max(ends) < count
    assert fitted([record, other], whole * 2) == [record, other]
    assert [len(each["states"]) for each in fitted([record, other], 0)] == [1, 1]
